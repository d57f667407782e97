package newsroom

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// assign names columns and their new values.
type assign map[string]any

func (a assign) columns() clause.Set { return clause.Assignments(a) }

// Columns lists the columns by name.
func (s *Service) Columns(ctx context.Context) ([]model.ArticleColumn, error) {
	columns, err := store.From[model.ArticleColumn](s.db.Read()).Order("name").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: list columns: %w", err)
	}
	return columns, nil
}

// OpenColumns lists the columns by name in which there is something to read.
func (s *Service) OpenColumns(ctx context.Context) ([]model.ArticleColumn, error) {
	columns, err := store.From[model.ArticleColumn](s.db.Read()).
		Where("id IN (SELECT column_id FROM articles WHERE state IN ? AND published_at IS NOT NULL)", model.ArticlePublic()).Order("name").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: list columns with articles: %w", err)
	}
	return columns, nil
}

// columnExists refuses a column that there is not; none is right. Fault: invalid.
func columnExists(ctx context.Context, tx *gorm.DB, id string) error {
	if id == "" {
		return nil
	}
	n, err := store.From[model.ArticleColumn](tx).Where("id = ?", id).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("newsroom: look for column: %w", err)
	}
	if n == 0 {
		return fault.InvalidField("column_id", "没有这个栏目，请重新选择。")
	}
	return nil
}

// keepsColumns refuses who does not write for the topmost area: all areas share
// the columns.
func keepsColumns(by model.Actor) error {
	if by.System == "" && !slices.ContainsFunc(by.AreaPaths(model.PermitArticleWrite), model.IsTopmost) {
		return fault.Forbidden("栏目全区共用，您没有维护的权限。")
	}
	return nil
}

func columnName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > model.ColumnNameMax {
		return "", fault.Invalid(tooLong("name", "栏目名", 1, model.ColumnNameMax))
	}
	return name, nil
}

func errColumnTaken(name string) error {
	return fault.InvalidField("name", "已经有栏目“"+name+"”。")
}

// AddColumn adds a column. Faults: forbidden; invalid, also for a name that is
// taken.
func (s *Service) AddColumn(ctx context.Context, by model.Actor, name string) (model.ArticleColumn, error) {
	if err := keepsColumns(by); err != nil {
		return model.ArticleColumn{}, err
	}
	name, err := columnName(name)
	if err != nil {
		return model.ArticleColumn{}, err
	}
	column := model.ArticleColumn{ID: model.NewID(), Name: name, CreatedAt: s.now()}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		switch err := store.From[model.ArticleColumn](tx).Create(ctx, &column); {
		case store.IsDuplicate(err):
			return errColumnTaken(name)
		case err != nil:
			return fmt.Errorf("newsroom: add column: %w", err)
		}
		return s.noteColumn(ctx, tx, by, "column.add", column)
	})
	return column, err
}

func (s *Service) noteColumn(ctx context.Context, tx *gorm.DB, by model.Actor, action string, c model.ArticleColumn) error {
	return audit.Record(ctx, tx, by, action, audit.Target{Kind: "column", ID: c.ID, AreaPath: firstOf(by.AreaPaths(model.PermitArticleWrite)), Detail: c.Name}, s.now())
}

func firstOf(paths []string) string {
	if len(paths) == 0 {
		return ""
	}
	return paths[0]
}

// RenameColumn gives a column another name. Faults: forbidden, not found,
// invalid.
func (s *Service) RenameColumn(ctx context.Context, by model.Actor, id, name string) (model.ArticleColumn, error) {
	if err := keepsColumns(by); err != nil {
		return model.ArticleColumn{}, err
	}
	name, err := columnName(name)
	if err != nil {
		return model.ArticleColumn{}, err
	}
	var column model.ArticleColumn
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if column, err = s.column(ctx, tx, id); err != nil {
			return err
		}
		_, err := store.From[model.ArticleColumn](tx).Where("id = ?", id).Update(ctx, "name", name)
		if store.IsDuplicate(err) {
			return errColumnTaken(name)
		}
		if err != nil {
			return fmt.Errorf("newsroom: rename column: %w", err)
		}
		column.Name = name
		return s.noteColumn(ctx, tx, by, "column.rename", column)
	})
	return column, err
}

func (*Service) column(ctx context.Context, tx *gorm.DB, id string) (model.ArticleColumn, error) {
	column, err := store.From[model.ArticleColumn](tx).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return column, fault.NotFound("这个栏目")
	}
	if err != nil {
		return column, fmt.Errorf("newsroom: find column: %w", err)
	}
	return column, nil
}

// RemoveColumn removes a column under which there is no article. Faults:
// forbidden, not found, conflict.
func (s *Service) RemoveColumn(ctx context.Context, by model.Actor, id string) error {
	if err := keepsColumns(by); err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		column, err := s.column(ctx, tx, id)
		if err != nil {
			return err
		}
		used, err := store.From[model.Article](tx).Where("column_id = ?", id).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("newsroom: look into column: %w", err)
		}
		if used > 0 {
			return fault.Conflict("这个栏目下还有 %d 篇文章，请先把它们移到别的栏目。", used)
		}
		if _, err := store.From[model.ArticleColumn](tx).Where("id = ?", id).Delete(ctx); err != nil {
			return fmt.Errorf("newsroom: remove column: %w", err)
		}
		return s.noteColumn(ctx, tx, by, "column.remove", column)
	})
}
