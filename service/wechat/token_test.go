package wechat_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/service/wechat"
	"lianxin/simulator"
)

func userInfo(t *testing.T, w *world, gateway *wechat.Gateway) {
	t.Helper()
	if _, err := gateway.UserInfo(t.Context(), w.openID("official")); err != nil {
		t.Fatal(err)
	}
}

func TestOneTokenServesManyCallsAndReplicas(t *testing.T) {
	w := newWorld(t, nil)
	first, second := w.gateway(nil), w.gateway(nil)
	for range 20 {
		userInfo(t, w, first)
	}
	userInfo(t, w, second)
	if w.tokenFetches() != 1 {
		t.Errorf("%d tokens were fetched", w.tokenFetches())
	}
	if w.store.loads != 2 {
		t.Errorf("the store was read %d times", w.store.loads)
	}
}

func TestManyCallersAtOnceFetchOneToken(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	openID := w.openID("official")
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := gateway.UserInfo(t.Context(), openID); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if w.tokenFetches() != 1 {
		t.Errorf("%d tokens were fetched", w.tokenFetches())
	}
}

func TestACallerThatGivesUpDoesNotSpoilTheTokenForOthers(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	openID := w.openID("official")
	arrived, release := make(chan struct{}), make(chan struct{})
	w.answerWith(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == stableToken {
			close(arrived)
			<-release
		}
		return false
	})
	impatient, giveUp := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := gateway.UserInfo(impatient, openID)
		left <- err
	}()
	<-arrived
	stayed := make(chan error, 1)
	go func() {
		_, err := gateway.UserInfo(t.Context(), openID)
		stayed <- err
	}()
	giveUp()
	if err := <-left; !errors.Is(err, context.Canceled) || !wechat.Retryable(err) {
		t.Errorf("who gave up got %v", err)
	}
	close(release)
	if err := <-stayed; err != nil {
		t.Errorf("who stayed got %v", err)
	}
	if w.tokenFetches() != 1 {
		t.Errorf("%d tokens were fetched", w.tokenFetches())
	}
}

func TestATokenThatProvedDeadIsReplacedOnceByEveryAPI(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	for _, method := range w.apis() {
		if !method.tokened {
			continue
		}
		t.Run(method.name, func(t *testing.T) {
			if err := method.call(t.Context(), gateway); err != nil {
				t.Fatal(err)
			}
			w.control(http.MethodPost, "tokens/revoke", body{"account": "mini"})
			w.control(http.MethodPost, "tokens/revoke", body{"account": "official"})
			asked, fetched := len(w.calls(method.path)), w.tokenFetches()
			if err := method.call(t.Context(), gateway); err != nil {
				t.Fatal(err)
			}
			if got := len(w.calls(method.path)) - asked; got != 2 {
				t.Errorf("asked %d times", got)
			}
			if got := w.tokenFetches() - fetched; got != 1 {
				t.Errorf("%d tokens were fetched", got)
			}
		})
	}
}

func TestAllThreeCodesForADeadTokenAreUnderstood(t *testing.T) {
	for _, code := range []int{40001, 40014, 42001} {
		w := newWorld(t, nil)
		gateway := w.gateway(nil)
		userInfo(t, w, gateway)
		w.fault(body{"path": "/cgi-bin/user/info", "errcode": code, "times": 1})
		userInfo(t, w, gateway)
		if len(w.calls("/cgi-bin/user/info")) != 3 {
			t.Errorf("%d: asked %d times", code, len(w.calls("/cgi-bin/user/info")))
		}
	}
}

func TestAnotherReplicasNewTokenIsTakenFromTheStore(t *testing.T) {
	w := newWorld(t, nil)
	first, second := w.gateway(nil), w.gateway(nil)
	userInfo(t, w, first)
	userInfo(t, w, second)
	dead := w.store.value(w.options.Official.AppID)
	w.control(http.MethodPost, "tokens/revoke", body{"account": "official"})
	userInfo(t, w, first)
	userInfo(t, w, second)
	if w.tokenFetches() != 2 {
		t.Errorf("%d tokens were fetched", w.tokenFetches())
	}
	if len(w.store.dropped) != 1 || w.store.dropped[0] != dead {
		t.Errorf("dropped %d", len(w.store.dropped))
	}
}

func TestATokenThatOnlyWeChatThinksGoodIsRefreshedByForceAndRationed(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	userInfo(t, w, gateway)
	w.fault(body{"path": "/cgi-bin/user/info", "errcode": 40001, "times": 1})
	userInfo(t, w, gateway)
	if forced(w) != 1 {
		t.Fatalf("forced %d times", forced(w))
	}

	w.fault(body{"path": "/cgi-bin/user/info", "errcode": 40001})
	try := func() {
		t.Helper()
		if _, err := gateway.UserInfo(t.Context(), w.openID("official")); err == nil || !wechat.Retryable(err) {
			t.Fatalf("err = %v", err)
		}
	}
	try()
	if forced(w) != 1 {
		t.Errorf("forced again within half a minute")
	}
	for range 30 {
		w.clock.advance(time.Minute)
		try()
	}
	if forced(w) != 5 {
		t.Errorf("forced %d times in a day", forced(w))
	}
	w.clock.advance(25 * time.Hour)
	try()
	if forced(w) != 6 {
		t.Errorf("not forced again the next day: %d", forced(w))
	}
}

func forced(w *world) int {
	count := 0
	for _, call := range w.calls(stableToken) {
		if strings.Contains(call.body, `"force_refresh":true`) {
			count++
		}
	}
	return count
}

func TestATokenOfExactlyFiveMinutesIsNotFetchedAtEveryCall(t *testing.T) {
	w := newWorld(t, func(options *simulator.Options) {
		options.Mini.TokenLife, options.Official.TokenLife = 300*time.Second, 300*time.Second
	})
	gateway := w.gateway(nil)
	for range 59 {
		userInfo(t, w, gateway)
		w.clock.advance(time.Second)
	}
	if w.tokenFetches() != 1 {
		t.Errorf("%d tokens were fetched in a minute", w.tokenFetches())
	}
	for range 600 {
		userInfo(t, w, gateway)
		w.clock.advance(time.Second)
	}
	if w.tokenFetches() > 12 {
		t.Errorf("%d tokens were fetched in eleven minutes", w.tokenFetches())
	}
}

func TestATokenIsReplacedBeforeItEnds(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	for range 24 * 6 {
		userInfo(t, w, gateway)
		w.clock.advance(10 * time.Minute)
	}
	if got := len(w.calls("/cgi-bin/user/info")); got != 24*6 {
		t.Errorf("%d calls, so a token had ended", got)
	}
	if w.tokenFetches() > 15 {
		t.Errorf("%d tokens were fetched in a day", w.tokenFetches())
	}
}

func TestABrokenStoreDoesNotStopTheGateway(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	w.store.fail(errors.New("database is gone"))
	userInfo(t, w, gateway)
	w.control(http.MethodPost, "tokens/revoke", body{"account": "official"})
	userInfo(t, w, gateway)
	if !strings.Contains(w.log.String(), "database is gone") {
		t.Error("the log does not say so")
	}
}

func TestTwoAccountsHaveTheirOwnTokens(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(nil)
	if err := gateway.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	mini, official := w.store.value(w.options.Mini.AppID), w.store.value(w.options.Official.AppID)
	if mini == "" || official == "" || mini == official {
		t.Error("tokens are missing or shared")
	}
	if err := gateway.Ping(t.Context()); err != nil || w.tokenFetches() != 2 {
		t.Errorf("%d fetches, %v", w.tokenFetches(), err)
	}
}

func TestPingSaysThatASecretIsWrong(t *testing.T) {
	w := newWorld(t, nil)
	gateway := w.gateway(func(options *wechat.Options) { options.Official.Secret = "another-secret" })
	err := gateway.Ping(t.Context())
	var failed *wechat.Error
	if !errors.As(err, &failed) || failed.Code != 40125 || wechat.Retryable(err) {
		t.Errorf("err = %v", err)
	}
}

func TestAnAnswerWithoutATokenIsNotKept(t *testing.T) {
	for _, answer := range []string{`{}`, `{"access_token":"","expires_in":7200}`, `{"access_token":"x","expires_in":0}`, `{"access_token":"x","expires_in":-5}`, `{"access_token":1}`} {
		w := newWorld(t, nil)
		gateway := w.gateway(nil)
		w.answerWith(func(rw http.ResponseWriter, _ *http.Request) bool {
			_, err := rw.Write([]byte(answer))
			return err == nil
		})
		if err := gateway.Ping(t.Context()); !wechat.Retryable(err) {
			t.Errorf("%s: %v", answer, err)
		}
		if len(w.store.tokens) != 0 {
			t.Errorf("%s was kept", answer)
		}
	}
}
