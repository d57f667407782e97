package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianxin/config"
	"lianxin/model/fault"
)

func TestAPageOfTheOfficialAccountBindsAPhoneByACode(t *testing.T) {
	p := demoCopy(t)
	const name, number = "网页居民", "13955550123"
	p.anonymous().must(http.StatusOK, p.ask(http.MethodPost, p.simulator+"/simulator/users", "", map[string]any{"name": name, "phone": number}))
	login := p.ask(http.MethodPost, p.simulator+"/simulator/login-codes", "", map[string]any{"account": "official", "user": name}).field(t, "code")
	signed := p.anonymous().must(http.StatusCreated, p.ask(http.MethodPost, p.app+"/api/v1/sessions/official", "", map[string]any{"code": login}))
	me := phone{program: p, name: name, token: signed.field(t, "token")}
	me.must(http.StatusCreated, me.post("/api/v1/me/phone/codes", map[string]any{"phone": number}))
	var shown struct{ Texts []struct{ Text string } }
	p.ask(http.MethodGet, p.simulator+"/simulator/users/"+name+"/texts", "", nil).json(t, &shown)
	if len(shown.Texts) != 1 {
		t.Fatalf("the phone shows %+v", shown)
	}
	code := regexp.MustCompile(`\d{6}`).FindString(shown.Texts[0].Text)
	if got := me.must(http.StatusOK, me.put("/api/v1/me/phone/by-code", map[string]any{"phone": number, "code": code})).field(t, "phone"); got != "139****0123" {
		t.Errorf("bound %s", got)
	}
	if code := p.end(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	secrets{"number": number, "code": code}.check(t, "the log", p.stderr.String())
}

func TestAGatewayThatFailsIsToldWithoutNumberAndText(t *testing.T) {
	var log strings.Builder
	var got *http.Request
	var body []byte
	status := http.StatusBadGateway
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
	}))
	cfg := config.Config{SMS: config.SMS{URL: server.URL + "/send?key=hidden", Secret: "shared-secret"}}
	at := time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC)
	gateway := smsOf(cfg, func() time.Time { return at }, slog.New(slog.NewTextHandler(&log, nil)))
	err := gateway.Send(t.Context(), "13955550123", "验证码 654321")
	if !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("got %v", err)
	}
	if want := signSMS([]byte("shared-secret"), "1795665600", body); got.Header.Get("X-Lianxin-Signature") != want {
		t.Errorf("signed %s, want %s", got.Header.Get("X-Lianxin-Signature"), want)
	}
	status = http.StatusNoContent
	if err := gateway.Send(t.Context(), "13955550123", "验证码 654321"); err != nil {
		t.Errorf("got %v", err)
	}
	server.Close()
	if err := gateway.Send(context.WithoutCancel(t.Context()), "13955550123", "验证码 654321"); !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("got %v", err)
	}
	secrets{"number": "13955550123", "code": "654321", "key": "hidden", "secret": "shared-secret"}.check(t, "the log", log.String())
	if smsOf(config.Config{}, clock, slog.New(slog.DiscardHandler)) != nil {
		t.Error("there is a gateway without an address")
	}
}
