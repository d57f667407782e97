package simulator

import (
	"regexp"
	"time"
)

const (
	tokenOverlap    = 5 * time.Minute
	forcedPause     = 30 * time.Second
	forcedPerDay    = 20
	tokenRandomness = 100
)

var tokenForm = regexp.MustCompile(`^\d{2}_[A-Za-z0-9_-]{60,}$`)

// token is one access_token of an account.
type token struct {
	value    string
	ends     time.Time
	replaced bool
	dead     bool
}

// tokens are all access_tokens of an account. The stable ones and those of /cgi-bin/token
// do not know of each other.
type tokens struct {
	known         map[string]*token
	plain, stable *token
	forced        []time.Time
}

// check refuses a malformed, unknown, replaced, revoked or expired token.
func (t *tokens) check(value string, now time.Time) error {
	if !tokenForm.MatchString(value) {
		return refuse(40014)
	}
	known, ok := t.known[value]
	if !ok || known.dead {
		return refuse(40001)
	}
	if now.Before(known.ends) {
		return nil
	}
	if known.replaced {
		return refuse(40001)
	}
	return refuse(42001)
}

func (t *tokens) issue(now time.Time, life time.Duration) *token {
	issued := &token{value: "98_" + random(tokenRandomness), ends: now.Add(life)}
	t.known[issued.value] = issued
	return issued
}

// renew is /cgi-bin/token: every call makes a new token, the one before lives 5 minutes more.
func (t *tokens) renew(now time.Time, life time.Duration) *token {
	if old := t.plain; old != nil {
		old.replaced = true
		if limit := now.Add(tokenOverlap); old.ends.After(limit) {
			old.ends = limit
		}
	}
	t.plain = t.issue(now, life)
	return t.plain
}

// keep is /cgi-bin/stable_token without force_refresh: the same token until five minutes
// before its end, then a new one beside it.
func (t *tokens) keep(now time.Time, life time.Duration) *token {
	if t.stable == nil || t.stable.dead || t.stable.ends.Sub(now) < tokenOverlap {
		t.stable = t.issue(now, life)
	}
	return t.stable
}

// force is /cgi-bin/stable_token with force_refresh: the old token dies at once. Within 30 s
// of the last time nothing is refreshed; after 20 times in a day WeChat refuses.
func (t *tokens) force(now time.Time, life time.Duration) (*token, error) {
	if n := len(t.forced); n > 0 && now.Sub(t.forced[n-1]) < forcedPause {
		return t.keep(now, life), nil
	}
	today := 0
	for _, at := range t.forced {
		if now.Sub(at) < 24*time.Hour {
			today++
		}
	}
	if today >= forcedPerDay {
		return nil, refuse(45009)
	}
	if t.stable != nil {
		t.stable.dead = true
	}
	t.forced = append(t.forced, now)
	t.stable = t.issue(now, life)
	return t.stable, nil
}

// revoke kills every token of the account, as WeChat does when the secret is reset.
func (t *tokens) revoke() {
	for _, known := range t.known {
		known.dead = true
	}
}

func (t *token) reply(now time.Time) reply {
	return reply{"access_token": t.value, "expires_in": int(t.ends.Sub(now).Seconds())}
}

func plainToken(_ *Simulator, c *call) (any, error) {
	a, err := c.credential(c.query.Get("grant_type"), "client_credential", c.query.Get("appid"), c.query.Get("secret"))
	if err != nil {
		return nil, err
	}
	return a.tokens.renew(c.now, a.TokenLife).reply(c.now), nil
}

func stableToken(_ *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		GrantType    string `json:"grant_type"`
		AppID        string `json:"appid"`
		Secret       string `json:"secret"`
		ForceRefresh bool   `json:"force_refresh"`
	}](c)
	if err != nil {
		return nil, err
	}
	a, err := c.credential(in.GrantType, "client_credential", in.AppID, in.Secret)
	if err != nil {
		return nil, err
	}
	if !in.ForceRefresh {
		return a.tokens.keep(c.now, a.TokenLife).reply(c.now), nil
	}
	forced, err := a.tokens.force(c.now, a.TokenLife)
	if err != nil {
		return nil, err
	}
	return forced.reply(c.now), nil
}
