package simulator

import (
	"time"
)

const (
	scopeBase      = "snsapi_base"
	scopeUser      = "snsapi_userinfo"
	webTokenLife   = 7200 * time.Second
	webRefreshLife = 30 * 24 * time.Hour
)

// webToken is a token of one person's web login; it has nothing to do with the API's token.
type webToken struct {
	person   *person
	openID   string
	scope    string
	snapshot bool
	refresh  bool
	ends     time.Time
}

func webAccessToken(s *Simulator, c *call) (any, error) {
	a, err := c.credential(c.query.Get("grant_type"), "authorization_code", c.query.Get("appid"), c.query.Get("secret"))
	if err != nil {
		return nil, err
	}
	if a.name != OfficialAccount {
		return nil, refuse(40013)
	}
	if !a.verifiedService() {
		return nil, refuse(48001)
	}
	redeemed, err := s.redeem(c.query.Get("code"), webCode, c.now)
	if err != nil {
		return nil, err
	}
	openID := redeemed.person.openIDs[OfficialAccount]
	if redeemed.snapshot {
		openID = "o" + random(21)[:27] // a virtual account, new every time
	}
	return s.webLogin(a, webToken{person: redeemed.person, openID: openID, scope: redeemed.scope, snapshot: redeemed.snapshot}), nil
}

// webLogin makes an access and a refresh token like one that is given.
func (s *Simulator) webLogin(a *account, login webToken) reply {
	access, again := login, login
	access.refresh, access.ends = false, s.now().Add(webTokenLife)
	again.refresh, again.ends = true, s.now().Add(webRefreshLife)
	accessValue, refreshValue := "98_"+random(64), "98_"+random(64)
	s.webTokens[accessValue], s.webTokens[refreshValue] = &access, &again
	out := reply{
		"access_token": accessValue, "expires_in": int(webTokenLife.Seconds()),
		"refresh_token": refreshValue, "openid": login.openID, "scope": login.scope,
	}
	if login.snapshot {
		out["is_snapshotuser"] = 1
	}
	if login.scope == scopeUser && !login.snapshot && !a.Unbound {
		out["unionid"] = login.person.unionID
	}
	return out
}

func webRefreshToken(s *Simulator, c *call) (any, error) {
	if c.query.Get("grant_type") != "refresh_token" {
		return nil, refuse(40002)
	}
	a := s.accounts[OfficialAccount]
	if c.query.Get("appid") != a.AppID {
		return nil, refuse(40013)
	}
	c.account = a
	login, ok := s.webTokens[c.query.Get("refresh_token")]
	if !ok || !login.refresh {
		return nil, refuse(40030)
	}
	if !c.now.Before(login.ends) {
		return nil, refuse(42002)
	}
	out := s.webLogin(a, *login)
	delete(s.webTokens, out["refresh_token"].(string)) //nolint:forcetypeassert // made above
	out["refresh_token"] = c.query.Get("refresh_token")
	return out, nil
}

// webPerson checks the pair of access_token and openid of a web login.
func (s *Simulator) webPerson(c *call) (*webToken, error) {
	login, ok := s.webTokens[c.query.Get("access_token")]
	if !ok || login.refresh {
		return nil, refuse(40001)
	}
	c.account = s.accounts[OfficialAccount]
	if !c.now.Before(login.ends) {
		return nil, refuse(42001)
	}
	if login.openID != c.query.Get("openid") {
		return nil, refuse(40003)
	}
	return login, nil
}

func webUser(s *Simulator, c *call) (any, error) {
	login, err := s.webPerson(c)
	if err != nil {
		return nil, err
	}
	if login.scope != scopeUser {
		return nil, refuse(48001)
	}
	out := reply{
		"openid": login.openID, "nickname": login.person.name, "sex": 0, "province": "", "city": "", "country": "",
		"headimgurl": "", "privilege": []string{},
	}
	if !login.snapshot && !c.account.Unbound {
		out["unionid"] = login.person.unionID
	}
	return out, nil
}

func webCheck(s *Simulator, c *call) (any, error) {
	if _, err := s.webPerson(c); err != nil {
		return nil, refuse(40003)
	}
	return done(), nil
}
