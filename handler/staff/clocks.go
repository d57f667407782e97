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
	Own       bool               `json:"own" doc:"由这个区域自己设置"`
	From      string             `json:"from,omitempty" doc:"沿用哪个区域的设置；为空是系统默认"`
	Above     policyNumbers      `json:"above" doc:"自己不设置时会是多少"`
	Open      int64              `json:"open" doc:"正在计算的件数；它们保持已经告诉大家的日期"`
	Due       string             `json:"due" doc:"现在开始算，到哪一天"`
}

type policyNumbers struct {
	Days      int            `json:"days"`
	Count     model.DayCount `json:"count" enum:"working,calendar"`
	MaxExtend int            `json:"max_extend"`
}

type policyList struct {
	Items []policyView `json:"items"`
}

// Area names the area of a request.
type Area struct {
	AreaID string `path:"area_id" minLength:"1" maxLength:"36"`
}

type policyName struct {
	Area
	Kind model.DeadlineKind `path:"kind" maxLength:"20"`
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
		rulings, err := deadline.Rulings(ctx, r.DB, place.Path, r.Now())
		if err != nil {
			return nil, err
		}
		return r.viewRulings(ctx, rulings)
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: "/api/v1/staff/areas/{area_id}/deadline-policies/{kind}", ID: "clear-deadline-policy", Summary: "恢复沿用上级的办理期限", Tag: "期限", Who: set, Status: http.StatusNoContent, StepUp: true,
	}, func(ctx context.Context, by model.Actor, in *policyName) (*endpoint.Empty, error) {
		return nil, deadline.ClearPolicy(ctx, r.DB, by, in.AreaID, in.Kind, r.Now())
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
	r.registerYears(api)
}

func (r Room) viewRulings(ctx context.Context, rulings []deadline.Ruling) (*endpoint.Body[policyList], error) {
	var from []string
	for _, p := range rulings {
		if p.From != "" {
			from = append(from, p.From)
		}
	}
	names, err := r.Directory.AreaNames(ctx, from)
	if err != nil {
		return nil, err
	}
	list := policyList{Items: []policyView{}}
	for _, p := range rulings {
		list.Items = append(list.Items, policyView{
			Kind: p.Kind, Days: p.Days, Count: p.Count, MaxExtend: p.MaxExtend, Own: p.Own, From: names[p.From],
			Above: policyNumbers{p.Above.Days, p.Above.Count, p.Above.MaxExtend}, Open: p.Open, Due: model.Day(p.Due),
		})
	}
	return endpoint.Of(list), nil
}
