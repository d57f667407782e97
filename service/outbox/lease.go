package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
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

// hold is how long the lease of a job lasts that is under way; it is renewed
// until the round is over, and then kept until the next one is due.
const hold = 30 * time.Second

// renewal is how often the lease is renewed during a round.
var renewal = hold / 4

// RunJob repeats a job until ctx ends. Replicas share it by a lease row: the
// holder of the lease works, the others look again later. A holder that is told
// to stop gives the lease back; that of one that died ends by itself: soon in
// the middle of a round, else when the next round is due.
func RunJob(ctx context.Context, db *store.DB, now func() time.Time, log *slog.Logger, j Job) {
	ctx = store.Background(ctx)
	l := leased{Job: j, db: db, now: now, log: log, owner: model.NewID()}
	turn := time.NewTicker(j.Every)
	defer turn.Stop()
	defer func() {
		if err := giveLeaseBack(context.WithoutCancel(ctx), db, j.Name, l.owner, now()); err != nil {
			log.WarnContext(ctx, "lease cannot be given back", "job", j.Name, "error", err)
		}
	}()
	for ctx.Err() == nil {
		if err := l.look(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "job failed", "job", j.Name, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-turn.C:
		}
	}
}

// leased is a job in the hands of one replica.
type leased struct {
	Job

	db    *store.DB
	now   func() time.Time
	log   *slog.Logger
	owner string
}

// look does the job once if the lease can be had.
func (l leased) look(ctx context.Context) error {
	mine, err := l.take(ctx, hold)
	if err != nil || !mine {
		return err
	}
	working, cancel := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { l.keep(working, cancel) })
	began := l.now()
	err = l.round(working)
	cancel()
	keeping.Wait()
	if ctx.Err() != nil {
		return err
	}
	_, kept := takeLease(ctx, l.db, l.Name, l.owner, l.now(), l.Every+hold, roundOf(began, l.now(), err))
	return errors.Join(err, kept)
}

// roundOf is what the lease keeps of a round that has ended.
func roundOf(began, ended time.Time, outcome error) map[string]any {
	set := map[string]any{"began_at": began, "ended_at": ended, "last_error": words(outcome)}
	if outcome != nil {
		set["failed_at"] = ended
	}
	return set
}

func (l leased) take(ctx context.Context, life time.Duration) (bool, error) {
	return takeLease(ctx, l.db, l.Name, l.owner, l.now(), life, nil)
}

// keep renews the lease while the round goes on, and stops a round whose lease
// has become somebody else's.
func (l leased) keep(ctx context.Context, stop context.CancelFunc) {
	turn := time.NewTicker(renewal)
	defer turn.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-turn.C:
		}
		mine, err := l.take(ctx, hold)
		if err != nil && ctx.Err() == nil {
			l.log.WarnContext(ctx, "lease of a job was not renewed", "job", l.Name, "error", err)
		}
		if err == nil && !mine {
			stop()
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
		_, err := store.From[model.Lease](tx).Where("name = ? AND owner = ?", name, owner).Update(ctx, "until", now.Add(-time.Second))
		return err
	})
	if err != nil {
		return fmt.Errorf("outbox: give back lease of %s: %w", name, err)
	}
	return nil
}

// takeLease takes a lease that is free or one's own, or renews it, and keeps more
// with it.
func takeLease(ctx context.Context, db *store.DB, name, owner string, now time.Time, life time.Duration, more map[string]any) (bool, error) {
	set := map[string]any{"owner": owner, "until": now.Add(life)}
	maps.Copy(set, more)
	mine := false
	err := store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.Lease](tx).Where("name = ? AND (owner = ? OR `until` < ?)", name, owner, now).
			Set(clause.Assignments(set)).Update(ctx)
		mine = n == 1
		if err != nil || mine {
			return err
		}
		held, err := store.From[model.Lease](tx).Where("name = ?", name).Count(ctx, "*")
		if err != nil || held > 0 {
			return err
		}
		mine = true
		return store.From[model.Lease](tx).Create(ctx, &model.Lease{Name: name, Owner: owner, Until: now.Add(life)})
	})
	if store.IsDuplicate(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("outbox: take lease of %s: %w", name, err)
	}
	return mine, nil
}
