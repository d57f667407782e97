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
	"time"

	sqldriver "github.com/go-sql-driver/mysql"
	"github.com/libtnb/sqlite"
	"gorm.io/driver/mysql"
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
}

// Open opens the database. For SQLite dsn is a file path, created if absent;
// for MySQL it is a DSN of go-sql-driver. The schema is neither changed nor
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
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-16000)&_time_format=sqlite"
	write, err := openGorm(ctx, sqlite.Open(base+"&_txlock=immediate"), 1)
	if err != nil {
		return nil, err
	}
	read, err := openGorm(ctx, sqlite.Open(base+"&_pragma=query_only(1)"), max(2, runtime.NumCPU()))
	if err != nil {
		return nil, errors.Join(err, closeGorm(write))
	}
	return &DB{kind: SQLite, path: path, write: write, read: read}, nil
}

// openMySQL opens one pool; what the design needs from the connection is set
// here, whatever the DSN says.
func openMySQL(ctx context.Context, dsn string) (*DB, error) {
	cfg, err := sqldriver.ParseDSN(dsn)
	if err != nil {
		return nil, errors.New("store: the database DSN cannot be read; it should look like user:password@tcp(host:3306)/name")
	}
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.InterpolateParams, cfg.ClientFoundRows = true, true
	cfg.Collation = "utf8mb4_bin"
	cfg.Timeout = orDefault(cfg.Timeout, 2*time.Second)
	cfg.ReadTimeout = orDefault(cfg.ReadTimeout, 10*time.Second)
	cfg.WriteTimeout = orDefault(cfg.WriteTimeout, 10*time.Second)
	if err := sqldriver.SetLogger(quiet{}); err != nil {
		return nil, fmt.Errorf("store: silence driver: %w", err)
	}
	db, err := openGorm(ctx, mysql.New(mysql.Config{DSN: cfg.FormatDSN(), SkipInitializeWithVersion: true}), 32)
	if err != nil {
		return nil, err
	}
	return &DB{kind: MySQL, write: db, read: db}, nil
}

// quiet drops the driver's own log lines: every error it logs is also returned.
type quiet struct{}

func (quiet) Print(...any) {}

func orDefault(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}

func openGorm(ctx context.Context, d gorm.Dialector, conns int) (*gorm.DB, error) {
	db, err := gorm.Open(d, &gorm.Config{
		PrepareStmt:            true,
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 logger.NewSlogLogger(slog.New(slog.DiscardHandler), logger.Config{LogLevel: logger.Silent}),
		NamingStrategy:         schema.NamingStrategy{NameReplacer: strings.NewReplacer("WeChat", "Wechat")},
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
	// Several programs that open a new SQLite file at once wait for one another:
	// the switch to write-ahead logging heeds no busy timeout.
	for try := 1; ; try++ {
		err := pool.PingContext(ctx)
		if err == nil {
			return db, nil
		}
		if try == 20*tries || !lostRace(err) || rest(ctx, tries) != nil {
			return nil, errors.Join(fmt.Errorf("store: reach the database: %w", err), pool.Close())
		}
	}
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

func (d *DB) pool() (*sql.DB, error) {
	pool, err := d.write.DB()
	if err != nil {
		return nil, fmt.Errorf("store: pool: %w", err)
	}
	return pool, nil
}

// Close closes every connection.
func (d *DB) Close() error {
	if d.read == d.write {
		return closeGorm(d.write)
	}
	return errors.Join(closeGorm(d.read), closeGorm(d.write))
}
