package open

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
)

type readInput struct {
	endpoint.ID
	Body struct {
		Token string           `json:"token" minLength:"16" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"手机每天自己新编的随机记号：当天重复打开用同一个，第二天换新的，不与登录有关"`
		From  model.ReadOrigin `json:"from" enum:"feed,wechat,share,story,follow,other" doc:"从哪里打开的：动态列表、公众号、别人转发、典型案例、关注通知、其他"`
	}
}

// registerReads adds the count of readers. The article itself is served from
// memory and counts nothing.
func (r Room) registerReads(api endpoint.API) {
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/articles/{id}/reads", ID: "note-read", Summary: "打开了一篇文章：每部手机每天算一次，不记录是谁", Tag: "动态",
		Who: endpoint.Anyone(), Status: http.StatusNoContent, Keyless: true,
	}, func(ctx context.Context, in *readInput) (*endpoint.Empty, error) {
		return nil, r.Newsroom.NoteRead(ctx, in.ID.ID, in.Body.Token, in.Body.From)
	})
}
