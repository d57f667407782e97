package sample

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"lianxin/service/store"
)

// hurry lets SQLite commit without waiting for the disk until the function it
// gives is called: a story of many small transactions spends most of its time
// on that wait. What a power cut would tear meanwhile has no mark of the end, and is
// refused at the next start. It changes how the writer syncs, not what is
// written: writing still goes through store.InTx.
func hurry(ctx context.Context, db *store.DB) (func() error, error) {
	if db.Kind() != store.SQLite {
		return func() error { return nil }, nil
	}
	var writer gorm.ConnPool
	err := store.InTx(ctx, db, func(_ context.Context, tx *gorm.DB) error {
		writer = tx.ConnPool
		return nil
	})
	if err == nil {
		_, err = writer.ExecContext(ctx, "PRAGMA synchronous=OFF")
	}
	if err != nil {
		return nil, fmt.Errorf("sample: hurry: %w", err)
	}
	return func() error {
		// Also when the caller was called off: the setting must not stay.
		ctx := context.WithoutCancel(ctx)
		_, synced := writer.ExecContext(ctx, "PRAGMA synchronous=FULL")
		_, kept := writer.ExecContext(ctx, "PRAGMA wal_checkpoint(FULL)")
		if err := errors.Join(synced, kept); err != nil {
			return fmt.Errorf("sample: end of hurry: %w", err)
		}
		return nil
	}, nil
}
