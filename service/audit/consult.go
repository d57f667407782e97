package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Filter narrows the log; what is empty does not. Actor is a name as it stands
// in the lines. AreaPath keeps an area with its sub-areas. From counts, To is
// the first moment that does not.
type Filter struct {
	Actor      string
	Action     string
	TargetKind string
	TargetID   string
	AreaPath   string
	From, To   time.Time
}

// words are what was asked for, for the line that tells of it.
func (f Filter) words() string {
	var parts []string
	for _, p := range []struct{ name, value string }{
		{"actor", f.Actor}, {"action", f.Action}, {"kind", f.TargetKind}, {"area", f.AreaPath}, {"from", day(f.From)}, {"before", day(f.To)},
	} {
		if p.value != "" {
			parts = append(parts, p.name+"="+p.value)
		}
	}
	return strings.Join(parts, " ")
}

func day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return model.Day(at)
}

// named is a column with what must stand in it.
type named struct{ column, value string }

// names are what must stand in a line, the most telling first.
func (f Filter) names() []named {
	return slices.DeleteFunc([]named{{"target_id", f.TargetID}, {"actor", f.Actor}, {"action", f.Action}, {"target_kind", f.TargetKind}}, func(n named) bool { return n.value == "" })
}

// few is below how many lines a name is rare.
const few = 1000

// lead finds which of the names the log is walked by: the first rare one, for
// what is rare costs little whatever else is asked; else the first.
func lead(ctx context.Context, db *store.DB, names []named) (int, error) {
	if len(names) < 2 || names[0].column == "target_id" {
		return 0, nil
	}
	for i, n := range names {
		found, err := store.From[model.AuditLine](db.Read()).Select("id").Where(n.column+" = ?", n.value).Offset(few).Limit(1).Find(ctx)
		if err != nil {
			return 0, fmt.Errorf("audit: see how rare %s is: %w", n.column, err)
		}
		if len(found) == 0 {
			return i, nil
		}
	}
	return 0, nil
}

func (f Filter) narrow(ctx context.Context, db *store.DB, q store.Query[model.AuditLine]) (store.Query[model.AuditLine], error) {
	names := f.names()
	first, err := lead(ctx, db, names)
	if err != nil {
		return q, err
	}
	for i, n := range names {
		if i == first {
			q = q.Where(n.column+" = ?", n.value)
			continue
		}
		// Written so that no engine takes it for a reason to walk by it instead.
		q = q.Where("CASE WHEN "+n.column+" = ? THEN 1 ELSE 0 END = 1", n.value)
	}
	if f.AreaPath != "" {
		q = q.Where(store.WithinAny("area_path", []string{f.AreaPath}))
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", f.To)
	}
	return q, nil
}

// Consult reads the log for an auditor, as far as the areas granted reach. Lines
// name people, so that somebody read them is written down too, before.
func Consult(ctx context.Context, db *store.DB, by model.Actor, f Filter, page store.Page, at time.Time) ([]model.AuditLine, string, error) {
	areaPaths := by.AreaPaths(model.PermitAuditRead)
	if err := noteRead(ctx, db, by, "audit.read", f, at); err != nil {
		return nil, "", err
	}
	return Lines(ctx, db, areaPaths, f, page)
}

// reachable keeps the lines of the areas given. What belongs to no area (signing
// in, backups, the calendar) concerns the whole deployment: it is for who reads
// the log of a topmost area.
func reachable(areaPaths []string) clause.Expression {
	within := store.WithinAny("area_path", areaPaths)
	if !slices.ContainsFunc(areaPaths, model.IsTopmost) {
		return within
	}
	return clause.Or(within, clause.Eq{Column: clause.Column{Name: "area_path"}, Value: ""})
}

// Lines reads the log, newest first, within the area paths given.
func Lines(ctx context.Context, db *store.DB, areaPaths []string, f Filter, page store.Page) ([]model.AuditLine, string, error) {
	q, err := f.narrow(ctx, db, store.From[model.AuditLine](db.Read()).Where(reachable(areaPaths)))
	if err != nil {
		return nil, "", err
	}
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		// The first half alone lets an index begin at the place.
		q = q.Where("at <= ?", at).Where("(at < ? OR id < ?)", at, id)
	}
	lines, err := q.Order("at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("audit: read lines: %w", err)
	}
	lines, next := store.Cut(lines, page, func(l model.AuditLine) string { return store.TimeCursor(l.At, l.ID) })
	return lines, next, nil
}

// ExportMax is how many lines one export holds at most.
const ExportMax = 50_000

// Export gives the lines an auditor may read, newest first, one by one, and
// whether there are more than an export holds. That it was made stands in the log
// before. Fault: forbidden.
func Export(ctx context.Context, db *store.DB, by model.Actor, f Filter, at time.Time, each func(model.AuditLine) error) (more bool, err error) {
	areaPaths := by.AreaPaths(model.PermitAuditRead)
	if len(areaPaths) == 0 {
		return false, fault.Forbidden("您没有查阅审计日志的权限。")
	}
	if err := noteRead(ctx, db, by, "audit.export", f, at); err != nil {
		return false, err
	}
	page := store.Page{Limit: store.MaxLimit}
	for n := 0; n < ExportMax; {
		lines, next, err := Lines(ctx, db, areaPaths, f, page)
		if err != nil {
			return false, err
		}
		for _, l := range lines {
			if err := each(l); err != nil {
				return false, err
			}
		}
		if next == "" {
			return false, nil
		}
		n, page.After = n+len(lines), next
	}
	return true, nil
}

func noteRead(ctx context.Context, db *store.DB, by model.Actor, action string, f Filter, at time.Time) error {
	areaPaths := by.AreaPaths(model.PermitAuditRead)
	if len(areaPaths) == 0 {
		return nil
	}
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		return Record(ctx, tx, by, action, Target{Kind: "audit", ID: f.TargetID, AreaPath: areaPaths[0], Detail: f.words()}, at)
	})
}
