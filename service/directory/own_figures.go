package directory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lianxin/model"
	"lianxin/service/store"
)

// OwnFigures are plain facts about the messages that a representative held, from
// Since until now. HandedOver counts those that went to a unit. Solved, Partly
// and NotSolved are the residents' own words; most say nothing. Nobody else's
// figures stand beside them, and there is no share, mean or place in a list.
type OwnFigures struct {
	Since              time.Time
	Received           int
	AcknowledgedInTime int
	Answered           int
	HandedOver         int
	Solved             int
	Partly             int
	NotSolved          int
}

// OwnFigures counts the last twelve months of a seat, for who sits on it and
// nobody else. A message that went on to somebody else is theirs. Fault: not found.
func (s *Service) OwnFigures(ctx context.Context, by model.Actor, representativeID string) (OwnFigures, error) {
	if !slices.Contains(by.RepresentativeIDs(), representativeID) {
		return OwnFigures{}, errNoRepresentative()
	}
	since := s.now().In(model.Shanghai).AddDate(-1, 0, 0)
	// The clock of the first touch ends with the first sign of life, in time or not.
	counted, err := store.From[OwnFigures](s.db.Read()).Raw(`SELECT COUNT(*) AS received,
			COUNT(CASE WHEN EXISTS (SELECT 1 FROM deadlines d WHERE d.target_id = m.id AND d.kind = ? AND d.state = ? AND d.ended_at <= d.due_at) THEN 1 END) AS acknowledged_in_time,
			COUNT(m.answered_at) AS answered,
			COUNT(CASE WHEN EXISTS (SELECT 1 FROM facts f WHERE f.message_id = m.id AND f.deed = ?) THEN 1 END) AS handed_over,
			COUNT(CASE WHEN m.word = ? THEN 1 END) AS solved,
			COUNT(CASE WHEN m.word = ? THEN 1 END) AS partly,
			COUNT(CASE WHEN m.word = ? THEN 1 END) AS not_solved
		FROM messages m
		WHERE m.holder_id = ? AND m.delivered_at >= ?`,
		model.DeadlineFirstTouch, model.DeadlineMet, model.DeedHandOver, model.WordSolved, model.WordPartly, model.WordNotSolved,
		representativeID, since.UTC()).Take(ctx)
	if err != nil {
		return OwnFigures{}, fmt.Errorf("directory: count own figures: %w", err)
	}
	counted.Since = since
	return counted, nil
}
