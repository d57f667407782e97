package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"lianxin/config"
	"lianxin/handler/callback"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/conversation"
	"lianxin/service/directory"
	"lianxin/service/newsroom"
	"lianxin/service/notice"
	"lianxin/service/store"
	"lianxin/service/token"
	"lianxin/service/wechat"
	wire "lianxin/service/wechat/callback"
)

// weChatDesk gives the subjects the parts of the gateway they ask for.
type weChatDesk struct{ gateway *wechat.Gateway }

func (d weChatDesk) MiniIdentity(ctx context.Context, code string) (openID, unionID string, err error) {
	who, err := d.gateway.CodeToSession(ctx, code)
	return who.OpenID, who.UnionID, signInFault(err)
}

func (d weChatDesk) OfficialIdentity(ctx context.Context, code string) (openID, unionID string, err error) {
	who, err := d.gateway.OAuthCode(ctx, code)
	return who.OpenID, who.UnionID, signInFault(err)
}

// signInFault says in words what the person can mend themselves.
func signInFault(err error) error {
	switch {
	case errors.Is(err, wechat.ErrSnapshotUser):
		return fault.Forbidden("您正在预览页面，请点击右下角“使用完整服务”后再登录。")
	case errors.Is(err, wechat.ErrBlockedPerson):
		return fault.Forbidden("微信提示这个账号存在风险，暂时不能登录，请稍后再试。")
	}
	return weChatFault(err)
}

// weChatFault tells a person who waits that WeChat does not answer now.
func weChatFault(err error) error {
	if err != nil && wechat.Retryable(err) {
		return errors.Join(fault.Unavailable("微信暂时没有响应，请稍后再试。", 5*time.Second), err)
	}
	return err
}

func (d weChatDesk) PhoneNumber(ctx context.Context, code string) (string, error) {
	phone, err := d.gateway.PhoneNumber(ctx, code)
	return phone, weChatFault(err)
}

// CheckText checks what a person wrote to another; WeChat calls that a comment.
func (d weChatDesk) CheckText(ctx context.Context, openID, text string) (model.Suggestion, error) {
	return d.gateway.CheckText(ctx, openID, wechat.SceneComment, text)
}

func (d weChatDesk) CheckPicture(ctx context.Context, openID, mediaURL string) (string, error) {
	return d.gateway.CheckPicture(ctx, openID, mediaURL)
}

func (d weChatDesk) PushSubscribe(ctx context.Context, p notice.Push) error {
	return d.gateway.SendSubscribe(ctx, wechat.SubscribeMessage{OpenID: p.OpenID, TemplateID: p.TemplateID, Page: p.Page, Data: p.Values})
}

func (d weChatDesk) PushTemplate(ctx context.Context, p notice.Push) error {
	return d.gateway.SendTemplate(ctx, wechat.TemplateMessage{OpenID: p.OpenID, TemplateID: p.TemplateID, MiniPage: p.Page, ClientMsgID: p.OnceID, Data: p.Values})
}

func (d weChatDesk) PushCustomer(ctx context.Context, openID, text string) error {
	return d.gateway.SendCustomerText(ctx, wechat.OfficialAccount, openID, text)
}

func (d weChatDesk) Say(ctx context.Context, openID, text string) error {
	return d.PushCustomer(ctx, openID, text)
}

func (d weChatDesk) Show(ctx context.Context, openID string, card conversation.Card) error {
	return d.gateway.SendCustomerNews(ctx, openID, wechat.NewsCard{Title: card.Title, Description: card.Words, URL: card.URL})
}

func (d weChatDesk) Menu(ctx context.Context) ([]conversation.Button, error) {
	menu, err := d.gateway.Menu(ctx)
	return ourButtons(menu), plainRefusal(err)
}

func (d weChatDesk) SetMenu(ctx context.Context, menu []conversation.Button) error {
	return plainRefusal(d.gateway.SetMenu(ctx, weChatButtons(menu)))
}

// plainRefusal tells somebody at a desk what WeChat does not like, and what to do.
func plainRefusal(err error) error {
	if _, refused := errors.AsType[*wechat.Error](err); !refused {
		return err
	}
	if wechat.Retryable(err) {
		return weChatFault(err)
	}
	found, do := weChatTrouble(err)
	return errors.Join(fault.Conflict("微信没有接受：%s。%s", found, do), err)
}

// scenePage is the page of the mini-program that a scanned code opens.
const scenePage = "pages/scene/index"

func (d weChatDesk) OfficialImage(ctx context.Context, scene string) (string, error) {
	address, err := d.gateway.OfficialCode(ctx, scene, 0)
	return address, weChatFault(err)
}

func (d weChatDesk) MiniImage(ctx context.Context, scene string) ([]byte, error) {
	image, err := d.gateway.MiniCode(ctx, scene, scenePage, 430)
	return image, weChatFault(err)
}

func (d weChatDesk) Follower(ctx context.Context, openID string) (string, error) {
	who, err := d.gateway.UserInfo(ctx, openID)
	if err == nil && !who.Subscribed {
		err = model.ErrNotFollowing
	}
	return who.UnionID, err
}

// tokens keeps the gateway's tokens in the database.
type tokens struct{ rows *token.Store }

func (t tokens) LoadToken(ctx context.Context, appID string) (wechat.Token, error) {
	value, ends, err := t.rows.LoadToken(ctx, appID)
	return wechat.Token{Value: value, ExpiresAt: ends}, err
}

func (t tokens) SaveToken(ctx context.Context, appID string, fresh wechat.Token) error {
	return t.rows.SaveToken(ctx, appID, fresh.Value, fresh.ExpiresAt)
}

func (t tokens) DropToken(ctx context.Context, appID, value string) error {
	return t.rows.DropToken(ctx, appID, value)
}

// templateKeys are the fields of each notice template, in the order in which
// service/notice means them. An account whose templates have other keys says so
// after the id: "ID:thing3,phrase1,time5,thing7".
var templateKeys = map[model.NoticeTemplate][]string{
	model.TemplateProgress: {"thing1", "phrase2", "time3", "thing4"},
	model.TemplateAnswer:   {"thing1", "name2", "time3", "thing4"},
	model.TemplateTask:     {"thing1", "time2", "phrase3", "thing4"},
	model.TemplateSurvey:   {"thing1", "time2", "thing3"},
	model.TemplateNews:     {"thing1", "thing2", "time3", "thing4"},
}

func templates(ids config.NoticeTemplates, news string) map[model.NoticeTemplate]notice.Template {
	set := map[model.NoticeTemplate]notice.Template{}
	for name, value := range map[model.NoticeTemplate]string{
		model.TemplateProgress: ids.Progress, model.TemplateAnswer: ids.Answer, model.TemplateTask: ids.Task, model.TemplateSurvey: ids.Survey, model.TemplateNews: news,
	} {
		id, keys, renamed := strings.Cut(value, ":")
		if id == "" {
			continue
		}
		t := notice.Template{ID: id, Keys: templateKeys[name]}
		if renamed {
			t.Keys = strings.Split(keys, ",")
		}
		set[name] = t
	}
	return set
}

// receivers open what WeChat pushes; nil for an account that is not configured.
type receivers struct {
	mini     callback.Receiver
	official callback.Receiver
}

func receiversOf(cfg config.WeChat, now func() time.Time) (receivers, error) {
	var r receivers
	open := func(a config.Account) (*wire.Receiver, error) {
		return wire.New(wire.Options{
			AppID: a.AppID, Token: a.Token.Reveal(), EncodingAESKey: a.EncodingAESKey.Reveal(), Mode: wire.Mode(a.Mode), Now: now,
		})
	}
	if cfg.Mini.Configured() && cfg.Mini.Token != "" {
		mini, err := open(cfg.Mini)
		if err != nil {
			return r, err
		}
		r.mini = mini
	}
	if cfg.Official.Configured() && cfg.Official.Token != "" {
		official, err := open(cfg.Official)
		if err != nil {
			return r, err
		}
		r.official = official
	}
	return r, nil
}

// signpost answers the official account's questions from the directory and the
// newsroom.
type signpost struct {
	places *directory.Service
	news   *newsroom.Service
}

func (s signpost) Find(ctx context.Context, typed string) (conversation.Found, error) {
	found, err := s.places.Find(ctx, typed)
	if err != nil {
		return conversation.Found{}, err
	}
	return conversation.Found{Place: found.Area.Name, People: people(found.Representatives)}, nil
}

func (s signpost) Scene(ctx context.Context, code string) (conversation.Found, error) {
	resolved, err := s.places.Scene(ctx, code)
	if err != nil {
		return conversation.Found{}, err
	}
	cards := resolved.Representatives
	if resolved.Representative != nil {
		cards = []directory.Card{*resolved.Representative}
	}
	return conversation.Found{Place: resolved.Area.Name, People: people(cards)}, nil
}

func (s signpost) Near(ctx context.Context, place model.Place) (conversation.Found, error) {
	near, err := s.places.AreasNear(ctx, place)
	if err != nil || len(near) == 0 {
		return conversation.Found{}, err
	}
	cards, _, err := s.places.Representatives(ctx, directory.Find{AreaID: near[0].Area.ID}, store.Page{Limit: store.DefaultLimit})
	if err != nil {
		return conversation.Found{}, err
	}
	return conversation.Found{Place: near[0].Area.Name, People: people(cards)}, nil
}

func (s signpost) Latest(ctx context.Context, n int) ([]conversation.Headline, error) {
	articles, _, err := s.news.Articles(ctx, newsroom.Find{}, store.Page{Limit: n})
	if err != nil {
		return nil, err
	}
	headlines := make([]conversation.Headline, len(articles))
	for i, a := range articles {
		headlines[i] = conversation.Headline{ID: a.ID, Title: a.Title}
	}
	return headlines, nil
}

func people(cards []directory.Card) []conversation.Person {
	found := make([]conversation.Person, len(cards))
	for i, c := range cards {
		where := make([]string, len(c.Areas))
		for j, a := range c.Areas {
			where[j] = a.Name
		}
		found[i] = conversation.Person{ID: c.Representative.ID, Name: c.Representative.Name, Post: c.Representative.Post, Where: strings.Join(where, "、")}
	}
	return found
}

// authorize makes the address of WeChat's sign-in page for the official account.
func (a *app) authorize(page, state string) string {
	// Only with snsapi_userinfo does WeChat tell the unionid, by which somebody is
	// the same person as in the mini-program. Followers who come from the account's
	// chat or menu are not asked even so; without a mini-program nobody is.
	scope := wechat.ScopeBase
	if a.cfg.WeChat.Mini.Configured() {
		scope = wechat.ScopeUserInfo
	}
	return a.gateway.OAuthURL(a.cfg.PublicURL+page, state, scope)
}

// standInFrames are the addresses of the stand-in's browser phone, which shows
// our pages in a frame; none with the real WeChat.
func standInFrames(simulator string) []string {
	if simulator == "" {
		return nil
	}
	return []string{simulator, strings.Replace(simulator, "127.0.0.1", "localhost", 1)}
}

// miniLink makes links into the mini-program with the real WeChat; the
// stand-in's links lead nowhere a browser can go.
func (a *app) miniLink() func(ctx context.Context, path, query string) (string, error) {
	if a.cfg.WeChat.Simulator != "" || !a.cfg.WeChat.Mini.Configured() {
		return nil
	}
	return a.gateway.URLLink
}
