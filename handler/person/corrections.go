package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/privacy"
)

type amendInput struct {
	Body struct {
		MessageID string                `json:"message_id" minLength:"1" maxLength:"36"`
		Field     model.CorrectionField `json:"field" enum:"name,place,other" doc:"更正称呼、地点，还是其他内容"`
		Wanted    string                `json:"wanted" minLength:"1" maxLength:"500" doc:"正确的内容"`
		Reason    string                `json:"reason,omitempty" maxLength:"500"`
	}
}

type correctionView struct {
	ID        string                `json:"id"`
	MessageID string                `json:"message_id"`
	Field     model.CorrectionField `json:"field" enum:"name,place,other"`
	Wanted    string                `json:"wanted"`
	Reason    string                `json:"reason,omitempty"`
	State     model.CorrectionState `json:"state" enum:"open,done,declined"`
	Reply     string                `json:"reply,omitempty"`
	At        time.Time             `json:"at"`
}

type correctionList struct {
	Items []correctionView `json:"items"`
	Next  string           `json:"next,omitempty"`
}

func viewCorrection(c model.Correction) correctionView {
	return correctionView{c.ID, c.MessageID, c.Field, c.Wanted, c.Reason, c.State, c.Reply, c.CreatedAt.In(model.Shanghai)}
}

func (r Room) registerCorrections(api endpoint.API) {
	const tag, path = "我的数据", "/api/v1/me/data/corrections"
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: path, ID: "ask-correction", Summary: "请求更正来信中的信息", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusCreated,
	}, func(ctx context.Context, by model.Actor, in *amendInput) (*endpoint.Body[correctionView], error) {
		asked, err := r.Privacy.AskCorrection(ctx, by, privacy.Amendment(in.Body))
		if err != nil {
			return nil, err
		}
		return endpoint.Of(viewCorrection(asked)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: path, ID: "my-corrections", Summary: "我的更正请求", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[correctionList], error) {
		found, next, err := r.Privacy.Corrections(ctx, by, in.Page())
		if err != nil {
			return nil, err
		}
		list := correctionList{Items: []correctionView{}, Next: next}
		for _, c := range found {
			list.Items = append(list.Items, viewCorrection(c))
		}
		return endpoint.Of(list), nil
	})
}
