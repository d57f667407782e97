package message

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// named are the names of what messages refer to, by id.
type named struct {
	topics, representatives, units, studios map[string]string
}

// namesFor is how long a name lives on after another replica changed it.
const namesFor = 30 * time.Second

// names remembers what everything is called: a list would otherwise look up
// five names for each of its rows.
func (s *Service) names(ctx context.Context, db *gorm.DB) (named, error) {
	tables := []string{"topics", "representatives", "units", "studios"}
	return store.Remember(s.db, "names of messages", s.now(), namesFor, tables, func() (n named, err error) {
		if n.topics, err = namesOf[model.Topic](ctx, db); err != nil {
			return n, err
		}
		if n.representatives, err = namesOf[model.Representative](ctx, db); err != nil {
			return n, err
		}
		if n.units, err = namesOf[model.Unit](ctx, db); err != nil {
			return n, err
		}
		n.studios, err = namesOf[model.Studio](ctx, db)
		return n, err
	})
}

// namesOf reads the names of a table; of all its rows when no ids are given.
func namesOf[T any](ctx context.Context, db *gorm.DB, ids ...string) (map[string]string, error) {
	var rows []struct{ ID, Name string }
	read := store.From[T](db).Select("id, name").Scan
	if len(ids) > 0 {
		read = store.From[T](db).Select("id, name").Where("id IN ?", ids).Scan
	}
	if err := read(ctx, &rows); err != nil {
		return nil, fmt.Errorf("message: read names: %w", err)
	}
	all := make(map[string]string, len(rows))
	for _, r := range rows {
		all[r.ID] = r.Name
	}
	return all, nil
}

// nameRows fills in topics, representatives, units and studios.
func (s *Service) nameRows(ctx context.Context, db *gorm.DB, rows []Row) error {
	n, err := s.names(ctx, db)
	if err != nil {
		return err
	}
	for i := range rows {
		r, m := &rows[i], rows[i].Message
		if r.Topic, err = nameIn[model.Topic](ctx, db, n.topics, m.TopicID); err != nil {
			return err
		}
		if r.Representative, err = nameIn[model.Representative](ctx, db, n.representatives, m.RepresentativeID); err != nil {
			return err
		}
		if r.Holder, err = nameIn[model.Representative](ctx, db, n.representatives, m.HolderID); err != nil {
			return err
		}
		if r.Unit, err = nameIn[model.Unit](ctx, db, n.units, m.UnitID); err != nil {
			return err
		}
		if r.Studio, err = nameIn[model.Studio](ctx, db, n.studios, m.StudioID); err != nil {
			return err
		}
	}
	return nil
}

// nameIn gives a name that is remembered; one that is not, because another
// replica has only just written it, is read.
func nameIn[T any](ctx context.Context, db *gorm.DB, remembered map[string]string, id string) (string, error) {
	name, ok := remembered[id]
	if ok || id == "" {
		return name, nil
	}
	read, err := namesOf[T](ctx, db, id)
	return read[id], err
}
