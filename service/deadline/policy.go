package deadline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Act is what a step of a clock asks for.
type Act string

// The acts. An overdue record first reminds its holder, then rises to the
// liaison office, then to the organisation department (product.md 4.2).
const (
	ActRemind           Act = "remind"
	ActOverdue          Act = "overdue"
	ActRiseLiaison      Act = "rise_liaison"
	ActRiseOrganisation Act = "rise_organisation"
	ActAsk              Act = "ask"
	ActAskAgain         Act = "ask_again"
	ActTimeOut          Act = "time_out"
)

// step is an act so many days after the due day (before it, when negative).
type step struct {
	act   Act
	after int
}

// Clocks that somebody in office must meet, and clocks that only wait for a
// resident and close by themselves.
var (
	officeSteps  = []step{{ActRemind, -1}, {ActOverdue, 1}, {ActRiseLiaison, 2}, {ActRiseOrganisation, 5}}
	waitingSteps = []step{{ActTimeOut, 1}}
	askSteps     = []step{{ActAsk, 0}, {ActAskAgain, 7}, {ActTimeOut, 14}}
)

func stepsOf(kind model.DeadlineKind) []step {
	switch kind {
	case model.DeadlineAskSolved:
		return askSteps
	case model.DeadlineAppeal, model.DeadlineObjection, model.DeadlineScreenStall, model.DeadlineStoryAnswer, model.DeadlineStoryTakeDown:
		return waitingSteps
	case model.DeadlineHumanCheck, model.DeadlineFirstTouch, model.DeadlineHandOver, model.DeadlineUnitAccept, model.DeadlineFinish:
		return officeSteps
	}
	return nil
}

// Defaults are the clocks of product.md 4.2, in force where an area sets none.
func Defaults() []model.DeadlinePolicy {
	return []model.DeadlinePolicy{
		{Kind: model.DeadlineScreenStall, Days: 1, Count: model.CountCalendar},
		{Kind: model.DeadlineHumanCheck, Days: 1, Count: model.CountWorking},
		{Kind: model.DeadlineAppeal, Days: 10, Count: model.CountWorking},
		{Kind: model.DeadlineFirstTouch, Days: 3, Count: model.CountWorking},
		{Kind: model.DeadlineHandOver, Days: 5, Count: model.CountWorking},
		{Kind: model.DeadlineUnitAccept, Days: 5, Count: model.CountWorking},
		{Kind: model.DeadlineFinish, Days: 30, Count: model.CountWorking, MaxExtend: 15},
		{Kind: model.DeadlineObjection, Days: 10, Count: model.CountWorking},
		{Kind: model.DeadlineAskSolved, Days: 14, Count: model.CountCalendar},
		{Kind: model.DeadlineStoryAnswer, Days: 15, Count: model.CountWorking},
		{Kind: model.DeadlineStoryTakeDown, Days: 1, Count: model.CountWorking},
	}
}

// morning is when reminders go out, in Shanghai: not at midnight.
const morning = 9 * time.Hour

// stepAt is the moment of a clock's step by its date.
func stepAt(days calendar, d model.Deadline, count model.DayCount, i int) time.Time {
	return days.add(d.DueAt, stepsOf(d.Kind)[i].after, count).Add(morning).UTC()
}

// firstStep finds the first step of a clock with a new date that lies in the
// future, and its moment; nil when there is none left.
func firstStep(days calendar, d model.Deadline, count model.DayCount, now time.Time) (int, *time.Time) {
	steps := stepsOf(d.Kind)
	for i := range steps {
		if at := stepAt(days, d, count, i); at.After(now) {
			return i, &at
		}
	}
	return len(steps), nil
}

// stepAfter gives the step that follows one that was taken. It may be past, when
// the program was down: no step is left out.
func stepAfter(days calendar, d model.Deadline, count model.DayCount) (int, *time.Time) {
	next := d.Step + 1
	if next >= len(stepsOf(d.Kind)) {
		return next, nil
	}
	at := stepAt(days, d, count, next)
	return next, &at
}

// stepOnResume gives the step a paused clock goes on with: the one it had come
// to, at once when its moment went by during the pause. A clock that had come to
// its end and still counts was paused before the end was carried out: the end
// comes again.
func stepOnResume(days calendar, d model.Deadline, count model.DayCount, now time.Time) (int, *time.Time) {
	steps := stepsOf(d.Kind)
	next := d.Step
	if last := len(steps) - 1; next > last && last >= 0 && steps[last].act == ActTimeOut {
		next = last
	}
	if next >= len(steps) {
		return next, nil
	}
	at := stepAt(days, d, count, next)
	if at.Before(now) {
		at = now
	}
	return next, &at
}

// policyFor finds the policy of the nearest area that sets one, else the default.
func policyFor(ctx context.Context, tx *gorm.DB, areaPath string, kind model.DeadlineKind) (model.DeadlinePolicy, error) {
	ids := strings.Split(strings.Trim(areaPath, "/"), "/")
	set, err := store.From[model.DeadlinePolicy](tx).Where("kind = ? AND area_id IN ?", kind, ids).Find(ctx)
	if err != nil {
		return model.DeadlinePolicy{}, fmt.Errorf("deadline: find policy: %w", err)
	}
	if len(set) > 0 {
		return slices.MaxFunc(set, func(a, b model.DeadlinePolicy) int {
			return slices.Index(ids, a.AreaID) - slices.Index(ids, b.AreaID)
		}), nil
	}
	for _, p := range Defaults() {
		if p.Kind == kind {
			return p, nil
		}
	}
	return model.DeadlinePolicy{}, fmt.Errorf("deadline: no policy for %q", kind)
}

// Policies gives every clock as it runs in an area.
func Policies(ctx context.Context, db *store.DB, areaPath string) ([]model.DeadlinePolicy, error) {
	policies := Defaults()
	for i, p := range policies {
		found, err := policyFor(ctx, db.Read(), areaPath, p.Kind)
		if err != nil {
			return nil, err
		}
		policies[i] = found
	}
	return policies, nil
}

// Ruling is how a clock runs in an area. From is the path of the area that set it,
// empty where it is the default of all; Own says that the area itself did. Above
// is what would be in force without that. Open counts the clocks in the area that
// have a date already, Due is the date that one begun at this moment would get.
type Ruling struct {
	model.DeadlinePolicy

	From  string
	Own   bool
	Above model.DeadlinePolicy
	Open  int64
	Due   time.Time
}

// Rulings gives every clock as it runs in an area, with where it comes from.
func Rulings(ctx context.Context, db *store.DB, areaPath string, now time.Time) ([]Ruling, error) {
	ids := strings.Split(strings.Trim(areaPath, "/"), "/")
	set, err := store.From[model.DeadlinePolicy](db.Read()).Where("area_id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("deadline: read policies: %w", err)
	}
	open, err := openByKind(ctx, db, areaPath)
	if err != nil {
		return nil, err
	}
	days, err := readCalendar(ctx, db.Read(), now)
	if err != nil {
		return nil, err
	}
	rulings := make([]Ruling, 0, len(Defaults()))
	for _, p := range Defaults() {
		r := Ruling{DeadlinePolicy: p, Above: p, Open: open[p.Kind]}
		for i, id := range ids {
			at := slices.IndexFunc(set, func(one model.DeadlinePolicy) bool { return one.AreaID == id && one.Kind == p.Kind })
			if at < 0 {
				continue
			}
			r.Above, r.DeadlinePolicy = r.DeadlinePolicy, set[at]
			r.From, r.Own = areaPath[:pathLength(areaPath, i)], i == len(ids)-1
		}
		if !r.Own {
			r.Above = r.DeadlinePolicy
		}
		r.Due = days.add(now, r.Days, r.Count)
		rulings = append(rulings, r)
	}
	return rulings, nil
}

// pathLength is how long the path of the n-th area on a path is.
func pathLength(areaPath string, n int) int {
	at := 0
	for range n + 1 {
		at += strings.Index(areaPath[at:], "/") + 1
	}
	return at
}

func openByKind(ctx context.Context, db *store.DB, areaPath string) (map[model.DeadlineKind]int64, error) {
	var rows []struct {
		Kind   model.DeadlineKind
		Number int64
	}
	err := store.From[model.Deadline](db.Read()).Select("kind, COUNT(*) AS number").
		Where("state IN ?", []model.DeadlineState{model.DeadlineRunning, model.DeadlinePaused}).Where(store.WithinAny("area_path", []string{areaPath})).
		Group("kind").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("deadline: count open clocks: %w", err)
	}
	open := map[model.DeadlineKind]int64{}
	for _, r := range rows {
		open[r.Kind] = r.Number
	}
	return open, nil
}

// ClearPolicy lets a clock of an area run as that of the area above again; clocks
// that run already keep the date that was promised. Fault: not found for an area
// that is not the actor's, or that sets no such clock itself.
func ClearPolicy(ctx context.Context, db *store.DB, by model.Actor, areaID string, kind model.DeadlineKind, now time.Time) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := settable(ctx, tx, by, areaID)
		if err != nil {
			return err
		}
		n, err := store.From[model.DeadlinePolicy](tx).Where("area_id = ? AND kind = ?", areaID, kind).Delete(ctx)
		if err != nil {
			return fmt.Errorf("deadline: clear policy: %w", err)
		}
		if n == 0 {
			return fault.NotFound("本区域自己的这一项期限")
		}
		return audit.Record(ctx, tx, by, "policy.clear", audit.Target{Kind: "area", ID: area.ID, AreaPath: area.Path, Detail: string(kind)}, now)
	})
}

// settable finds an area in which the actor sets clocks. Fault: not found.
func settable(ctx context.Context, tx *gorm.DB, by model.Actor, areaID string) (model.Area, error) {
	area, err := store.From[model.Area](tx).Where("id = ?", areaID).Take(ctx)
	if store.IsAbsent(err) || err == nil && by.System == "" && !by.PermitsIn(model.PermitPolicySet, area.Path) {
		return area, fault.NotFound("该区域")
	}
	if err != nil {
		return area, fmt.Errorf("deadline: find area: %w", err)
	}
	return area, nil
}

// SetPolicy sets a clock for an area and its sub-areas; clocks that run already
// keep the date that was promised. Faults: not found, invalid.
func SetPolicy(ctx context.Context, db *store.DB, by model.Actor, p model.DeadlinePolicy, now time.Time) error {
	if err := checkPolicy(p); err != nil {
		return err
	}
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := settable(ctx, tx, by, p.AreaID)
		if err != nil {
			return err
		}
		if _, err := store.From[model.DeadlinePolicy](tx).Where("area_id = ? AND kind = ?", p.AreaID, p.Kind).Delete(ctx); err != nil {
			return fmt.Errorf("deadline: replace policy: %w", err)
		}
		p.UpdatedAt = now
		if err := store.From[model.DeadlinePolicy](tx).Create(ctx, &p); err != nil {
			return fmt.Errorf("deadline: set policy: %w", err)
		}
		return audit.Record(ctx, tx, by, "policy.set", audit.Target{
			Kind: "area", ID: area.ID, AreaPath: area.Path, Detail: fmt.Sprintf("%s: %d %s days, at most %d more", p.Kind, p.Days, p.Count, p.MaxExtend),
		}, now)
	})
}

func checkPolicy(p model.DeadlinePolicy) error {
	var wrong []fault.Field
	if stepsOf(p.Kind) == nil {
		wrong = append(wrong, fault.Field{Name: "kind", Reason: "没有这一种期限。"})
	}
	if p.Days < 1 || p.Days > 180 {
		wrong = append(wrong, fault.Field{Name: "days", Reason: "期限应在 1 到 180 天之间。"})
	}
	if p.Count != model.CountWorking && p.Count != model.CountCalendar {
		wrong = append(wrong, fault.Field{Name: "count", Reason: "只能按工作日或自然日计算。"})
	}
	if p.MaxExtend < 0 || p.MaxExtend > 60 {
		wrong = append(wrong, fault.Field{Name: "max_extend", Reason: "延长期限应在 0 到 60 个工作日之间。"})
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}
