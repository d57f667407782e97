package directory

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/store"
)

// Edition names the state of the roster: it changes with every import and every
// form that was saved, with every word on where other matters go, and when
// representatives, areas, topics or who serves whom are added, changed or taken
// away otherwise.
func (s *Service) Edition(ctx context.Context) (string, error) {
	found, err := store.From[struct {
		People, Areas, Topics, Served, Helped, Units, Studios, Revision, Referred int
		Last                                                                      *string
	}](s.db.Read()).Raw(`SELECT (SELECT COUNT(*) FROM representatives) AS people, (SELECT COUNT(*) FROM areas) AS areas, (SELECT COUNT(*) FROM topics) AS topics,
		(SELECT COUNT(*) FROM representative_areas) AS served, (SELECT COUNT(*) FROM representative_topics) AS helped,
		(SELECT COUNT(*) FROM units WHERE active = ?) AS units, (SELECT COUNT(*) FROM studios) AS studios,
		(SELECT COALESCE(MAX(revision), 0) FROM roster_revisions) AS revision,
		(SELECT COALESCE(SUM(revision), 0) FROM referrals) AS referred,
		(SELECT MAX(updated_at) FROM representatives) AS last`, true).Take(ctx)
	if err != nil {
		return "", fmt.Errorf("directory: read edition: %w", err)
	}
	last := ""
	if found.Last != nil {
		last = *found.Last
	}
	// Absences end by themselves, at midnight.
	return fmt.Sprint(model.Day(s.now()), found.People, found.Areas, found.Topics, found.Served, found.Helped, found.Units, found.Studios, found.Revision, found.Referred, last), nil
}
