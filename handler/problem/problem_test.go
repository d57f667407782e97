package problem_test

import (
	"bytes"
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"lianxin/handler/problem"
	"lianxin/model/fault"
	"lianxin/service/store"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	problem.Install()
	m.Run()
}

const requestID = "request-1"

// answered is the document that an error becomes, and what was logged.
func answered(t *testing.T, err error) (*httptest.ResponseRecorder, map[string]any, string) {
	t.Helper()
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	router := gin.New()
	router.GET("/", func(c *gin.Context) {
		c.Request = c.Request.WithContext(problem.WithRequestID(c.Request.Context(), requestID))
		problem.Write(c, log, err)
	}, func(*gin.Context) { t.Error("the request went on") })
	w := httptest.NewRecorder()
	router.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	return w, document(t, w), logged.String()
}

// document reads an answer as a problem document and says what every one has.
func document(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d %q is not JSON: %v", w.Code, w.Body, err)
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("the content type is %q", got)
	}
	if p["type"] != "about:blank" || p["status"] != float64(w.Code) || p["code"] == "" {
		t.Errorf("%d is described as %v", w.Code, p)
	}
	wantChinese(t, p["title"])
	wantChinese(t, p["detail"])
	fields, _ := p["errors"].([]any)
	for _, f := range fields {
		wantChinese(t, f.(map[string]any)["message"])
	}
	return p
}

func wantChinese(t *testing.T, words any) {
	t.Helper()
	text, _ := words.(string)
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '%' }) {
		t.Errorf("not Chinese: %q", words)
	}
}

func TestEveryFaultHasItsStatusAndItsOwnWords(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{fault.InvalidField("body", "请填写内容。"), http.StatusUnprocessableEntity, "invalid"},
		{fault.Unauthenticated("登录已过期。"), http.StatusUnauthorized, "unauthenticated"},
		{fault.Forbidden("您没有这项操作的权限。"), http.StatusForbidden, "forbidden"},
		{fault.StepUp("请再次验证。"), http.StatusForbidden, "step_up_required"},
		{fault.Enrol("请先绑定。"), http.StatusForbidden, "totp_required"},
		{fault.NotFound("这封来信"), http.StatusNotFound, "not_found"},
		{fault.Conflict("来信已经撤回。"), http.StatusConflict, "conflict"},
		{fault.TooMany("提交太频繁。", time.Minute), http.StatusTooManyRequests, "too_many"},
		{store.ErrKeyTaken, http.StatusConflict, "already_done"},
		{context.Canceled, 499, "cancelled"},
	} {
		for _, err := range []error{c.err, fmt.Errorf("message: send: %w", c.err)} {
			w, p, logged := answered(t, err)
			if w.Code != c.status || p["code"] != c.code || p["request_id"] != requestID || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%v became %d %v %v", err, w.Code, p, w.Header())
			}
			if f := fault.Of(err); f != nil && p["detail"] != f.Words {
				t.Errorf("%v is told as %v", err, p["detail"])
			}
			if logged != "" {
				t.Errorf("%v was logged: %s", err, logged)
			}
		}
	}
}

func TestWrongFieldsAreNamed(t *testing.T) {
	_, p, _ := answered(t, fault.Invalid(fault.Field{Name: "body", Reason: "请填写内容。"}, fault.Field{Name: "place", Reason: "太长。"}))
	want := []any{map[string]any{"field": "body", "message": "请填写内容。"}, map[string]any{"field": "place", "message": "太长。"}}
	if diff := cmp.Diff(want, p["errors"]); diff != "" {
		t.Error(diff)
	}
}

func TestRetryAfterIsRoundedUpToAWholeSecond(t *testing.T) {
	for after, want := range map[time.Duration]string{
		-time.Second: "1", 0: "1", time.Millisecond: "1", time.Second: "1", 1001 * time.Millisecond: "2", 90 * time.Second: "90", 2*time.Hour - 1: "7200",
	} {
		if w, _, _ := answered(t, fault.TooMany("提交太频繁。", after)); w.Header().Get("Retry-After") != want {
			t.Errorf("%v became %q, not %s", after, w.Header().Get("Retry-After"), want)
		}
	}
}

func TestWhoIsNotSignedInIsToldHow(t *testing.T) {
	if w, _, _ := answered(t, fault.Unauthenticated("请先登录。")); w.Header().Get("WWW-Authenticate") != `Bearer realm="lianxin"` {
		t.Errorf("got %v", w.Header())
	}
}

func TestNothingOfTheInsideIsToldAndItIsLoggedOnce(t *testing.T) {
	w, p, logged := answered(t, errors.New("store: secret table dropped"))
	if w.Code != http.StatusInternalServerError || p["code"] != "internal" || p["request_id"] != requestID || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if strings.Count(logged, "secret table dropped") != 1 || strings.Count(logged, "\n") != 1 || !strings.Contains(logged, requestID) {
		t.Errorf("logged %q", logged)
	}
}

func TestAFaultOfAnUnknownKindIsOurMistake(t *testing.T) {
	w, p, logged := answered(t, &fault.Fault{Kind: "new", Words: "新的。"})
	if w.Code != http.StatusInternalServerError || p["code"] != "internal" || !strings.Contains(logged, "新的") {
		t.Errorf("got %d %v, logged %q", w.Code, p, logged)
	}
}

func TestADatabaseThatIsAwayMeansLater(t *testing.T) {
	for _, err := range []error{driver.ErrBadConn, context.DeadlineExceeded, fmt.Errorf("store: ping: %w", driver.ErrBadConn)} {
		w, p, logged := answered(t, err)
		if w.Code != http.StatusServiceUnavailable || p["code"] != "unavailable" || w.Header().Get("Retry-After") != "5" || strings.Count(logged, "\n") != 1 {
			t.Errorf("%v became %d %v, logged %q", err, w.Code, p, logged)
		}
	}
}

func TestAProblemIsPassedOnWithTheIDOfTheRequest(t *testing.T) {
	given := problem.New(context.Background(), http.StatusRequestEntityTooLarge, "too_large", "太大", "图片太大。")
	w, p, _ := answered(t, fmt.Errorf("media: %w", given))
	if w.Code != http.StatusRequestEntityTooLarge || p["code"] != "too_large" || p["request_id"] != requestID {
		t.Errorf("got %d %v", w.Code, p)
	}
	if given.RequestID != "" {
		t.Error("the problem of one request remembers another")
	}
}
