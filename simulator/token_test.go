package simulator_test

import (
	"net/http"
	"regexp"
	"testing"

	"lianxin/simulator"
)

func stable(s *stand, force bool) answer {
	a := s.opts.Mini
	return s.post("/cgi-bin/stable_token", answer{"grant_type": "client_credential", "appid": a.AppID, "secret": a.Secret, "force_refresh": force})
}

// alive tells with which code a token is answered.
func alive(s *stand, token string) int {
	return s.get("/wxaapi/newtmpl/gettemplate?access_token=" + token).code()
}

func TestATokenCallChecksTheCredentials(t *testing.T) {
	s := start(t)
	a := s.opts.Mini
	for query, want := range map[string]int{
		"grant_type=client_credential&appid=" + a.AppID + "&secret=" + a.Secret:               0,
		"grant_type=password&appid=" + a.AppID + "&secret=" + a.Secret:                        40002,
		"grant_type=client_credential&secret=" + a.Secret:                                     41002,
		"grant_type=client_credential&appid=wx0000000000000000&secret=" + a.Secret:            40013,
		"grant_type=client_credential&appid=" + a.AppID:                                       41004,
		"grant_type=client_credential&appid=" + a.AppID + "&secret=" + s.opts.Official.Secret: 40125,
	} {
		s.wantCode(want, s.get("/cgi-bin/token?"+query))
	}
}

func TestEveryRefusalCarriesARequestID(t *testing.T) {
	s := start(t)
	out := s.get("/cgi-bin/token")
	if !regexp.MustCompile(` rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`).MatchString(out.text("errmsg")) {
		t.Errorf("errmsg %q", out.text("errmsg"))
	}
}

func TestANewTokenReplacesTheOldOneAfterFiveMinutes(t *testing.T) {
	s := start(t)
	old := s.token(simulator.MiniAccount)
	fresh := s.token(simulator.MiniAccount)
	if old == fresh || alive(s, old) != 0 || alive(s, fresh) != 0 {
		t.Fatal("both tokens must live for five minutes")
	}
	s.advance("5m")
	if got := alive(s, old); got != 40001 {
		t.Errorf("the old token gives %d", got)
	}
	if got := alive(s, fresh); got != 0 {
		t.Errorf("the new token gives %d", got)
	}
	s.advance("2h")
	if got := alive(s, fresh); got != 42001 {
		t.Errorf("the expired token gives %d", got)
	}
}

func TestBadTokensAreToldApart(t *testing.T) {
	s := start(t)
	official := s.token(simulator.OfficialAccount)
	s.wantCode(41001, s.post("/wxa/msg_sec_check", answer{}))
	s.wantCode(40014, s.post("/wxa/msg_sec_check?access_token=short", answer{}))
	s.wantCode(40001, s.post("/wxa/msg_sec_check?access_token="+official, answer{}))
	s.wantCode(40001, s.post("/wxa/msg_sec_check?access_token="+official[:len(official)-1]+"x", answer{}))
}

func TestAStableTokenStaysUntilFiveMinutesBeforeItsEnd(t *testing.T) {
	s := start(t)
	first := stable(s, false)
	s.advance("115m")
	second := stable(s, false)
	if second["access_token"] != first["access_token"] || second.number("expires_in") != 300 {
		t.Fatalf("at 300 s: %v", second)
	}
	s.advance("1s")
	third := stable(s, false)
	if third["access_token"] == first["access_token"] || third.number("expires_in") != 7200 {
		t.Fatalf("below 300 s: %v", third)
	}
	if alive(s, first.text("access_token")) != 0 || alive(s, third.text("access_token")) != 0 {
		t.Error("both must live for the last five minutes")
	}
	s.advance("5m")
	if got := alive(s, first.text("access_token")); got != 42001 {
		t.Errorf("the old stable token gives %d", got)
	}
}

func TestStableTokensKnowNothingOfTheOthers(t *testing.T) {
	s := start(t)
	kept := stable(s, false).text("access_token")
	s.token(simulator.MiniAccount)
	s.token(simulator.MiniAccount)
	s.advance("10m")
	if got := alive(s, kept); got != 0 {
		t.Errorf("the stable token gives %d", got)
	}
}

func TestAForcedRefreshKillsTheOldTokenAtOnce(t *testing.T) {
	s := start(t)
	first := stable(s, false).text("access_token")
	second := stable(s, true).text("access_token")
	if first == second || alive(s, first) != 40001 || alive(s, second) != 0 {
		t.Fatal("the old token must be dead and the new one live")
	}
	if third := stable(s, true).text("access_token"); third != second {
		t.Error("within thirty seconds nothing is refreshed")
	}
	for range 19 {
		s.advance("30s")
		s.wantCode(0, stable(s, true))
	}
	s.advance("30s")
	s.wantCode(45009, stable(s, true))
	s.advance("24h")
	s.wantCode(0, stable(s, true))
}

func TestTokensCanBeShortAndBeRevoked(t *testing.T) {
	s := start(t)
	s.control(http.MethodPut, "accounts/mini", answer{"expires_in": 300})
	out := stable(s, false)
	if out.number("expires_in") != 300 {
		t.Errorf("expires_in %v", out["expires_in"])
	}
	s.control(http.MethodPost, "tokens/revoke", answer{"account": "mini"})
	if got := alive(s, out.text("access_token")); got != 40001 {
		t.Errorf("a revoked token gives %d", got)
	}
	s.refused(http.StatusBadRequest, http.MethodPut, "accounts/mini", answer{"expires_in": 299})
	s.refused(http.StatusNotFound, http.MethodPost, "tokens/revoke", answer{"account": "other"})
}

func TestMethodAndBodyAreChecked(t *testing.T) {
	s := start(t)
	path := s.api(simulator.MiniAccount, "/wxa/msg_sec_check")
	s.wantCode(43002, s.get(path))
	s.wantCode(44002, s.post(path, nil))
	s.wantCode(47001, s.post(path, "{"))
	s.wantCode(47001, s.post(path, `{"version":"2"}`))
	s.wantCode(43001, s.post("/cgi-bin/token", nil))
	s.wantCode(40066, s.get("/cgi-bin/comment/list"))
}
