// Package newsroom serves those who write, review and publish articles.
package newsroom

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/newsroom"
	"lianxin/service/picture"
)

// Room serves the newsroom. Link makes the addresses of a picture for who may
// see it now.
type Room struct {
	Newsroom *newsroom.Service
	Pictures *picture.Service
	Link     func(pictureID string) (full, thumb string)
}

const (
	tag   = "新闻室"
	under = "/api/v1/staff/articles"
	one   = under + "/{id}"
)

// textMax is the largest body of a request that carries an article's text: what
// an office program pastes is many times what is left of it.
const textMax = 6 << 20

// Register adds the routes. Everybody who writes also reviews, so that reading
// asks for the latter.
func (r Room) Register(api endpoint.API) {
	r.registerReading(api)
	r.registerWriting(api)
	r.registerReview(api)
	r.registerVersions(api)
	r.registerPublishing(api)
	r.registerPreview(api)
	r.registerMassSend(api)
	r.registerLibrary(api)
	r.registerColumns(api)
	r.registerStories(api)
	r.registerFigures(api)
	r.registerReport(api)
}

func writes() endpoint.Who { return endpoint.Needs(model.PermitArticleWrite) }

func reviews() endpoint.Who { return endpoint.Needs(model.PermitArticleReview) }

// ListFilter is what the list can be narrowed by.
type ListFilter struct {
	State    model.ArticleState `query:"state" enum:"draft,in_review,returned,approved,scheduled,publishing,live,failed,corrected,withdrawn"`
	Kind     model.ArticleKind  `query:"kind" enum:"news,case_story,guide,notice"`
	AreaID   string             `query:"area_id" maxLength:"36" doc:"区域，含下级"`
	ColumnID string             `query:"column_id" maxLength:"36"`
	Text     string             `query:"q" maxLength:"60" doc:"标题里的字"`
	Mine     bool               `query:"mine" doc:"只看自己写过的"`
}

func (f ListFilter) wanted() newsroom.Wanted {
	return newsroom.Wanted{State: f.State, Kind: f.Kind, AreaID: f.AreaID, ColumnID: f.ColumnID, Text: f.Text, Mine: f.Mine}
}

type listInput struct {
	endpoint.Paging
	ListFilter
}

type rowList struct {
	Items []RowView `json:"items"`
	Next  string    `json:"next,omitempty"`
}

func (r Room) registerReading(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: under, ID: "newsroom-articles", Summary: "新闻室的文章", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *listInput) (*endpoint.Body[rowList], error) {
			rows, next, err := r.Newsroom.List(ctx, by, in.wanted(), in.Page())
			if err != nil {
				return nil, err
			}
			list := rowList{Items: []RowView{}, Next: next}
			for _, row := range rows {
				list.Items = append(list.Items, viewRow(row))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: one, ID: "newsroom-article", Summary: "一篇文章，连同批注、渠道和能做的事", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[wholeView], error) {
			return r.whole(ctx, by, in.ID)
		})
}

func (r Room) whole(ctx context.Context, by model.Actor, id string) (*endpoint.Body[wholeView], error) {
	w, err := r.Newsroom.Whole(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return endpoint.Of(r.viewWhole(w)), nil
}

// act registers a deed that is answered with the article as it is then.
func act[In any](api endpoint.API, r Room, route endpoint.Route, id func(*In) string, do func(ctx context.Context, by model.Actor, in *In) error) {
	route.Tag = tag
	endpoint.Act(api, route, func(ctx context.Context, by model.Actor, in *In) (*endpoint.Body[wholeView], error) {
		if err := do(ctx, by, in); err != nil {
			return nil, err
		}
		return r.whole(ctx, by, id(in))
	})
}

func idOf(in *endpoint.ID) string { return in.ID }
