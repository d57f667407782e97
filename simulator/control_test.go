package simulator_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"lianxin/simulator"
)

func TestFaultsStrikeTheirPath(t *testing.T) {
	s := start(t)
	path := s.api("mini", "/wxaapi/newtmpl/gettemplate")
	put := func(body answer) { s.control(http.MethodPut, "faults", body) }
	put(answer{"path": "/wxaapi/newtmpl/gettemplate", "errcode": 45009, "times": 2})
	s.wantCode(45009, s.get(path))
	if out := s.get(path); out.code() != 45009 || !strings.HasPrefix(out.text("errmsg"), "reach max api daily quota limit rid: ") {
		t.Errorf("fault %v", out)
	}
	s.wantCode(0, s.get(path))
	put(answer{"path": "*", "status": 500})
	if status, _, _ := s.raw(http.MethodGet, path, nil); status != http.StatusInternalServerError {
		t.Errorf("status %d", status)
	}
	s.control(http.MethodDelete, "faults?path=*", nil)
	put(answer{"path": "/wxaapi/newtmpl/gettemplate", "revoke_token": true, "times": 1})
	s.wantCode(40001, s.get(path))
	s.wantCode(0, s.get(s.api("mini", "/wxaapi/newtmpl/gettemplate")))
	for _, bad := range []answer{{"path": "/x"}, {"errcode": 1}, {"path": "/x", "status": 99}, {"path": "/x", "colour": "red"}} {
		s.refused(http.StatusBadRequest, http.MethodPut, "faults", bad)
	}
}

func TestADroppedConnectionAndADelay(t *testing.T) {
	s := start(t)
	s.control(http.MethodPut, "faults", answer{"path": "/cgi-bin/token", "drop": true, "times": 1})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/cgi-bin/token", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if response, err := client.Do(request); err == nil {
		t.Errorf("answered %d", response.StatusCode)
		_ = response.Body.Close()
	}
	s.control(http.MethodPut, "faults", answer{"path": "/cgi-bin/token", "delay_ms": 60000})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if response, err := client.Do(request.WithContext(ctx)); err == nil {
		t.Errorf("answered %d", response.StatusCode)
		_ = response.Body.Close()
	}
	s.control(http.MethodPut, "faults", answer{"path": "/cgi-bin/token", "delay_ms": 1})
	s.token("mini")
}

func TestCallsAreRecordedWithoutSecrets(t *testing.T) {
	s := start(t)
	token := s.token("mini")
	s.get("/wxaapi/newtmpl/gettemplate?access_token=" + token)
	s.get("/cgi-bin/nowhere?secret=hidden")
	s.control(http.MethodPut, "faults", answer{"path": "/cgi-bin/token", "errcode": -1, "times": 1})
	s.get("/cgi-bin/token")
	calls := s.control(http.MethodGet, "calls", nil).list("calls")
	if len(calls) != 4 || calls[1].text("account") != "mini" || calls[2].code() != 40066 || calls[2].text("path") != "/cgi-bin/nowhere" || calls[3].text("fault") != "errcode" {
		t.Errorf("calls %v", calls)
	}
	_, _, text := s.raw(http.MethodGet, "/simulator/calls", nil)
	for _, secret := range []string{token, "hidden", s.opts.Mini.Secret} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the record shows %s", secret)
		}
	}
}

func TestTheClockIsSetAndMoved(t *testing.T) {
	s := start(t)
	s.control(http.MethodPost, "clock", answer{"set": "2027-01-01T00:00:00+08:00"})
	s.advance("-1h")
	now, err := time.Parse(time.RFC3339, s.control(http.MethodGet, "clock", nil).text("now"))
	if want := time.Date(2026, 12, 31, 15, 0, 0, 0, time.UTC); err != nil || !now.Equal(want) {
		t.Errorf("now %v %v", now, err)
	}
	for _, bad := range []answer{{}, {"advance": "soon"}, {"advance": "1h", "set": "2027-01-01T00:00:00Z"}, {"set": "tomorrow"}} {
		s.refused(http.StatusBadRequest, http.MethodPost, "clock", bad)
	}
}

func TestPeopleKeepTheirIDsInEveryRun(t *testing.T) {
	first, second := start(t).person("张三"), start(t).person("张三")
	if first.text("unionid") != second.text("unionid") || first.object("openids").text("mini") != second.object("openids").text("mini") {
		t.Error("the ids changed")
	}
	ids := first.object("openids")
	if ids.text("mini") == ids.text("official") || len(ids.text("mini")) != 28 || len(first.text("unionid")) != 28 {
		t.Errorf("ids %v", ids)
	}
}

func TestNamesAndNumbersAreChecked(t *testing.T) {
	s := start(t)
	for _, body := range []answer{{"name": ""}, {"name": " 张三"}, {"name": "张/三"}, {"name": strings.Repeat("长", 33)}, {"name": "张三", "phone": "12"}} {
		s.refused(http.StatusBadRequest, http.MethodPost, "users", body)
	}
	s.refused(http.StatusNotFound, http.MethodGet, who("没有人", "notices"), nil)
	s.refused(http.StatusNotFound, http.MethodPost, "login-codes", answer{"account": "other", "user": "张三"})
	s.refused(http.StatusBadRequest, http.MethodPost, "login-codes", answer{"account": "official", "user": "张三", "scope": "all"})
	s.refused(http.StatusNotFound, http.MethodGet, "nothing", nil)
	if got := s.control(http.MethodGet, "users", nil).list("users"); len(got) != 3 {
		t.Errorf("users %v", got)
	}
}

func TestAccountsAreChangedWithinReason(t *testing.T) {
	s := start(t)
	out := s.control(http.MethodPut, "accounts/mini", answer{"mode": "plain", "format": "xml", "callback": "http://127.0.0.1:9/x", "bound": false})
	if out.text("mode") != "plain" || out.text("format") != "xml" || out["bound"] != false || out.text("callback") != "http://127.0.0.1:9/x" {
		t.Errorf("account %v", out)
	}
	for _, bad := range []answer{{"kind": "personal"}, {"mode": "open"}, {"format": "json"}, {"secret": "x"}} {
		s.refused(http.StatusBadRequest, http.MethodPut, "accounts/official", bad)
	}
	s.refused(http.StatusNotFound, http.MethodGet, "accounts/other", nil)
}

func TestAResetForgetsEverythingButTheCallbacks(t *testing.T) {
	s := start(t)
	token := s.token("mini")
	s.follow()
	s.advance("48h")
	s.control(http.MethodPut, "faults", answer{"path": "*", "errcode": -1})
	s.control(http.MethodPost, "reset", nil)
	if got := alive(s, token); got != 40001 {
		t.Errorf("the old token gives %d", got)
	}
	if got := s.person("张三"); got["follows"] != false {
		t.Errorf("person %v", got)
	}
	if now := s.control(http.MethodGet, "clock", nil).text("now"); now != opening.Format(time.RFC3339) {
		t.Errorf("now %s", now)
	}
	s.follow()
}

func TestThePhonePageIsServed(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.AppURL = "http://app.test" })
	for path, kind := range map[string]string{"/": "text/html", "/phone/phone.css": "text/css", "/phone/phone.mjs": "text/javascript", "/phone/chat.mjs": "text/javascript"} {
		status, got, _ := s.raw(http.MethodGet, path, nil)
		if status != http.StatusOK || !strings.HasPrefix(got, kind) {
			t.Errorf("%s: %d %s", path, status, got)
		}
	}
	if status, _, _ := s.raw(http.MethodGet, "/phone/other", nil); status != http.StatusNotFound {
		t.Errorf("an unknown file gives %d", status)
	}
	state := s.control(http.MethodGet, "phone?user=%E7%8E%8B%E7%A7%80%E8%8B%B1", nil)
	if state.text("app_url") != "http://app.test" || state.object("person").text("name") != "王秀英" || len(state.list("templates")) != 6 {
		t.Errorf("state %v", state)
	}
}

func TestImpossibleOptionsAreRefusedAllAtOnce(t *testing.T) {
	opts := simulator.Defaults()
	opts.Mini.EncodingAESKey = "short"
	opts.Official.Kind = "personal"
	opts.Templates[0].Fields[0].Key = "first"
	_, err := simulator.New(opts)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"mini account", "official account", "first"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("no %q in %v", part, err)
		}
	}
}
