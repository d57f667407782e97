package directory

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/store"
)

// Edition names the state of the roster: it changes when representatives are
// added or changed, and when areas, topics or who serves whom are added or
// taken away. A new name of a place does not show in it.
func (s *Service) Edition(ctx context.Context) (string, error) {
	found, err := store.From[struct {
		People, Areas, Topics, Served, Helped, Units, Studios int
		Last                                                  *string
	}](s.db.Read()).Raw(`SELECT (SELECT COUNT(*) FROM representatives) AS people, (SELECT COUNT(*) FROM areas) AS areas, (SELECT COUNT(*) FROM topics) AS topics,
		(SELECT COUNT(*) FROM representative_areas) AS served, (SELECT COUNT(*) FROM representative_topics) AS helped,
		(SELECT COUNT(*) FROM units WHERE active = ?) AS units, (SELECT COUNT(*) FROM studios) AS studios,
		(SELECT MAX(updated_at) FROM representatives) AS last`, true).Take(ctx)
	if err != nil {
		return "", fmt.Errorf("directory: read edition: %w", err)
	}
	last := ""
	if found.Last != nil {
		last = *found.Last
	}
	// Absences end by themselves, at midnight.
	return fmt.Sprint(model.Day(s.now()), found.People, found.Areas, found.Topics, found.Served, found.Helped, found.Units, found.Studios, last), nil
}
