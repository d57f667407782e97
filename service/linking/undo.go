package linking

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Parting is the undoing of a link. May says whether the link is the actor's to
// undo. Office is set where the office does it, for a reason.
type Parting struct {
	LinkID string
	May    func(context.Context, *gorm.DB, model.PersonLink) (bool, error)
	Office bool
	Reason string
}

// Undo parts two who were joined: each row that went over goes back, unless it
// belongs to somebody else by now. What came since stays with the kept person.
// Faults: not found for a link that is not the actor's to undo; conflict for one
// that is undone, older than thirty days, or followed by another one.
func (l *Linker) Undo(ctx context.Context, tx *gorm.DB, by model.Actor, p Parting) (model.PersonLink, error) {
	if err := store.StandInLine(ctx, tx, line); err != nil {
		return model.PersonLink{}, err
	}
	link, err := l.undoable(ctx, tx, p)
	if err != nil {
		return link, err
	}
	now := l.now()
	n, err := store.From[model.PersonLink](tx).Where("id = ? AND state = ?", link.ID, model.LinkStands).
		Set(clause.Assignments(map[string]any{"state": model.LinkUndone, "undone_at": now, "phone_aside": "", "phone_aside_hash": ""})).Update(ctx)
	if err != nil {
		return link, fmt.Errorf("linking: undo: %w", err)
	}
	if n != 1 {
		return link, errUndone()
	}
	link.State, link.UndoneAt = model.LinkUndone, &now
	for _, step := range []func(context.Context, *gorm.DB, model.PersonLink) error{l.giveBack, l.restorePerson, l.sortSessions, forgetRows} {
		if err := step(ctx, tx, link); err != nil {
			return link, err
		}
	}
	if err := l.tellParted(ctx, tx, link, p.Office); err != nil {
		return link, err
	}
	detail := link.AbsorbedID + " was parted again"
	if p.Reason != "" {
		detail += ": " + p.Reason
	}
	return link, audit.Record(ctx, tx, by, "person.unlink", audit.Target{Kind: "person", ID: link.KeptID, Detail: detail}, now)
}

func errUndone() error { return fault.Conflict("这次合并已经撤销过了。") }

// Find finds a link that is the actor's to undo. Fault: not found.
func (*Linker) Find(ctx context.Context, db *gorm.DB, p Parting) (model.PersonLink, error) {
	link, err := store.From[model.PersonLink](db).Where("id = ?", p.LinkID).Take(ctx)
	if store.IsAbsent(err) {
		return link, fault.NotFound("这次合并")
	}
	if err != nil {
		return link, fmt.Errorf("linking: find link: %w", err)
	}
	may, err := p.May(ctx, db, link)
	if err != nil {
		return link, err
	}
	if !may {
		return link, fault.NotFound("这次合并")
	}
	return link, nil
}

// undoable finds a link that can be undone now.
func (l *Linker) undoable(ctx context.Context, tx *gorm.DB, p Parting) (model.PersonLink, error) {
	link, err := l.Find(ctx, tx, p)
	switch {
	case err != nil:
		return link, err
	case link.State == model.LinkUndone:
		return link, errUndone()
	case !l.now().Before(link.UndoUntil):
		return link, fault.Conflict("合并已超过 30 天，不能再撤销。如有需要请联系联络办。")
	}
	later, err := store.From[model.Person](tx).Where("id = ? AND merged_into <> ?", link.KeptID, "").Count(ctx, "*")
	if err != nil {
		return link, fmt.Errorf("linking: look for a later link: %w", err)
	}
	if later > 0 {
		return link, fault.Conflict("这个账号后来又并入了另一个账号，请先撤销后来的那一次合并。")
	}
	return link, refuseAtWork(ctx, tx, link.KeptID)
}

// giveBack moves back every row that went over and is still the kept person's.
func (*Linker) giveBack(ctx context.Context, tx *gorm.DB, link model.PersonLink) error {
	for _, p := range places() {
		after := ""
		for {
			rows, err := store.From[model.LinkedRow](tx).Where("link_id = ? AND place = ? AND row_key > ?", link.ID, p.name(), after).Order("row_key").Limit(batch).Find(ctx)
			if err != nil {
				return fmt.Errorf("linking: read rows of %s: %w", p.name(), err)
			}
			if len(rows) == 0 {
				break
			}
			after = rows[len(rows)-1].RowKey
			keys := make([]string, len(rows))
			for i, r := range rows {
				keys[i] = r.RowKey
			}
			_, err = store.From[row](tx).Table(p.table).Where(p.column+" = ? AND "+p.key+" IN ?", link.KeptID, keys).Update(ctx, p.column, link.AbsorbedID)
			if err != nil {
				return fmt.Errorf("linking: give back %s: %w", p.name(), err)
			}
		}
	}
	return restoreGrants(ctx, tx, link)
}

// restoreGrants writes anew what was dropped because the kept person had it too,
// as far as that one still has it: what was taken meanwhile was taken from both.
func restoreGrants(ctx context.Context, tx *gorm.DB, link model.PersonLink) error {
	dropped, err := store.From[model.LinkedRow](tx).Where("link_id = ? AND place = ? AND dropped <> ?", link.ID, grants, "").Order("row_key").Find(ctx)
	if err != nil {
		return fmt.Errorf("linking: read dropped grants: %w", err)
	}
	for _, row := range dropped {
		var g model.Grant
		if err := json.Unmarshal([]byte(row.Dropped), &g); err != nil {
			return fmt.Errorf("linking: read dropped grant: %w", err)
		}
		held, err := store.From[model.Grant](tx).Where("person_id = ? AND role = ? AND area_id = ? AND unit_id = ? AND representative_id = ?",
			link.KeptID, g.Role, g.AreaID, g.UnitID, g.RepresentativeID).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("linking: look for grant: %w", err)
		}
		if held == 0 {
			continue
		}
		if err := store.From[model.Grant](tx).Create(ctx, &g); err != nil {
			return fmt.Errorf("linking: restore grant: %w", err)
		}
	}
	return nil
}

// restorePerson opens the absorbed person again, and gives back name and phone.
func (l *Linker) restorePerson(ctx context.Context, tx *gorm.DB, link model.PersonLink) error {
	var both [2]model.Person
	for i, id := range []string{link.KeptID, link.AbsorbedID} {
		person, err := store.From[model.Person](tx).Where("id = ?", id).Take(ctx)
		if err != nil {
			return fmt.Errorf("linking: find person: %w", err)
		}
		both[i] = person
	}
	kept, absorbed := both[0], both[1]
	phone, err := l.keys.Open(sealed.PhoneOf(absorbed.ID), absorbed.Phone)
	if err != nil {
		return fmt.Errorf("linking: read phone: %w", err)
	}
	if err := l.leave(ctx, tx, kept, absorbed, link, phone); err != nil {
		return err
	}
	opened := map[string]any{"merged_into": "", "phone_hash": l.keys.Hash(sealed.Phone, phone), "last_visit_at": l.now()}
	free, err := l.free(ctx, tx, phone)
	if err != nil {
		return err
	}
	if !free {
		opened["phone"], opened["phone_hash"] = "", ""
	}
	n, err := store.From[model.Person](tx).Where("id = ? AND merged_into = ?", absorbed.ID, kept.ID).Set(clause.Assignments(opened)).Update(ctx)
	if err != nil {
		return fmt.Errorf("linking: open person again: %w", err)
	}
	if n != 1 {
		return ErrMoved
	}
	return nil
}

// free reports whether nobody has bound a number meanwhile: it is theirs then.
func (l *Linker) free(ctx context.Context, tx *gorm.DB, phone string) (bool, error) {
	if phone == "" {
		return true, nil
	}
	if err := l.standForPhone(ctx, tx, phone); err != nil {
		return false, err
	}
	// Counted by writing, as where a number is bound (service/account): a write sees
	// what was committed since the transaction began.
	held, err := store.From[model.Person](tx).Where("phone_hash IN ? AND shadow = ?", l.keys.Hashes(sealed.Phone, phone), false).Update(ctx, "shadow", false)
	if err != nil {
		return false, fmt.Errorf("linking: look for phone: %w", err)
	}
	return held == 0, nil
}

// leave takes from the kept person the name and the phone that they took over,
// where these are still the same, and gives back the number that was put aside
// for it.
func (l *Linker) leave(ctx context.Context, tx *gorm.DB, kept, absorbed model.Person, link model.PersonLink, phone string) error {
	if link.NameTaken {
		if _, err := store.From[model.Person](tx).Where("id = ? AND name = ?", kept.ID, absorbed.Name).Update(ctx, "name", ""); err != nil {
			return fmt.Errorf("linking: give name back: %w", err)
		}
	}
	if !link.PhoneTaken {
		return nil
	}
	aside, err := l.keys.Open(sealed.PhoneAsideOf(link.ID), link.PhoneAside)
	if err != nil {
		return fmt.Errorf("linking: read phone that was put aside: %w", err)
	}
	free, err := l.free(ctx, tx, aside)
	if err != nil {
		return err
	}
	had := map[string]any{"phone": "", "phone_hash": ""}
	if free && aside != "" {
		had = map[string]any{"phone": string(l.keys.Seal(sealed.PhoneOf(kept.ID), aside)), "phone_hash": l.keys.Hash(sealed.Phone, aside)}
	}
	_, err = store.From[model.Person](tx).Where("id = ? AND phone_hash IN ?", kept.ID, l.keys.Hashes(sealed.Phone, phone)).Set(clause.Assignments(had)).Update(ctx)
	if err != nil {
		return fmt.Errorf("linking: give phone back: %w", err)
	}
	return nil
}

// sortSessions gives each of the two the sessions of their own account of
// WeChat, also those opened since. Where both have the account nobody can tell
// whose those are, and they end.
func (l *Linker) sortSessions(ctx context.Context, tx *gorm.DB, link model.PersonLink) error {
	for account, kind := range map[model.WeChatAccount]model.SessionKind{model.AccountMini: model.SessionMini, model.AccountOfficial: model.SessionOfficial} {
		var has [2]int64
		for i, id := range []string{link.KeptID, link.AbsorbedID} {
			n, err := store.From[model.WeChatIdentity](tx).Where("person_id = ? AND account = ?", id, account).Count(ctx, "*")
			if err != nil {
				return fmt.Errorf("linking: read identities: %w", err)
			}
			has[i] = n
		}
		if has[1] == 0 {
			continue
		}
		sessions := store.From[model.Session](tx).Where("person_id = ? AND kind = ?", link.KeptID, kind)
		var err error
		if has[0] == 0 {
			_, err = sessions.Update(ctx, "person_id", link.AbsorbedID)
		} else {
			_, err = sessions.Where("created_at >= ? AND revoked_at IS NULL", link.LinkedAt).Update(ctx, "revoked_at", l.now())
		}
		if err != nil {
			return fmt.Errorf("linking: sort sessions: %w", err)
		}
	}
	return nil
}

// forgetRows drops the list of what went over: it is back.
func forgetRows(ctx context.Context, tx *gorm.DB, link model.PersonLink) error {
	if _, err := store.From[model.LinkedRow](tx).Where("link_id = ?", link.ID).Delete(ctx); err != nil {
		return fmt.Errorf("linking: forget rows: %w", err)
	}
	return nil
}
