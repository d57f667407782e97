package backup

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"lianxin/service/store"
)

// plainName is what tables and columns are called here. Names come out of a file
// into a statement, so others are refused.
var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,60}$`)

// tablesOf lists the tables of records with their columns.
func tablesOf(ctx context.Context, db *store.DB) ([]Table, error) {
	names, err := store.Tables(ctx, db)
	if err != nil {
		return nil, err
	}
	tables := make([]Table, 0, len(names))
	for _, name := range names {
		columns, err := db.Read().WithContext(ctx).Migrator().ColumnTypes(name)
		if err != nil {
			return nil, fmt.Errorf("backup: columns of %s: %w", name, err)
		}
		t := Table{Name: name}
		for _, c := range columns {
			t.Columns = append(t.Columns, c.Name())
		}
		if err := t.check(); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

func (t Table) check() error {
	for _, name := range append([]string{t.Name}, t.Columns...) {
		if !plainName.MatchString(name) {
			return fmt.Errorf("backup: %q is no name of a table or column", name)
		}
	}
	return nil
}

func columnList(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// momentColumns says which columns of a table hold a moment.
func momentColumns(ctx context.Context, db *store.DB, t Table) (map[string]bool, error) {
	columns, err := db.Read().WithContext(ctx).Migrator().ColumnTypes(t.Name)
	if err != nil {
		return nil, fmt.Errorf("backup: columns of %s: %w", t.Name, err)
	}
	moments := map[string]bool{}
	for _, c := range columns {
		kind := strings.ToUpper(c.DatabaseTypeName())
		moments[c.Name()] = strings.HasPrefix(kind, "DATETIME") || strings.HasPrefix(kind, "TIMESTAMP")
	}
	return moments, nil
}
