package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// halfRestored is the table that stands in a database while a backup is being
// put into it.
const halfRestored = "half_restored"

// ErrHalfRestored says that a backup was being put into this database and that
// it did not come to its end. Only a restore that begins anew mends it.
var ErrHalfRestored = errors.New("store: a restore into this database did not come to its end")

// Tables lists the tables of records, in the order of their names: not those by
// which engine and migrations keep their own books.
func Tables(ctx context.Context, db *DB) ([]string, error) {
	all, err := db.read.WithContext(ctx).Migrator().GetTables()
	if err != nil {
		return nil, fmt.Errorf("store: list tables: %w", err)
	}
	all = slices.DeleteFunc(all, func(name string) bool {
		return strings.HasPrefix(name, "goose_") || strings.HasPrefix(name, "sqlite_") || name == halfRestored
	})
	slices.Sort(all)
	return all, nil
}

// Empty makes the database as one that was never migrated. It is for a restore,
// which puts everything back.
func Empty(ctx context.Context, db *DB) error {
	names, err := Tables(ctx, db)
	if err != nil {
		return err
	}
	pool, err := db.pool()
	if err != nil {
		return err
	}
	for _, name := range append(names, "goose_db_version", "goose_lock") {
		if _, err := pool.ExecContext(ctx, "DROP TABLE IF EXISTS `"+name+"`"); err != nil {
			return fmt.Errorf("store: drop table %s: %w", name, err)
		}
	}
	return nil
}

// BeginRestore marks the database as one that is not whole: no program serves
// it. EndRestore takes the mark away.
func BeginRestore(ctx context.Context, db *DB) error {
	return mark(ctx, db, "CREATE TABLE IF NOT EXISTS "+halfRestored+" (id INT NOT NULL PRIMARY KEY)")
}

// EndRestore says that the database is whole.
func EndRestore(ctx context.Context, db *DB) error {
	return mark(ctx, db, "DROP TABLE IF EXISTS "+halfRestored)
}

func mark(ctx context.Context, db *DB, statement string) error {
	pool, err := db.pool()
	if err != nil {
		return err
	}
	if _, err := pool.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("store: mark restore: %w", err)
	}
	return nil
}

// Settle brings everything that was written to a SQLite file into that one file,
// so that it can be moved. It does nothing for a server.
func Settle(ctx context.Context, db *DB) error {
	if db.kind != SQLite {
		return nil
	}
	pool, err := db.pool()
	if err != nil {
		return err
	}
	var busy, logged, moved int
	if err := pool.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &moved); err != nil {
		return fmt.Errorf("store: settle: %w", err)
	}
	if busy != 0 {
		return errors.New("store: settle: another program has the database open")
	}
	return nil
}
