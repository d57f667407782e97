package representative

import (
	"context"
	"net/http"
	"path"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/directory"
)

// Seat names the seat; a person may sit on more than one over time.
type Seat struct {
	SeatID string `path:"seat_id" minLength:"1" maxLength:"36" doc:"代表编号，见 /api/v1/me 的 seats"`
}

type absenceInput struct {
	Seat
	Body struct {
		Until string `json:"until" format:"date" doc:"外出到哪一天（含），例如 2026-12-01"`
		Note  string `json:"note,omitempty" maxLength:"200" doc:"给居民看的说明"`
	}
}

type preferences struct {
	MessageCap  int  `json:"message_cap" minimum:"0" maximum:"500" doc:"同时办理的来信上限，超过转工作室；0 为默认"`
	DailyDigest bool `json:"daily_digest" doc:"不即时推送，每天早上汇总一次"`
}

type preferencesInput struct {
	Seat
	Body preferences
}

func (r Room) registerSeat(api endpoint.API) {
	set := endpoint.Needs(model.PermitAbsenceSet)
	route := func(method, name, id, summary string, status int) endpoint.Route {
		return endpoint.Route{Method: method, Path: "/api/v1/representative/seats/{seat_id}/" + name, ID: id, Summary: summary, Tag: "代表", Who: set, Status: status}
	}
	endpoint.Act(api, route(http.MethodPut, "absence", "set-absence", "设置外出，新来信转工作室", http.StatusNoContent), func(ctx context.Context, by model.Actor, in *absenceInput) (*endpoint.Empty, error) {
		return nil, r.Directory.SetAbsence(ctx, by, in.SeatID, in.Body.Until, in.Body.Note)
	})
	endpoint.Act(api, route(http.MethodDelete, "absence", "end-absence", "结束外出", http.StatusNoContent), func(ctx context.Context, by model.Actor, in *Seat) (*endpoint.Empty, error) {
		return nil, r.Directory.EndAbsence(ctx, by, in.SeatID)
	})
	endpoint.Act(api, route(http.MethodGet, "preferences", "preferences", "查看偏好", http.StatusOK), func(ctx context.Context, by model.Actor, in *Seat) (*endpoint.Body[preferences], error) {
		p, err := r.Directory.Preferences(ctx, by, in.SeatID)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(preferences(p)), nil
	})
	endpoint.Act(api, route(http.MethodPut, "preferences", "set-preferences", "设置偏好", http.StatusOK), func(ctx context.Context, by model.Actor, in *preferencesInput) (*endpoint.Body[preferences], error) {
		if err := r.Directory.SetPreferences(ctx, by, in.SeatID, directory.Preferences(in.Body)); err != nil {
			return nil, err
		}
		return endpoint.Of(in.Body), nil
	})
}

type templateView struct {
	ID      string `json:"id"`
	TopicID string `json:"topic_id,omitempty"`
	Title   string `json:"title"`
	Body    string `json:"body"`
	Own     bool   `json:"own" doc:"自己的模板；否则是本区域共用的"`
	AreaID  string `json:"area_id,omitempty" doc:"哪个区域共用"`
	Mine    bool   `json:"mine_to_keep" doc:"可以由我修改和删除"`
}

type templateList struct {
	Items []templateView `json:"items"`
}

// Wording is what a prepared answer says.
type Wording struct {
	TopicID string `json:"topic_id,omitempty" maxLength:"36"`
	Title   string `json:"title" minLength:"1" maxLength:"30"`
	Body    string `json:"body" minLength:"1" maxLength:"2000"`
}

type topicQuery struct {
	TopicID string `query:"topic_id" maxLength:"36"`
}

type writeTemplateInput struct {
	Body struct {
		Wording
		SeatID string `json:"seat_id,omitempty" maxLength:"36" doc:"属于哪个代表身份"`
		AreaID string `json:"area_id,omitempty" maxLength:"36" doc:"联络办：本区域共用"`
	}
}

type changeTemplateInput struct {
	endpoint.ID
	Body Wording
}

func (r Room) registerTemplates(api endpoint.API) {
	const tag, base = "答复模板", "/api/v1/reply-templates"
	keep := endpoint.Needs(model.PermitReplyTemplateKeep)
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: base, ID: "reply-templates", Summary: "可用的答复模板", Tag: tag, Who: keep},
		func(ctx context.Context, by model.Actor, in *topicQuery) (*endpoint.Body[templateList], error) {
			found, err := r.Directory.ReplyTemplates(ctx, by, in.TopicID)
			if err != nil {
				return nil, err
			}
			list := templateList{Items: []templateView{}}
			for _, t := range found {
				list.Items = append(list.Items, viewTemplate(by, t))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: base, ID: "write-reply-template", Summary: "新建答复模板", Tag: tag, Who: keep, Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *writeTemplateInput) (*endpoint.Body[templateView], error) {
			b := in.Body
			owner := directory.TemplateOwner{RepresentativeID: b.SeatID, AreaID: b.AreaID}
			t, err := r.Directory.WriteReplyTemplate(ctx, by, owner, directory.Wording(b.Wording))
			if err != nil {
				return nil, err
			}
			return endpoint.Of(viewTemplate(by, t)), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPut, Path: base + "/{id}", ID: "change-reply-template", Summary: "修改答复模板", Tag: tag, Who: keep, Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *changeTemplateInput) (*endpoint.Empty, error) {
			return nil, r.Directory.ChangeReplyTemplate(ctx, by, in.ID.ID, directory.Wording(in.Body))
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodDelete, Path: base + "/{id}", ID: "remove-reply-template", Summary: "删除答复模板", Tag: tag, Who: keep, Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
			return nil, r.Directory.RemoveReplyTemplate(ctx, by, in.ID)
		})
}

func viewTemplate(by model.Actor, t model.ReplyTemplate) templateView {
	v := templateView{ID: t.ID, TopicID: t.TopicID, Title: t.Title, Body: t.Body, Own: t.RepresentativeID != ""}
	v.Mine = v.Own || by.PermitsIn(model.PermitReplyTemplateKeep, t.AreaPath)
	if !v.Own {
		v.AreaID = path.Base(t.AreaPath)
	}
	return v
}
