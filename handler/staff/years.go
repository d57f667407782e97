package staff

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/deadline"
)

type dayView struct {
	Day         string `json:"day"`
	Working     bool   `json:"working" doc:"调休上班；否则是放假"`
	Name        string `json:"name"`
	Provisional bool   `json:"provisional,omitempty" doc:"只按法律推算，等国务院的通知"`
}

type yearView struct {
	Year       int       `json:"year"`
	Days       []dayView `json:"days"`
	KnownUntil string    `json:"known_until,omitempty" doc:"国务院通知的安排已知到哪一天之前"`
	Today      string    `json:"today"`
	Editable   bool      `json:"editable" doc:"您可以修改"`
}

// Year names the year of a request.
type Year struct {
	Year int `path:"year" minimum:"2000" maximum:"2100"`
}

type yearTextInput struct {
	Year
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"20000" doc:"表格里的几列（日期、放假或上班、名称），或国务院办公厅通知的原文"`
	}
}

// yearChange is what an import would do to one day.
type yearChange struct {
	Day     string `json:"day"`
	Working bool   `json:"working"`
	Name    string `json:"name"`
	Was     string `json:"was" enum:"new,same,changed,removed" doc:"这一天现在怎样"`
}

type yearPreview struct {
	Items   []yearChange `json:"items"`
	Changes int          `json:"changes"`
}

type dayInput struct {
	Day  string `path:"day" minLength:"10" maxLength:"10"`
	Body struct {
		Working bool   `json:"working"`
		Name    string `json:"name" maxLength:"30"`
	}
}

type dayName struct {
	Day string `path:"day" minLength:"10" maxLength:"10"`
}

func (r Room) registerYears(api endpoint.API) {
	const tag, path = "期限", "/api/v1/staff/calendar"
	set := endpoint.Needs(model.PermitPolicySet)
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: path + "/{year}", ID: "calendar-year", Summary: "一年的节假日与调休", Tag: tag, Who: set}, r.year)
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/{year}/preview", ID: "preview-year", Summary: "看看导入会改什么", Tag: tag, Who: set, Keyless: true}, r.previewYear)
	endpoint.Act(api, endpoint.Route{Method: http.MethodPut, Path: path + "/{year}", ID: "import-year", Summary: "导入一年的节假日与调休", Tag: tag, Who: set, Status: http.StatusNoContent, StepUp: true},
		func(ctx context.Context, by model.Actor, in *yearTextInput) (*endpoint.Empty, error) {
			days, err := deadline.ReadYear(in.Year.Year, in.Body.Text)
			if err != nil {
				return nil, err
			}
			return nil, deadline.ImportCalendar(ctx, r.DB, by, days, r.Now())
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPut, Path: path + "/days/{day}", ID: "set-day", Summary: "修改一天：放假或上班", Tag: tag, Who: set, Status: http.StatusNoContent, StepUp: true},
		func(ctx context.Context, by model.Actor, in *dayInput) (*endpoint.Empty, error) {
			return nil, deadline.SetDay(ctx, r.DB, by, model.CalendarDay{Day: in.Day, Working: in.Body.Working, Name: in.Body.Name}, r.Now())
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodDelete, Path: path + "/days/{day}", ID: "clear-day", Summary: "恢复一天的普通安排", Tag: tag, Who: set, Status: http.StatusNoContent, StepUp: true},
		func(ctx context.Context, by model.Actor, in *dayName) (*endpoint.Empty, error) {
			return nil, deadline.ClearDay(ctx, r.DB, by, in.Day, r.Now())
		})
}

func (r Room) year(ctx context.Context, by model.Actor, in *Year) (*endpoint.Body[yearView], error) {
	days, err := deadline.Year(ctx, r.DB, in.Year)
	if err != nil {
		return nil, err
	}
	until, err := deadline.KnownUntil(ctx, r.DB)
	if err != nil {
		return nil, err
	}
	v := yearView{Year: in.Year, Days: []dayView{}, Today: model.Day(r.Now()), Editable: deadline.MayKeepCalendar(by)}
	if !until.IsZero() {
		v.KnownUntil = model.Day(until)
	}
	for _, d := range days {
		v.Days = append(v.Days, dayView(d))
	}
	return endpoint.Of(v), nil
}

// previewYear reads what was pasted and compares it with what is known.
func (r Room) previewYear(ctx context.Context, _ model.Actor, in *yearTextInput) (*endpoint.Body[yearPreview], error) {
	read, err := deadline.ReadYear(in.Year.Year, in.Body.Text)
	if err != nil {
		return nil, err
	}
	there, err := deadline.Year(ctx, r.DB, in.Year.Year)
	if err != nil {
		return nil, err
	}
	known := map[string]model.CalendarDay{}
	for _, d := range there {
		known[d.Day] = d
	}
	p := yearPreview{Items: []yearChange{}}
	for _, d := range read {
		was := "changed"
		switch old, found := known[d.Day]; {
		case !found:
			was = "new"
		case old == d:
			was = "same"
		}
		p.add(d, was)
		delete(known, d.Day)
	}
	for _, d := range there {
		if _, left := known[d.Day]; left && d.Provisional {
			p.add(d, "removed")
		}
	}
	return endpoint.Of(p), nil
}

func (p *yearPreview) add(d model.CalendarDay, was string) {
	p.Items = append(p.Items, yearChange{d.Day, d.Working, d.Name, was})
	if was != "same" {
		p.Changes++
	}
}
