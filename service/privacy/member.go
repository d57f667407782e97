package privacy

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/store"
)

func fillMembers(ctx context.Context, db *gorm.DB, personID string, me *self) error {
	found, err := store.From[memberOfSelf](db).Raw(`SELECT COALESCE(e.name, '') AS electing_unit, m.name, m.confirmed_at FROM members m
		LEFT JOIN electing_units e ON e.id = m.electing_unit_id WHERE m.person_id = ? ORDER BY m.confirmed_at, m.id`, personID).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read memberships: %w", err)
	}
	me.Members = append(me.Members, found...)
	return nil
}

// endMemberships takes an erased person off the lists' confirmations: the list
// itself is the organisation's, and stays as it was before they confirmed.
func endMemberships(ctx context.Context, tx *gorm.DB, personID string) error {
	_, err := store.From[model.Member](tx).Where("person_id = ?", personID).Set(clause.Assignments(map[string]any{"person_id": "", "confirmed_at": nil})).Update(ctx)
	if err != nil {
		return fmt.Errorf("privacy: end memberships: %w", err)
	}
	if _, err := store.From[model.Grant](tx).Where("person_id = ? AND role = ?", personID, model.RoleMember).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: end role of member: %w", err)
	}
	return nil
}
