// Package deadline runs the one clock that resident, representative and unit
// all see: how long each step may take, in working days with holidays and
// make-up days, what reminds whom when time grows short, and what happens when
// it is over. It says when; what is done then is the subject's own business.
package deadline

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// On names the record a clock runs for and the area whose policy applies.
type On struct {
	TargetKind string
	TargetID   string
	AreaPath   string
}

// running are the states in which a clock still counts.
var running = []model.DeadlineState{model.DeadlineRunning, model.DeadlinePaused}

// Start stops whatever clock the record had, as met, and starts a new one from
// now. A record has one clock at a time, so that everybody sees the same date.
func Start(ctx context.Context, tx *gorm.DB, on On, kind model.DeadlineKind, now time.Time) (model.Deadline, error) {
	if err := Stop(ctx, tx, on.TargetID, model.DeadlineMet, now); err != nil {
		return model.Deadline{}, err
	}
	policy, err := policyFor(ctx, tx, on.AreaPath, kind)
	if err != nil {
		return model.Deadline{}, err
	}
	days, err := readCalendar(ctx, tx, now)
	if err != nil {
		return model.Deadline{}, err
	}
	d := clock(on, kind, policy, days, now)
	return d, Begin(ctx, tx, d)
}

func clock(on On, kind model.DeadlineKind, policy model.DeadlinePolicy, days calendar, now time.Time) model.Deadline {
	d := model.Deadline{
		ID: model.NewID(), Kind: kind, TargetKind: on.TargetKind, TargetID: on.TargetID, AreaPath: on.AreaPath,
		State: model.DeadlineRunning, StartedAt: now, DueAt: endOf(days.add(now, policy.Days, policy.Count)),
	}
	d.Step, d.NextAt = firstStep(days, d, policy.Count, now)
	return d
}

// rememberFor is how long policies and calendar are remembered for Plan: a
// change on another replica holds for the clocks that start after it.
const rememberFor = 5 * time.Second

// Plan makes the clock of a record that is about to be made, without starting
// it: Begin does, in the transaction of the record.
func Plan(ctx context.Context, db *store.DB, on On, kind model.DeadlineKind, now time.Time) (model.Deadline, error) {
	policy, err := store.Remember(db, "deadline policy "+string(kind)+" "+on.AreaPath, now, rememberFor, []string{"deadline_policies"}, func() (model.DeadlinePolicy, error) {
		return policyFor(ctx, db.Read(), on.AreaPath, kind)
	})
	if err != nil {
		return model.Deadline{}, err
	}
	days, err := store.Remember(db, "calendar", now, rememberFor, []string{"calendar_days"}, func() (calendar, error) {
		return readCalendar(ctx, db.Read(), now)
	})
	if err != nil {
		return model.Deadline{}, err
	}
	return clock(on, kind, policy, days, now), nil
}

// Begin starts a clock that was planned for a record that has none.
func Begin(ctx context.Context, tx *gorm.DB, d model.Deadline) error {
	if err := store.From[model.Deadline](tx).Create(ctx, &d); err != nil {
		return fmt.Errorf("deadline: start %s: %w", d.Kind, err)
	}
	return nil
}

// endOf is the last second of the day that begins at midnight, in UTC.
func endOf(midnight time.Time) time.Time { return midnight.AddDate(0, 0, 1).Add(-time.Second).UTC() }

// Stop ends the clock of a record, if it has one.
func Stop(ctx context.Context, tx *gorm.DB, targetID string, as model.DeadlineState, now time.Time) error {
	_, err := store.From[model.Deadline](tx).Where("target_id = ? AND state IN ?", targetID, running).
		Set(clause.Assignments(map[string]any{"state": as, "next_at": nil, "ended_at": now})).Update(ctx)
	if err != nil {
		return fmt.Errorf("deadline: stop: %w", err)
	}
	return nil
}

// Current gives the clock of a record; false when none counts.
func Current(ctx context.Context, tx *gorm.DB, targetID string) (model.Deadline, bool, error) {
	found, err := store.From[model.Deadline](tx).Where("target_id = ? AND state IN ?", targetID, running).Limit(1).Find(ctx)
	if err != nil {
		return model.Deadline{}, false, fmt.Errorf("deadline: find current: %w", err)
	}
	if len(found) == 0 {
		return model.Deadline{}, false, nil
	}
	return found[0], true, nil
}

// AnyKind stands for whichever clock a record has.
const AnyKind model.DeadlineKind = ""

// MayExtend says by how many working days a clock may be extended now: none when
// it waits for a resident, is paused or was extended before, or its policy allows
// none.
func MayExtend(ctx context.Context, tx *gorm.DB, d model.Deadline) (int, error) {
	if d.State != model.DeadlineRunning || d.Extended > 0 || !heldByOffice(d.Kind) {
		return 0, nil
	}
	policy, err := policyFor(ctx, tx, d.AreaPath, d.Kind)
	return policy.MaxExtend, err
}

// heldByOffice reports whether somebody in office must meet a clock.
func heldByOffice(kind model.DeadlineKind) bool {
	steps := stepsOf(kind)
	return len(steps) > 0 && steps[0].act == ActRemind
}

// Extend moves the date of a record's clock by working days, once, within what
// the policy allows. Faults: invalid when it is too much, conflict when no such
// clock runs, it is paused, was extended before, or may not be extended at all.
func Extend(ctx context.Context, tx *gorm.DB, targetID string, kind model.DeadlineKind, days int, reason string, now time.Time) (model.Deadline, error) {
	d, found, err := Current(ctx, tx, targetID)
	switch {
	case err != nil:
		return d, err
	case !found || kind != AnyKind && d.Kind != kind || !heldByOffice(d.Kind):
		return d, fault.Conflict("现在没有可以延长的办理期限。")
	case d.State == model.DeadlinePaused:
		return d, fault.Conflict("办理期限已暂停，恢复后才能延长。")
	case d.Extended > 0:
		return d, fault.Conflict("办理期限只能延长一次。")
	}
	policy, err := policyFor(ctx, tx, d.AreaPath, d.Kind)
	if err != nil {
		return d, err
	}
	if policy.MaxExtend == 0 {
		return d, fault.Conflict("按本区域的规定，这一期限不能延长。")
	}
	if days < 1 || days > policy.MaxExtend {
		return d, fault.InvalidField("days", fmt.Sprintf("可以延长 1 到 %d 个工作日。", policy.MaxExtend))
	}
	calendar, err := readCalendar(ctx, tx, d.DueAt)
	if err != nil {
		return d, err
	}
	d.DueAt = endOf(calendar.add(d.DueAt, days, model.CountWorking))
	d.Extended, d.Reason = days, reason
	d.Step, d.NextAt = firstStep(calendar, d, policy.Count, now)
	return d, update(ctx, tx, d)
}

// Follow gives a record the clock that another has: the same date, steps and
// pause, with the reason why. Whatever clock it had is dropped. Fault: conflict
// when the other has none.
func Follow(ctx context.Context, tx *gorm.DB, leadingID string, on On, reason string, now time.Time) (model.Deadline, error) {
	d, found, err := Current(ctx, tx, leadingID)
	if err != nil {
		return d, err
	}
	if !found {
		return d, fault.Conflict("牵头的来信现在没有办理期限，不能一并办理。")
	}
	if err := Stop(ctx, tx, on.TargetID, model.DeadlineDropped, now); err != nil {
		return d, err
	}
	d.ID, d.TargetKind, d.TargetID, d.AreaPath, d.Reason = model.NewID(), on.TargetKind, on.TargetID, on.AreaPath, cmp.Or(d.Reason, reason)
	return d, Begin(ctx, tx, d)
}

// Pause stops the clock of a record, with its reason; no reminder comes while
// it is paused.
func Pause(ctx context.Context, tx *gorm.DB, targetID, reason string, now time.Time) (model.Deadline, error) {
	d, found, err := Current(ctx, tx, targetID)
	if err != nil {
		return d, err
	}
	if !found || d.State == model.DeadlinePaused {
		return d, fault.Conflict("现在没有正在计算的办理期限，不需要暂停。")
	}
	d.State, d.Reason, d.PausedAt, d.NextAt = model.DeadlinePaused, reason, &now, nil
	return d, update(ctx, tx, d)
}

// Resume lets a paused clock go on; the date moves by exactly the days it stood
// still, so what was overdue stays so. The steps go on where they stood.
func Resume(ctx context.Context, tx *gorm.DB, targetID string, now time.Time) (model.Deadline, error) {
	d, found, err := Current(ctx, tx, targetID)
	if err != nil {
		return d, err
	}
	if !found || d.State != model.DeadlinePaused {
		return d, fault.Conflict("办理期限没有暂停，不需要恢复。")
	}
	policy, err := policyFor(ctx, tx, d.AreaPath, d.Kind)
	if err != nil {
		return d, err
	}
	days, err := readCalendar(ctx, tx, now)
	if err != nil {
		return d, err
	}
	stood := days.between(*d.PausedAt, now, policy.Count)
	d.DueAt = endOf(days.add(d.DueAt, stood, policy.Count))
	d.State, d.PausedAt = model.DeadlineRunning, nil
	d.Step, d.NextAt = stepOnResume(days, d, policy.Count, now)
	return d, update(ctx, tx, d)
}

func update(ctx context.Context, tx *gorm.DB, d model.Deadline) error {
	n, err := store.From[model.Deadline](tx).Where("id = ? AND state IN ?", d.ID, running).Set(clause.Assignments(map[string]any{
		"state": d.State, "due_at": d.DueAt, "next_at": d.NextAt, "step": d.Step,
		"extended": d.Extended, "reason": d.Reason, "paused_at": d.PausedAt,
	})).Update(ctx)
	if err != nil {
		return fmt.Errorf("deadline: update: %w", err)
	}
	if n != 1 {
		return fault.Conflict("办理期限刚刚发生了变化，请刷新后再试。")
	}
	return nil
}

// DueBy tells the date that a clock started now would promise, without starting it.
func DueBy(ctx context.Context, tx *gorm.DB, areaPath string, kind model.DeadlineKind, now time.Time) (time.Time, error) {
	policy, err := policyFor(ctx, tx, areaPath, kind)
	if err != nil {
		return time.Time{}, err
	}
	days, err := readCalendar(ctx, tx, now)
	if err != nil {
		return time.Time{}, err
	}
	return endOf(days.add(now, policy.Days, policy.Count)), nil
}
