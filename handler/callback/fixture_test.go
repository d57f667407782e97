package callback_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/handler/callback"
	"lianxin/model"
	wire "lianxin/service/wechat/callback"
	"lianxin/simulator/envelope"
)

const (
	appID      = "wxoa0001"
	originalID = "gh_0123456789ab"
	token      = "tok"
	aesKey     = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	nonce      = "nonce1"
)

var (
	noon      = time.Unix(1700000000, 0)
	timestamp = strconv.FormatInt(noon.Unix(), 10)
)

const textMessage = `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oABC]]></FromUserName>` +
	`<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[不可说]]></Content><MsgId>23456</MsgId></xml>`

const checkEvent = `{"ToUserName":"gh_0123456789ab","FromUserName":"oABC","CreateTime":"1700000000","MsgType":"event",` +
	`"Event":"wxa_media_check","trace_id":"t1","errcode":0,"result":{"suggest":"risky","label":20002}}`

// book is what was written down.
type book struct {
	mu     sync.Mutex
	fail   error
	keys   map[string]bool
	kept   []kept
	woken  int
	bounds []time.Duration
}

type kept struct {
	account model.WeChatAccount
	key     string
	payload string
}

func (b *book) receive(ctx context.Context, account model.WeChatAccount, key string, payload []byte) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until, bounded := ctx.Deadline(); bounded {
		b.bounds = append(b.bounds, time.Until(until))
	}
	if b.fail != nil {
		return false, b.fail
	}
	if b.keys[key] {
		return false, nil
	}
	b.keys[key] = true
	b.kept = append(b.kept, kept{account, key, string(payload)})
	return true, nil
}

func (b *book) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.woken++
}

// office is a router with the two callbacks, a book, and its log.
type office struct {
	router *gin.Engine
	book   *book
	log    *bytes.Buffer
}

func receiver(tb testing.TB, mode wire.Mode) *wire.Receiver {
	tb.Helper()
	r, err := wire.New(wire.Options{
		AppID: appID, OriginalID: originalID, Token: token, EncodingAESKey: aesKey, Mode: mode, Now: func() time.Time { return noon },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func newOffice(tb testing.TB, change func(*callback.Options)) *office {
	tb.Helper()
	gin.SetMode(gin.TestMode)
	o := &office{router: gin.New(), book: &book{keys: map[string]bool{}}, log: &bytes.Buffer{}}
	options := callback.Options{
		Mini: receiver(tb, wire.Safe), Official: receiver(tb, wire.Safe), Receive: o.book.receive, Wake: o.book.wake,
		Log: slog.New(slog.NewTextHandler(o.log, nil)),
	}
	if change != nil {
		change(&options)
	}
	callback.Register(o.router, options)
	return o
}

func (o *office) ask(method, path string, query url.Values, body string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(context.Background(), method, path+"?"+query.Encode(), strings.NewReader(body))
	request.Header.Set("Content-Type", "text/xml")
	o.router.ServeHTTP(recorder, request)
	return recorder
}

func signed() url.Values {
	return url.Values{"timestamp": {timestamp}, "nonce": {nonce}, "openid": {"oABC"}, "signature": {envelope.Sign(token, timestamp, nonce)}}
}

// sealed is a push as WeChat would send it in safe mode.
func sealed(tb testing.TB, message string) (url.Values, string) {
	tb.Helper()
	sealer, err := envelope.New(token, aesKey, appID)
	if err != nil {
		tb.Fatal(err)
	}
	encrypted, err := sealer.Seal([16]byte([]byte("0123456789abcdef")), []byte(message))
	if err != nil {
		tb.Fatal(err)
	}
	query := signed()
	query.Set("encrypt_type", "aes")
	query.Set("msg_signature", envelope.Sign(token, timestamp, nonce, encrypted))
	if strings.HasPrefix(message, "{") {
		return query, fmt.Sprintf(`{"ToUserName":%q,"Encrypt":%q}`, originalID, encrypted)
	}
	return query, fmt.Sprintf("<xml><ToUserName>%s</ToUserName><Encrypt>%s</Encrypt></xml>", originalID, encrypted)
}

// wantAnswer checks the whole answer.
func wantAnswer(tb testing.TB, got *httptest.ResponseRecorder, status int, body string) {
	tb.Helper()
	if got.Code != status || got.Body.String() != body {
		tb.Errorf("answered %d %q, want %d %q", got.Code, got.Body, status, body)
	}
	if status == http.StatusOK && !strings.HasPrefix(got.Header().Get("Content-Type"), "text/plain") {
		tb.Errorf("answered as %q", got.Header().Get("Content-Type"))
	}
}
