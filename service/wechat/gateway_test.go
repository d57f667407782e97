package wechat_test

import (
	"log/slog"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"lianxin/service/wechat"
)

func TestEveryMethodWorksAgainstTheStandIn(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	for _, method := range w.apis() {
		if err := method.call(t.Context(), gateway); err != nil {
			t.Errorf("%s: %v", method.name, err)
		}
		calls := w.calls(method.path)
		if len(calls) == 0 || calls[0].host != "api.weixin.qq.com" {
			t.Errorf("%s went to %+v", method.name, calls)
		}
	}
}

func TestACallOfTheSDKWithoutAGatewayGoesNowhere(t *testing.T) {
	newWorld(t, nil).gateway(nil)
	for _, address := range []string{"https://api.weixin.qq.com/cgi-bin/token", "http://127.0.0.1:1/"} {
		if _, err := util.HTTPGet(address); err == nil || !strings.Contains(err.Error(), "without its gateway") {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := util.PostJSON(address, map[string]string{"a": "b"}); err == nil || !strings.Contains(err.Error(), "without its gateway") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTwoGatewaysHaveTheirOwnStandIns(t *testing.T) {
	first, second := newWorld(t, nil), newWorld(t, nil)
	one, other := first.gateway(nil), second.gateway(nil)
	if _, err := one.CodeToSession(t.Context(), first.loginCode("mini", nil)); err != nil {
		t.Error(err)
	}
	if _, err := other.CodeToSession(t.Context(), second.loginCode("mini", nil)); err != nil {
		t.Error(err)
	}
	if len(first.asked) != 1 || len(second.asked) != 1 {
		t.Errorf("asked %d and %d", len(first.asked), len(second.asked))
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool {
		http.Redirect(rw, r, "/elsewhere", http.StatusTemporaryRedirect)
		return true
	})
	if err := gateway.Ping(t.Context()); err == nil {
		t.Error("a redirect is no answer")
	}
	if len(w.calls("/elsewhere")) != 0 {
		t.Error("it was followed")
	}
}

func TestTheStandInMayLiveUnderAPath(t *testing.T) {
	w := newWorld(t, nil)
	w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/wechat/") {
			rw.WriteHeader(http.StatusNotFound)
			return true
		}
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/wechat")
		return false
	})
	gateway := w.gateway(func(options *wechat.Options) { options.BaseURL += "/wechat/" })
	if err := gateway.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if got := gateway.OAuthURL("https://example.org/", "s", wechat.ScopeBase); !strings.HasPrefix(got, w.server.URL+"/wechat/connect/") {
		t.Error(got)
	}
}

func TestAGatewayChecksItsOptions(t *testing.T) {
	good := func() wechat.Options {
		return wechat.Options{
			Mini: wechat.Account{AppID: "wx1", Secret: "s1"}, Official: wechat.Account{AppID: "wx2", Secret: "s2"},
			Tokens: &store{}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		}
	}
	for name, change := range map[string]func(*wechat.Options){
		"no store":         func(o *wechat.Options) { o.Tokens = nil },
		"no clock":         func(o *wechat.Options) { o.Now = nil },
		"no log":           func(o *wechat.Options) { o.Log = nil },
		"no account":       func(o *wechat.Options) { o.Mini, o.Official = wechat.Account{}, wechat.Account{} },
		"no secret":        func(o *wechat.Options) { o.Mini.Secret = "" },
		"secret alone":     func(o *wechat.Options) { o.Mini.AppID = "" },
		"same account":     func(o *wechat.Options) { o.Mini.AppID = o.Official.AppID },
		"odd AppID":        func(o *wechat.Options) { o.Mini.AppID = "wx1&a=b" },
		"odd edition":      func(o *wechat.Options) { o.Edition = "beta" },
		"negative timeout": func(o *wechat.Options) { o.Timeout = -1 },
		"no scheme":        func(o *wechat.Options) { o.BaseURL = "localhost:8080" },
		"other scheme":     func(o *wechat.Options) { o.BaseURL = "ftp://localhost" },
		"query":            func(o *wechat.Options) { o.BaseURL = "http://localhost/?a=b" },
		"not a URL":        func(o *wechat.Options) { o.BaseURL = "http://[::1" },
	} {
		options := good()
		change(&options)
		if _, err := wechat.New(options); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := wechat.New(good()); err != nil {
		t.Error(err)
	}
}

func TestTheSDKsRootPackageIsNotLinkedIn(t *testing.T) {
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "lianxin/service/wechat/...")
	out, err := list.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for dependency := range strings.Lines(string(out)) {
		switch strings.TrimSpace(dependency) {
		case "github.com/silenceper/wechat/v2", "gorm.io/gorm", "github.com/gin-gonic/gin", "lianxin/config", "lianxin/handler":
			t.Errorf("links %s", strings.TrimSpace(dependency))
		}
	}
}
