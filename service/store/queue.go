package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
)

// StandInLine makes a transaction wait until every other that stands in the same
// line has ended, so that what it reads afterwards holds what they wrote. Locks
// on what a condition finds would do on some engines; TiDB has none for rows
// that are not there yet.
func StandInLine(ctx context.Context, tx *gorm.DB, line string) error {
	next := func() (int, error) {
		return From[model.Queue](tx).Where("name = ?", line).Update(ctx, "turn", gorm.Expr("turn + 1"))
	}
	n, err := next()
	if err == nil && n == 0 {
		err = From[model.Queue](tx).Create(ctx, &model.Queue{Name: line})
		if IsDuplicate(err) {
			_, err = next()
		}
	}
	if err != nil {
		return fmt.Errorf("store: stand in line for %s: %w", line, err)
	}
	return nil
}
