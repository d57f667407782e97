package main

import (
	"context"
	"errors"
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
		ids      config.NoticeTemplates
		callback string
	}{
		{wechat.MiniProgram, "小程序", d.cfg.WeChat.Mini, d.cfg.Templates.Mini, "/wechat/mini"},
		{wechat.OfficialAccount, "公众号", d.cfg.WeChat.Official, d.cfg.Templates.Official, "/wechat/official"},
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
			d.templates(a.name, templates(a.ids), list.Templates)
		}
		if !list.At.IsZero() {
			d.skew("微信时钟（"+a.name+"）", list.At, d.w.now())
		}
		d.note(verdictSkip, "微信回调（"+a.name+"）", "从本机测不了微信能不能访问到这里",
			"在微信后台“消息推送”里对 "+d.cfg.PublicURL+a.callback+" 重新点一次提交：能通过就是好的。")
	}
}

// weChatTrouble explains a call that failed.
func weChatTrouble(err error) (found, do string) {
	failed, ok := errors.AsType[*wechat.Error](err)
	if !ok {
		return err.Error(), "请把这一行交给维护人员。"
	}
	switch failed.Code {
	case 40013:
		return "AppID 不对（40013）", "核对 AppID 与微信后台一致。"
	case 40001, 40125:
		return fmt.Sprintf("AppSecret 不对（%d）", failed.Code), "在微信后台重置 AppSecret 并更新配置；重置后旧的立即失效。"
	case 40164:
		return "本机的出口 IP 不在白名单（40164）：" + failed.Message, "在微信后台“开发设置”里把上面的 IP 加入 IP 白名单。"
	case 40243:
		return "AppSecret 已被冻结（40243）", "在微信后台解冻 AppSecret。"
	case 45009, 45011:
		return fmt.Sprintf("调用次数超过了微信的限额（%d）", failed.Code), "看指标 lianxin_wechat_seconds 哪个接口调用最多；每日限额零点恢复，也可以在微信后台清零（每月 10 次）。"
	case 48001:
		return "这个账号没有接口权限（48001）", "公众号应是已认证的服务号；小程序应已认证并开通订阅消息。"
	case 50002:
		return "账号被限制（50002）", "在微信后台查看站内信，按提示处理。"
	case 0:
		return "连不上微信：" + failed.Message, "检查本机能否访问 https://api.weixin.qq.com（网络、DNS、防火墙、代理）。"
	}
	return err.Error(), "在微信开放文档里查错误码 " + fmt.Sprint(failed.Code) + "。"
}

// templates compares the configured templates with those the account has.
func (d *doctor) templates(name string, configured map[model.NoticeTemplate]notice.Template, there []wechat.Template) {
	check := "通知模板（" + name + "）"
	if len(configured) == 0 {
		d.note(verdictWarn, check, "一个也没有配置，通知不会经"+name+"推送", "在微信后台选好模板，填 LIANXIN_TEMPLATE_…。")
		return
	}
	wrong := false
	for _, kind := range []model.NoticeTemplate{model.TemplateProgress, model.TemplateAnswer, model.TemplateTask, model.TemplateSurvey} {
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
