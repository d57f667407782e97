package wechat

import (
	"context"
	"strings"
)

const apiCustomerSend = "cgi-bin/message/custom/send"

// NewsCard is a picture with a title that leads to a page.
type NewsCard struct {
	Title       string
	Description string
	URL         string
	PictureURL  string
}

type customerMessage struct {
	ToUser string        `json:"touser"`
	Type   string        `json:"msgtype"`
	Text   *customerText `json:"text,omitempty"`
	News   *customerNews `json:"news,omitempty"`
}

type customerText struct {
	Content string `json:"content"`
}

type customerNews struct {
	Articles []customerArticle `json:"articles"`
}

type customerArticle struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	PictureURL  string `json:"picurl"`
}

// SendCustomerText answers somebody who has just written to, or done something
// at, the account.
//
// It fails with model.ErrWindowClosed when that is too long ago or was answered
// often enough, model.ErrUnknownPerson, model.ErrContentRefused and
// model.ErrChannelUnavailable.
func (g *Gateway) SendCustomerText(ctx context.Context, account AccountKind, openID, text string) error {
	if strings.TrimSpace(text) == "" {
		return notSent(apiCustomerSend, 44002, "no text")
	}
	return g.post(ctx, account, apiCustomerSend, customerMessage{
		ToUser: openID,
		Type:   "text",
		Text:   &customerText{Content: text},
	}, nil)
}

// SendCustomerNews sends one card from the official account; the mini-program
// has no such message. It fails like SendCustomerText.
func (g *Gateway) SendCustomerNews(ctx context.Context, openID string, card NewsCard) error {
	return g.post(ctx, OfficialAccount, apiCustomerSend, customerMessage{
		ToUser: openID,
		Type:   "news",
		News: &customerNews{Articles: []customerArticle{{
			Title:       card.Title,
			Description: card.Description,
			URL:         card.URL,
			PictureURL:  card.PictureURL,
		}}},
	}, nil)
}
