// Package resident serves the people who write: sending, following and judging
// their own messages.
package resident

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/handler/messageview"
	"lianxin/model"
	"lianxin/service/limit"
	"lianxin/service/message"
)

// Room serves residents.
type Room struct {
	Messages *message.Service
	Link     messageview.Link
}

type onBehalf struct {
	Name  string `json:"name" minLength:"1" maxLength:"30" doc:"您替谁写"`
	Phone string `json:"phone,omitempty" maxLength:"11" doc:"对方手机号；对方登录后也能看到回复"`
}

type sendInput struct {
	Body struct {
		RepresentativeID string    `json:"representative_id" minLength:"1" maxLength:"36"`
		TopicID          string    `json:"topic_id,omitempty" maxLength:"36"`
		Body             string    `json:"body" minLength:"1" maxLength:"2000" doc:"来信内容，最多 2000 字"`
		Place            string    `json:"place,omitempty" maxLength:"60" doc:"大致地点"`
		Name             string    `json:"name,omitempty" maxLength:"30" doc:"希望怎样称呼您"`
		HideName         bool      `json:"hide_name,omitempty" doc:"对代表隐去姓名和电话"`
		ConsentHandOver  bool      `json:"consent_hand_over,omitempty" doc:"同意转交有关单位办理"`
		ConsentPublish   bool      `json:"consent_publish,omitempty" doc:"同意隐去姓名后公开，供遇到同样问题的人参考"`
		PictureIDs       []string  `json:"picture_ids,omitempty" maxItems:"9" uniqueItems:"true"`
		OnBehalf         *onBehalf `json:"on_behalf,omitempty" doc:"替他人代写"`
	}
}

// Words are a text with pictures.
type Words struct {
	Body       string   `json:"body" minLength:"1" maxLength:"2000"`
	PictureIDs []string `json:"picture_ids,omitempty" maxItems:"9" uniqueItems:"true"`
}

func (w Words) words() message.Words { return message.Words{Body: w.Body, PictureIDs: w.PictureIDs} }

type wordsInput struct {
	endpoint.ID
	Body Words
}

type outcomeInput struct {
	endpoint.ID
	Body struct {
		Word    model.Word `json:"word" enum:"solved,partly,no_answer_needed" doc:"解决了、部分解决、不需要答复了；没有解决请用“继续反映”"`
		Rating  int        `json:"rating,omitempty" minimum:"0" maximum:"5" doc:"1 到 5，0 为不评分"`
		Comment string     `json:"comment,omitempty" maxLength:"500"`
	}
}

type consentInput struct {
	endpoint.ID
	Body struct {
		Purpose model.ConsentPurpose `json:"purpose" enum:"hand_over,publish"`
		Given   bool                 `json:"given"`
	}
}

type listInput struct {
	endpoint.Paging
	Which message.Which `query:"which" enum:"waiting,answered,ended" doc:"等您处理、已答复、已结束；留空为全部"`
}

type thread = endpoint.Body[messageview.Thread]

// Register adds the routes.
func (r Room) Register(api endpoint.API) {
	const tag = "来信"
	send, follow := endpoint.Needs(model.PermitMessageSend), endpoint.Needs(model.PermitMessageFollow)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/messages", ID: "send-message", Limit: limit.Send, Summary: "写信给代表", Tag: tag, Who: send, Status: http.StatusCreated,
	}, r.send)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/messages", ID: "my-messages", Summary: "我的来信", Tag: tag, Who: follow,
	}, func(ctx context.Context, by model.Actor, in *listInput) (*endpoint.Body[messageview.List], error) {
		rows, next, err := r.Messages.Mine(ctx, by, in.Which, in.Page())
		if err != nil {
			return nil, err
		}
		return endpoint.Of(messageview.OfRows(rows, next)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/messages/{id}", ID: "my-message", Summary: "看我的一封来信", Tag: tag, Who: follow,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Read(ctx, by, model.SideResident, in.ID))
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/messages/{id}/turns", ID: "supplement-message", Limit: limit.Turn, Summary: "补充内容", Tag: tag, Who: follow, Status: http.StatusCreated,
	}, func(ctx context.Context, by model.Actor, in *wordsInput) (*thread, error) {
		return r.shown(r.Messages.Supplement(ctx, by, model.SideResident, in.ID.ID, in.Body.words()))
	})
	r.registerEnd(api, follow, tag)
}

func (r Room) registerEnd(api endpoint.API, follow endpoint.Who, tag string) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/messages/{id}/withdraw", ID: "withdraw-message", Summary: "撤回来信", Tag: tag, Who: follow,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Withdraw(ctx, by, in.ID))
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/messages/{id}/confirm", ID: "confirm-message", Summary: "确认结果并评价", Tag: tag, Who: follow,
	}, func(ctx context.Context, by model.Actor, in *outcomeInput) (*thread, error) {
		return r.shown(r.Messages.Confirm(ctx, by, in.ID.ID, message.Outcome{Word: in.Body.Word, Rating: in.Body.Rating, Comment: in.Body.Comment}))
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/messages/{id}/reopen", ID: "reopen-message", Limit: limit.Turn, Summary: "没有解决，继续反映", Tag: tag, Who: follow,
	}, func(ctx context.Context, by model.Actor, in *wordsInput) (*thread, error) {
		return r.shown(r.Messages.Reopen(ctx, by, in.ID.ID, in.Body.words()))
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/messages/{id}/object", ID: "object-message", Limit: limit.Turn, Summary: "对“另有去处”提出异议", Tag: tag, Who: follow,
	}, func(ctx context.Context, by model.Actor, in *wordsInput) (*thread, error) {
		return r.shown(r.Messages.Object(ctx, by, in.ID.ID, in.Body.words()))
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/messages/{id}/consents", ID: "consent-message", Summary: "给出或撤回授权", Tag: tag, Who: follow,
	}, func(ctx context.Context, by model.Actor, in *consentInput) (*thread, error) {
		return r.shown(r.Messages.SetConsent(ctx, by, in.ID.ID, message.Consent{Purpose: in.Body.Purpose, Given: in.Body.Given}))
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/turns/{id}/appeal", ID: "appeal-turn", Limit: limit.Turn, Summary: "对内容检查结果申请人工复核", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
		return nil, r.Messages.Appeal(ctx, by, in.ID)
	})
}

func (r Room) send(ctx context.Context, by model.Actor, in *sendInput) (*thread, error) {
	b := in.Body
	draft := message.Draft{
		RepresentativeID: b.RepresentativeID, TopicID: b.TopicID, Body: b.Body, Place: b.Place, Name: b.Name, HideName: b.HideName,
		ConsentHandOver: b.ConsentHandOver, ConsentPublish: b.ConsentPublish, PictureIDs: b.PictureIDs,
	}
	if b.OnBehalf != nil {
		draft.OnBehalf = &message.OnBehalf{Name: b.OnBehalf.Name, Phone: b.OnBehalf.Phone}
	}
	return r.shown(r.Messages.Send(ctx, by, draft))
}

// shown shows the message after a deed.
func (r Room) shown(t message.Thread, err error) (*thread, error) {
	if err != nil {
		return nil, err
	}
	return endpoint.Of(messageview.OfThread(t, r.Link)), nil
}
