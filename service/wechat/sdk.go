package wechat

import (
	"context"
	"errors"
	"time"

	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/miniprogram/auth"
	miniconfig "github.com/silenceper/wechat/v2/miniprogram/config"
	minicontext "github.com/silenceper/wechat/v2/miniprogram/context"
	"github.com/silenceper/wechat/v2/miniprogram/security"
	officialconfig "github.com/silenceper/wechat/v2/officialaccount/config"
	officialcontext "github.com/silenceper/wechat/v2/officialaccount/context"
	"github.com/silenceper/wechat/v2/officialaccount/oauth"
)

// apiStableToken is the path of the interface that hands out tokens.
const apiStableToken = "cgi-bin/stable_token" //nolint:gosec // a path, not a token

// sdkCalls are the parts of the SDK whose calls carry a context. They are made
// once, at start-up, because the SDK's lazy getters race.
type sdkCalls struct {
	auth     *auth.Auth
	security *security.Security
	oauth    *oauth.Oauth
	stable   stableTokens
}

// stableTokens is the one method we need of the SDK's token handle.
type stableTokens interface {
	GetAccessTokenDirectly(ctx context.Context, forceRefresh bool) (credential.ResAccessToken, error)
}

func newSDKCalls(given Account) sdkCalls {
	mini := &minicontext.Context{
		Config:                   &miniconfig.Config{AppID: given.AppID, AppSecret: given.Secret},
		AccessTokenContextHandle: tokenOfCall{},
	}
	official := &officialcontext.Context{
		Config:            &officialconfig.Config{AppID: given.AppID, AppSecret: given.Secret},
		AccessTokenHandle: tokenOfCall{},
	}
	calls := sdkCalls{
		auth:     auth.NewAuth(mini),
		security: security.NewSecurity(mini),
		oauth:    oauth.NewOauth(official),
	}
	if stable, ok := credential.NewStableAccessToken(given.AppID, given.Secret, "", noCache{}).(stableTokens); ok {
		calls.stable = stable
	}
	return calls
}

// fetchToken asks WeChat for the account's token.
func (g *Gateway) fetchToken(ctx context.Context, acct *account, force bool) (grant, error) {
	if acct.sdk.stable == nil {
		return grant{}, &Error{API: apiStableToken, Message: "the SDK cannot ask for stable tokens"}
	}
	var answer credential.ResAccessToken
	_, err := g.ask(ctx, call{api: apiStableToken, secrets: []string{acct.secret}}, func(ctx context.Context) error {
		var err error
		answer, err = acct.sdk.stable.GetAccessTokenDirectly(ctx, force)
		return err
	})
	if err != nil {
		return grant{}, err
	}
	if answer.AccessToken == "" || answer.ExpiresIn <= 0 {
		return grant{}, unreadable(apiStableToken, "answer holds no token")
	}
	life := longestLife
	if answer.ExpiresIn < int64(longestLife/time.Second) {
		life = time.Duration(answer.ExpiresIn) * time.Second
	}
	return grant{value: answer.AccessToken, life: life}, nil
}

type tokenKey struct{}

func withToken(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, tokenKey{}, token)
}

var errNoToken = errors.New("a call of the SDK without a token in its context")

// tokenOfCall hands the SDK the token that the gateway chose for this call. The
// SDK's own token handling knows no refresh.
type tokenOfCall struct{}

// GetAccessToken always fails: a call that has no context is not ours.
func (tokenOfCall) GetAccessToken() (string, error) { return "", errNoToken }

// GetAccessTokenContext returns the token of the call.
func (tokenOfCall) GetAccessTokenContext(ctx context.Context) (string, error) {
	token, ok := ctx.Value(tokenKey{}).(string)
	if !ok {
		return "", errNoToken
	}
	return token, nil
}

// noCache stands where the SDK insists on a cache; the path we use asks none.
type noCache struct{}

// Get finds nothing.
func (noCache) Get(string) any { return nil }

// Set keeps nothing.
func (noCache) Set(string, any, time.Duration) error { return nil }

// IsExist finds nothing.
func (noCache) IsExist(string) bool { return false }

// Delete has nothing to delete.
func (noCache) Delete(string) error { return nil }
