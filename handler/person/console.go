package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/account"
)

type staffInput struct {
	Body struct {
		Login        string `json:"login" minLength:"1" maxLength:"64"`
		Password     string `json:"password" minLength:"1" maxLength:"200"`
		DeviceToken  string `json:"device_token,omitempty" maxLength:"200" doc:"这台设备以前登录时得到的 device_token；有它，别人输错密码不影响这里登录"`
		RecoveryCode string `json:"recovery_code,omitempty" maxLength:"40" doc:"身份验证器丢失时，或被要求等待时，可以同时填写一个恢复码"`
	}
}

type answerInput struct {
	Body struct {
		Challenge string `json:"challenge" minLength:"10" maxLength:"200"`
		Code      string `json:"code" minLength:"6" maxLength:"40" doc:"身份验证器上的动态码，或一个恢复码"`
	}
}

// entryState says how far somebody has come in signing in at the console.
type entryState string

// A sign-in is done, waits for the second factor, or is only good for setting
// one up.
const (
	stateSignedIn entryState = "signed_in"
	stateCode     entryState = "code_required"
	stateEnrol    entryState = "enrolment_required"
)

// staffSigned is how far somebody has come. A session has the fields of signed,
// a challenge its own.
type staffSigned struct {
	State          entryState   `json:"state" enum:"signed_in,code_required,enrolment_required" doc:"signed_in 已登录；code_required 还需动态码；enrolment_required 只能先绑定身份验证器"`
	Token          string       `json:"token,omitempty" doc:"放在 Authorization: Bearer 里"`
	RefreshToken   string       `json:"refresh_token,omitempty"`
	ExpiresAt      *time.Time   `json:"expires_at,omitempty"`
	PersonID       string       `json:"person_id,omitempty"`
	Name           string       `json:"name,omitempty"`
	Roles          []model.Role `json:"roles,omitempty"`
	Challenge      string       `json:"challenge,omitempty" doc:"与动态码一起提交到 /api/v1/sessions/staff/second-factor"`
	ChallengeUntil *time.Time   `json:"challenge_until,omitempty"`
	DeviceToken    string       `json:"device_token,omitempty" doc:"请保存在这台设备上，下次登录时带上"`
}

func viewEntry(e account.Entry) staffSigned {
	if e.Challenge != "" {
		until := e.ChallengeUntil.In(model.Shanghai)
		return staffSigned{State: stateCode, Challenge: e.Challenge, ChallengeUntil: &until}
	}
	s := signedView(e.Signed).Body
	v := staffSigned{
		State: stateSignedIn, Token: s.Token, RefreshToken: s.RefreshToken, ExpiresAt: &s.ExpiresAt, PersonID: s.PersonID, Name: s.Name, Roles: s.Roles,
		DeviceToken: e.DeviceToken,
	}
	if e.Signed.Actor.Enrolling {
		v.State = stateEnrol
	}
	return v
}

func answerEntry(e account.Entry, err error) (*endpoint.Body[staffSigned], error) {
	if err != nil {
		return nil, err
	}
	return endpoint.Of(viewEntry(e)), nil
}

// registerConsole adds the two steps by which staff sign in. How often is decided
// by the service, which knows the devices: counted here by address, one guest in
// the office could keep everybody else out.
func (r Room) registerConsole(api endpoint.API) {
	const tag = "登录"
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/sessions/staff", ID: "sign-in-staff", Summary: "工作人员登录", Tag: tag, Who: endpoint.Anyone(), Status: http.StatusCreated, Keyless: true,
	}, func(ctx context.Context, in *staffInput) (*endpoint.Body[staffSigned], error) {
		return answerEntry(r.Accounts.SignInStaff(ctx, account.StaffSignIn{
			Login: in.Body.Login, Password: in.Body.Password, DeviceToken: in.Body.DeviceToken, RecoveryCode: in.Body.RecoveryCode, From: fromOf(ctx),
		}))
	})
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/sessions/staff/second-factor", ID: "answer-challenge", Summary: "工作人员登录的第二步：动态码", Tag: tag, Who: endpoint.Anyone(), Status: http.StatusCreated, Keyless: true,
	}, func(ctx context.Context, in *answerInput) (*endpoint.Body[staffSigned], error) {
		return answerEntry(r.Accounts.AnswerChallenge(ctx, in.Body.Challenge, in.Body.Code, fromOf(ctx)))
	})
}
