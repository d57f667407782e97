package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	sqlite "modernc.org/sqlite"
)

// ErrNested is returned by InTx inside InTx: one exported service method is at
// most one transaction.
var ErrNested = errors.New("store: transactions do not nest")

type insideTx struct{}

// tries bounds how often a transaction that lost a race is run again.
const tries = 6

// InTx runs fn in one transaction and commits when fn returns nil. It is the
// only door to writing. The ctx given to fn must be used inside. A transaction
// that the engine gave up for another one (deadlock, lock wait, certification
// failure on Galera) is run again as a whole, so fn must only change what it
// sets itself. The first transaction of a request that carries an idempotency
// key also takes the key; see WithKey.
func InTx(ctx context.Context, db *DB, fn func(ctx context.Context, tx *gorm.DB) error) error {
	if ctx.Value(insideTx{}) != nil {
		return ErrNested
	}
	inner := context.WithValue(ctx, insideTx{}, true)
	for try := 1; ; try++ {
		err := db.write.WithContext(inner).Transaction(func(tx *gorm.DB) error {
			if err := takeKey(inner, tx); err != nil {
				return err
			}
			return fn(inner, tx)
		})
		if err == nil {
			keyTaken(ctx)
			return nil
		}
		if try == tries || !lostRace(err) {
			return err
		}
		if err := rest(ctx, try); err != nil {
			return err
		}
	}
}

// rest waits a little, longer with every try, so that two that keep meeting part.
func rest(ctx context.Context, try int) error {
	//nolint:gosec // a random pause is not a secret
	pause := time.Duration(try*5+rand.IntN(20)) * time.Millisecond
	select {
	case <-ctx.Done():
		return fmt.Errorf("store: gave up waiting to try again: %w", ctx.Err())
	case <-time.After(pause):
		return nil
	}
}

// lostRace reports whether the engine rolled the transaction back in favour of
// another one: MySQL 1213 (deadlock, and Galera's certification), 1205 (lock
// wait), TiDB 9007 (write conflict), SQLITE_BUSY.
func lostRace(err error) bool {
	if m, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return m.Number == 1213 || m.Number == 1205 || m.Number == 9007
	}
	if s, ok := errors.AsType[*sqlite.Error](err); ok {
		return s.Code()&0xff == 5
	}
	return false
}

// Unavailable reports whether err says that the database cannot be reached or
// does not serve now, as opposed to having refused this statement.
func Unavailable(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) {
		return true
	}
	if m, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return m.Number == 1047 || m.Number == 1040 || m.Number == 1053
	}
	_, isNet := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return isNet && !errors.Is(err, context.Canceled)
}

// IsDuplicate reports whether err says that a unique key is taken already.
func IsDuplicate(err error) bool { return errors.Is(err, gorm.ErrDuplicatedKey) }

// IsAbsent reports whether err says that there is no such row.
func IsAbsent(err error) bool { return errors.Is(err, gorm.ErrRecordNotFound) }
