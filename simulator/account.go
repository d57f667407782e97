package simulator

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"time"

	"lianxin/simulator/envelope"
)

// account is one account as it stands now: its console, its tokens and its menu.
type account struct {
	Account
	name        string
	originalID  string
	sealer      *envelope.Sealer
	tokens      tokens
	menu        []byte
	quotaResets []time.Time
}

func newAccount(name string, profile Account) *account {
	a := &account{Account: profile, name: name, originalID: originalID(profile.AppID)}
	a.tokens = tokens{known: map[string]*token{}}
	// A key was checked with the options; a plain account may do without one.
	if sealer, err := envelope.New(profile.Token, profile.EncodingAESKey, profile.AppID); err == nil {
		a.sealer = sealer
	}
	return a
}

// originalID is the gh_ name that stands for an account in its messages.
func originalID(appID string) string {
	sum := sha256.Sum256([]byte(appID))
	return "gh_" + hex.EncodeToString(sum[:6])
}

func (a *account) secretIs(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(a.Secret), []byte(secret)) == 1
}

func (a *account) verifiedService() bool {
	return a.Verified && a.Kind == KindService
}

// hasPage tells whether a page is published. Notices may carry a query and a leading slash.
func (a *account) hasPage(page string) bool {
	if len(a.Pages) == 0 {
		return true
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(page, "/"), "?")
	for _, known := range a.Pages {
		if strings.TrimPrefix(known, "/") == path {
			return true
		}
	}
	return false
}

func (a *account) allowsRedirect(address *url.URL) bool {
	return a.OAuthDomain == "" || a.OAuthDomain == address.Hostname()
}

// random returns n random bytes as URL-safe text. crypto/rand.Read never fails.
func random(n int) string {
	data := make([]byte, n)
	_, _ = rand.Read(data)
	return base64.RawURLEncoding.EncodeToString(data)
}

func randomHex(n int) string {
	data := make([]byte, n)
	_, _ = rand.Read(data)
	return hex.EncodeToString(data)
}
