package simulator

import (
	"strings"
	"time"
)

const codeLife = 5 * time.Minute

// The uses of a code.
const (
	loginCode = "login"
	phoneCode = "phone"
	webCode   = "web"
)

// code is what a client gets once and the server redeems once.
type code struct {
	use      string
	person   *person
	scope    string
	snapshot bool
	ends     time.Time
	used     bool
}

// mint makes a code of a person. Call it with the lock held.
func (s *Simulator) mint(c code) string {
	value := "0" + strings.ReplaceAll(random(24), "-", "x")
	c.ends = s.now().Add(codeLife)
	s.codes[value] = &c
	return value
}

// redeem uses a code up: 40029 when it is none or too old, 40163 when it was used.
func (s *Simulator) redeem(value, use string, now time.Time) (*code, error) {
	if value == "" {
		return nil, refuse(41008)
	}
	c, ok := s.codes[value]
	if !ok || c.use != use {
		return nil, refuse(40029)
	}
	if c.used {
		return nil, refuse(40163)
	}
	if !now.Before(c.ends) {
		if use == webCode {
			return nil, refuse(42003)
		}
		return nil, refuse(40029)
	}
	c.used = true
	return c, nil
}

func codeToSession(s *Simulator, c *call) (any, error) {
	a, err := c.credential(c.query.Get("grant_type"), "authorization_code", c.query.Get("appid"), c.query.Get("secret"))
	if err != nil {
		return nil, err
	}
	if a.name != MiniAccount {
		return nil, refuse(40013)
	}
	redeemed, err := s.redeem(c.query.Get("js_code"), loginCode, c.now)
	if err != nil {
		return nil, err
	}
	out := reply{"openid": redeemed.person.openIDs[MiniAccount], "session_key": sessionKey()}
	if !a.Unbound {
		out["unionid"] = redeemed.person.unionID
	}
	return out, nil
}

func phoneNumber(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		Code string `json:"code"`
	}](c)
	if err != nil {
		return nil, err
	}
	redeemed, err := s.redeem(in.Code, phoneCode, c.now)
	if err != nil {
		return nil, refuse(40029) // whatever is wrong with the code: this path has one answer
	}
	number := redeemed.person.phone
	out := done()
	out["phone_info"] = reply{
		"phoneNumber":     number,
		"purePhoneNumber": number,
		"countryCode":     "86",
		"watermark":       reply{"timestamp": c.now.Unix(), "appid": c.account.AppID},
	}
	return out, nil
}
