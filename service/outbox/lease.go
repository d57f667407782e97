package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
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
// holder of the lease works, the others look again later. A holder that is told
// to stop gives the lease back; that of one that died ends by itself.
func RunJob(ctx context.Context, db *store.DB, now func() time.Time, log *slog.Logger, j Job) {
	owner := model.NewID()
	turn := time.NewTicker(j.Every)
	defer turn.Stop()
	defer func() {
		if err := giveLeaseBack(context.WithoutCancel(ctx), db, j.Name, owner, now()); err != nil {
			log.WarnContext(ctx, "lease cannot be given back", "job", j.Name, "error", err)
		}
	}()
	for ctx.Err() == nil {
		mine, err := takeLease(ctx, db, j.Name, owner, now(), max(3*j.Every, 30*time.Second))
		if err == nil && mine {
			err = j.round(ctx)
		}
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "job failed", "job", j.Name, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-turn.C:
		}
	}
}

// round does the job once; a panic is an error like any other.
func (j Job) round(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("outbox: job %s panicked: %v\n%s", j.Name, p, debug.Stack())
		}
	}()
	return j.Tick(ctx)
}

// giveLeaseBack lets another replica take the lease at once.
func giveLeaseBack(ctx context.Context, db *store.DB, name, owner string, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, ending)
	defer cancel()
	err := store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := gorm.G[model.Lease](tx).Where("name = ? AND owner = ?", name, owner).Update(ctx, "until", now.Add(-time.Second))
		return err
	})
	if err != nil {
		return fmt.Errorf("outbox: give back lease of %s: %w", name, err)
	}
	return nil
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
