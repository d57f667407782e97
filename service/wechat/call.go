package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lianxin/model"
)

const (
	hostAPI  = "https://api.weixin.qq.com/"
	hostOpen = "https://open.weixin.qq.com/"
	hostMP   = "https://mp.weixin.qq.com/"

	// maxMessage bounds how much of WeChat's errmsg is passed on, in runes.
	maxMessage = 300
)

// answerKind is what an interface promises to answer.
type answerKind int

const (
	answerJSON answerKind = iota
	answerPicture
)

// call is one interface with the words that must not appear in its errors.
type call struct {
	api     string
	secrets []string
	answer  answerKind
	// at receives the time by WeChat's clock, when not nil.
	at *time.Time
	// kept receives the answer also when it is a refusal, when not nil.
	kept *[]byte
}

// ask runs do, which makes exactly one HTTP request, and returns the answer.
// What do returns is looked at only when WeChat's answer was in order: the
// SDK's errors hold addresses with secrets in them.
func (g *Gateway) ask(ctx context.Context, c call, do func(ctx context.Context) error) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	x := &exchange{wire: g.wire}
	began := g.now()
	err := do(withExchange(ctx, x))
	refused := c.judge(ctx, x)
	if refused == nil && err != nil {
		refused = unreadable(c.api, "answer does not have the promised form")
	}
	g.watch(c.api, outcomeOf(refused, x), g.now().Sub(began))
	if told, unread := http.ParseTime(x.header.Get("Date")); c.at != nil && unread == nil {
		*c.at = told
	}
	if c.kept != nil {
		*c.kept = x.body
	}
	if refused != nil {
		return nil, refused
	}
	return x.body, nil
}

// outcomeOf names what became of an exchange by one of a few words.
func outcomeOf(err error, x *exchange) string {
	failed, _ := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return "ok"
	case failed != nil && failed.Code != 0:
		return "errcode " + strconv.Itoa(failed.Code)
	case failed != nil && failed.Status != 0:
		return "status " + strconv.Itoa(failed.Status)
	case x.status != 0:
		return "unreadable"
	}
	return "no answer"
}

// judge turns what became of an exchange into an error, or nil.
func (c call) judge(ctx context.Context, x *exchange) error {
	switch {
	case !x.asked && ctx.Err() != nil:
		return unanswered(c.api, "given up before asking", ctx.Err())
	case !x.asked:
		return &Error{API: c.api, Message: "request could not be made"}
	case errors.Is(x.failure, errStatus):
		return &Error{
			API: c.api, Status: x.status, Message: "unexpected HTTP status", spoken: true,
			temporary: x.status >= http.StatusInternalServerError || x.status == http.StatusTooManyRequests,
		}
	case errors.Is(x.failure, errForeignHost):
		return &Error{API: c.api, Message: errForeignHost.Error()}
	case x.failure != nil:
		return c.noAnswer(ctx, x.failure)
	}
	return c.read(x)
}

// noAnswer is the error for a request that went out and was not answered. Unless
// nobody took the line, WeChat may have done what was asked.
func (c call) noAnswer(ctx context.Context, failure error) error {
	failed := c.silence(ctx, failure)
	if line, ok := errors.AsType[*net.OpError](failure); (!ok || line.Op != "dial") && c.api != apiStableToken {
		failed.kind = model.ErrOutcomeUnknown
	}
	return failed
}

func (c call) silence(ctx context.Context, failure error) *Error {
	if cause := ctx.Err(); cause != nil {
		if errors.Is(cause, context.DeadlineExceeded) {
			return unanswered(c.api, "no answer in time", cause)
		}
		return unanswered(c.api, "given up while waiting", cause)
	}
	return unanswered(c.api, "no answer: "+redact(failure.Error(), c.secrets), failure)
}

// read looks for an errcode in the answer. WeChat answers 200 to refusals, and
// JSON even where a picture was asked for.
func (c call) read(x *exchange) error {
	isJSON := bytes.HasPrefix(bytes.TrimLeft(x.body, " \t\r\n"), []byte("{"))
	if !isJSON {
		if c.answer == answerPicture {
			return nil
		}
		return unreadable(c.api, "answer is not JSON")
	}
	var refusal struct {
		Code    int    `json:"errcode"`
		Message string `json:"errmsg"`
	}
	if err := json.Unmarshal(x.body, &refusal); err != nil {
		return unreadable(c.api, "answer is not whole JSON")
	}
	if refusal.Code != 0 {
		return answered(c.api, refusal.Code, redact(refusal.Message, c.secrets))
	}
	if c.answer == answerPicture {
		return unreadable(c.api, "answer is not a picture")
	}
	return nil
}

// askWithToken is ask for an interface that takes the account's token. When
// WeChat calls the token dead, it gets another one and asks once more.
func (g *Gateway) askWithToken(ctx context.Context, acct *account, c call, do func(ctx context.Context, token string) error) ([]byte, error) {
	token, err := acct.tokens.current(ctx)
	if err != nil {
		return nil, err
	}
	given := c.secrets
	attempt := func(token string) ([]byte, error) {
		c.secrets = append([]string{token, acct.secret}, given...)
		return g.ask(ctx, c, func(ctx context.Context) error {
			return do(withToken(ctx, token), token)
		})
	}
	answer, err := attempt(token)
	if !isDeadToken(codeOf(err)) {
		return answer, err
	}
	g.log.InfoContext(ctx, "wechat called an access token dead", "api", c.api, "account", string(acct.kind), "errcode", codeOf(err))
	fresh, refreshing := acct.tokens.replace(ctx, token)
	if refreshing != nil {
		return nil, refreshing
	}
	return attempt(fresh)
}

// isDeadToken says whether WeChat refused the token itself: wrong or replaced,
// malformed, expired.
func isDeadToken(code int) bool {
	return code == 40001 || code == 40014 || code == 42001
}

// post sends body as JSON to an interface that takes the account's token, and
// decodes the answer into out unless out is nil.
func (g *Gateway) post(ctx context.Context, kind AccountKind, api string, body, out any) error {
	answer, err := g.postRaw(ctx, kind, call{api: api}, body)
	if err != nil {
		return err
	}
	return decode(api, answer, out)
}

func (g *Gateway) postRaw(ctx context.Context, kind AccountKind, c call, body any) ([]byte, error) {
	acct, err := g.account(kind, c.api)
	if err != nil {
		return nil, err
	}
	content, err := plainJSON(body)
	if err != nil {
		return nil, &Error{API: c.api, Message: "request does not fit into JSON"}
	}
	return g.askWithToken(ctx, acct, c, func(ctx context.Context, token string) error {
		address := hostAPI + c.api + "?access_token=" + url.QueryEscape(token)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(content))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json; charset=utf-8")
		return send(request)
	})
}

// fetch asks an interface of method GET that takes the account's token.
func (g *Gateway) fetch(ctx context.Context, kind AccountKind, api string, query url.Values, out any) error {
	return g.fetchBy(ctx, kind, call{api: api}, query, out)
}

func (g *Gateway) fetchBy(ctx context.Context, kind AccountKind, c call, query url.Values, out any) error {
	acct, err := g.account(kind, c.api)
	if err != nil {
		return err
	}
	answer, err := g.askWithToken(ctx, acct, c, func(ctx context.Context, token string) error {
		full := url.Values{"access_token": {token}}
		maps.Copy(full, query)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, hostAPI+c.api+"?"+full.Encode(), http.NoBody)
		if err != nil {
			return err
		}
		return send(request)
	})
	if err != nil {
		return err
	}
	return decode(c.api, answer, out)
}

// send makes the request; the transport keeps the answer.
func send(request *http.Request) error {
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return errors.Join(err, response.Body.Close())
	}
	return response.Body.Close()
}

func decode(api string, answer []byte, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return unreadable(api, "answer does not have the promised form")
	}
	return nil
}

// plainJSON writes raw UTF-8 and leaves <, > and & alone: WeChat would show
// \uXXXX to people, or refuse it (40033).
func plainJSON(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// redact takes the secrets out of a text that WeChat or the network wrote, and
// what could break a log line.
func redact(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			text = strings.ReplaceAll(text, form, "[redacted]")
		}
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage]) + "…"
	}
	return text
}
