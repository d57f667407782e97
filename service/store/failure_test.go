package store_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

func TestWhatSaysThatTheDatabaseIsAwayIsToldFromARefusal(t *testing.T) {
	server := func(number uint16, words string) error { return &mysql.MySQLError{Number: number, Message: words} }
	for what, err := range map[string]error{
		"bad connection":     driver.ErrBadConn,
		"broken connection":  mysql.ErrInvalidConn,
		"connection refused": &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		"no answer in time":  &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded},
		"out of time":        context.DeadlineExceeded,
		"disk full":          server(1021, "Disk full"),
		"table full":         server(1114, "The table 'messages' is full"),
		"write error":        server(3, "Error writing file './x' (Errcode: 28 \"No space left on device\")"),
		"too many":           server(1040, "Too many connections"),
		"outside cluster":    server(1047, "WSREP has not yet prepared node for application use"),
		"shutting down":      server(1053, "Server shutdown in progress"),
		"read only option":   server(1290, "running with the --read-only option"),
		"read only mode":     server(1836, "Running in read-only mode"),
		"deadlock, again":    server(1213, "Deadlock found"),
		"lock wait, again":   server(1205, "Lock wait timeout exceeded"),
		"no room for a file": &os.PathError{Op: "write", Err: syscall.ENOSPC},
		"TiKV busy":          server(9003, "TiKV server is busy"),
	} {
		if !store.Unavailable(fmt.Errorf("message: send: %w", err)) {
			t.Errorf("%s is not taken for the database being away", what)
		}
	}
	for what, err := range map[string]error{
		"nothing":       nil,
		"duplicate":     server(1062, "Duplicate entry"),
		"syntax":        server(1064, "You have an error in your SQL syntax"),
		"too long":      server(1406, "Data too long for column"),
		"no such table": server(1146, "Table doesn't exist"),
		"gave up":       context.Canceled,
		"no such file":  &os.PathError{Op: "open", Err: syscall.ENOENT},
		"not allowed":   &os.PathError{Op: "open", Err: syscall.EACCES},
		"end of file":   io.EOF,
		"ours":          errors.New("broken"),
	} {
		if store.Unavailable(err) {
			t.Errorf("%s is taken for the database being away", what)
		}
	}
}

func TestATransactionThatLostARaceIsRunAgainAndCounted(t *testing.T) {
	db := storetest.Open(t)
	for losses, want := range map[int]struct{ repeated, lost int64 }{0: {0, 0}, 3: {3, 0}, 1000: {5, 1}} {
		repeatedBefore, lostBefore := db.Races()
		runs := 0
		err := store.InTx(t.Context(), db, func(context.Context, *gorm.DB) error {
			if runs++; runs <= losses {
				return fmt.Errorf("message: move: %w", &mysql.MySQLError{Number: 1213, Message: "Deadlock found"})
			}
			return nil
		})
		if (err != nil) != (want.lost > 0) || err != nil && !store.Unavailable(err) {
			t.Errorf("a transaction that loses %d times: %v", losses, err)
		}
		repeated, lost := db.Races()
		if repeated-repeatedBefore != want.repeated || lost-lostBefore != want.lost {
			t.Errorf("after %d losses %d were repeated and %d lost, want %+v", losses, repeated-repeatedBefore, lost-lostBefore, want)
		}
	}
}

func TestAFullSQLiteFileIsAwayForWritersAndThereForReaders(t *testing.T) {
	if os.Getenv("LIANXIN_TEST_DSN") != "" {
		t.Skip("a server has its disk to itself")
	}
	db := storetest.Open(t)
	write := func(body string) error {
		return store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
			// The limit holds for the connection, and there is one for writing.
			if err := tx.WithContext(ctx).Exec("PRAGMA max_page_count = 1").Error; err != nil {
				return err
			}
			return store.From[model.Topic](tx).Create(ctx, &model.Topic{ID: model.NewID(), Name: body})
		})
	}
	if err := write(strings.Repeat("长", 50_000)); err == nil || !store.Unavailable(err) {
		t.Errorf("writing into a full file: %v", err)
	}
	if _, err := store.From[model.Topic](db.Read()).Count(t.Context(), "*"); err != nil {
		t.Errorf("reading beside it: %v", err)
	}
}

func TestWhoCannotWriteSoonIsToldToComeAgain(t *testing.T) {
	if os.Getenv("LIANXIN_TEST_DSN") != "" {
		t.Skip("a server has many connections for writing")
	}
	db := storetest.Open(t)
	inside, release := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- store.InTx(t.Context(), db, func(context.Context, *gorm.DB) error { close(inside); <-release; return nil })
	}()
	<-inside
	store.SetTurnWait(t, 0)
	err := store.InTx(t.Context(), db, func(context.Context, *gorm.DB) error { return nil })
	close(release)
	if err == nil || !store.Unavailable(err) {
		t.Errorf("behind a writer that holds on: %v", err)
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestACallerWhoLeftIsNotTakenForAFailure(t *testing.T) {
	db := storetest.Open(t)
	ctx, leave := context.WithCancel(t.Context())
	err := store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		leave()
		return store.From[model.Topic](tx).Create(ctx, &model.Topic{ID: model.NewID(), Name: "环境"})
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want what says that the caller left", err)
	}
}
