// Package cached serves public reads from memory and answers "not modified" to
// who has the answer already. It must only stand before routes whose answer is
// the same for everybody. Only success is remembered. What many ask at once is
// made once.
package cached

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/maypok86/otter/v2"

	"lianxin/handler/held"
)

// Life is how long an answer is served from memory, and may be kept by who
// asked, when nothing tells whether it still holds.
const Life = 3 * time.Second

// Kept is how long an answer is served that still holds by what the edition
// says: changes that do not show there come through after it.
const Kept = time.Minute

// memoryMax is about how many bytes of answers are held.
const memoryMax = 24 << 20

// overhead is about what an answer takes beside its address and body.
const overhead = 1200

// Options wires a Memory. Public tells the routes whose answer is the same for
// everybody. Edition names what is published now, false when it is not known: an
// answer of another edition is made anew. Nil stands for never known.
type Options struct {
	Public  func(c *gin.Context) bool
	Edition func() (string, bool)
	Now     func() time.Time
}

// Memory holds public answers.
type Memory struct {
	Options

	answers *otter.Cache[string, *answer]
	mu      sync.Mutex
	making  map[string]chan struct{}
}

type answer struct {
	route   string
	edition string
	made    time.Time
	header  http.Header
	etag    string
	body    []byte
}

// New makes a Memory of at most about 24 MB.
func New(o Options) *Memory { return of(o, otter.Options[string, *answer]{}) }

func of(o Options, memory otter.Options[string, *answer]) *Memory {
	if o.Edition == nil {
		o.Edition = func() (string, bool) { return "", false }
	}
	memory.MaximumWeight, memory.Weigher = memoryMax, weigh
	return &Memory{Options: o, making: map[string]chan struct{}{}, answers: otter.Must(&memory)}
}

func weigh(key string, a *answer) uint32 {
	return uint32(min(len(key)+len(a.body)+overhead, 1<<30))
}

// known gives an answer that still holds.
func (m *Memory) known(key string) *answer {
	a, ok := m.answers.GetIfPresent(key)
	if !ok {
		return nil
	}
	age := m.Now().Sub(a.made)
	edition, sure := m.Edition()
	if sure && edition == a.edition && age < Kept || !sure && age < Life {
		return a
	}
	return nil
}

// Front stands before a router and serves what is in memory without waking it.
// Before is called with the headers of an answer from memory, after when it has
// been served.
func (m *Memory) Front(next http.Handler, before func(h http.Header, r *http.Request), after func(route string, status int, took time.Duration)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		a := m.known(r.RequestURI)
		if a == nil {
			next.ServeHTTP(w, r)
			return
		}
		began := m.Now()
		before(w.Header(), r)
		status := a.serve(w, r)
		after(a.route, status, m.Now().Sub(began))
	})
}

// Middleware remembers the answers of public routes. Who asks for one that is
// being made waits for it.
func (m *Memory) Middleware(c *gin.Context) {
	if c.Request.Method != http.MethodGet || !m.Public(c) {
		c.Next()
		return
	}
	key := c.Request.RequestURI
	for {
		if a := m.known(key); a != nil {
			a.serve(c.Writer, c.Request)
			c.Abort()
			return
		}
		wait, mine := m.begin(key)
		if mine {
			defer m.end(key, wait)
			m.produce(c, key)
			return
		}
		select {
		case <-wait:
			if m.known(key) == nil {
				// It came to nothing: every one for themselves.
				m.produce(c, key)
				return
			}
		case <-c.Request.Context().Done():
			c.Abort()
			return
		}
	}
}

// begin says who makes the answer: the caller, or somebody whose end is waited for.
func (m *Memory) begin(key string) (wait chan struct{}, mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if wait, busy := m.making[key]; busy {
		return wait, false
	}
	wait = make(chan struct{})
	m.making[key] = wait
	return wait, true
}

func (m *Memory) end(key string, wait chan struct{}) {
	m.mu.Lock()
	delete(m.making, key)
	m.mu.Unlock()
	close(wait)
}

func (m *Memory) produce(c *gin.Context, key string) {
	// What changes while the answer is made counts as later.
	edition, _ := m.Edition()
	made := m.Now()
	fresh := held.Next(c)
	if fresh.Status() != http.StatusOK {
		fresh.Release()
		return
	}
	a := remember(fresh)
	a.route, a.edition, a.made = c.FullPath(), edition, made
	m.answers.Set(key, a)
	a.serve(c.Writer, c.Request)
}

func remember(fresh *held.Writer) *answer {
	sum := sha256.Sum256(fresh.Body())
	a := &answer{header: fresh.Header().Clone(), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, body: append([]byte{}, fresh.Body()...)}
	a.header.Set("ETag", a.etag)
	a.header.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(Life.Seconds())))
	a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	return a
}

// serve answers and gives the status. The headers are shared by all who are
// answered: nobody behind this changes them.
func (a *answer) serve(w http.ResponseWriter, r *http.Request) int {
	h := w.Header()
	maps.Copy(h, a.header)
	if tags := r.Header["If-None-Match"]; len(tags) > 0 && a.has(tags) {
		delete(h, "Content-Type")
		delete(h, "Content-Length")
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(a.body) //nolint:gosec // our own JSON; the asker may have gone
	return http.StatusOK
}

// has reports whether the asker has the answer already.
func (a *answer) has(tags []string) bool {
	for tag := range strings.SplitSeq(strings.Join(tags, ","), ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == a.etag || tag == "*" {
			return true
		}
	}
	return false
}
