package sealed

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Phone is the column in which a person's phone number stands sealed.
const Phone = "people.phone"

// The columns in which the second factor of a staff account stands sealed: the
// one in force, and one that waits to be confirmed.
const (
	TOTP        = "staff_accounts.totp_secret"
	TOTPPending = "staff_accounts.totp_pending"
)

// MemberPhone is the column in which the phone of somebody on a list of members
// stands sealed.
const MemberPhone = "members.phone"

// PhoneAside is the column in which a number stands sealed that did not stay when
// two persons with two numbers were joined.
const PhoneAside = "person_links.phone_aside"

// PhoneAsideOf is the place of the number that a link put aside.
func PhoneAsideOf(linkID string) Place { return Place{Column: PhoneAside, RecordID: linkID} }

// MemberPhoneOf is the place of the phone of somebody on a list of members.
func MemberPhoneOf(memberID string) Place { return Place{Column: MemberPhone, RecordID: memberID} }

// TOTPOf is the place of the second factor of a person's staff account.
func TOTPOf(personID string) Place { return Place{Column: TOTP, RecordID: personID} }

// TOTPPendingOf is the place of one that waits to be confirmed.
func TOTPPendingOf(personID string) Place { return Place{Column: TOTPPending, RecordID: personID} }

// PhoneOf is the place of a person's phone number.
func PhoneOf(personID string) Place { return Place{Column: Phone, RecordID: personID} }

// column is a column that holds sealed values: ID names the record, Hash is the
// column to find it by, if there is one.
type column struct {
	name, id, hash string
}

func (c column) table() string { return c.name[:strings.IndexByte(c.name, '.')] }
func (c column) value() string { return c.name[strings.IndexByte(c.name, '.')+1:] }

// found is what a record is found by, as SQL reads it.
func (c column) found() string {
	if c.hash == "" {
		return "''"
	}
	return c.hash
}

// columns is every column that holds sealed values. What is missing here is
// missed by a rotation; a test compares it with the records.
func columns() []column {
	return []column{
		{name: Phone, id: "id", hash: "phone_hash"},
		{name: MemberPhone, id: "id", hash: "phone_hash"},
		{name: PhoneAside, id: "id", hash: "phone_aside_hash"},
		{name: TOTP, id: "person_id"},
		{name: TOTPPending, id: "person_id"},
	}
}

// Usage tells how many values of a column were sealed with a key. KeyID is
// empty for values that are not sealed at all.
type Usage struct {
	Column string
	KeyID  string
	Values int64
	// Known says that the key is in the ring.
	Known bool
}

// row is one sealed value as it stands.
type row struct {
	ID    string
	Value model.Sealed
	Hash  string
}

// Usages counts the values of every column by key, for an administrator who
// wants to know whether an old key can go. A nil ring knows no key.
func (k *Keys) Usages(ctx context.Context, db *store.DB) ([]Usage, error) {
	var all []Usage
	for _, c := range columns() {
		counts := map[string]int64{}
		err := eachRow(ctx, db, c, "", func(rows []row) error {
			for _, r := range rows {
				counts[keyOf(r.Value)]++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for id, n := range counts {
			u := Usage{Column: c.name, KeyID: id, Values: n}
			if k != nil {
				_, u.Known = k.find(id)
			}
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b Usage) int { return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.KeyID, b.KeyID)) })
	return all, nil
}

// AnyClear reports whether any value stands in clear.
func AnyClear(ctx context.Context, db *store.DB) (bool, error) {
	for _, c := range columns() {
		rows, err := outside(ctx, db, c, []string{"%"})
		if err != nil || len(rows) > 0 {
			return len(rows) > 0, err
		}
	}
	return false, nil
}

// Stray finds a value that this ring cannot open: one in clear, or sealed with a
// key it does not have; false when there is none.
func (k *Keys) Stray(ctx context.Context, db *store.DB) (Usage, bool, error) {
	var known []string
	for _, d := range k.ring {
		known = append(known, d.id)
	}
	for _, c := range columns() {
		rows, err := outside(ctx, db, c, known)
		if err != nil {
			return Usage{}, false, err
		}
		if len(rows) > 0 {
			return Usage{Column: c.name, KeyID: keyOf(rows[0].Value), Values: int64(len(rows))}, true, nil
		}
	}
	return Usage{}, false, nil
}

// outside reads one value of a column that none of the keys sealed; "%" stands
// for any key.
func outside(ctx context.Context, db *store.DB, c column, ids []string) ([]row, error) {
	q := store.From[row](db.Read()).Table(c.table()).Select(c.id+" AS id, "+c.value()+" AS value").Where(c.value()+" <> ?", "")
	for _, id := range ids {
		q = q.Where(c.value()+" NOT LIKE ?", id+".%")
	}
	rows, err := q.Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("sealed: look through %s: %w", c.name, err)
	}
	return rows, nil
}

// keyOf names the key of a value; empty for one that is not sealed.
func keyOf(value model.Sealed) string {
	id, _, sealed := strings.Cut(string(value), ".")
	if !sealed {
		return ""
	}
	return id
}

// batch is how many values are looked at, and changed in one transaction.
const batch = 500

// eachRow gives the values of a column in order of their records, batch by
// batch; not those of one key, when it is named.
func eachRow(ctx context.Context, db *store.DB, c column, not string, do func([]row) error) error {
	after := ""
	for {
		q := store.From[row](db.Read()).Table(c.table()).Select(c.id+" AS id, "+c.value()+" AS value, "+c.found()+" AS hash").
			Where(c.value()+" <> ? AND "+c.id+" > ?", "", after)
		if not != "" {
			q = q.Where(c.value()+" NOT LIKE ?", not+".%")
		}
		rows, err := q.Order(c.id).Limit(batch).Find(ctx)
		if err != nil {
			return fmt.Errorf("sealed: read %s: %w", c.name, err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := do(rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].ID
	}
}

// Rotate seals every value anew that was not sealed with the key in force, and
// seals what still stands in clear. It can be stopped at any time and run again,
// and runs beside the service. told is called after each batch with how many
// are done. It returns how many values it changed; it fails with ErrUnknownKey
// when a value's key is missing, and leaves that value as it is.
func (k *Keys) Rotate(ctx context.Context, db *store.DB, now func() time.Time, told func(done int)) (int, error) {
	done := 0
	for _, c := range columns() {
		err := eachRow(ctx, db, c, k.ring[0].id, func(rows []row) error {
			changed, err := k.reseal(ctx, db, c, rows, now())
			done += changed
			told(done)
			return err
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func (k *Keys) reseal(ctx context.Context, db *store.DB, c column, rows []row, now time.Time) (int, error) {
	changed := 0
	err := store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		changed = 0
		for _, r := range rows {
			set, err := k.anew(c, r)
			if err != nil {
				return err
			}
			// Somebody may have changed the value meanwhile: theirs is newer.
			n, err := store.From[row](tx).Table(c.table()).Where(c.id+" = ? AND "+c.value()+" = ?", r.ID, string(r.Value)).
				Set(clause.Assignments(set)).Update(ctx)
			if err != nil {
				return fmt.Errorf("sealed: write %s: %w", c.name, err)
			}
			changed += n
		}
		return audit.Record(ctx, tx, model.SystemActor("key rotation"), "keys.rotate", audit.Target{
			Kind: "key", ID: k.ring[0].id, Detail: fmt.Sprintf("%s: %d values", c.name, changed),
		}, now)
	})
	return changed, err
}

// anew gives the columns of a value as the key in force writes them.
func (k *Keys) anew(c column, r row) (map[string]any, error) {
	at := Place{Column: c.name, RecordID: r.ID}
	plain, findable := string(r.Value), true
	if keyOf(r.Value) != "" {
		var err error
		if plain, err = k.Open(at, r.Value); err != nil {
			return nil, err
		}
		// Who was joined with another person is not found by their phone any more.
		findable = r.Hash != ""
	}
	set := map[string]any{c.value(): string(k.Seal(at, plain))}
	if c.hash != "" && findable {
		set[c.hash] = k.Hash(c.name, plain)
	}
	return set, nil
}
