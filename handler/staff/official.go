package staff

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/conversation"
)

// menuLeaf is a button without others below it.
type menuLeaf struct {
	Kind      conversation.ButtonKind `json:"kind,omitempty" maxLength:"32" doc:"click、view、miniprogram；从微信取来的其他种类原样保留"`
	Name      string                  `json:"name" maxLength:"60"`
	Key       string                  `json:"key,omitempty" maxLength:"128"`
	URL       string                  `json:"url,omitempty" maxLength:"1024"`
	AppID     string                  `json:"appid,omitempty" maxLength:"64"`
	Page      string                  `json:"page,omitempty" maxLength:"1024"`
	MediaID   string                  `json:"media_id,omitempty" maxLength:"128"`
	ArticleID string                  `json:"article_id,omitempty" maxLength:"128"`
}

type menuButton struct {
	Kind      conversation.ButtonKind `json:"kind,omitempty" maxLength:"32"`
	Name      string                  `json:"name" maxLength:"60"`
	Key       string                  `json:"key,omitempty" maxLength:"128"`
	URL       string                  `json:"url,omitempty" maxLength:"1024"`
	AppID     string                  `json:"appid,omitempty" maxLength:"64"`
	Page      string                  `json:"page,omitempty" maxLength:"1024"`
	MediaID   string                  `json:"media_id,omitempty" maxLength:"128"`
	ArticleID string                  `json:"article_id,omitempty" maxLength:"128"`
	Children  []menuLeaf              `json:"children,omitempty" maxItems:"5"`
}

type menuProblem struct {
	Field  string `json:"field" doc:"哪个按钮的哪一项，如 buttons.0.children.1.url"`
	Reason string `json:"reason"`
}

type menuKey struct {
	Key   string `json:"key"`
	Words string `json:"words"`
}

type menuView struct {
	Buttons     []menuButton  `json:"buttons"`
	Revision    int           `json:"revision"`
	UpdatedAt   *time.Time    `json:"updated_at,omitempty"`
	UpdatedBy   string        `json:"updated_by,omitempty"`
	PublishedAt *time.Time    `json:"published_at,omitempty"`
	PublishedBy string        `json:"published_by,omitempty"`
	Problems    []menuProblem `json:"problems" doc:"发布前要改好的"`
	Keys        []menuKey     `json:"keys" doc:"点了以后可以回答什么"`
	MiniAppID   string        `json:"mini_appid,omitempty"`
}

type menuInput struct {
	Body struct {
		Buttons  []menuButton `json:"buttons" maxItems:"3"`
		Revision int          `json:"revision" minimum:"0" doc:"读到的版本；别人先改了会被拒绝"`
	}
}

type revisionInput struct {
	Body struct {
		Revision int `json:"revision" minimum:"0"`
	}
}

type thereView struct {
	Buttons []menuButton `json:"buttons"`
	Same    bool         `json:"same" doc:"和草稿一样"`
}

type replyView struct {
	ID         string              `json:"id,omitempty"`
	Name       string              `json:"name"`
	Matching   model.ReplyMatching `json:"matching" enum:"exact,contains"`
	Words      string              `json:"words" doc:"关键词，每行一个"`
	Form       model.ReplyForm     `json:"form" enum:"text,link,article,page"`
	Title      string              `json:"title,omitempty"`
	Body       string              `json:"body,omitempty"`
	Target     string              `json:"target,omitempty"`
	Enabled    bool                `json:"enabled"`
	Revision   int                 `json:"revision"`
	UpdatedAt  time.Time           `json:"updated_at"`
	UpdatedBy  string              `json:"updated_by,omitempty"`
	Collisions []string            `json:"collisions,omitempty" doc:"和别的回答撞在一起的地方"`
}

type replyList struct {
	Welcome  *replyView  `json:"welcome,omitempty"`
	Keywords []replyView `json:"keywords"`
}

type replyBody struct {
	Name     string              `json:"name,omitempty" maxLength:"60"`
	Matching model.ReplyMatching `json:"matching,omitempty" enum:"exact,contains"`
	Words    string              `json:"words,omitempty" maxLength:"1000"`
	Form     model.ReplyForm     `json:"form" enum:"text,link,article,page"`
	Title    string              `json:"title,omitempty" maxLength:"120"`
	Body     string              `json:"body,omitempty" maxLength:"3000"`
	Target   string              `json:"target,omitempty" maxLength:"1024"`
	Enabled  bool                `json:"enabled"`
	Revision int                 `json:"revision,omitempty" minimum:"0"`
}

type newReplyInput struct{ Body replyBody }

type replyInput struct {
	endpoint.ID
	Body replyBody
}

type savedView struct {
	ID string `json:"id"`
}

type orderInput struct {
	Body struct {
		IDs []string `json:"ids" maxItems:"200"`
	}
}

type trialInput struct {
	Body struct {
		Text   string `json:"text,omitempty" maxLength:"2000" doc:"粉丝会打的字"`
		Follow bool   `json:"follow,omitempty" doc:"刚刚关注"`
		Key    string `json:"key,omitempty" maxLength:"128" doc:"点了菜单里这个键的按钮"`
	}
}

type trialView struct {
	By    string `json:"by" doc:"为什么这样回答"`
	Text  string `json:"text,omitempty"`
	Title string `json:"title,omitempty" doc:"卡片的标题"`
	Words string `json:"words,omitempty"`
	URL   string `json:"url,omitempty"`
}

const officialPath = "/api/v1/staff/official"

func (r Room) registerOfficial(api endpoint.API) {
	keep := endpoint.Needs(model.PermitOfficialAccount)
	route := func(method, path, id, summary string) endpoint.Route {
		return endpoint.Route{Method: method, Path: officialPath + path, ID: id, Summary: summary, Tag: "公众号", Who: keep}
	}
	endpoint.Act(api, route(http.MethodGet, "/menu", "official-menu", "公众号菜单的草稿"),
		func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[menuView], error) {
			m, err := r.Talk.Menu(ctx, by)
			return r.viewMenu(ctx, by, m, err)
		})
	endpoint.Act(api, route(http.MethodPut, "/menu", "save-official-menu", "保存菜单草稿"),
		func(ctx context.Context, by model.Actor, in *menuInput) (*endpoint.Body[menuView], error) {
			buttons, err := convert[[]conversation.Button](in.Body.Buttons)
			if err != nil {
				return nil, err
			}
			m, err := r.Talk.SaveMenu(ctx, by, buttons, in.Body.Revision)
			return r.viewMenu(ctx, by, m, err)
		})
	publish := route(http.MethodPost, "/menu/publish", "publish-official-menu", "把菜单发布到微信")
	publish.Status, publish.StepUp = http.StatusNoContent, true
	endpoint.Act(api, publish, func(ctx context.Context, by model.Actor, in *revisionInput) (*endpoint.Empty, error) {
		return nil, r.Talk.PublishMenu(ctx, by, in.Body.Revision)
	})
	endpoint.Act(api, route(http.MethodGet, "/menu/there", "menu-of-wechat", "微信现在的菜单"),
		func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[thereView], error) {
			return r.menuThere(ctx, by)
		})
	endpoint.Act(api, route(http.MethodPost, "/menu/take-over", "take-over-menu", "把微信现在的菜单取作草稿"),
		func(ctx context.Context, by model.Actor, in *revisionInput) (*endpoint.Body[menuView], error) {
			m, err := r.Talk.TakeOver(ctx, by, in.Body.Revision)
			return r.viewMenu(ctx, by, m, err)
		})
	r.registerReplies(api, route)
	r.registerOnline(api, route)
}

func (r Room) registerReplies(api endpoint.API, route func(method, path, id, summary string) endpoint.Route) {
	endpoint.Act(api, route(http.MethodGet, "/replies", "official-replies", "欢迎语和关键词回复"), r.replies)
	created := route(http.MethodPost, "/replies", "add-official-reply", "新增关键词回复")
	created.Status = http.StatusCreated
	endpoint.Act(api, created, func(ctx context.Context, by model.Actor, in *newReplyInput) (*endpoint.Body[savedView], error) {
		return r.saveReply(ctx, by, in.Body.reply("", model.ReplyKeyword))
	})
	endpoint.Act(api, route(http.MethodPut, "/replies/{id}", "change-official-reply", "修改关键词回复"),
		func(ctx context.Context, by model.Actor, in *replyInput) (*endpoint.Body[savedView], error) {
			return r.saveReply(ctx, by, in.Body.reply(in.ID.ID, model.ReplyKeyword))
		})
	endpoint.Act(api, route(http.MethodPut, "/welcome", "set-welcome", "修改欢迎语"),
		func(ctx context.Context, by model.Actor, in *newReplyInput) (*endpoint.Body[savedView], error) {
			welcome, _, err := r.Talk.Replies(ctx, by)
			if err != nil {
				return nil, err
			}
			id := ""
			if welcome != nil {
				id = welcome.ID
			}
			return r.saveReply(ctx, by, in.Body.reply(id, model.ReplyWelcome))
		})
	gone := route(http.MethodDelete, "/replies/{id}", "drop-official-reply", "删除关键词回复或欢迎语")
	gone.Status = http.StatusNoContent
	endpoint.Act(api, gone, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
		return nil, r.Talk.DropReply(ctx, by, in.ID)
	})
	ordered := route(http.MethodPut, "/replies/order", "order-official-replies", "调整关键词回复的次序")
	ordered.Status = http.StatusNoContent
	endpoint.Act(api, ordered, func(ctx context.Context, by model.Actor, in *orderInput) (*endpoint.Empty, error) {
		return nil, r.Talk.OrderReplies(ctx, by, in.Body.IDs)
	})
	// A post, though it changes nothing: what somebody might type belongs in no address.
	try := route(http.MethodPost, "/try", "try-official", "试一试：粉丝这样做，会得到什么回答")
	try.Keyless = true
	endpoint.Act(api, try, func(ctx context.Context, by model.Actor, in *trialInput) (*endpoint.Body[trialView], error) {
		a, err := r.Talk.Try(ctx, by, conversation.Trial{Text: in.Body.Text, Follow: in.Body.Follow, TapsKey: in.Body.Key})
		if err != nil {
			return nil, err
		}
		v := trialView{By: a.By, Text: a.Text}
		if a.Card != nil {
			v.Title, v.Words, v.URL = a.Card.Title, a.Card.Words, a.Card.URL
		}
		return endpoint.Of(v), nil
	})
}

func (b replyBody) reply(id string, kind model.ReplyKind) model.OfficialReply {
	return model.OfficialReply{
		ID: id, Kind: kind, Name: b.Name, Matching: b.Matching, Words: b.Words, Form: b.Form, Title: b.Title, Body: b.Body, Target: b.Target,
		Enabled: b.Enabled, Revision: b.Revision,
	}
}

func (r Room) saveReply(ctx context.Context, by model.Actor, reply model.OfficialReply) (*endpoint.Body[savedView], error) {
	if reply.Kind == model.ReplyKeyword && reply.Matching == "" {
		return nil, fault.InvalidField("matching", "请选择怎样才算对上。")
	}
	id, err := r.Talk.SaveReply(ctx, by, reply)
	if err != nil {
		return nil, err
	}
	return endpoint.Of(savedView{id}), nil
}

func (r Room) replies(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[replyList], error) {
	welcome, keywords, err := r.Talk.Replies(ctx, by)
	if err != nil {
		return nil, err
	}
	list := replyList{Keywords: []replyView{}}
	if welcome != nil {
		v := viewReply(*welcome, nil)
		list.Welcome = &v
	}
	for _, k := range keywords {
		list.Keywords = append(list.Keywords, viewReply(k.OfficialReply, k.Collisions))
	}
	return endpoint.Of(list), nil
}

func viewReply(r model.OfficialReply, collisions []string) replyView {
	return replyView{
		ID: r.ID, Name: r.Name, Matching: r.Matching, Words: r.Words, Form: r.Form, Title: r.Title, Body: r.Body, Target: r.Target,
		Enabled: r.Enabled, Revision: r.Revision, UpdatedAt: r.UpdatedAt.In(model.Shanghai), UpdatedBy: r.UpdatedBy, Collisions: collisions,
	}
}

func (r Room) viewMenu(ctx context.Context, by model.Actor, m conversation.Menu, err error) (*endpoint.Body[menuView], error) {
	if err != nil {
		return nil, err
	}
	buttons, err := convert[[]menuButton](m.Draft)
	if err != nil {
		return nil, err
	}
	v := menuView{
		Buttons: buttons, Revision: m.Revision, UpdatedAt: model.InShanghai(m.UpdatedAt), UpdatedBy: m.UpdatedBy, PublishedAt: model.InShanghai(m.PublishedAt),
		PublishedBy: m.PublishedBy, Problems: []menuProblem{}, MiniAppID: r.MiniAppID,
	}
	for _, p := range m.Problems {
		v.Problems = append(v.Problems, menuProblem{p.Name, p.Reason})
	}
	for _, k := range conversation.KeyWords() {
		v.Keys = append(v.Keys, menuKey{k.Key, "内置：" + k.Words})
	}
	_, keywords, err := r.Talk.Replies(ctx, by)
	if err != nil {
		return nil, err
	}
	for _, k := range keywords {
		v.Keys = append(v.Keys, menuKey{conversation.KeyReply + k.ID, "自动回复：" + k.Name})
	}
	return endpoint.Of(v), nil
}

func (r Room) menuThere(ctx context.Context, by model.Actor) (*endpoint.Body[thereView], error) {
	there, err := r.Talk.There(ctx, by)
	if err != nil {
		return nil, err
	}
	m, err := r.Talk.Menu(ctx, by)
	if err != nil {
		return nil, err
	}
	ours, err := json.Marshal(m.Draft)
	if err != nil {
		return nil, err
	}
	theirs, err := json.Marshal(there)
	if err != nil {
		return nil, err
	}
	buttons, err := convert[[]menuButton](there)
	if err != nil {
		return nil, err
	}
	if buttons == nil {
		buttons = []menuButton{}
	}
	return endpoint.Of(thereView{Buttons: buttons, Same: string(ours) == string(theirs)}), nil
}

// convert makes buttons of one side into those of the other: they have the same
// fields.
func convert[To any](from any) (To, error) {
	var to To
	text, err := json.Marshal(from)
	if err != nil {
		return to, err
	}
	err = json.Unmarshal(text, &to)
	return to, err
}
