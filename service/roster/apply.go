package roster

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// batch is how many rows one statement writes: at most 30 columns each, below
// what every engine takes.
const batch = 500

// theRoster is the one row that counts the imports.
const theRoster = "roster"

// revision reads how often the roster was changed by imports.
func revision(ctx context.Context, db *gorm.DB) (int, error) {
	row, err := store.From[model.RosterRevision](db).Where("id = ?", theRoster).Take(ctx)
	if store.IsAbsent(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("roster: read revision: %w", err)
	}
	return row.Revision, nil
}

// advance takes the roster from the revision that was compared with to the next.
// Of two imports at once only one gets it, on every engine. Fault: conflict.
func advance(ctx context.Context, tx *gorm.DB, from int, now time.Time) error {
	busy := fault.Conflict("刚刚有别人导入了名册，请重新预览后再导入。")
	if from == 0 {
		row := model.RosterRevision{ID: theRoster, Revision: 1, ImportedAt: now}
		switch err := store.From[model.RosterRevision](tx).Create(ctx, &row); {
		case store.IsDuplicate(err):
			return busy
		case err != nil:
			return fmt.Errorf("roster: note revision: %w", err)
		}
		return nil
	}
	n, err := store.From[model.RosterRevision](tx).Where("id = ? AND revision = ?", theRoster, from).
		Set(clause.Assignments(map[string]any{"revision": from + 1, "imported_at": now})).Update(ctx)
	if err != nil {
		return fmt.Errorf("roster: note revision: %w", err)
	}
	if n != 1 {
		return busy
	}
	return nil
}

// apply writes a plan. It stops at the first error: after one, a transaction
// that the engine gave up must not be written to.
func (p *plan) apply(ctx context.Context, tx *gorm.DB, by model.Actor, now time.Time) error {
	for _, part := range []func() error{
		func() error {
			return write(ctx, tx, p.areas, func(a *model.Area) map[string]any { return map[string]any{"sort": a.Sort} })
		},
		func() error {
			return write(ctx, tx, p.terms, func(t *model.Term) map[string]any {
				return map[string]any{"starts_on": t.StartsOn, "ends_on": t.EndsOn}
			})
		},
		func() error { return write(ctx, tx, p.delegations, nil) },
		func() error {
			return write(ctx, tx, p.organisations, func(o *model.Organisation) map[string]any {
				return map[string]any{"kind": o.Kind, "parent_id": o.ParentID}
			})
		},
		func() error {
			return write(ctx, tx, p.electing, func(e *model.ElectingUnit) map[string]any {
				return map[string]any{"organisation_id": e.OrganisationID}
			})
		},
		func() error {
			return write(ctx, tx, p.units, func(u *model.Unit) map[string]any {
				return map[string]any{"duty": u.Duty, "office_line": u.OfficeLine, "active": u.Active}
			})
		},
		func() error {
			return write(ctx, tx, p.topics, func(t *model.Topic) map[string]any { return map[string]any{"sort": t.Sort} })
		},
		func() error {
			return write(ctx, tx, p.studios, func(t *model.Studio) map[string]any {
				return map[string]any{"address": t.Address, "office_line": t.OfficeLine}
			})
		},
		func() error { return p.applySeats(ctx, tx, by, now) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// next counts a change of a record.
var next = gorm.Expr("revision + 1")

// write inserts what is new and sets the columns of what is different.
func write[T any](ctx context.Context, tx *gorm.DB, c changes[T], columns func(*T) map[string]any) error {
	if err := insert(ctx, tx, c.added); err != nil {
		return err
	}
	for _, one := range c.changed {
		set := columns(one.now)
		set["revision"] = next
		n, err := store.From[T](tx).Where("id = ?", idOf(one.now)).Set(clause.Assignments(set)).Update(ctx)
		if err != nil {
			return fmt.Errorf("roster: change: %w", err)
		}
		if n != 1 {
			return errMoved()
		}
	}
	return nil
}

// errMoved says that something changed while the file was compared.
func errMoved() error {
	return fault.Conflict("导入时名册被别人改动了，没有导入任何内容，请重新预览后再导入。")
}

func insert[T any](ctx context.Context, tx *gorm.DB, rows []*T) error {
	if len(rows) == 0 {
		return nil
	}
	flat := make([]T, 0, len(rows))
	for _, r := range rows {
		flat = append(flat, *r)
	}
	if err := store.From[T](tx).CreateInBatches(ctx, &flat, batch); err != nil {
		return fmt.Errorf("roster: add: %w", err)
	}
	return nil
}

// idOf is the id of a record of the roster.
func idOf(record any) string {
	switch r := record.(type) {
	case *model.Area:
		return r.ID
	case *model.Term:
		return r.ID
	case *model.Organisation:
		return r.ID
	case *model.ElectingUnit:
		return r.ID
	case *model.Unit:
		return r.ID
	case *model.Topic:
		return r.ID
	case *model.Studio:
		return r.ID
	}
	return ""
}

// applySeats writes representatives, what they serve and know, and an audit line
// for each.
func (p *plan) applySeats(ctx context.Context, tx *gorm.DB, by model.Actor, now time.Time) error {
	var fresh []*model.Representative
	var serves []*model.RepresentativeArea
	var topics []*model.RepresentativeTopic
	var entries []audit.Entry
	for _, s := range p.seats.added {
		s.CreatedAt, s.UpdatedAt = now, now
		fresh = append(fresh, &s.Representative)
		serves = append(serves, servesOf(s)...)
		topics = append(topics, topicsOf(s)...)
		entries = append(entries, entryOf("representative.add", s, string(s.State)))
	}
	if err := insert(ctx, tx, fresh); err != nil {
		return err
	}
	if err := insert(ctx, tx, serves); err != nil {
		return err
	}
	if err := insert(ctx, tx, topics); err != nil {
		return err
	}
	for _, c := range p.seats.changed {
		if err := changeSeat(ctx, tx, c, now); err != nil {
			return err
		}
		entries = append(entries, entryOf("representative.change", c.now, changedColumns(c)))
	}
	return audit.RecordAll(ctx, tx, by, entries, now)
}

func servesOf(s *seat) []*model.RepresentativeArea {
	var rows []*model.RepresentativeArea
	for _, id := range s.serves {
		rows = append(rows, &model.RepresentativeArea{RepresentativeID: s.ID, AreaID: id})
	}
	return rows
}

func topicsOf(s *seat) []*model.RepresentativeTopic {
	var rows []*model.RepresentativeTopic
	for _, id := range s.topics {
		rows = append(rows, &model.RepresentativeTopic{RepresentativeID: s.ID, TopicID: id})
	}
	return rows
}

func entryOf(action string, s *seat, detail string) audit.Entry {
	return audit.Entry{Action: action, Target: audit.Target{Kind: "representative", ID: s.ID, AreaPath: s.AreaPath, Detail: detail}}
}

// seatColumns are the columns of a representative that the roster file keeps.
// What representatives set themselves is not among them.
func seatColumns(s *seat) map[string]any {
	return map[string]any{
		"code": s.Code, "name": s.Name, "pinyin": s.Pinyin, "initials": s.Initials, "reading": s.Reading, "search_keys": s.SearchKeys, "sex": s.Sex,
		"birth_year": s.BirthYear, "electing_unit_id": s.ElectingUnitID, "delegation_id": s.DelegationID, "area_id": s.AreaID,
		"area_path": s.AreaPath, "studio_id": s.StudioID, "composition": s.Composition, "field": s.Field, "post": s.Post,
		"employer": s.Employer, "introduction": s.Introduction, "office_line": s.OfficeLine, "picture_id": s.PictureID, "state": s.State,
	}
}

// changedColumns names what became different, for the audit log: no values.
func changedColumns(c change[seat]) string {
	was, now := seatColumns(c.was), seatColumns(c.now)
	var names []string
	for name := range now {
		if was[name] != now[name] && !slices.Contains([]string{"pinyin", "initials", "search_keys", "area_path", "revision"}, name) {
			names = append(names, name)
		}
	}
	if !sameIDs(c.was.serves, c.now.serves) {
		names = append(names, "serves")
	}
	if !sameIDs(c.was.topics, c.now.topics) {
		names = append(names, "topics")
	}
	slices.Sort(names)
	detail := strings.Join(names, ", ")
	if c.was.State != c.now.State {
		detail += " (" + string(c.was.State) + " → " + string(c.now.State) + ")"
	}
	return detail
}

func sameIDs(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// changeSeat sets the columns of a representative, unless somebody else changed
// the state or the roster's word since. Fault: conflict.
func changeSeat(ctx context.Context, tx *gorm.DB, c change[seat], now time.Time) error {
	columns := seatColumns(c.now)
	columns["updated_at"], columns["revision"] = now, next
	n, err := store.From[model.Representative](tx).Where("id = ? AND state = ? AND revision = ?", c.now.ID, c.was.State, c.was.Revision).
		Set(clause.Assignments(columns)).Update(ctx)
	if err != nil {
		return fmt.Errorf("roster: change representative: %w", err)
	}
	if n != 1 {
		return errMoved()
	}
	if c.was.AreaID != c.now.AreaID {
		_, err := store.From[model.Grant](tx).Where("representative_id = ? AND role = ?", c.now.ID, model.RoleRepresentative).
			Set(clause.Assignments(map[string]any{"area_id": c.now.AreaID, "area_path": c.now.AreaPath})).Update(ctx)
		if err != nil {
			return fmt.Errorf("roster: move grant: %w", err)
		}
		if _, err := store.From[model.Introduction](tx).Where("representative_id = ?", c.now.ID).Update(ctx, "area_path", c.now.AreaPath); err != nil {
			return fmt.Errorf("roster: move introductions: %w", err)
		}
	}
	if !sameIDs(c.was.serves, c.now.serves) {
		if _, err := store.From[model.RepresentativeArea](tx).Where("representative_id = ?", c.now.ID).Delete(ctx); err != nil {
			return fmt.Errorf("roster: change areas served: %w", err)
		}
		if err := insert(ctx, tx, servesOf(c.now)); err != nil {
			return err
		}
	}
	if !sameIDs(c.was.topics, c.now.topics) {
		if _, err := store.From[model.RepresentativeTopic](tx).Where("representative_id = ?", c.now.ID).Delete(ctx); err != nil {
			return fmt.Errorf("roster: change topics: %w", err)
		}
		return insert(ctx, tx, topicsOf(c.now))
	}
	return nil
}

// basisOf names a revision for who previews now and imports later.
func basisOf(revision int) string { return strconv.Itoa(revision) }
