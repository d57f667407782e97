// Package guard stands before every route: it names the request, keeps browsers
// from misusing the answer, writes one log line and the figures about it, catches
// panics, and refuses bodies that no route should have to look at.
package guard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"lianxin/handler/problem"
	"lianxin/handler/session"
	"lianxin/model"
	"lianxin/service/audit"
)

// RequestIDHeader carries the name of a request both ways.
const RequestIDHeader = "X-Request-Id"

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// Name gives the request an id, the caller's own when it is a decent one.
func Name(c *gin.Context) {
	id := Stamp(c.Writer.Header(), c.Request)
	ctx := problem.WithRequestID(audit.WithRequestID(c.Request.Context(), id), id)
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	// closed is what an answer may do in a browser unless its room says otherwise:
	// nothing, in nobody's frame.
	closed = []string{"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
	secure = []string{"max-age=31536000"}
)

// Headers makes what tells browsers what to keep from doing with any answer. A
// program that the public reaches by https is never to be asked without it again.
func Headers(https bool) func(http.Header) {
	return func(h http.Header) {
		h["X-Content-Type-Options"], h["Referrer-Policy"], h["Content-Security-Policy"] = nosniff, noReferrer, closed
		if https {
			h["Strict-Transport-Security"] = secure
		}
	}
}

// Stamp gives the request its id, and names it in the answer.
func Stamp(h http.Header, r *http.Request) string {
	id := r.Header.Get(RequestIDHeader)
	if id == "" || !requestIDPattern.MatchString(id) {
		id = model.NewID()
	}
	h[RequestIDHeader] = []string{id}
	return id
}

// Figures are the metrics about requests.
type Figures struct {
	took *prometheus.HistogramVec
}

// NewFigures registers the metrics.
func NewFigures(registry prometheus.Registerer) *Figures {
	f := &Figures{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "lianxin_http_request_seconds", Help: "How long requests took, by route and status.",
		Buckets: []float64{.001, .005, .02, .1, .5, 1, 5},
	}, []string{"method", "route", "status"})}
	registry.MustRegister(f.took)
	return f
}

// Watch writes one line and one figure per request. The route is named by its
// pattern: addresses with ids and search words stay out of the log. Who asked is
// named by kind, and where from by network: neither is anybody's own.
func (f *Figures) Watch(log *slog.Logger, now func() time.Time) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := now()
		// Also when the line is cut by a panic.
		defer func() { f.note(log, c, now().Sub(began)) }()
		c.Next()
	}
}

func (f *Figures) note(log *slog.Logger, c *gin.Context, took time.Duration) {
	method, route := methodOf(c.Request), c.FullPath()
	if route == "" {
		route = "none"
	}
	f.took.WithLabelValues(method, route, strconv.Itoa(c.Writer.Status())).Observe(took.Seconds())
	log.InfoContext(c.Request.Context(), "request", "method", method, "route", route, "status", c.Writer.Status(),
		"ms", took.Milliseconds(), "bytes", max(0, c.Writer.Size()), "who", kindOf(c.Request.Context()), "from", networkOf(c.ClientIP()), "request", c.Writer.Header().Get(RequestIDHeader))
}

// kindOf names what somebody is, by their most particular role.
func kindOf(ctx context.Context) string {
	by, err := session.Actor(ctx)
	if err != nil {
		return "nobody"
	}
	for _, role := range slices.Backward(model.Roles()) {
		if by.Has(role) {
			return string(role)
		}
	}
	return string(model.RoleResident)
}

// networkOf names the network of an address, which thousands share, so that
// floods can be told apart and people cannot.
func networkOf(address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	at = at.Unmap().WithZone("")
	bits := 48
	if at.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(at, bits).Masked().String()
}

// Count notes an answer from memory. There may be thousands in a second, all
// alike, so they have a figure and no line.
func (f *Figures) Count(route string, status int, took time.Duration) {
	f.took.WithLabelValues(http.MethodGet, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// methodOf names the method by one of a few: what strangers send as a method
// may be anything.
func methodOf(r *http.Request) string {
	if slices.Contains(methods, r.Method) {
		return r.Method
	}
	return "other"
}

var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// Catch turns a panic into an ordinary 500. When an answer has begun already,
// the line is cut, so that the half is not taken for the whole.
func Catch(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			if !c.Writer.Written() {
				problem.Write(c, log, err)
				return
			}
			log.ErrorContext(c.Request.Context(), "request failed after its answer began", "request", c.Writer.Header().Get(RequestIDHeader), "error", err)
			panic(http.ErrAbortHandler)
		}()
		c.Next()
	}
}
