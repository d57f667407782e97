package newsroom

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/newsroom"
)

type beginInput struct {
	Body struct {
		AreaID string            `json:"area_id" minLength:"1" maxLength:"36"`
		Kind   model.ArticleKind `json:"kind" enum:"news,case_story,guide,notice"`
		Title  string            `json:"title" minLength:"1" maxLength:"64"`
	}
}

// TextBody is the text of an article as the editor sends it. The service says
// beside each field what is too long: a schema could only refuse it all.
type TextBody struct {
	Title             string   `json:"title" maxLength:"200"`
	Digest            string   `json:"digest,omitempty" maxLength:"500"`
	Body              string   `json:"body" maxLength:"4194304" doc:"HTML，保存时清理为微信能保留的格式"`
	Byline            string   `json:"byline,omitempty" maxLength:"100"`
	CoverID           string   `json:"cover_id,omitempty" maxLength:"36"`
	ColumnID          string   `json:"column_id,omitempty" maxLength:"36"`
	RepresentativeIDs []string `json:"representative_ids,omitempty" maxItems:"50" doc:"文章写到的代表"`
}

func (b TextBody) text(revision int) newsroom.Text {
	return newsroom.Text{
		Revision: revision, Title: b.Title, Digest: b.Digest, Body: b.Body, Byline: b.Byline, CoverID: b.CoverID, ColumnID: b.ColumnID, RepresentativeIDs: b.RepresentativeIDs,
	}
}

type saveInput struct {
	endpoint.ID
	Body struct {
		TextBody

		Revision int `json:"revision" minimum:"0" doc:"读到的修订号；别人先保存过则返回 409，内容不会丢"`
	}
}

type savedView struct {
	Revision int         `json:"revision"`
	Body     string      `json:"body" doc:"清理以后的 HTML"`
	Changed  []string    `json:"changed" doc:"哪些内容没有保留"`
	Measure  measureView `json:"measure"`
}

type reasonInput struct {
	endpoint.ID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (r Room) registerWriting(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: under, ID: "begin-article", Summary: "新建文章", Tag: tag, Who: writes(), Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *beginInput) (*endpoint.Body[wholeView], error) {
			a, err := r.Newsroom.Begin(ctx, by, in.Body.AreaID, in.Body.Kind, in.Body.Title)
			if err != nil {
				return nil, err
			}
			return r.whole(ctx, by, a.ID)
		})
	// Keyless: the revision makes it safe to repeat, and answers as large as an
	// article need not be kept for every few seconds of typing.
	endpoint.Act(api, endpoint.Route{Method: http.MethodPut, Path: one + "/draft", ID: "save-article", Summary: "保存草稿", Tag: tag, Who: writes(), Keyless: true, MaxBody: textMax},
		func(ctx context.Context, by model.Actor, in *saveInput) (*endpoint.Body[savedView], error) {
			saved, err := r.Newsroom.Save(ctx, by, in.ID.ID, in.Body.text(in.Body.Revision))
			if err != nil {
				return nil, err
			}
			return endpoint.Of(savedView{saved.Article.Revision, r.shown(saved.Article.Body), append([]string{}, saved.Changed...), viewMeasure(saved.Measure)}), nil
		})
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/submit", ID: "submit-article", Summary: "提交审核", Who: writes()}, idOf,
		func(ctx context.Context, by model.Actor, in *endpoint.ID) error {
			_, err := r.Newsroom.Submit(ctx, by, in.ID)
			return err
		})
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/revise", ID: "revise-article", Summary: "取回修改，之后须重新审核", Who: writes()}, idOf,
		func(ctx context.Context, by model.Actor, in *endpoint.ID) error {
			_, err := r.Newsroom.Revise(ctx, by, in.ID)
			return err
		})
}
