package deadline_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
)

var officeActs = []string{"remind", "overdue", "rise_liaison", "rise_organisation"}

// live lets time go by, with ticks, until a moment in Shanghai.
func (o *office) live(until string) {
	o.tb.Helper()
	end := shanghai(o.tb, until)
	for now := o.clock.Now(); now.Before(end); now = o.clock.Now() {
		o.clock.Advance(min(4*time.Hour, end.Sub(now)))
		o.tick()
	}
}

func (o *office) wantActs(want ...string) {
	o.tb.Helper()
	if diff := cmp.Diff(want, o.acts()); diff != "" {
		o.tb.Error(diff)
	}
}

func TestARecordHasOneClockAtATime(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	first := office.start("m", model.DeadlineFirstTouch)
	second := office.start("m", model.DeadlineFinish)
	now, found := office.current("m")
	if !found || now.ID != second.ID || first.ID == second.ID {
		t.Errorf("the clock is %+v", now)
	}
	office.live("2027-03-01 10:00")
	office.wantActs(officeActs...)
}

func TestStepsComeOnceEachAndInOrderOnTheMorningOfTheirDay(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.start("m", model.DeadlineFirstTouch) // due on Thursday the 26th
	for _, tc := range []struct {
		at   string
		acts []string
	}{
		{"2026-11-25 08:59", nil},
		{"2026-11-25 09:01", officeActs[:1]},
		{"2026-11-27 08:59", officeActs[:1]},
		{"2026-11-27 09:01", officeActs[:2]},
		{"2026-11-30 08:59", officeActs[:2]},
		{"2026-11-30 09:01", officeActs[:3]},
		{"2026-12-03 08:59", officeActs[:3]},
		{"2026-12-03 09:01", officeActs},
		{"2027-01-20 09:01", officeActs},
	} {
		office.at(tc.at)
		for range 3 {
			office.tick()
		}
		if diff := cmp.Diff(tc.acts, office.acts()); diff != "" {
			t.Errorf("at %s: %s", tc.at, diff)
		}
	}
}

func TestAResidentIsAskedTwiceAndThenTheClockRunsOut(t *testing.T) {
	office := newOffice(t, "2026-11-02 10:00")
	office.start("m", model.DeadlineAskSolved)
	office.live("2026-11-16 08:00")
	office.wantActs()
	office.live("2026-11-16 09:30")
	office.wantActs("ask")
	office.live("2026-11-23 09:30")
	office.wantActs("ask", "ask_again")
	office.live("2026-12-20 09:30")
	office.wantActs("ask", "ask_again", "time_out")
}

func TestNoReminderComesForATimeThatIsPast(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.start("m", model.DeadlineHumanCheck) // one day: its reminder would have been this morning
	office.tick()
	office.wantActs()
	office.live("2026-12-10 10:00")
	office.wantActs("overdue", "rise_liaison", "rise_organisation")
}

func TestAProgramThatWasDownCatchesUpInOrder(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.start("m", model.DeadlineFirstTouch)
	office.at("2026-12-20 10:00")
	for range 6 {
		office.tick()
	}
	office.wantActs(officeActs...)
}

func TestTwoReplicasThatTickAtOnceTakeEachStepOnce(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	for i := range 20 {
		office.start(string(rune('a'+i)), model.DeadlineFirstTouch)
	}
	office.at("2026-12-20 10:00")
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() {
			for range 5 {
				if _, err := deadline.Tick(t.Context(), office.db, office.clock.Now()); err != nil {
					t.Errorf("tick: %v", err)
				}
			}
		})
	}
	together.Wait()
	count := map[string]int{}
	for _, act := range office.acts() {
		count[act]++
	}
	if diff := cmp.Diff(map[string]int{"remind": 20, "overdue": 20, "rise_liaison": 20, "rise_organisation": 20}, count); diff != "" {
		t.Error(diff)
	}
}

func TestAStoppedClockTakesNoStep(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.start("m", model.DeadlineFirstTouch)
	office.live("2026-11-25 10:00")
	office.stop("m")
	if _, found := office.current("m"); found {
		t.Error("a stopped clock still counts")
	}
	office.live("2027-01-10 10:00")
	office.wantActs("remind")
}

func TestAPausedClockTakesNoStepAndGoesOnWhereItStood(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.start("m", model.DeadlineFirstTouch) // due on the 26th
	office.live("2026-11-25 10:00")
	office.wantActs("remind")
	if _, err := office.pause(); err != nil {
		t.Fatal(err)
	}
	office.live("2026-12-07 08:00") // eight working days
	office.wantActs("remind")
	d, err := office.resume()
	if err != nil || model.Day(d.DueAt) != "2026-12-08" {
		t.Fatalf("due %s, %v", d.DueAt, err)
	}
	office.live("2027-01-10 10:00")
	office.wantActs(officeActs...)
}

func TestAPauseDoesNotForgiveWhatIsOverdue(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.start("m", model.DeadlineFirstTouch) // due on Thursday the 26th
	office.live("2026-12-02 10:00")             // four working days late
	if _, err := office.pause(); err != nil {
		t.Fatal(err)
	}
	office.live("2026-12-04 10:00")
	if d, err := office.resume(); err != nil || model.Day(d.DueAt) != "2026-11-30" {
		t.Errorf("two working days of pause made the 26th into %s, %v", d.DueAt, err)
	}
	office.live("2027-01-10 10:00")
	office.wantActs(officeActs...)
}

func TestAPauseOverTheMomentOfTheTimeOutDoesNotLoseIt(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.start("m", model.DeadlineAppeal) // ten days, over on 8 December at nine
	office.at("2026-12-08 08:30")
	if _, err := office.pause(); err != nil {
		t.Fatal(err)
	}
	office.at("2026-12-08 10:30")
	if _, err := office.resume(); err != nil {
		t.Fatal(err)
	}
	office.tick()
	office.wantActs("time_out")
}

func TestATimeOutThatMetAPauseComesAgain(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.start("m", model.DeadlineAppeal)
	office.at("2026-12-08 10:00")
	office.tick() // the task is written, and before it is done:
	if _, err := office.pause(); err != nil {
		t.Fatal(err)
	}
	if _, err := office.resume(); err != nil {
		t.Fatal(err)
	}
	office.tick()
	office.tick()
	office.wantActs("time_out", "time_out")
}

func TestPauseAndResumeHaveTheirTime(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	if _, err := office.pause(); !fault.Is(err, fault.KindConflict) {
		t.Errorf("without a clock: %v", err)
	}
	office.start("m", model.DeadlineFinish)
	if _, err := office.resume(); !fault.Is(err, fault.KindConflict) {
		t.Errorf("resume a running clock: %v", err)
	}
	d, err := office.pause()
	if err != nil || d.State != model.DeadlinePaused || d.NextAt != nil || d.Reason == "" {
		t.Errorf("paused: %+v, %v", d, err)
	}
	if _, err := office.pause(); !fault.Is(err, fault.KindConflict) {
		t.Errorf("pause twice: %v", err)
	}
	if _, err := office.extend(model.DeadlineFinish, 5); !fault.Is(err, fault.KindConflict) {
		t.Errorf("extend a paused clock: %v", err)
	}
}

func TestAnExtensionComesOnceAndWithinItsBound(t *testing.T) {
	office := newOffice(t, "2026-11-02 10:00")
	office.start("m", model.DeadlineFinish) // due on 14 December
	for _, days := range []int{-1, 0, 16} {
		if _, err := office.extend(model.DeadlineFinish, days); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%d days: %v", days, err)
		}
	}
	if _, err := office.extend(model.DeadlineHandOver, 5); !fault.Is(err, fault.KindConflict) {
		t.Errorf("another kind of clock: %v", err)
	}
	office.live("2026-12-11 10:00")
	office.wantActs("remind")
	d, err := office.extend(model.DeadlineFinish, 15)
	if err != nil || model.Day(d.DueAt) != "2027-01-05" || d.Extended != 15 || d.Reason == "" {
		t.Fatalf("extended to %+v, %v", d, err)
	}
	if _, err := office.extend(model.DeadlineFinish, 1); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a second time: %v", err)
	}
	office.live("2027-03-01 10:00")
	office.wantActs(slices.Concat([]string{"remind"}, officeActs)...)
}

func TestAClockThatCannotBeExtendedIsNot(t *testing.T) {
	office := newOffice(t, "2026-11-02 10:00")
	office.start("m", model.DeadlineFirstTouch)
	if _, err := office.extend(model.DeadlineFirstTouch, 1); !fault.Is(err, fault.KindConflict) {
		t.Errorf("got %v", err)
	}
}

func TestAClockThatCannotBeReadDoesNotHoldUpTheOthers(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	broken := office.start("broken", model.DeadlineHumanCheck)
	office.start("m", model.DeadlineFirstTouch)
	office.change(broken.ID, map[string]any{"kind": "no such kind"})
	office.at("2026-12-20 10:00")
	for range 6 {
		if _, err := deadline.Tick(t.Context(), office.db, office.clock.Now()); err == nil {
			t.Error("nobody hears of the broken one")
		}
	}
	office.wantActs(officeActs...)
}
