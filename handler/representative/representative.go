// Package representative serves the phones of representatives: the messages
// they hold, their absence and preferences, their prepared answers, and what they
// see and may change of themselves.
package representative

import (
	"context"
	"log/slog"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/handler/messageview"
	"lianxin/model"
	"lianxin/service/directory"
	"lianxin/service/message"
	"lianxin/service/roster"
)

// Room serves representatives.
type Room struct {
	Messages  *message.Service
	Directory *directory.Service
	Roster    *roster.Service
	Link      messageview.Link
	Codes     Codes
	Log       *slog.Logger
}

type listInput struct {
	endpoint.Paging
	Which message.Which `query:"which" enum:"waiting,overdue,answered,ended" doc:"等您处理、已超期、已答复、已结束；留空为全部"`
}

type wordsInput struct {
	endpoint.ID
	Body struct {
		Body       string   `json:"body" minLength:"1" maxLength:"2000"`
		PictureIDs []string `json:"picture_ids,omitempty" maxItems:"9" uniqueItems:"true"`
	}
}

type handOverInput struct {
	endpoint.ID
	Body struct {
		UnitID string `json:"unit_id" minLength:"1" maxLength:"36"`
		Note   string `json:"note,omitempty" maxLength:"500" doc:"给承办单位的说明，各方可见"`
	}
}

type outOfScopeInput struct {
	endpoint.ID
	Body struct {
		Where  model.Elsewhere `json:"where" enum:"hotline_12345,petition_office,court,legal_aid,discipline,police_110,other"`
		Reason string          `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type askInput struct {
	endpoint.ID
	Body struct {
		Body string `json:"body" minLength:"1" maxLength:"2000" doc:"只有联络办看得到"`
	}
}

type thread = endpoint.Body[messageview.OfficerThread]

// Register adds the routes.
func (r Room) Register(api endpoint.API) {
	r.registerMessages(api)
	r.registerSeat(api)
	r.registerTemplates(api)
	r.registerOwn(api)
	r.registerIntroduction(api)
}

func (r Room) registerMessages(api endpoint.API) {
	answer := endpoint.Needs(model.PermitMessageAnswer)
	post := func(id, name, summary string) endpoint.Route {
		return endpoint.Route{Method: http.MethodPost, Path: "/api/v1/representative/messages/{id}/" + name, ID: id, Summary: summary, Tag: "代表", Who: answer}
	}
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/representative/messages", ID: "representative-messages", Summary: "我要办的来信", Tag: "代表", Who: answer,
	}, func(ctx context.Context, by model.Actor, in *listInput) (*endpoint.Body[messageview.List], error) {
		rows, next, err := r.Messages.Inbox(ctx, by, in.Which, in.Page())
		if err != nil {
			return nil, err
		}
		return endpoint.Of(messageview.OfRows(rows, next)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/representative/messages/{id}", ID: "representative-message", Summary: "看一封来信", Tag: "代表", Who: answer,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Read(ctx, by, model.SideRepresentative, in.ID))
	})
	endpoint.Act(api, post("acknowledge", "acknowledge", "一键确认收到"), func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Acknowledge(ctx, by, in.ID))
	})
	endpoint.Act(api, post("answer", "answer", "答复"), func(ctx context.Context, by model.Actor, in *wordsInput) (*thread, error) {
		return r.shown(r.Messages.Answer(ctx, by, in.ID.ID, in.Body.Body, in.Body.PictureIDs))
	})
	endpoint.Act(api, post("representative-supplement", "turns", "补充内容"), func(ctx context.Context, by model.Actor, in *wordsInput) (*thread, error) {
		words := message.Words{Body: in.Body.Body, PictureIDs: in.Body.PictureIDs}
		return r.shown(r.Messages.Supplement(ctx, by, model.SideRepresentative, in.ID.ID, words))
	})
	endpoint.Act(api, post("hand-over", "hand-over", "转交承办单位"), func(ctx context.Context, by model.Actor, in *handOverInput) (*thread, error) {
		return r.shown(r.Messages.HandOver(ctx, by, in.ID.ID, in.Body.UnitID, in.Body.Note))
	})
	endpoint.Act(api, post("out-of-scope", "out-of-scope", "告知另有去处"), func(ctx context.Context, by model.Actor, in *outOfScopeInput) (*thread, error) {
		return r.shown(r.Messages.OutOfScope(ctx, by, in.ID.ID, in.Body.Where, in.Body.Reason))
	})
	endpoint.Act(api, post("ask-office", "ask-office", "请联络办帮忙"), func(ctx context.Context, by model.Actor, in *askInput) (*thread, error) {
		return r.shown(r.Messages.AskOffice(ctx, by, in.ID.ID, in.Body.Body))
	})
	endpoint.Act(api, post("ask-consent", "ask-consent", "征求居民同意转交"), func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.AskConsent(ctx, by, in.ID))
	})
}

// shown shows the message after a deed.
func (r Room) shown(t message.Thread, err error) (*thread, error) {
	if err != nil {
		return nil, err
	}
	return endpoint.Of(messageview.OfOfficer(t, r.Link)), nil
}
