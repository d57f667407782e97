// Package newsroom holds what is told to the public: news, case stories, guides
// and notices. An article is written once, reviewed by a second person, and goes
// out through doors: our own feed, and the official account as a draft, a
// publication or a mass send. Each door has its own state, and what has to be
// done at WeChat is a job that writes down every step.
//
// It refuses to let out what nobody but its writers has read, to send to all
// followers what a second officer did not confirm, and to ask WeChat twice for
// what may have happened already. It never shows an article that is not live,
// keeps no HTML that richtext did not clean, and speaks to WeChat only through
// the interface Official.
package newsroom

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/model/flow"
	"lianxin/service/store"
)

// Options wires a Service. Official, Pictures and Link are needed where articles
// go to an official account: AppID is that account, and Link makes the address
// of one of our pages, to which WeChat's 阅读原文 leads.
type Options struct {
	DB       *store.DB
	Now      func() time.Time
	Official Official
	AppID    string
	Pictures Pictures
	Link     func(page string) string
}

// Service is the desk of the newsroom.
type Service struct {
	db       *store.DB
	clock    func() time.Time
	official Official
	appID    string
	pictures Pictures
	link     func(page string) string
	flow     articleFlow
	doors    doorFlow
}

type (
	articleFlow = flow.Table[model.ArticleState, model.ArticleDeed]
	doorFlow    = flow.Table[model.DoorState, model.DoorDeed]
)

// New makes a Service. It fails when something it cannot do without is missing.
func New(o Options) (*Service, error) {
	if o.DB == nil || o.Now == nil {
		return nil, errors.New("newsroom: a database and a clock are needed")
	}
	if o.Official != nil && (o.AppID == "" || o.Pictures == nil || o.Link == nil) {
		return nil, errors.New("newsroom: an official account needs its AppID, pictures and links")
	}
	return &Service{
		db: o.DB, clock: o.Now, official: o.Official, appID: o.AppID, pictures: o.Pictures, link: o.Link,
		flow: model.ArticleFlow(), doors: model.DoorFlow(),
	}, nil
}

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// Find says which articles are looked for; what is empty does not matter. An
// area finds what concerns it: its own articles, those of the areas within it
// and those of the areas above it.
type Find struct {
	Kind             model.ArticleKind
	AreaID           string
	ColumnID         string
	RepresentativeID string
}

// Articles lists what is live, newest first, without the bodies, and gives the
// cursor of the next page, empty at the end. Faults: invalid (after), not found
// for an area that there is not.
func (s *Service) Articles(ctx context.Context, find Find, page store.Page) ([]model.Article, string, error) {
	q := store.From[model.Article](s.db.Read()).Omit("body").Where("state IN ? AND published_at IS NOT NULL", model.ArticlePublic())
	if find.Kind != "" {
		q = q.Where("kind = ?", find.Kind)
	}
	if find.ColumnID != "" {
		q = q.Where("column_id = ?", find.ColumnID)
	}
	if find.AreaID != "" {
		area, err := s.area(ctx, s.db.Read(), find.AreaID)
		if err != nil {
			return nil, "", err
		}
		line := strings.Split(strings.Trim(area.Path, "/"), "/")
		q = q.Where("(area_id IN ? OR ?)", line, store.WithinAny("area_path", []string{area.Path}))
	}
	if find.RepresentativeID != "" {
		q = q.Where("id IN (SELECT article_id FROM article_representatives WHERE representative_id = ?)", find.RepresentativeID)
	}
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(published_at < ? OR (published_at = ? AND id < ?))", at, at, id)
	}
	articles, err := q.Order("published_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("newsroom: list articles: %w", err)
	}
	articles, next := store.Cut(articles, page, func(a model.Article) string { return store.TimeCursor(*a.PublishedAt, a.ID) })
	return articles, next, nil
}

// Article gives one live article whole. Fault: not found.
func (s *Service) Article(ctx context.Context, id string) (model.Article, error) {
	article, err := store.From[model.Article](s.db.Read()).Where("id = ? AND state IN ? AND published_at IS NOT NULL", id, model.ArticlePublic()).Take(ctx)
	if store.IsAbsent(err) {
		return model.Article{}, fault.NotFound("这篇文章")
	}
	if err != nil {
		return model.Article{}, fmt.Errorf("newsroom: find article: %w", err)
	}
	return article, nil
}

func (s *Service) area(ctx context.Context, db *gorm.DB, id string) (model.Area, error) {
	area, err := store.From[model.Area](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return model.Area{}, fault.NotFound("该区域")
	}
	if err != nil {
		return model.Area{}, fmt.Errorf("newsroom: find area: %w", err)
	}
	return area, nil
}
