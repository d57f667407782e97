package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/maypok86/otter/v2"

	"lianxin/model"
	"lianxin/service/store"
)

// Figures are plain facts about the messages of a representative, up to ten
// minutes old. Nobody is compared with anybody by them. MedianFirstTouchDays
// runs from the delivery to the first sign of life, in days with one decimal;
// nil below the minimum sample.
type Figures struct {
	Received             int
	Answered             int
	MedianFirstTouchDays *float64
}

// figuresFor is how long figures are told unchanged: counting takes as long as
// there are messages, and nobody waits for them to move.
const figuresFor = 10 * time.Minute

// toldMax is how many representatives' figures are kept.
const toldMax = 10_000

// toldFigures are figures with when they were counted; nil below the minimum
// sample.
type toldFigures struct {
	figures *Figures
	at      time.Time
}

func newTold() *otter.Cache[string, toldFigures] {
	return otter.Must(&otter.Options[string, toldFigures]{MaximumSize: toldMax})
}

// figures counts the messages that reached a representative; nil below the
// minimum sample.
func (s *Service) figures(ctx context.Context, representativeID string) (*Figures, error) {
	now := s.now()
	if told, ok := s.told.GetIfPresent(representativeID); ok && now.Sub(told.at).Abs() < figuresFor {
		return told.figures, nil
	}
	figures, err := s.countFigures(ctx, representativeID)
	if err == nil {
		s.told.Set(representativeID, toldFigures{figures, now})
	}
	return figures, err
}

func (s *Service) countFigures(ctx context.Context, representativeID string) (*Figures, error) {
	figures, touched, err := s.readFigures(ctx, representativeID)
	if err != nil || figures.Received < s.minSample {
		return nil, err
	}
	if len(touched) >= s.minSample {
		days := math.Round(median(touched).Hours()/24*10) / 10
		figures.MedianFirstTouchDays = &days
	}
	return &figures, nil
}

// readFigures counts, and tells how long each message waited for the first sign
// of life. It reads an index only: some representatives have thousands.
func (s *Service) readFigures(ctx context.Context, representativeID string) (figures Figures, touched []time.Duration, err error) {
	rows, err := store.From[model.Message](s.db.Read()).Raw(`SELECT delivered_at, acknowledged_at, answered_at FROM messages
		WHERE representative_id = ? AND delivered_at IS NOT NULL`, representativeID).Rows(ctx)
	if err != nil {
		return figures, nil, fmt.Errorf("directory: read figures: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var delivered time.Time
		var acknowledged, answered *time.Time
		if err := rows.Scan(&delivered, &acknowledged, &answered); err != nil {
			return figures, nil, fmt.Errorf("directory: read figures: %w", err)
		}
		figures.Received++
		if answered != nil {
			figures.Answered++
		}
		if first := cmp.Or(acknowledged, answered); first != nil {
			touched = append(touched, first.Sub(delivered))
		}
	}
	if err := rows.Err(); err != nil {
		return figures, nil, fmt.Errorf("directory: read figures: %w", err)
	}
	return figures, touched, nil
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	middle := len(of) / 2
	if len(of)%2 == 1 {
		return of[middle]
	}
	return (of[middle-1] + of[middle]) / 2
}
