package simulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lianxin/simulator/envelope"
)

const (
	pushAttempts  = 3
	keptPushes    = 500
	largestAnswer = 1 << 20
	shownAnswer   = 2000
)

// The states of a push.
const (
	pushWaiting   = "waiting"
	pushDelivered = "delivered"
	pushFailed    = "failed"
	pushUnsent    = "unsent"
)

// pushed is what happened and shall be told to an account's callback.
type pushed struct {
	person *person
	label  string
	body   string
	// mode overrides the account's mode; empty keeps it.
	mode string
	// spoken says that the person waits for an answer and sees when there is none.
	spoken bool
	copies int
}

// push is one push with all its attempts, as the control API shows it.
type push struct {
	ID       int64     `json:"id"`
	Account  string    `json:"account"`
	User     string    `json:"user,omitempty"`
	Label    string    `json:"label"`
	At       time.Time `json:"at"`
	State    string    `json:"state"`
	Body     string    `json:"body"`
	Sent     string    `json:"sent"`
	Query    string    `json:"query"`
	Attempts []attempt `json:"attempts"`

	what        pushed
	contentType string
	address     string
	judge       judge
}

// attempt is one try and what the callback made of it.
type attempt struct {
	At      time.Time `json:"at"`
	Status  int       `json:"status,omitempty"`
	Answer  string    `json:"answer,omitempty"`
	Problem string    `json:"problem,omitempty"`
}

// callbackClient gives up after the time limit and follows no redirect; no proxy comes between.
func callbackClient(limit time.Duration) *http.Client {
	return &http.Client{
		Timeout:   limit,
		Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// push signs what happened and delivers it in the background. Call it with the lock held.
func (s *Simulator) push(a *account, what pushed) *push {
	p := &push{
		ID: s.next(), Account: a.name, Label: what.label, At: s.now(), State: pushWaiting,
		Body: what.body, Attempts: []attempt{}, what: what, address: a.CallbackURL, judge: a.judge(what.person),
	}
	if what.person != nil {
		p.User = what.person.name
	}
	s.pushes = append(s.pushes, p)
	if extra := len(s.pushes) - keptPushes; extra > 0 {
		s.pushes = s.pushes[extra:]
	}
	if err := p.seal(a, s.now()); err != nil {
		p.State = pushUnsent
		p.Attempts = []attempt{{At: s.now(), Problem: err.Error()}}
		return p
	}
	s.send(p, max(1, what.copies))
	return p
}

// send delivers a sealed push. Copies go out at the same time, as WeChat's do now and then.
func (s *Simulator) send(p *push, copies int) {
	if p.address == "" || s.closed {
		p.State = pushUnsent
		return
	}
	p.State = pushWaiting
	for range copies {
		s.background(func(ctx context.Context) { s.try(ctx, p) })
	}
}

// seal makes the query and the body in the account's mode.
func (p *push) seal(a *account, now time.Time) error {
	mode := a.Mode
	if p.what.mode != "" {
		mode = p.what.mode
	}
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), randomHex(5)
	query := url.Values{"timestamp": {timestamp}, "nonce": {nonce}, "signature": {envelope.Sign(a.Token, timestamp, nonce)}}
	if p.what.person != nil {
		query.Set("openid", p.what.person.openIDs[a.name])
	}
	p.contentType = "text/xml"
	if a.Format == FormatJSON {
		p.contentType = "application/json"
	}
	p.Sent = p.Body
	if mode != ModePlain {
		if a.sealer == nil {
			return errors.New("the account has no EncodingAESKey")
		}
		encrypted, err := a.seal(p.Body)
		if err != nil {
			return err
		}
		query.Set("encrypt_type", "aes")
		query.Set("msg_signature", a.sealer.Sign(timestamp, nonce, encrypted))
		p.Sent = a.wrap(p.Body, encrypted, mode)
	}
	p.Query = query.Encode()
	return nil
}

func (a *account) seal(body string) (string, error) {
	var fresh [16]byte
	_, _ = rand.Read(fresh[:]) // never fails
	encrypted, err := a.sealer.Seal(fresh, []byte(body))
	if err != nil {
		return "", fmt.Errorf("seal the push: %w", err)
	}
	return encrypted, nil
}

// wrap puts the encrypted text alone (safe) or beside the clear fields (compatible).
func (a *account) wrap(body, encrypted, mode string) string {
	if mode == ModeSafe {
		return a.render(fields{{"ToUserName", a.originalID}, {"Encrypt", encrypted}})
	}
	if a.Format == FormatJSON {
		return strings.TrimSuffix(strings.TrimSpace(body), "}") + `,"Encrypt":` + quoted(encrypted) + "}"
	}
	return strings.TrimSuffix(strings.TrimSpace(body), "</xml>") + "<Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>"
}

// try makes up to three attempts with the very same bytes.
func (s *Simulator) try(ctx context.Context, p *push) {
	for n := range pushAttempts {
		if n > 0 && !pause(ctx, s.retryPause) {
			break
		}
		status, answer, err := s.post(ctx, p)
		var said passive
		if err == nil {
			said, err = p.judge.read(status, answer)
		}
		if s.note(p, status, answer, said, err) {
			return
		}
		s.log.InfoContext(ctx, "push not taken", "push", p.ID, "account", p.Account, "label", p.Label, "attempt", n+1, "error", err)
	}
	s.giveUp(p)
}

func (s *Simulator) post(ctx context.Context, p *push) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, withQuery(p.address, p.Query), strings.NewReader(p.Sent))
	if err != nil {
		return 0, nil, fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Content-Type", p.contentType)
	request.Header.Set("User-Agent", "Mozilla/4.0")
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("post: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return response.StatusCode, nil, fmt.Errorf("read the answer: %w", err)
	}
	return response.StatusCode, answer, nil
}

func withQuery(address, query string) string {
	if strings.Contains(address, "?") {
		return address + "&" + query
	}
	return address + "?" + query
}

// note writes an attempt down, shows a reply in the chat, and tells whether the push is done.
func (s *Simulator) note(p *push, status int, answer []byte, said passive, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	tried := attempt{At: s.now(), Status: status, Answer: string(bytes.ToValidUTF8(answer[:min(len(answer), shownAnswer)], nil))}
	if err != nil {
		tried.Problem = err.Error()
		p.Attempts = append(p.Attempts, tried)
		return false
	}
	p.Attempts = append(p.Attempts, tried)
	p.State = pushDelivered
	if shown, ok := said.line(); ok && p.what.person != nil && p.Account == OfficialAccount {
		s.say(p.what.person, shown)
	}
	return true
}

func (s *Simulator) giveUp(p *push) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.State == pushDelivered {
		return // a copy got through
	}
	p.State = pushFailed
	if p.what.spoken && p.Account == OfficialAccount {
		s.say(p.what.person, line{From: fromSystem, Kind: "text", Text: unavailable})
	}
}

func pause(ctx context.Context, length time.Duration) bool {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
