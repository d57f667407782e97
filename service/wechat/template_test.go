package wechat_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"lianxin/service/wechat"
)

func TestTheTemplatesOfAnAccountComeWithTheirFieldsAndWeChatsClock(t *testing.T) {
	w := newWorld(t, nil)
	for kind, want := range map[wechat.AccountKind]string{wechat.MiniProgram: "mini-progress", wechat.OfficialAccount: "oa-progress"} {
		list, err := w.gateway(nil).Templates(t.Context(), kind)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(list.Templates, func(one wechat.Template) bool { return one.ID == want })
		if at < 0 || !slices.Contains(list.Templates[at].Keys, "phrase2") || list.Templates[at].Title == "" {
			t.Errorf("%s has %+v", kind, list.Templates)
		}
		if skew := time.Since(list.At); skew.Abs() > time.Minute {
			t.Errorf("%s: WeChat's clock is read as %s", kind, list.At)
		}
	}
}

func TestWeChatsClockIsToldAlsoWhenItRefuses(t *testing.T) {
	w := newWorld(t, nil)
	w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/wxaapi/newtmpl/gettemplate" {
			return false
		}
		_, _ = rw.Write([]byte(`{"errcode":48001,"errmsg":"api unauthorized"}`))
		return true
	})
	list, err := w.gateway(nil).Templates(t.Context(), wechat.MiniProgram)
	if err == nil || list.At.IsZero() {
		t.Errorf("%v, clock %s", err, list.At)
	}
}
