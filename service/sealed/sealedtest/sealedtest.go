// Package sealedtest gives tests a ring of keys. It refuses nothing and keeps no
// secret: its key stands below.
package sealedtest

import (
	"testing"

	"lianxin/service/sealed"
)

// Key is the key of the tests.
func Key() sealed.Key {
	return sealed.Key{ID: "t1", Secret: []byte("no secret at all, but long enough")}
}

// Keys is a ring with the key of the tests.
func Keys(tb testing.TB) *sealed.Keys {
	tb.Helper()
	keys, err := sealed.New(Key())
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}
