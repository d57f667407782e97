package cached_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/handler/cached"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}

// clock moves only when told.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.at.Load()) }

func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }

// board is a router with a public and a private page that count who reads them.
type board struct {
	t       *testing.T
	clock   *clock
	memory  *cached.Memory
	router  *gin.Engine
	reads   atomic.Int64
	status  int
	body    func(c *gin.Context) string
	edition func() (string, bool)
}

func newBoard(t *testing.T) *board {
	t.Helper()
	b := &board{t: t, clock: &clock{}, router: gin.New(), status: http.StatusOK}
	b.body = func(c *gin.Context) string { return `{"q":"` + c.Query("q") + `"}` }
	show := func(c *gin.Context) {
		b.reads.Add(1)
		c.Header("Link", "</next>; rel=next")
		c.Header("Cache-Control", "no-store")
		c.Data(b.status, "application/json", []byte(b.body(c)))
	}
	b.edition = func() (string, bool) { return "", false }
	b.memory = cached.NewTidy(cached.Options{
		Now: b.clock.now, Edition: func() (string, bool) { return b.edition() },
		Public: func(c *gin.Context) bool { return strings.HasPrefix(c.FullPath(), "/public") },
	})
	b.router.Use(b.memory.Middleware)
	b.router.GET("/public", show)
	b.router.HEAD("/public", show)
	b.router.POST("/public", show)
	b.router.GET("/private", show)
	return b
}

func (b *board) ask(method, target string, header http.Header) *httptest.ResponseRecorder {
	b.t.Helper()
	req := httptest.NewRequestWithContext(b.t.Context(), method, target, http.NoBody)
	req.Header = header
	w := httptest.NewRecorder()
	b.router.ServeHTTP(w, req)
	return w
}

func (b *board) read(target string) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.ask(http.MethodGet, target, http.Header{})
}

func (b *board) wantReads(want int64) {
	b.t.Helper()
	if got := b.reads.Load(); got != want {
		b.t.Errorf("the page was made %d times, not %d", got, want)
	}
}

func TestTheSecondReaderIsServedFromMemory(t *testing.T) {
	b := newBoard(t)
	first, second := b.read("/public?q=1"), b.read("/public?q=1")
	b.wantReads(1)
	for _, w := range []*httptest.ResponseRecorder{first, second} {
		if w.Code != http.StatusOK || w.Body.String() != `{"q":"1"}` {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		for name, want := range map[string]string{"Cache-Control": "public, max-age=3", "Content-Type": "application/json", "Link": "</next>; rel=next"} {
			if got := w.Header().Values(name); !slices.Equal(got, []string{want}) {
				t.Errorf("%s is %q", name, got)
			}
		}
		if tag := w.Header().Get("ETag"); tag == "" || tag != first.Header().Get("ETag") {
			t.Errorf("ETag is %q", tag)
		}
	}
}

func TestWhoHasTheAnswerAlreadyGetsNoBody(t *testing.T) {
	b := newBoard(t)
	tag := b.read("/public").Header().Get("ETag")
	for _, header := range [][]string{{tag}, {"W/" + tag}, {`"other", ` + tag}, {"*"}, {`"other"`, tag}} {
		w := b.ask(http.MethodGet, "/public", http.Header{"If-None-Match": header})
		if w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "" || w.Header().Get("ETag") != tag {
			t.Errorf("%q gave %d %q %v", header, w.Code, w.Body, w.Header())
		}
	}
	if w := b.ask(http.MethodGet, "/public", http.Header{"If-None-Match": {`"other"`}}); w.Code != http.StatusOK {
		t.Errorf("another tag gave %d", w.Code)
	}
	b.wantReads(1)
	b.clock.pass(cached.Life)
	if w := b.ask(http.MethodGet, "/public", http.Header{"If-None-Match": {tag}}); w.Code != http.StatusNotModified {
		t.Errorf("the same answer made anew gave %d", w.Code)
	}
	b.wantReads(2)
}

func TestEveryQueryHasItsOwnAnswer(t *testing.T) {
	b := newBoard(t)
	one, two := b.read("/public?q=1"), b.read("/public?q=2")
	if one.Body.String() == two.Body.String() || one.Header().Get("ETag") == two.Header().Get("ETag") {
		t.Errorf("got %s and %s", one.Body, two.Body)
	}
	b.wantReads(2)
}

func TestAnAnswerLivesForThreeSeconds(t *testing.T) {
	b := newBoard(t)
	b.read("/public")
	b.clock.pass(cached.Life - time.Millisecond)
	b.read("/public")
	b.wantReads(1)
	b.clock.pass(time.Millisecond)
	b.read("/public")
	b.wantReads(2)
}

func TestOnlySuccessIsRemembered(t *testing.T) {
	b := newBoard(t)
	for _, status := range []int{http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusNoContent} {
		b.status = status
		w := b.read("/public")
		if w.Code != status || w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%d gave %d %v", status, w.Code, w.Header())
		}
	}
	b.status = http.StatusOK
	if w := b.read("/public"); w.Code != http.StatusOK {
		t.Errorf("got %d", w.Code)
	}
	b.wantReads(5)
}

func TestWhatIsSignedInGetsTheSame(t *testing.T) {
	b := newBoard(t)
	first := b.read("/public")
	second := b.ask(http.MethodGet, "/public", http.Header{"Authorization": {"Bearer wang"}})
	if second.Code != http.StatusOK || second.Body.String() != first.Body.String() {
		t.Errorf("got %d %s", second.Code, second.Body)
	}
	b.wantReads(1)
}

func TestWhatIsNotAPublicReadPassesUntouched(t *testing.T) {
	b := newBoard(t)
	for range 2 {
		for _, r := range [][2]string{{http.MethodGet, "/private"}, {http.MethodPost, "/public"}, {http.MethodHead, "/public"}} {
			if w := b.ask(r[0], r[1], http.Header{}); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s gave %d %v", r[0], r[1], w.Code, w.Header())
			}
		}
	}
	b.wantReads(6)
}

func TestManyReadersAtOnceAllGetTheAnswer(t *testing.T) {
	b := newBoard(t)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			target := fmt.Sprintf("/public?q=%d", i%4)
			if w := b.read(target); w.Code != http.StatusOK || w.Body.String() != fmt.Sprintf(`{"q":"%d"}`, i%4) || w.Header().Get("ETag") == "" {
				t.Errorf("%s gave %d %s", target, w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if n := b.reads.Load(); n < 4 || n > 40 {
		t.Errorf("the pages were made %d times", n)
	}
}

func TestThePanicOfAPageReachesWhoCatchesIt(t *testing.T) {
	b := newBoard(t)
	router := gin.New()
	router.Use(gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, _ any) { c.String(http.StatusInternalServerError, "sorry") }))
	router.Use(b.router.Handlers...)
	router.GET("/public", func(*gin.Context) { panic("broken") })
	b.router = router
	if w := b.read("/public"); w.Code != http.StatusInternalServerError || w.Body.String() != "sorry" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

func TestTheMemoryIsBounded(t *testing.T) {
	b := newBoard(t)
	b.body = func(*gin.Context) string { return strings.Repeat("x", 1<<20) }
	const pages = 48
	for range 2 {
		for i := range pages {
			b.read(fmt.Sprintf("/public?q=%d", i))
		}
	}
	// At most 32 of the second round can have been remembered.
	if n := b.reads.Load(); n < 2*pages-32 {
		t.Errorf("%d of %d reads were served from memory", 2*pages-n, pages)
	}
}

func TestAnAnswerOfTheSameEditionLivesForAMinute(t *testing.T) {
	b := newBoard(t)
	b.edition = func() (string, bool) { return "monday", true }
	b.read("/public")
	b.clock.pass(cached.Kept - time.Millisecond)
	b.read("/public")
	b.wantReads(1)
	b.clock.pass(time.Millisecond)
	b.read("/public")
	b.wantReads(2)
}

func TestANewEditionIsReadAtOnce(t *testing.T) {
	b := newBoard(t)
	b.edition = func() (string, bool) { return "monday", true }
	b.read("/public")
	b.edition = func() (string, bool) { return "tuesday", true }
	b.read("/public")
	b.wantReads(2)
	b.edition = func() (string, bool) { return "", false }
	b.clock.pass(cached.Life)
	b.read("/public")
	b.wantReads(3)
}

func TestWhatManyAskAtOnceIsMadeOnce(t *testing.T) {
	b := newBoard(t)
	release := make(chan struct{})
	b.body = func(*gin.Context) string { <-release; return "{}" }
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if w := b.read("/public"); w.Code != http.StatusOK || w.Body.String() != "{}" {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
		})
	}
	close(release)
	all.Wait()
	b.wantReads(1)
}

func TestWhoWaitsForAnAnswerThatCameToNothingMakesTheirOwn(t *testing.T) {
	b := newBoard(t)
	b.status = http.StatusInternalServerError
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if w := b.read("/public"); w.Code != http.StatusInternalServerError {
				t.Errorf("got %d", w.Code)
			}
		})
	}
	all.Wait()
	b.wantReads(8)
}

func TestWhatIsInMemoryIsServedWithoutWakingTheRouter(t *testing.T) {
	b := newBoard(t)
	var seen []string
	front := b.memory.Front(b.router, func(h http.Header, _ *http.Request) { h.Set("X-Request-Id", "named") },
		func(route string, status int, _ time.Duration) { seen = append(seen, fmt.Sprint(route, " ", status)) })
	ask := func(target string, header http.Header) *httptest.ResponseRecorder {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		req.Header = header
		w := httptest.NewRecorder()
		front.ServeHTTP(w, req)
		return w
	}
	first, second := ask("/public?q=1", http.Header{}), ask("/public?q=1", http.Header{})
	third := ask("/public?q=1", http.Header{"If-None-Match": {first.Header().Get("ETag")}})
	b.wantReads(1)
	if second.Body.String() != first.Body.String() || second.Header().Get("ETag") != first.Header().Get("ETag") || second.Header().Get("X-Request-Id") != "named" {
		t.Errorf("got %d %s %v", second.Code, second.Body, second.Header())
	}
	if third.Code != http.StatusNotModified || third.Body.Len() != 0 {
		t.Errorf("got %d %s", third.Code, third.Body)
	}
	if want := []string{"/public 200", "/public 304"}; !slices.Equal(seen, want) {
		t.Errorf("counted %q", seen)
	}
	if ask("/private", http.Header{}); b.reads.Load() != 2 || len(seen) != 2 {
		t.Errorf("the private page was served by the front")
	}
}

func TestItIsLookedForANewEditionOnceASecond(t *testing.T) {
	var at clock
	at.pass(time.Hour)
	looks, failing := 0, false
	e := cached.NewEdition(func(context.Context) (string, error) {
		if looks++; failing {
			return "", errors.New("away")
		}
		return fmt.Sprint("edition ", looks), nil
	}, at.now)
	for _, want := range []string{"edition 1", "edition 1"} {
		if name, known := e.Current(); name != want || !known {
			t.Errorf("got %q %t", name, known)
		}
	}
	at.pass(time.Second)
	if name, known := e.Current(); name != "edition 2" || !known {
		t.Errorf("got %q %t", name, known)
	}
	failing = true
	at.pass(time.Second)
	if _, known := e.Current(); known || looks != 3 {
		t.Errorf("it is known after %d looks", looks)
	}
}
