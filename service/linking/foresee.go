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

// Prospect is what joining two would put together. TwoPhones says that each has a
// number and one of them is put aside; MayChoose that who asks may say which.
type Prospect struct {
	Kept, Absorbed Side
	TwoPhones      bool
	MayChoose      bool
}

// Foresee shows what joining two would put together, and changes nothing. Fault:
// conflict for two who cannot be one.
func (l *Linker) Foresee(ctx context.Context, db *gorm.DB, two Pair) (Prospect, error) {
	kept, absorbed, err := l.pair(ctx, db, two)
	if err != nil {
		return Prospect{}, err
	}
	p := Prospect{TwoPhones: twoPhones(kept, absorbed), MayChoose: two.mayChoose(kept, absorbed)}
	if p.Kept, err = side(ctx, db, kept); err != nil {
		return p, err
	}
	p.Absorbed, err = side(ctx, db, absorbed)
	return p, err
}

func side(ctx context.Context, db *gorm.DB, who standing) (Side, error) {
	var err error
	id := who.ID
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
