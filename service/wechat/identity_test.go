package wechat_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/wechat"
	"lianxin/simulator"
)

func TestALoginCodeBecomesAnIdentityOnce(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	code := w.loginCode("mini", nil)
	identity, err := gateway.CodeToSession(t.Context(), code)
	if err != nil || identity.OpenID != w.openID("mini") || identity.UnionID == "" {
		t.Fatalf("%+v, %v", identity, err)
	}
	if _, err := gateway.CodeToSession(t.Context(), code); !errors.Is(err, model.ErrCodeSpent) {
		t.Errorf("a used code: %v", err)
	}
	old := w.loginCode("mini", nil)
	w.clock.advance(6 * time.Minute)
	for _, bad := range []string{old, "", "unknown", "a&appid=wx&b=c#d e"} {
		if _, err := gateway.CodeToSession(t.Context(), bad); !errors.Is(err, model.ErrCodeSpent) || wechat.Retryable(err) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if got := w.calls("/sns/jscode2session")[4].query; got.Get("js_code") != "a&appid=wx&b=c#d e" || len(got["appid"]) != 1 {
		t.Errorf("the code changed the address: %v", got)
	}
}

func TestWithoutAnOpenPlatformThereIsNoUnionID(t *testing.T) {
	w := newWorld(t, func(options *simulator.Options) { options.Mini.Unbound, options.Official.Unbound = true, true })
	identity, err := w.gateway(nil).CodeToSession(t.Context(), w.loginCode("mini", nil))
	if err != nil || identity.OpenID == "" || identity.UnionID != "" {
		t.Errorf("%+v, %v", identity, err)
	}
}

func TestAPhoneCodeBecomesANumber(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	code := w.phoneCode()
	number, err := gateway.PhoneNumber(t.Context(), code)
	if err != nil || number != "13800000001" {
		t.Fatalf("%q, %v", number, err)
	}
	for _, bad := range []string{code, "", "unknown"} {
		if _, err := gateway.PhoneNumber(t.Context(), bad); !errors.Is(err, model.ErrCodeSpent) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestANumberIsCheckedBeforeItIsBelieved(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	answer := func(number, country, appID string) string {
		return `{"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":"x","purePhoneNumber":"` + number +
			`","countryCode":"` + country + `","watermark":{"timestamp":1,"appid":"` + appID + `"}}}`
	}
	ours := w.options.Mini.AppID
	for name, test := range map[string]struct {
		answer string
		want   string
		is     error
	}{
		"mainland":          {answer("13800000001", "86", ours), "13800000001", nil},
		"Hong Kong":         {answer("61234567", "852", ours), "+85261234567", nil},
		"country with plus": {answer("61234567", "+852", ours), "+85261234567", nil},
		"another app's":     {answer("13800000001", "86", "wxother"), "", model.ErrCodeSpent},
		"no number":         {answer("", "86", ours), "", nil},
		"no country":        {answer("13800000001", "", ours), "", nil},
		"not a number":      {answer("1380000x", "86", ours), "", nil},
		"nothing":           {`{}`, "", model.ErrCodeSpent},
	} {
		t.Run(name, func(t *testing.T) {
			w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool {
				return r.URL.Path == "/wxa/business/getuserphonenumber" && write(rw, test.answer)
			})
			number, err := gateway.PhoneNumber(t.Context(), "some code")
			if number != test.want || (err == nil) != (test.want != "") || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%q, %v", number, err)
			}
		})
	}
}

func write(rw http.ResponseWriter, text string) bool {
	_, err := rw.Write([]byte(text))
	return err == nil
}

func TestAVisitOfAPageBecomesAnIdentity(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	base, err := gateway.OAuthCode(t.Context(), w.loginCode("official", nil))
	if err != nil || base.OpenID != w.openID("official") || base.UnionID != "" {
		t.Errorf("base: %+v, %v", base, err)
	}
	full, err := gateway.OAuthCode(t.Context(), w.loginCode("official", body{"scope": "snsapi_userinfo"}))
	if err != nil || full.OpenID != base.OpenID || full.UnionID == "" {
		t.Errorf("userinfo: %+v, %v", full, err)
	}
	snapshot, err := gateway.OAuthCode(t.Context(), w.loginCode("official", body{"snapshot": true}))
	if !errors.Is(err, wechat.ErrSnapshotUser) || snapshot.OpenID != "" || wechat.Retryable(err) {
		t.Errorf("snapshot: %+v, %v", snapshot, err)
	}
	old := w.loginCode("official", nil)
	w.clock.advance(6 * time.Minute)
	for _, bad := range []string{old, "", "unknown", w.loginCode("mini", nil)} {
		if _, err := gateway.OAuthCode(t.Context(), bad); !errors.Is(err, model.ErrCodeSpent) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestTheAddressForAVisitHasWeChatsOrder(t *testing.T) {
	w := newWorld(t, nil)
	state := "a b&c=d#e"
	address := w.gateway(nil).OAuthURL("https://example.org/back?x=1&y=2", state, wechat.ScopeBase)
	want := w.server.URL + "/connect/oauth2/authorize?appid=" + w.options.Official.AppID +
		"&redirect_uri=https%3A%2F%2Fexample.org%2Fback%3Fx%3D1%26y%3D2&response_type=code&scope=snsapi_base&state=a+b%26c%3Dd%23e#wechat_redirect"
	if address != want {
		t.Errorf("\n%s\n%s", address, want)
	}
	genuine := w.gateway(func(options *wechat.Options) { options.BaseURL = "" })
	if got := genuine.OAuthURL("https://example.org/", "s", wechat.ScopeUserInfo); !strings.HasPrefix(got, "https://open.weixin.qq.com/connect/oauth2/authorize?appid=") {
		t.Error(got)
	}
	none := w.gateway(func(options *wechat.Options) { options.Official = wechat.Account{} })
	if got := none.OAuthURL("https://example.org/", "s", wechat.ScopeBase); got != "" {
		t.Error(got)
	}
}

func TestThePersonComesBackFromTheVisitWithACode(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	address := gateway.OAuthURL("https://example.org/back", "the state", wechat.ScopeUserInfo)
	page, _, _ := strings.Cut(address, "#")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page+"&simulator_user="+url.QueryEscape(who), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	back, err := response.Location()
	if err != nil || back.Query().Get("state") != "the state" {
		t.Fatalf("%v, %v", back, err)
	}
	identity, err := gateway.OAuthCode(t.Context(), back.Query().Get("code"))
	if err != nil || identity.OpenID != w.openID("official") {
		t.Errorf("%+v, %v", identity, err)
	}
}

func TestAFollowerIsKnownWhileFollowing(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	openID := w.openID("official")
	before, err := gateway.UserInfo(t.Context(), openID)
	if err != nil || before.Subscribed || before.OpenID != openID || before.UnionID != "" {
		t.Errorf("before: %+v, %v", before, err)
	}
	if _, err := gateway.OfficialCode(t.Context(), "rep_12", 0); err != nil {
		t.Fatal(err)
	}
	w.act("follow", body{"scene": "rep_12"})
	after, err := gateway.UserInfo(t.Context(), openID)
	if err != nil || !after.Subscribed || after.UnionID == "" || after.Scene != "rep_12" || !after.SubscribedAt.Equal(w.clock.now()) {
		t.Errorf("after: %+v, %v", after, err)
	}
	if _, err := gateway.UserInfo(t.Context(), w.openID("mini")); !errors.Is(err, model.ErrUnknownPerson) {
		t.Errorf("the mini-program's openid: %v", err)
	}
}
