package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/message"
	"lianxin/service/privacy"
)

type wordingView struct {
	Purpose model.ConsentPurpose `json:"purpose" enum:"privacy_policy,hand_over,publish,story_mini_program,story_official_account,story_press" doc:"授权的用途"`
	Version string               `json:"version" doc:"文字的版本，同意时原样交回"`
	Title   string               `json:"title"`
	Words   string               `json:"words" doc:"同意前应完整显示的文字"`
	Without string               `json:"without" doc:"不同意会怎样"`
}

func viewWording(w model.Wording) wordingView {
	return wordingView{w.Purpose, w.Version, w.Title, w.Words, w.Without}
}

type wordingList struct {
	Items []wordingView `json:"items"`
}

type consentView struct {
	ID        string      `json:"id"`
	Wording   wordingView `json:"wording" doc:"当时看到的文字"`
	MessageID string      `json:"message_id,omitempty" doc:"为哪封来信；空的是对整个平台"`
	Number    string      `json:"message_number,omitempty"`
	Given     bool        `json:"given" doc:"true 为同意，false 为撤回"`
	InForce   bool        `json:"in_force" doc:"同一事项中最近的一次，现在以它为准"`
	At        time.Time   `json:"at"`
}

type consentList struct {
	Items []consentView `json:"items"`
	Next  string        `json:"next,omitempty"`
}

type decideInput struct {
	Body struct {
		Purpose   model.ConsentPurpose `json:"purpose" enum:"privacy_policy,hand_over,publish"`
		MessageID string               `json:"message_id,omitempty" maxLength:"36" doc:"转交和公开是对一封来信的授权；个人信息处理规则不填"`
		Version   string               `json:"version,omitempty" maxLength:"32" doc:"同意时必填：所看文字的版本；撤回时不填"`
		Given     bool                 `json:"given" doc:"true 为同意，false 为撤回"`
	}
}

func (r Room) registerConsents(api endpoint.API) {
	const tag = "我的数据"
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/consents/wordings", ID: "consent-wordings", Summary: "征求授权时现在使用的文字", Tag: tag, Who: endpoint.Anyone(), Cached: true,
	}, func(context.Context, *struct{}) (*endpoint.Body[wordingList], error) {
		list := wordingList{Items: []wordingView{}}
		for _, w := range model.Wordings() {
			if current, _ := model.CurrentWording(w.Purpose); current.Version == w.Version {
				list.Items = append(list.Items, viewWording(w))
			}
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/me/consents", ID: "my-consents", Summary: "我的授权：同意过和撤回过什么", Tag: tag, Who: endpoint.SignedIn(),
	}, r.consents)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/me/consents", ID: "decide-consent", Summary: "同意或撤回一项授权", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, in *decideInput) (*endpoint.Empty, error) {
		b := in.Body
		if b.Purpose == model.ConsentPrivacyPolicy {
			return nil, r.Privacy.SetPolicy(ctx, by, privacy.Decision{Version: b.Version, Given: b.Given})
		}
		_, err := r.Messages.SetConsent(ctx, by, b.MessageID, message.Consent{Purpose: b.Purpose, Version: b.Version, Given: b.Given})
		return nil, err
	})
}

func (r Room) consents(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[consentList], error) {
	consents, next, err := r.Privacy.Consents(ctx, by, in.Page())
	if err != nil {
		return nil, err
	}
	list := consentList{Items: []consentView{}, Next: next}
	for _, c := range consents {
		list.Items = append(list.Items, consentView{
			ID: c.ID, Wording: viewWording(c.Wording), MessageID: c.MessageID, Number: c.Number, Given: c.Given, InForce: c.InForce, At: c.At.In(model.Shanghai),
		})
	}
	return endpoint.Of(list), nil
}
