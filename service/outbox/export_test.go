package outbox

import (
	"testing"
	"time"
)

// SetPatience shortens how long a handler may take.
func SetPatience(d *Dispatcher, patience time.Duration) { d.patience = patience }

// SetRenewal shortens how often the lease of a task is renewed.
func SetRenewal(d *Dispatcher, every time.Duration) { d.renewal = every }

// SetJobRenewal shortens how often the lease of a job is renewed.
func SetJobRenewal(tb testing.TB, every time.Duration) {
	tb.Helper()
	before := renewal
	renewal = every
	tb.Cleanup(func() { renewal = before })
}
