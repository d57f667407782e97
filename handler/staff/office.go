package staff

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/audit"
	"lianxin/service/deadline"
)

type inviteInput struct {
	Body struct {
		Kind     model.InvitationKind `json:"kind" enum:"representative,unit_officer"`
		TargetID string               `json:"target_id" minLength:"1" maxLength:"36" doc:"代表编号或承办单位编号"`
	}
}

type invitationView struct {
	Code      string    `json:"code" doc:"只显示这一次，请转交本人"`
	ExpiresAt time.Time `json:"expires_at"`
}

type signOutSeatInput struct {
	endpoint.ID
	Body struct {
		KeepSeat bool `json:"keep_seat,omitempty" doc:"手机已回到本人手里，只退出登录、不解除绑定；不填则同时解除绑定，之后用新的邀请码绑定新手机"`
	}
}

type signedOutView struct {
	Ended int `json:"ended" doc:"退出了几处登录"`
}

type invitedInput struct {
	Kind     model.InvitationKind `path:"kind" enum:"representative,unit_officer"`
	TargetID string               `path:"target_id" minLength:"1" maxLength:"36" doc:"代表编号或承办单位编号"`
}

// registerSeats adds what the office does when a phone is lost, or a code went to
// the wrong person.
func (r Room) registerSeats(api endpoint.API) {
	invite := endpoint.Needs(model.PermitInvite)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/representatives/{id}/sign-out", ID: "sign-out-seat", Summary: "代表手机丢失：退出登录并解除绑定", Tag: "联络办", Who: invite, StepUp: true,
	}, func(ctx context.Context, by model.Actor, in *signOutSeatInput) (*endpoint.Body[signedOutView], error) {
		n, err := r.Accounts.SignOutSeat(ctx, by, in.ID.ID, account.SeatKept(in.Body.KeepSeat))
		if err != nil {
			return nil, err
		}
		return endpoint.Of(signedOutView{n}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: "/api/v1/staff/invitations/{kind}/{target_id}", ID: "withdraw-invitation", Summary: "作废还没有使用的邀请码", Tag: "联络办", Who: invite, Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, in *invitedInput) (*endpoint.Empty, error) {
		return nil, r.Accounts.WithdrawInvitation(ctx, by, in.Kind, in.TargetID)
	})
}

type sceneInput struct {
	Body struct {
		Kind     model.SceneKind `json:"kind" enum:"place,person"`
		TargetID string          `json:"target_id" minLength:"1" maxLength:"36" doc:"区域编号或代表编号"`
	}
}

type sceneView struct {
	Code  string `json:"code"`
	Scans int    `json:"scans"`
}

type sceneImages struct {
	Code        string `json:"code"`
	OfficialURL string `json:"official_url" doc:"公众号带参数二维码的图片地址"`
	MiniJPEG    []byte `json:"mini_jpeg" doc:"小程序码，Base64 的 JPEG"`
}

type auditInput struct {
	endpoint.Paging
	TargetID string `query:"target_id" maxLength:"36"`
}

type auditLine struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Actor    string    `json:"actor"`
	Action   string    `json:"action"`
	Target   string    `json:"target"`
	TargetID string    `json:"target_id"`
	Detail   string    `json:"detail,omitempty"`
	Request  string    `json:"request_id,omitempty"`
}

type auditList struct {
	Items []auditLine `json:"items"`
	Next  string      `json:"next,omitempty"`
}

func (r Room) registerOffice(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/invitations", ID: "invite", Summary: "发出绑定邀请码", Tag: "联络办", Who: endpoint.Needs(model.PermitInvite), Status: http.StatusCreated, Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *inviteInput) (*endpoint.Body[invitationView], error) {
		code, expires, err := r.Accounts.Invite(ctx, by, in.Body.Kind, in.Body.TargetID)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(invitationView{code, expires.In(model.Shanghai)}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/scenes", ID: "make-scene", Summary: "取得公示牌或代表的场景码", Tag: "联络办", Who: endpoint.Needs(model.PermitRosterRead),
	}, func(ctx context.Context, by model.Actor, in *sceneInput) (*endpoint.Body[sceneView], error) {
		scene, err := r.Directory.SceneFor(ctx, by, in.Body.Kind, in.Body.TargetID)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(sceneView{scene.Code, scene.Scans}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/scenes/images", ID: "scene-images", Summary: "场景码的图片，可印在公示牌上", Tag: "联络办", Who: endpoint.Needs(model.PermitRosterRead),
	}, func(ctx context.Context, by model.Actor, in *sceneInput) (*endpoint.Body[sceneImages], error) {
		scene, err := r.Directory.SceneFor(ctx, by, in.Body.Kind, in.Body.TargetID)
		if err != nil {
			return nil, err
		}
		official, err := r.Codes.OfficialImage(ctx, scene.Code)
		if err != nil {
			return nil, err
		}
		mini, err := r.Codes.MiniImage(ctx, scene.Code)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(sceneImages{scene.Code, official, mini}), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/audit", ID: "audit-lines", Summary: "审计日志", Tag: "审计", Who: endpoint.Needs(model.PermitAuditRead),
	}, func(ctx context.Context, by model.Actor, in *auditInput) (*endpoint.Body[auditList], error) {
		lines, next, err := audit.Consult(ctx, r.DB, by, in.TargetID, in.Page(), r.Now())
		if err != nil {
			return nil, err
		}
		list := auditList{Items: []auditLine{}, Next: next}
		for _, l := range lines {
			list.Items = append(list.Items, auditLine{
				ID: l.ID, At: l.At.In(model.Shanghai), Actor: l.Actor, Action: l.Action, Target: l.TargetKind, TargetID: l.TargetID, Detail: l.Detail, Request: l.RequestID,
			})
		}
		return endpoint.Of(list), nil
	})
}

type policyView struct {
	Kind      model.DeadlineKind `json:"kind"`
	Days      int                `json:"days"`
	Count     model.DayCount     `json:"count" enum:"working,calendar"`
	MaxExtend int                `json:"max_extend"`
}

type policyList struct {
	Items []policyView `json:"items"`
}

// Area names the area of a request.
type Area struct {
	AreaID string `path:"area_id" minLength:"1" maxLength:"36"`
}

type policyInput struct {
	Area
	Kind model.DeadlineKind `path:"kind" maxLength:"20"`
	Body struct {
		Days      int            `json:"days" minimum:"1" maximum:"180"`
		Count     model.DayCount `json:"count" enum:"working,calendar"`
		MaxExtend int            `json:"max_extend" minimum:"0" maximum:"60"`
	}
}

type calendarInput struct {
	Body struct {
		CSV string `json:"csv" minLength:"1" maxLength:"60000" doc:"每行：日期,是否上班(true/false),名称"`
	}
}

func (r Room) registerClocks(api endpoint.API) {
	set := endpoint.Needs(model.PermitPolicySet)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/areas/{area_id}/deadline-policies", ID: "deadline-policies", Summary: "一个区域的办理期限", Tag: "期限", Who: set,
	}, func(ctx context.Context, by model.Actor, in *Area) (*endpoint.Body[policyList], error) {
		place, err := r.Directory.Area(ctx, in.AreaID)
		if err != nil {
			return nil, err
		}
		if !by.PermitsIn(model.PermitPolicySet, place.Path) {
			return nil, fault.NotFound("该区域")
		}
		policies, err := deadline.Policies(ctx, r.DB, place.Path)
		if err != nil {
			return nil, err
		}
		list := policyList{Items: []policyView{}}
		for _, p := range policies {
			list.Items = append(list.Items, policyView{p.Kind, p.Days, p.Count, p.MaxExtend})
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/staff/areas/{area_id}/deadline-policies/{kind}", ID: "set-deadline-policy", Summary: "设置办理期限", Tag: "期限", Who: set, Status: http.StatusNoContent, StepUp: true,
	}, func(ctx context.Context, by model.Actor, in *policyInput) (*endpoint.Empty, error) {
		p := model.DeadlinePolicy{AreaID: in.AreaID, Kind: in.Kind, Days: in.Body.Days, Count: in.Body.Count, MaxExtend: in.Body.MaxExtend}
		return nil, deadline.SetPolicy(ctx, r.DB, by, p, r.Now())
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/staff/calendar", ID: "import-calendar", Summary: "导入节假日与调休安排", Tag: "期限", Who: set, Status: http.StatusNoContent, StepUp: true,
	}, func(ctx context.Context, by model.Actor, in *calendarInput) (*endpoint.Empty, error) {
		days, err := deadline.ParseCalendar(strings.NewReader(in.Body.CSV))
		if err != nil {
			return nil, err
		}
		return nil, deadline.ImportCalendar(ctx, r.DB, by, days, r.Now())
	})
}
