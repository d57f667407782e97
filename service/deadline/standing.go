package deadline

import (
	"context"
	"fmt"
	"time"

	"lianxin/model"
	"lianxin/service/store"
)

// Standing is how the clocks of one kind stand that have not ended: all that
// count, those of them that are paused, and those past their date.
type Standing struct {
	Kind                  model.DeadlineKind
	Open, Paused, Overdue int64
}

// Standings counts the clocks that have not ended, by kind.
func Standings(ctx context.Context, db *store.DB, now time.Time) ([]Standing, error) {
	var rows []struct {
		Kind   model.DeadlineKind
		State  model.DeadlineState
		Past   bool
		Number int64
	}
	err := store.From[model.Deadline](db.Read()).Select("kind, state, due_at < ? AS past, COUNT(*) AS number", now).
		Where("state IN ?", running).Group("kind, state, past").Order("kind").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("deadline: count clocks: %w", err)
	}
	var standings []Standing
	for _, r := range rows {
		if n := len(standings); n == 0 || standings[n-1].Kind != r.Kind {
			standings = append(standings, Standing{Kind: r.Kind})
		}
		s := &standings[len(standings)-1]
		s.Open += r.Number
		switch {
		case r.State == model.DeadlinePaused:
			s.Paused += r.Number
		case r.Past:
			s.Overdue += r.Number
		}
	}
	return standings, nil
}

// Behind is how long ago the earliest step that nobody took yet was due; zero
// when the clocks are kept up with.
func Behind(ctx context.Context, db *store.DB, now time.Time) (time.Duration, error) {
	first, err := store.From[model.Deadline](db.Read()).Where("state = ? AND next_at <= ?", model.DeadlineRunning, now).
		Order("next_at").Limit(1).Find(ctx)
	if err != nil {
		return 0, fmt.Errorf("deadline: look for steps not taken: %w", err)
	}
	if len(first) == 0 {
		return 0, nil
	}
	return now.Sub(*first[0].NextAt), nil
}

// KnownUntil is the end of the last year whose days off are known from a notice
// of the State Council; the zero time when no year is.
func KnownUntil(ctx context.Context, db *store.DB) (time.Time, error) {
	last, err := store.From[model.CalendarDay](db.Read()).Where("provisional = ?", false).Order("day DESC").Limit(1).Find(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("deadline: look for the last day known: %w", err)
	}
	if len(last) == 0 {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation("2006", last[0].Day[:4], model.Shanghai)
	if err != nil {
		return time.Time{}, fmt.Errorf("deadline: day %s: %w", last[0].Day, err)
	}
	return day.AddDate(1, 0, 0).UTC(), nil
}
