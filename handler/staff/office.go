package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/account"
)

type inviteInput struct {
	Body struct {
		Kind     model.InvitationKind `json:"kind" enum:"representative,unit_officer"`
		TargetID string               `json:"target_id" minLength:"1" maxLength:"36" doc:"代表编号或承办单位编号"`
	}
}

type inviteAllInput struct {
	Body struct {
		Kind      model.InvitationKind `json:"kind" enum:"representative,unit_officer"`
		TargetIDs []string             `json:"target_ids" minItems:"1" maxItems:"200" doc:"代表编号或承办单位编号"`
	}
}

type issuedView struct {
	TargetID  string    `json:"target_id"`
	Name      string    `json:"name"`
	Code      string    `json:"code" doc:"只显示这一次，请转交本人"`
	ExpiresAt time.Time `json:"expires_at"`
}

type issuedList struct {
	Items []issuedView `json:"items"`
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
		Method: http.MethodPost, Path: "/api/v1/staff/invitations/batch", ID: "invite-all", Summary: "成批发出绑定邀请码，要么都发，要么都不发", Tag: "联络办", Who: invite, Status: http.StatusCreated, Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *inviteAllInput) (*endpoint.Body[issuedList], error) {
		issued, err := r.Accounts.InviteAll(ctx, by, in.Body.Kind, in.Body.TargetIDs)
		if err != nil {
			return nil, err
		}
		list := issuedList{Items: []issuedView{}}
		for _, one := range issued {
			one.ExpiresAt = one.ExpiresAt.In(model.Shanghai)
			list.Items = append(list.Items, issuedView(one))
		}
		return endpoint.Of(list), nil
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
}
