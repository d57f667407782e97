// Package store opens the database, brings its schema up to date and is the
// only door to a transaction. It knows SQLite and the MySQL family and hides
// which one it is. It holds no query of any subject.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/libtnb/sqlite"
	"github.com/maypok86/otter/v2"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
)

// Kind names a database engine.
type Kind string

// The engines. MySQL stands for MySQL 8, MariaDB and TiDB alike.
const (
	SQLite Kind = "sqlite"
	MySQL  Kind = "mysql"
)

// DB is an open database: a way to write, through InTx only, and a way to read.
type DB struct {
	kind  Kind
	path  string
	write *gorm.DB
	read  *gorm.DB
	// writers has a place for each connection that may write; ahead counts the
	// people who wait for one.
	writers chan struct{}
	ahead   atomic.Int64
	changes *changes
	memos   sync.Map
	known   *otter.Cache[knownKey, struct{}]
	answers *answers
	races   races
	// nodes are the hosts of a server; none for SQLite.
	nodes *nodes
}

// Open opens the database. For SQLite dsn is a file path, created if absent;
// for MySQL it is a DSN of go-sql-driver, in which tcp(…) may name several hosts
// with commas between: the nodes of one cluster, the writer first. The schema is neither changed nor
// looked at: see Migrate and Pending.
func Open(ctx context.Context, kind Kind, dsn string) (*DB, error) {
	switch kind {
	case SQLite:
		return openSQLite(ctx, dsn, "FULL")
	case MySQL:
		return openMySQL(ctx, dsn)
	}
	return nil, fmt.Errorf("store: unknown database kind %q", kind)
}

// OpenScratch opens a SQLite file whose last writes a power failure may take: for
// filling a file that is thrown away when the filling fails. It is several times
// faster than Open.
func OpenScratch(ctx context.Context, path string) (*DB, error) {
	return openSQLite(ctx, path, "OFF")
}

// openSQLite opens two pools on one file: a writer of one connection with
// immediate transactions, so that reading before writing never fails with
// SQLITE_BUSY, and a pool of readers.
func openSQLite(ctx context.Context, path, synchronous string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("store: make data folder: %w", err)
	}
	base := "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + synchronous + ")" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-8000)&_time_format=sqlite"
	write, err := openGorm(ctx, sqlite.Open(base+"&_txlock=immediate"), 1)
	if err != nil {
		return nil, err
	}
	read, err := openGorm(ctx, sqlite.Open(base+"&_pragma=query_only(1)"), max(2, runtime.NumCPU()))
	if err != nil {
		return nil, errors.Join(err, closeGorm(write))
	}
	return newDB(&DB{kind: SQLite, path: path, write: write, read: read, writers: make(chan struct{}, 1)})
}

func newDB(d *DB) (*DB, error) {
	d.changes, d.answers, d.known = &changes{tables: map[string]*atomic.Uint64{}}, newAnswers(), newKnown()
	return d, d.changes.watch(d.write)
}

func openGorm(ctx context.Context, d gorm.Dialector, conns int) (*gorm.DB, error) {
	// Several programs that open a new SQLite file at once wait for one another:
	// the switch to write-ahead logging heeds no busy timeout.
	for try := 1; ; try++ {
		db, err := reach(ctx, d, conns)
		if err == nil || try == 20*tries || !lockedFile(err) || rest(ctx, tries) != nil {
			return db, err
		}
	}
}

// reach opens a pool and tries it.
func reach(ctx context.Context, d gorm.Dialector, conns int) (*gorm.DB, error) {
	db, err := gorm.Open(d, &gorm.Config{
		PrepareStmt:            true,
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 logger.NewSlogLogger(slog.New(slog.DiscardHandler), logger.Config{LogLevel: logger.Silent}),
		NamingStrategy:         Naming(),
	})
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	pool, err := db.DB()
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: reach the database: %w", err), pool.Close())
	}
	return db, nil
}

// Naming says what tables and columns of the records are called.
func Naming() schema.Namer {
	return schema.NamingStrategy{NameReplacer: strings.NewReplacer("WeChat", "Wechat")}
}

func closeGorm(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	if err := pool.Close(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// Kind says which engine this is, for the few places where SQL must differ.
func (d *DB) Kind() Kind { return d.kind }

// Read gives the handle for reading outside a transaction.
func (d *DB) Read() *gorm.DB { return d.read }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	pool, err := d.pool()
	if err != nil {
		return err
	}
	if err := pool.PingContext(ctx); err != nil {
		return fmt.Errorf("store: ping: %w", err)
	}
	return nil
}

// Pools gives the pools of connections by what they are for, so that they can
// be watched. What reads and writes on one pool has one entry.
func (d *DB) Pools() (map[string]*sql.DB, error) {
	write, err := d.pool()
	if err != nil {
		return nil, err
	}
	if d.read == d.write {
		return map[string]*sql.DB{"all": write}, nil
	}
	read, err := d.read.DB()
	if err != nil {
		return nil, fmt.Errorf("store: pool: %w", err)
	}
	return map[string]*sql.DB{"write": write, "read": read}, nil
}

func (d *DB) pool() (*sql.DB, error) {
	pool, err := d.write.DB()
	if err != nil {
		return nil, fmt.Errorf("store: pool: %w", err)
	}
	return pool, nil
}

// Close closes every connection.
func (d *DB) Close() error {
	d.answers.close()
	if d.nodes != nil {
		return errors.Join(closeGorm(d.write), d.nodes.close())
	}
	return errors.Join(closeGorm(d.read), closeGorm(d.write))
}
