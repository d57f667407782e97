package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"

	"lianxin/model"
)

const (
	apiUploadPicture = "cgi-bin/media/uploadimg"
	apiAddMaterial   = "cgi-bin/material/add_material"
	apiDraftAdd      = "cgi-bin/draft/add"
	apiDraftGet      = "cgi-bin/draft/get"
	apiDraftUpdate   = "cgi-bin/draft/update"
	apiDraftDelete   = "cgi-bin/draft/delete"
)

// Article is one article of a draft. Content is HTML whose pictures are
// addresses of UploadPicture; CoverID is an id of UploadCover.
type Article struct {
	Title    string `json:"title"`
	Author   string `json:"author,omitempty"`
	Digest   string `json:"digest,omitempty"`
	Content  string `json:"content"`
	Source   string `json:"content_source_url,omitempty"`
	CoverID  string `json:"thumb_media_id"`
	Comments int    `json:"need_open_comment"`
}

// UploadPicture gives WeChat a picture for the text of an article, JPEG or PNG
// below 1 MB, and returns its address. Asked twice, WeChat has it twice, which
// costs nothing.
//
// A refusal carries a fault with words for an editor, as with all methods for
// articles; the sentinels are model.ErrContentRefused and
// model.ErrChannelUnavailable.
func (g *Gateway) UploadPicture(ctx context.Context, picture []byte) (string, error) {
	var answer struct {
		URL string `json:"url"`
	}
	if err := g.upload(ctx, apiUploadPicture, url.Values{}, picture, &answer); err != nil {
		return "", err
	}
	if answer.URL == "" {
		return "", unreadable(apiUploadPicture, "answer holds no address")
	}
	return answer.URL, nil
}

// UploadCover gives WeChat a picture to keep, up to 10 MB, and returns its id.
// Asked twice, the library has it twice. It fails like UploadPicture.
func (g *Gateway) UploadCover(ctx context.Context, picture []byte) (string, error) {
	var answer struct {
		ID string `json:"media_id"`
	}
	if err := g.upload(ctx, apiAddMaterial, url.Values{"type": {"image"}}, picture, &answer); err != nil {
		return "", err
	}
	if answer.ID == "" {
		return "", unreadable(apiAddMaterial, "answer holds no id")
	}
	return answer.ID, nil
}

// AddDraft puts one to eight articles into the draft box and returns the
// draft's id. Asked twice, there are two drafts: after model.ErrOutcomeUnknown
// one may be left that nobody knows, which no reader sees. It fails like
// UploadPicture.
func (g *Gateway) AddDraft(ctx context.Context, articles []Article) (string, error) {
	var answer struct {
		ID string `json:"media_id"`
	}
	body := struct {
		Articles []Article `json:"articles"`
	}{articles}
	if err := g.post(ctx, OfficialAccount, apiDraftAdd, body, &answer); err != nil {
		return "", err
	}
	if answer.ID == "" {
		return "", uncertain(apiDraftAdd, "answer holds no id")
	}
	return answer.ID, nil
}

// Draft returns the articles of a draft as WeChat keeps them. 40007 is a draft
// that was published, sent or deleted. It fails like UploadPicture.
func (g *Gateway) Draft(ctx context.Context, draftID string) ([]Article, error) {
	var answer struct {
		Articles []Article `json:"news_item"`
	}
	err := g.post(ctx, OfficialAccount, apiDraftGet, draftBody{ID: draftID}, &answer)
	return answer.Articles, err
}

// UpdateDraft replaces one article of a draft, counted from 0. It fails like
// Draft.
func (g *Gateway) UpdateDraft(ctx context.Context, draftID string, index int, article Article) error {
	return g.post(ctx, OfficialAccount, apiDraftUpdate, struct {
		ID      string  `json:"media_id"`
		Index   int     `json:"index"`
		Article Article `json:"articles"`
	}{draftID, index, article}, nil)
}

// DeleteDraft removes a draft. It fails like Draft.
func (g *Gateway) DeleteDraft(ctx context.Context, draftID string) error {
	return g.post(ctx, OfficialAccount, apiDraftDelete, draftBody{ID: draftID}, nil)
}

type draftBody struct {
	ID string `json:"media_id"`
}

// upload sends a picture from memory. Its name says nothing but its kind.
func (g *Gateway) upload(ctx context.Context, api string, query url.Values, picture []byte, out any) error {
	acct, err := g.account(OfficialAccount, api)
	if err != nil {
		return err
	}
	ending, known := map[string]string{"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/bmp": "bmp"}[http.DetectContentType(picture)]
	if !known {
		return notSent(api, 40005, "not a picture that WeChat takes")
	}
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	part, err := writer.CreateFormFile("media", "picture."+ending)
	if err == nil {
		_, err = part.Write(picture)
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		return &Error{API: api, Message: "request could not be made"}
	}
	answer, err := g.askWithToken(ctx, acct, call{api: api}, func(ctx context.Context, token string) error {
		query.Set("access_token", token)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, hostAPI+api+"?"+query.Encode(), bytes.NewReader(form.Bytes()))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", writer.FormDataContentType())
		return send(request)
	})
	if err != nil {
		return err
	}
	return decode(api, answer, out)
}

// uncertain is the error for an answer that does not say what was begun.
func uncertain(api, why string) *Error {
	failed := unreadable(api, why)
	failed.kind = model.ErrOutcomeUnknown
	return failed
}

// jobID is an id that WeChat writes as a number, and its documentation as text.
type jobID string

// UnmarshalJSON takes both.
func (id *jobID) UnmarshalJSON(text []byte) error {
	var number json.Number
	if err := json.Unmarshal(text, &number); err != nil {
		return err
	}
	*id = jobID(number)
	return nil
}

// number is the id as it is sent: as a number.
func number(api, id string) (json.Number, error) {
	if _, err := strconv.ParseUint(id, 10, 64); err != nil {
		return "", &Error{API: api, Message: "not sent: the id is not a number"}
	}
	return json.Number(id), nil
}
