package store

import (
	"fmt"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
)

// changes counts what this process wrote into each table, so that what it keeps
// in memory can be thrown away at once. What other replicas write does not show:
// whoever keeps something says how long at most.
type changes struct {
	mu     sync.RWMutex
	tables map[string]*atomic.Uint64
}

// touched are the tables that a transaction wrote into.
type touched struct {
	mu     sync.Mutex
	tables map[string]bool
}

func (t *touched) add(table string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tables[table] = true
}

func (c *changes) of(table string) *atomic.Uint64 {
	c.mu.RLock()
	n, ok := c.tables[table]
	c.mu.RUnlock()
	if ok {
		return n
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok = c.tables[table]; !ok {
		n = &atomic.Uint64{}
		c.tables[table] = n
	}
	return n
}

// everything stands for the tables of statements written out by hand.
const everything = ""

// watch counts every statement that writes. Inside a transaction the table
// counts once more when it is committed: who read it meanwhile saw the old.
func (c *changes) watch(db *gorm.DB) error {
	note := func(tx *gorm.DB) {
		table := tx.Statement.Table
		c.of(table).Add(1)
		if t, ok := tx.Statement.Context.Value(insideTx{}).(*touched); ok {
			t.add(table)
		}
	}
	for _, register := range []func(name string, fn func(*gorm.DB)) error{
		db.Callback().Create().After("gorm:create").Register,
		db.Callback().Update().After("gorm:update").Register,
		db.Callback().Delete().After("gorm:delete").Register,
		db.Callback().Raw().After("gorm:raw").Register,
	} {
		if err := register("lianxin:changes", note); err != nil {
			return fmt.Errorf("store: watch changes: %w", err)
		}
	}
	return nil
}

func (c *changes) committed(t *touched) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for table := range t.tables {
		c.of(table).Add(1)
	}
}

// Changes counts what this process wrote into some tables: a number that is
// another one after every write.
func (d *DB) Changes(tables ...string) uint64 {
	n := d.changes.of(everything).Load()
	for _, table := range tables {
		n += d.changes.of(table).Load()
	}
	return n
}
