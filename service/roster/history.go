package roster

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// remember keeps what an import did, for who comes back to ask.
func (m *matcher) remember(ctx context.Context, tx *gorm.DB, report *Report, w occasion) error {
	row := model.RosterImport{
		ID: model.NewID(), Actor: m.by.Name, AreaPath: topPath(m.by, m.standing), FileName: cut(label(w.fileName), fileNameMax-1),
		Detail: cut(report.detail(), detailMax-1), At: w.now,
	}
	for _, t := range report.Tallies {
		row.Added += t.New
		row.Changed += t.Changed
	}
	if err := store.From[model.RosterImport](tx).Create(ctx, &row); err != nil {
		return fmt.Errorf("roster: remember import: %w", err)
	}
	return nil
}

const (
	fileNameMax = 120
	detailMax   = 1000
)

// Imports lists what was imported within the actor's areas, newest first. Fault:
// forbidden.
func (s *Service) Imports(ctx context.Context, by model.Actor, page store.Page) ([]model.RosterImport, string, error) {
	if !by.Permits(model.PermitRosterWrite) {
		return nil, "", fault.Forbidden("您没有导入名册的权限。")
	}
	q := store.From[model.RosterImport](s.db.Read()).Where(store.WithinAny("area_path", by.AreaPaths(model.PermitRosterWrite)))
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("at < ? OR (at = ? AND id < ?)", at, at, id)
	}
	rows, err := q.Order("at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("roster: list imports: %w", err)
	}
	rows, after := store.Cut(rows, page, func(r model.RosterImport) string { return store.TimeCursor(r.At, r.ID) })
	return rows, after, nil
}
