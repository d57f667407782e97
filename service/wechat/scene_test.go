package wechat_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/wechat"
	"lianxin/simulator"
)

const miniCode = "/wxa/getwxacodeunlimit"

func TestAMiniCodeIsDrawn(t *testing.T) {
	w := newWorld(t, func(options *simulator.Options) { options.Mini.Pages = []string{"pages/index/index"} })
	gateway := w.gateway(nil)
	picture, err := gateway.MiniCode(t.Context(), "rep=12&a!#$'()*+,/:;?@-._~", "pages/index/index", 300)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := jpeg.DecodeConfig(bytes.NewReader(picture))
	if err != nil || drawn.Width != 300 {
		t.Errorf("%+v, %v", drawn, err)
	}
	if _, err := gateway.MiniCode(t.Context(), "a", "pages/none/none", 0); !errors.Is(err, model.ErrContentRefused) {
		t.Errorf("unknown page: %v", err)
	}
	trial := w.gateway(func(options *wechat.Options) { options.Edition = wechat.EditionTrial })
	if _, err := trial.MiniCode(t.Context(), "a", "pages/none/none", 0); err != nil {
		t.Errorf("a page to come, in the trial edition: %v", err)
	}
}

func TestABadSceneIsFoundBeforeWeChatSeesIt(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	for name, try := range map[string]func() error{
		"no scene":       func() error { _, err := gateway.MiniCode(t.Context(), "", "", 0); return err },
		"long scene":     func() error { _, err := gateway.MiniCode(t.Context(), strings.Repeat("a", 33), "", 0); return err },
		"percent":        func() error { _, err := gateway.MiniCode(t.Context(), "a%20", "", 0); return err },
		"Chinese":        func() error { _, err := gateway.MiniCode(t.Context(), "代表", "", 0); return err },
		"reserved":       func() error { _, err := gateway.MiniCode(t.Context(), "scancode_time=1", "", 0); return err },
		"page with /":    func() error { _, err := gateway.MiniCode(t.Context(), "a", "/pages/a", 0); return err },
		"page with ?":    func() error { _, err := gateway.MiniCode(t.Context(), "a", "pages/a?b=1", 0); return err },
		"narrow":         func() error { _, err := gateway.MiniCode(t.Context(), "a", "", 279); return err },
		"wide":           func() error { _, err := gateway.MiniCode(t.Context(), "a", "", 1281); return err },
		"no OA scene":    func() error { _, err := gateway.OfficialCode(t.Context(), "", 0); return err },
		"long OA scene":  func() error { _, err := gateway.OfficialCode(t.Context(), strings.Repeat("字", 65), 0); return err },
		"long life":      func() error { _, err := gateway.OfficialCode(t.Context(), "a", 31*24*time.Hour); return err },
		"negative life":  func() error { _, err := gateway.OfficialCode(t.Context(), "a", -time.Hour); return err },
		"life of a tick": func() error { _, err := gateway.OfficialCode(t.Context(), "a", time.Millisecond); return err },
		"long query":     func() error { _, err := gateway.URLLink(t.Context(), "p", strings.Repeat("a", 1025)); return err },
	} {
		if err := try(); !errors.Is(err, model.ErrContentRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(w.asked) != 0 {
		t.Errorf("WeChat was asked %v", w.asked)
	}
}

func TestWhatIsNoPictureIsNotReturnedAsOne(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	for _, answer := range []string{"", "<html></html>", "{}", `{"errcode":0}`, "{", "\xff\xd8"} {
		w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool {
			return r.URL.Path == miniCode && write(rw, answer)
		})
		if picture, err := gateway.MiniCode(t.Context(), "a", "", 0); err == nil || picture != nil {
			t.Errorf("%q: %q", answer, picture)
		}
	}
	w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool {
		rw.Header().Set("Content-Type", "image/png; charset=x")
		return r.URL.Path == miniCode && write(rw, "\x89PNG\r\n\x1a\nrest")
	})
	if _, err := gateway.MiniCode(t.Context(), "a", "", 0); err != nil {
		t.Error("a PNG is a picture too:", err)
	}
}

func TestAnOfficialCodeLeadsToItsPicture(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	for life, action := range map[time.Duration]string{0: "QR_LIMIT_STR_SCENE", 24 * time.Hour: "QR_STR_SCENE"} {
		address, err := gateway.OfficialCode(t.Context(), "rep_12", life)
		if err != nil {
			t.Fatal(err)
		}
		sent := w.last("/cgi-bin/qrcode/create")
		if sent["action_name"] != action {
			t.Errorf("%s: sent %v", life, sent)
		}
		if !strings.HasPrefix(address, w.server.URL+"/cgi-bin/showqrcode?ticket=") {
			t.Errorf("address %s", address)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jpeg.Decode(response.Body); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, %v", life, response.StatusCode, err)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestALinkIsMade(t *testing.T) {
	w := newWorld(t, func(options *simulator.Options) { options.Mini.Pages = []string{"pages/index/index"} })
	gateway := w.gateway(nil)
	link, err := gateway.URLLink(t.Context(), "pages/index/index", "a=1&b=2")
	if err != nil || !strings.HasPrefix(link, "https://wxaurl.cn/") {
		t.Errorf("%q, %v", link, err)
	}
	if _, err := gateway.URLLink(t.Context(), "pages/none", ""); !errors.Is(err, model.ErrContentRefused) {
		t.Errorf("unknown page: %v", err)
	}
	w.control(http.MethodPut, "accounts/mini", body{"verified": false})
	if _, err := gateway.URLLink(t.Context(), "pages/index/index", ""); !errors.Is(err, model.ErrChannelUnavailable) {
		t.Errorf("an unverified account: %v", err)
	}
}
