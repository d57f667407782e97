// Package wechat is our one door to WeChat: it speaks for the mini-program and
// the official account and turns WeChat's answers into plain values and typed
// errors.
//
// It uses the SDK only where the SDK carries a context, and keeps from it what
// the SDK would do badly: tokens, timeouts, error codes and secrets. Every call
// runs through one transport (transport.go), which reaches nothing but WeChat's
// own hosts, or the stand-in that BaseURL names.
//
// It refuses to keep anything itself (tokens are kept by a TokenStore), to hand
// out a session_key, to follow a redirect, and to let a secret, a token or a
// code appear in an error or a log line.
package wechat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lianxin/model"
)

// AccountKind tells the two accounts apart. Their tokens and openids are
// different worlds.
type AccountKind string

// The two accounts a Gateway speaks for.
const (
	MiniProgram     AccountKind = "mini"
	OfficialAccount AccountKind = "official"
)

// Edition says which edition of the mini-program codes, links and subscribe
// messages lead to.
type Edition string

// The three editions; the words are those of getwxacodeunlimit.
const (
	EditionRelease Edition = "release"
	EditionTrial   Edition = "trial"
	EditionDevelop Edition = "develop"
)

// defaultTimeout bounds one exchange with WeChat. A login waits for it, so it
// is short.
const defaultTimeout = 5 * time.Second

// Account is an AppID with its secret. The zero Account means that there is no
// such account; its methods then answer model.ErrChannelUnavailable.
type Account struct {
	AppID  string
	Secret string
}

// Options says what a Gateway works with.
type Options struct {
	Mini     Account
	Official Account
	// BaseURL is the stand-in that takes the place of every *.weixin.qq.com
	// host. Empty means the real WeChat.
	BaseURL string
	// Edition of the mini-program; empty means EditionRelease.
	Edition Edition
	// Tokens keeps the access tokens that all replicas share. Required.
	Tokens TokenStore
	// Timeout bounds one HTTP exchange, not a whole method; 5 s when zero.
	Timeout time.Duration
	// Now is the clock. Required.
	Now func() time.Time
	// Log receives what nobody else is told: refreshed tokens, a token store
	// that fails. Required.
	Log *slog.Logger
	// Watch is told of every exchange with WeChat: the interface, what became of
	// it ("ok", "errcode 40001", "status 502", "no answer"), and how long it took.
	Watch func(api, outcome string, took time.Duration)
}

// Gateway speaks to WeChat. Its methods are safe for concurrent use.
type Gateway struct {
	mini     *account
	official *account
	wire     *wire
	timeout  time.Duration
	edition  Edition
	log      *slog.Logger
	now      func() time.Time
	watch    func(api, outcome string, took time.Duration)
}

// account is one of ours with its tokens and the parts of the SDK that serve it.
type account struct {
	kind   AccountKind
	appID  string
	secret string
	tokens *tokens
	sdk    sdkCalls
}

// New checks the options and returns a Gateway. It reaches nothing: whether the
// secrets are right is answered by Ping.
func New(options Options) (*Gateway, error) {
	base, err := checkOptions(&options)
	if err != nil {
		return nil, err
	}
	installGuard()
	gateway := &Gateway{
		wire:    newWire(base),
		timeout: options.Timeout,
		edition: options.Edition,
		log:     options.Log,
		now:     options.Now,
		watch:   options.Watch,
	}
	if gateway.watch == nil {
		gateway.watch = func(string, string, time.Duration) {}
	}
	gateway.mini = gateway.newAccount(MiniProgram, options.Mini, options)
	gateway.official = gateway.newAccount(OfficialAccount, options.Official, options)
	return gateway, nil
}

// Close lets go of idle connections. The Gateway remains usable.
func (g *Gateway) Close() {
	g.wire.next.CloseIdleConnections()
}

// Ping says whether a token can be had for every configured account. It costs
// nothing while the tokens are fresh.
func (g *Gateway) Ping(ctx context.Context) error {
	for _, acct := range []*account{g.mini, g.official} {
		if acct == nil {
			continue
		}
		if _, err := acct.tokens.current(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (g *Gateway) newAccount(kind AccountKind, given Account, options Options) *account {
	if given.AppID == "" {
		return nil
	}
	acct := &account{
		kind:   kind,
		appID:  given.AppID,
		secret: given.Secret,
		sdk:    newSDKCalls(given),
	}
	acct.tokens = &tokens{
		appID: given.AppID,
		store: options.Tokens,
		now:   options.Now,
		log:   options.Log,
		fetch: func(ctx context.Context, force bool) (grant, error) {
			return g.fetchToken(ctx, acct, force)
		},
	}
	return acct
}

// account returns the one asked for, or an error that wraps
// model.ErrChannelUnavailable when the installation has none.
func (g *Gateway) account(kind AccountKind, api string) (*account, error) {
	acct := g.mini
	if kind == OfficialAccount {
		acct = g.official
	}
	if acct == nil {
		return nil, &Error{API: api, Message: "no " + string(kind) + " account is configured", kind: model.ErrChannelUnavailable}
	}
	return acct, nil
}

func checkOptions(options *Options) (*url.URL, error) {
	if options.Tokens == nil || options.Now == nil || options.Log == nil {
		return nil, errors.New("wechat: Tokens, Now and Log are required")
	}
	if err := checkAccounts(options.Mini, options.Official); err != nil {
		return nil, err
	}
	if options.Timeout < 0 {
		return nil, errors.New("wechat: Timeout is negative")
	}
	if options.Timeout == 0 {
		options.Timeout = defaultTimeout
	}
	switch options.Edition {
	case "":
		options.Edition = EditionRelease
	case EditionRelease, EditionTrial, EditionDevelop:
	default:
		return nil, fmt.Errorf("wechat: %q is not an edition", options.Edition)
	}
	return checkBaseURL(options.BaseURL)
}

func checkAccounts(mini, official Account) error {
	if mini.AppID == "" && official.AppID == "" {
		return errors.New("wechat: no account is configured")
	}
	if mini.AppID == official.AppID {
		return errors.New("wechat: the mini-program and the official account have the same AppID")
	}
	for _, given := range []Account{mini, official} {
		if (given.AppID == "") != (given.Secret == "") {
			return errors.New("wechat: an account needs both AppID and Secret")
		}
		if strings.ContainsFunc(given.AppID, func(r rune) bool { return !isASCIIWord(r) }) {
			return errors.New("wechat: an AppID has only letters, digits, - and _")
		}
	}
	return nil
}

func checkBaseURL(given string) (*url.URL, error) {
	if given == "" {
		return nil, nil //nolint:nilnil // no stand-in is an answer, not a missing value
	}
	base, err := url.Parse(given)
	if err != nil {
		return nil, errors.New("wechat: BaseURL is not a URL")
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" {
		return nil, errors.New("wechat: BaseURL must be http(s)://host[:port][/path]")
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	return base, nil
}

func isASCIIWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}

// client is what our own calls use; the SDK uses one just like it.
var client = newGuardedClient()

func newGuardedClient() *http.Client {
	return &http.Client{
		Transport: guard{},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}
