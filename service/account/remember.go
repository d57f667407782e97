package account

import (
	"slices"
	"sync"
	"time"

	"lianxin/model"
)

// rememberFor is how long it is remembered who holds a token. Within it, what
// another replica took away still holds here; what this process changes counts
// at once (docs/adr/0022).
const rememberFor = 2 * time.Second

// rememberMax bounds how many tokens are remembered.
const rememberMax = 20_000

// identifying are the tables that say who somebody is.
var identifying = []string{"sessions", "grants", "people", "staff_accounts"}

// holders remembers who holds a token, by its hash.
type holders struct {
	mu     sync.Mutex
	byHash map[string]remembered
}

type remembered struct {
	actor   model.Actor
	changes uint64
	at      time.Time
}

func (k *holders) find(hash string, changes uint64, now time.Time) (model.Actor, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r, ok := k.byHash[hash]
	if age := now.Sub(r.at); !ok || r.changes != changes || age < 0 || age >= rememberFor {
		return model.Actor{}, false
	}
	// Everybody gets their own list: nobody can add to what others may.
	r.actor.Grants = slices.Clone(r.actor.Grants)
	return r.actor, true
}

func (k *holders) keep(hash string, r remembered) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byHash == nil || len(k.byHash) >= rememberMax {
		k.byHash = map[string]remembered{}
	}
	r.actor.Grants = slices.Clone(r.actor.Grants)
	k.byHash[hash] = r
}
