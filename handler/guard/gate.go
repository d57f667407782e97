package guard

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// share is a part of what the machine can do at once. Each has some places of
// its own, so that none can be starved by the others.
type share int

const (
	// shareNone is for probes: they are few, cheap, and must always answer.
	shareNone share = iota - 1
	shareCallback
	// shareSignIn waits for WeChat, or hashes a password: it is slow by nature.
	shareSignIn
	shareOffice
	shareWrite
	shareRead
	shareUpload
	shares
)

var shareNames = [shares]string{"callback", "sign_in", "office", "write", "read", "upload"}

// shareOf says by what a request counts. It looks at nothing that costs
// anything: it is asked of every request, before all else.
func shareOf(r *http.Request) share {
	path := r.URL.Path
	switch {
	case path == "/healthz" || path == "/readyz":
		return shareNone
	case strings.HasPrefix(path, "/wechat/"):
		return shareCallback
	case hasBody(r) && !isJSON(r.Header.Get("Content-Type")):
		return shareUpload
	case strings.HasPrefix(path, "/api/v1/sessions/"):
		return shareSignIn
	case strings.HasPrefix(path, "/api/v1/staff/"), strings.HasPrefix(path, "/api/v1/representative/"), strings.HasPrefix(path, "/api/v1/unit/"):
		return shareOffice
	case r.Method == http.MethodGet, r.Method == http.MethodHead, r.Method == http.MethodOptions, path == "/api/v1/answers/similar":
		return shareRead
	}
	return shareWrite
}

// GateOptions sets a Gate. AtWork is how many requests are at work at once, Wait
// the longest that one waits for its turn, Deadline how long one may take. Wall
// is the time on the wall: lines are cut and queues are timed by it, whatever
// time the records live in.
type GateOptions struct {
	AtWork   int
	Wait     time.Duration
	Deadline time.Duration
	Wall     func() time.Time
	Log      *slog.Logger
	Registry prometheus.Registerer
}

// Gate lets in as many requests as can be answered in time. A few more wait a
// moment for their turn; the rest hear 503 at once, which costs next to nothing.
// When it has been full for a while, waits grow shorter and the newest goes
// first: its asker is most likely still there. A share whose answers take long
// gets fewer places, down to its own: what waits behind one another for the
// database is not answered sooner by waiting inside, and takes others' places.
type Gate struct {
	o        GateOptions
	next     http.Handler
	own      [shares]int
	common   int
	queueMax int

	mu        sync.Mutex
	used      [shares]int
	taken     int         // of the common places
	most      [shares]int // as many as it may use now
	quick     [shares]int // how many were quick since most last grew
	cutAt     [shares]time.Time
	queues    [shares][]*waiter
	waiting   int
	fullSince time.Time

	receiving chan struct{}
	first     time.Duration // how long the beginning of a body may take
	counted   *prometheus.CounterVec
	told      time.Time
	untold    int
}

// waiter is a request that waits for its turn.
type waiter struct {
	weight int
	turn   chan struct{}
}

// How the gate is divided. Uploads have places of their own only, and take more
// than one each by their size: pictures are unpacked in memory.
const (
	uploadPlaces  = 16
	uploadPer     = 1 << 20
	uploadWeight  = 8
	receivingMax  = 1024
	crowdedAfter  = 100 * time.Millisecond
	crowdedWait   = 40 * time.Millisecond
	crowdedAnswer = 800 * time.Millisecond
	uploadMax     = 2 * time.Minute
	slowAnswer    = 300 * time.Millisecond
	cutEvery      = 100 * time.Millisecond
	tellEvery     = 10 * time.Second
)

// NewGate puts a gate before a handler.
func NewGate(o GateOptions, next http.Handler) *Gate {
	g := &Gate{o: o, next: next, receiving: make(chan struct{}, receivingMax), first: bodyFirst}
	g.own[shareCallback] = max(2, o.AtWork/16)
	g.own[shareSignIn] = max(2, o.AtWork/16)
	g.own[shareOffice] = max(2, o.AtWork/8)
	g.own[shareWrite] = max(2, o.AtWork/8)
	g.own[shareRead] = max(2, o.AtWork/8)
	g.own[shareUpload] = uploadPlaces
	g.common = max(0, o.AtWork-g.own[shareCallback]-g.own[shareSignIn]-g.own[shareOffice]-g.own[shareWrite]-g.own[shareRead])
	g.queueMax = o.AtWork
	g.counted = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lianxin_http_shed_total", Help: "Requests that were answered 503 at once because the program was full.",
	}, []string{"share"})
	o.Registry.MustRegister(g.counted)
	for s := range shares {
		g.most[s] = max(o.AtWork, g.own[s])
		g.counted.WithLabelValues(shareNames[s])
		labels := prometheus.Labels{"share": shareNames[s]}
		o.Registry.MustRegister(
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lianxin_http_at_work", Help: "Requests being answered, uploads by weight.", ConstLabels: labels},
				func() float64 { return float64(g.now(s, false)) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lianxin_http_waiting", Help: "Requests waiting for their turn.", ConstLabels: labels},
				func() float64 { return float64(g.now(s, true)) }),
		)
	}
	return g
}

func (g *Gate) now(s share, waiting bool) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if waiting {
		return len(g.queues[s])
	}
	return g.used[s]
}

// ServeHTTP lets a request through, lets it wait, or refuses it.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := shareOf(r)
	if s == shareNone {
		g.next.ServeHTTP(w, r)
		return
	}
	if s != shareUpload && hasBody(r) {
		// What comes slowly must not take up a place: it is received first.
		body, ok := g.receive(w, r)
		if !ok {
			return
		}
		r.Body = body
	}
	weight := weightOf(r, s)
	crowded, ok := g.enter(r.Context(), s, weight)
	if !ok {
		g.refuse(w, s)
		return
	}
	began := g.o.Wall()
	defer func() { g.leave(s, weight, g.o.Wall().Sub(began)) }()
	if s == shareUpload {
		r.Body = g.paced(w, r.Body)
	}
	ctx, cancel := context.WithTimeout(r.Context(), g.deadline(s, crowded))
	defer cancel()
	g.next.ServeHTTP(w, r.WithContext(ctx))
}

// deadline is how long a request may take: when it is crowded, a read that is
// not done soon is not worth the place it takes.
func (g *Gate) deadline(s share, crowded bool) time.Duration {
	switch {
	case s == shareUpload:
		return max(uploadMax, g.o.Deadline)
	case s == shareRead && crowded:
		return min(crowdedAnswer, g.o.Deadline)
	}
	return g.o.Deadline
}

// weightOf is how many places a request takes. An upload that does not say how
// large it is counts as a large one.
func weightOf(r *http.Request, s share) int {
	if s != shareUpload {
		return 1
	}
	if r.ContentLength < 0 {
		return uploadWeight
	}
	return int(min(uploadWeight, 1+r.ContentLength/uploadPer))
}

// enter takes places, or waits for them. It reports whether it is crowded.
func (g *Gate) enter(ctx context.Context, s share, weight int) (crowded, ok bool) {
	g.mu.Lock()
	if len(g.queues[s]) == 0 && g.take(s, weight) {
		crowded = g.crowded()
		g.mu.Unlock()
		return crowded, true
	}
	if len(g.queues[s]) >= g.queueMax {
		g.mu.Unlock()
		return true, false
	}
	if g.waiting == 0 {
		g.fullSince = g.o.Wall()
	}
	wait := g.o.Wait
	if crowded = g.crowded(); crowded {
		wait = min(wait, crowdedWait)
	}
	me := &waiter{weight: weight, turn: make(chan struct{})}
	g.queues[s] = append(g.queues[s], me)
	g.waiting++
	g.mu.Unlock()
	return crowded, g.wait(ctx, s, me, wait)
}

// wait waits for a turn; false when it did not come in time.
func (g *Gate) wait(ctx context.Context, s share, me *waiter, longest time.Duration) bool {
	end := time.NewTimer(longest)
	defer end.Stop()
	select {
	case <-me.turn:
		return true
	case <-end.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, other := range g.queues[s] {
		if other == me {
			g.queues[s] = append(g.queues[s][:i], g.queues[s][i+1:]...)
			g.waiting--
			return false
		}
	}
	// The turn came at the last moment.
	return true
}

// crowded says whether somebody has been waiting without a break for a while.
func (g *Gate) crowded() bool {
	return g.waiting > 0 && g.o.Wall().Sub(g.fullSince) > crowdedAfter
}

// take takes places: the share's own first, then common ones.
func (g *Gate) take(s share, weight int) bool {
	used := g.used[s] + weight
	more := max(0, used-g.own[s]) - max(0, g.used[s]-g.own[s])
	if used > g.most[s] || more > 0 && (s == shareUpload || g.taken+more > g.common) {
		return false
	}
	g.used[s], g.taken = used, g.taken+more
	return true
}

// leave gives places back and lets in whose turn it is.
func (g *Gate) leave(s share, weight int, took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.learn(s, took)
	before := max(0, g.used[s]-g.own[s])
	g.used[s] -= weight
	g.taken -= before - max(0, g.used[s]-g.own[s])
	if g.waiting == 0 {
		return
	}
	newestFirst := g.crowded()
	for s := range shares {
		for len(g.queues[s]) > 0 {
			i := 0
			if newestFirst {
				i = len(g.queues[s]) - 1
			}
			one := g.queues[s][i]
			if !g.take(s, one.weight) {
				break
			}
			g.queues[s] = append(g.queues[s][:i], g.queues[s][i+1:]...)
			g.waiting--
			close(one.turn)
		}
	}
}

// learn gives a share fewer places when its answers take long, and one more
// each time as many were quick as it has.
func (g *Gate) learn(s share, took time.Duration) {
	if s == shareUpload || s == shareSignIn {
		return
	}
	if took > slowAnswer {
		now := g.o.Wall()
		if now.Sub(g.cutAt[s]) > cutEvery {
			g.most[s], g.cutAt[s], g.quick[s] = max(g.own[s], g.most[s]*3/4), now, 0
		}
		return
	}
	if g.quick[s]++; g.quick[s] >= g.most[s] && g.most[s] < g.o.AtWork {
		g.most[s], g.quick[s] = g.most[s]+1, 0
	}
}

// full is what is answered when there is no place.
var full = []byte(`{"type":"about:blank","title":"系统正忙","status":503,"detail":"现在使用的人太多，请稍后再试。","code":"busy"}`)

// refuse answers that there is no place. When to come back is different for
// everybody, so that not all come at once.
func (g *Gate) refuse(w http.ResponseWriter, s share) {
	g.counted.WithLabelValues(shareNames[s]).Inc()
	g.tell(s)
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(1+rand.IntN(5))) //nolint:gosec // to spread people is no secret
	bare(w, http.StatusServiceUnavailable, full)
}

// bare answers with a document that was made before.
func bare(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the asker may have gone
}

// tell writes a line now and then: one for each request would be work as well.
func (g *Gate) tell(s share) {
	g.mu.Lock()
	g.untold++
	now := g.o.Wall()
	n := g.untold
	quiet := now.Sub(g.told) < tellEvery
	if !quiet {
		g.told, g.untold = now, 0
	}
	g.mu.Unlock()
	if !quiet {
		g.o.Log.Warn("too busy, requests are refused", "refused", n, "share", shareNames[s])
	}
}
