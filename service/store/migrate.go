package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"syscall"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versionTable keeps which migrations have run. It is created by us, before
// goose looks: several first starts at once would otherwise leave it without
// its first row for good.
var versionTable = map[Kind]string{
	SQLite: `CREATE TABLE IF NOT EXISTS goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`,
	MySQL: `CREATE TABLE IF NOT EXISTS goose_db_version (id SERIAL NOT NULL PRIMARY KEY,
		version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL, tstamp TIMESTAMP NULL DEFAULT NOW())`,
}

// Migrate applies what is pending and returns the names of what it applied, in
// order. Only one process at a time does it, the others wait.
func Migrate(ctx context.Context, db *DB) ([]string, error) {
	return migrateTo(ctx, db, math.MaxInt64)
}

// MigrateTo is Migrate up to and including the migration of a number: a backup
// of an older schema is put into a database of that schema.
func MigrateTo(ctx context.Context, db *DB, version int64) error {
	_, err := migrateTo(ctx, db, version)
	return err
}

func migrateTo(ctx context.Context, db *DB, version int64) (_ []string, err error) {
	pool, closePool, err := db.migrationPool()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closePool()) }()
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	dialect := goose.DialectSQLite3
	if db.kind == MySQL {
		locker, err := lock.NewMySQLTableLocker()
		if err != nil {
			return nil, fmt.Errorf("store: migrate: %w", err)
		}
		dialect, options = goose.DialectMySQL, append(options, goose.WithLocker(locker))
	} else {
		unlock, err := lockFile(db.path + ".lock")
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, unlock()) }()
	}
	for _, statement := range []string{
		versionTable[db.kind],
		`INSERT INTO goose_db_version (version_id, is_applied)
			SELECT 0, 1 FROM (SELECT COUNT(*) AS n FROM goose_db_version) AS c WHERE c.n = 0`,
	} {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("store: prepare migration: %w", err)
		}
	}
	sources, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("store: migrate: %w", err)
	}
	provider, err := goose.NewProvider(dialect, pool, sources, options...)
	if err != nil {
		return nil, fmt.Errorf("store: migrate: %w", err)
	}
	results, err := provider.UpTo(ctx, version)
	if err != nil {
		return nil, fmt.Errorf("store: migrate: %w", err)
	}
	var applied []string
	for _, r := range results {
		applied = append(applied, filepath.Base(r.Source.Path))
	}
	return applied, nil
}

// migrationPool is the pool to migrate on, and how to close what was opened for
// it.
func (d *DB) migrationPool() (_ *sql.DB, closePool func() error, err error) {
	if d.nodes == nil {
		pool, err := d.pool()
		return pool, func() error { return nil }, err
	}
	pool, err := d.nodes.patient()
	if err != nil {
		return nil, nil, err
	}
	return pool, pool.Close, nil
}

// lockFile takes an exclusive lock on a file beside the database; goose has no
// lock of its own for SQLite.
func lockFile(path string) (unlock func() error, err error) {
	//nolint:gosec // the path is the configured database file with a suffix
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: open migration lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("store: take migration lock: %w", err), f.Close())
	}
	return f.Close, nil
}

// Pending lists the migrations that have not been applied, in order. It reads
// only: a schema that was never migrated has everything pending. It fails with
// ErrHalfRestored when the database is not whole.
func Pending(ctx context.Context, db *DB) ([]string, error) {
	if db.read.WithContext(ctx).Migrator().HasTable(halfRestored) {
		return nil, ErrHalfRestored
	}
	version, err := Version(ctx, db)
	if err != nil {
		return nil, err
	}
	var pending []string
	err = eachMigration(func(number int64, name string) {
		if number > version {
			pending = append(pending, name)
		}
	})
	return pending, err
}

// Latest is the number of the newest migration that this program knows.
func Latest() (int64, error) {
	var latest int64
	err := eachMigration(func(number int64, _ string) { latest = max(latest, number) })
	return latest, err
}

func eachMigration(visit func(number int64, name string)) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return fmt.Errorf("store: list migrations: %w", err)
	}
	for _, name := range names {
		number, err := goose.NumericComponent(name)
		if err != nil {
			return fmt.Errorf("store: migration name %s: %w", name, err)
		}
		visit(number, filepath.Base(name))
	}
	return nil
}

// Version is the number of the newest migration that was applied, 0 when none was.
func Version(ctx context.Context, db *DB) (int64, error) {
	if !db.read.WithContext(ctx).Migrator().HasTable("goose_db_version") {
		return 0, db.Ping(ctx)
	}
	var version int64
	if err := db.read.WithContext(ctx).Raw("SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("store: read schema version: %w", err)
	}
	return version, nil
}
