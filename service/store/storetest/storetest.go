// Package storetest gives every test a database of its own with the current
// schema: SQLite by default, or one on the MySQL-family server that
// LIANXIN_TEST_DSN names (user:password@tcp(host:port)/).
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	sqldriver "github.com/go-sql-driver/mysql"

	"lianxin/service/store"
)

// Open opens a fresh database and closes it when the test ends.
func Open(tb testing.TB) *store.DB {
	tb.Helper()
	if dsn := os.Getenv("LIANXIN_TEST_DSN"); dsn != "" {
		return openMySQL(tb, dsn)
	}
	return openSQLite(tb)
}

// Unmigrated names a fresh database without any schema, as the setting
// LIANXIN_DATABASE does: "sqlite:PATH" or "mysql:DSN".
func Unmigrated(tb testing.TB) string {
	tb.Helper()
	dsn := os.Getenv("LIANXIN_TEST_DSN")
	if dsn == "" {
		return "sqlite:" + filepath.Join(tb.TempDir(), "fresh.db")
	}
	server, err := sql.Open("mysql", dsn)
	if err != nil {
		tb.Fatal(err)
	}
	name := "u" + strings.ToLower(rand.Text())
	if _, err := server.ExecContext(tb.Context(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := server.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			tb.Errorf("drop test database: %v", err)
		}
		_ = server.Close()
	})
	cfg, err := sqldriver.ParseDSN(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	cfg.DBName = name
	return "mysql:" + cfg.FormatDSN()
}

// template is a migrated SQLite file that every test copies: migrating once per
// process is an order of magnitude faster than once per test.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "lianxin-template")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "template.db")
	ctx := context.Background()
	db, err := store.Open(ctx, store.SQLite, path)
	if err != nil {
		return nil, err
	}
	if _, err := store.Migrate(ctx, db); err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // the file was made above
})

func openSQLite(tb testing.TB) *store.DB {
	tb.Helper()
	content, err := template()
	if err != nil {
		tb.Fatalf("migrate template database: %v", err)
	}
	path := filepath.Join(tb.TempDir(), "test.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}
	return open(tb, store.SQLite, path)
}

// spare holds databases that earlier tests of this process gave back empty.
var spare struct {
	sync.Mutex
	names []string
}

func openMySQL(tb testing.TB, dsn string) *store.DB {
	tb.Helper()
	server, err := sql.Open("mysql", dsn)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = server.Close() })
	name, used := takeSpare()
	if !used {
		name = "t" + strings.ToLower(rand.Text())
		if _, err := server.ExecContext(tb.Context(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
			tb.Fatal(err)
		}
	}
	cfg, err := sqldriver.ParseDSN(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	cfg.DBName = name
	tb.Cleanup(func() {
		// The test's own context has ended by now.
		if err := empty(context.Background(), server, name); err != nil {
			tb.Errorf("empty test database: %v", err)
			return
		}
		spare.Lock()
		defer spare.Unlock()
		spare.names = append(spare.names, name)
	})
	db := open(tb, store.MySQL, cfg.FormatDSN())
	if !used {
		if _, err := store.Migrate(tb.Context(), db); err != nil {
			tb.Fatalf("migrate: %v", err)
		}
	}
	return db
}

func takeSpare() (string, bool) {
	spare.Lock()
	defer spare.Unlock()
	if len(spare.names) == 0 {
		return "", false
	}
	name := spare.names[len(spare.names)-1]
	spare.names = spare.names[:len(spare.names)-1]
	return name, true
}

// empty deletes the rows of every table but goose's.
func empty(ctx context.Context, server *sql.DB, name string) error {
	rows, err := server.QueryContext(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_name NOT LIKE 'goose%'", name)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var tables []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return err
		}
		tables = append(tables, table)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := server.ExecContext(ctx, fmt.Sprintf("DELETE FROM `%s`.`%s`", name, table)); err != nil {
			return err
		}
	}
	return nil
}

func open(tb testing.TB, kind store.Kind, dsn string) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), kind, dsn)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close database: %v", err)
		}
	})
	return db
}

// Clock is a clock that a test moves. It never moves by itself.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock starts a clock at a moment, given in Asia/Shanghai as "2006-01-02 15:04".
func NewClock(tb testing.TB, at string) *Clock {
	tb.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", at, time.FixedZone("Asia/Shanghai", 8*3600))
	if err != nil {
		tb.Fatal(err)
	}
	return &Clock{at: t.UTC()}
}

// Now tells the time in UTC. A millisecond passes with each look, so that what
// happens later also stands later.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
