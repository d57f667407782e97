// Package newsroom holds what is told to the public: news, case stories, guides
// and notices. So far it lets everybody read what is live, and the system
// publish what it brings along, such as sample articles.
//
// It refuses to take an article from a person: what people write must be
// cleaned and approved by somebody else first, and both belong to the editor
// that the newsroom is still to get. It never shows an article that is not live.
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
	"lianxin/service/store"
)

// Options wires a Service.
type Options struct {
	DB  *store.DB
	Now func() time.Time
}

// Service is the desk of the newsroom.
type Service struct {
	db    *store.DB
	clock func() time.Time
}

// New makes a Service. It fails when something it cannot do without is missing.
func New(o Options) (*Service, error) {
	if o.DB == nil || o.Now == nil {
		return nil, errors.New("newsroom: a database and a clock are needed")
	}
	return &Service{db: o.DB, clock: o.Now}, nil
}

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// Find says which articles are looked for; what is empty does not matter. An
// area finds what concerns it: its own articles, those of the areas within it
// and those of the areas above it.
type Find struct {
	Kind             model.ArticleKind
	AreaID           string
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
	article, err := store.From[model.Article](s.db.Read()).Where("id = ? AND state IN ?", id, model.ArticlePublic()).Take(ctx)
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
