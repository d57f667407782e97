package deadline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// TaskKind is the kind of outbox task a step becomes; its payload is a Step.
const TaskKind = "deadline"

// Step tells a subject that a clock of one of its records came to an act.
type Step struct {
	DeadlineID string
	Kind       model.DeadlineKind
	Act        Act
	TargetKind string
	TargetID   string
	DueAt      time.Time
}

// Tick turns every step that is due into a task and says how many there were.
// Each is moved by compare-and-set with its task in one transaction: two
// replicas and a crash still make one. A clock that cannot be moved does not
// hold up the others.
func Tick(ctx context.Context, db *store.DB, now time.Time) (int, error) {
	due, err := store.From[model.Deadline](db.Read()).Where("state = ? AND next_at <= ?", model.DeadlineRunning, now).
		Order("next_at").Limit(200).Find(ctx)
	if err != nil {
		return 0, fmt.Errorf("deadline: look for due steps: %w", err)
	}
	taken := 0
	var failed error
	for _, d := range due {
		took, err := take(ctx, db, d, now)
		failed = errors.Join(failed, err)
		if took {
			taken++
		}
	}
	return taken, failed
}

func take(ctx context.Context, db *store.DB, d model.Deadline, now time.Time) (bool, error) {
	steps := stepsOf(d.Kind)
	if d.Step >= len(steps) {
		return false, fmt.Errorf("deadline: %s of %s has no step %d", d.Kind, d.TargetID, d.Step)
	}
	took := false
	err := store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		policy, err := policyFor(ctx, tx, d.AreaPath, d.Kind)
		if err != nil {
			return err
		}
		days, err := readCalendar(ctx, tx, d.DueAt)
		if err != nil {
			return err
		}
		set := map[string]any{}
		next, at := stepAfter(days, d, policy.Count)
		set["step"], set["next_at"] = next, at
		n, err := store.From[model.Deadline](tx).Where("id = ? AND state = ? AND step = ? AND next_at = ?", d.ID, model.DeadlineRunning, d.Step, *d.NextAt).
			Set(clause.Assignments(set)).Update(ctx)
		if err != nil || n != 1 {
			return err
		}
		took = true
		return outbox.Enqueue(ctx, tx, outbox.Task{
			Kind: TaskKind, DedupeKey: fmt.Sprintf("%s/%d/%d", d.ID, d.Step, d.NextAt.UnixMilli()), RunAt: now,
			Payload: Step{DeadlineID: d.ID, Kind: d.Kind, Act: steps[d.Step].act, TargetKind: d.TargetKind, TargetID: d.TargetID, DueAt: d.DueAt},
		})
	})
	if err != nil {
		return false, fmt.Errorf("deadline: take step: %w", err)
	}
	return took, nil
}
