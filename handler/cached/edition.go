package cached

import (
	"context"
	"sync"
	"time"
)

// lookEvery is how often it is looked whether something was published.
const lookEvery = time.Second

// lookMax is how long looking may take: who asks must not wait for it longer.
const lookMax = time.Second

// Edition keeps the name of what is published now. It looks at most once a
// second, and only while somebody asks.
type Edition struct {
	look func(ctx context.Context) (string, error)
	now  func() time.Time

	mu     sync.Mutex
	name   string
	known  bool
	looked time.Time
	busy   bool
}

// NewEdition keeps what look finds. An error means that it is not known.
func NewEdition(look func(ctx context.Context) (string, error), now func() time.Time) *Edition {
	return &Edition{look: look, now: now}
}

// Current names the edition; false while it is not known. One caller in a second
// looks, the others go by what was seen last.
func (e *Edition) Current() (string, bool) {
	now := e.now()
	e.mu.Lock()
	if e.busy || !e.looked.IsZero() && now.Sub(e.looked) < lookEvery {
		defer e.mu.Unlock()
		return e.name, e.known
	}
	e.busy = true
	e.mu.Unlock()

	ctx, cancel := context.WithTimeout(context.Background(), lookMax)
	defer cancel()
	name, err := e.look(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.name, e.known, e.looked, e.busy = name, err == nil, now, false
	return e.name, e.known
}
