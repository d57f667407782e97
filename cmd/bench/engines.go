package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"lianxin/service/store"
)

// engine keeps the databases that are measured.
type engine interface {
	// prepare gives a copy of the data with so many messages, as LIANXIN_DATABASE
	// names it.
	prepare(ctx context.Context, messages int) (string, error)
	close() error
}

type saying func(format string, args ...any)

func openEngine(ctx context.Context, o options, name, scratch string, w *world, say saying) (engine, error) {
	switch name {
	case "sqlite":
		return &sqliteEngine{data: o.data, scratch: scratch, world: w, say: say}, nil
	case "mariadb":
		return startMariaDB(ctx, o, scratch, w, say)
	}
	return nil, fmt.Errorf("没有这种数据库：%s", name)
}

// sqliteEngine keeps each amount of data in a file.
type sqliteEngine struct {
	data, scratch string
	world         *world
	say           saying
}

func (e *sqliteEngine) close() error { return nil }

func (e *sqliteEngine) prepare(ctx context.Context, messages int) (string, error) {
	kept := filepath.Join(e.data, fmt.Sprintf("sqlite-%d-v%d.db", messages, fillVersion))
	if _, err := os.Stat(kept); errors.Is(err, os.ErrNotExist) {
		if err := e.fill(ctx, kept, messages); err != nil {
			return "", err
		}
	}
	fresh := filepath.Join(e.scratch, fmt.Sprintf("sqlite-%d", messages), "lianxin.db")
	if err := os.MkdirAll(filepath.Dir(fresh), 0o750); err != nil {
		return "", err
	}
	return "sqlite:" + fresh, copyTree(ctx, kept, fresh)
}

// copyTree copies a file or a folder, sharing blocks where the file system can.
func copyTree(ctx context.Context, from, to string) error {
	//nolint:gosec // both names are the program's own
	out, err := exec.CommandContext(ctx, "cp", "-a", "--reflink=auto", from, to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("复制数据：%w：%s", err, out)
	}
	return nil
}

func (e *sqliteEngine) fill(ctx context.Context, kept string, messages int) (err error) {
	began := time.Now()
	e.say("正在造 SQLite 数据：%d 封来信", messages)
	path := kept + ".filling"
	for _, left := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(left); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := migrate(ctx, store.SQLite, path); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-500000)&_time_format=sqlite")
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, pool.Close()) }()
	indexes, err := dropIndexes(ctx, pool)
	if err != nil {
		return err
	}
	if err := onConn(ctx, pool, func(b *bulk) error { return fillWorld(ctx, b, e.world) }); err != nil {
		return err
	}
	if err := fillLetters(ctx, pool, e.world, messages, false); err != nil {
		return err
	}
	e.say("数据已写入，正在建索引（%s）", time.Since(began).Round(time.Second))
	for _, index := range append(indexes, "PRAGMA journal_mode = WAL") {
		if _, err := pool.ExecContext(ctx, index); err != nil {
			return err
		}
	}
	e.say("SQLite 数据已造好，用时 %s", time.Since(began).Round(time.Second))
	return errors.Join(pool.Close(), os.Remove(path+".lock"), os.Rename(path, kept))
}

// dropIndexes takes the secondary indexes away and tells how to make them again:
// sorting once is several times faster than keeping them in order row by row.
func dropIndexes(ctx context.Context, pool *sql.DB) ([]string, error) {
	names, again, err := readIndexes(ctx, pool)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := pool.ExecContext(ctx, "DROP INDEX "+name); err != nil {
			return nil, err
		}
	}
	return again, nil
}

func readIndexes(ctx context.Context, pool *sql.DB) (names, statements []string, err error) {
	rows, err := pool.QueryContext(ctx, "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			return nil, nil, err
		}
		names, statements = append(names, name), append(statements, statement)
	}
	return names, statements, rows.Err()
}
