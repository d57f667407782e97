package linking

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Return is what undoing a link gives back to the absorbed person, as far as it
// is still the kept one's. KeptPhone is the number that the kept person has then.
// Phones are for the caller to mask.
type Return struct {
	Accounts    []model.WeChatAccount
	Name        string
	Phone       string
	KeptPhone   string
	Messages    int64
	Notices     int64
	Seats       int64
	Units       int64
	Memberships int64
}

// ForeseeUndo shows what undoing a link that stands would give back, and changes
// nothing.
func (l *Linker) ForeseeUndo(ctx context.Context, db *gorm.DB, link model.PersonLink) (Return, error) {
	var r Return
	went := func(place string) *gorm.DB {
		return db.Model(&model.LinkedRow{}).Select("row_key").Where("link_id = ? AND place = ?", link.ID, place)
	}
	for _, n := range []struct {
		into  *int64
		count func() (int64, error)
	}{
		{&r.Messages, func() (int64, error) {
			return store.From[model.Message](db).Where("resident_id = ? AND id IN (?)", link.KeptID, went("messages/resident_id")).Count(ctx, "*")
		}},
		{&r.Notices, func() (int64, error) {
			return store.From[model.Notice](db).Where("person_id = ? AND id IN (?)", link.KeptID, went("notices/person_id")).Count(ctx, "*")
		}},
		{&r.Seats, func() (int64, error) {
			return store.From[model.Representative](db).Where("person_id = ? AND id IN (?)", link.KeptID, went("representatives/person_id")).Count(ctx, "*")
		}},
		{&r.Units, func() (int64, error) {
			return store.From[model.Grant](db).Where("person_id = ? AND role = ? AND id IN (?)", link.KeptID, model.RoleUnitOfficer, went(grants)).Count(ctx, "*")
		}},
		{&r.Memberships, func() (int64, error) {
			return store.From[model.Member](db).Where("person_id = ? AND id IN (?)", link.KeptID, went("members/person_id")).Count(ctx, "*")
		}},
	} {
		var err error
		if *n.into, err = n.count(); err != nil {
			return r, fmt.Errorf("linking: count what goes back: %w", err)
		}
	}
	err := store.From[model.WeChatIdentity](db).Select("DISTINCT account").Where("person_id = ? AND id IN (?)", link.KeptID, went("wechat_identities/person_id")).Scan(ctx, &r.Accounts)
	if err != nil {
		return r, fmt.Errorf("linking: find accounts that go back: %w", err)
	}
	return r, l.foreseePhones(ctx, db, link, &r)
}

func (l *Linker) foreseePhones(ctx context.Context, db *gorm.DB, link model.PersonLink, r *Return) error {
	people, err := store.From[model.Person](db).Where("id IN ?", []string{link.KeptID, link.AbsorbedID}).Find(ctx)
	if err != nil {
		return fmt.Errorf("linking: find person: %w", err)
	}
	for _, p := range people {
		phone, err := l.keys.Open(sealed.PhoneOf(p.ID), p.Phone)
		if err != nil {
			return fmt.Errorf("linking: read phone: %w", err)
		}
		if p.ID == link.KeptID {
			r.KeptPhone = phone
		} else {
			r.Phone, r.Name = phone, p.Name
		}
	}
	if !link.PhoneTaken || r.KeptPhone != r.Phone {
		return nil
	}
	if r.KeptPhone, err = l.keys.Open(sealed.PhoneAsideOf(link.ID), link.PhoneAside); err != nil {
		return fmt.Errorf("linking: read phone that was put aside: %w", err)
	}
	return nil
}
