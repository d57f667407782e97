package staff

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/limit"
	"lianxin/service/sheet"
)

// AuditFilter is what the log can be narrowed by.
type AuditFilter struct {
	Actor      string `query:"actor" maxLength:"60" doc:"谁：日志里的姓名，要写全"`
	Action     string `query:"action" maxLength:"48" doc:"做了什么"`
	TargetKind string `query:"target_kind" maxLength:"32" doc:"对什么"`
	TargetID   string `query:"target_id" maxLength:"36" doc:"对象编号"`
	AreaID     string `query:"area_id" maxLength:"36" doc:"区域，包括下级"`
	From       string `query:"from" maxLength:"10" doc:"从这一天起，如 2026-11-01"`
	To         string `query:"to" maxLength:"10" doc:"到这一天为止，包括当天"`
}

type auditInput struct {
	endpoint.Paging
	AuditFilter
}

type auditLine struct {
	ID          string    `json:"id"`
	At          time.Time `json:"at"`
	Actor       string    `json:"actor"`
	ActorWords  string    `json:"actor_words" doc:"谁；程序自己做的用普通的话说"`
	Action      string    `json:"action"`
	Words       string    `json:"words" doc:"做了什么，用普通的话说"`
	Target      string    `json:"target"`
	TargetWords string    `json:"target_words"`
	TargetID    string    `json:"target_id"`
	Area        string    `json:"area,omitempty" doc:"区域名称"`
	Detail      string    `json:"detail,omitempty"`
	Request     string    `json:"request_id,omitempty"`
}

type auditList struct {
	Items []auditLine `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// term is something to choose from, with its words.
type term struct {
	Name  string `json:"name"`
	Words string `json:"words"`
}

type auditTerms struct {
	Actions []term `json:"actions"`
	Targets []term `json:"targets"`
}

// auditFile is a log as a spreadsheet opens it.
type auditFile struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	More string `header:"X-More" doc:"还有没导出的行时为 true"`
	Body []byte
}

func (r Room) registerAudit(api endpoint.API) {
	const tag = "审计"
	read := endpoint.Needs(model.PermitAuditRead)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/audit", ID: "audit-lines", Summary: "审计日志", Tag: tag, Who: read,
	}, func(ctx context.Context, by model.Actor, in *auditInput) (*endpoint.Body[auditList], error) {
		f, err := r.auditFilter(ctx, in.AuditFilter)
		if err != nil {
			return nil, err
		}
		lines, next, err := audit.Consult(ctx, r.DB, by, f, in.Page(), r.Now())
		if err != nil {
			return nil, err
		}
		areas, err := r.areaNames(ctx, lines)
		if err != nil {
			return nil, err
		}
		list := auditList{Items: []auditLine{}, Next: next}
		for _, l := range lines {
			list.Items = append(list.Items, auditLine{
				ID: l.ID, At: l.At.In(model.Shanghai), Actor: l.Actor, ActorWords: audit.ActorWords(l.Actor), Action: l.Action, Words: audit.Words(l.Action), Target: l.TargetKind,
				TargetWords: audit.TargetWords(l.TargetKind), TargetID: l.TargetID, Area: areas[l.AreaPath], Detail: audit.DetailWords(l.Action, l.Detail, TaskWords), Request: l.RequestID,
			})
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/audit/terms", ID: "audit-terms", Summary: "审计日志可以按什么筛选", Tag: tag, Who: read,
	}, func(context.Context, model.Actor, *struct{}) (*endpoint.Body[auditTerms], error) {
		terms := auditTerms{}
		for _, a := range audit.Actions() {
			terms.Actions = append(terms.Actions, term{a, audit.Words(a)})
		}
		for _, k := range audit.TargetKinds() {
			terms.Targets = append(terms.Targets, term{k, audit.TargetWords(k)})
		}
		return endpoint.Of(terms), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/audit/export", ID: "audit-export", Summary: "导出审计日志（CSV）", Tag: tag, Who: read, StepUp: true, Limit: limit.Export,
	}, func(ctx context.Context, by model.Actor, in *AuditFilter) (*auditFile, error) {
		f, err := r.auditFilter(ctx, *in)
		if err != nil {
			return nil, err
		}
		return r.exportAudit(ctx, by, f)
	})
}

// exportAudit writes the lines as a table. The mark at its beginning tells
// spreadsheets that it is UTF-8.
func (r Room) exportAudit(ctx context.Context, by model.Actor, f audit.Filter) (*auditFile, error) {
	var lines []model.AuditLine
	more, err := audit.Export(ctx, r.DB, by, f, r.Now(), func(l model.AuditLine) error {
		lines = append(lines, l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	areas, err := r.areaNames(ctx, lines)
	if err != nil {
		return nil, err
	}
	file := bytes.NewBufferString("\ufeff")
	table := csv.NewWriter(file)
	if err := table.Write([]string{"时间", "谁", "做了什么", "对什么", "对象编号", "区域", "说明", "动作代码", "请求编号"}); err != nil {
		return nil, err
	}
	for _, l := range lines {
		row := []string{
			l.At.In(model.Shanghai).Format(time.DateTime), audit.ActorWords(l.Actor), audit.Words(l.Action), audit.TargetWords(l.TargetKind), l.TargetID,
			areas[l.AreaPath], audit.DetailWords(l.Action, l.Detail, TaskWords), l.Action, l.RequestID,
		}
		for i, cell := range row {
			row[i] = sheet.Inert(cell)
		}
		if err := table.Write(row); err != nil {
			return nil, err
		}
	}
	table.Flush()
	out := &auditFile{Type: "text/csv; charset=utf-8", Name: `attachment; filename="audit.csv"`, Body: file.Bytes()}
	if more {
		out.More = "true"
	}
	return out, table.Error()
}

// auditFilter reads what was asked for. Fault: invalid (from, to, area_id).
func (r Room) auditFilter(ctx context.Context, in AuditFilter) (audit.Filter, error) {
	f := audit.Filter{Actor: strings.TrimSpace(in.Actor), Action: in.Action, TargetKind: in.TargetKind, TargetID: strings.TrimSpace(in.TargetID)}
	var wrong []fault.Field
	for _, d := range []struct {
		name, text string
		days       int
		at         *time.Time
	}{{"from", in.From, 0, &f.From}, {"to", in.To, 1, &f.To}} {
		if d.text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, d.text, model.Shanghai)
		if err != nil {
			wrong = append(wrong, fault.Field{Name: d.name, Reason: "日期应写成 2026-11-01 的样子。"})
			continue
		}
		*d.at = day.AddDate(0, 0, d.days).UTC()
	}
	if in.AreaID != "" {
		area, err := r.Directory.Area(ctx, in.AreaID)
		if fault.Is(err, fault.KindNotFound) {
			wrong = append(wrong, fault.Field{Name: "area_id", Reason: "没有这个区域。"})
		} else if err != nil {
			return f, err
		}
		f.AreaPath = area.Path
	}
	if len(wrong) > 0 {
		return f, fault.Invalid(wrong...)
	}
	return f, nil
}

// areaNames names the areas of lines by their paths. An area that is not there
// any more has no name.
func (r Room) areaNames(ctx context.Context, lines []model.AuditLine) (map[string]string, error) {
	var paths []string
	for _, l := range lines {
		if l.AreaPath != "" && !slices.Contains(paths, l.AreaPath) {
			paths = append(paths, l.AreaPath)
		}
	}
	return r.Directory.AreaNames(ctx, paths)
}
