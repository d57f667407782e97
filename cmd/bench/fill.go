package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm/schema"

	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

// fillVersion names what the made-up data looks like: data of another version
// that is kept in a folder is not used.
const fillVersion = 1

// rowsAtOnce is how many rows go into one statement.
const rowsAtOnce = 100

// bulk writes rows straight into the tables of the real schema, many at once.
// The tables and columns are those of the records, read as gorm reads them.
type bulk struct {
	conn   *sql.Conn
	tables map[reflect.Type]*table
	shapes *sync.Map
}

type table struct {
	shape  *schema.Schema
	fields []*schema.Field
	head   string
	one    string
	values []any
	rows   int
	full   *sql.Stmt
}

func newBulk(conn *sql.Conn) *bulk {
	return &bulk{conn: conn, tables: map[reflect.Type]*table{}, shapes: &sync.Map{}}
}

func (b *bulk) tableOf(row reflect.Value) (*table, error) {
	if t, ok := b.tables[row.Type()]; ok {
		return t, nil
	}
	shape, err := schema.Parse(row.Addr().Interface(), b.shapes, store.Naming())
	if err != nil {
		return nil, err
	}
	t := &table{shape: shape}
	var names []string
	for _, f := range shape.Fields {
		if f.DBName != "" {
			t.fields, names = append(t.fields, f), append(names, f.DBName)
		}
	}
	t.head = "INSERT INTO " + shape.Table + " (" + strings.Join(names, ", ") + ") VALUES "
	t.one = "(?" + strings.Repeat(", ?", len(names)-1) + ")"
	b.tables[row.Type()] = t
	return t, nil
}

// add writes a row, given by its address, now or with the ones that follow.
func (b *bulk) add(ctx context.Context, row any) error {
	v := reflect.ValueOf(row).Elem()
	t, err := b.tableOf(v)
	if err != nil {
		return err
	}
	for _, f := range t.fields {
		value, _ := f.ValueOf(ctx, v)
		t.values = append(t.values, value)
	}
	if t.rows++; t.rows == rowsAtOnce {
		return b.flush(ctx, t)
	}
	return nil
}

func (b *bulk) flush(ctx context.Context, t *table) (err error) {
	if t.rows == 0 {
		return nil
	}
	statement := t.head + t.one + strings.Repeat(", "+t.one, t.rows-1) //nolint:gosec // names come from our own records
	if t.rows == rowsAtOnce {
		if t.full == nil {
			if t.full, err = b.conn.PrepareContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", t.shape.Table, err)
			}
		}
		_, err = t.full.ExecContext(ctx, t.values...)
	} else {
		_, err = b.conn.ExecContext(ctx, statement, t.values...)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", t.shape.Table, err)
	}
	t.rows, t.values = 0, t.values[:0]
	return nil
}

// end writes what is left.
func (b *bulk) end(ctx context.Context) error {
	for _, t := range b.tables {
		if err := b.flush(ctx, t); err != nil {
			return err
		}
		if t.full != nil {
			if err := t.full.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

func addAll[T any](ctx context.Context, b *bulk, rows []T) error {
	for i := range rows {
		if err := b.add(ctx, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// fillWorld writes everything but the messages.
func fillWorld(ctx context.Context, b *bulk, w *world) error {
	var hours []model.StudioHour
	for _, s := range w.studios {
		hours = append(hours, model.StudioHour{ID: w.id(founded), StudioID: s.ID, Weekday: 2, Opens: "14:00", Closes: "17:00"}, model.StudioHour{ID: w.id(founded), StudioID: s.ID, Weekday: 4, Opens: "09:00", Closes: "11:30"})
	}
	people, grants := officials(w)
	return errors.Join(
		addAll(ctx, b, w.areas), addAll(ctx, b, []model.Term{w.term}), addAll(ctx, b, w.delegations), addAll(ctx, b, w.electing),
		addAll(ctx, b, w.topics), addAll(ctx, b, w.units), addAll(ctx, b, w.studios), addAll(ctx, b, hours),
		addAll(ctx, b, w.representatives), addAll(ctx, b, w.serves), addAll(ctx, b, w.helps), addAll(ctx, b, w.articles), addAll(ctx, b, w.about),
		addAll(ctx, b, people), addAll(ctx, b, grants), addAll(ctx, b, w.residents), addAll(ctx, b, identities(w)), addAll(ctx, b, sessions(w)), b.end(ctx),
	)
}

// officials are the people behind seats and offices, with what was granted them.
func officials(w *world) (people []model.Person, grants []model.Grant) {
	for _, r := range w.representatives {
		people = append(people, model.Person{ID: r.PersonID, Name: r.Name, CreatedAt: founded})
		grants = append(grants, model.Grant{ID: w.id(founded), PersonID: r.PersonID, Role: model.RoleRepresentative, RepresentativeID: r.ID})
	}
	for i, g := range w.officers {
		people = append(people, model.Person{ID: g.PersonID, Name: fmt.Sprintf("联络员%d", i+1), CreatedAt: founded})
		grants = append(grants, g)
	}
	return people, grants
}

func identities(w *world) []model.WeChatIdentity {
	all := make([]model.WeChatIdentity, 0, len(w.residents))
	visit := filledUntil
	for i, p := range w.residents {
		all = append(all, model.WeChatIdentity{ID: w.id(p.CreatedAt), PersonID: p.ID, Account: model.AccountMini, OpenID: fmt.Sprintf("o-bench-%08d", i), LastVisitAt: &visit, CreatedAt: p.CreatedAt})
	}
	return all
}

func sessions(w *world) []model.Session {
	var all []model.Session
	add := func(personID, token string, kind model.SessionKind) {
		far := filledUntil.Add(3650 * 24 * time.Hour)
		all = append(all, model.Session{
			ID: w.id(filledUntil), PersonID: personID, Kind: kind, TokenHash: hashed(token), RefreshHash: hashed("refresh " + token),
			ExpiresAt: far, RefreshExpiresAt: far, CreatedAt: filledUntil,
		})
	}
	for i := range w.signedInResidents {
		add(w.residents[i].ID, residentToken(i), model.SessionMini)
	}
	for i := range w.signedInRepresentatives {
		add(w.representatives[i].PersonID, representativeToken(i), model.SessionMini)
	}
	for i, g := range w.officers {
		add(g.PersonID, officerToken(i), model.SessionStaff)
	}
	return all
}

// hashed is what is kept of a token.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// lanes are the parts of a letter that can be written side by side.
var lanes = []func(context.Context, *bulk, *letter) error{
	func(ctx context.Context, b *bulk, l *letter) error {
		if err := errors.Join(b.add(ctx, &l.message), b.add(ctx, &l.opening)); err != nil || l.answer == nil {
			return err
		}
		return b.add(ctx, l.answer)
	},
	func(ctx context.Context, b *bulk, l *letter) error {
		return errors.Join(addAll(ctx, b, l.facts), addAll(ctx, b, l.audit))
	},
	func(ctx context.Context, b *bulk, l *letter) error {
		err := b.add(ctx, &l.clock)
		if l.task != nil {
			err = errors.Join(err, b.add(ctx, l.task))
		}
		if l.notice != nil {
			err = errors.Join(err, b.add(ctx, l.notice))
		}
		return err
	},
}

// fillLetters writes so many messages: in one transaction on one connection, or
// each lane on a connection of its own where the engine writes side by side.
func fillLetters(ctx context.Context, pool *sql.DB, w *world, total int, sideBySide bool) error {
	work := [][]func(context.Context, *bulk, *letter) error{lanes}
	if sideBySide {
		work = nil
		for _, lane := range lanes {
			work = append(work, []func(context.Context, *bulk, *letter) error{lane})
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	feeds := make([]chan *letter, len(work))
	for i, lane := range work {
		feeds[i] = make(chan *letter, 256)
		group.Go(func() error { return fillLane(ctx, pool, feeds[i], lane) })
	}
	group.Go(func() error {
		s := newScribe(w, total)
		for i := range total {
			l := s.letter(i)
			for _, feed := range feeds {
				select {
				case feed <- &l:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		for _, feed := range feeds {
			close(feed)
		}
		return nil
	})
	return group.Wait()
}

func fillLane(ctx context.Context, pool *sql.DB, feed <-chan *letter, lane []func(context.Context, *bulk, *letter) error) error {
	return onConn(ctx, pool, func(b *bulk) error {
		for l := range feed {
			for _, write := range lane {
				if err := write(ctx, b, l); err != nil {
					return err
				}
			}
		}
		return b.end(ctx)
	})
}

// onConn runs a fill in one transaction of one connection.
func onConn(ctx context.Context, pool *sql.DB, do func(b *bulk) error) (err error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	if err := do(newBulk(conn)); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// migrate gives a fresh database the schema and the calendar.
func migrate(ctx context.Context, kind store.Kind, dsn string) (err error) {
	db, err := store.Open(ctx, kind, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := store.Migrate(ctx, db); err != nil {
		return err
	}
	return deadline.InstallCalendar(ctx, db, filledUntil)
}
