package staff

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/handler/messageview"
	"lianxin/model"
	"lianxin/service/message"
)

const tagQueue = "联络办"

type queueInput struct {
	endpoint.Paging
	Which   message.Which `query:"which" enum:"waiting,overdue,escalated,held,answered,ended,unassigned,unreachable" doc:"留空为全部"`
	AreaID  string        `query:"area_id" maxLength:"36" doc:"只看这个区域及其下级"`
	TopicID string        `query:"topic_id" maxLength:"36" doc:"只看这个主题"`
	Number  string        `query:"number" maxLength:"20" pattern:"^[0-9A-Za-z-]*$" doc:"来信编号或其开头；按编号找时不论状态"`
	States  []string      `query:"states,explode" maxItems:"15" enum:"submitted,held,screened,refused,delivered,acknowledged,answered,handed_over,accepted,handling,unit_answered,confirmed,closed,out_of_scope,withdrawn" doc:"只看这些状态，可以有几个；不填为不限"`
}

func (in *queueInput) wanted() message.Wanted {
	w := message.Wanted{Which: in.Which, AreaID: in.AreaID, TopicID: in.TopicID, Number: in.Number}
	for _, state := range in.States {
		w.States = append(w.States, model.MessageState(state))
	}
	return w
}

type reasonInput struct {
	endpoint.ID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type reassignInput struct {
	endpoint.ID
	Body struct {
		RepresentativeID string `json:"representative_id" minLength:"1" maxLength:"36"`
		Reason           string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type textInput struct {
	endpoint.ID
	Body struct {
		Body string `json:"body" minLength:"1" maxLength:"2000"`
	}
}

type handOverInput struct {
	endpoint.ID
	Body struct {
		UnitID string `json:"unit_id" minLength:"1" maxLength:"36"`
		Note   string `json:"note,omitempty" maxLength:"500"`
	}
}

type outOfScopeInput struct {
	endpoint.ID
	Body struct {
		Where  model.Elsewhere `json:"where" enum:"hotline_12345,petition_office,court,legal_aid,discipline,police_110,other"`
		Reason string          `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type cardInput struct {
	endpoint.ID
	Body struct {
		Title    string `json:"title" minLength:"1" maxLength:"40"`
		Question string `json:"question" minLength:"1" maxLength:"500" doc:"改写过的问题，不含任何个人信息"`
		Answer   string `json:"answer" minLength:"1" maxLength:"2000"`
	}
}

type extendInput struct {
	endpoint.ID
	Body struct {
		Days   int    `json:"days" minimum:"1" maximum:"60" doc:"延长几个工作日"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type thread = endpoint.Body[messageview.StaffThread]

func post(id, name, summary string) endpoint.Route {
	return endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/messages/{id}/" + name, ID: id, Summary: summary, Tag: tagQueue, Who: endpoint.Needs(model.PermitMessageOversee),
	}
}

func (r Room) registerQueue(api endpoint.API) {
	oversee := endpoint.Needs(model.PermitMessageOversee)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/messages", ID: "staff-messages", Summary: "本区域的来信", Tag: tagQueue, Who: oversee,
	}, func(ctx context.Context, by model.Actor, in *queueInput) (*endpoint.Body[messageview.List], error) {
		rows, next, err := r.Messages.Queue(ctx, by, in.wanted(), in.Page())
		if err != nil {
			return nil, err
		}
		return endpoint.Of(messageview.OfRows(rows, next)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/messages/{id}", ID: "staff-message", Summary: "看一封来信", Tag: tagQueue, Who: oversee,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Read(ctx, by, model.SideStaff, in.ID))
	})
	endpoint.Act(api, post("write-note", "notes", "写内部备注"), func(ctx context.Context, by model.Actor, in *textInput) (*thread, error) {
		return r.shown(r.Messages.WriteNote(ctx, by, in.ID.ID, in.Body.Body))
	})
	endpoint.Act(api, post("reassign", "reassign", "改派给另一位代表"), func(ctx context.Context, by model.Actor, in *reassignInput) (*thread, error) {
		return r.shown(r.Messages.Reassign(ctx, by, in.ID.ID, in.Body.RepresentativeID, in.Body.Reason))
	})
	endpoint.Act(api, post("pause", "pause", "暂停期限"), func(ctx context.Context, by model.Actor, in *reasonInput) (*thread, error) {
		return r.shown(r.Messages.Pause(ctx, by, in.ID.ID, in.Body.Reason))
	})
	endpoint.Act(api, post("resume", "resume", "恢复期限"), func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Resume(ctx, by, in.ID))
	})
	endpoint.Act(api, post("staff-extend", "extend", "延长办理期限（一次，以本区域的规定为限）"), func(ctx context.Context, by model.Actor, in *extendInput) (*thread, error) {
		return r.shown(r.Messages.ExtendFor(ctx, by, in.ID.ID, in.Body.Days, in.Body.Reason))
	})
	endpoint.Act(api, post("publish-answer", "card", "公开答复（隐去个人信息）"), func(ctx context.Context, by model.Actor, in *cardInput) (*thread, error) {
		return r.shown(r.Messages.PublishCard(ctx, by, in.ID.ID, message.Card(in.Body)))
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: "/api/v1/staff/messages/{id}/card", ID: "withdraw-answer", Summary: "撤下公开的答复", Tag: tagQueue, Who: oversee,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.WithdrawCard(ctx, by, in.ID))
	})
}

// registerActs lets the liaison office act for the representatives' side.
func (r Room) registerActs(api endpoint.API) {
	endpoint.Act(api, post("staff-acknowledge", "acknowledge", "代为确认收到"), func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.Acknowledge(ctx, by, in.ID))
	})
	endpoint.Act(api, post("staff-answer", "answer", "代为答复"), func(ctx context.Context, by model.Actor, in *textInput) (*thread, error) {
		return r.shown(r.Messages.Answer(ctx, by, in.ID.ID, in.Body.Body, nil))
	})
	endpoint.Act(api, post("staff-hand-over", "hand-over", "代为转交承办单位"), func(ctx context.Context, by model.Actor, in *handOverInput) (*thread, error) {
		return r.shown(r.Messages.HandOver(ctx, by, in.ID.ID, in.Body.UnitID, in.Body.Note))
	})
	endpoint.Act(api, post("staff-out-of-scope", "out-of-scope", "代为告知另有去处"), func(ctx context.Context, by model.Actor, in *outOfScopeInput) (*thread, error) {
		return r.shown(r.Messages.OutOfScope(ctx, by, in.ID.ID, in.Body.Where, in.Body.Reason))
	})
	endpoint.Act(api, post("staff-ask-consent", "ask-consent", "征求居民同意转交"), func(ctx context.Context, by model.Actor, in *endpoint.ID) (*thread, error) {
		return r.shown(r.Messages.AskConsent(ctx, by, in.ID))
	})
	endpoint.Act(api, post("staff-supplement", "turns", "补充内容"), func(ctx context.Context, by model.Actor, in *textInput) (*thread, error) {
		return r.shown(r.Messages.Supplement(ctx, by, model.SideStaff, in.ID.ID, message.Words{Body: in.Body.Body}))
	})
}

// registerChecks is the human queue of the content check.
func (r Room) registerChecks(api endpoint.API) {
	check := func(name, id, summary string) endpoint.Route {
		return endpoint.Route{
			Method: http.MethodPost, Path: "/api/v1/staff/turns/{id}/" + name, ID: id, Summary: summary, Tag: "人工审核",
			Who: endpoint.Needs(model.PermitMessageOversee), Status: http.StatusNoContent,
		}
	}
	endpoint.Act(api, check("release", "release-turn", "放行"), func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
		return nil, r.Messages.ReleaseTurn(ctx, by, in.ID)
	})
	endpoint.Act(api, check("refuse", "refuse-turn", "不通过，写明理由"), func(ctx context.Context, by model.Actor, in *reasonInput) (*endpoint.Empty, error) {
		return nil, r.Messages.RefuseTurn(ctx, by, in.ID.ID, in.Body.Reason)
	})
}

// shown shows the message after a deed.
func (r Room) shown(t message.Thread, err error) (*thread, error) {
	if err != nil {
		return nil, err
	}
	return endpoint.Of(messageview.OfStaff(t, r.Link)), nil
}
