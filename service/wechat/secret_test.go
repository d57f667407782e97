package wechat_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus" //nolint:depguard // this test listens to what the SDK might log

	"lianxin/service/wechat"
)

// troubles are all the ways in which a call can go wrong. Where words come back,
// they quote everything that was sent.
var troubles = map[string]func(w *world, rw http.ResponseWriter, r *http.Request){
	"busy":           quoting(-1),
	"dead token":     quoting(40001),
	"wrong secret":   quoting(40125),
	"wrong appid":    quoting(40013),
	"spent code":     quoting(40029),
	"refused":        quoting(47003),
	"quota":          quoting(45009),
	"unknown code":   quoting(-99999),
	"status 500":     status(http.StatusInternalServerError),
	"status 404":     status(http.StatusNotFound),
	"redirect":       status(http.StatusFound),
	"dropped":        func(*world, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	"timeout":        func(_ *world, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"not JSON":       func(_ *world, rw http.ResponseWriter, r *http.Request) { write(rw, "<html>"+everything(r)) },
	"half JSON":      func(_ *world, rw http.ResponseWriter, r *http.Request) { write(rw, `{"x":"`+everything(r)) },
	"nothing":        func(*world, http.ResponseWriter, *http.Request) {},
	"no HTTP at all": noHTTP,
	"wrong types": func(w *world, rw http.ResponseWriter, r *http.Request) {
		w.keepSecret("SECRET-IN-AN-ANSWER")
		write(rw, `{"errcode":"SECRET-IN-AN-ANSWER","access_token":["SECRET-IN-AN-ANSWER"],"session_key":{"a":"SECRET-IN-AN-ANSWER"},"refresh_token":3,"openid":7,"phone_info":"`+everything(r)+`"}`)
	},
	"numbers in words": func(w *world, rw http.ResponseWriter, _ *http.Request) {
		w.keepSecret("SECRET-IN-AN-ANSWER")
		write(rw, `{"errcode":0,"expires_in":"SECRET-IN-AN-ANSWER","access_token":"SECRET-IN-AN-ANSWER","session_key":"SECRET-IN-AN-ANSWER","subscribe":"SECRET-IN-AN-ANSWER","is_snapshotuser":"SECRET-IN-AN-ANSWER","trace_id":{},"ticket":{},"url_link":{},"menu":[],"result":[],"phone_info":[]}`)
	},
}

// everything is what a careless server might quote of a request.
func everything(r *http.Request) string {
	var text bytes.Buffer
	if _, err := text.ReadFrom(r.Body); err != nil {
		return ""
	}
	parts := []string{r.URL.RawQuery, strings.NewReplacer(`"`, "'", "\n", " ").Replace(text.String())}
	for _, values := range r.URL.Query() {
		parts = append(parts, values...)
	}
	return strings.Join(parts, " ")
}

func quoting(code int) func(*world, http.ResponseWriter, *http.Request) {
	return func(_ *world, rw http.ResponseWriter, r *http.Request) {
		write(rw, fmt.Sprintf(`{"errcode":%d,"errmsg":"wrong: %s"}`, code, everything(r)))
	}
}

func status(code int) func(*world, http.ResponseWriter, *http.Request) {
	return func(_ *world, rw http.ResponseWriter, r *http.Request) {
		quoted := everything(r)
		rw.Header().Set("Location", "https://example.org/?"+r.URL.RawQuery)
		rw.WriteHeader(code)
		write(rw, quoted)
	}
}

// noHTTP answers something that quotes the request in the place of a status line.
func noHTTP(_ *world, rw http.ResponseWriter, r *http.Request) {
	quoted := everything(r)
	connection, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return
	}
	_, _ = connection.Write([]byte(quoted + "\r\n\r\n"))
	_ = connection.Close()
}

func TestNoSecretEverAppearsInAnErrorOrALogLine(t *testing.T) {
	var sdkLog logBook
	logrus.SetOutput(&sdkLog)
	logrus.SetLevel(logrus.TraceLevel)
	var standard logBook
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&standard, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })

	for trouble, answer := range troubles {
		t.Run(trouble, func(t *testing.T) {
			w := newWorld(t, nil)
			timeout := 5 * time.Second
			if trouble == "timeout" {
				timeout = 30 * time.Millisecond
			}
			for _, method := range w.apis() {
				// A cold gateway fails at the token, a warm one at the interface itself.
				for _, warm := range []bool{false, true} {
					gateway := w.gateway(func(options *wechat.Options) {
						options.Timeout = timeout
						options.Tokens = &store{tokens: map[string]wechat.Token{}, broken: errors.New("duplicate entry")}
					})
					w.answerWith(nil)
					if warm {
						if err := gateway.Ping(t.Context()); err != nil && trouble != "timeout" {
							t.Fatal(err)
						}
					}
					w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool { answer(w, rw, r); return true })
					err := method.call(t.Context(), gateway)
					mustFail := trouble != "numbers in words"
					if err == nil && mustFail {
						t.Errorf("%s did not fail", method.name)
					}
					w.searchError(t, method.name, err)
				}
			}
			w.search(t, "log", w.log.String()+sdkLog.String()+standard.String())
		})
	}
}

func (w *world) searchError(t *testing.T, where string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	texts := []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), fmt.Sprintf("%q", err), fmt.Sprintf("%s", err)}
	var walk func(error)
	walk = func(err error) {
		texts = append(texts, fmt.Sprintf("%+v %#v", err, err))
		switch wrapping := err.(type) { //nolint:errorlint // every layer is looked at
		case interface{ Unwrap() error }:
			if inner := wrapping.Unwrap(); inner != nil {
				walk(inner)
			}
		case interface{ Unwrap() []error }:
			for _, inner := range wrapping.Unwrap() {
				walk(inner)
			}
		}
	}
	walk(err)
	w.search(t, where, strings.Join(texts, "\n"))
}

func (w *world) search(t *testing.T, where, text string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.secrets) < 3 {
		t.Fatal("there are no secrets to search for")
	}
	for secret := range w.secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			if strings.Contains(text, form) {
				t.Errorf("%s tells %s in:\n%s", where, form, text)
			}
		}
	}
}

func TestAStoreThatQuotesATokenDoesNotBringItIntoTheLog(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(func(options *wechat.Options) { options.Tokens = talkative{} })
	if err := gateway.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(w.log.String(), "cannot save") {
		t.Error("the failure is not in the log")
	}
	w.search(t, "log", w.log.String())
}

// talkative is a store whose errors quote what it was given.
type talkative struct{}

func (talkative) LoadToken(context.Context, string) (wechat.Token, error) {
	return wechat.Token{}, nil
}

func (talkative) SaveToken(_ context.Context, _ string, token wechat.Token) error {
	return errors.New("cannot save " + token.Value)
}

func (talkative) DropToken(_ context.Context, _, value string) error {
	return errors.New("cannot drop " + value)
}
