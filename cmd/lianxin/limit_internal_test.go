package main

import (
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianxin/config"
	"lianxin/service/limit"
	"lianxin/service/store/storetest"
)

func standard(t *testing.T) config.Config {
	t.Helper()
	cfg, err := config.Load(lookupIn(nil))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestEveryClassOfRequestsHasALimitByDefault(t *testing.T) {
	rules := limitRules(standard(t).Limits)
	for _, class := range limit.Classes() {
		if rules[class] == (limit.Rule{}) {
			t.Errorf("%s has no limit", class)
		}
	}
	if len(rules) != len(limit.Classes()) {
		t.Errorf("%d rules for %d classes", len(rules), len(limit.Classes()))
	}
}

func TestNoAddressLimitsWhoIsSignedInAndTwoHundredShareOne(t *testing.T) {
	for class, rule := range limitRules(standard(t).Limits) {
		if rule.Address.Times > 0 && rule.Address.Times < 200 {
			t.Errorf("%s lets only %d through from one address", class, rule.Address.Times)
		}
	}
}

func TestALimitCanBeRaisedFarWithoutLosingItsMeaning(t *testing.T) {
	for _, scale := range []int{1, 7, 1_000_000} {
		cfg := standard(t)
		cfg.Limits.Scale = scale
		for class, rule := range limitRules(cfg.Limits) {
			for _, r := range []limit.Rate{rule.Person, rule.Device, rule.Address} {
				if r.Times < 0 || r.Times > 0 && r.Per/time.Duration(r.Times) <= 0 || float64(r.Times) > math.MaxInt64 {
					t.Errorf("%s times %d is %+v", class, scale, r)
				}
			}
		}
	}
}

func TestEveryRouteCountsAsSomethingAndSecretsAreGuessedStrictly(t *testing.T) {
	cfg := standard(t)
	cfg.PublicURL, cfg.DataDir, cfg.LinkKey = "https://lianxin.example.cn", t.TempDir(), config.Secret(strings.Repeat("k", 32))
	cfg.FieldKeys = []config.FieldKey{{ID: "k1", Secret: config.Secret(strings.Repeat("ab", 32))}}
	cfg.WeChat.Simulator, cfg.WeChat.Mini = "http://127.0.0.1:1", config.Account{AppID: "wx0123456789abcdef", Secret: "s", Token: "token", EncodingAESKey: config.Secret(strings.Repeat("A", 43)), Mode: config.Safe}
	a, err := build(cfg, storetest.Open(t), clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { a.gateway.Close() }()
	for _, r := range a.surface.API.Routes() {
		if !slices.Contains(limit.Classes(), r.Class()) {
			t.Errorf("%s %s counts as %q", r.Method, r.Path, r.Class())
		}
		// Staff are counted by service/account, which knows their devices.
		guessed := r.ID == "sign-in-wechat" || r.ID == "sign-in-official" || r.ID == "accept-invitation" ||
			r.ID == "offer-link" || r.ID == "foresee-link" || r.ID == "link" || r.ID == "confirm-membership" || r.ID == "send-phone-code" || r.ID == "bind-phone-by-code"
		if guessed != r.Class().Strict() {
			t.Errorf("%s %s counts as %s", r.Method, r.Path, r.Class())
		}
	}
}

func TestWhoComesTooOftenIsToldWhenToComeBack(t *testing.T) {
	p := demoCopyWith(t, map[string]string{"LIANXIN_LIMIT_CHECK_CODE": "address=3/1h"})
	nobody := p.anonymous()
	for range 3 {
		if a := nobody.get("/api/v1/check-codes/AAAA-BBBB"); a.status != http.StatusNotFound {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	a := nobody.get("/api/v1/check-codes/AAAA-BBBB")
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != http.StatusTooManyRequests || err != nil || wait < 1190 || wait > 1200 || !strings.Contains(a.body, "20 分钟") {
		t.Errorf("%d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.body)
	}
	if !strings.Contains(p.scrape(), `lianxin_limited_total{class="check_code",subject="address"} 1`) {
		t.Error("the figures do not tell")
	}
	if a := nobody.get("/api/v1/topics"); a.status != http.StatusOK {
		t.Errorf("another class: %d", a.status)
	}
	resident := p.signIn("路人")
	if a := resident.get("/api/v1/check-codes/AAAA-BBBB"); a.status != http.StatusNotFound {
		t.Errorf("somebody signed in at the same address: %d", a.status)
	}
}

func TestOneAddressCannotGuessPasswordsForEver(t *testing.T) {
	p := demoCopyWith(t, map[string]string{"LIANXIN_LIMIT_SIGN_IN_STAFF": "address=4/1h"})
	var got []int
	for i := range 6 {
		a := p.ask(http.MethodPost, p.app+"/api/v1/sessions/staff", "", map[string]any{"login": fmt.Sprint("nobody", i), "password": "guess-guess"})
		got = append(got, a.status)
	}
	if want := []int{401, 401, 401, 401, 429, 429}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestWhoTriesPicturesTooOftenIsToldWhenToComeBack(t *testing.T) {
	p := demoCopyWith(t, map[string]string{"LIANXIN_LIMIT_READ": "address=3/1h"})
	nobody := p.anonymous()
	for range 3 {
		if a := nobody.get("/media/guess?sig=guess"); a.status == http.StatusTooManyRequests {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if a := nobody.get("/media/guess?sig=guess"); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.body)
	}
}
