// Package unit serves the officers of units that messages are handed to.
package unit

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/handler/messageview"
	"lianxin/model"
	"lianxin/service/message"
)

// Room serves unit officers.
type Room struct {
	Messages *message.Service
	Link     messageview.Link
}

type listInput struct {
	endpoint.Paging
	Which message.Which `query:"which" enum:"waiting,overdue,answered,ended"`
}

type reasonInput struct {
	endpoint.ID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type planInput struct {
	endpoint.ID
	Body struct {
		Plan string `json:"plan,omitempty" maxLength:"500" doc:"准备怎样办理，居民可见"`
	}
}

type wordsInput struct {
	endpoint.ID
	Body struct {
		Body       string   `json:"body" minLength:"1" maxLength:"2000"`
		PictureIDs []string `json:"picture_ids,omitempty" maxItems:"9" uniqueItems:"true"`
	}
}

type extendInput struct {
	endpoint.ID
	Body struct {
		Days   int    `json:"days" minimum:"1" maximum:"60" doc:"延长几个工作日"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type thread = endpoint.Body[messageview.OfficerThread]

// Register adds the routes.
func (r Room) Register(api endpoint.API) {
	handle := endpoint.Needs(model.PermitMessageHandle)
	post := func(id, name, summary string) endpoint.Route {
		return endpoint.Route{Method: http.MethodPost, Path: "/api/v1/unit/messages/{id}/" + name, ID: id, Summary: summary, Tag: "承办单位", Who: handle}
	}
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/unit/messages", ID: "unit-messages", Summary: "转交给本单位的来信", Tag: "承办单位", Who: handle,
	}, func(ctx context.Context, by model.Actor, in *listInput) (*endpoint.Body[messageview.List], error) {
		rows, next, err := r.Messages.UnitDesk(ctx, by, in.Which, in.Page())
		if err != nil {
			return nil, err
		}
		return endpoint.Of(messageview.OfRows(rows, next)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/unit/messages/{id}", ID: "unit-message", Summary: "看一封转交的来信", Tag: "承办单位", Who: handle,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Read(ctx, by, model.SideUnit, in.ID))
	})
	endpoint.Act(api, post("unit-accept", "accept", "接收"), func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Accept(ctx, by, in.ID))
	})
	endpoint.Act(api, post("unit-refuse", "refuse", "说明理由退回"), func(ctx context.Context, by model.Actor, in *reasonInput) (*thread, error) {
		return r.shown(r.Messages.RefuseHandOver(ctx, by, in.ID.ID, in.Body.Reason))
	})
	endpoint.Act(api, post("unit-handle", "handle", "开始办理"), func(ctx context.Context, by model.Actor, in *planInput) (*thread, error) {
		return r.shown(r.Messages.Handle(ctx, by, in.ID.ID, in.Body.Plan))
	})
	endpoint.Act(api, post("unit-answer", "answer", "答复居民"), func(ctx context.Context, by model.Actor, in *wordsInput) (*thread, error) {
		return r.shown(r.Messages.AnswerForUnit(ctx, by, in.ID.ID, message.Words{Body: in.Body.Body, PictureIDs: in.Body.PictureIDs}))
	})
	endpoint.Act(api, post("unit-supplement", "turns", "补充内容"), func(ctx context.Context, by model.Actor, in *wordsInput) (*thread, error) {
		return r.shown(r.Messages.Supplement(ctx, by, model.SideUnit, in.ID.ID, message.Words{Body: in.Body.Body, PictureIDs: in.Body.PictureIDs}))
	})
	endpoint.Act(api, post("unit-extend", "extend", "延长办理期限（一次）"), func(ctx context.Context, by model.Actor, in *extendInput) (*thread, error) {
		return r.shown(r.Messages.Extend(ctx, by, in.ID.ID, in.Body.Days, in.Body.Reason))
	})
}

// shown shows the message after a deed.
func (r Room) shown(t message.Thread, err error) (*thread, error) {
	if err != nil {
		return nil, err
	}
	return endpoint.Of(messageview.OfOfficer(t, r.Link)), nil
}
