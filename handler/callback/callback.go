// Package callback is where WeChat posts to us: it verifies a push, has it
// written down and answers, all within WeChat's five seconds.
//
// It refuses to do any of the work a push asks for; that happens in a job. It
// tells nobody outside why something was refused, and logs nothing of what was
// sent.
package callback

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/model"
	wire "lianxin/service/wechat/callback"
)

// patience is how long writing a push down may take: WeChat cuts the line after
// 5 seconds and comes again.
const patience = 4 * time.Second

// taken is the answer that stops WeChat from coming again. It is not a reply to
// the person and is never sealed.
const taken = "success"

// Receiver reads what WeChat posts to one account; see wire.Receiver.
type Receiver interface {
	Verify(query url.Values) (string, error)
	Open(query url.Values, contentType string, body []byte) (wire.Push, error)
}

// Options wires the callback. An account whose Receiver is nil is not there.
// Receive writes a push down, as the JSON of wire.Push, and says whether it is
// new; Wake, which may be nil, is called for a new one.
type Options struct {
	Mini     Receiver
	Official Receiver
	Receive  func(ctx context.Context, account model.WeChatAccount, dedupeKey string, payload []byte) (bool, error)
	Wake     func()
	Log      *slog.Logger
}

// Register adds the addresses that are entered in WeChat's two consoles:
// /wechat/mini and /wechat/official. What is not WeChat's gets 403, what is too
// large 413, an account that is not configured 404; 500 asks WeChat to come
// again. No refusal has a body.
func Register(r gin.IRoutes, o Options) {
	for account, receiver := range map[model.WeChatAccount]Receiver{model.AccountMini: o.Mini, model.AccountOfficial: o.Official} {
		path := "/wechat/" + string(account)
		if receiver == nil {
			r.GET(path, absent)
			r.POST(path, absent)
			continue
		}
		d := door{account: account, receiver: receiver, Options: o}
		r.GET(path, d.verify)
		r.POST(path, d.take)
	}
}

func absent(c *gin.Context) { c.Status(http.StatusNotFound) }

// door is the callback of one account.
type door struct {
	Options

	account  model.WeChatAccount
	receiver Receiver
}

// verify answers the console, which tries the address before it is saved.
func (d door) verify(c *gin.Context) {
	echo, err := d.receiver.Verify(c.Request.URL.Query())
	if err != nil {
		d.refuse(c, err)
		return
	}
	answer(c, echo)
}

// take has a push written down. One that came before gets the same answer.
func (d door) take(c *gin.Context) {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, wire.MaxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		d.Log.WarnContext(c.Request.Context(), "callback refused", "account", d.account, "reason", "body is too large")
		c.Status(http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		d.Log.WarnContext(c.Request.Context(), "callback refused", "account", d.account, "reason", "body broke off")
		c.Status(http.StatusBadRequest)
		return
	}
	push, err := d.receiver.Open(c.Request.URL.Query(), c.GetHeader("Content-Type"), body)
	if err != nil {
		d.refuse(c, err)
		return
	}
	fresh, err := d.keep(c.Request.Context(), push)
	if err != nil {
		d.Log.ErrorContext(c.Request.Context(), "push was not written down", "account", d.account, "error", err)
		c.Status(http.StatusInternalServerError)
		return
	}
	if fresh && d.Wake != nil {
		d.Wake()
	}
	answer(c, taken)
}

func (d door) keep(ctx context.Context, push wire.Push) (bool, error) {
	payload, err := json.Marshal(push)
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.Receive(ctx, d.account, push.DedupeKey(), payload)
}

func (d door) refuse(c *gin.Context, err error) {
	d.Log.WarnContext(c.Request.Context(), "callback refused", "account", d.account, "reason", wire.Reason(err))
	c.Status(http.StatusForbidden)
}

func answer(c *gin.Context, text string) {
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(text))
}
