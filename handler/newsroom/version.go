package newsroom

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/comparison"
)

// VersionRow is a version in a list.
type VersionRow struct {
	Number    int                `json:"number"`
	Cause     model.VersionCause `json:"cause" enum:"autosave,submit,return,approve,publish,correct,restore,show"`
	Title     string             `json:"title"`
	Author    string             `json:"author"`
	CreatedAt time.Time          `json:"created_at"`
}

type versionList struct {
	Items []VersionRow `json:"items"`
}

type versionView struct {
	VersionRow

	Digest   string `json:"digest"`
	Body     string `json:"body"`
	Byline   string `json:"byline"`
	CoverID  string `json:"cover_id"`
	CoverURL string `json:"cover_url,omitempty"`
}

// VersionInput names a version of an article.
type VersionInput struct {
	endpoint.ID
	Number int `path:"n" minimum:"0" doc:"版本号；0 是现在的内容"`
}

type compareInput struct {
	VersionInput
	With int `query:"with" minimum:"0" default:"0" doc:"与哪一版比较；0 是现在的内容"`
}

type pieceView struct {
	Kind comparison.Kind `json:"kind" enum:"same,added,removed"`
	Text string          `json:"text"`
}

type paragraphView struct {
	Pieces []pieceView `json:"pieces"`
}

type comparisonView struct {
	Paragraphs []paragraphView `json:"paragraphs" doc:"从旧到新，逐段逐字"`
}

func viewVersion(v model.ArticleVersion) VersionRow {
	return VersionRow{v.Number, v.Cause, v.Title, v.Author, v.CreatedAt.In(model.Shanghai)}
}

func (r Room) registerVersions(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: one + "/versions", ID: "article-versions", Summary: "历史版本", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[versionList], error) {
			versions, err := r.Newsroom.Versions(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			list := versionList{Items: []VersionRow{}}
			for _, v := range versions {
				list.Items = append(list.Items, viewVersion(v))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: one + "/versions/{n}", ID: "article-version", Summary: "一个版本", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *VersionInput) (*endpoint.Body[versionView], error) {
			v, err := r.Newsroom.Version(ctx, by, in.ID.ID, in.Number)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(versionView{viewVersion(v), v.Digest, r.shown(v.Body), v.Byline, v.CoverID, r.coverURL(v.CoverID)}), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: one + "/versions/{n}/compare", ID: "compare-versions", Summary: "两个版本有什么不同", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *compareInput) (*endpoint.Body[comparisonView], error) {
			paragraphs, err := r.Newsroom.Compare(ctx, by, in.ID.ID, in.Number, in.With)
			if err != nil {
				return nil, err
			}
			v := comparisonView{Paragraphs: []paragraphView{}}
			for _, p := range paragraphs {
				shown := paragraphView{Pieces: []pieceView{}}
				for _, piece := range p.Pieces {
					shown.Pieces = append(shown.Pieces, pieceView(piece))
				}
				v.Paragraphs = append(v.Paragraphs, shown)
			}
			return endpoint.Of(v), nil
		})
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/versions/{n}/restore", ID: "restore-version", Summary: "恢复为这个版本", Who: writes()},
		func(in *VersionInput) string { return in.ID.ID }, func(ctx context.Context, by model.Actor, in *VersionInput) error {
			_, err := r.Newsroom.Restore(ctx, by, in.ID.ID, in.Number)
			return err
		})
}
