package store

import (
	"testing"
	"time"
)

// SetTurnWait changes for a test how long a writer waits for its turn.
func SetTurnWait(tb testing.TB, wait time.Duration) {
	tb.Helper()
	before := turnWait
	turnWait = wait
	tb.Cleanup(func() { turnWait = before })
}
