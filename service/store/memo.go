package store

import (
	"fmt"
	"time"
)

// memo is something that was read and is kept for a while.
type memo struct {
	value   any
	changes uint64
	until   time.Time
}

// Remember gives what load reads, and keeps it: until this process writes into
// one of the tables, and for at most so long, within which what another replica
// wrote does not show. What it gives is shared and must not be changed.
func Remember[T any](d *DB, key string, now time.Time, life time.Duration, tables []string, load func() (T, error)) (T, error) {
	changes := d.Changes(tables...)
	if kept, ok := d.memos.Load(key); ok {
		m, isMemo := kept.(memo)
		value, isT := m.value.(T)
		// A clock that was set back ends it too.
		if isMemo && isT && m.changes == changes && now.Before(m.until) && m.until.Sub(now) <= life {
			return value, nil
		}
	}
	value, err := load()
	if err != nil {
		return value, fmt.Errorf("store: read what is remembered as %s: %w", key, err)
	}
	d.memos.Store(key, memo{value: value, changes: changes, until: now.Add(life)})
	return value, nil
}
