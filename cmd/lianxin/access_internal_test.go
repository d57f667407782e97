package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// setUp makes a database with an administrator in it, where staff must have a
// second factor.
func setUp(t *testing.T) map[string]string {
	t.Helper()
	env := settings(t)
	delete(env, "LIANXIN_STAFF_TOTP")
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	if code, _, stderr := command(t, env, "a-long-enough-password\n", "admin", "add", "--login", "admin", "--name", "张三", "--area", "临江区"); code != 0 {
		t.Fatal(stderr)
	}
	return env
}

// signingIn gives a password, and what came of it.
func (p *program) signingIn(password string) answer {
	p.tb.Helper()
	return p.ask(http.MethodPost, p.app+"/api/v1/sessions/staff", "", map[string]any{"login": "admin", "password": password})
}

// enrol sets up a second factor in a session that is good for nothing else.
func (p *program) enrol(limited phone) answer {
	p.tb.Helper()
	made := limited.must(http.StatusCreated, limited.post("/api/v1/me/totp", nil))
	secret := strings.ReplaceAll(made.field(p.tb, "secret"), " ", "")
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		p.tb.Fatal(err)
	}
	return limited.must(http.StatusOK, limited.post("/api/v1/me/totp/confirm", map[string]any{"code": code}))
}

func TestTheFirstAdministratorEnrolsBeforeAnythingElse(t *testing.T) {
	env := setUp(t)
	p := start(t, env, "serve")
	first := p.signingIn("a-long-enough-password")
	if first.status != http.StatusCreated || first.field(t, "state") != "enrolment_required" {
		t.Fatalf("got %d %s", first.status, first.body)
	}
	limited := phone{program: p, name: "admin", token: first.field(t, "token")}
	for _, path := range []string{"/api/v1/staff/accounts", "/api/v1/me", "/api/v1/sessions", "/api/v1/messages"} {
		if a := limited.get(path); a.status != http.StatusForbidden || a.field(t, "code") != "totp_required" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := limited.post("/api/v1/pictures", nil); a.status < http.StatusBadRequest || strings.Contains(a.body, `"id"`) {
		t.Errorf("a picture: %d %s", a.status, a.body)
	}
	enrolled := p.enrol(limited)
	admin := phone{program: p, name: "admin", token: enrolled.field(t, "session", "token")}
	admin.must(http.StatusOK, admin.get("/api/v1/staff/accounts"))
	limited.must(http.StatusUnauthorized, limited.get("/api/v1/me/access"))
	if a := p.signingIn("a-long-enough-password"); a.field(t, "state") != "code_required" || strings.Contains(a.body, `"token"`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
	list := admin.must(http.StatusOK, admin.get("/api/v1/sessions"))
	if !strings.Contains(list.body, `"current":true`) || !strings.Contains(list.body, "127.0.0.*") {
		t.Errorf("sessions: %s", list.body)
	}
	if code := p.end(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
	if log := p.stderr.String(); strings.Contains(log, "otpauth") || strings.Contains(log, enrolled.field(t, "session", "device_token")) {
		t.Error("a secret stands in the log")
	}
}

func TestAtTheCommandLineALostPhoneAndAForgottenPasswordAreReset(t *testing.T) {
	env := setUp(t)
	p := start(t, env, "serve")
	p.enrol(phone{program: p, name: "admin", token: p.signingIn("a-long-enough-password").field(t, "token")})
	if code := p.end(); code != 0 {
		t.Fatalf("exit code %d: %s", code, p.stderr)
	}
	if code, _, stderr := command(t, env, "", "admin", "reset-totp", "--login", "nobody"); code != 2 || !strings.Contains(stderr, "nobody") {
		t.Errorf("an unknown login: exit code %d: %s", code, stderr)
	}
	for _, step := range []struct{ stdin, what string }{{"", "reset-totp"}, {"three blind umbrellas\n", "reset-password"}, {"", "unlock"}} {
		if code, stdout, stderr := command(t, env, step.stdin, "admin", step.what, "--login", "admin"); code != 0 || !strings.Contains(stdout+stderr, "已") {
			t.Errorf("%s: exit code %d: %s", step.what, code, stderr)
		}
	}
	p = start(t, env, "serve")
	if a := p.signingIn("a-long-enough-password"); a.status != http.StatusUnauthorized {
		t.Errorf("the old password: %d %s", a.status, a.body)
	}
	if a := p.signingIn("three blind umbrellas"); a.field(t, "state") != "enrolment_required" {
		t.Errorf("got %d %s", a.status, a.body)
	}
	p.end()
}
