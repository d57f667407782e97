package backup

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/service/store"
)

// How much one statement carries: few enough variables for every engine, and few
// enough bytes for every server.
const (
	batchRows  = 200
	batchVars  = 8000
	batchBytes = 1 << 20
)

// lineMax bounds one row, in bytes.
const lineMax = 64 << 20

// Load puts every row into a database whose tables are there, of the schema the
// backup has, and replaces what is in them. It fails when a table or column has
// no counterpart, or when a table has another number of rows than is listed.
func (a *Archive) Load(ctx context.Context, db *store.DB, told Progress) error {
	there, err := tablesOf(ctx, db)
	if err != nil {
		return err
	}
	known := map[string][]string{}
	for _, t := range there {
		known[t.Name] = t.Columns
	}
	for _, t := range a.Tables {
		if columns, ok := known[t.Name]; !ok || !sameNames(columns, t.Columns) {
			return fmt.Errorf("backup: table %s of the backup has columns %v, the schema has %v", t.Name, t.Columns, columns)
		}
		delete(known, t.Name)
		if err := a.loadTable(ctx, db, t, told); err != nil {
			return fmt.Errorf("backup: put back %s: %w", t.Name, err)
		}
	}
	for name := range known {
		return fmt.Errorf("backup: table %s of the schema is not in the backup", name)
	}
	return nil
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// loading is a table that is being put back.
type loading struct {
	db      *store.DB
	table   Table
	moments []bool
	skip    map[string]bool
	idAt    int
	rows    []any
	bytes   int
	number  int
}

func (a *Archive) loadTable(ctx context.Context, db *store.DB, t Table, told Progress) (err error) {
	moments, err := momentColumns(ctx, db, t)
	if err != nil {
		return err
	}
	l := &loading{db: db, table: t, idAt: slices.Index(t.Columns, "id")}
	for _, c := range t.Columns {
		l.moments = append(l.moments, moments[c])
	}
	if t.Name == pictures {
		l.skip = map[string]bool{}
		for _, id := range a.Pictures.Gone {
			l.skip[id] = true
		}
	}
	if err := inTx(ctx, db, "DELETE FROM `"+t.Name+"`"); err != nil {
		return err
	}
	part, there := a.parts[tableFolder+t.Name+tableSuffix]
	if !there {
		return ErrNotBackup
	}
	content, err := part.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	n, err := l.readAll(ctx, content, told)
	if err != nil {
		return err
	}
	if n != t.Rows {
		return fmt.Errorf("%d rows, %d are listed", n, t.Rows)
	}
	told(t.Name, n)
	return nil
}

// readAll reads every row and says how many there were.
func (l *loading) readAll(ctx context.Context, from io.Reader, told Progress) (int64, error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 64<<10), lineMax)
	var n int64
	for lines.Scan() {
		n++
		if err := l.take(lines.Bytes()); err != nil {
			return n, fmt.Errorf("row %d: %w", n, err)
		}
		if l.full() {
			if err := l.flush(ctx); err != nil {
				return n, err
			}
		}
		if n%often == 0 {
			told(l.table.Name, n)
		}
	}
	if err := lines.Err(); err != nil {
		return n, err
	}
	return n, l.flush(ctx)
}

func (l *loading) full() bool {
	return l.number >= batchRows || len(l.rows)+len(l.table.Columns) > batchVars || l.bytes >= batchBytes
}

// take adds a row to the next statement.
func (l *loading) take(line []byte) error {
	var row []any
	numbers := json.NewDecoder(strings.NewReader(string(line)))
	numbers.UseNumber()
	if err := numbers.Decode(&row); err != nil {
		return err
	}
	if len(row) != len(l.table.Columns) {
		return fmt.Errorf("%d values for %d columns", len(row), len(l.table.Columns))
	}
	if l.idAt >= 0 {
		if id, ok := row[l.idAt].(string); ok && l.skip[id] {
			return nil
		}
	}
	for i := range row {
		value, err := valueOf(row[i], l.moments[i])
		if err != nil {
			return fmt.Errorf("column %s: %w", l.table.Columns[i], err)
		}
		l.rows = append(l.rows, value)
	}
	l.bytes += len(line)
	l.number++
	return nil
}

// valueOf makes of what JSON holds what a driver takes.
func valueOf(value any, moment bool) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil //nolint:nilnil // no value is a value
	case json.Number:
		return v.Int64()
	case map[string]any:
		encoded, _ := v["b64"].(string)
		return base64.StdEncoding.DecodeString(encoded)
	case string:
		if moment {
			return time.Parse(time.RFC3339Nano, v)
		}
		return v, nil
	}
	return nil, fmt.Errorf("a value of type %T", value)
}

// flush writes the rows that were taken.
func (l *loading) flush(ctx context.Context) error {
	if l.number == 0 {
		return nil
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(l.table.Columns)), ",") + ")"
	statement := "INSERT INTO `" + l.table.Name + "` (" + columnList(l.table.Columns) + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(one+",", l.number), ",")
	if err := inTx(ctx, l.db, statement, l.rows...); err != nil {
		return err
	}
	l.rows, l.bytes, l.number = l.rows[:0], 0, 0
	return nil
}

func inTx(ctx context.Context, db *store.DB, statement string, values ...any) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		return tx.WithContext(ctx).Exec(statement, values...).Error
	})
}

// PutPictures puts the files of the pictures back.
func (a *Archive) PutPictures(ctx context.Context, keeper Keeper, told Progress) error {
	var n int64
	for name := range a.picturesIn() {
		content, err := a.content(pictureFolder + name)
		if err != nil {
			return fmt.Errorf("backup: read %s: %w", name, err)
		}
		if err := keeper.Put(ctx, name, content); err != nil {
			return fmt.Errorf("backup: put back %s: %w", name, err)
		}
		if n++; n%1000 == 0 {
			told("picture files", n)
		}
	}
	return nil
}

func (a *Archive) content(name string) (_ []byte, err error) {
	file, err := a.parts[name].Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(file)
}
