package representative

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/roster"
)

type writtenIntroduction struct {
	ID         string                   `json:"id"`
	Body       string                   `json:"body"`
	State      model.IntroductionState  `json:"state" enum:"checking,waiting,refused,released,returned,withdrawn,replaced,lapsed"`
	StateWords string                   `json:"state_words"`
	Reason     string                   `json:"reason,omitempty" doc:"没有通过检查或退回的理由"`
	At         time.Time                `json:"at"`
	EndedAt    *time.Time               `json:"ended_at,omitempty"`
	Acts       []model.IntroductionDeed `json:"acts" doc:"自己还能做什么：withdraw 撤回，appeal 请工作人员看"`
}

type ownIntroduction struct {
	Public string               `json:"public" doc:"现在公开的简介"`
	Max    int                  `json:"max" doc:"最多多少字"`
	Latest *writtenIntroduction `json:"latest,omitempty" doc:"自己最近写的一份"`
}

type introductionInput struct {
	Seat
	Body struct {
		Body  string `json:"body" minLength:"1" maxLength:"5000" doc:"最多 2000 字，组织部门看过后公开"`
		After string `json:"after,omitempty" maxLength:"36" doc:"写之前看到的最近一份的编号；在别处又写过会被拒绝"`
	}
}

type introductionDeedInput struct {
	Seat
	Body struct {
		ID string `json:"id" minLength:"1" maxLength:"36" doc:"最近一份的编号"`
	}
}

func (r Room) registerIntroduction(api endpoint.API) {
	set := endpoint.Needs(model.PermitAbsenceSet)
	const path = "/api/v1/representative/seats/{seat_id}/introduction"
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: path, ID: "own-introduction", Summary: "自己写的简介办到哪一步", Tag: "代表", Who: set},
		func(ctx context.Context, by model.Actor, in *Seat) (*endpoint.Body[ownIntroduction], error) {
			return viewIntroduction(r.Roster.OwnIntroduction(ctx, by, in.SeatID))
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path, ID: "write-introduction", Summary: "改写自己的简介，组织部门看过后公开", Tag: "代表", Who: set, Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *introductionInput) (*endpoint.Body[ownIntroduction], error) {
			return viewIntroduction(r.Roster.WriteIntroduction(ctx, by, roster.IntroductionWords{RepresentativeID: in.SeatID, Body: in.Body.Body, After: in.Body.After}))
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/withdraw", ID: "withdraw-introduction", Summary: "撤回还没有公开的简介", Tag: "代表", Who: set},
		func(ctx context.Context, by model.Actor, in *introductionDeedInput) (*endpoint.Body[ownIntroduction], error) {
			return viewIntroduction(r.Roster.WithdrawIntroduction(ctx, by, in.SeatID, in.Body.ID))
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/appeal", ID: "appeal-introduction", Summary: "简介没有通过内容检查，请工作人员看", Tag: "代表", Who: set},
		func(ctx context.Context, by model.Actor, in *introductionDeedInput) (*endpoint.Body[ownIntroduction], error) {
			return viewIntroduction(r.Roster.AppealIntroduction(ctx, by, in.SeatID, in.Body.ID))
		})
}

func viewIntroduction(own roster.OwnIntroduction, err error) (*endpoint.Body[ownIntroduction], error) {
	if err != nil {
		return nil, err
	}
	v := ownIntroduction{Public: own.Public, Max: model.IntroductionMax}
	if one := own.Latest; one != nil {
		w := writtenIntroduction{
			ID: one.ID, Body: one.Body, State: one.State, StateWords: model.IntroductionStateWords(one.State), Reason: one.Reason, At: one.CreatedAt.In(model.Shanghai),
			EndedAt: model.InShanghai(one.EndedAt), Acts: []model.IntroductionDeed{},
		}
		for _, deed := range model.IntroductionFlow().Deeds(one.State) {
			if deed == model.IntroductionWithdraw || deed == model.IntroductionAppeal {
				w.Acts = append(w.Acts, deed)
			}
		}
		v.Latest = &w
	}
	return endpoint.Of(v), nil
}
