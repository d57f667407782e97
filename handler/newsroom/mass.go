package newsroom

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/newsroom"
)

type massSendView struct {
	QuotaMonth int            `json:"quota_month" doc:"服务号每月每位关注者可收到的群发次数"`
	QuotaUsed  int            `json:"quota_used" doc:"本月从本系统群发的次数；在公众平台手动群发的不计入"`
	QuotaLeft  int            `json:"quota_left"`
	Followers  int            `json:"followers" doc:"将收到群发的关注者人数"`
	Last       *massSendBrief `json:"last,omitempty"`
	Door       doorView       `json:"door"`
	Findings   []findingView  `json:"findings"`
	Acts       []newsroom.Act `json:"acts"`
}

func viewMassBrief(m *model.MassSend) *massSendBrief {
	if m == nil {
		return nil
	}
	return &massSendBrief{m.State, m.Asker, m.AskedAt.In(model.Shanghai), m.Confirmer, model.InShanghai(m.ConfirmedAt), model.InShanghai(m.EndedAt), m.Reach, m.Sent}
}

func (r Room) registerMassSend(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: one + "/mass-send", ID: "mass-send", Summary: "群发的额度、人数和进展", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[massSendView], error) {
			m, err := r.Newsroom.MassSend(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(massSendView{
				QuotaMonth: newsroom.MassQuota, QuotaUsed: m.Used, QuotaLeft: m.Left(), Followers: m.Followers, Last: viewMassBrief(m.Last),
				Door: viewDoor(model.Article{}, m.Door), Findings: viewFindings(m.Findings), Acts: append([]newsroom.Act{}, m.Acts...),
			}), nil
		})
	for _, d := range []struct {
		path, id, summary string
		who               endpoint.Who
		stepUp            bool
		do                func(ctx context.Context, by model.Actor, id string) (model.Article, error)
	}{
		{"/ask", "ask-mass-send", "申请群发", writes(), false, r.Newsroom.AskMassSend},
		{"/confirm", "confirm-mass-send", "确认群发；须是申请人以外的人", reviews(), true, r.Newsroom.ConfirmMassSend},
		{"/cancel", "cancel-mass-send", "取消还没有确认的群发", reviews(), false, r.Newsroom.CancelMassSend},
	} {
		act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/mass-send" + d.path, ID: d.id, Summary: d.summary, Who: d.who, StepUp: d.stepUp}, idOf,
			func(ctx context.Context, by model.Actor, in *endpoint.ID) error {
				_, err := d.do(ctx, by, in.ID)
				return err
			})
	}
}
