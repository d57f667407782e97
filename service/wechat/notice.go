package wechat

import (
	"context"
)

const (
	apiSubscribeSend = "cgi-bin/message/subscribe/send"
	apiTemplateSend  = "cgi-bin/message/template/send"
)

// SubscribeMessage is a notice of the mini-program. It uses up one permission
// that the person gave for this template.
type SubscribeMessage struct {
	OpenID     string
	TemplateID string
	// Page is where a tap leads, with its query; empty means nowhere.
	Page string
	// Data are the template's keys with their values; FitValue is applied.
	Data map[string]string
}

// TemplateMessage is a notice of the official account.
type TemplateMessage struct {
	OpenID     string
	TemplateID string
	// URL is where a tap leads when MiniPage is empty or cannot be opened.
	URL string
	// MiniPage is a page of our mini-program, which the account must have linked.
	MiniPage string
	// ClientMsgID makes a repeated send within ten minutes harmless.
	ClientMsgID string
	// Data are the template's keys with their values; FitValue is applied.
	Data map[string]string
}

type templateValue struct {
	Value string `json:"value"`
}

// SendSubscribe sends a notice of the mini-program.
//
// It fails with model.ErrNoGrant when the person gave no permission or it is
// used up, model.ErrUnknownPerson, model.ErrContentRefused and
// model.ErrChannelUnavailable.
func (g *Gateway) SendSubscribe(ctx context.Context, message SubscribeMessage) error {
	return g.post(ctx, MiniProgram, apiSubscribeSend, struct {
		ToUser     string                   `json:"touser"`
		TemplateID string                   `json:"template_id"`
		Page       string                   `json:"page,omitempty"`
		State      string                   `json:"miniprogram_state"`
		Lang       string                   `json:"lang"`
		Data       map[string]templateValue `json:"data"`
	}{
		ToUser:     message.OpenID,
		TemplateID: message.TemplateID,
		Page:       message.Page,
		State:      g.edition.state(),
		Lang:       "zh_CN",
		Data:       fitData(message.Data),
	}, nil)
}

// SendTemplate sends a notice of the official account. Success means that
// WeChat took it; whether it arrived comes as the event TEMPLATESENDJOBFINISH.
//
// It fails with model.ErrNotFollowing, model.ErrUnknownPerson,
// model.ErrContentRefused and model.ErrChannelUnavailable.
func (g *Gateway) SendTemplate(ctx context.Context, message TemplateMessage) error {
	type miniPage struct {
		AppID string `json:"appid"`
		Page  string `json:"pagepath"`
	}
	body := struct {
		ToUser      string                   `json:"touser"`
		TemplateID  string                   `json:"template_id"`
		URL         string                   `json:"url,omitempty"`
		Mini        *miniPage                `json:"miniprogram,omitempty"`
		Data        map[string]templateValue `json:"data"`
		ClientMsgID string                   `json:"client_msg_id,omitempty"`
	}{
		ToUser:      message.OpenID,
		TemplateID:  message.TemplateID,
		URL:         message.URL,
		Data:        fitData(message.Data),
		ClientMsgID: message.ClientMsgID,
	}
	if message.MiniPage != "" && g.mini != nil {
		body.Mini = &miniPage{AppID: g.mini.appID, Page: message.MiniPage}
	}
	return g.post(ctx, OfficialAccount, apiTemplateSend, body, nil)
}

func fitData(data map[string]string) map[string]templateValue {
	fitted := make(map[string]templateValue, len(data))
	for key, value := range data {
		fitted[key] = templateValue{Value: FitValue(key, value)}
	}
	return fitted
}

// state is the edition's name in subscribe/send, which differs from the one in
// getwxacodeunlimit.
func (e Edition) state() string {
	switch e {
	case EditionTrial:
		return "trial"
	case EditionDevelop:
		return "developer"
	case EditionRelease:
		return "formal"
	default:
		return "formal"
	}
}
