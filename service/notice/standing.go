package notice

import (
	"context"
	"fmt"
	"time"

	"lianxin/model"
	"lianxin/service/store"
)

// Standing is how many notices are in a state, and the time since the oldest of
// them was written.
type Standing struct {
	State  model.NoticeState
	Number int64
	Oldest time.Duration
}

// Standings counts the notices that wait for their push or their digest,
// whatever their age, and those of the last day that were pushed or found no
// open channel. A state without notices counts zero.
func Standings(ctx context.Context, db *store.DB, now time.Time) ([]Standing, error) {
	day := now.Add(-24 * time.Hour)
	var standings []Standing
	for _, of := range []struct {
		state model.NoticeState
		since time.Time
	}{{model.NoticeWaiting, time.Time{}}, {model.NoticeDigest, time.Time{}}, {model.NoticePushed, day}, {model.NoticeUnreachable, day}} {
		var row struct {
			Number int64
			Oldest store.Moment
		}
		query := store.From[model.Notice](db.Read()).Select("COUNT(*) AS number, MIN(created_at) AS oldest").Where("state = ?", of.state)
		if !of.since.IsZero() {
			query = query.Where("created_at >= ?", of.since)
		}
		if err := query.Scan(ctx, &row); err != nil {
			return nil, fmt.Errorf("notice: count %s: %w", of.state, err)
		}
		s := Standing{State: of.state, Number: row.Number}
		if row.Number > 0 {
			s.Oldest = now.Sub(row.Oldest.Time)
		}
		standings = append(standings, s)
	}
	return standings, nil
}
