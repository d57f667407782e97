package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/notice"
)

type noticeView struct {
	ID        string              `json:"id"`
	Title     string              `json:"title"`
	Body      string              `json:"body"`
	Link      string              `json:"link" doc:"小程序页面路径"`
	MessageID string              `json:"message_id,omitempty"`
	State     model.NoticeState   `json:"state" enum:"waiting,pushed,unreachable,digest,left" doc:"left：只放在通知里，不推送"`
	Channel   model.NoticeChannel `json:"channel" enum:"subscribe,template,customer,inbox"`
	Read      bool                `json:"read"`
	At        time.Time           `json:"at"`
}

type inboxView struct {
	Items  []noticeView `json:"items"`
	Next   string       `json:"next,omitempty"`
	Unread int64        `json:"unread"`
}

type grantsInput struct {
	Body struct {
		TemplateIDs []string `json:"template_ids" minItems:"1" maxItems:"3" doc:"用户刚刚在微信里点了允许的模板编号"`
	}
}

type templatesView struct {
	Templates map[model.NoticeTemplate]string `json:"templates" doc:"请求订阅时用的模板编号"`
	Left      map[string]int                  `json:"left" doc:"每个模板还可以推送几次"`
}

func (r Room) registerNotices(api endpoint.API) {
	const tag = "通知"
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/notices", ID: "list-notices", Summary: "我的通知", Tag: tag, Who: endpoint.SignedIn(),
	}, r.inbox)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/notices/{id}/read", ID: "read-notice", Summary: "标为已读", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
		return nil, notice.MarkRead(ctx, r.DB, by, in.ID, r.Now())
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/notices/read", ID: "read-all-notices", Summary: "全部标为已读", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Empty, error) {
		return nil, notice.MarkAllRead(ctx, r.DB, by, r.Now())
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/me/notice-templates", ID: "notice-templates", Summary: "可以订阅的通知模板", Tag: tag, Who: endpoint.SignedIn(),
	}, r.templates)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/notice-grants", ID: "add-notice-grants", Summary: "登记用户刚允许的通知", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *grantsInput) (*endpoint.Body[templatesView], error) {
		if err := r.Pusher.AddGrants(ctx, by, in.Body.TemplateIDs); err != nil {
			return nil, err
		}
		return r.templates(ctx, by, nil)
	})
}

func (r Room) inbox(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[inboxView], error) {
	notices, next, unread, err := notice.Inbox(ctx, r.DB, by, in.Page())
	if err != nil {
		return nil, err
	}
	v := inboxView{Items: []noticeView{}, Next: next, Unread: unread}
	for _, n := range notices {
		v.Items = append(v.Items, noticeView{
			ID: n.ID, Title: n.Title, Body: n.Body, Link: n.Link, MessageID: n.MessageID, State: n.State, Channel: n.Channel,
			Read: n.ReadAt != nil, At: n.CreatedAt.In(model.Shanghai),
		})
	}
	return endpoint.Of(v), nil
}

func (r Room) templates(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[templatesView], error) {
	left, err := r.Pusher.Grants(ctx, by)
	if err != nil {
		return nil, err
	}
	return endpoint.Of(templatesView{Templates: r.Pusher.MiniTemplates(), Left: left}), nil
}
