package newsroom

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// lastMassSend finds the latest wish to send an article to all followers; nil
// when there was none.
func lastMassSend(ctx context.Context, db *gorm.DB, articleID string) (*model.MassSend, error) {
	found, err := store.From[model.MassSend](db).Where("article_id = ?", articleID).Order("asked_at DESC, id DESC").Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: read mass send: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // none is an answer
	}
	return &found[0], nil
}

// massSendFree reports whether a mass send may be asked for: there was none, or
// it came to nothing. What was sent once is never sent again.
func massSendFree(last *model.MassSend) bool {
	return last == nil || last.State == model.MassSendCancelled || last.State == model.MassSendFailed
}
