package wechat

import (
	"context"
	"net/url"
	"strings"

	"github.com/silenceper/wechat/v2/miniprogram/auth"

	"lianxin/model"
)

const (
	apiCodeToSession = "sns/jscode2session"
	apiPhoneNumber   = "wxa/business/getuserphonenumber"
)

// Identity is who WeChat says somebody is, as one of our accounts sees them.
type Identity struct {
	// OpenID is the person at this account, and at no other.
	OpenID string
	// UnionID is the person at all accounts of one open-platform account; empty
	// when the accounts are not bound or the person granted too little.
	UnionID string
}

// CodeToSession turns the code of wx.login into an identity. The session_key
// stays here: nothing in the product needs it.
//
// It fails with model.ErrCodeSpent for a code that is wrong, used or older than
// five minutes, and with ErrBlockedPerson.
func (g *Gateway) CodeToSession(ctx context.Context, code string) (Identity, error) {
	acct, err := g.account(MiniProgram, apiCodeToSession)
	if err != nil {
		return Identity{}, err
	}
	if code == "" {
		return Identity{}, notSent(apiCodeToSession, 40029, "no code")
	}
	var session auth.ResCode2Session
	_, err = g.ask(ctx, call{api: apiCodeToSession, secrets: []string{acct.secret, code}}, func(ctx context.Context) error {
		var err error
		// The SDK puts the code into the address as it is.
		session, err = acct.sdk.auth.Code2SessionContext(ctx, url.QueryEscape(code))
		return err
	})
	if err != nil {
		return Identity{}, err
	}
	if session.OpenID == "" {
		return Identity{}, unreadable(apiCodeToSession, "answer holds no openid")
	}
	return Identity{OpenID: session.OpenID, UnionID: session.UnionID}, nil
}

// PhoneNumber turns the code of a getPhoneNumber button into a number: eleven
// digits for the mainland, + and country code before it elsewhere. Every
// success costs money, so ask once and keep it.
//
// It fails with model.ErrCodeSpent for a code that is wrong, used, too old or
// another mini-program's.
func (g *Gateway) PhoneNumber(ctx context.Context, code string) (string, error) {
	acct, err := g.account(MiniProgram, apiPhoneNumber)
	if err != nil {
		return "", err
	}
	if code == "" {
		return "", notSent(apiPhoneNumber, 40029, "no code")
	}
	var phone auth.PhoneInfo
	_, err = g.askWithToken(ctx, acct, call{api: apiPhoneNumber, secrets: []string{code}}, func(ctx context.Context, _ string) error {
		answer, err := acct.sdk.auth.GetPhoneNumberContext(ctx, code)
		if err != nil {
			return err
		}
		phone = answer.PhoneInfo
		return nil
	})
	if err != nil {
		return "", err
	}
	return phoneOf(phone, acct.appID)
}

func phoneOf(phone auth.PhoneInfo, appID string) (string, error) {
	if phone.WaterMark.AppID != appID {
		return "", &Error{API: apiPhoneNumber, Message: "the number was given to another mini-program", kind: model.ErrCodeSpent}
	}
	country := strings.TrimPrefix(phone.CountryCode, "+")
	if !isDigits(phone.PurePhoneNumber) || !isDigits(country) {
		return "", unreadable(apiPhoneNumber, "answer holds no number")
	}
	if country == "86" {
		return phone.PurePhoneNumber, nil
	}
	return "+" + country + phone.PurePhoneNumber, nil
}

func isDigits(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}
