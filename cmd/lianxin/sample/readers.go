package sample

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// readDays is for how many days after its publication an article of the sample
// has readers.
const readDays = 7

// readersFrom is how many come from where on the first day; then fewer.
var readersFrom = []struct {
	origin  model.ReadOrigin
	readers int
}{{model.OriginFeed, 34}, {model.OriginWeChat, 58}, {model.OriginShare, 17}, {model.OriginFollow, 6}}

// readArticles has people read the articles in the feed. The counts are written
// as they stand at the end of a day: nothing is kept of who read.
func (t *town) readArticles(ctx context.Context) error {
	live, err := store.From[model.Article](t.DB.Read()).Omit("body").Where("state IN ? AND published_at IS NOT NULL", model.ArticlePublic()).Order("published_at, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("sample: find articles: %w", err)
	}
	var rows []model.ArticleRead
	for i, a := range live {
		for day := range readDays {
			at := a.PublishedAt.AddDate(0, 0, day)
			if at.After(t.end) {
				break
			}
			for _, from := range readersFrom {
				if n := (from.readers + 5*(i%4)) / (day + 1); n > 0 {
					rows = append(rows, model.ArticleRead{ArticleID: a.ID, Day: model.Day(at), Origin: from.origin, Readers: n})
				}
			}
		}
	}
	return store.InTx(ctx, t.DB, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.ArticleRead](tx).CreateInBatches(ctx, &rows, manyTasks)
	})
}
