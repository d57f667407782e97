package simulator_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianxin/simulator"
)

// posted sends a text to the stand-in's gateway and gives its answer.
func posted(t *testing.T, sim http.Handler, secret, body string, at time.Time) int {
	t.Helper()
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(stamp + "." + body))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sms", strings.NewReader(body))
	r.Header.Set("X-Lianxin-Timestamp", stamp)
	r.Header.Set("X-Lianxin-Signature", hex.EncodeToString(mac.Sum(nil)))
	w := httptest.NewRecorder()
	sim.ServeHTTP(w, r)
	return w.Code
}

func TestATextIsOnThePhoneThatHasTheNumber(t *testing.T) {
	options := simulator.Defaults()
	options.People = []string{"张三", "李四"}
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	ask := func(method, path, body string) string {
		w := httptest.NewRecorder()
		sim.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
		return w.Body.String()
	}
	ask(http.MethodPost, "/simulator/users", `{"name":"张三","phone":"13800138000"}`)
	const body = `{"phone":"13800138000","text":"您的验证码是 123456"}`
	if got := posted(t, sim, simulator.SMSSecret, body, time.Now()); got != http.StatusNoContent {
		t.Fatalf("answered %d", got)
	}
	if got := ask(http.MethodGet, "/simulator/users/张三/texts", ""); !strings.Contains(got, "123456") {
		t.Errorf("the phone shows %s", got)
	}
	if got := ask(http.MethodGet, "/simulator/users/李四/texts", ""); strings.Contains(got, "123456") {
		t.Error("it is on another phone")
	}
	for what, got := range map[string]int{
		"another secret": posted(t, sim, "other", body, time.Now()), "an old one": posted(t, sim, simulator.SMSSecret, body, time.Now().Add(-time.Hour)),
	} {
		if got != http.StatusUnauthorized {
			t.Errorf("%s was answered %d", what, got)
		}
	}
}
