package newsroom

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
)

type figuresDay struct {
	Day      string `json:"day" doc:"截至这一天"`
	Readers  int    `json:"readers" doc:"发布以来的阅读人数，每人每天算一次"`
	Sharers  int    `json:"sharers"`
	Likes    int    `json:"likes"`
	Hearts   int    `json:"hearts"`
	Comments int    `json:"comments"`
	Keepers  int    `json:"keepers" doc:"收藏人数"`
}

type figuresDoor struct {
	Door model.Door   `json:"door" enum:"publication,mass_send"`
	Name string       `json:"name"`
	Days []figuresDay `json:"days"`
}

type figuresList struct {
	Items []figuresDoor `json:"items"`
}

func (r Room) registerFigures(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: one + "/figures", ID: "article-figures", Summary: "微信给出的阅读数据，每天一次", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[figuresList], error) {
			rows, err := r.Newsroom.Figures(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			list := figuresList{Items: []figuresDoor{}}
			for _, f := range rows {
				if n := len(list.Items); n == 0 || list.Items[n-1].Door != f.Door {
					list.Items = append(list.Items, figuresDoor{Door: f.Door, Name: model.DoorWords(f.Door), Days: []figuresDay{}})
				}
				last := &list.Items[len(list.Items)-1]
				last.Days = append(last.Days, figuresDay{f.Day, f.Readers, f.Sharers, f.Likes, f.Hearts, f.Comments, f.Keepers})
			}
			return endpoint.Of(list), nil
		})
}
