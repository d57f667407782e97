package deadline_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"lianxin/model"
	"lianxin/service/deadline"
)

func TestDueDaysOfTheYearsOnTheCalendar(t *testing.T) {
	office := newOffice(t, "2026-01-01 00:00")
	for _, tc := range []struct {
		why, from string
		days      int
		due       string
	}{
		{"an ordinary week", "2026-11-23 10:00", 3, "2026-11-26"},
		{"over a weekend", "2026-11-26 10:00", 3, "2026-12-01"},
		{"a minute before midnight is still that day", "2026-11-23 23:59", 3, "2026-11-26"},
		{"a minute after midnight is the next", "2026-11-24 00:01", 3, "2026-11-27"},
		{"the Saturday worked before Spring Festival counts", "2026-02-12 10:00", 2, "2026-02-14"},
		{"Spring Festival is nine days off", "2026-02-14 10:00", 1, "2026-02-24"},
		{"and the Saturday after it is worked", "2026-02-26 10:00", 2, "2026-02-28"},
		{"a start in the holiday counts from its end", "2026-02-18 10:00", 1, "2026-02-24"},
		{"a start on a weekend", "2026-11-21 10:00", 1, "2026-11-23"},
		{"a start on New Year's Day reaches the Sunday worked", "2026-01-01 10:00", 1, "2026-01-04"},
		{"Labour Day and its Saturday", "2026-04-30 10:00", 4, "2026-05-09"},
		{"the Sunday worked before National Day", "2026-09-18 10:00", 1, "2026-09-20"},
		{"Mid-Autumn and National Day together", "2026-09-24 10:00", 5, "2026-10-09"},
		{"the Saturday after National Day", "2026-10-08 10:00", 2, "2026-10-10"},
		{"over the year", "2026-12-31 10:00", 1, "2027-01-04"},
		{"over the year from well before", "2026-12-21 10:00", 10, "2027-01-05"},
		{"Spring Festival 2027 with the days made good", "2027-02-04 10:00", 1, "2027-02-11"},
		{"Labour Day 2027 on a weekend", "2027-04-30 10:00", 1, "2027-05-05"},
		{"National Day 2027", "2027-09-30 10:00", 1, "2027-10-06"},
	} {
		office.set("d", model.DeadlineFinish, tc.days, model.CountWorking)
		due, err := deadline.DueBy(t.Context(), office.db.Read(), communityPath, model.DeadlineFinish, shanghai(t, tc.from))
		if err != nil {
			t.Fatal(err)
		}
		if got := model.Day(due); got != tc.due {
			t.Errorf("%s: %s and %d days make %s, want %s", tc.why, tc.from, tc.days, got, tc.due)
		}
	}
}

func TestADueDayEndsWithItsLastSecondInShanghai(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	if got := office.start("m", model.DeadlineFirstTouch).DueAt; !got.Equal(shanghai(t, "2026-11-27 00:00").Add(-time.Second)) || got.Location() != time.UTC {
		t.Errorf("due at %s", got)
	}
}

func TestCalendarDaysCountEveryDay(t *testing.T) {
	office := newOffice(t, "2026-02-13 10:00")
	if got := model.Day(office.start("m", model.DeadlineAskSolved).DueAt); got != "2026-02-27" {
		t.Errorf("fourteen days over Spring Festival end on %s", got)
	}
}

// The law gives thirteen days a year; with weekends, 2026 and 2027 (104 days of
// weekend each) must come to 248 working days, however days are moved about.
func TestAYearHas248WorkingDays(t *testing.T) {
	office := newOffice(t, "2026-01-01 00:00")
	all := office.days("1 = 1")
	for _, year := range []int{2026, 2027} {
		first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		if n := workedAfter(all, first.AddDate(0, 0, -1), first.AddDate(1, 0, -1)); n != 248 {
			t.Errorf("%d has %d working days", year, n)
		}
	}
}

// Until the notice for 2027 is imported, its days off are those of the law
// (全国年节及纪念日放假办法, 2024) and what must be made good on weekdays.
func TestTheProvisionalDaysOf2027AreWhatTheLawSays(t *testing.T) {
	office := newOffice(t, "2026-01-01 00:00")
	got := office.days("day LIKE ?", "2027-%")
	want := map[string]string{}
	for _, feast := range []struct {
		name string
		days []string
	}{
		{"元旦", []string{"01-01"}},
		{"春节", []string{"02-05", "02-06", "02-07", "02-08", "02-09", "02-10"}},
		{"清明节", []string{"04-05"}},
		{"劳动节", []string{"05-01", "05-02", "05-03", "05-04"}},
		{"端午节", []string{"06-09"}},
		{"中秋节", []string{"09-15"}},
		{"国庆节", []string{"10-01", "10-02", "10-03", "10-04", "10-05"}},
	} {
		for _, day := range feast.days {
			want["2027-"+day] = feast.name
		}
	}
	for day, name := range want {
		if d := got[day]; d.Name != name || d.Working || !d.Provisional {
			t.Errorf("%s is %+v", day, d)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d days, want %d", len(got), len(want))
	}
}

func TestDueDaysKeepTheLawsOfCounting(t *testing.T) {
	office := newOffice(t, "2026-01-01 00:00")
	all := office.days("1 = 1")
	for _, days := range []int{1, 3, 30, 179} {
		office.set("d", model.DeadlineFinish, days, model.CountWorking)
		office.set("d", model.DeadlineHandOver, days+1, model.CountWorking)
		rapid.Check(t, func(r *rapid.T) {
			minutes := rapid.IntRange(0, 500*24*60).Draw(r, "minutes into 2026")
			from := shanghai(t, "2026-01-01 00:00").Add(time.Duration(minutes) * time.Minute)
			due := func(kind model.DeadlineKind, from time.Time) time.Time {
				at, err := deadline.DueBy(t.Context(), office.db.Read(), communityPath, kind, from)
				if err != nil {
					r.Fatal(err)
				}
				return date(t, model.Day(at))
			}
			day := due(model.DeadlineFinish, from)
			if !worked(all, day) {
				r.Errorf("%s and %d days end on %s, which nobody works", from, days, day)
			}
			if n := workedAfter(all, date(t, model.Day(from)), day); n != days {
				r.Errorf("between %s and %s lie %d working days, want %d", from, day, n, days)
			}
			if !due(model.DeadlineHandOver, from).After(day) {
				r.Errorf("one day more from %s is not later than %s", from, day)
			}
			if due(model.DeadlineFinish, from.Add(24*time.Hour)).Before(day) {
				r.Errorf("a day later, %s is due earlier than %s", from, day)
			}
		})
	}
}

func TestAPauseMovesTheDateByTheWorkingDaysItLasted(t *testing.T) {
	office := newOffice(t, "2026-01-05 10:00")
	all := office.days("1 = 1")
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		id := fmt.Sprint("message ", n)
		draw := func(what string, most int) time.Time {
			return shanghai(t, "2026-01-05 10:00").Add(time.Duration(rapid.IntRange(0, most).Draw(r, what)) * time.Hour)
		}
		begin := draw("start", 200*24)
		paused := begin.Add(draw("pause", 80*24).Sub(shanghai(t, "2026-01-05 10:00")))
		resumed := paused.Add(draw("resume", 80*24).Sub(shanghai(t, "2026-01-05 10:00")))
		var before, after model.Deadline
		office.inTx(func(ctx context.Context, tx *gorm.DB) (err error) {
			if before, err = deadline.Start(ctx, tx, deadline.On{TargetID: id, AreaPath: communityPath}, model.DeadlineFinish, begin); err != nil {
				return err
			}
			if _, err = deadline.Pause(ctx, tx, id, "", paused); err != nil {
				return err
			}
			after, err = deadline.Resume(ctx, tx, id, resumed)
			return err
		})
		stood := workedAfter(all, date(t, model.Day(paused)), date(t, model.Day(resumed)))
		moved := workedAfter(all, date(t, model.Day(before.DueAt)), date(t, model.Day(after.DueAt)))
		if stood != moved || !worked(all, date(t, model.Day(after.DueAt))) {
			r.Errorf("begun %s, due %s, stood still from %s to %s (%d working days): now due %s, %d later",
				begin, before.DueAt, paused, resumed, stood, after.DueAt, moved)
		}
	})
}
