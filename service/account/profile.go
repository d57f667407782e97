package account

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Profile is what a person sees of themselves. Phone is masked, and empty when
// none is bound.
type Profile struct {
	PersonID      string
	Name          string
	Phone         string
	Roles         []Held
	Seats         []Seat
	Units         []Post
	Memberships   []Membership
	UnreadNotices int64
}

// Held is a role with the area it was granted for, if any.
type Held struct {
	Role   model.Role
	AreaID string
	Area   string
}

// Seat is a seat of the roster that the person sits on.
type Seat struct {
	RepresentativeID string
	Name             string
	ElectingUnit     string
	Term             string
	State            model.RepresentativeState
}

// Post is a unit that the person handles messages for.
type Post struct {
	UnitID string
	Name   string
}

// Me tells the actor who they are here. Fault: unauthenticated.
func (s *Service) Me(ctx context.Context, by model.Actor) (Profile, error) {
	if err := signedIn(by); err != nil {
		return Profile{}, err
	}
	db := s.db.Read()
	person, err := personOf(ctx, db, by.PersonID)
	if err != nil {
		return Profile{}, err
	}
	phone, err := s.keys.Open(sealed.PhoneOf(person.ID), person.Phone)
	if err != nil {
		return Profile{}, fmt.Errorf("account: read phone: %w", err)
	}
	me := Profile{PersonID: person.ID, Name: person.Name, Phone: maskPhone(phone)}
	grants, err := grantsOf(ctx, db, by.PersonID)
	if err != nil {
		return Profile{}, err
	}
	if me.Roles, err = held(ctx, db, grants); err != nil {
		return Profile{}, err
	}
	owner := model.Actor{Grants: grants}
	if me.Seats, err = seats(ctx, db, owner.RepresentativeIDs()); err != nil {
		return Profile{}, err
	}
	if me.Units, err = posts(ctx, db, owner.UnitIDs()); err != nil {
		return Profile{}, err
	}
	if me.Memberships, err = memberships(ctx, db, by.PersonID); err != nil {
		return Profile{}, err
	}
	me.UnreadNotices, err = store.From[model.Notice](db).Where("person_id = ? AND read_at IS NULL", by.PersonID).Count(ctx, "*")
	if err != nil {
		return Profile{}, fmt.Errorf("account: count unread notices: %w", err)
	}
	return me, nil
}

func held(ctx context.Context, db *gorm.DB, grants []model.Grant) ([]Held, error) {
	ids := make([]string, 0, len(grants))
	for _, g := range grants {
		ids = append(ids, g.AreaID)
	}
	names, err := areaNames(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	roles := []Held{{Role: model.RoleResident}}
	for _, g := range grants {
		roles = append(roles, Held{Role: g.Role, AreaID: g.AreaID, Area: names[g.AreaID]})
	}
	return roles, nil
}

func seats(ctx context.Context, db *gorm.DB, ids []string) ([]Seat, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := store.From[Seat](db).Raw(`SELECT r.id AS representative_id, r.name, r.state,
		COALESCE(e.name, '') AS electing_unit, COALESCE(t.name, '') AS term
		FROM representatives r
		LEFT JOIN electing_units e ON e.id = r.electing_unit_id
		LEFT JOIN terms t ON t.id = r.term_id
		WHERE r.id IN ? ORDER BY r.created_at DESC, r.id`, ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read seats: %w", err)
	}
	return found, nil
}

func posts(ctx context.Context, db *gorm.DB, ids []string) ([]Post, error) {
	units, err := store.From[model.Unit](db).Where("id IN ?", ids).Order("name, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read units: %w", err)
	}
	var found []Post
	for _, u := range units {
		found = append(found, Post{UnitID: u.ID, Name: u.Name})
	}
	return found, nil
}

// Rename sets the name the person goes by. Faults: unauthenticated, invalid (name).
func (s *Service) Rename(ctx context.Context, by model.Actor, name string) error {
	if err := signedIn(by); err != nil {
		return err
	}
	name, err := plainName(name)
	if err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.Person](tx).Where("id = ?", by.PersonID).Update(ctx, "name", name)
		if err != nil {
			return fmt.Errorf("account: rename: %w", err)
		}
		if n != 1 {
			return errSignedOut()
		}
		return audit.Record(ctx, tx, by, "person.rename", audit.Target{Kind: "person", ID: by.PersonID, Detail: name}, s.now())
	})
}

// plainName trims a name and refuses what is none.
func plainName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fault.InvalidField("name", "请填写姓名。")
	case utf8.RuneCountInString(name) > model.NameMax:
		return "", fault.InvalidField("name", "姓名不能超过 30 个字。")
	case !utf8.ValidString(name), strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return "", fault.InvalidField("name", "姓名中有无法显示的字符。")
	}
	return name, nil
}
