package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/suggestion"
)

type suggestionView struct {
	ID        string                `json:"id"`
	Kind      model.SuggestionKind  `json:"kind" enum:"complaint,suggestion"`
	KindWords string                `json:"kind_words"`
	State     model.SuggestionState `json:"state" enum:"open,replied"`
	Body      string                `json:"body"`
	At        time.Time             `json:"at"`
	Reply     string                `json:"reply,omitempty" doc:"联络办的答复"`
	RepliedAt *time.Time            `json:"replied_at,omitempty"`
}

type suggestionList struct {
	Items []suggestionView `json:"items"`
	Next  string           `json:"next,omitempty"`
}

type suggestionInput struct {
	Body struct {
		Kind   model.SuggestionKind `json:"kind" enum:"complaint,suggestion"`
		Body   string               `json:"body" minLength:"1" maxLength:"500"`
		AreaID string               `json:"area_id,omitempty" maxLength:"36" doc:"由哪个区域的联络办答复，可填手机记住的区域；不填为全区"`
	}
}

func viewSuggestion(one model.AppSuggestion) suggestionView {
	v := suggestionView{ID: one.ID, Kind: one.Kind, KindWords: suggestion.KindWords(one.Kind), State: one.State, Body: one.Body, At: one.CreatedAt.In(model.Shanghai), Reply: one.Reply}
	v.RepliedAt = model.InShanghai(one.RepliedAt)
	return v
}

func (r Room) registerSuggestions(api endpoint.API) {
	const tag, base = "对平台的意见", "/api/v1/me/suggestions"
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: base, ID: "my-suggestions", Summary: "我对平台提的意见和答复", Tag: tag, Who: endpoint.SignedIn()},
		func(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[suggestionList], error) {
			rows, next, err := r.Suggestions.Mine(ctx, by, in.Page())
			if err != nil {
				return nil, err
			}
			list := suggestionList{Items: []suggestionView{}, Next: next}
			for _, one := range rows {
				list.Items = append(list.Items, viewSuggestion(one))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: base, ID: "suggest", Summary: "对平台提投诉或建议", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *suggestionInput) (*endpoint.Body[suggestionView], error) {
			one, err := r.Suggestions.Send(ctx, by, suggestion.Words{Kind: in.Body.Kind, Body: in.Body.Body, AreaID: in.Body.AreaID})
			if err != nil {
				return nil, err
			}
			return endpoint.Of(viewSuggestion(one)), nil
		})
}
