package wechat

import (
	"context"
	"net/url"

	"github.com/silenceper/wechat/v2/officialaccount/oauth"
)

const apiOAuthCode = "sns/oauth2/access_token"

// OAuthScope is how much a page of the official account asks to know.
type OAuthScope string

// The two scopes: the openid without a question, or after one also the unionid.
const (
	ScopeBase     OAuthScope = "snsapi_base"
	ScopeUserInfo OAuthScope = "snsapi_userinfo"
)

// OAuthURL is where a page in WeChat sends its visitor to be recognised. WeChat
// sends them back to redirect, whose host must be registered, with code and
// state. Without an official account it is empty.
func (g *Gateway) OAuthURL(redirect, state string, scope OAuthScope) string {
	if g.official == nil {
		return ""
	}
	page, err := url.Parse(hostOpen + "connect/oauth2/authorize")
	if err != nil {
		return ""
	}
	page = g.wire.place(page)
	// WeChat wants the parameters in exactly this order; url.Values would sort.
	page.RawQuery = "appid=" + url.QueryEscape(g.official.appID) +
		"&redirect_uri=" + url.QueryEscape(redirect) +
		"&response_type=code" +
		"&scope=" + url.QueryEscape(string(scope)) +
		"&state=" + url.QueryEscape(state)
	page.Fragment = "wechat_redirect"
	return page.String()
}

// OAuthCode turns the code of a page visit into an identity at the official
// account; UnionID only after ScopeUserInfo. The visitor's own tokens are
// thrown away.
//
// It fails with model.ErrCodeSpent for a code that is wrong, used or too old,
// and with ErrSnapshotUser for a visitor who only previews the page.
func (g *Gateway) OAuthCode(ctx context.Context, code string) (Identity, error) {
	acct, err := g.account(OfficialAccount, apiOAuthCode)
	if err != nil {
		return Identity{}, err
	}
	if code == "" {
		return Identity{}, notSent(apiOAuthCode, 41008, "no code")
	}
	var visitor oauth.ResAccessToken
	_, err = g.ask(ctx, call{api: apiOAuthCode, secrets: []string{acct.secret, code}}, func(ctx context.Context) error {
		var err error
		// The SDK puts the code into the address as it is.
		visitor, err = acct.sdk.oauth.GetUserAccessTokenContext(ctx, url.QueryEscape(code))
		return err
	})
	if err != nil {
		return Identity{}, err
	}
	if visitor.IsSnapShotUser != 0 {
		return Identity{}, &Error{API: apiOAuthCode, Message: "snapshot visitor", kind: ErrSnapshotUser}
	}
	if visitor.OpenID == "" {
		return Identity{}, unreadable(apiOAuthCode, "answer holds no openid")
	}
	return Identity{OpenID: visitor.OpenID, UnionID: visitor.UnionID}, nil
}
