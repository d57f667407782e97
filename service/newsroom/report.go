package newsroom

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/store"
)

// Reported is an article with what came of it: by our own count in Feed, by
// WeChat's in Official, all days and doors together.
type Reported struct {
	Row

	Feed     int
	Official Counted
}

// Report lists articles as List does, with what came of each. Faults: those of
// List.
func (s *Service) Report(ctx context.Context, by model.Actor, w Wanted, page store.Page) ([]Reported, string, error) {
	rows, next, err := s.List(ctx, by, w, page)
	if err != nil || len(rows) == 0 {
		return nil, next, err
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	reads, err := store.From[model.ArticleRead](s.db.Read()).Select("article_id, SUM(readers) AS readers").Where("article_id IN ?", ids).Group("article_id").Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("newsroom: add up reads: %w", err)
	}
	figures, err := store.From[model.ArticleFigures](s.db.Read()).Where("article_id IN ?", ids).Order("article_id, door, day").Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("newsroom: read figures: %w", err)
	}
	feed, official := map[string]int{}, addedUp(figures)
	for _, r := range reads {
		feed[r.ArticleID] = r.Readers
	}
	report := make([]Reported, len(rows))
	for i, row := range rows {
		report[i] = Reported{Row: row, Feed: feed[row.ID], Official: official[row.ID]}
	}
	return report, next, nil
}

// addedUp adds up the doors of each article. What WeChat tells of a day counts
// from the publication on, so of each door the last day is taken; rows come by
// article, door and day.
func addedUp(figures []model.ArticleFigures) map[string]Counted {
	sums := map[string]Counted{}
	for i, f := range figures {
		if i+1 < len(figures) && figures[i+1].ArticleID == f.ArticleID && figures[i+1].Door == f.Door {
			continue
		}
		sum := sums[f.ArticleID]
		sum.Readers += f.Readers
		sum.Sharers += f.Sharers
		sum.Likes += f.Likes
		sum.Hearts += f.Hearts
		sum.Comments += f.Comments
		sum.Keepers += f.Keepers
		sums[f.ArticleID] = sum
	}
	return sums
}
