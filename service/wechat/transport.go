package wechat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/silenceper/wechat/v2/util"
)

// maxAnswer bounds what is read of one answer, in bytes. The largest thing we
// ask for is a scene code of 1280 pixels.
const maxAnswer = 4 << 20

var (
	errStrayCall   = errors.New("a call to WeChat without its gateway")
	errForeignHost = errors.New("host does not belong to WeChat")
	errTooLarge    = errors.New("answer is too large")
	errStatus      = errors.New("answer is not 200")
)

// installGuard gives the SDK our client. The SDK has one client for the whole
// process, so what differs between gateways travels in the request's context.
var installGuard = sync.OnceFunc(func() {
	util.DefaultHTTPClient = newGuardedClient()
})

// exchange is one request and what became of it. It travels in the request's
// context, past the SDK, so that the gateway judges WeChat's own answer and
// never the SDK's account of it, which has three shapes and quotes secrets.
type exchange struct {
	wire    *wire
	asked   bool
	failure error
	status  int
	header  http.Header
	body    []byte
}

type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// guard is the transport of every client in this package. A request that lost
// its exchange is refused: better a failed call than one that leaves the
// machine by a way nobody meant.
type guard struct{}

func (guard) RoundTrip(request *http.Request) (*http.Response, error) {
	x, ok := request.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		closeBody(request)
		return nil, errStrayCall
	}
	x.asked = true
	response, err := x.carry(request)
	if err != nil {
		x.failure = err
	}
	return response, err
}

// carry sends the request, reads the whole answer within the limit and keeps it.
func (x *exchange) carry(request *http.Request) (*http.Response, error) {
	response, err := x.wire.send(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if closing := response.Body.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswer {
		return nil, errTooLarge
	}
	x.status, x.header, x.body = response.StatusCode, response.Header, body
	if response.StatusCode != http.StatusOK {
		return nil, errStatus
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	response.ContentLength = int64(len(body))
	return response, nil
}

// wire knows where WeChat is: at its own hosts, or all of them at the stand-in.
type wire struct {
	base *url.URL
	next *http.Transport
}

func newWire(base *url.URL) *wire {
	next, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		next = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	return &wire{base: base, next: next.Clone()}
}

func (w *wire) send(request *http.Request) (*http.Response, error) {
	host := request.URL.Hostname()
	if !strings.HasSuffix(host, ".weixin.qq.com") || request.URL.Scheme != "https" {
		closeBody(request)
		return nil, errForeignHost
	}
	if w.base == nil {
		return w.next.RoundTrip(request)
	}
	moved := request.Clone(request.Context())
	moved.URL = w.place(request.URL)
	moved.Host = ""
	moved.Header.Set("X-Original-Host", host)
	return w.next.RoundTrip(moved)
}

// place says where a page of WeChat's is found. It is also used for addresses
// that a browser opens, which never pass the transport.
func (w *wire) place(page *url.URL) *url.URL {
	moved := *page
	if w.base == nil {
		return &moved
	}
	moved.Scheme, moved.Host = w.base.Scheme, w.base.Host
	moved.Path = w.base.Path + page.Path
	moved.RawPath = ""
	return &moved
}

// closeBody keeps the promise of RoundTripper to close the body in any case.
func closeBody(request *http.Request) {
	if request.Body == nil {
		return
	}
	//nolint:errcheck,gosec // the request is refused; its body is in memory
	request.Body.Close()
}
