package linking

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// batch is how many rows go over in one statement.
const batch = 500

// row is a row of any table, by its key.
type row struct{ Named string }

// bring moves everything of the absorbed person to the kept one and writes down
// each row; it may be called again for what came late. It says how many rows
// went over.
func (*Linker) bring(ctx context.Context, tx *gorm.DB, link model.PersonLink) (int, error) {
	moved := 0
	for _, p := range places() {
		n, err := bringPlace(ctx, tx, link, p)
		if err != nil {
			return moved, fmt.Errorf("linking: bring over %s: %w", p.name(), err)
		}
		moved += n
	}
	return moved, dropGrants(ctx, tx, link)
}

// bringPlace goes through the rows in the order of their keys: a row that
// somebody else takes away meanwhile is passed by.
func bringPlace(ctx context.Context, tx *gorm.DB, link model.PersonLink, p place) (int, error) {
	moved, after := 0, ""
	for {
		rows := store.From[row](tx).Table(p.table).Where(p.column+" = ? AND "+p.key+" > ?", link.AbsorbedID, after)
		if p.only != "" {
			rows = rows.Where(p.only)
		}
		if len(p.once) > 0 {
			rows = rows.Where("NOT EXISTS ("+twins(p)+")", link.KeptID)
		}
		keys, err := keysOf(ctx, rows.Order(p.key).Limit(batch), p)
		if err != nil || len(keys) == 0 {
			return moved, err
		}
		after = keys[len(keys)-1]
		n, err := store.From[row](tx).Table(p.table).Where(p.column+" = ? AND "+p.key+" IN ?", link.AbsorbedID, keys).Update(ctx, p.column, link.KeptID)
		if err != nil {
			return moved, err
		}
		moved += n
		if err := noteRows(ctx, tx, link, p, keys); err != nil {
			return moved, err
		}
	}
}

// twins finds rows of the kept person that are like the one at hand.
func twins(p place) string {
	alike := []string{"SELECT 1 FROM " + p.table + " twin WHERE twin." + p.column + " = ?"}
	for _, c := range p.once {
		alike = append(alike, "twin."+c+" = "+p.table+"."+c)
	}
	return strings.Join(alike, " AND ")
}

func keysOf(ctx context.Context, rows store.Query[row], p place) ([]string, error) {
	var found []row
	if err := rows.Select(p.key+" AS named").Scan(ctx, &found); err != nil {
		return nil, err
	}
	keys := make([]string, len(found))
	for i, f := range found {
		keys[i] = f.Named
	}
	return keys, nil
}

// noteRows writes down what went over; a row that came late a second time, after
// an undo for instance, is known already.
func noteRows(ctx context.Context, tx *gorm.DB, link model.PersonLink, p place, keys []string) error {
	var known []string
	err := store.From[model.LinkedRow](tx).Select("row_key").Where("link_id = ? AND place = ? AND row_key IN ?", link.ID, p.name(), keys).Scan(ctx, &known)
	if err != nil {
		return err
	}
	noted := make(map[string]bool, len(known))
	for _, k := range known {
		noted[k] = true
	}
	var rows []model.LinkedRow
	for _, k := range keys {
		if !noted[k] {
			rows = append(rows, model.LinkedRow{LinkID: link.ID, Place: p.name(), RowKey: k})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return store.From[model.LinkedRow](tx).CreateInBatches(ctx, &rows, 100)
}

// dropGrants removes what the kept person may do anyway, and keeps it for an undo.
func dropGrants(ctx context.Context, tx *gorm.DB, link model.PersonLink) error {
	doubled, err := store.From[model.Grant](tx).Where("person_id = ?", link.AbsorbedID).Order("id").Find(ctx)
	if err != nil {
		return fmt.Errorf("linking: find doubled grants: %w", err)
	}
	for _, g := range doubled {
		text, err := json.Marshal(g)
		if err != nil {
			return fmt.Errorf("linking: keep grant: %w", err)
		}
		row := model.LinkedRow{LinkID: link.ID, Place: grants, RowKey: g.ID, Dropped: string(text)}
		if err := store.From[model.LinkedRow](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("linking: keep grant: %w", err)
		}
		if _, err := store.From[model.Grant](tx).Where("id = ?", g.ID).Delete(ctx); err != nil {
			return fmt.Errorf("linking: drop doubled grant: %w", err)
		}
	}
	return nil
}

// lateFor is how long after two were joined something may still come in for the
// absorbed one: from a request that was under way.
const lateFor = time.Hour

// Tick brings over what came late: what a request wrote for the absorbed person
// that had begun before the two were joined.
func (l *Linker) Tick(ctx context.Context, db *store.DB) error {
	young, err := store.From[model.PersonLink](db.Read()).Where("state = ? AND linked_at > ?", model.LinkStands, l.now().Add(-lateFor)).Order("linked_at, id").Limit(batch).Find(ctx)
	if err != nil {
		return fmt.Errorf("linking: look for young links: %w", err)
	}
	for _, link := range young {
		if err := l.bringLate(ctx, db, link); err != nil {
			return err
		}
	}
	return nil
}

func (l *Linker) bringLate(ctx context.Context, db *store.DB, link model.PersonLink) error {
	late, err := anyLeft(ctx, db.Read(), link)
	if err != nil || !late {
		return err
	}
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		if err := store.StandInLine(ctx, tx, line); err != nil {
			return err
		}
		person, err := store.From[model.Person](tx).Where("id = ?", link.AbsorbedID).Take(ctx)
		if store.IsAbsent(err) || err == nil && person.MergedInto == "" {
			return nil // parted meanwhile
		}
		if err != nil {
			return fmt.Errorf("linking: find person: %w", err)
		}
		link.KeptID = person.MergedInto
		_, err = l.bring(ctx, tx, link)
		return err
	})
}

// anyLeft reports whether something stands under the absorbed person that would go over.
func anyLeft(ctx context.Context, db *gorm.DB, link model.PersonLink) (bool, error) {
	for _, p := range places() {
		rows := store.From[row](db).Table(p.table).Where(p.column+" = ?", link.AbsorbedID)
		if p.only != "" {
			rows = rows.Where(p.only)
		}
		if len(p.once) > 0 {
			rows = rows.Where("NOT EXISTS ("+twins(p)+")", link.KeptID)
		}
		keys, err := keysOf(ctx, rows.Limit(1), p)
		if err != nil {
			return false, fmt.Errorf("linking: look for what came late in %s: %w", p.name(), err)
		}
		if len(keys) > 0 {
			return true, nil
		}
	}
	return false, nil
}
