package privacy

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// formerly gives the names and phones of who became part of a person, and the
// numbers that were put aside then.
func (s *Service) formerly(ctx context.Context, personID string) (names, phones []string, err error) {
	absorbed, err := store.From[model.Person](s.db.Read()).Where("merged_into = ?", personID).Find(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("privacy: find who was joined: %w", err)
	}
	all := []string{personID}
	for _, p := range absorbed {
		all = append(all, p.ID)
		phone, err := s.keys.Open(sealed.PhoneOf(p.ID), p.Phone)
		if err != nil {
			return nil, nil, fmt.Errorf("privacy: read phone: %w", err)
		}
		names, phones = append(names, p.Name), append(phones, phone)
	}
	links, err := store.From[model.PersonLink](s.db.Read()).Where("kept_id IN ? AND phone_aside <> ?", all, "").Find(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("privacy: find numbers put aside: %w", err)
	}
	for _, l := range links {
		phone, err := s.keys.Open(sealed.PhoneAsideOf(l.ID), l.PhoneAside)
		if err != nil {
			return nil, nil, fmt.Errorf("privacy: read number put aside: %w", err)
		}
		phones = append(phones, phone)
	}
	return names, phones, nil
}

// nobody is what is left of a person who became part of another one, once that
// cannot be undone any more.
func nobody() clause.Set {
	return clause.Assignments(map[string]any{"name": "", "phone": "", "phone_hash": "", "unreachable_since": nil, "last_visit_at": nil})
}

// forgetLinks takes out of an erased person whoever had become part of them:
// names, phones, the links, and their names in the audit log.
func forgetLinks(ctx context.Context, tx *gorm.DB, personID string) error {
	var absorbed []string
	if err := store.From[model.Person](tx).Select("id").Where("merged_into = ?", personID).Scan(ctx, &absorbed); err != nil {
		return fmt.Errorf("privacy: find who was joined: %w", err)
	}
	for _, id := range absorbed {
		if err := namelessLines(ctx, tx, id); err != nil {
			return err
		}
	}
	if _, err := store.From[model.Person](tx).Where("merged_into = ?", personID).Set(nobody()).Update(ctx); err != nil {
		return fmt.Errorf("privacy: empty who was joined: %w", err)
	}
	absorbed = append(absorbed, personID)
	return dropLinks(ctx, tx, "kept_id IN ? OR absorbed_id IN ?", absorbed, absorbed)
}

func dropLinks(ctx context.Context, tx *gorm.DB, which string, args ...any) error {
	var links []string
	if err := store.From[model.PersonLink](tx).Select("id").Where(which, args...).Scan(ctx, &links); err != nil {
		return fmt.Errorf("privacy: find links: %w", err)
	}
	if len(links) == 0 {
		return nil
	}
	if _, err := store.From[model.LinkedRow](tx).Where("link_id IN ?", links).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: drop rows of links: %w", err)
	}
	if _, err := store.From[model.PersonLink](tx).Where("id IN ?", links).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: drop links: %w", err)
	}
	return nil
}

// linkRule ends the time in which two who were joined can be parted: the record
// goes, and with it the name and phone of who became part of the other. That
// they did stays, for an erasure to find.
func (s *Service) linkRule() Rule {
	r := Rule{Name: "person_links", What: "合并账号的记录：此后不能再撤销", Keep: 30 * aDay, Why: "让本人能够撤销误操作"}
	standing := "state = 'stands' AND linked_at"
	r.due = func(ctx context.Context, db *gorm.DB, before time.Time) (int64, *time.Time, error) {
		n, err := store.From[model.PersonLink](db).Where(standing+" < ?", before).Count(ctx, "*")
		if err != nil || n == 0 {
			return n, nil, err
		}
		oldest, err := edge[model.PersonLink](ctx, db, standing, "linked_at", before, 0)
		return n, oldest, err
	}
	r.end = func(ctx context.Context, before time.Time) (int, error) {
		found, err := store.From[model.PersonLink](s.db.Read()).Where(standing+" < ?", before).Order("linked_at, id").Limit(Batch).Find(ctx)
		if err != nil {
			return 0, err
		}
		for _, l := range found {
			err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
				if _, err := store.From[model.Person](tx).Where("id = ? AND merged_into <> ?", l.AbsorbedID, "").Set(nobody()).Update(ctx); err != nil {
					return fmt.Errorf("privacy: empty who was joined: %w", err)
				}
				return dropLinks(ctx, tx, "id = ? AND state = ?", l.ID, model.LinkStands)
			})
			if err != nil {
				return 0, err
			}
		}
		return len(found), nil
	}
	return r
}
