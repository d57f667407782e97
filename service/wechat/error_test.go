package wechat_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/wechat"
)

func TestEveryCodeMeansWhatTheTableSays(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	w.act("visits", body{})
	openID := w.openID("mini")
	for code, want := range map[int]error{
		43101: model.ErrNoGrant,
		45015: model.ErrWindowClosed, 45047: model.ErrWindowClosed,
		43004: model.ErrNotFollowing,
		48001: model.ErrChannelUnavailable, 43107: model.ErrChannelUnavailable, 43116: model.ErrChannelUnavailable, 50002: model.ErrChannelUnavailable, 85079: model.ErrChannelUnavailable,
		40037: model.ErrContentRefused, 45168: model.ErrContentRefused, 47003: model.ErrContentRefused, 41030: model.ErrContentRefused, 40249: model.ErrContentRefused,
		40003: model.ErrUnknownPerson, 43104: model.ErrUnknownPerson,
		61010: model.ErrNoRecentVisit,
		40029: model.ErrCodeSpent, 40163: model.ErrCodeSpent, 42003: model.ErrCodeSpent,
		40226: wechat.ErrBlockedPerson,
		-1:    nil, 45009: nil, 45011: nil, 44991: nil, 43108: nil,
		40164: nil, 89503: nil, 99999: nil,
	} {
		w.fault(body{"path": checkText, "errcode": code, "errmsg": "some words"})
		_, err := gateway.CheckText(t.Context(), openID, wechat.SceneForum, "路灯")
		var failed *wechat.Error
		if !errors.As(err, &failed) || failed.Code != code || failed.API != "wxa/msg_sec_check" || !strings.Contains(failed.Message, "some words") {
			t.Errorf("%d: %v", code, err)
			continue
		}
		if want != nil && (!errors.Is(err, want) || wechat.Retryable(err)) {
			t.Errorf("%d: not %v, or retryable", code, want)
		}
		later := code == -1 || code == 45009 || code == 45011 || code == 44991 || code == 43108
		if want == nil && wechat.Retryable(err) != later {
			t.Errorf("%d: retryable is %v", code, wechat.Retryable(err))
		}
	}
}

func TestACodeCanMeanSomethingElseAtOneInterface(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	w.fault(body{"path": "/wxa/business/getuserphonenumber", "errcode": 40013})
	if _, err := gateway.PhoneNumber(t.Context(), "code"); !errors.Is(err, model.ErrCodeSpent) {
		t.Errorf("phone: %v", err)
	}
	w.fault(body{"path": "/wxa/generate_urllink", "errcode": 40013})
	if _, err := gateway.URLLink(t.Context(), "p", ""); !errors.Is(err, model.ErrChannelUnavailable) {
		t.Errorf("link: %v", err)
	}
	w.fault(body{"path": stableToken, "errcode": 40001})
	fresh := w.gateway(func(options *wechat.Options) { options.Tokens = &store{tokens: map[string]wechat.Token{}} })
	if err := fresh.Ping(t.Context()); err == nil || wechat.Retryable(err) {
		t.Errorf("a wrong secret: %v", err)
	}
}

func TestNoWholeAnswerIsRetryable(t *testing.T) {
	w := newWorld(t, nil)
	patient := w.gateway(nil)
	hasty := w.gateway(func(options *wechat.Options) { options.Timeout = 100 * time.Millisecond })
	openID := w.openID("official")
	for _, gateway := range []*wechat.Gateway{patient, hasty} {
		if err := gateway.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"500":       func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) },
		"502":       func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) },
		"429":       func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTooManyRequests) },
		"dropped":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"timeout":   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"not JSON":  func(rw http.ResponseWriter, _ *http.Request) { write(rw, "<html>") },
		"nothing":   func(http.ResponseWriter, *http.Request) {},
		"half JSON": func(rw http.ResponseWriter, _ *http.Request) { write(rw, `{"subscribe":1,`) },
		"cut off": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Length", "1000")
			write(rw, `{"subscribe":1`)
		},
		"endless": func(rw http.ResponseWriter, _ *http.Request) {
			chunk := strings.Repeat(" ", 1<<16)
			for range 128 {
				if !write(rw, chunk) {
					return
				}
			}
		},
		"other types": func(rw http.ResponseWriter, _ *http.Request) { write(rw, `{"subscribe":"yes"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool { answer(rw, r); return true })
			gateway := patient
			if name == "timeout" {
				gateway = hasty
			}
			_, err := gateway.UserInfo(t.Context(), openID)
			if !wechat.Retryable(err) {
				t.Errorf("err = %v", err)
			}
			if (name == "timeout") != errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("deadline: %v", err)
			}
		})
	}
}

func TestARefusalOfTheServerIsNotRetryable(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	for _, status := range []int{http.StatusNotFound, http.StatusForbidden, http.StatusFound} {
		w.answerWith(func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Location", "https://example.org/")
			rw.WriteHeader(status)
			return true
		})
		err := gateway.Ping(t.Context())
		var failed *wechat.Error
		if !errors.As(err, &failed) || failed.Status != status || wechat.Retryable(err) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestWhoHasLeftIsToldSo(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, method := range w.apis() {
		if err := method.call(ctx, gateway); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", method.name, err)
		}
	}
	if errors.Is(wechat.ErrSnapshotUser, context.Canceled) || wechat.Retryable(errors.New("other")) || wechat.Retryable(nil) {
		t.Error("what is not a call is not retryable")
	}
}

func TestAMissingAccountIsAnUnavailableChannel(t *testing.T) {
	w := newWorld(t, nil)
	miniOnly := w.gateway(func(options *wechat.Options) { options.Official = wechat.Account{} })
	officialOnly := w.gateway(func(options *wechat.Options) { options.Mini = wechat.Account{} })
	for _, method := range w.apis() {
		first, second := method.call(t.Context(), miniOnly), method.call(t.Context(), officialOnly)
		if errors.Is(first, model.ErrChannelUnavailable) == errors.Is(second, model.ErrChannelUnavailable) {
			t.Errorf("%s: %v and %v", method.name, first, second)
		}
	}
	if err := errors.Join(miniOnly.Ping(t.Context()), officialOnly.Ping(t.Context())); err != nil {
		t.Error(err)
	}
}
