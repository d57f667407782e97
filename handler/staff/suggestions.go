package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/limit"
	"lianxin/service/sheet"
	"lianxin/service/store"
	"lianxin/service/suggestion"
)

// suggestionView says nothing of who wrote: the words are answered.
type suggestionView struct {
	ID        string                `json:"id"`
	Kind      model.SuggestionKind  `json:"kind" enum:"complaint,suggestion"`
	KindWords string                `json:"kind_words"`
	State     model.SuggestionState `json:"state" enum:"open,replied"`
	Body      string                `json:"body"`
	At        time.Time             `json:"at"`
	Reply     string                `json:"reply,omitempty"`
	Replier   string                `json:"replier,omitempty"`
	RepliedAt *time.Time            `json:"replied_at,omitempty"`
}

type suggestionList struct {
	Items []suggestionView `json:"items"`
	Next  string           `json:"next,omitempty"`
}

// SuggestionFilter is what the list can be narrowed by.
type SuggestionFilter struct {
	State model.SuggestionState `query:"state" enum:"open,replied" doc:"留空为全部"`
}

type suggestionQuery struct {
	endpoint.Paging
	SuggestionFilter
}

var suggestionColumns = []sheet.Column[model.AppSuggestion]{
	sheet.Col("类型", 8, func(s model.AppSuggestion) any { return suggestion.KindWords(s.Kind) }),
	sheet.Col("时间", 18, func(s model.AppSuggestion) any { return sheet.Moment(&s.CreatedAt) }),
	sheet.Col("内容", 60, func(s model.AppSuggestion) any { return s.Body }),
	sheet.Col("答复", 60, func(s model.AppSuggestion) any { return s.Reply }),
	sheet.Col("答复人", 12, func(s model.AppSuggestion) any { return s.Replier }),
	sheet.Col("答复时间", 18, func(s model.AppSuggestion) any { return sheet.Moment(s.RepliedAt) }),
}

type replySuggestionInput struct {
	endpoint.ID
	Body struct {
		Reply string `json:"reply" minLength:"1" maxLength:"1000" doc:"提意见的人会收到通知"`
	}
}

func viewSuggestion(one model.AppSuggestion) suggestionView {
	v := suggestionView{
		ID: one.ID, Kind: one.Kind, KindWords: suggestion.KindWords(one.Kind), State: one.State, Body: one.Body, At: one.CreatedAt.In(model.Shanghai),
		Reply: one.Reply, Replier: one.Replier,
	}
	v.RepliedAt = model.InShanghai(one.RepliedAt)
	return v
}

func (r Room) registerSuggestions(api endpoint.API) {
	const tag, base = "对平台的意见", "/api/v1/staff/suggestions"
	answer := endpoint.Needs(model.PermitSuggestionAnswer)
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: base, ID: "staff-suggestions", Summary: "对平台的投诉和建议", Tag: tag, Who: answer},
		func(ctx context.Context, by model.Actor, in *suggestionQuery) (*endpoint.Body[suggestionList], error) {
			rows, next, err := r.Suggestions.List(ctx, by, in.State, in.Page())
			if err != nil {
				return nil, err
			}
			list := suggestionList{Items: []suggestionView{}, Next: next}
			for _, one := range rows {
				list.Items = append(list.Items, viewSuggestion(one))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: base + "/export", ID: "export-suggestions", Summary: "对平台的投诉和建议（Excel）", Tag: tag, Who: answer, Limit: limit.Export},
		func(ctx context.Context, by model.Actor, in *SuggestionFilter) (*endpoint.Sheet, error) {
			return endpoint.SheetOf("平台意见", suggestionColumns, func(page store.Page) ([]model.AppSuggestion, string, error) {
				return r.Suggestions.List(ctx, by, in.State, page)
			})
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: base + "/{id}/reply", ID: "reply-suggestion", Summary: "答复对平台的意见", Tag: tag, Who: answer},
		func(ctx context.Context, by model.Actor, in *replySuggestionInput) (*endpoint.Body[suggestionView], error) {
			one, err := r.Suggestions.Reply(ctx, by, in.ID.ID, in.Body.Reply)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(viewSuggestion(one)), nil
		})
}
