// Package person serves everybody who signs in: sessions, the own account, the
// inbox of notices, and invitations.
package person

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/follow"
	"lianxin/service/limit"
	"lianxin/service/message"
	"lianxin/service/newsroom"
	"lianxin/service/notice"
	"lianxin/service/privacy"
	"lianxin/service/store"
	"lianxin/service/suggestion"
)

// Room serves people.
type Room struct {
	Accounts *account.Service
	Messages *message.Service
	Privacy  *privacy.Service
	Newsroom *newsroom.Service
	Follows  *follow.Service
	// Suggestions are about the app itself.
	Suggestions *suggestion.Service
	Pusher      *notice.Pusher
	DB          *store.DB
	Now         func() time.Time
	// Link makes the addresses of a picture for who may see it now.
	Link func(pictureID string) (full, thumb string)
	Log  *slog.Logger
	// Authorize makes the address of WeChat's page that asks a follower of the
	// official account to sign in and comes back to a page of ours; empty when
	// there is no such account.
	Authorize func(page, state string) string
}

// Register adds the routes.
func (r Room) Register(api endpoint.API) {
	r.registerSessions(api)
	r.registerConsole(api)
	r.registerOpenSessions(api)
	r.registerOwnAccess(api)
	r.registerMe(api)
	r.registerLinks(api)
	r.registerPhoneCodes(api)
	r.registerMemberships(api)
	r.registerNotices(api)
	r.registerConsents(api)
	r.registerStories(api)
	r.registerReadings(api)
	r.registerFollows(api)
	r.registerSuggestions(api)
	r.registerData(api)
	r.registerCorrections(api)
}

type signed struct {
	Token        string       `json:"token" doc:"放在 Authorization: Bearer 里"`
	RefreshToken string       `json:"refresh_token"`
	ExpiresAt    time.Time    `json:"expires_at"`
	PersonID     string       `json:"person_id"`
	Name         string       `json:"name"`
	Roles        []model.Role `json:"roles"`
}

func signedView(s account.Signed) *endpoint.Body[signed] {
	v := signed{Token: s.Token, RefreshToken: s.RefreshToken, ExpiresAt: s.ExpiresAt.In(model.Shanghai), PersonID: s.Actor.PersonID, Name: s.Actor.Name, Roles: []model.Role{}}
	for _, g := range s.Actor.Grants {
		v.Roles = append(v.Roles, g.Role)
	}
	return endpoint.Of(v)
}

type codeInput struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"200" doc:"微信给出的一次性登录码"`
	}
}

type authorizeInput struct {
	Page string `query:"page" maxLength:"200" pattern:"^/([A-Za-z0-9_#?&=.~-][A-Za-z0-9_#?&=.~/-]*)?$" default:"/" doc:"登录后回到本站的哪一页，例如 /h5/"`
}

type authorizeView struct {
	URL   string `json:"url" doc:"让浏览器打开的微信授权地址"`
	State string `json:"state" doc:"回来时应与地址里的 state 相同，否则不要登录"`
}

type refreshInput struct {
	Body struct {
		RefreshToken string `json:"refresh_token" minLength:"10" maxLength:"200"`
	}
}

func (r Room) registerSessions(api endpoint.API) {
	const tag = "登录"
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/sessions/wechat", ID: "sign-in-wechat", Limit: limit.SignInWeChat, Summary: "用小程序登录码登录", Tag: tag, Who: endpoint.Anyone(), Status: http.StatusCreated, Keyless: true,
	}, func(ctx context.Context, in *codeInput) (*endpoint.Body[signed], error) {
		s, err := r.Accounts.SignInMini(ctx, in.Body.Code, fromOf(ctx))
		return answerSigned(s, err)
	})
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/sessions/official", ID: "sign-in-official", Limit: limit.SignInWeChat, Summary: "用公众号网页授权码登录", Tag: tag, Who: endpoint.Anyone(), Status: http.StatusCreated, Keyless: true,
	}, func(ctx context.Context, in *codeInput) (*endpoint.Body[signed], error) {
		s, err := r.Accounts.SignInOfficial(ctx, in.Body.Code, fromOf(ctx))
		return answerSigned(s, err)
	})
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/sessions/official/authorize", ID: "authorize-official", Summary: "公众号网页授权的地址", Tag: tag, Who: endpoint.Anyone(),
	}, func(_ context.Context, in *authorizeInput) (*endpoint.Body[authorizeView], error) {
		state := rand.Text()
		url := r.Authorize(in.Page, state)
		if url == "" {
			return nil, fault.NotFound("公众号登录")
		}
		return endpoint.Of(authorizeView{url, state}), nil
	})
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/sessions/refresh", ID: "refresh-session", Limit: limit.Refresh, Summary: "换新登录凭证", Tag: tag, Who: endpoint.Anyone(), Keyless: true,
	}, func(ctx context.Context, in *refreshInput) (*endpoint.Body[signed], error) {
		s, err := r.Accounts.Refresh(ctx, in.Body.RefreshToken)
		return answerSigned(s, err)
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: "/api/v1/sessions/current", ID: "sign-out", Summary: "退出登录", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent, Keyless: true, Enrolment: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Empty, error) {
		return nil, r.Accounts.SignOut(ctx, by)
	})
}

func answerSigned(s account.Signed, err error) (*endpoint.Body[signed], error) {
	if err != nil {
		return nil, err
	}
	return signedView(s), nil
}

type roleView struct {
	Role   model.Role `json:"role"`
	AreaID string     `json:"area_id,omitempty"`
	Area   string     `json:"area,omitempty"`
}

type seatView struct {
	RepresentativeID string                    `json:"representative_id"`
	Name             string                    `json:"name"`
	ElectingUnit     string                    `json:"electing_unit,omitempty"`
	Term             string                    `json:"term,omitempty"`
	State            model.RepresentativeState `json:"state"`
}

type unitView struct {
	UnitID string `json:"unit_id"`
	Name   string `json:"name"`
}

type meView struct {
	PersonID string     `json:"person_id"`
	Name     string     `json:"name"`
	Phone    string     `json:"phone,omitempty" doc:"隐去中间四位"`
	Roles    []roleView `json:"roles"`
	// Permissions are for what a screen offers; each route still decides by itself.
	Permissions []model.Permission `json:"permissions" doc:"可以做的事；界面据此显示入口"`
	Seats       []seatView         `json:"seats" doc:"绑定的代表身份"`
	Units       []unitView         `json:"units" doc:"绑定的承办单位"`
	Memberships []membershipView   `json:"memberships" doc:"确认过的党员身份"`
	Unread      int64              `json:"unread_notices"`
}

type renameInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"30"`
	}
}

type phoneView struct {
	Phone string `json:"phone" doc:"隐去中间四位"`
}

type boundView struct {
	Kind     model.InvitationKind `json:"kind" enum:"representative,unit_officer"`
	TargetID string               `json:"target_id"`
	Name     string               `json:"name"`
}

func (r Room) registerMe(api endpoint.API) {
	const tag = "我的"
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/me", ID: "me", Summary: "我是谁、有哪些身份", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[meView], error) {
		return r.me(ctx, by)
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/me/name", ID: "rename", Summary: "改称呼", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *renameInput) (*endpoint.Body[meView], error) {
		if err := r.Accounts.Rename(ctx, by, in.Body.Name); err != nil {
			return nil, err
		}
		return r.me(ctx, by)
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/me/phone", ID: "bind-phone", Summary: "用微信手机号授权码绑定手机", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *codeInput) (*endpoint.Body[phoneView], error) {
		phone, err := r.Accounts.BindPhone(ctx, by, in.Body.Code)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(phoneView{phone}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/invitations/accept", ID: "accept-invitation", Limit: limit.Invitation, Summary: "用邀请码绑定代表或承办单位身份", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *codeInput) (*endpoint.Body[boundView], error) {
		bound, err := r.Accounts.AcceptInvitation(ctx, by, in.Body.Code)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(boundView(bound)), nil
	})
}

func (r Room) me(ctx context.Context, by model.Actor) (*endpoint.Body[meView], error) {
	me, err := r.Accounts.Me(ctx, by)
	if err != nil {
		return nil, err
	}
	v := meView{PersonID: me.PersonID, Name: me.Name, Phone: me.Phone, Roles: []roleView{}, Permissions: []model.Permission{}, Seats: []seatView{}, Units: []unitView{}, Memberships: viewMemberships(me.Memberships), Unread: me.UnreadNotices}
	for _, h := range me.Roles {
		v.Roles = append(v.Roles, roleView(h))
	}
	for _, p := range model.Permissions() {
		if by.Permits(p) {
			v.Permissions = append(v.Permissions, p)
		}
	}
	for _, s := range me.Seats {
		v.Seats = append(v.Seats, seatView(s))
	}
	for _, u := range me.Units {
		v.Units = append(v.Units, unitView(u))
	}
	return endpoint.Of(v), nil
}
