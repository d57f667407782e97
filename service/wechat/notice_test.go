package wechat_test

import (
	"errors"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/wechat"
)

func progress() map[string]string {
	return map[string]string{"thing1": "路灯 <不亮> & 已报修，请派人来看看什么时候能修好谢谢", "phrase2": "办理中。", "time3": "2026-11-20T09:00:00+08:00", "thing4": ""}
}

func TestASubscribeMessageUsesUpOneGrant(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	message := wechat.SubscribeMessage{OpenID: w.openID("mini"), TemplateID: "mini-progress", Page: "pages/message/detail?id=1", Data: progress()}
	if err := gateway.SendSubscribe(t.Context(), message); !errors.Is(err, model.ErrNoGrant) || wechat.Retryable(err) {
		t.Errorf("without a grant: %v", err)
	}
	w.act("grants", body{"account": "mini", "template_ids": []string{"mini-progress"}})
	if err := gateway.SendSubscribe(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if err := gateway.SendSubscribe(t.Context(), message); !errors.Is(err, model.ErrNoGrant) {
		t.Errorf("a second time: %v", err)
	}
	notices := w.notices()
	if len(notices) != 1 {
		t.Fatalf("%d notices", len(notices))
	}
	got := notices[0].(map[string]any)
	data := got["data"].(map[string]any)
	if got["page"] != message.Page || data["phrase2"] != "办理中" || data["time3"] != "2026-11-20 09:00:00" || data["thing4"] != "无" {
		t.Errorf("arrived %v", got)
	}
	if data["thing1"] != "路灯 <不亮> & 已报修，请派人来看…" {
		t.Errorf("thing1 = %q", data["thing1"])
	}
	if state := w.last("/cgi-bin/message/subscribe/send")["miniprogram_state"]; state != "formal" {
		t.Errorf("state %v", state)
	}
	for edition, want := range map[wechat.Edition]string{wechat.EditionTrial: "trial", wechat.EditionDevelop: "developer"} {
		other := w.gateway(func(options *wechat.Options) { options.Edition = edition })
		if err := other.SendSubscribe(t.Context(), message); !errors.Is(err, model.ErrNoGrant) {
			t.Errorf("%s: %v", edition, err)
		}
		if state := w.last("/cgi-bin/message/subscribe/send")["miniprogram_state"]; state != want {
			t.Errorf("%s: state %v", edition, state)
		}
	}
}

func TestWhatATemplateDoesNotTakeIsRefusedForGood(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	for name, message := range map[string]wechat.SubscribeMessage{
		"unknown template": {OpenID: w.openID("mini"), TemplateID: "none", Data: progress()},
		"missing key":      {OpenID: w.openID("mini"), TemplateID: "mini-progress", Data: map[string]string{"thing1": "x"}},
	} {
		if err := gateway.SendSubscribe(t.Context(), message); !errors.Is(err, model.ErrContentRefused) || wechat.Retryable(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := wechat.SubscribeMessage{OpenID: w.openID("official"), TemplateID: "mini-progress", Data: progress()}
	if err := gateway.SendSubscribe(t.Context(), stranger); !errors.Is(err, model.ErrUnknownPerson) {
		t.Errorf("the official account's openid: %v", err)
	}
}

func TestATemplateMessageReachesAFollowerOnce(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	message := wechat.TemplateMessage{
		OpenID: w.openID("official"), TemplateID: "oa-progress", URL: "https://example.org/m/1",
		MiniPage: "pages/message/detail?id=1", ClientMsgID: "0190f2a0-0000-7000-8000-000000000001", Data: progress(),
	}
	if err := gateway.SendTemplate(t.Context(), message); !errors.Is(err, model.ErrNotFollowing) {
		t.Errorf("not following: %v", err)
	}
	w.act("follow", body{})
	for range 2 {
		if err := gateway.SendTemplate(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(w.notices()); got != 1 {
		t.Errorf("%d notices", got)
	}
	sent := w.last("/cgi-bin/message/template/send")
	if mini := sent["miniprogram"].(map[string]any); mini["appid"] != w.options.Mini.AppID || mini["pagepath"] != message.MiniPage {
		t.Errorf("leads to %v", mini)
	}
	message.MiniPage, message.ClientMsgID = "", ""
	if err := gateway.SendTemplate(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if _, given := w.last("/cgi-bin/message/template/send")["miniprogram"]; given {
		t.Error("an empty mini-program was sent")
	}
}

func TestACustomerMessageNeedsAnOpenWindow(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	official, mini := w.openID("official"), w.openID("mini")
	send := func() error {
		return gateway.SendCustomerText(t.Context(), wechat.OfficialAccount, official, "已收到 <谢谢> & 再见")
	}
	if err := send(); !errors.Is(err, model.ErrWindowClosed) {
		t.Errorf("before: %v", err)
	}
	w.act("follow", body{})
	w.act("messages", body{"type": "text", "text": "你好"})
	w.clock.advance(2 * time.Minute)
	for i := range 5 {
		if err := send(); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if err := send(); !errors.Is(err, model.ErrWindowClosed) || wechat.Retryable(err) {
		t.Errorf("the sixth: %v", err)
	}
	w.act("messages", body{"type": "text", "text": "你好"})
	card := wechat.NewsCard{Title: "进展", Description: "已派单", URL: "https://example.org/", PictureURL: "https://example.org/a.png"}
	if err := gateway.SendCustomerNews(t.Context(), official, card); err != nil {
		t.Error(err)
	}
	w.clock.advance(49 * time.Hour)
	if err := send(); !errors.Is(err, model.ErrWindowClosed) {
		t.Errorf("two days later: %v", err)
	}
	w.act("messages", body{"account": "mini", "type": "text", "text": "你好"})
	if err := gateway.SendCustomerText(t.Context(), wechat.MiniProgram, mini, "已收到"); err != nil {
		t.Error(err)
	}
	if err := gateway.SendCustomerText(t.Context(), wechat.MiniProgram, mini, " "); !errors.Is(err, model.ErrContentRefused) {
		t.Errorf("empty: %v", err)
	}
	arrived := w.notices()[0].(map[string]any)["text"]
	if arrived != "已收到 <谢谢> & 再见" {
		t.Errorf("arrived %q", arrived)
	}
}
