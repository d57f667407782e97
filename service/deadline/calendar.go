package deadline

import (
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
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
	days, err := gorm.G[model.CalendarDay](tx).
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
func ImportCalendar(ctx context.Context, db *store.DB, by model.Actor, days []model.CalendarDay, now time.Time) error {
	if by.System == "" && !by.Permits(model.PermitPolicySet) {
		return fault.Forbidden("您没有维护节假日安排的权限。")
	}
	return writeCalendar(ctx, db, by, days, now, replaceKnown)
}

type knownDays int

const (
	keepKnown knownDays = iota
	replaceKnown
)

func writeCalendar(ctx context.Context, db *store.DB, by model.Actor, days []model.CalendarDay, now time.Time, known knownDays) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		if known == replaceKnown {
			if err := dropProvisional(ctx, tx, days); err != nil {
				return err
			}
		}
		written := 0
		for _, day := range days {
			n, err := gorm.G[model.CalendarDay](tx).Where("day = ?", day.Day).Count(ctx, "*")
			if err != nil {
				return fmt.Errorf("deadline: look up day: %w", err)
			}
			switch {
			case n == 0:
				err = gorm.G[model.CalendarDay](tx).Create(ctx, &day)
			case known == keepKnown:
				continue
			default:
				_, err = gorm.G[model.CalendarDay](tx).Where("day = ?", day.Day).Set(clause.Assignments(map[string]any{
					"working": day.Working, "name": day.Name, "provisional": day.Provisional,
				})).Update(ctx)
			}
			if err != nil {
				return fmt.Errorf("deadline: write day %s: %w", day.Day, err)
			}
			written++
		}
		if written == 0 {
			return nil
		}
		return audit.Record(ctx, tx, by, "calendar.import", audit.Target{
			Kind: "calendar", Detail: fmt.Sprintf("%d days, %s to %s", written, days[0].Day, days[len(days)-1].Day),
		}, now)
	})
}

func dropProvisional(ctx context.Context, tx *gorm.DB, days []model.CalendarDay) error {
	years := map[string]bool{}
	for _, d := range days {
		years[d.Day[:4]] = true
	}
	for year := range years {
		if _, err := gorm.G[model.CalendarDay](tx).Where("provisional = ? AND day LIKE ?", true, year+"-%").Delete(ctx); err != nil {
			return fmt.Errorf("deadline: drop provisional days: %w", err)
		}
	}
	return nil
}

// ParseCalendar reads days from CSV with the columns day,working,name and an
// optional provisional. Every mistake is reported, by line.
func ParseCalendar(r io.Reader) ([]model.CalendarDay, error) {
	rows, err := csv.NewReader(io.LimitReader(r, 1<<20)).ReadAll()
	if err != nil {
		return nil, fault.InvalidField("file", "不是有效的 CSV 文件："+err.Error())
	}
	var days []model.CalendarDay
	var wrong []fault.Field
	for i, row := range rows {
		if i == 0 && strings.TrimPrefix(row[0], "\ufeff") == "day" {
			continue
		}
		day, reason := parseDay(row)
		if reason != "" {
			wrong = append(wrong, fault.Field{Name: fmt.Sprintf("line %d", i+1), Reason: reason})
			continue
		}
		days = append(days, day)
	}
	if len(wrong) > 0 {
		return nil, fault.Invalid(wrong...)
	}
	if len(days) == 0 {
		return nil, fault.InvalidField("file", "文件里没有任何日期。")
	}
	return days, nil
}

func parseDay(row []string) (day model.CalendarDay, reason string) {
	if len(row) < 3 {
		return day, "应有三列：日期、是否上班（true/false）、名称。"
	}
	at, err := time.Parse(time.DateOnly, strings.TrimSpace(row[0]))
	if err != nil {
		return day, "日期应写成 2027-01-01 的样子。"
	}
	working, err := strconv.ParseBool(strings.TrimSpace(row[1]))
	if err != nil {
		return day, "是否上班应写 true 或 false。"
	}
	day = model.CalendarDay{Day: at.Format(time.DateOnly), Working: working, Name: strings.TrimSpace(row[2])}
	if len(row) > 3 {
		if day.Provisional, err = strconv.ParseBool(strings.TrimSpace(row[3])); err != nil {
			return day, "是否暂定应写 true 或 false。"
		}
	}
	return day, ""
}
