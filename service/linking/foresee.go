package linking

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// Side is one of two who might be joined, as far as the other may know before
// they are: name and phone are for the caller to mask.
type Side struct {
	PersonID string
	Name     string
	Phone    string
	Accounts []model.WeChatAccount
	Messages int64
	Notices  int64
	Seats    int64
	Units    int64
}

// Foresee shows what joining two would put together, and changes nothing. The
// first is the kept one. Fault: conflict for two who cannot be one.
func (l *Linker) Foresee(ctx context.Context, db *gorm.DB, two [2]string, cause model.LinkCause) (kept, absorbed Side, err error) {
	first, second, err := l.pair(ctx, db, two, cause)
	if err != nil {
		return kept, absorbed, err
	}
	if kept, err = l.side(ctx, db, first.ID); err != nil {
		return kept, absorbed, err
	}
	absorbed, err = l.side(ctx, db, second.ID)
	return kept, absorbed, err
}

func (l *Linker) side(ctx context.Context, db *gorm.DB, id string) (Side, error) {
	who, err := l.standing(ctx, db, id)
	if err != nil {
		return Side{}, err
	}
	side := Side{PersonID: id, Name: who.Name, Phone: who.phone, Accounts: who.accounts}
	for _, n := range []struct {
		into  *int64
		count func() (int64, error)
	}{
		{&side.Messages, func() (int64, error) {
			return store.From[model.Message](db).Where("(resident_id = ? OR writer_id = ?) AND restricted_at IS NULL", id, id).Count(ctx, "*")
		}},
		{&side.Notices, func() (int64, error) {
			return store.From[model.Notice](db).Where("person_id = ?", id).Count(ctx, "*")
		}},
		{&side.Seats, func() (int64, error) {
			return store.From[model.Representative](db).Where("person_id = ?", id).Count(ctx, "*")
		}},
		{&side.Units, func() (int64, error) {
			return store.From[model.Grant](db).Where("person_id = ? AND role = ?", id, model.RoleUnitOfficer).Count(ctx, "*")
		}},
	} {
		if *n.into, err = n.count(); err != nil {
			return Side{}, fmt.Errorf("linking: count: %w", err)
		}
	}
	return side, nil
}
