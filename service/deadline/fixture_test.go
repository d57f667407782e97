package deadline_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// office is a district with a street and a community, the built-in calendar and
// a clock on the wall.
type office struct {
	tb    testing.TB
	db    *store.DB
	clock *storetest.Clock
}

const (
	districtPath  = "d/"
	streetPath    = "d/s/"
	communityPath = "d/s/c/"
)

func newOffice(tb testing.TB, at string) *office {
	tb.Helper()
	o := &office{tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, at)}
	if err := deadline.InstallCalendar(tb.Context(), o.db, o.clock.Now()); err != nil {
		tb.Fatal(err)
	}
	o.inTx(func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Area](tx).CreateInBatches(ctx, &[]model.Area{
			{ID: "d", Level: model.LevelDistrict, Name: "江岸区", Path: districtPath},
			{ID: "s", ParentID: "d", Level: model.LevelStreet, Name: "大智街道", Path: streetPath},
			{ID: "c", ParentID: "s", Level: model.LevelCommunity, Name: "和平社区", Path: communityPath},
		}, 10)
	})
	return o
}

func (o *office) inTx(fn func(ctx context.Context, tx *gorm.DB) error) {
	o.tb.Helper()
	if err := store.InTx(o.tb.Context(), o.db, fn); err != nil {
		o.tb.Fatal(err)
	}
}

func officer(role model.Role, areaPath string) model.Actor {
	return model.Actor{PersonID: "p", Name: "联络员", Grants: []model.Grant{{Role: role, AreaPath: areaPath}}}
}

var console = model.SystemActor("command line")

func (o *office) set(area string, kind model.DeadlineKind, days int, count model.DayCount) {
	o.tb.Helper()
	p := model.DeadlinePolicy{AreaID: area, Kind: kind, Days: days, Count: count, MaxExtend: 60}
	if err := deadline.SetPolicy(o.tb.Context(), o.db, console, p, o.clock.Now()); err != nil {
		o.tb.Fatal(err)
	}
}

func (o *office) start(id string, kind model.DeadlineKind) (d model.Deadline) {
	o.tb.Helper()
	o.inTx(func(ctx context.Context, tx *gorm.DB) (err error) {
		d, err = deadline.Start(ctx, tx, deadline.On{TargetKind: "message", TargetID: id, AreaPath: communityPath}, kind, o.clock.Now())
		return err
	})
	return d
}

func (o *office) stop(id string) {
	o.tb.Helper()
	o.inTx(func(ctx context.Context, tx *gorm.DB) error {
		return deadline.Stop(ctx, tx, id, model.DeadlineMet, o.clock.Now())
	})
}

func (o *office) pause() (d model.Deadline, err error) {
	err = store.InTx(o.tb.Context(), o.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		d, err = deadline.Pause(ctx, tx, "m", "等待居民补充材料", o.clock.Now())
		return err
	})
	return d, err
}

func (o *office) resume() (d model.Deadline, err error) {
	err = store.InTx(o.tb.Context(), o.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		d, err = deadline.Resume(ctx, tx, "m", o.clock.Now())
		return err
	})
	return d, err
}

func (o *office) extend(kind model.DeadlineKind, days int) (d model.Deadline, err error) {
	err = store.InTx(o.tb.Context(), o.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		d, err = deadline.Extend(ctx, tx, "m", kind, days, "案情复杂", o.clock.Now())
		return err
	})
	return d, err
}

func (o *office) current(id string) (model.Deadline, bool) {
	o.tb.Helper()
	d, found, err := deadline.Current(o.tb.Context(), o.db.Read(), id)
	if err != nil {
		o.tb.Fatal(err)
	}
	return d, found
}

// at sets the clock forward to a moment in Shanghai.
func (o *office) at(moment string) {
	o.tb.Helper()
	to := shanghai(o.tb, moment)
	o.clock.Advance(to.Sub(o.clock.Now()))
}

func (o *office) tick() (steps int) {
	o.tb.Helper()
	steps, err := deadline.Tick(o.tb.Context(), o.db, o.clock.Now())
	if err != nil {
		o.tb.Fatal(err)
	}
	return steps
}

// acts lists the steps that became tasks, in order.
func (o *office) acts() []string {
	o.tb.Helper()
	tasks, err := store.From[model.Task](o.db.Read()).Where("kind = ?", deadline.TaskKind).Order("id").Find(o.tb.Context())
	if err != nil {
		o.tb.Fatal(err)
	}
	var acts []string
	for _, task := range tasks {
		var step deadline.Step
		if err := json.Unmarshal([]byte(task.Payload), &step); err != nil {
			o.tb.Fatal(err)
		}
		acts = append(acts, string(step.Act))
	}
	return acts
}

// days reads the calendar as it stands.
func (o *office) days(query string, args ...any) map[string]model.CalendarDay {
	o.tb.Helper()
	rows, err := store.From[model.CalendarDay](o.db.Read()).Where(query, args...).Find(o.tb.Context())
	if err != nil {
		o.tb.Fatal(err)
	}
	days := map[string]model.CalendarDay{}
	for _, row := range rows {
		days[row.Day] = row
	}
	return days
}

// worked is the test's own word on a day, apart from the code that is tested.
func worked(days map[string]model.CalendarDay, day time.Time) bool {
	if d, differs := days[day.Format(time.DateOnly)]; differs {
		return d.Working
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// workedAfter counts the days worked after from, up to and with to.
func workedAfter(days map[string]model.CalendarDay, from, to time.Time) (n int) {
	for day := from.AddDate(0, 0, 1); !day.After(to); day = day.AddDate(0, 0, 1) {
		if worked(days, day) {
			n++
		}
	}
	return n
}

func date(tb testing.TB, day string) time.Time {
	tb.Helper()
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func shanghai(tb testing.TB, moment string) time.Time {
	tb.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", moment, model.Shanghai)
	if err != nil {
		tb.Fatal(err)
	}
	return t.UTC()
}

// change spoils a clock's row behind the code's back.
func (o *office) change(id string, set map[string]any) {
	o.tb.Helper()
	o.inTx(func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Deadline](tx).Where("id = ?", id).Set(clause.Assignments(set)).Update(ctx)
		return err
	})
}
