package guard_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"pgregory.net/rapid"

	"lianxin/handler/guard"
)

// works is a handler behind a gate, whose requests end when the test says so.
type works struct {
	t        testing.TB
	gate     *guard.Gate
	registry *prometheus.Registry
	begun    chan string
	end      chan struct{}
}

func newWorks(tb testing.TB, atWork int, wait time.Duration) *works {
	tb.Helper()
	w := &works{t: tb, registry: prometheus.NewRegistry(), begun: make(chan string, 1000), end: make(chan struct{})}
	w.gate = guard.NewGate(guard.GateOptions{
		AtWork: atWork, Wait: wait, Deadline: time.Minute, Wall: time.Now, Log: slog.New(slog.DiscardHandler), Registry: w.registry,
	}, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.begun <- r.URL.Path
		<-w.end
		rw.WriteHeader(http.StatusOK)
	}))
	return w
}

// send sends so many requests at once and gives their answers when they come.
func (w *works) send(n int, method, path string) chan *httptest.ResponseRecorder {
	answers := make(chan *httptest.ResponseRecorder, n)
	for range n {
		go func() {
			rec := httptest.NewRecorder()
			w.gate.ServeHTTP(rec, httptest.NewRequestWithContext(w.t.Context(), method, path, nil))
			answers <- rec
		}()
	}
	return answers
}

// waitFor waits until a figure is so high.
func (w *works) waitFor(name, share string, want float64) {
	w.t.Helper()
	for range 2000 {
		if w.figure(name, share) == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	w.t.Fatalf("%s of %s is %v, not %v", name, share, w.figure(name, share), want)
}

func (w *works) figure(name, share string) float64 {
	w.t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && m.GetLabel()[0].GetValue() == share {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return -1
}

func TestAFullGateRefusesAtOnceAndLetsTheOthersHaveTheirTurn(t *testing.T) {
	w := newWorks(t, 16, time.Minute)
	// Of sixteen places, two each are kept for the callback, signing in, officers
	// and writes.
	answers := w.send(8, http.MethodGet, "/api/v1/topics")
	w.waitFor("lianxin_http_at_work", "read", 8)
	waiting := w.send(16, http.MethodGet, "/api/v1/topics")
	w.waitFor("lianxin_http_waiting", "read", 16)
	refused := <-w.send(1, http.MethodGet, "/api/v1/topics")
	p := problemOf(t, refused.Body.Bytes())
	if refused.Code != http.StatusServiceUnavailable || p.Code != "busy" || refused.Header().Get("Retry-After") == "" || refused.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d %v %s", refused.Code, refused.Header(), refused.Body)
	}
	if w.figure("lianxin_http_shed_total", "read") != 1 {
		t.Error("the figures do not tell")
	}
	close(w.end)
	for range 8 {
		if a := <-answers; a.Code != http.StatusOK {
			t.Errorf("one at work got %d", a.Code)
		}
	}
	for range 16 {
		if a := <-waiting; a.Code != http.StatusOK {
			t.Errorf("one that waited got %d", a.Code)
		}
	}
	w.waitFor("lianxin_http_at_work", "read", 0)
}

func TestReadersStarveNeitherOfficersNorWritersNorWeChatNorProbes(t *testing.T) {
	w := newWorks(t, 16, time.Minute)
	w.send(40, http.MethodGet, "/api/v1/topics")
	w.waitFor("lianxin_http_waiting", "read", 16)
	for range 8 {
		<-w.begun
	}
	for _, r := range []struct{ method, path string }{
		{http.MethodPost, "/wechat/mini"}, {http.MethodPost, "/api/v1/sessions/wechat"}, {http.MethodPost, "/api/v1/representative/messages/1/answer"}, {http.MethodPost, "/api/v1/messages"}, {http.MethodGet, "/healthz"},
	} {
		w.send(1, r.method, r.path)
		if got := <-w.begun; got != r.path {
			t.Errorf("%s came in instead of %s", got, r.path)
		}
	}
	close(w.end)
}

func TestWhoWaitsTooLongIsRefused(t *testing.T) {
	w := newWorks(t, 16, 5*time.Millisecond)
	w.send(8, http.MethodGet, "/")
	w.waitFor("lianxin_http_at_work", "read", 8)
	if a := <-w.send(1, http.MethodGet, "/"); a.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d", a.Code)
	}
	close(w.end)
	w.waitFor("lianxin_http_waiting", "read", 0)
}

func TestUploadsCountByTheirSizeAndKeepToTheirOwnPlaces(t *testing.T) {
	w := newWorks(t, 64, time.Millisecond)
	upload := func(length int64) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/pictures", strings.NewReader("x"))
		r.Header.Set("Content-Type", "image/jpeg")
		r.ContentLength = length
		return r
	}
	for _, length := range []int64{-1, 9 << 20} {
		go w.gate.ServeHTTP(httptest.NewRecorder(), upload(length))
	}
	w.waitFor("lianxin_http_at_work", "upload", 16)
	rec := httptest.NewRecorder()
	w.gate.ServeHTTP(rec, upload(1))
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("a third large one got %d", rec.Code)
	}
	close(w.end)
	w.waitFor("lianxin_http_at_work", "upload", 0)
}

func TestWhateverHappensNoPlaceIsLost(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorks(t, rapid.IntRange(8, 40).Draw(r, "places"), time.Duration(rapid.IntRange(0, 2000).Draw(r, "wait"))*time.Microsecond)
		close(w.end)
		paths := []string{"/api/v1/topics", "/wechat/mini", "/api/v1/staff/messages", "/api/v1/messages"}
		var all sync.WaitGroup
		for range rapid.IntRange(1, 200).Draw(r, "requests") {
			path := rapid.SampledFrom(paths).Draw(r, "path")
			method := rapid.SampledFrom([]string{http.MethodGet, http.MethodPost}).Draw(r, "method")
			all.Go(func() {
				w.gate.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, path, nil))
			})
		}
		all.Wait()
		for _, share := range []string{"callback", "sign_in", "office", "write", "read", "upload"} {
			if n := w.figure("lianxin_http_at_work", share) + w.figure("lianxin_http_waiting", share); n != 0 {
				r.Fatalf("%v of %s are left", n, share)
			}
		}
		answers := w.send(1, http.MethodGet, "/")
		if a := <-answers; a.Code != http.StatusOK {
			r.Fatalf("afterwards: %d", a.Code)
		}
	})
}

func TestWhatIsSlowGetsFewerPlacesUntilItIsQuickAgain(t *testing.T) {
	var wall, takes atomic.Int64
	hold := make(chan struct{})
	holding := atomic.Bool{}
	registry := prometheus.NewRegistry()
	gate := guard.NewGate(guard.GateOptions{
		AtWork: 32, Wait: time.Minute, Deadline: time.Minute, Log: slog.New(slog.DiscardHandler), Registry: registry,
		Wall: func() time.Time { return time.Unix(0, wall.Load()) },
	}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		wall.Add(takes.Load())
		if holding.Load() {
			<-hold
		}
	}))
	w := &works{t: t, gate: gate, registry: registry}
	for _, c := range []struct {
		takes  time.Duration
		places float64
	}{{time.Second, 4}, {time.Millisecond, 20}} {
		takes.Store(int64(c.takes))
		for range 1000 {
			<-w.send(1, http.MethodPost, "/api/v1/messages")
		}
		holding.Store(true)
		answers := w.send(30, http.MethodPost, "/api/v1/messages")
		w.waitFor("lianxin_http_waiting", "write", 30-c.places)
		w.waitFor("lianxin_http_at_work", "write", c.places)
		holding.Store(false)
		takes.Store(0)
		close(hold)
		for range 30 {
			if a := <-answers; a.Code != http.StatusOK {
				t.Errorf("got %d", a.Code)
			}
		}
		hold = make(chan struct{})
	}
}

func TestAPanicGivesItsPlaceBack(t *testing.T) {
	gate := guard.NewGate(guard.GateOptions{AtWork: 8, Wait: time.Millisecond, Deadline: time.Minute, Wall: time.Now, Log: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()},
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	for range 50 {
		func() {
			defer func() { _ = recover() }()
			rec := httptest.NewRecorder()
			gate.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
			t.Fatalf("got %d", rec.Code)
		}()
	}
}

func TestABodyThatTricklesIsCutOffAndTakesNoPlace(t *testing.T) {
	w := newWorks(t, 8, time.Minute)
	w.gate.Hurry(50 * time.Millisecond)
	server := httptest.NewServer(w.gate)
	defer server.Close()
	var dialer net.Dialer
	slow, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if _, err := io.WriteString(slow, "POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	a, err := http.ReadResponse(bufio.NewReader(slow), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	if a.StatusCode != http.StatusRequestTimeout || !a.Close {
		t.Errorf("got %d, close %v", a.StatusCode, a.Close)
	}
	if n := len(w.begun); n != 0 {
		t.Errorf("%d requests were let in", n)
	}
	close(w.end)
}

func TestABodyComesThroughAsItWasSent(t *testing.T) {
	got := make(chan string, 1)
	gate := guard.NewGate(guard.GateOptions{AtWork: 8, Wait: time.Second, Deadline: time.Minute, Wall: time.Now, Log: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()},
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			got <- string(body)
		}))
	server := httptest.NewServer(gate)
	defer server.Close()
	for _, size := range []int{0, 1, 4096, guard.BodyMax, guard.BodyMax + 1, 5 * guard.BodyMax} {
		for _, kind := range []string{"application/json", "image/png"} {
			sent := strings.Repeat("字", size/3) + strings.Repeat("x", size%3)
			// Sent without its length, too.
			for _, body := range []io.Reader{strings.NewReader(sent), io.MultiReader(strings.NewReader(sent))} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/v1/x", body)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", kind)
				a, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_ = a.Body.Close()
				if body := <-got; body != sent {
					t.Errorf("%d bytes of %s came as %d", len(sent), kind, len(body))
				}
			}
		}
	}
}

func TestSilentLinesMakeRoomForNewOnesAndBusyOnesDoNot(t *testing.T) {
	wall := time.Now()
	var mu sync.Mutex
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return wall
	}
	var listening net.ListenConfig
	on, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	door := guard.NewDoor(on, 4, now, prometheus.NewRegistry())
	server := &http.Server{ConnState: door.Note, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "here")
	})}
	go func() { _ = server.Serve(door) }()
	defer func() { _ = server.Close() }()
	ask := func() (string, error) {
		var dialer net.Dialer
		c, err := dialer.DialContext(t.Context(), "tcp", on.Addr().String())
		if err != nil {
			return "", err
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			return "", err
		}
		a, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return "", err
		}
		defer func() { _ = a.Body.Close() }()
		return a.Status, nil
	}
	for i := range 4 {
		if status, err := ask(); status != "200 OK" || err != nil {
			t.Fatalf("line %d: %s %v", i, status, err)
		}
	}
	// They were heard of just now.
	if status, _ := ask(); status == "200 OK" {
		t.Error("a fifth line was taken")
	}
	mu.Lock()
	wall = wall.Add(time.Minute)
	mu.Unlock()
	if status, err := ask(); status != "200 OK" || err != nil {
		t.Errorf("after a minute of silence: %s %v", status, err)
	}
}

func BenchmarkGate(b *testing.B) {
	gate := guard.NewGate(guard.GateOptions{AtWork: 48, Wait: time.Second, Deadline: time.Minute, Wall: time.Now, Log: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()},
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/api/v1/topics", nil)
	rec := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		gate.ServeHTTP(rec, r)
	}
}
