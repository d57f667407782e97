package staff

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/directory"
)

const tagRota = "工作室值班"

type studioItem struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type studioItems struct {
	Items []studioItem `json:"items"`
}

type onDutyView struct {
	ID        string                    `json:"id"`
	Name      string                    `json:"name"`
	State     model.RepresentativeState `json:"state"`
	AwayUntil string                    `json:"away_until,omitempty" doc:"外出到哪一天"`
}

type rotaDayView struct {
	Weekday int          `json:"weekday" doc:"1 星期一 … 7 星期日"`
	Hours   []string     `json:"hours" example:"09:00–11:30" doc:"工作室的开放时间"`
	OnDuty  []onDutyView `json:"on_duty"`
	Gap     bool         `json:"gap" doc:"工作室开放，却没有能来的代表值班"`
}

type rotaView struct {
	Studio  studioItem    `json:"studio"`
	Days    []rotaDayView `json:"days"`
	Members []onDutyView  `json:"members" doc:"本工作室正在履职的代表"`
}

type dutyInput struct {
	endpoint.ID
	Weekday int `path:"weekday" minimum:"1" maximum:"7"`
	Body    struct {
		RepresentativeIDs []string `json:"representative_ids" maxItems:"10"`
		Were              []string `json:"were" maxItems:"10" doc:"改之前看到的安排；被别人改过时会被拒绝"`
	}
}

func ofDuty(reps []model.Representative) []onDutyView {
	views := make([]onDutyView, len(reps))
	for i, r := range reps {
		views[i] = onDutyView{ID: r.ID, Name: r.Name, State: r.State, AwayUntil: r.AwayUntil}
	}
	return views
}

func ofRota(r directory.Rota, err error) (*endpoint.Body[rotaView], error) {
	if err != nil {
		return nil, err
	}
	view := rotaView{Studio: studioItem{r.Studio.ID, r.Studio.Name}, Members: ofDuty(r.Members)}
	for _, d := range r.Days {
		day := rotaDayView{Weekday: d.Weekday, Hours: []string{}, OnDuty: ofDuty(d.OnDuty), Gap: d.Gap}
		for _, h := range r.Hours {
			if h.Weekday == d.Weekday {
				day.Hours = append(day.Hours, h.Opens+"–"+h.Closes)
			}
		}
		view.Days = append(view.Days, day)
	}
	return endpoint.Of(view), nil
}

// registerRota plans who of a studio is on duty when.
func (r Room) registerRota(api endpoint.API) {
	oversee := endpoint.Needs(model.PermitMessageOversee)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/studios", ID: "staff-studios", Summary: "本区域的工作室", Tag: tagRota, Who: oversee,
	}, func(ctx context.Context, by model.Actor, _ *endpoint.Empty) (*endpoint.Body[studioItems], error) {
		found, err := r.Directory.Studios(ctx, by)
		if err != nil {
			return nil, err
		}
		list := studioItems{Items: []studioItem{}}
		for _, s := range found {
			list.Items = append(list.Items, studioItem{s.ID, s.Name})
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/studios/{id}/rota", ID: "studio-rota", Summary: "工作室的值班安排", Tag: tagRota, Who: oversee,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[rotaView], error) {
		return ofRota(r.Directory.Rota(ctx, by, in.ID))
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPut, Path: "/api/v1/staff/studios/{id}/rota/{weekday}", ID: "plan-duty", Summary: "安排一天的值班", Tag: tagRota, Who: oversee,
	}, func(ctx context.Context, by model.Actor, in *dutyInput) (*endpoint.Body[rotaView], error) {
		return ofRota(r.Directory.PlanDuty(ctx, by, in.ID.ID, directory.Duty{Weekday: in.Weekday, RepresentativeIDs: in.Body.RepresentativeIDs, Were: in.Body.Were}))
	})
}
