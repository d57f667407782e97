package guard_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"

	"lianxin/handler/guard"
	"lianxin/handler/session"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/limit"
)

// desk is a route behind a limit that notes who it was asked about.
type desk struct {
	router *gin.Engine
	asked  []limit.Who
	err    error
}

func newDesk(t *testing.T, proxies ...string) *desk {
	t.Helper()
	d := &desk{router: gin.New()}
	if err := d.router.SetTrustedProxies(proxies); err != nil {
		t.Fatal(err)
	}
	limits := guard.NewLimits(prometheus.NewRegistry(), func(_ context.Context, _ limit.Class, who limit.Who) error {
		d.asked = append(d.asked, who)
		return d.err
	})
	identify := func(_ context.Context, token string) (model.Actor, error) {
		if token != "good" {
			return model.Actor{}, fault.Unauthenticated("请先登录。")
		}
		return model.Actor{PersonID: "wang", SessionID: "phone"}, nil
	}
	class := func(*gin.Context) limit.Class { return limit.Read }
	d.router.Use(session.Middleware(identify), limits.Keep(slog.New(slog.DiscardHandler), class))
	d.router.GET("/", func(c *gin.Context) { c.Status(http.StatusOK) })
	return d
}

func (d *desk) ask(t *testing.T, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = "192.0.2.1:4000"
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	d.router.ServeHTTP(w, r)
	return w
}

func TestWhoIsSignedInCountsAsPersonAndDeviceAndEverybodyElseAsAnAddress(t *testing.T) {
	nobody := limit.Who{Address: netip.MustParseAddr("192.0.2.1")}
	for _, c := range []struct {
		what    string
		proxies []string
		header  map[string]string
		want    limit.Who
	}{
		{"nobody", nil, nil, nobody},
		{"signed in", nil, map[string]string{"Authorization": "Bearer good"}, limit.Who{Person: "wang", Device: "phone"}},
		{"a made-up token", nil, map[string]string{"Authorization": "Bearer bad"}, nobody},
		{"a made-up address", nil, map[string]string{"X-Forwarded-For": "203.0.113.9"}, nobody},
		{"an address the proxy saw", []string{"192.0.2.0/24"}, map[string]string{"X-Forwarded-For": "203.0.113.9"}, limit.Who{Address: netip.MustParseAddr("203.0.113.9")}},
		{"made up before the proxy", []string{"192.0.2.0/24"}, map[string]string{"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}, limit.Who{Address: netip.MustParseAddr("203.0.113.9")}},
	} {
		d := newDesk(t, c.proxies...)
		d.ask(t, c.header)
		if diff := cmp.Diff([]limit.Who{c.want}, d.asked, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

func TestWhoIsRefusedHearsWhenToComeBack(t *testing.T) {
	d := newDesk(t)
	d.err = &limit.RefusedError{Subject: "address", Err: fault.TooMany("太频繁。", 90*time.Second+time.Millisecond)}
	w := d.ask(t, nil)
	if p := problemOf(t, w.Body.Bytes()); w.Code != http.StatusTooManyRequests || p.Code != "too_many" || w.Header().Get("Retry-After") != "91" {
		t.Errorf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestALimiterThatFailsIsNoRefusal(t *testing.T) {
	d := newDesk(t)
	d.err = errors.New("the database is on fire")
	if w := d.ask(t, nil); w.Code != http.StatusInternalServerError {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
