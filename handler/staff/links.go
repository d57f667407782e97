package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/account"
	"lianxin/service/limit"
	"lianxin/service/sheet"
	"lianxin/service/store"
)

// linkView says who was joined with whom; nothing that they wrote.
type linkView struct {
	ID            string          `json:"id"`
	Cause         model.LinkCause `json:"cause" enum:"unionid,code" doc:"unionid：微信确认是同一个人；code：本人用关联码合并"`
	State         model.LinkState `json:"state" enum:"stands,undone"`
	Kept          string          `json:"kept" doc:"保留的账号的称呼"`
	KeptPhone     string          `json:"kept_phone,omitempty" doc:"隐去中间四位"`
	Absorbed      string          `json:"absorbed" doc:"并进去的账号的称呼"`
	AbsorbedPhone string          `json:"absorbed_phone,omitempty" doc:"隐去中间四位"`
	LinkedAt      time.Time       `json:"linked_at"`
	UndoUntil     time.Time       `json:"undo_until"`
	UndoneAt      *time.Time      `json:"undone_at,omitempty"`
	CanUndo       bool            `json:"can_undo"`
}

type linkList struct {
	Items []linkView `json:"items"`
	Next  string     `json:"next,omitempty"`
}

// LinkFilter is what the list can be narrowed by.
type LinkFilter struct {
	State   model.LinkState `query:"state" enum:"stands,undone" doc:"留空为全部"`
	Message string          `query:"message" maxLength:"40" doc:"来信编号：只看来信人的合并"`
}

func (f LinkFilter) wanted() account.OfficeLinks {
	return account.OfficeLinks{State: f.State, Number: f.Message}
}

type linkQuery struct {
	endpoint.Paging
	LinkFilter
}

var linkColumns = []sheet.Column[account.OfficeLink]{
	sheet.Col("保留的账号", 16, func(l account.OfficeLink) any { return l.Kept }),
	sheet.Col("手机号", 14, func(l account.OfficeLink) any { return l.KeptPhone }),
	sheet.Col("并进来的账号", 16, func(l account.OfficeLink) any { return l.Absorbed }),
	sheet.Col("手机号", 14, func(l account.OfficeLink) any { return l.AbsorbedPhone }),
	sheet.Col("怎么合并的", 22, func(l account.OfficeLink) any {
		return map[model.LinkCause]string{model.LinkByUnion: "微信确认是同一个人", model.LinkByCode: "本人用关联码合并"}[l.Cause]
	}),
	sheet.Col("合并时间", 18, func(l account.OfficeLink) any { return model.Minute(l.LinkedAt) }),
	sheet.Col("可以撤销到", 18, func(l account.OfficeLink) any { return model.Minute(l.UndoUntil) }),
	sheet.Col("撤销时间", 18, func(l account.OfficeLink) any { return sheet.Moment(l.UndoneAt) }),
}

type linkBackView struct {
	Link        linkView              `json:"link"`
	Accounts    []model.WeChatAccount `json:"accounts" doc:"还回去的入口：mini 是小程序，official 是公众号"`
	Phone       string                `json:"phone,omitempty" doc:"还回去的手机号，隐去中间四位；已被别人绑定的不还"`
	PhoneThen   string                `json:"phone_then,omitempty" doc:"撤销后保留的账号的手机号，隐去中间四位"`
	Messages    int64                 `json:"messages"`
	Notices     int64                 `json:"notices"`
	Seats       int64                 `json:"seats" doc:"绑定的代表身份"`
	Units       int64                 `json:"units" doc:"绑定的承办单位"`
	Memberships int64                 `json:"memberships" doc:"确认过的党员身份"`
}

type undoLinkInput struct {
	endpoint.ID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"记入审计日志"`
	}
}

func (r Room) viewLink(l account.OfficeLink) linkView {
	v := linkView{
		ID: l.ID, Cause: l.Cause, State: l.State, Kept: l.Kept, KeptPhone: l.KeptPhone, Absorbed: l.Absorbed, AbsorbedPhone: l.AbsorbedPhone,
		LinkedAt: l.LinkedAt.In(model.Shanghai), UndoUntil: l.UndoUntil.In(model.Shanghai), CanUndo: l.CanUndo(r.Now()),
	}
	v.UndoneAt = model.InShanghai(l.UndoneAt)
	return v
}

// registerLinks adds what the office does when two were joined who are not one.
func (r Room) registerLinks(api endpoint.API) {
	const tag, base = "账号合并", "/api/v1/staff/links"
	oversee := endpoint.Needs(model.PermitMessageOversee)
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: base, ID: "staff-links", Summary: "近 30 天合并过的账号", Tag: tag, Who: oversee},
		func(ctx context.Context, by model.Actor, in *linkQuery) (*endpoint.Body[linkList], error) {
			links, next, err := r.Accounts.LinksForOffice(ctx, by, in.wanted(), in.Page())
			if err != nil {
				return nil, err
			}
			list := linkList{Items: []linkView{}, Next: next}
			for _, l := range links {
				list.Items = append(list.Items, r.viewLink(l))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: base + "/export", ID: "export-links", Summary: "近 30 天合并过的账号（Excel）", Tag: tag, Who: oversee, Limit: limit.Export, StepUp: true},
		func(ctx context.Context, by model.Actor, in *LinkFilter) (*endpoint.Sheet, error) {
			return endpoint.SheetOf("账号合并", linkColumns, func(page store.Page) ([]account.OfficeLink, string, error) {
				return r.Accounts.LinksForOffice(ctx, by, in.wanted(), page)
			})
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: base + "/{id}", ID: "staff-link", Summary: "撤销这次合并会还回什么", Tag: tag, Who: oversee},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[linkBackView], error) {
			l, back, err := r.Accounts.ForeseeUnlink(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			v := linkBackView{
				Link: r.viewLink(l), Accounts: back.Accounts, Phone: back.Phone, PhoneThen: back.KeptPhone,
				Messages: back.Messages, Notices: back.Notices, Seats: back.Seats, Units: back.Units, Memberships: back.Memberships,
			}
			if v.Accounts == nil {
				v.Accounts = []model.WeChatAccount{}
			}
			return endpoint.Of(v), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: base + "/{id}/undo", ID: "staff-undo-link", Summary: "替居民撤销合并，通知两边", Tag: tag, Who: oversee, StepUp: true},
		func(ctx context.Context, by model.Actor, in *undoLinkInput) (*endpoint.Body[linkView], error) {
			l, err := r.Accounts.UnlinkForOffice(ctx, by, in.ID.ID, in.Body.Reason)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(r.viewLink(l)), nil
		})
}
