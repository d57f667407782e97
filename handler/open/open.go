// Package open serves everybody, signed in or not: who serves whom, what has
// been answered and published, and whether an answer is genuine. It shows no
// resident and no private number.
package open

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/handler/messageview"
	"lianxin/model"
	"lianxin/service/directory"
	"lianxin/service/limit"
	"lianxin/service/message"
	"lianxin/service/newsroom"
)

// Room serves the public.
type Room struct {
	Directory *directory.Service
	Messages  *message.Service
	Newsroom  *newsroom.Service
	Link      messageview.Link
}

// Register adds the routes whose answers are the same for everybody and may be
// served from memory.
func (r Room) Register(api endpoint.API) {
	r.registerAreas(api)
	r.registerRepresentatives(api)
	r.registerArticles(api)
	r.registerAnswers(api)
	r.registerReferrals(api)
}

// RegisterFresh adds the routes that must be asked anew each time: a scan is
// counted, a promise depends on this moment.
func (r Room) RegisterFresh(api endpoint.API) {
	r.registerReads(api)
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/scenes/{code}", ID: "scene", Summary: "扫码后看到谁", Tag: "找代表", Who: endpoint.Anyone(),
	}, func(ctx context.Context, in *codeInput) (*endpoint.Body[sceneView], error) {
		found, err := r.Directory.Scene(ctx, in.Code)
		if err != nil {
			return nil, err
		}
		v := sceneView{Kind: found.Kind, Representatives: r.cards(found.Representatives)}
		if found.Representative != nil {
			v.Representatives = r.cards([]directory.Card{*found.Representative})
		}
		if found.Area.ID != "" {
			area := viewArea(found.Area)
			v.Area = &area
		}
		return endpoint.Of(v), nil
	})
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/representatives/{id}/promise", ID: "promise", Summary: "现在写信，什么时候有回应、由谁回应", Tag: "找代表", Who: endpoint.Anyone(),
	}, func(ctx context.Context, in *endpoint.ID) (*endpoint.Body[promiseView], error) {
		p, err := r.Messages.Promise(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(promiseView{FirstTouchBy: p.FirstTouchBy.In(model.Shanghai), Words: model.DayWords(p.FirstTouchBy) + "前回应", ByStudio: p.ByStudio, Why: p.Why}), nil
	})
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/check-codes/{code}", ID: "verify-code", Limit: limit.CheckCode, Summary: "核实一份答复是不是真的", Tag: "公开答复", Who: endpoint.Anyone(),
	}, func(ctx context.Context, in *codeInput) (*endpoint.Body[genuineView], error) {
		g, err := r.Messages.VerifyCode(ctx, in.Code)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(genuineView{Genuine: true, Number: g.Number, Author: g.Author, Body: g.Body, At: g.At.In(model.Shanghai)}), nil
	})
}

type codeInput struct {
	Code string `path:"code" minLength:"1" maxLength:"64"`
}

type sceneView struct {
	Kind            model.SceneKind `json:"kind" enum:"place,person"`
	Area            *AreaView       `json:"area,omitempty"`
	Representatives []Card          `json:"representatives"`
}

type promiseView struct {
	FirstTouchBy time.Time `json:"first_touch_by"`
	Words        string    `json:"words" example:"3月12日前回应"`
	ByStudio     bool      `json:"by_studio" doc:"由代表工作室代办"`
	Why          string    `json:"why,omitempty"`
}

type genuineView struct {
	Genuine bool      `json:"genuine"`
	Number  string    `json:"number" doc:"来信编号"`
	Author  string    `json:"author"`
	Body    string    `json:"body" doc:"答复原文，号码已隐去"`
	At      time.Time `json:"at"`
}
