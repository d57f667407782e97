package wechat_test

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"lianxin/service/wechat"
)

// api is one method of the gateway, ready to be called.
type api struct {
	name string
	path string
	// tokened says that the call needs the account's token.
	tokened bool
	call    func(ctx context.Context, g *wechat.Gateway) error
}

// apis are all methods that reach WeChat, in a world where each of them succeeds.
func (w *world) apis() []api {
	w.t.Helper()
	mini, official := w.openID("mini"), w.openID("official")
	data := map[string]string{"thing1": "路灯不亮", "phrase2": "办理中", "time3": "2026-11-20 09:00", "thing4": "请留意"}
	menu := []wechat.MenuButton{{Type: wechat.ButtonClick, Name: "留言", Key: "write"}}
	list := []api{
		{"CodeToSession", "/sns/jscode2session", false, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.CodeToSession(ctx, w.loginCode("mini", nil))
			return err
		}},
		{"OAuthCode", "/sns/oauth2/access_token", false, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.OAuthCode(ctx, w.loginCode("official", nil))
			return err
		}},
		{"PhoneNumber", "/wxa/business/getuserphonenumber", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.PhoneNumber(ctx, w.phoneCode())
			return err
		}},
		{"CheckText", "/wxa/msg_sec_check", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.CheckText(ctx, mini, wechat.SceneForum, "路灯不亮")
			return err
		}},
		{"CheckPicture", "/wxa/media_check_async", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.CheckPicture(ctx, mini, "http://127.0.0.1:1/a.jpg")
			return err
		}},
		{"Templates", "/wxaapi/newtmpl/gettemplate", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.Templates(ctx, wechat.MiniProgram)
			return err
		}},
		{"TemplatesForFollowers", "/cgi-bin/template/get_all_private_template", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.Templates(ctx, wechat.OfficialAccount)
			return err
		}},
		{"SendSubscribe", "/cgi-bin/message/subscribe/send", true, func(ctx context.Context, g *wechat.Gateway) error {
			w.act("grants", body{"account": "mini", "template_ids": []string{"mini-progress"}})
			return g.SendSubscribe(ctx, wechat.SubscribeMessage{OpenID: mini, TemplateID: "mini-progress", Data: data})
		}},
		{"SendTemplate", "/cgi-bin/message/template/send", true, func(ctx context.Context, g *wechat.Gateway) error {
			return g.SendTemplate(ctx, wechat.TemplateMessage{OpenID: official, TemplateID: "oa-progress", Data: data})
		}},
		{"SendCustomerText", "/cgi-bin/message/custom/send", true, func(ctx context.Context, g *wechat.Gateway) error {
			w.act("messages", body{"account": "mini", "type": "text", "text": "你好"})
			return g.SendCustomerText(ctx, wechat.MiniProgram, mini, "已收到")
		}},
		{"SendCustomerNews", "/cgi-bin/message/custom/send", true, func(ctx context.Context, g *wechat.Gateway) error {
			w.act("messages", body{"account": "official", "type": "text", "text": "你好"})
			return g.SendCustomerNews(ctx, official, wechat.NewsCard{Title: "进展", URL: "https://example.org/", PictureURL: "https://example.org/a.png"})
		}},
		{"UserInfo", "/cgi-bin/user/info", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.UserInfo(ctx, official)
			return err
		}},
		{"SetMenu", "/cgi-bin/menu/create", true, func(ctx context.Context, g *wechat.Gateway) error {
			return g.SetMenu(ctx, menu)
		}},
		{"Menu", "/cgi-bin/menu/get", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.Menu(ctx)
			return err
		}},
		{"DeleteMenu", "/cgi-bin/menu/delete", true, func(ctx context.Context, g *wechat.Gateway) error {
			return g.DeleteMenu(ctx)
		}},
		{"MiniCode", "/wxa/getwxacodeunlimit", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.MiniCode(ctx, "rep=12", "pages/index/index", 0)
			return err
		}},
		{"OfficialCode", "/cgi-bin/qrcode/create", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.OfficialCode(ctx, "rep_12", time.Hour)
			return err
		}},
		{"URLLink", "/wxa/generate_urllink", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.URLLink(ctx, "pages/index/index", "a=1")
			return err
		}},
		{"UploadPicture", "/cgi-bin/media/uploadimg", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.UploadPicture(ctx, []byte(png))
			return err
		}},
		{"UploadCover", "/cgi-bin/material/add_material", true, func(ctx context.Context, g *wechat.Gateway) error {
			_, err := g.UploadCover(ctx, []byte(png))
			return err
		}},
	}
	follows := w.control(http.MethodGet, "users/"+url.PathEscape(who), body{})["follows"].(bool)
	if !follows {
		w.act("follow", body{})
	}
	w.act("visits", body{})
	return list
}
