package open

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/limit"
	"lianxin/service/newsroom"
	"lianxin/service/newsroom/richtext"
)

// ArticleView is an article in a list.
type ArticleView struct {
	ID          string            `json:"id"`
	Kind        model.ArticleKind `json:"kind" enum:"news,case_story,guide,notice"`
	Title       string            `json:"title"`
	Digest      string            `json:"digest,omitempty"`
	Byline      string            `json:"byline,omitempty"`
	CoverURL    string            `json:"cover_url,omitempty"`
	ColumnID    string            `json:"column_id,omitempty"`
	PublishedAt *time.Time        `json:"published_at"`
	Correction  string            `json:"correction,omitempty" doc:"更正说明"`
	CorrectedAt *time.Time        `json:"corrected_at,omitempty" doc:"更正时间"`
}

type articlePage struct {
	ArticleView
	Body string `json:"body" doc:"HTML"`
	// LikeThis leads who has a matter like the one of a case story to writing.
	LikeThis *likeThis `json:"like_this,omitempty" doc:"“我也有类似的事”：写信时带上的事由和代表"`
}

type likeThis struct {
	TopicID          string `json:"topic_id,omitempty"`
	RepresentativeID string `json:"representative_id,omitempty"`
}

type articleList struct {
	Items []ArticleView `json:"items"`
	Next  string        `json:"next,omitempty"`
}

type articleQuery struct {
	endpoint.Paging
	Kind             model.ArticleKind `query:"kind" enum:"news,case_story,guide,notice"`
	AreaID           string            `query:"area" maxLength:"36"`
	ColumnID         string            `query:"column_id" maxLength:"36"`
	RepresentativeID string            `query:"representative" maxLength:"36"`
}

type columnView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type columnList struct {
	Items []columnView `json:"items"`
}

func (r Room) viewArticle(a model.Article) ArticleView {
	v := ArticleView{ID: a.ID, Kind: a.Kind, Title: a.Title, Digest: a.Digest, Byline: a.Byline, ColumnID: a.ColumnID, PublishedAt: model.InShanghai(a.PublishedAt), Correction: a.Correction, CorrectedAt: model.InShanghai(a.CorrectedAt)}
	if a.CoverID != "" {
		v.CoverURL, _ = r.Link(a.CoverID)
	}
	return v
}

func (r Room) registerArticles(api endpoint.API) {
	const tag = "动态"
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/articles", ID: "articles", Summary: "动态、典型案例、知识", Tag: tag, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *articleQuery) (*endpoint.Body[articleList], error) {
			articles, next, err := r.Newsroom.Articles(ctx, newsroom.Find{Kind: in.Kind, AreaID: in.AreaID, ColumnID: in.ColumnID, RepresentativeID: in.RepresentativeID}, in.Page())
			if err != nil {
				return nil, err
			}
			list := articleList{Items: []ArticleView{}, Next: next}
			for _, a := range articles {
				list.Items = append(list.Items, r.viewArticle(a))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/columns", ID: "open-columns", Summary: "有文章可看的栏目", Tag: tag, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, _ *struct{}) (*endpoint.Body[columnList], error) {
			columns, err := r.Newsroom.OpenColumns(ctx)
			if err != nil {
				return nil, err
			}
			list := columnList{Items: []columnView{}}
			for _, c := range columns {
				list.Items = append(list.Items, columnView{c.ID, c.Name})
			}
			return endpoint.Of(list), nil
		})
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/articles/{id}", ID: "article", Summary: "一篇文章", Tag: tag, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *endpoint.ID) (*endpoint.Body[articlePage], error) {
			a, err := r.Newsroom.Article(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			body := richtext.WithPictures(a.Body, func(id string) string {
				full, _ := r.Link(id)
				return full
			})
			page := articlePage{ArticleView: r.viewArticle(a), Body: body}
			if a.Kind == model.ArticleCaseStory {
				topic, representative, err := r.Newsroom.LikeThis(ctx, a.ID)
				if err != nil {
					return nil, err
				}
				page.LikeThis = &likeThis{topic, representative}
			}
			return endpoint.Of(page), nil
		})
}

type answerCard struct {
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Question   string    `json:"question"`
	Answer     string    `json:"answer"`
	AnsweredBy string    `json:"answered_by"`
	At         time.Time `json:"at"`
}

type answerList struct {
	Items []answerCard `json:"items"`
	Next  string       `json:"next,omitempty"`
}

type answerQuery struct {
	endpoint.Paging
	Topic string `query:"topic" maxLength:"36"`
}

type similarInput struct {
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"2000" doc:"正在写的内容"`
	}
}

func viewAnswers(cards []model.AnsweredCard) []answerCard {
	views := []answerCard{}
	for _, c := range cards {
		views = append(views, answerCard{c.ID, c.Title, c.Question, c.Answer, c.AnsweredBy, c.PublishedAt.In(model.Shanghai)})
	}
	return views
}

func (r Room) registerAnswers(api endpoint.API) {
	const tag = "公开答复"
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/answers", ID: "answers", Summary: "公开的答复", Tag: tag, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *answerQuery) (*endpoint.Body[answerList], error) {
			cards, next, err := r.Messages.Cards(ctx, in.Topic, in.Page())
			if err != nil {
				return nil, err
			}
			return endpoint.Of(answerList{viewAnswers(cards), next}), nil
		})
	// A POST, because what somebody is writing has no place in an address; it
	// changes nothing and needs no key.
	endpoint.Register(api, endpoint.Route{Method: http.MethodPost, Path: "/api/v1/answers/similar", ID: "similar-answers", Limit: limit.Similar, Summary: "与正在写的内容相似、已经答复的", Tag: tag, Who: endpoint.Anyone(), Keyless: true},
		func(ctx context.Context, in *similarInput) (*endpoint.Body[answerList], error) {
			cards, err := r.Messages.Similar(ctx, in.Body.Text)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(answerList{Items: viewAnswers(cards)}), nil
		})
}
