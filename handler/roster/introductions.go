package roster

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/comparison"
	"lianxin/service/roster"
)

type introductionsInput struct {
	endpoint.Paging
	Decided bool `query:"decided" doc:"看已经公开或退回的；不填为等着看的"`
}

type pieceView struct {
	Kind comparison.Kind `json:"kind" enum:"same,added,removed"`
	Text string          `json:"text"`
}

type paragraphView struct {
	Pieces []pieceView `json:"pieces"`
}

type introductionView struct {
	ID               string                  `json:"id"`
	RepresentativeID string                  `json:"representative_id"`
	Name             string                  `json:"name"`
	Post             string                  `json:"post"`
	Area             string                  `json:"area"`
	ElectingUnit     string                  `json:"electing_unit"`
	State            model.IntroductionState `json:"state" enum:"checking,waiting,refused,released,returned,withdrawn,replaced,lapsed"`
	StateWords       string                  `json:"state_words"`
	Public           string                  `json:"public" doc:"现在公开的简介"`
	Body             string                  `json:"body" doc:"代表写的"`
	Difference       []paragraphView         `json:"difference" doc:"从公开的到代表写的，逐段逐字；等着看的才有"`
	Revision         int                     `json:"revision" doc:"公开时带上；名册里的资料变了会被拒绝"`
	Doubted          bool                    `json:"doubted" doc:"内容检查没有把握，或没能检查"`
	Appealed         bool                    `json:"appealed" doc:"内容检查认为有风险，代表请工作人员看"`
	Own              bool                    `json:"own" doc:"自己写的，由别的同事来定"`
	At               time.Time               `json:"at"`
	Reason           string                  `json:"reason,omitempty"`
	Decider          string                  `json:"decider,omitempty"`
	EndedAt          *time.Time              `json:"ended_at,omitempty"`
}

type introductionList struct {
	Items   []introductionView `json:"items"`
	Waiting int                `json:"waiting" doc:"一共有几份等着看"`
	Next    string             `json:"next,omitempty"`
}

type releaseInput struct {
	endpoint.ID
	Body struct {
		Revision int `json:"revision" minimum:"0" doc:"对照时名册资料的版本"`
	}
}

type returnInput struct {
	endpoint.ID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"请代表怎么改，不超过 500 字"`
	}
}

func (r Room) registerIntroductions(api endpoint.API) {
	write := endpoint.Needs(model.PermitRosterWrite)
	const path = "/api/v1/staff/roster/introductions"
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: path, ID: "introductions", Summary: "代表改写的简介", Tag: tag, Who: write},
		func(ctx context.Context, by model.Actor, in *introductionsInput) (*endpoint.Body[introductionList], error) {
			found, err := r.Roster.Introductions(ctx, by, in.Decided, in.Page())
			if err != nil {
				return nil, err
			}
			list := introductionList{Items: []introductionView{}, Waiting: found.Waiting, Next: found.Next}
			for _, one := range found.Lines {
				list.Items = append(list.Items, viewIntroduction(one))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/{id}/release", ID: "release-introduction", Summary: "公开代表写的简介", Tag: tag, Who: write, Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *releaseInput) (*endpoint.Empty, error) {
			return nil, r.Roster.ReleaseIntroduction(ctx, by, in.ID.ID, in.Body.Revision)
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/{id}/return", ID: "return-introduction", Summary: "退回代表写的简介", Tag: tag, Who: write, Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *returnInput) (*endpoint.Empty, error) {
			return nil, r.Roster.ReturnIntroduction(ctx, by, in.ID.ID, in.Body.Reason)
		})
}

func viewIntroduction(one roster.IntroductionLine) introductionView {
	v := introductionView{
		ID: one.ID, RepresentativeID: one.RepresentativeID, Name: one.Name, Post: one.Post, Area: one.Area, ElectingUnit: one.ElectingUnit,
		State: one.State, StateWords: model.IntroductionStateWords(one.State), Public: one.Public, Body: one.Body, Difference: []paragraphView{},
		Revision: one.Revision, Doubted: one.Doubted, Appealed: one.Appealed, Own: one.Own, At: one.CreatedAt.In(model.Shanghai),
		Reason: one.Reason, Decider: one.Decider, EndedAt: model.InShanghai(one.EndedAt),
	}
	for _, p := range one.Difference {
		shown := paragraphView{Pieces: []pieceView{}}
		for _, piece := range p.Pieces {
			shown.Pieces = append(shown.Pieces, pieceView(piece))
		}
		v.Difference = append(v.Difference, shown)
	}
	return v
}
