package roster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Known names the record that somebody edits, as they saw it. The zero Known is
// a record that is not there yet.
type Known struct {
	ID       string
	Revision int
}

// shelf is where the records of one kind stand.
type shelf[T any] struct {
	// kind and words name it in the audit log and to people.
	kind, words string
	all         func(*standing) []*T
	mark        func(*T) (id *string, revision *int)
	// path is the area a record belongs to, and place the field of the form that
	// says so; everywhere, and no field, when it belongs to none.
	path    func(*standing, *T) string
	place   string
	columns func(*T) map[string]any
}

// errChanged says that somebody else was faster.
func errChanged() error {
	return fault.Conflict("您打开之后，别人修改了这一条。请核对现在的内容，再保存一次。")
}

// mayEverywhere reports whether the actor may change what belongs to no area.
func (s *standing) mayEverywhere(by model.Actor) bool {
	return slices.ContainsFunc(s.areas, func(a *model.Area) bool { return a.ParentID == "" && by.PermitsIn(model.PermitRosterWrite, a.Path) })
}

// take gives the record that somebody edits, and a copy to be changed. Faults:
// forbidden, not found outside the actor's areas, conflict.
func (on shelf[T]) take(s *standing, by model.Actor, known Known) (was *T, now T, err error) {
	if !by.Permits(model.PermitRosterWrite) || on.place == "" && !s.mayEverywhere(by) {
		return nil, now, fault.Forbidden("届次、代表团和事项由区县一级的组织部门维护，其余由所在区域的组织部门维护，您不能修改。")
	}
	if known.ID == "" {
		return nil, now, nil
	}
	for _, one := range on.all(s) {
		id, revision := on.mark(one)
		switch {
		case *id != known.ID:
		case on.place != "" && !by.PermitsIn(model.PermitRosterWrite, on.path(s, one)):
			return nil, now, fault.NotFound(on.words)
		case *revision != known.Revision:
			return nil, now, errChanged()
		default:
			return one, *one, nil
		}
	}
	return nil, now, fault.NotFound(on.words)
}

// edit is one record being edited.
type edit[T any] struct {
	*standing
	was *T
	now T
	wrongs
}

// save writes a record, new or changed. fill sets what the form says; after does
// what belongs to the same deed.
func save[T any](ctx context.Context, s *Service, by model.Actor, on shelf[T], known Known, fill func(*edit[T]), after func(context.Context, *gorm.DB, *edit[T]) error) (T, error) {
	var kept T
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		there, err := readPlaces(ctx, tx)
		if err != nil {
			return err
		}
		e := &edit[T]{standing: there}
		if e.was, e.now, err = on.take(there, by, known); err != nil {
			return err
		}
		fill(e)
		if err := on.check(e, by); err != nil {
			return err
		}
		if err := on.write(ctx, tx, e); err != nil {
			return err
		}
		if after != nil {
			if err := after(ctx, tx, e); err != nil {
				return err
			}
		}
		kept = e.now
		return s.noteEdit(ctx, tx, by, on.entry(e))
	})
	return kept, err
}

// check refuses a form with mistakes, and a place beyond the actor's areas.
func (on shelf[T]) check(e *edit[T], by model.Actor) error {
	if on.place != "" && len(e.fields) == 0 && !by.PermitsIn(model.PermitRosterWrite, on.path(e.standing, &e.now)) {
		e.wrong(on.place, "这里不在您负责的区域内，请选择您负责的区域。")
	}
	if len(e.fields) > 0 {
		return fault.Invalid(e.fields...)
	}
	return nil
}

// write inserts the record, or sets it unless somebody was faster.
func (on shelf[T]) write(ctx context.Context, tx *gorm.DB, e *edit[T]) error {
	id, revision := on.mark(&e.now)
	if e.was == nil {
		*revision = 1
		if err := store.From[T](tx).Create(ctx, &e.now); err != nil {
			return fmt.Errorf("roster: add %s: %w", on.kind, err)
		}
		return nil
	}
	set := on.columns(&e.now)
	set["revision"] = next
	n, err := store.From[T](tx).Where("id = ? AND revision = ?", *id, *revision).Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return fmt.Errorf("roster: change %s: %w", on.kind, err)
	}
	if n != 1 {
		return errChanged()
	}
	*revision++
	return nil
}

// entry is the audit line of an edit: which columns, no values.
func (on shelf[T]) entry(e *edit[T]) audit.Entry {
	id, _ := on.mark(&e.now)
	path := on.path(e.standing, &e.now)
	if path == everywhere {
		path = e.top()
	}
	line := audit.Entry{Action: on.kind + ".add", Target: audit.Target{Kind: on.kind, ID: *id, AreaPath: path}}
	if e.was != nil {
		line.Action, line.Target.Detail = on.kind+".change", different(on.columns(e.was), on.columns(&e.now))
	}
	return line
}

// different names the columns that became different.
func different(was, now map[string]any) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if was[name] != now[name] {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// top is the path of the topmost area.
func (s *standing) top() string {
	for _, a := range s.areas {
		if a.ParentID == "" {
			return a.Path
		}
	}
	return ""
}

// noteEdit writes the audit line of an edit and counts the roster on, so that a
// preview that was made before is refused and what the public sees is read anew.
func (s *Service) noteEdit(ctx context.Context, tx *gorm.DB, by model.Actor, line audit.Entry) error {
	now := s.now()
	if err := touch(ctx, tx, now); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, line.Action, line.Target, now)
}

// touch takes the roster to its next revision.
func touch(ctx context.Context, tx *gorm.DB, now time.Time) error {
	n, err := store.From[model.RosterRevision](tx).Where("id = ?", theRoster).
		Set(clause.Assignments(map[string]any{"revision": next, "imported_at": now})).Update(ctx)
	if err == nil && n == 0 {
		err = store.From[model.RosterRevision](tx).Create(ctx, &model.RosterRevision{ID: theRoster, Revision: 1, ImportedAt: now})
		if store.IsDuplicate(err) {
			return errMoved()
		}
	}
	if err != nil {
		return fmt.Errorf("roster: note revision: %w", err)
	}
	return nil
}

// wrongs gathers what is wrong with the fields of a form.
type wrongs struct{ fields []fault.Field }

func (w *wrongs) wrong(field, format string, args ...any) {
	w.fields = append(w.fields, fault.Field{Name: field, Reason: fmt.Sprintf(format, args...)})
}

// text cleans a text of a form, which may be empty.
func (w *wrongs) text(field, value string, most int, clean func(string) string) string {
	value = clean(value)
	if n := utf8.RuneCountInString(value); n > most {
		w.wrong(field, "不能超过 %d 字，现在有 %d 字。", most, n)
	}
	return value
}

// named cleans a name, which must be there.
func (w *wrongs) named(value string, most int) string {
	value = w.text("name", value, most, label)
	if value == "" {
		w.wrong("name", "请填写。")
	}
	return value
}

// line cleans the public number of an office.
func (w *wrongs) line(field, value string) string {
	value = label(value)
	if value != "" && (utf8.RuneCountInString(value) > 32 || !lineForm.MatchString(value)) {
		w.wrong(field, "不像电话号码，请写成 0571-86000112 的样子，不超过 32 个字。")
	}
	return value
}

// area finds the area that a form names.
func (e *edit[T]) areaNamed(field, id string) *model.Area {
	a := e.area[id]
	if a == nil {
		e.wrong(field, "请选择区域。")
		return &model.Area{}
	}
	return a
}

// orNothing checks an id that may be empty.
func (w *wrongs) orNothing(field, id string, there bool) string {
	if id != "" && !there {
		w.wrong(field, "已经没有这一项，请重新选择。")
	}
	return id
}
