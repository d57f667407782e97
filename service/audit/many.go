package audit

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// Entry is one deed of many.
type Entry struct {
	Action string
	Target Target
}

// manyAtOnce is how many lines one statement writes.
const manyAtOnce = 500

// RecordAll writes a line for each of many deeds of one actor, in their
// transaction.
func RecordAll(ctx context.Context, tx *gorm.DB, by model.Actor, entries []Entry, at time.Time) error {
	lines := make([]model.AuditLine, 0, len(entries))
	for _, e := range entries {
		lines = append(lines, lineOf(ctx, by, e.Action, e.Target, at))
	}
	if len(lines) == 0 {
		return nil
	}
	if err := store.From[model.AuditLine](tx).CreateInBatches(ctx, &lines, manyAtOnce); err != nil {
		return fmt.Errorf("audit: record %d deeds: %w", len(entries), err)
	}
	return nil
}
