package deadline

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// builtIn holds the days that differ from their weekday. 2026 follows the State
// Council's notice. The notice for 2027 was not out when
// this was written: its days follow the law alone (全国年节及纪念日放假办法, 2024)
// with the compensation days that fall on weekdays, and are marked provisional.
//
//go:embed calendar/*.csv
var builtIn embed.FS

// horizon is how far ahead of a day the calendar is read: longer than any clock.
const horizon = 400 * 24 * time.Hour

// calendar says which days are worked.
type calendar map[string]bool

// readCalendar reads the days that differ, around a moment.
func readCalendar(ctx context.Context, tx *gorm.DB, around time.Time) (calendar, error) {
	days, err := store.From[model.CalendarDay](tx).
		Where("day >= ? AND day <= ?", model.Day(around.Add(-horizon)), model.Day(around.Add(horizon))).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("deadline: read calendar: %w", err)
	}
	c := make(calendar, len(days))
	for _, d := range days {
		c[d.Day] = d.Working
	}
	return c, nil
}

// working reports whether the day of a moment is worked.
func (c calendar) working(at time.Time) bool {
	if working, differs := c[model.Day(at)]; differs {
		return working
	}
	weekday := at.In(model.Shanghai).Weekday()
	return weekday != time.Saturday && weekday != time.Sunday
}

// add goes n days on from the day of a moment (back, when n is negative) and
// gives the midnight that begins the day it arrives at.
func (c calendar) add(at time.Time, n int, count model.DayCount) time.Time {
	y, m, d := at.In(model.Shanghai).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, model.Shanghai)
	if count == model.CountCalendar {
		return day.AddDate(0, 0, n)
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		day = day.AddDate(0, 0, step)
		if c.working(day) {
			n--
		}
	}
	return day
}

// between counts the days after from up to and including to; 0 when to is not later.
func (c calendar) between(from, to time.Time, count model.DayCount) int {
	n := 0
	for day := c.add(from, 0, model.CountCalendar); model.Day(day) < model.Day(to); {
		day = day.AddDate(0, 0, 1)
		if count == model.CountCalendar || c.working(day) {
			n++
		}
	}
	return n
}

// InstallCalendar adds the built-in days that the database does not know yet.
// Days that are there stay as they are, imported ones above all.
func InstallCalendar(ctx context.Context, db *store.DB, now time.Time) error {
	files, err := builtIn.ReadDir("calendar")
	if err != nil {
		return fmt.Errorf("deadline: built-in calendar: %w", err)
	}
	for _, f := range files {
		content, err := builtIn.Open("calendar/" + f.Name())
		if err != nil {
			return fmt.Errorf("deadline: built-in calendar: %w", err)
		}
		days, err := ParseCalendar(content)
		if err != nil {
			return fmt.Errorf("deadline: built-in calendar %s: %w", f.Name(), err)
		}
		if err := writeCalendar(ctx, db, model.SystemActor("install calendar"), days, now, keepKnown); err != nil {
			return err
		}
	}
	return nil
}

// ImportCalendar writes the days of a yearly notice over what was known of the
// same days, and removes provisional days of those years that it does not name.
// Clocks that run keep their date. The calendar is one for the whole deployment,
// so only who sets the clocks of the topmost area may. Fault: forbidden.
func ImportCalendar(ctx context.Context, db *store.DB, by model.Actor, days []model.CalendarDay, now time.Time) error {
	if err := mayKeepCalendar(by); err != nil {
		return err
	}
	return writeCalendar(ctx, db, by, days, now, replaceKnown)
}

// MayKeepCalendar reports whether an actor may change the days off, which the
// whole deployment shares.
func MayKeepCalendar(by model.Actor) bool {
	return by.System != "" || slices.ContainsFunc(by.AreaPaths(model.PermitPolicySet), model.IsTopmost)
}

func mayKeepCalendar(by model.Actor) error {
	if MayKeepCalendar(by) {
		return nil
	}
	return fault.Forbidden("节假日安排全区共用，您没有维护的权限。")
}

// Year gives the days of a year that differ from their weekday, in order.
func Year(ctx context.Context, db *store.DB, year int) ([]model.CalendarDay, error) {
	days, err := store.From[model.CalendarDay](db.Read()).Where("day >= ? AND day <= ?", fmt.Sprintf("%04d-01-01", year), fmt.Sprintf("%04d-12-31", year)).
		Order("day").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("deadline: read year: %w", err)
	}
	return days, nil
}

// SetDay says that one day is worked, or not, whatever its weekday. Clocks that
// run keep their date. Faults: forbidden, invalid.
func SetDay(ctx context.Context, db *store.DB, by model.Actor, day model.CalendarDay, now time.Time) error {
	if err := mayKeepCalendar(by); err != nil {
		return err
	}
	read, reason := parseDay([]string{day.Day, strconv.FormatBool(day.Working), day.Name})
	if reason != "" {
		return fault.InvalidField("day", reason)
	}
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		wrote, err := writeDay(ctx, tx, read, replaceKnown)
		if err != nil {
			return fmt.Errorf("deadline: write day %s: %w", read.Day, err)
		}
		if !wrote {
			return nil
		}
		return audit.Record(ctx, tx, by, "calendar.set", audit.Target{Kind: "calendar", ID: read.Day, Detail: fmt.Sprintf("working %t %s", read.Working, read.Name)}, now)
	})
}

// ClearDay lets a day be worked as its weekday is. Faults: forbidden, not found.
func ClearDay(ctx context.Context, db *store.DB, by model.Actor, day string, now time.Time) error {
	if err := mayKeepCalendar(by); err != nil {
		return err
	}
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.CalendarDay](tx).Where("day = ?", day).Delete(ctx)
		if err != nil {
			return fmt.Errorf("deadline: clear day %s: %w", day, err)
		}
		if n == 0 {
			return fault.NotFound("这一天的安排")
		}
		return audit.Record(ctx, tx, by, "calendar.clear", audit.Target{Kind: "calendar", ID: day}, now)
	})
}

type knownDays int

const (
	keepKnown knownDays = iota
	replaceKnown
)

// writeCalendar changes what differs and records it, if anything did.
func writeCalendar(ctx context.Context, db *store.DB, by model.Actor, days []model.CalendarDay, now time.Time, known knownDays) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		changed := 0
		if known == replaceKnown {
			dropped, err := dropProvisional(ctx, tx, days)
			if err != nil {
				return err
			}
			changed += dropped
		}
		for _, day := range days {
			wrote, err := writeDay(ctx, tx, day, known)
			if err != nil {
				return fmt.Errorf("deadline: write day %s: %w", day.Day, err)
			}
			if wrote {
				changed++
			}
		}
		if changed == 0 {
			return nil
		}
		return audit.Record(ctx, tx, by, "calendar.import", audit.Target{
			Kind: "calendar", Detail: fmt.Sprintf("改动 %d 天，%s 至 %s", changed, days[0].Day, days[len(days)-1].Day),
		}, now)
	})
}

// writeDay says whether the day had to be changed.
func writeDay(ctx context.Context, tx *gorm.DB, day model.CalendarDay, known knownDays) (bool, error) {
	was, err := store.From[model.CalendarDay](tx).Where("day = ?", day.Day).Take(ctx)
	switch {
	case store.IsAbsent(err):
		return true, store.From[model.CalendarDay](tx).Create(ctx, &day)
	case err != nil || known == keepKnown || was == day:
		return false, err
	}
	_, err = store.From[model.CalendarDay](tx).Where("day = ?", day.Day).Set(clause.Assignments(map[string]any{
		"working": day.Working, "name": day.Name, "provisional": day.Provisional,
	})).Update(ctx)
	return true, err
}

// dropProvisional removes the provisional days, in the years of a notice, that
// the notice does not name.
func dropProvisional(ctx context.Context, tx *gorm.DB, notice []model.CalendarDay) (int, error) {
	named := make([]string, 0, len(notice))
	var years []string
	for _, d := range notice {
		named = append(named, d.Day)
		if year := d.Day[:4]; !slices.Contains(years, year) {
			years = append(years, year)
		}
	}
	dropped := 0
	for _, year := range years {
		n, err := store.From[model.CalendarDay](tx).
			Where("provisional = ? AND day LIKE ? AND day NOT IN ?", true, year+"-%", named).Delete(ctx)
		if err != nil {
			return 0, fmt.Errorf("deadline: drop provisional days: %w", err)
		}
		dropped += n
	}
	return dropped, nil
}
