package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestNoLineOfAJourneyTellsWhoSomebodyIs(t *testing.T) {
	s := newStage(t, map[string]any{"body": "我家楼上半夜装修", "name": "柳如烟", "place": "和平里三号", "consent_hand_over": true})
	s.representative.must(http.StatusOK, s.representative.post("/api/v1/representative/messages/"+s.id+"/hand-over", map[string]any{"unit_id": s.office}))
	s.clerk.must(http.StatusOK, s.clerk.get("/api/v1/unit/messages/"+s.id))
	s.liaison.must(http.StatusOK, s.liaison.get("/api/v1/staff/messages/"+s.id))
	s.p.anonymous().get("/api/v1/representatives?q=柳如烟")
	s.p.anonymous().get("/no/such/page/柳如烟?phone=" + s.fullPhone(t))
	user := s.p.ask(http.MethodGet, s.p.simulator+"/simulator/users/当事人甲", "", nil).body
	secrets := []string{
		s.fullPhone(t), "柳如烟", "半夜装修", "和平里", "当事人甲", s.id, s.resident.token, s.representative.token, s.liaison.token,
		"%E6%9F%B3", "access_token=", "js_code=", "Bearer ",
	}
	secrets = append(secrets, regexp.MustCompile(`"o[A-Za-z0-9_-]{20,}"`).FindAllString(user, -1)...)
	for line := range strings.Lines(s.p.stderr.String()) {
		for _, secret := range secrets {
			if strings.Contains(line, strings.Trim(secret, `"`)) {
				t.Errorf("a line tells %s: %s", secret, line)
			}
		}
	}
	for _, kind := range []string{"who=nobody", "who=resident", "who=representative", "who=unit_officer", "who=liaison_officer"} {
		if !strings.Contains(s.p.stderr.String(), kind) {
			t.Errorf("no line says %s", kind)
		}
	}
}

func TestEachLineForACollectorIsOneRecordWithItsRequest(t *testing.T) {
	env := settings(t)
	env["LIANXIN_LOG_FORMAT"] = "json"
	must(t, env, "migrate")
	p := start(t, env, "serve")
	named := p.anonymous().get("/api/v1/areas").header.Get("X-Request-Id")
	p.end()
	found := false
	for line := range strings.Lines(p.stderr.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if record["msg"] != "request" || record["request"] != named {
			continue
		}
		found = true
		for name, want := range map[string]any{"method": "GET", "route": "/api/v1/areas", "status": 200.0, "who": "nobody", "from": "127.0.0.0/24", "level": "INFO"} {
			if record[name] != want {
				t.Errorf("%s is %v, want %v", name, record[name], want)
			}
		}
		if _, sized := record["bytes"].(float64); !sized {
			t.Errorf("no size in %s", line)
		}
	}
	if !found {
		t.Errorf("no line names the request %s: %s", named, p.stderr)
	}
}
