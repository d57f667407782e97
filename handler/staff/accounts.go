package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/account"
)

type newStaffInput struct {
	Body struct {
		Login    string     `json:"login" minLength:"3" maxLength:"64"`
		Name     string     `json:"name" minLength:"1" maxLength:"30"`
		Password string     `json:"password" minLength:"10" maxLength:"200"`
		Role     model.Role `json:"role" enum:"liaison_officer,publicity_officer,organisation_officer,guardian,auditor,administrator"`
		AreaID   string     `json:"area_id" minLength:"1" maxLength:"36"`
	}
}

type newStaffView struct {
	PersonID string `json:"person_id"`
}

type memberView struct {
	PersonID     string     `json:"person_id"`
	Login        string     `json:"login"`
	Name         string     `json:"name"`
	SecondFactor bool       `json:"second_factor" doc:"已绑定身份验证器"`
	FailedCount  int        `json:"failed_count" doc:"上次登录以来输错密码的次数"`
	DisabledAt   *time.Time `json:"disabled_at,omitempty"`
	Roles        []roleView `json:"roles"`
}

type roleView struct {
	Role   model.Role `json:"role"`
	AreaID string     `json:"area_id"`
	Area   string     `json:"area,omitempty" doc:"区域名称"`
}

type memberList struct {
	Items []memberView `json:"items"`
	Next  string       `json:"next,omitempty"`
}

// Where accounts are managed, in the description and in addresses.
const (
	accountsTag  = "系统管理"
	accountsPath = "/api/v1/staff/accounts"
)

func (r Room) registerAccounts(api endpoint.API) {
	const tag, path = accountsTag, accountsPath
	manage := endpoint.Needs(model.PermitStaffManage)
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: path, ID: "staff-accounts", Summary: "工作人员账号", Tag: tag, Who: manage},
		func(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[memberList], error) {
			members, next, err := r.Accounts.Staff(ctx, by, in.Page())
			if err != nil {
				return nil, err
			}
			var paths []string
			for _, m := range members {
				for _, g := range m.Grants {
					paths = append(paths, g.AreaPath)
				}
			}
			areas, err := r.Directory.AreaNames(ctx, paths)
			if err != nil {
				return nil, err
			}
			list := memberList{Items: []memberView{}, Next: next}
			for _, m := range members {
				list.Items = append(list.Items, viewMember(m, areas))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path, ID: "add-staff", Summary: "开通工作人员账号", Tag: tag, Who: manage, Status: http.StatusCreated, StepUp: true, Keyless: true},
		func(ctx context.Context, by model.Actor, in *newStaffInput) (*endpoint.Body[newStaffView], error) {
			id, err := r.Accounts.AddStaff(ctx, by, account.NewStaff(in.Body))
			if err != nil {
				return nil, err
			}
			return endpoint.Of(newStaffView{id}), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/{id}/disable", ID: "disable-staff", Summary: "停用账号", Tag: tag, Who: manage, Status: http.StatusNoContent, StepUp: true},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
			return nil, r.Accounts.DisableStaff(ctx, by, in.ID)
		})
	r.registerRoles(api)
	r.registerResets(api)
}

type roleInput struct {
	endpoint.ID
	Body struct {
		Role   model.Role `json:"role" enum:"liaison_officer,publicity_officer,organisation_officer,guardian,auditor,administrator"`
		AreaID string     `json:"area_id" minLength:"1" maxLength:"36"`
	}
}

func (r Room) registerRoles(api endpoint.API) {
	manage := endpoint.Needs(model.PermitStaffManage)
	for _, act := range []struct {
		way, id, summary string
		do               func(ctx context.Context, by model.Actor, personID string, role model.Role, areaID string) error
	}{
		{"grant", "grant-role", "授予角色", r.Accounts.GrantRole},
		{"revoke", "revoke-role", "撤销角色", r.Accounts.RevokeRole},
	} {
		endpoint.Act(api, endpoint.Route{
			Method: http.MethodPost, Path: accountsPath + "/{id}/roles/" + act.way, ID: act.id, Summary: act.summary, Tag: accountsTag, Who: manage, Status: http.StatusNoContent, StepUp: true,
		}, func(ctx context.Context, by model.Actor, in *roleInput) (*endpoint.Empty, error) {
			return nil, act.do(ctx, by, in.ID.ID, in.Body.Role, in.Body.AreaID)
		})
	}
}

type resetPasswordInput struct {
	endpoint.ID
	Body struct {
		Password string `json:"password" minLength:"10" maxLength:"200" doc:"当面或电话告诉本人，请其登录后立即修改"`
	}
}

// registerResets adds what administrators do for who cannot sign in any more.
func (r Room) registerResets(api endpoint.API) {
	manage := endpoint.Needs(model.PermitStaffManage)
	for _, act := range []struct {
		way, id, summary string
		do               func(ctx context.Context, by model.Actor, personID string) error
	}{
		{"reset-totp", "reset-totp", "重置身份验证器，本人登录后重新绑定", r.Accounts.ResetTOTP},
		{"sign-out", "sign-out-staff", "让账号在所有设备上退出登录", r.Accounts.SignOutStaff},
		{"unlock", "unlock-staff", "清除输错密码的限制", r.Accounts.Unlock},
	} {
		endpoint.Act(api, endpoint.Route{
			Method: http.MethodPost, Path: accountsPath + "/{id}/" + act.way, ID: act.id, Summary: act.summary, Tag: accountsTag, Who: manage, Status: http.StatusNoContent, StepUp: true,
		}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
			return nil, act.do(ctx, by, in.ID)
		})
	}
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: accountsPath + "/{id}/reset-password", ID: "reset-password", Summary: "重置密码", Tag: accountsTag, Who: manage, Status: http.StatusNoContent, StepUp: true, Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *resetPasswordInput) (*endpoint.Empty, error) {
		return nil, r.Accounts.ResetPassword(ctx, by, in.ID.ID, in.Body.Password)
	})
}

func viewMember(m account.Member, areas map[string]string) memberView {
	v := memberView{
		PersonID: m.PersonID, Login: m.Login, Name: m.Name, SecondFactor: m.SecondFactor, FailedCount: m.FailedCount, DisabledAt: m.DisabledAt, Roles: []roleView{},
	}
	for _, g := range m.Grants {
		v.Roles = append(v.Roles, roleView{g.Role, g.AreaID, areas[g.AreaPath]})
	}
	return v
}
