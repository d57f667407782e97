package deadline_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

func TestTheStandingsCountWhatIsOpenPausedAndPastItsDate(t *testing.T) {
	o := newOffice(t, "2026-11-02 10:00")
	o.start("m", model.DeadlineFinish)
	if _, err := o.pause(); err != nil {
		t.Fatal(err)
	}
	o.start("a", model.DeadlineFirstTouch)
	o.start("b", model.DeadlineFirstTouch)
	o.start("met", model.DeadlineFirstTouch)
	o.stop("met")
	o.at("2026-11-30 10:00")
	o.start("c", model.DeadlineFirstTouch)
	got, err := deadline.Standings(t.Context(), o.db, o.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	want := []deadline.Standing{
		{Kind: model.DeadlineFinish, Open: 1, Paused: 1},
		{Kind: model.DeadlineFirstTouch, Open: 3, Overdue: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBehindTellsHowLateTheStepsAreTakenAndNothingOnceTheyAre(t *testing.T) {
	o := newOffice(t, "2026-11-02 10:00")
	behind := func() time.Duration {
		t.Helper()
		d, err := deadline.Behind(t.Context(), o.db, o.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := o.start("a", model.DeadlineFirstTouch)
	if got := behind(); got != 0 {
		t.Errorf("before the first step it is %s behind", got)
	}
	o.clock.Advance(d.NextAt.Add(time.Hour).Sub(o.clock.Now()))
	if got := behind().Truncate(time.Minute); got != time.Hour {
		t.Errorf("an hour after the first step it is %s behind", got)
	}
	o.tick()
	if got := behind(); got != 0 {
		t.Errorf("after the step was taken it is %s behind", got)
	}
}

func TestProvisionalDaysDoNotMakeAYearKnown(t *testing.T) {
	o := newOffice(t, "2026-11-02 10:00")
	known := func() string {
		t.Helper()
		until, err := deadline.KnownUntil(t.Context(), o.db)
		if err != nil {
			t.Fatal(err)
		}
		return until.In(model.Shanghai).Format("2006-01-02 15:04")
	}
	if got := known(); got != "2027-01-01 00:00" {
		t.Errorf("with the built-in calendar it is known until %s", got)
	}
	day := []model.CalendarDay{{Day: "2027-02-06", Name: "春节"}}
	if err := deadline.ImportCalendar(t.Context(), o.db, console, day, o.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if got := known(); got != "2028-01-01 00:00" {
		t.Errorf("after the notice for 2027 it is known until %s", got)
	}
	o.inTx(func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.CalendarDay](tx).Where("1 = 1").Delete(ctx)
		return err
	})
	if until, err := deadline.KnownUntil(t.Context(), o.db); err != nil || !until.IsZero() {
		t.Errorf("without any day it is known until %s, %v", until, err)
	}
}
