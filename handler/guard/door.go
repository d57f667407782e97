package guard

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Door is a listener that keeps only so many lines open. When all are taken, the
// ones that have been silent longest are closed for new ones; when none is
// silent, the new one hears 503 and is closed.
type Door struct {
	net.Listener

	most int
	wall func() time.Time

	mu    sync.Mutex
	lines map[*line]struct{}

	closed  prometheus.Counter
	refused prometheus.Counter
}

// line is one open connection.
type line struct {
	net.Conn

	door *Door
	// silent is since when nothing is asked on the line, in nanoseconds; 0 while
	// something is.
	silent atomic.Int64
	once   sync.Once
}

// silentLeast is how long a line must have been silent to be closed for another.
const silentLeast = time.Second

// NewDoor keeps at most so many lines of a listener open.
func NewDoor(on net.Listener, most int, wall func() time.Time, registry prometheus.Registerer) *Door {
	d := &Door{Listener: on, most: most, wall: wall, lines: map[*line]struct{}{}}
	d.closed = prometheus.NewCounter(prometheus.CounterOpts{Name: "lianxin_connections_closed_for_others_total", Help: "Silent connections that were closed to make room."})
	d.refused = prometheus.NewCounter(prometheus.CounterOpts{Name: "lianxin_connections_refused_total", Help: "Connections that were refused because all were in use."})
	registry.MustRegister(d.closed, d.refused, prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "lianxin_connections_open", Help: "Connections that are open."}, func() float64 { return float64(d.open()) },
	))
	return d
}

func (d *Door) open() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.lines)
}

// Accept takes the next line there is room for.
func (d *Door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l := &line{Conn: conn, door: d}
		l.silent.Store(d.wall().UnixNano())
		if d.admit(l) {
			return l, nil
		}
		d.refused.Inc()
		d.sendAway(conn)
	}
}

func (d *Door) admit(l *line) bool {
	if d.open() >= d.most {
		d.makeRoom()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.lines) >= d.most {
		return false
	}
	d.lines[l] = struct{}{}
	return true
}

// makeRoom closes the lines that have been silent longest: several at once,
// because finding them looks at all.
func (d *Door) makeRoom() {
	least := d.wall().Add(-silentLeast).UnixNano()
	type silence struct {
		line  *line
		since int64
	}
	var silent []silence
	d.mu.Lock()
	for l := range d.lines {
		if since := l.silent.Load(); since != 0 && since < least {
			silent = append(silent, silence{l, since})
		}
	}
	d.mu.Unlock()
	slices.SortFunc(silent, func(a, b silence) int { return cmp.Compare(a.since, b.since) })
	for _, s := range silent[:min(len(silent), 1+d.most/64)] {
		// It may have begun to ask just now: then it stays.
		if s.line.silent.Load() == s.since {
			d.closed.Inc()
			_ = s.line.Close() // what matters is that it is gone
		}
	}
}

// noRoom is said to a line that cannot be taken.
var noRoom = fmt.Appendf(nil, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: %s\r\n\r\n%s",
	strconv.Itoa(len(full)), full)

func (d *Door) sendAway(conn net.Conn) {
	_ = conn.SetWriteDeadline(d.wall().Add(100 * time.Millisecond))
	_, _ = conn.Write(noRoom) // whoever is there may hear it
	_ = conn.Close()
}

// Note keeps track of which lines are silent; it is the server's ConnState.
func (d *Door) Note(conn net.Conn, state http.ConnState) {
	l, ok := conn.(*line)
	if !ok {
		return
	}
	switch state {
	case http.StateNew, http.StateIdle:
		l.silent.Store(d.wall().UnixNano())
	case http.StateActive, http.StateHijacked, http.StateClosed:
		l.silent.Store(0)
	}
}

// Close closes the line and makes its place free.
func (l *line) Close() error {
	l.once.Do(func() {
		l.door.mu.Lock()
		defer l.door.mu.Unlock()
		delete(l.door.lines, l)
	})
	return l.Conn.Close()
}
