package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/notice"
	"lianxin/service/token"
	"lianxin/service/wechat"
)

// weChat speaks to WeChat for each account: that shows the network, the secret,
// the list of allowed addresses and the rights at once.
func (d *doctor) weChat(ctx context.Context) {
	if !d.cfg.WeChat.Mini.Configured() && !d.cfg.WeChat.Official.Configured() {
		return // the configuration has said so
	}
	gateway, err := wechat.New(wechat.Options{
		Mini:     wechat.Account{AppID: d.cfg.WeChat.Mini.AppID, Secret: d.cfg.WeChat.Mini.Secret.Reveal()},
		Official: wechat.Account{AppID: d.cfg.WeChat.Official.AppID, Secret: d.cfg.WeChat.Official.Secret.Reveal()},
		BaseURL:  d.cfg.WeChat.Simulator, Tokens: tokens{token.New(d.db)}, Timeout: d.cfg.WeChat.Timeout, Now: d.w.now, Log: silent(),
	})
	if err != nil {
		d.broken("微信", err)
		return
	}
	defer gateway.Close()
	for _, a := range []struct {
		kind     wechat.AccountKind
		name     string
		account  config.Account
		ids      map[model.NoticeTemplate]notice.Template
		callback string
	}{
		{wechat.MiniProgram, "小程序", d.cfg.WeChat.Mini, templates(d.cfg.Templates.Mini, d.cfg.Templates.News), "/wechat/mini"},
		{wechat.OfficialAccount, "公众号", d.cfg.WeChat.Official, templates(d.cfg.Templates.Official, ""), "/wechat/official"},
	} {
		if !a.account.Configured() {
			d.note(verdictSkip, "微信（"+a.name+"）", "没有配置", "")
			continue
		}
		list, err := gateway.Templates(ctx, a.kind)
		if err != nil {
			found, do := weChatTrouble(err)
			d.note(verdictFail, "微信（"+a.name+"）", found, do)
		} else {
			d.ok("微信（"+a.name+"）", "连得上，AppID 和 AppSecret 正确")
			d.templates(a.name, a.ids, list.Templates)
		}
		if !list.At.IsZero() {
			d.skew("微信时钟（"+a.name+"）", list.At, d.w.now())
		}
		d.note(verdictSkip, "微信回调（"+a.name+"）", "从本机测不了微信能不能访问到这里",
			"在微信后台“消息推送”里对 "+d.cfg.PublicURL+a.callback+" 重新点一次提交：能通过就是好的。")
	}
}

// templates compares the configured templates with those the account has.
func (d *doctor) templates(name string, configured map[model.NoticeTemplate]notice.Template, there []wechat.Template) {
	check := "通知模板（" + name + "）"
	if len(configured) == 0 {
		d.note(verdictWarn, check, "一个也没有配置，通知不会经"+name+"推送", "在微信后台选好模板，填 LIANXIN_TEMPLATE_…。")
		return
	}
	wrong := false
	for _, kind := range model.NoticeTemplates() {
		t, set := configured[kind]
		if !set {
			continue
		}
		at := slices.IndexFunc(there, func(one wechat.Template) bool { return one.ID == t.ID })
		if at < 0 {
			wrong = true
			d.note(verdictFail, check, fmt.Sprintf("%s 的模板 %s 在微信后台不存在", kind, t.ID), "在微信后台重新选用模板，并更新模板 ID。")
			continue
		}
		keys := slices.Sorted(slices.Values(t.Keys))
		if has := slices.Sorted(slices.Values(there[at].Keys)); !slices.Equal(keys, has) {
			wrong = true
			d.note(verdictFail, check, fmt.Sprintf("%s 的模板“%s”的字段是 %s，我们填的是 %s", kind, there[at].Title, strings.Join(has, "、"), strings.Join(keys, "、")),
				"换用字段相同的模板，或在模板 ID 后面写明字段，如 “模板ID:thing3,phrase1,time5,thing7”。")
		}
	}
	if !wrong {
		d.ok(check, fmt.Sprintf("配置的 %d 个都在微信后台，字段一致", len(configured)))
	}
}
