package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/store"
)

// Job is work that comes round: one replica at a time does it, every Every.
type Job struct {
	Name  string
	Every time.Duration
	Tick  func(ctx context.Context) error
}

// RunJob repeats a job until ctx ends. Replicas share it by a lease row: the
// holder of the lease works, the others look again later.
func RunJob(ctx context.Context, db *store.DB, now func() time.Time, log *slog.Logger, j Job) {
	owner := model.NewID()
	turn := time.NewTicker(j.Every)
	defer turn.Stop()
	for {
		mine, err := takeLease(ctx, db, j.Name, owner, now(), max(3*j.Every, 30*time.Second))
		if err == nil && mine {
			err = j.Tick(ctx)
		}
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "job failed", "job", j.Name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-turn.C:
		}
	}
}

func takeLease(ctx context.Context, db *store.DB, name, owner string, now time.Time, life time.Duration) (bool, error) {
	mine := false
	err := store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := gorm.G[model.Lease](tx).Where("name = ? AND (owner = ? OR until < ?)", name, owner, now).
			Set(clause.Assignments(map[string]any{"owner": owner, "until": now.Add(life)})).Update(ctx)
		mine = n == 1
		if err != nil || mine {
			return err
		}
		held, err := gorm.G[model.Lease](tx).Where("name = ?", name).Count(ctx, "*")
		if err != nil || held > 0 {
			return err
		}
		mine = true
		return gorm.G[model.Lease](tx).Create(ctx, &model.Lease{Name: name, Owner: owner, Until: now.Add(life)})
	})
	if store.IsDuplicate(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("outbox: take lease of %s: %w", name, err)
	}
	return mine, nil
}
