package main

import (
	"archive/zip"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"lianxin/model"
)

// secrets gathers what a journey used that no log, figure or error may show.
type secrets map[string]string

func (s secrets) check(t *testing.T, where, text string) {
	t.Helper()
	for what, secret := range s {
		if secret == "" {
			t.Errorf("no %s was used", what)
		} else if strings.Contains(text, secret) {
			t.Errorf("%s shows the %s", where, what)
		}
	}
}

// The demo runs at the level debug here (--verbose).
func TestAJourneyLeavesNoSecretInTheLogOrTheFigures(t *testing.T) {
	p := demoCopy(t)
	seat, _ := p.someone()
	code := p.ask(http.MethodPost, p.simulator+"/simulator/login-codes", "", map[string]any{"account": "mini", "user": "守密人"}).field(t, "code")
	signed := p.anonymous().must(http.StatusCreated, p.ask(http.MethodPost, p.app+"/api/v1/sessions/wechat", "", map[string]any{"code": code}))
	me := phone{program: p, name: "守密人", token: signed.field(t, "token")}
	body := "夜里两点水管爆了，请上门"
	sent := me.must(http.StatusCreated, me.post("/api/v1/messages", map[string]any{"representative_id": seat, "body": body, "name": "守密人甲", "place": "暗号胡同"}))
	me.waitFor("/api/v1/messages/"+sent.field(t, "id"), "delivered")
	liaison := p.officer(model.RoleLiaisonOfficer)
	invitation := liaison.must(http.StatusCreated, liaison.post("/api/v1/staff/invitations", map[string]any{"kind": "representative", "target_id": seat})).field(t, "code")
	me.post("/api/v1/invitations/accept", map[string]any{"code": invitation})
	me.get("/api/v1/check-codes/SECRETCODE9")
	me.get("/api/v1/scenes/secret-scene-9")
	p.ask(http.MethodGet, p.app+"/h5/?code=oauth-code-9&state=x", "", nil)
	refreshed := p.ask(http.MethodPost, p.app+"/api/v1/sessions/refresh", "", map[string]any{"refresh_token": signed.field(t, "refresh_token")})
	p.ask(http.MethodPost, p.app+"/api/v1/sessions/wechat", "", map[string]any{"code": "stale-code-9"})
	figures := p.ask(http.MethodGet, p.app+"/metrics", "", nil).body
	used := secrets{
		"login code": code, "token": me.token, "refresh token": signed.field(t, "refresh_token"), "new token": refreshed.field(t, "token"), "invitation": invitation,
		"check code": "SECRETCODE9", "scene": "secret-scene-9", "page code": "oauth-code-9", "stale code": "stale-code-9",
		"words": body, "name": "守密人甲", "place": "暗号胡同", "staff token": liaison.token,
	}
	if code := p.end(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	used.check(t, "the log", p.stderr.String())
	used.check(t, "a figure", figures)
	if !strings.Contains(p.stderr.String(), "/api/v1/messages") {
		t.Error("the log tells nothing of the journey")
	}
}

func TestAPersonSeesFetchesAndEndsWhatIsKeptOfThem(t *testing.T) {
	s := newStage(t, map[string]any{"body": "要带走的一封信", "name": "带走人"})
	s.representative.must(http.StatusOK, s.representative.get("/api/v1/representative/messages/"+s.id))
	looks := s.resident.must(http.StatusOK, s.resident.get("/api/v1/me/readings"))
	if !strings.Contains(looks.body, `"thread"`) || !strings.Contains(looks.body, "代表") {
		t.Errorf("readings: %s", looks.body)
	}
	if none := s.stranger.must(http.StatusOK, s.stranger.get("/api/v1/me/readings")); strings.Contains(none.body, s.id) {
		t.Errorf("a stranger sees %s", none.body)
	}
	asked := s.resident.must(http.StatusCreated, s.resident.post("/api/v1/me/data/exports", nil)).field(t, "id")
	s.stranger.must(http.StatusNotFound, s.stranger.get("/api/v1/me/data/exports/"+asked))
	s.p.anonymous().must(http.StatusUnauthorized, s.p.anonymous().get("/api/v1/me/data/exports/"+asked))
	copied := s.resident.must(http.StatusOK, s.resident.get("/api/v1/me/data/exports/"+asked))
	z, err := zip.NewReader(bytes.NewReader([]byte(copied.body)), int64(len(copied.body)))
	if err != nil || copied.header.Get("Content-Type") != "application/zip" || len(z.File) < 3 {
		t.Fatalf("the copy is %d bytes of %s: %v", len(copied.body), copied.header.Get("Content-Type"), err)
	}
	s.resident.must(http.StatusTooManyRequests, s.resident.post("/api/v1/me/data/exports", nil))
	s.resident.must(http.StatusCreated, s.resident.post("/api/v1/me/data/erasure", nil))
	s.p.anonymous().must(http.StatusOK, s.p.ask(http.MethodPost, s.p.simulator+"/simulator/clock", "", map[string]any{"advance": "73h"}))
	s.p.eventually("whoever comes again is a new person, to whom nothing belongs", func() bool {
		again := s.p.signIn(s.resident.name)
		return !strings.Contains(again.must(http.StatusOK, again.get("/api/v1/messages")).body, s.id)
	})
	liaison := s.p.officer(model.RoleLiaisonOfficer)
	if shown := liaison.get("/api/v1/staff/messages/" + s.id); shown.status != http.StatusNotFound {
		t.Errorf("the office is shown %d %s", shown.status, shown.body)
	}
}
