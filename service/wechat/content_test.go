package wechat_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lianxin/model"
	"lianxin/service/wechat"
)

const checkText = "/wxa/msg_sec_check"

func TestATextIsJudgedByItsWorstPart(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	openID := w.openID("mini")
	w.act("visits", body{})
	long := strings.Repeat("字", 2500)
	for name, test := range map[string]struct {
		text  string
		want  model.Suggestion
		parts int
	}{
		"clean":           {"路灯不亮", model.SuggestPass, 1},
		"nothing":         {" \n", model.SuggestPass, 0},
		"doubtful":        {"有点可疑", model.SuggestReview, 1},
		"bad":             {"违规内容", model.SuggestRisky, 1},
		"exactly full":    {long, model.SuggestPass, 1},
		"one more":        {long + "字", model.SuggestPass, 2},
		"bad at the end":  {long + long + "违规", model.SuggestRisky, 3},
		"across the cut":  {long[:2499*3] + "违规" + long, model.SuggestRisky, 2},
		"bad after doubt": {"可疑" + long + "违规", model.SuggestRisky, 2},
		"doubt is enough": {"可疑" + long, model.SuggestReview, 2},
		"bad at once":     {"违规" + long + long, model.SuggestRisky, 1},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(w.calls(checkText))
			got, err := gateway.CheckText(t.Context(), openID, wechat.SceneComment, test.text)
			if err != nil || got != test.want {
				t.Errorf("%q, %v", got, err)
			}
			if parts := len(w.calls(checkText)) - before; parts != test.parts {
				t.Errorf("asked %d times", parts)
			}
		})
	}
	for _, call := range w.calls(checkText) {
		if utf8.RuneCountInString(call.body) > 2500+300 || strings.Contains(call.body, `\u`) {
			t.Errorf("a part has %d characters", utf8.RuneCountInString(call.body))
		}
	}
}

func TestAnOpinionThatIsNotUnderstoodIsForAPerson(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	openID := w.openID("mini")
	for _, result := range []string{`{"suggest":"odd","label":1}`, `{}`} {
		w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool {
			return r.URL.Path == checkText && write(rw, `{"errcode":0,"errmsg":"ok","result":`+result+`}`)
		})
		got, err := gateway.CheckText(t.Context(), openID, wechat.SceneForum, "路灯")
		if err != nil || got != model.SuggestReview {
			t.Errorf("%s: %q, %v", result, got, err)
		}
	}
}

func TestACheckNeedsARecentVisit(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	openID := w.openID("mini")
	w.act("visits", body{})
	w.clock.advance(3 * time.Hour)
	if _, err := gateway.CheckText(t.Context(), openID, wechat.SceneForum, "路灯"); !errors.Is(err, model.ErrNoRecentVisit) {
		t.Errorf("text: %v", err)
	}
	if _, err := gateway.CheckPicture(t.Context(), openID, "https://example.org/a.jpg"); !errors.Is(err, model.ErrNoRecentVisit) {
		t.Errorf("picture: %v", err)
	}
	w.act("visits", body{})
	for _, stranger := range []string{w.openID("official"), "nobody"} {
		if _, err := gateway.CheckText(t.Context(), stranger, wechat.SceneForum, "路灯"); !errors.Is(err, model.ErrUnknownPerson) {
			t.Errorf("%s: %v", stranger, err)
		}
	}
	for _, scene := range []wechat.TextScene{-1, 0, 5, 500} {
		if _, err := gateway.CheckText(t.Context(), openID, scene, "路灯"); !errors.Is(err, model.ErrContentRefused) {
			t.Errorf("scene %d: %v", scene, err)
		}
	}
}

func TestAPictureIsHandedInAndTraced(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	openID := w.openID("mini")
	w.act("visits", body{})
	trace, err := gateway.CheckPicture(t.Context(), openID, w.server.URL+"/a.jpg")
	if err != nil || trace == "" {
		t.Fatalf("%q, %v", trace, err)
	}
	sent := w.last("/wxa/media_check_async")
	if sent["media_type"] != 2.0 || sent["version"] != 2.0 || sent["openid"] != openID {
		t.Errorf("sent %v", sent)
	}
}
