package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/privacy"
)

type correctionView struct {
	ID        string                `json:"id"`
	MessageID string                `json:"message_id"`
	Field     model.CorrectionField `json:"field" enum:"name,place,other"`
	Wanted    string                `json:"wanted"`
	Reason    string                `json:"reason,omitempty"`
	At        time.Time             `json:"at"`
}

type correctionList struct {
	Items []correctionView `json:"items"`
	Next  string           `json:"next,omitempty"`
}

type rulingInput struct {
	endpoint.ID
	Body struct {
		State model.CorrectionState `json:"state" enum:"done,declined" doc:"已更正，或不予更正"`
		Reply string                `json:"reply,omitempty" maxLength:"500" doc:"不予更正时必填理由"`
	}
}

type lockedInput struct {
	Body struct {
		Number string `json:"number" minLength:"1" maxLength:"20" doc:"来信编号"`
		Reason string `json:"reason" minLength:"10" maxLength:"500" doc:"查阅的法律依据和事由，写入审计日志"`
	}
}

type lockedTurn struct {
	Side   model.Side `json:"side"`
	Author string     `json:"author"`
	Body   string     `json:"body"`
	At     time.Time  `json:"at"`
}

type lockedView struct {
	Number string             `json:"number"`
	State  model.MessageState `json:"state"`
	SentAt time.Time          `json:"sent_at"`
	Turns  []lockedTurn       `json:"turns"`
}

func (r Room) registerPrivacy(api endpoint.API) {
	oversee := endpoint.Needs(model.PermitMessageOversee)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/corrections", ID: "correction-queue", Summary: "等待处理的更正请求", Tag: "联络办", Who: oversee,
	}, func(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[correctionList], error) {
		found, next, err := r.Privacy.CorrectionQueue(ctx, by, in.Page())
		if err != nil {
			return nil, err
		}
		list := correctionList{Items: []correctionView{}, Next: next}
		for _, c := range found {
			list.Items = append(list.Items, correctionView{c.ID, c.MessageID, c.Field, c.Wanted, c.Reason, c.CreatedAt.In(model.Shanghai)})
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/corrections/{id}/rule", ID: "rule-correction", Summary: "答复更正请求", Tag: "联络办", Who: oversee, Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, in *rulingInput) (*endpoint.Empty, error) {
		return nil, r.Privacy.RuleCorrection(ctx, by, in.ID.ID, privacy.Ruling(in.Body))
	})
	// A post, though it reads: what it takes belongs in no address.
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/restricted-messages/open", ID: "open-restricted", Summary: "依法查阅封存的来信", Tag: "审计", Who: endpoint.Needs(model.PermitRestrictedRead), Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *lockedInput) (*endpoint.Body[lockedView], error) {
		locked, err := r.Privacy.OpenLocked(ctx, by, in.Body.Number, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		v := lockedView{Number: locked.Message.Number, State: locked.Message.State, SentAt: locked.Message.SubmittedAt.In(model.Shanghai), Turns: []lockedTurn{}}
		for _, t := range locked.Turns {
			v.Turns = append(v.Turns, lockedTurn{t.Side, t.Author, t.Body, t.CreatedAt.In(model.Shanghai)})
		}
		return endpoint.Of(v), nil
	})
}
