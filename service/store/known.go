package store

import (
	"crypto/sha256"
	"strings"

	"github.com/maypok86/otter/v2"
)

// knownKey stands for a row that is known to be in the database, by its key.
type knownKey [sha256.Size]byte

// knownMax is how many rows are known at most, in about 4 MB.
const knownMax = 30_000

func newKnown() *otter.Cache[knownKey, struct{}] {
	return otter.Must(&otter.Options[knownKey, struct{}]{MaximumSize: knownMax})
}

func knownKeyOf(key []string) knownKey { return sha256.Sum256([]byte(strings.Join(key, "\x00"))) }

// Known reports whether this process saw a row that stays where it is once it
// was written: what is known need not be looked for again. What is not known may
// be there all the same.
func (d *DB) Known(key ...string) bool {
	_, ok := d.known.GetIfPresent(knownKeyOf(key))
	return ok
}

// Know notes that a row has been committed, or was read.
func (d *DB) Know(key ...string) { d.known.Set(knownKeyOf(key), struct{}{}) }
