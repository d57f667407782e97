package retry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/handler/retry"
	"lianxin/model/fault"
)

const words = `{"words":"路灯坏了🏮"}`

func TestTheSameRequestTwiceIsOneDeedAndOneAnswer(t *testing.T) {
	d := newDesk(t)
	first := d.want(post(words), http.StatusCreated)
	if first.Header().Get(retry.Replayed) != "" {
		t.Error("the first answer says that it is a repetition")
	}
	second := d.want(post(words), http.StatusCreated)
	wantSame(t, first, second)
	if second.Header().Get(retry.Replayed) != "true" {
		t.Error("the second answer does not say that it is a repetition")
	}
	d.wantDeeds(1)
}

func TestEightAtOnceAreOneDeedAndEightSameAnswers(t *testing.T) {
	d := newDesk(t)
	answers := make([]*httptest.ResponseRecorder, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = d.ask(post(words)) })
	}
	all.Wait()
	fresh := 0
	for _, a := range answers {
		if a.Code == http.StatusCreated && a.Header().Get(retry.Replayed) == "" {
			fresh++
		}
		wantSame(t, answers[0], a)
	}
	if fresh != 1 || answers[0].Code != http.StatusCreated {
		t.Errorf("%d new answers, the first %d %s", fresh, answers[0].Code, answers[0].Body)
	}
	d.wantDeeds(1)
}

func TestATwinThatIsRefusedBecauseOfTheOtherGetsItsAnswer(t *testing.T) {
	// The slower one finds the record changed already, before it comes to take
	// the key.
	d := newDesk(t)
	var first *httptest.ResponseRecorder
	d.check = func(context.Context) error {
		d.check = func(context.Context) error { return nil }
		first = d.want(post(words), http.StatusCreated) //nolint:contextcheck // the twin is a request of its own
		return fault.Conflict("已经处理过。")
	}
	second := d.ask(post(words))
	wantSame(t, first, second)
	d.wantDeeds(1)
}

func TestAnAnswerWithoutABodyIsRepeatedWithoutABody(t *testing.T) {
	d := newDesk(t)
	remove := request{method: http.MethodDelete, path: "/deeds", by: "wang", key: key}
	first := d.want(remove, http.StatusNoContent)
	wantSame(t, first, d.want(remove, http.StatusNoContent))
	d.wantDeeds(1)
}

func TestALongAnswerIsRepeatedWhole(t *testing.T) {
	d := newDesk(t)
	long := post(`{"words":"` + strings.Repeat("长", 400_000) + `"}`)
	// The limit of huma is not what is tried here.
	long.path = "/upload"
	first := d.want(long, http.StatusCreated)
	if got := d.want(long, http.StatusCreated); got.Body.String() != first.Body.String() {
		t.Errorf("got %d bytes, then %d", first.Body.Len(), got.Body.Len())
	}
	d.wantDeeds(1)
}

func TestTheKeyOfADifferentRequestIsRefused(t *testing.T) {
	d := newDesk(t)
	d.want(post(words), http.StatusCreated)
	for what, r := range map[string]request{
		"another body":             post(`{"words":"路灯好了"}`),
		"the same with a space":    post(words + " "),
		"another path":             {method: http.MethodPost, path: "/other-deeds", by: "wang", key: key, kind: "application/json", body: words},
		"another method":           {method: http.MethodDelete, path: "/deeds", by: "wang", key: key, kind: "application/json", body: words},
		"another query":            {method: http.MethodPost, path: "/deeds?a=1", by: "wang", key: key, kind: "application/json", body: words},
		"another body, kind cased": {method: http.MethodPost, path: "/deeds", by: "wang", key: key, kind: "Application/JSON", body: `{"words":"路灯好了🏮"}`},
		"another body, no kind":    {method: http.MethodPost, path: "/deeds", by: "wang", key: key, body: `{"words":"路灯好了🏮"}`},
	} {
		w := d.ask(r)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"field":"Idempotency-Key"`) {
			t.Errorf("%s gave %d %s", what, w.Code, w.Body)
		}
	}
	d.wantDeeds(1)
}

func TestBodiesThatDoNotSayWhatTheyAreAreToldApart(t *testing.T) {
	// Routes take them for JSON, so that their length is not enough.
	d := newDesk(t)
	one, other := post(`{"words":"路灯坏了"}`), post(`{"words":"路灯好了"}`)
	one.kind, other.kind = "", ""
	d.want(one, http.StatusCreated)
	d.want(other, http.StatusUnprocessableEntity)
	d.wantDeeds(1)
}

func TestUploadsAreTheSameWhenTheirLengthIs(t *testing.T) {
	d := newDesk(t)
	upload := request{method: http.MethodPost, path: "/upload", by: "wang", key: key, kind: "image/png", body: "12345678"}
	first := d.want(upload, http.StatusCreated)
	if second := d.want(upload, http.StatusCreated); second.Body.String() != first.Body.String() {
		t.Errorf("got %s, then %s", first.Body, second.Body)
	}
	upload.body += "9"
	d.want(upload, http.StatusUnprocessableEntity)
	d.wantDeeds(1)
}

func TestKeysOfTwoPeopleAreIndependent(t *testing.T) {
	d := newDesk(t)
	first := d.want(post(words), http.StatusCreated)
	li := post(words)
	li.by = "li"
	second := d.want(li, http.StatusCreated)
	if second.Header().Get(retry.Replayed) != "" || first.Body.String() == second.Body.String() {
		t.Errorf("li got wang's answer: %s", second.Body)
	}
	d.wantDeeds(2)
}

func TestARefusedDeedLeavesTheKeyFree(t *testing.T) {
	d := newDesk(t)
	tooShort, notNow := post(`{"words":"短"}`), post(`{"words":"不行不行"}`)
	d.want(tooShort, http.StatusUnprocessableEntity)
	d.want(notNow, http.StatusConflict)
	if again := d.want(notNow, http.StatusConflict); again.Header().Get(retry.Replayed) != "" {
		t.Error("a refusal was kept")
	}
	d.before = func(context.Context) error { return errors.New("disk full") }
	d.want(post(words), http.StatusInternalServerError)
	d.before = func(context.Context) error { return nil }
	if w := d.want(post(words), http.StatusCreated); w.Header().Get(retry.Replayed) != "" {
		t.Error("the corrected request got an old answer")
	}
	d.wantDeeds(1)
}

func TestAfterACrashBetweenCommitAndAnswerTheDeedIsNotDoneAgain(t *testing.T) {
	d := newDeskOf(t, 20*time.Millisecond)
	d.after = func(context.Context) error { panic("the lights went out") }
	d.want(post(words), http.StatusInternalServerError)
	d.after = func(context.Context) error { return nil }
	w := d.want(post(words), http.StatusConflict)
	if !strings.Contains(w.Body.String(), `"code":"already_done"`) || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %q %s", w.Header().Get("Content-Type"), w.Body)
	}
	d.wantDeeds(1)
}

func TestWhatBrokeAfterTheDeedIsNotItsAnswer(t *testing.T) {
	for what, broken := range map[string]error{"something inside": errors.New("inside"), "the asker has gone": context.Canceled} {
		t.Run(what, func(t *testing.T) {
			d := newDeskOf(t, 20*time.Millisecond)
			d.after = func(context.Context) error { return broken }
			if w := d.ask(post(words)); w.Code < 499 {
				t.Fatalf("got %d %s", w.Code, w.Body)
			}
			w := d.want(post(words), http.StatusConflict)
			if !strings.Contains(w.Body.String(), `"code":"already_done"`) {
				t.Errorf("got %s", w.Body)
			}
			d.wantDeeds(1)
		})
	}
}

func TestAnAskerWhoGoesBeforeTheDeedMayComeAgain(t *testing.T) {
	d := newDesk(t)
	ctx, leave := context.WithCancel(t.Context())
	d.before = func(context.Context) error {
		leave()
		return nil
	}
	if w := d.askUnder(ctx, post(words)); w.Code < http.StatusBadRequest {
		t.Errorf("got %d", w.Code)
	}
	d.wantDeeds(0)
	d.before = func(context.Context) error { return nil }
	d.want(post(words), http.StatusCreated)
	d.wantDeeds(1)
}

func TestAnAskerWhoGoesAfterTheDeedFindsItsAnswer(t *testing.T) {
	d := newDesk(t)
	ctx, leave := context.WithCancel(t.Context())
	d.after = func(context.Context) error {
		leave()
		return nil
	}
	d.askUnder(ctx, post(words))
	if w := d.want(post(words), http.StatusCreated); w.Header().Get(retry.Replayed) != "true" {
		t.Error("the answer was not kept")
	}
	d.wantDeeds(1)
}

func TestAWriteOfSomebodyNeedsADecentKey(t *testing.T) {
	d := newDesk(t)
	for what, value := range map[string]string{
		"none": "", "short": "1234567", "long": strings.Repeat("k", 65), "blank": "        ", "strange": "钥匙钥匙钥匙钥匙", "spaced": "key 0001", "quoted": `"key-0001"`,
	} {
		r := post(words)
		r.key = value
		w := d.ask(r)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"field":"Idempotency-Key"`) {
			t.Errorf("%s key gave %d %s", what, w.Code, w.Body)
		}
	}
	d.wantDeeds(0)
	for _, value := range []string{"12345678", strings.Repeat("k", 64), "a.B_c:d-9"} {
		r := post(words)
		r.key = value
		d.want(r, http.StatusCreated)
	}
	d.wantDeeds(3)
}

func TestReadsAndKeylessWritesAndWritesOfNobodyNeedNone(t *testing.T) {
	d := newDesk(t)
	d.want(request{method: http.MethodGet, path: "/deeds", by: "wang"}, http.StatusOK)
	for _, r := range []request{
		{method: http.MethodPost, path: "/keyless", by: "wang", kind: "application/json", body: words},
		{method: http.MethodPost, path: "/anonymous", kind: "application/json", body: words},
	} {
		d.want(r, http.StatusOK)
		d.want(r, http.StatusOK)
	}
	d.wantDeeds(4)
	d.want(request{method: http.MethodPost, path: "/deeds", kind: "application/json", body: words}, http.StatusUnauthorized)
}

func TestWithoutTheDatabaseNothingIsTold(t *testing.T) {
	d := newDesk(t)
	if err := d.db.Close(); err != nil {
		t.Fatal(err)
	}
	w := d.ask(post(words))
	if w.Code < http.StatusInternalServerError || strings.Contains(w.Body.String(), "sql") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
