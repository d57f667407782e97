package person

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/handler/session"
	"lianxin/model"
	"lianxin/service/account"
)

// fromOf tells where a sign-in comes from.
func fromOf(ctx context.Context) account.From {
	from := session.FromOf(ctx)
	address, err := netip.ParseAddr(from.Address)
	if err != nil {
		address = netip.Addr{} // unknown is a place of its own
	}
	return account.From{UserAgent: from.UserAgent, Address: address}
}

type sessionView struct {
	ID         string            `json:"id"`
	Kind       model.SessionKind `json:"kind" enum:"mini,official,staff" doc:"mini 小程序、official 公众号、staff 管理台"`
	Device     string            `json:"device" example:"Windows 上的 Chrome"`
	Address    string            `json:"address,omitempty" doc:"登录时的网络，只保留前段" example:"203.0.113.*"`
	CreatedAt  time.Time         `json:"created_at"`
	LastUsedAt time.Time         `json:"last_used_at" doc:"约几分钟的误差"`
	Current    bool              `json:"current" doc:"是否当前这次登录"`
}

type sessionList struct {
	Items []sessionView `json:"items"`
}

type endedView struct {
	Ended int `json:"ended" doc:"退出了几处登录"`
}

// registerOpenSessions adds what people see and end of their own sessions.
func (r Room) registerOpenSessions(api endpoint.API) {
	const tag = "登录"
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/sessions", ID: "my-sessions", Summary: "我在哪里登录着", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[sessionList], error) {
		open, err := r.Accounts.Sessions(ctx, by)
		if err != nil {
			return nil, err
		}
		list := sessionList{Items: []sessionView{}}
		for _, s := range open {
			v := sessionView(s)
			v.CreatedAt, v.LastUsedAt = s.CreatedAt.In(model.Shanghai), s.LastUsedAt.In(model.Shanghai)
			list.Items = append(list.Items, v)
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: "/api/v1/sessions/{id}", ID: "end-session", Summary: "退出我的一处登录", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent, Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
		return nil, r.Accounts.EndSession(ctx, by, in.ID)
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/sessions/sign-out-others", ID: "sign-out-others", Summary: "退出其他所有登录", Tag: tag, Who: endpoint.SignedIn(), Keyless: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[endedView], error) {
		n, err := r.Accounts.SignOutOthers(ctx, by)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(endedView{n}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/sessions/sign-out-everywhere", ID: "sign-out-everywhere", Summary: "在所有地方退出登录，包括这里", Tag: tag, Who: endpoint.SignedIn(), Keyless: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[endedView], error) {
		n, err := r.Accounts.SignOutAll(ctx, by)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(endedView{n}), nil
	})
}

type stepUpInput struct {
	Body struct {
		Code       string `json:"code,omitempty" maxLength:"40" doc:"身份验证器上的动态码，或一个恢复码"`
		Password   string `json:"password,omitempty" maxLength:"200" doc:"没有绑定身份验证器时填写"`
		WeChatCode string `json:"wechat_code,omitempty" maxLength:"200" doc:"在小程序或公众号里登录的，填写新取得的登录码"`
	}
}

type stepUpView struct {
	Until time.Time `json:"until" doc:"在此之前不再询问"`
}

type deviceView struct {
	ID         string    `json:"id"`
	Device     string    `json:"device" example:"Windows 上的 Chrome"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at"`
}

type deviceList struct {
	Items []deviceView `json:"items"`
}

type passwordInput struct {
	Body struct {
		OldPassword string `json:"old_password" minLength:"1" maxLength:"200"`
		NewPassword string `json:"new_password" minLength:"10" maxLength:"200" doc:"至少 10 个字符，不要用常见密码"`
	}
}

type standingView struct {
	Login             string `json:"login"`
	SecondFactor      bool   `json:"second_factor" doc:"已绑定身份验证器"`
	Required          bool   `json:"required" doc:"本系统要求工作人员绑定身份验证器"`
	RecoveryCodesLeft int64  `json:"recovery_codes_left" doc:"还没有用过的恢复码"`
}

// registerOwnAccess adds what staff do about their own password and devices.
// What carries a password or gives out a secret takes no idempotency key: key and
// answer would keep it.
func (r Room) registerOwnAccess(api endpoint.API) {
	const tag = "登录安全"
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/sessions/current/step-up", ID: "step-up", Summary: "再次验证身份，之后几分钟内可以做重要操作", Tag: tag, Who: endpoint.SignedIn(), Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *stepUpInput) (*endpoint.Body[stepUpView], error) {
		until, err := r.Accounts.StepUp(ctx, by, account.Proof(in.Body))
		if err != nil {
			return nil, err
		}
		return endpoint.Of(stepUpView{until.In(model.Shanghai)}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/me/access", ID: "my-access", Summary: "我的工作人员账号的安全设置", Tag: tag, Who: endpoint.SignedIn(), Enrolment: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[standingView], error) {
		standing, err := r.Accounts.Standing(ctx, by)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(standingView(standing)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/me/password", ID: "change-password", Summary: "改密码，其他登录随之退出", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent, StepUp: true, Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *passwordInput) (*endpoint.Empty, error) {
		return nil, r.Accounts.ChangePassword(ctx, by, in.Body.OldPassword, in.Body.NewPassword)
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/me/devices", ID: "my-devices", Summary: "我登录过管理台的设备", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[deviceList], error) {
		known, err := r.Accounts.Devices(ctx, by)
		if err != nil {
			return nil, err
		}
		list := deviceList{Items: []deviceView{}}
		for _, d := range known {
			list.Items = append(list.Items, deviceView{d.ID, d.Label, d.CreatedAt.In(model.Shanghai), d.LastUsedAt.In(model.Shanghai)})
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: "/api/v1/me/devices/{id}", ID: "forget-device", Summary: "不再认识一台设备，并退出它上面的登录", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent, Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
		return nil, r.Accounts.ForgetDevice(ctx, by, in.ID)
	})
	r.registerSecondFactor(api, tag)
}

type enrolmentView struct {
	URI    string `json:"uri" doc:"用它生成二维码，让身份验证器扫描；只显示这一次"`
	Secret string `json:"secret" doc:"不能扫码时手工输入的密钥" example:"ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567"`
}

type totpCodeInput struct {
	Body struct {
		Code string `json:"code" minLength:"6" maxLength:"12" doc:"身份验证器上的 6 位动态码"`
	}
}

type enrolledView struct {
	RecoveryCodes []string    `json:"recovery_codes" doc:"身份验证器丢失时使用，每个一次；只显示这一次，请打印或抄下保存"`
	Session       staffSigned `json:"session" doc:"新的登录，原来的登录都已退出"`
}

type recoveryView struct {
	RecoveryCodes []string `json:"recovery_codes" doc:"只显示这一次，原来的恢复码已作废"`
}

func (r Room) registerSecondFactor(api endpoint.API, tag string) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/totp", ID: "begin-totp", Summary: "开始绑定或更换身份验证器", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusCreated, StepUp: true, Enrolment: true, Keyless: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[enrolmentView], error) {
		made, err := r.Accounts.BeginTOTP(ctx, by)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(enrolmentView(made)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/totp/confirm", ID: "confirm-totp", Summary: "用动态码确认绑定，得到恢复码", Tag: tag, Who: endpoint.SignedIn(), StepUp: true, Enrolment: true, Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *totpCodeInput) (*endpoint.Body[enrolledView], error) {
		enrolled, err := r.Accounts.ConfirmTOTP(ctx, by, in.Body.Code, fromOf(ctx))
		if err != nil {
			return nil, err
		}
		return endpoint.Of(enrolledView{enrolled.RecoveryCodes, viewEntry(enrolled.Entry)}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: "/api/v1/me/totp", ID: "remove-totp", Summary: "取消身份验证器（仅在不强制时）", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent, StepUp: true, Keyless: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Empty, error) {
		return nil, r.Accounts.RemoveTOTP(ctx, by)
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/recovery-codes", ID: "renew-recovery-codes", Summary: "重新生成恢复码", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusCreated, StepUp: true, Keyless: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[recoveryView], error) {
		codes, err := r.Accounts.RenewRecoveryCodes(ctx, by)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(recoveryView{codes}), nil
	})
}
