package wechat_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/service/wechat"
)

func TestAMenuIsSetReadAndDeleted(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	empty, err := gateway.Menu(t.Context())
	if err != nil || empty != nil {
		t.Errorf("before: %v, %v", empty, err)
	}
	menu := []wechat.MenuButton{
		{Type: wechat.ButtonMini, Name: "写留言", URL: "https://example.org/?a=1&b=<2>", AppID: w.options.Mini.AppID, PagePath: "pages/index/index"},
		{Name: "找代表", Children: []wechat.MenuButton{
			{Type: wechat.ButtonView, Name: "代表名录", URL: "https://example.org/reps"},
			{Type: wechat.ButtonClick, Name: "联系我的代表", Key: "mine"},
		}},
	}
	if err := gateway.SetMenu(t.Context(), menu); err != nil {
		t.Fatal(err)
	}
	sent := w.calls("/cgi-bin/menu/create")[0].body
	if strings.Contains(sent, `\u`) || !strings.Contains(sent, "a=1&b=<2>") {
		t.Errorf("sent %s", sent)
	}
	got, err := gateway.Menu(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(menu, got); difference != "" {
		t.Error(difference)
	}
	if err := gateway.DeleteMenu(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, err := gateway.Menu(t.Context()); err != nil || after != nil {
		t.Errorf("after: %v, %v", after, err)
	}
}

func TestAMistakeInAMenuIsFoundBeforeWeChatSeesIt(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	click := wechat.MenuButton{Type: wechat.ButtonClick, Name: "好", Key: "k"}
	with := func(change func(*wechat.MenuButton)) wechat.MenuButton {
		button := click
		change(&button)
		return button
	}
	view := func(address string) wechat.MenuButton {
		return wechat.MenuButton{Type: wechat.ButtonView, Name: "好", URL: address}
	}
	under := func(children ...wechat.MenuButton) wechat.MenuButton {
		return wechat.MenuButton{Name: "好", Children: children}
	}
	for name, test := range map[string]struct {
		menu []wechat.MenuButton
		code int
	}{
		"nothing":               {nil, 40016},
		"four":                  {[]wechat.MenuButton{click, click, click, click}, 40016},
		"no name":               {[]wechat.MenuButton{with(func(b *wechat.MenuButton) { b.Name = "" })}, 40018},
		"long name":             {[]wechat.MenuButton{with(func(b *wechat.MenuButton) { b.Name = "六个汉字太长" })}, 40018},
		"no type":               {[]wechat.MenuButton{with(func(b *wechat.MenuButton) { b.Type = "" })}, 40017},
		"odd type":              {[]wechat.MenuButton{with(func(b *wechat.MenuButton) { b.Type = "poem" })}, 40017},
		"no article":            {[]wechat.MenuButton{with(func(b *wechat.MenuButton) { b.Type = "article_id" })}, 40007},
		"no key":                {[]wechat.MenuButton{with(func(b *wechat.MenuButton) { b.Key = "" })}, 40019},
		"long key":              {[]wechat.MenuButton{with(func(b *wechat.MenuButton) { b.Key = strings.Repeat("k", 129) })}, 40019},
		"no address":            {[]wechat.MenuButton{view("")}, 40020},
		"script":                {[]wechat.MenuButton{view("javascript:alert(1)")}, 40020},
		"long address":          {[]wechat.MenuButton{view("https://example.org/" + strings.Repeat("a", 1024))}, 40020},
		"mini without a page":   {[]wechat.MenuButton{{Type: wechat.ButtonMini, Name: "好", AppID: "wx", URL: "https://example.org/"}}, 40017},
		"mini without address":  {[]wechat.MenuButton{{Type: wechat.ButtonMini, Name: "好", AppID: "wx", PagePath: "p"}}, 40020},
		"six below":             {[]wechat.MenuButton{under(click, click, click, click, click, click)}, 40023},
		"type and below":        {[]wechat.MenuButton{{Type: wechat.ButtonClick, Name: "好", Children: []wechat.MenuButton{click}}}, 40017},
		"three levels":          {[]wechat.MenuButton{under(under(click))}, 40023},
		"long name below":       {[]wechat.MenuButton{under(with(func(b *wechat.MenuButton) { b.Name = strings.Repeat("字", 21) }))}, 40018},
		"mistake further below": {[]wechat.MenuButton{under(view("ftp://example.org/"))}, 40020},
	} {
		t.Run(name, func(t *testing.T) {
			err := gateway.SetMenu(t.Context(), test.menu)
			var failed *wechat.Error
			if !errors.Is(err, model.ErrContentRefused) || !errors.As(err, &failed) || failed.Code != test.code {
				t.Errorf("err = %v", err)
			}
		})
	}
	if len(w.calls("/cgi-bin/menu/create")) != 0 {
		t.Error("a bad menu was sent")
	}
}
