package store

import (
	"context"
	"fmt"
	"time"
)

type behind struct{}

// Background marks work that nobody waits for: its transactions let those of
// people who wait go first, for a moment each.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, behind{}, true)
}

// How long a transaction of the background stands back at most, and how often
// it looks whether somebody waits. Even under the greatest rush it has some
// twenty turns in a second, so that nothing starves.
const (
	standBack = 50 * time.Millisecond
	lookAgain = 2 * time.Millisecond
)

// letPass waits while people wait to write.
func (d *DB) letPass(ctx context.Context) error {
	for waited := time.Duration(0); waited < standBack && d.ahead.Load() > 0; waited += lookAgain {
		select {
		case <-ctx.Done():
			return fmt.Errorf("store: gave up waiting to write: %w", ctx.Err())
		case <-time.After(lookAgain):
		}
	}
	return nil
}
