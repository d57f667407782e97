package newsroom

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/newsroom"
)

type scheduleInput struct {
	endpoint.ID
	Body struct {
		At time.Time `json:"at" doc:"发布时间"`
	}
}

type doorsInput struct {
	endpoint.ID
	Body struct {
		Feed        bool `json:"feed" doc:"小程序动态"`
		Draft       bool `json:"draft" doc:"公众号草稿；选了发布就不再单独生成"`
		Publication bool `json:"publication" doc:"公众号发布（不推送）"`
	}
}

type doorInput struct {
	endpoint.ID
	Door model.Door `path:"door" enum:"draft,publication,mass_send"`
}

type correctInput struct {
	endpoint.ID
	Body struct {
		TextBody

		Revision int    `json:"revision" minimum:"0"`
		Note     string `json:"note" minLength:"1" maxLength:"300" doc:"更正说明，读者可见"`
	}
}

type previewInput struct {
	endpoint.ID
	Body struct {
		To string `json:"to" minLength:"1" maxLength:"60" doc:"me：发给自己绑定的微信；否则是接收人的微信号"`
	}
}

type atWeChatView struct {
	Title    string        `json:"title"`
	Author   string        `json:"author"`
	Digest   string        `json:"digest"`
	Content  string        `json:"content" doc:"发给微信、并由微信展示的 HTML"`
	CoverURL string        `json:"cover_url,omitempty"`
	Findings []findingView `json:"findings"`
}

// me is how the actor says that a preview is for themselves.
const me = "me"

func (r Room) registerPublishing(api endpoint.API) {
	type deed struct {
		path, id, summary string
		do                func(ctx context.Context, by model.Actor, id string) (model.Article, error)
	}
	for _, d := range []deed{
		{"/publish", "publish-article", "立即发布", r.Newsroom.PublishNow},
		{"/unschedule", "unschedule-article", "取消定时发布", r.Newsroom.Unschedule},
	} {
		act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + d.path, ID: d.id, Summary: d.summary, Who: writes()}, idOf,
			func(ctx context.Context, by model.Actor, in *endpoint.ID) error {
				_, err := d.do(ctx, by, in.ID)
				return err
			})
	}
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/schedule", ID: "schedule-article", Summary: "定时发布", Who: writes()},
		func(in *scheduleInput) string { return in.ID.ID }, func(ctx context.Context, by model.Actor, in *scheduleInput) error {
			_, err := r.Newsroom.Schedule(ctx, by, in.ID.ID, in.Body.At)
			return err
		})
	act(api, r, endpoint.Route{Method: http.MethodPut, Path: one + "/doors", ID: "choose-doors", Summary: "选择发布渠道", Who: writes()},
		func(in *doorsInput) string { return in.ID.ID }, func(ctx context.Context, by model.Actor, in *doorsInput) error {
			_, err := r.Newsroom.ChooseDoors(ctx, by, in.ID.ID, newsroom.Wishes{Feed: in.Body.Feed, Draft: in.Body.Draft, Publication: in.Body.Publication})
			return err
		})
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/doors/{door}/retry", ID: "retry-door", Summary: "重试一个渠道，或在更正后重新发布", Who: writes()},
		func(in *doorInput) string { return in.ID.ID }, func(ctx context.Context, by model.Actor, in *doorInput) error {
			_, err := r.Newsroom.Retry(ctx, by, in.ID.ID, in.Door)
			return err
		})
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/withdraw", ID: "withdraw-article", Summary: "从所有渠道撤下", Who: writes()},
		func(in *reasonInput) string { return in.ID.ID }, func(ctx context.Context, by model.Actor, in *reasonInput) error {
			_, err := r.Newsroom.Withdraw(ctx, by, in.ID.ID, in.Body.Reason)
			return err
		})
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/correct", ID: "correct-article", Summary: "更正已发布的文章", Who: writes(), MaxBody: textMax},
		func(in *correctInput) string { return in.ID.ID }, func(ctx context.Context, by model.Actor, in *correctInput) error {
			_, err := r.Newsroom.Correct(ctx, by, in.ID.ID, newsroom.Correction{Note: in.Body.Note, Text: in.Body.text(in.Body.Revision)})
			return err
		})
}

func (r Room) registerPreview(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: one + "/wechat", ID: "article-at-wechat", Summary: "公众号里看到的样子", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[atWeChatView], error) {
			p, err := r.Newsroom.AtWeChat(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(atWeChatView{p.Title, p.Author, p.Digest, r.shown(p.Content), r.coverURL(p.Cover), viewFindings(p.Findings)}), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: one + "/preview", ID: "preview-article", Summary: "发送微信预览", Tag: tag, Who: writes(), Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *previewInput) (*endpoint.Empty, error) {
			to := in.Body.To
			if to == me {
				to = ""
			}
			return nil, r.Newsroom.Preview(ctx, by, in.ID.ID, to)
		})
}
