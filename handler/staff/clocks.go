package staff

import (
	"context"
	"net/http"
	"strings"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
)

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
