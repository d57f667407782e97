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

// feedOrigin is how many came from one place.
type feedOrigin struct {
	From    model.ReadOrigin `json:"from" enum:"feed,wechat,share,story,follow,other"`
	Words   string           `json:"words" doc:"从哪里打开的"`
	Readers int              `json:"readers"`
}

type feedDay struct {
	Day     string `json:"day"`
	Readers int    `json:"readers" doc:"这一天打开的人数，每部手机算一次"`
}

type feedFigures struct {
	Readers int          `json:"readers" doc:"各天人数之和：同一个人第二天再看，再算一次"`
	Days    []feedDay    `json:"days"`
	Origins []feedOrigin `json:"origins"`
}

type figuresList struct {
	Items []figuresDoor `json:"items" doc:"微信给出的，每个渠道"`
	Feed  feedFigures   `json:"feed" doc:"本平台动态里的阅读"`
}

// viewReads adds up what was counted by day and origin.
func viewReads(rows []model.ArticleRead) feedFigures {
	v := feedFigures{Days: []feedDay{}, Origins: []feedOrigin{}}
	at := map[model.ReadOrigin]int{}
	for _, row := range rows {
		v.Readers += row.Readers
		if n := len(v.Days); n == 0 || v.Days[n-1].Day != row.Day {
			v.Days = append(v.Days, feedDay{Day: row.Day})
		}
		v.Days[len(v.Days)-1].Readers += row.Readers
		i, known := at[row.Origin]
		if !known {
			i = len(v.Origins)
			at[row.Origin] = i
			v.Origins = append(v.Origins, feedOrigin{From: row.Origin, Words: model.ReadOriginWords(row.Origin)})
		}
		v.Origins[i].Readers += row.Readers
	}
	return v
}

func (r Room) registerFigures(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: one + "/figures", ID: "article-figures", Summary: "阅读数据：微信给出的，每天一次；本平台自己数的，随时", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[figuresList], error) {
			rows, err := r.Newsroom.Figures(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			reads, err := r.Newsroom.Reads(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			list := figuresList{Items: []figuresDoor{}, Feed: viewReads(reads)}
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
