package wechat

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// freshMargin is how long before its end a token is replaced. WeChat hands
	// out the next one 5 minutes before the end and honours both until then.
	freshMargin = 5 * time.Minute
	// shortLife is how long a token is used that comes with no more life than
	// the margin, so that an expires_in of exactly 300 does not cost a fetch at
	// every call.
	shortLife = time.Minute
	// longestLife caps what we believe of expires_in.
	longestLife = 24 * time.Hour
	// patience bounds one whole search for a token, a stuck store included.
	patience = 20 * time.Second

	// forceGap and forceDaily keep within WeChat's limits for force_refresh, 30 s
	// apart and 20 a day. The latter is shared by all replicas, so one process
	// takes only a part.
	forceGap   = 31 * time.Second
	forceDaily = 5
)

// Token is an access token of an account.
type Token struct {
	Value     string
	ExpiresAt time.Time
}

// TokenStore keeps one token per account for all replicas, in a table
// wechat_tokens (app_id primary key, value, expires_at). A token is a secret:
// it may not be logged or exported; it can have 512 characters and more.
//
// The Gateway holds the token in memory while it is fresh and comes here only
// when it is not, so the store may be slow. When it fails the Gateway goes on
// with WeChat alone.
type TokenStore interface {
	// LoadToken returns the account's token, expired or not, and the zero Token
	// when there is none.
	LoadToken(ctx context.Context, appID string) (Token, error)
	// SaveToken keeps the token, unless the one that is kept ends later. It is
	// one statement, so that of two replicas the newer token wins.
	SaveToken(ctx context.Context, appID string, token Token) error
	// DropToken forgets the account's token if its value is still this one:
	// WeChat has called it dead. Without a match it does nothing.
	DropToken(ctx context.Context, appID, value string) error
}

// grant is what WeChat answers: a token and its remaining life.
type grant struct {
	value string
	life  time.Duration
}

// tokens holds one account's token.
type tokens struct {
	appID string
	store TokenStore
	now   func() time.Time
	log   *slog.Logger
	fetch func(ctx context.Context, force bool) (grant, error)

	flights singleflight.Group

	mu         sync.Mutex
	value      string
	freshUntil time.Time
	forcedAt   []time.Time
}

var errStillDead = errors.New("WeChat keeps handing out a dead token")

// current returns a token that is not known to be bad.
func (t *tokens) current(ctx context.Context) (string, error) {
	if value := t.held(""); value != "" {
		return value, nil
	}
	return t.share(ctx, "")
}

// replace returns another token than the dead one: the one that somebody else
// has fetched meanwhile, or a new one.
func (t *tokens) replace(ctx context.Context, dead string) (string, error) {
	t.forget(dead)
	if value := t.held(dead); value != "" {
		return value, nil
	}
	return t.share(ctx, dead)
}

// share lets concurrent callers wait for one fetch. The fetch does not belong
// to any of them: a caller that goes away leaves it running for the others.
func (t *tokens) share(ctx context.Context, dead string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", unanswered(apiStableToken, "given up before asking", err)
	}
	free := context.WithoutCancel(ctx)
	flight := t.flights.DoChan(dead, func() (any, error) {
		bounded, cancel := context.WithTimeout(free, patience)
		defer cancel()
		return t.obtain(bounded, dead)
	})
	select {
	case <-ctx.Done():
		return "", unanswered(apiStableToken, "given up while waiting", ctx.Err())
	case landed := <-flight:
		if landed.Err != nil {
			return "", landed.Err
		}
		value, ok := landed.Val.(string)
		if !ok {
			return "", unreadable(apiStableToken, "no token")
		}
		return value, nil
	}
}

// obtain looks in memory, in the store, and asks WeChat last.
func (t *tokens) obtain(ctx context.Context, dead string) (string, error) {
	if value := t.held(dead); value != "" {
		return value, nil
	}
	if value := t.loadShared(ctx, dead); value != "" {
		return value, nil
	}
	began := t.now()
	granted, err := t.fetch(ctx, false)
	if err != nil {
		return "", err
	}
	if dead != "" && granted.value == dead {
		if granted, err = t.force(ctx, dead); err != nil {
			return "", err
		}
	}
	t.hold(granted.value, began.Add(max(granted.life-freshMargin, min(shortLife, granted.life/2))))
	if err := t.store.SaveToken(ctx, t.appID, Token{Value: granted.value, ExpiresAt: began.Add(granted.life)}); err != nil {
		t.log.WarnContext(ctx, "wechat token was not shared", "app_id", t.appID, "error", words(err, granted.value))
	}
	return granted.value, nil
}

// loadShared returns the token of the store when it is fresh and not the dead
// one; the dead one is dropped there.
func (t *tokens) loadShared(ctx context.Context, dead string) string {
	shared, err := t.store.LoadToken(ctx, t.appID)
	if err != nil {
		t.log.WarnContext(ctx, "wechat token store cannot be read", "app_id", t.appID, "error", words(err, dead))
		return ""
	}
	if shared.Value == "" {
		return ""
	}
	if shared.Value == dead {
		if err := t.store.DropToken(ctx, t.appID, dead); err != nil {
			t.log.WarnContext(ctx, "dead wechat token was not dropped", "app_id", t.appID, "error", words(err, dead))
		}
		return ""
	}
	freshUntil := shared.ExpiresAt.Add(-freshMargin)
	if !t.now().Before(freshUntil) {
		return ""
	}
	t.hold(shared.Value, freshUntil)
	return shared.Value
}

// force asks for a new token although WeChat thinks the old one is good. It is
// rationed, and WeChat may still answer the old one.
func (t *tokens) force(ctx context.Context, dead string) (grant, error) {
	if !t.mayForce() {
		return grant{}, unreadable(apiStableToken, errStillDead.Error())
	}
	granted, err := t.fetch(ctx, true)
	if err != nil {
		return grant{}, err
	}
	if granted.value == dead {
		return grant{}, unreadable(apiStableToken, errStillDead.Error())
	}
	t.log.WarnContext(ctx, "wechat token was refreshed by force", "app_id", t.appID)
	return granted, nil
}

func (t *tokens) mayForce() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	var today []time.Time
	for _, at := range t.forcedAt {
		if now.Sub(at) < 24*time.Hour {
			today = append(today, at)
		}
	}
	t.forcedAt = today
	if len(today) >= forceDaily || len(today) > 0 && now.Sub(today[len(today)-1]) < forceGap {
		return false
	}
	t.forcedAt = append(t.forcedAt, now)
	return true
}

// held returns the token in memory when it is fresh and not the dead one.
func (t *tokens) held(dead string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value == dead || !t.now().Before(t.freshUntil) {
		return ""
	}
	return t.value
}

func (t *tokens) forget(dead string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value == dead {
		t.value, t.freshUntil = "", time.Time{}
	}
}

func (t *tokens) hold(value string, freshUntil time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.value, t.freshUntil = value, freshUntil
}

// words are those of a failure of the store, which are not ours and might quote
// the token.
func words(err error, token string) string {
	return redact(err.Error(), []string{token})
}
