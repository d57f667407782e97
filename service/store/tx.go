package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// ErrNested is returned by InTx inside InTx: one exported service method is at
// most one transaction.
var ErrNested = errors.New("store: transactions do not nest")

type insideTx struct{}

// tries bounds how often a transaction that lost a race is run again.
const tries = 6

// turnWait bounds how long a transaction waits for a connection to write on.
var turnWait = 5 * time.Second

// InTx runs fn in one transaction and commits when fn returns nil. It is the
// only door to writing. The ctx given to fn must be used inside. A transaction
// that the engine gave up for another one (deadlock, lock wait, certification
// failure on Galera) is run again as a whole, so fn must only change what it
// sets itself. When the line breaks while it commits, nobody knows whether it
// did: that is not tried again here but said (see Unavailable), and who repeats
// the request is told by its idempotency key. The first transaction of a
// request that carries such a key also takes the key; see WithKey.
func InTx(ctx context.Context, db *DB, fn func(ctx context.Context, tx *gorm.DB) error) error {
	if ctx.Value(insideTx{}) != nil {
		return ErrNested
	}
	leave, err := db.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for try := 1; ; try++ {
		wrote := &touched{tables: map[string]bool{}}
		inner := context.WithValue(ctx, insideTx{}, wrote)
		err := db.write.WithContext(inner).Transaction(func(tx *gorm.DB) error {
			if err := takeKey(inner, tx); err != nil {
				return err
			}
			return fn(inner, tx)
		})
		if err == nil {
			db.changes.committed(wrote)
			keyTaken(ctx)
			return nil
		}
		if !lostRace(err) {
			return because(ctx, err)
		}
		if try == tries {
			db.races.lost.Add(1)
			return because(ctx, err)
		}
		db.races.repeated.Add(1)
		if err := rest(ctx, try); err != nil {
			return err
		}
	}
}

// races counts the transactions that the engine gave up for another one.
type races struct{ repeated, lost atomic.Int64 }

// Races says how often this process ran a transaction again because the engine
// had given it up for another one, and how many transactions lost every time and
// were put off with Unavailable.
func (d *DB) Races() (repeated, lost int64) {
	return d.races.repeated.Load(), d.races.lost.Load()
}

// because adds that the caller gave up, where that is why the driver speaks of
// a transaction that is over.
func because(ctx context.Context, err error) error {
	if gone := ctx.Err(); gone != nil && !errors.Is(err, gone) {
		return errors.Join(err, gone)
	}
	return err
}

// enter waits for a place among the writers, which are as many as connections,
// but not for long: who cannot write soon is told to come again.
func (d *DB) enter(ctx context.Context) (leave func(), err error) {
	if ctx.Value(behind{}) != nil {
		if err := d.letPass(ctx); err != nil {
			return nil, err
		}
	} else {
		d.ahead.Add(1)
		defer d.ahead.Add(-1)
	}
	turn := time.NewTimer(turnWait)
	defer turn.Stop()
	select {
	case d.writers <- struct{}{}:
		return func() { <-d.writers }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("store: gave up waiting to write: %w", ctx.Err())
	case <-turn.C:
		return nil, errBusy
	}
}

// InSnapshot runs fn in a transaction that only reads and sees the database as
// it was at its first look, whatever others write meanwhile. It holds nobody up.
func InSnapshot(ctx context.Context, db *DB, fn func(ctx context.Context, tx *gorm.DB) error) error {
	if ctx.Value(insideTx{}) != nil {
		return ErrNested
	}
	inner := context.WithValue(ctx, insideTx{}, true)
	// SQLite's readers have snapshots anyway, and know no other level.
	var level *sql.TxOptions
	if db.kind == MySQL {
		level = &sql.TxOptions{Isolation: sql.LevelRepeatableRead}
	}
	return db.read.WithContext(inner).Transaction(func(tx *gorm.DB) error { return fn(inner, tx) }, level)
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

// IsDuplicate reports whether err says that a unique key is taken already.
func IsDuplicate(err error) bool { return errors.Is(err, gorm.ErrDuplicatedKey) }

// IsAbsent reports whether err says that there is no such row.
func IsAbsent(err error) bool { return errors.Is(err, gorm.ErrRecordNotFound) }
