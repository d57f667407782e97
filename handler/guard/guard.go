// Package guard stands before every route: it names the request, writes one
// log line and the figures about it, catches panics, and refuses bodies that no
// route should have to look at.
package guard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"lianxin/handler/problem"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
)

// BodyMax is the largest JSON body, in bytes: a message of 2,000 characters of
// four bytes each with everything around it fits several times over.
const BodyMax = 64 << 10

// RequestIDHeader carries the name of a request both ways.
const RequestIDHeader = "X-Request-Id"

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// Name gives the request an id, the caller's own when it is a decent one.
func Name(c *gin.Context) {
	id := c.GetHeader(RequestIDHeader)
	if !requestIDPattern.MatchString(id) {
		id = model.NewID()
	}
	c.Header(RequestIDHeader, id)
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Referrer-Policy", "no-referrer")
	ctx := problem.WithRequestID(audit.WithRequestID(c.Request.Context(), id), id)
	c.Request = c.Request.WithContext(ctx)
	c.Next()
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
// pattern: addresses with ids and search words stay out of the log.
func (f *Figures) Watch(log *slog.Logger, now func() time.Time) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := now()
		c.Next()
		took := now().Sub(began)
		route := c.FullPath()
		if route == "" {
			route = "none"
		}
		f.took.WithLabelValues(c.Request.Method, route, strconv.Itoa(c.Writer.Status())).Observe(took.Seconds())
		log.InfoContext(c.Request.Context(), "request", "method", c.Request.Method, "route", route, "status", c.Writer.Status(),
			"ms", took.Milliseconds(), "request", c.Writer.Header().Get(RequestIDHeader))
	}
}

// Catch turns a panic into an ordinary 500.
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
			problem.Write(c, log, fmt.Errorf("panic: %v", p))
		}()
		c.Next()
	}
}

// Body refuses JSON bodies that are too large, not UTF-8, or carry control
// characters, and addresses that are not UTF-8, before any route sees them.
func Body(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !decentQuery(c.Request.URL) {
			problem.Write(c, log, fault.InvalidField("query", "地址里有无法识别的文字。"))
			return
		}
		if !strings.Contains(c.GetHeader("Content-Type"), "json") || c.Request.Body == nil {
			c.Next()
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, BodyMax))
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			problem.Write(c, log, problem.New(c.Request.Context(), http.StatusRequestEntityTooLarge, "too_large", "内容太大", "提交的内容太大，请减少后再试。"))
			return
		}
		if err != nil {
			problem.Write(c, log, problem.New(c.Request.Context(), http.StatusBadRequest, "broken", "请求无法识别", "内容没有收全，请重试。"))
			return
		}
		if !utf8.Valid(body) {
			problem.Write(c, log, problem.New(c.Request.Context(), http.StatusBadRequest, "broken", "请求无法识别", "内容不是有效的 UTF-8 文字。"))
			return
		}
		if field := controlIn(body); field != "" {
			problem.Write(c, log, fault.InvalidField(field, "含有无法显示的字符，请删去后再提交。"))
			return
		}
		c.Request.Body = io.NopCloser(bytes.NewReader(body))
		c.Next()
	}
}

func decentQuery(u *url.URL) bool {
	if !utf8.ValidString(u.Path) || strings.ContainsRune(u.Path, 0) {
		return false
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return false
	}
	for name, all := range values {
		for _, value := range append(all, name) {
			if !utf8.ValidString(value) || strings.ContainsFunc(value, control) {
				return false
			}
		}
	}
	return true
}

// control reports characters that have no place in anybody's text: control
// characters but line breaks and tabs, and the marks that turn text around.
func control(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	case '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069', utf8.RuneError:
		return true
	}
	return unicode.IsControl(r)
}

// controlIn gives the name of the last key before a string with control
// characters; empty when the body is clean or not JSON (which the route says).
func controlIn(body []byte) string {
	tokens := json.NewDecoder(bytes.NewReader(body))
	last := "body"
	for {
		token, err := tokens.Token()
		if err != nil {
			return ""
		}
		text, ok := token.(string)
		if !ok {
			continue
		}
		if strings.ContainsFunc(text, control) {
			return last
		}
		if len(text) < 40 {
			last = text
		}
	}
}
