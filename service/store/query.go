package store

import (
	"context"
	"database/sql"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// plan is what a query will ask, step by step. It knows no record, so that the
// compiler makes it once and not for every record in every room: the mapper's
// own typed queries took minutes to compile (docs/adr/0027).
type plan struct {
	db    *gorm.DB
	steps []func(*gorm.DB) *gorm.DB
}

func (p plan) then(step func(*gorm.DB) *gorm.DB) plan {
	return plan{db: p.db, steps: append(slices.Clip(p.steps), step)}
}

func (p plan) where(query any, args []any) plan {
	return p.then(func(db *gorm.DB) *gorm.DB { return db.Where(query, args...) })
}

func (p plan) pick(columns string, args []any) plan {
	return p.then(func(db *gorm.DB) *gorm.DB { return db.Select(columns, args...) })
}

func (p plan) begin(ctx context.Context) *gorm.DB {
	db := p.db.Session(&gorm.Session{NewDB: true, Context: ctx})
	for _, step := range p.steps {
		db = step(db)
	}
	return db
}

func (p plan) about(ctx context.Context, record any) *gorm.DB { return p.begin(ctx).Model(record) }

func changed(db *gorm.DB) (int, error) { return int(db.RowsAffected), db.Error }

// Query asks for the rows of a record, or changes them. Each method that says
// more gives another query; the same one may be asked more than once.
type Query[T any] struct{ plan plan }

// From begins a query on a handle: the T of a transaction, or Read.
func From[T any](db *gorm.DB) Query[T] { return Query[T]{plan{db: db}} }

// Where keeps the rows under a condition; several must all hold.
func (q Query[T]) Where(condition any, args ...any) Query[T] {
	return Query[T]{q.plan.where(condition, args)}
}

// Select reads only some columns.
func (q Query[T]) Select(columns string, args ...any) Query[T] {
	return Query[T]{q.plan.pick(columns, args)}
}

// Omit leaves columns out.
func (q Query[T]) Omit(columns ...string) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Omit(columns...) })}
}

// Table takes the rows from another table than the record's own.
func (q Query[T]) Table(name string, args ...any) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Table(name, args...) })}
}

// Order sorts.
func (q Query[T]) Order(by any) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Order(by) })}
}

// Group gathers rows.
func (q Query[T]) Group(by string) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Group(by) })}
}

// Having keeps gathered rows under a condition.
func (q Query[T]) Having(condition any, args ...any) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Having(condition, args...) })}
}

// Distinct gives equal rows once.
func (q Query[T]) Distinct(columns ...any) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Distinct(columns...) })}
}

// Offset passes over the first rows.
func (q Query[T]) Offset(rows int) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Offset(rows) })}
}

// Limit bounds how many rows there are.
func (q Query[T]) Limit(rows int) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Limit(rows) })}
}

// OnConflict says what becomes of a row that is there already when it is created.
func (q Query[T]) OnConflict(on clause.OnConflict) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Clauses(on) })}
}

// Raw asks a question that is written out.
func (q Query[T]) Raw(statement string, args ...any) Query[T] {
	return Query[T]{q.plan.then(func(db *gorm.DB) *gorm.DB { return db.Raw(statement, args...) })}
}

// Find gives all rows.
func (q Query[T]) Find(ctx context.Context) ([]T, error) {
	var rows []T
	err := q.plan.begin(ctx).Find(&rows).Error
	return rows, err
}

// Take gives one row; IsAbsent tells of the error whether there is none.
func (q Query[T]) Take(ctx context.Context) (T, error) {
	var row T
	err := q.plan.begin(ctx).Take(&row).Error
	return row, err
}

// Scan reads the rows, or one, into something else than the record.
func (q Query[T]) Scan(ctx context.Context, into any) error {
	return q.plan.about(ctx, new(T)).Find(into).Error
}

// Rows gives the rows one by one, to be closed by the caller.
func (q Query[T]) Rows(ctx context.Context) (*sql.Rows, error) {
	return q.plan.about(ctx, new(T)).Rows()
}

// Count counts the rows in which a column is set; all for "*".
func (q Query[T]) Count(ctx context.Context, column string) (int64, error) {
	var n int64
	err := q.plan.about(ctx, new(T)).Select(column).Count(&n).Error
	return n, err
}

// Create writes a row.
func (q Query[T]) Create(ctx context.Context, row *T) error {
	return q.plan.begin(ctx).Create(row).Error
}

// CreateInBatches writes rows, so many in a statement.
func (q Query[T]) CreateInBatches(ctx context.Context, rows *[]T, size int) error {
	return q.plan.begin(ctx).CreateInBatches(rows, size).Error
}

// Delete removes the rows and tells how many there were. Without a condition it
// fails.
func (q Query[T]) Delete(ctx context.Context) (int, error) {
	return changed(q.plan.begin(ctx).Delete(new(T)))
}

// Update sets a column and tells how many rows there were.
func (q Query[T]) Update(ctx context.Context, column string, value any) (int, error) {
	return changed(q.plan.about(ctx, new(T)).Update(column, value))
}

// Set says which columns Update of the Change sets.
func (q Query[T]) Set(columns clause.Set) Change { return q.plan.set(new(T), columns) }

// Exec runs a statement that is written out.
func (q Query[T]) Exec(ctx context.Context, statement string, args ...any) error {
	return q.plan.about(ctx, new(T)).Exec(statement, args...).Error
}

// Change sets several columns of rows.
type Change struct {
	plan    plan
	record  any
	columns clause.Set
}

func (p plan) set(record any, columns clause.Set) Change { return Change{p, record, columns} }

// Update makes the change and tells how many rows there were.
func (c Change) Update(ctx context.Context) (int, error) {
	return changed(c.plan.about(ctx, c.record).Clauses(c.columns).Updates(map[string]any{}))
}
