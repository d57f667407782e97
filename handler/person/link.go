package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/limit"
)

type linkOfferView struct {
	Code   string    `json:"code" doc:"8 位数字，请在另一边输入；只能用一次"`
	EndsAt time.Time `json:"ends_at" doc:"在此之前有效"`
}

type linkCodeInput struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"40" doc:"另一边显示的关联码"`
	}
}

type linkInput struct {
	Body struct {
		Code      string            `json:"code" minLength:"1" maxLength:"40" doc:"另一边显示的关联码"`
		Confirmed bool              `json:"confirmed" doc:"看过合并内容（preview）并确认后为 true"`
		Phone     account.LinkPhone `json:"phone,omitempty" enum:"mine,other" doc:"两边手机号不同时留下哪一边的；不填按 preview 的 phone_of"`
	}
}

type linkSideView struct {
	Name     string                `json:"name,omitempty" doc:"只显示姓"`
	Phone    string                `json:"phone,omitempty" doc:"隐去中间四位"`
	Accounts []model.WeChatAccount `json:"accounts" doc:"mini 是小程序，official 是公众号"`
	Messages int64                 `json:"messages"`
	Notices  int64                 `json:"notices"`
	Seats    int64                 `json:"seats" doc:"绑定的代表身份"`
	Units    int64                 `json:"units" doc:"绑定的承办单位"`
}

type linkPreviewView struct {
	Mine  linkSideView `json:"mine" doc:"现在登录的这一边"`
	Other linkSideView `json:"other" doc:"生成关联码的那一边"`
	Name  string       `json:"name,omitempty" doc:"合并后的称呼，只显示姓"`
	Phone string       `json:"phone,omitempty" doc:"合并后的手机号，隐去中间四位"`

	PhoneOf   account.LinkPhone `json:"phone_of,omitempty" enum:"mine,other" doc:"两边手机号不同：不另选时留下哪一边的，另一个放在一边，撤销时还回"`
	MayChoose bool              `json:"may_choose" doc:"可以选择留下哪一个手机号"`
}

type linkView struct {
	ID        string          `json:"id"`
	Cause     model.LinkCause `json:"cause" enum:"unionid,code" doc:"unionid：微信确认是同一个人；code：本人用关联码合并"`
	State     model.LinkState `json:"state" enum:"stands,undone"`
	Words     string          `json:"words"`
	LinkedAt  time.Time       `json:"linked_at"`
	UndoUntil time.Time       `json:"undo_until"`
	CanUndo   bool            `json:"can_undo"`
	UndoneAt  *time.Time      `json:"undone_at,omitempty"`
}

type linkList struct {
	Items []linkView `json:"items"`
}

func viewSide(s account.LinkSide) linkSideView {
	v := linkSideView{Name: s.Name, Phone: s.Phone, Accounts: s.Accounts, Messages: s.Messages, Notices: s.Notices, Seats: s.Seats, Units: s.Units}
	if v.Accounts == nil {
		v.Accounts = []model.WeChatAccount{}
	}
	return v
}

func (r Room) viewLink(l model.PersonLink) linkView {
	v := linkView{
		ID: l.ID, Cause: l.Cause, State: l.State, Words: "已合并", LinkedAt: l.LinkedAt.In(model.Shanghai), UndoUntil: l.UndoUntil.In(model.Shanghai),
		CanUndo: l.State == model.LinkStands && r.Now().Before(l.UndoUntil),
	}
	if l.State == model.LinkUndone {
		v.Words = "已撤销"
	}
	v.UndoneAt = model.InShanghai(l.UndoneAt)
	return v
}

type phoneCodeInput struct {
	Body struct {
		Phone string `json:"phone" minLength:"1" maxLength:"40" doc:"11 位手机号"`
	}
}

type phoneCodeView struct {
	Phone   string    `json:"phone" doc:"隐去中间四位"`
	EndsAt  time.Time `json:"ends_at" doc:"验证码在此之前有效"`
	AgainAt time.Time `json:"again_at" doc:"在此之后可以再发一次"`
}

type phoneByCodeInput struct {
	Body struct {
		Phone string `json:"phone" minLength:"1" maxLength:"40"`
		Code  string `json:"code" minLength:"1" maxLength:"40" doc:"短信里的 6 位验证码"`
	}
}

// registerPhoneCodes adds the way to bind a phone where WeChat does not give the number.
func (r Room) registerPhoneCodes(api endpoint.API) {
	const tag = "我的"
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/phone/codes", ID: "send-phone-code", Limit: limit.Invitation, Summary: "向手机发送 6 位验证码，5 分钟有效", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusCreated,
	}, func(ctx context.Context, by model.Actor, in *phoneCodeInput) (*endpoint.Body[phoneCodeView], error) {
		sent, err := r.Accounts.SendPhoneCode(ctx, by, in.Body.Phone, fromOf(ctx))
		if err != nil {
			return nil, err
		}
		return endpoint.Of(phoneCodeView{sent.Phone, sent.EndsAt.In(model.Shanghai), sent.AgainAt.In(model.Shanghai)}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/me/phone/by-code", ID: "bind-phone-by-code", Limit: limit.Invitation, Summary: "用短信验证码绑定手机", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *phoneByCodeInput) (*endpoint.Body[phoneView], error) {
		phone, err := r.Accounts.BindPhoneByCode(ctx, by, in.Body.Phone, in.Body.Code)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(phoneView{phone}), nil
	})
}

// registerLinks adds the ways in which somebody says that they are one person in
// the mini-program and the official account.
func (r Room) registerLinks(api endpoint.API) {
	const tag = "合并账号"
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/link-codes", ID: "offer-link", Limit: limit.Invitation, Summary: "生成关联码，10 分钟内在另一边输入", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusCreated, Keyless: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[linkOfferView], error) {
		offer, err := r.Accounts.OfferLink(ctx, by)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(linkOfferView{offer.Code, offer.EndsAt.In(model.Shanghai)}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/link/preview", ID: "foresee-link", Limit: limit.Invitation, Summary: "先看合并会把什么放在一起，不做任何改动", Tag: tag, Who: endpoint.SignedIn(), Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *linkCodeInput) (*endpoint.Body[linkPreviewView], error) {
		p, err := r.Accounts.ForeseeLink(ctx, by, in.Body.Code)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(linkPreviewView{
			Mine: viewSide(p.Mine), Other: viewSide(p.Other), Name: p.Name, Phone: p.Phone, PhoneOf: p.PhoneOf, MayChoose: p.MayChoose,
		}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/link", ID: "link", Limit: limit.Invitation, Summary: "用关联码合并小程序和公众号的两个账号", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *linkInput) (*endpoint.Body[linkView], error) {
		if !in.Body.Confirmed {
			return nil, fault.InvalidField("confirmed", "请先看清合并内容，再确认合并。")
		}
		link, err := r.Accounts.Link(ctx, by, in.Body.Code, in.Body.Phone)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(r.viewLink(link)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/me/links", ID: "links", Summary: "合并过的账号", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[linkList], error) {
		links, err := r.Accounts.Links(ctx, by)
		if err != nil {
			return nil, err
		}
		v := linkList{Items: []linkView{}}
		for _, l := range links {
			v.Items = append(v.Items, r.viewLink(l))
		}
		return endpoint.Of(v), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/links/{id}/undo", ID: "undo-link", Summary: "30 天内撤销合并", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[linkView], error) {
		link, err := r.Accounts.Unlink(ctx, by, in.ID)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(r.viewLink(link)), nil
	})
}
