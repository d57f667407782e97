package account

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// usesMax bounds how many sessions are remembered between two notes; what is
// beyond it is noted the next time it is used.
const usesMax = 100_000

// uses remembers which sessions were used lately, so that reading does not have
// to write each time.
type uses struct {
	mu   sync.Mutex
	seen map[string]struct{}
}

func (u *uses) note(sessionID string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.seen == nil {
		u.seen = map[string]struct{}{}
	}
	if len(u.seen) < usesMax {
		u.seen[sessionID] = struct{}{}
	}
}

func (u *uses) take() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	ids := make([]string, 0, len(u.seen))
	for id := range u.seen {
		ids = append(ids, id)
	}
	u.seen = nil
	return ids
}

// usesAtOnce is how many sessions one statement notes.
const usesAtOnce = 500

// NoteUses writes down when sessions were last used that this replica saw since
// it was last called, and says how many; every replica calls it about once a
// minute, so that a list of sessions is true to the minute.
func (s *Service) NoteUses(ctx context.Context) (int, error) {
	ids := s.uses.take()
	slices.Sort(ids)
	minute := s.now().Truncate(time.Minute)
	for part := range slices.Chunk(ids, usesAtOnce) {
		err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
			_, err := store.From[model.Session](tx).Where("id IN ? AND (last_used_at IS NULL OR last_used_at < ?)", part, minute).Update(ctx, "last_used_at", minute)
			if err != nil {
				return fmt.Errorf("account: note uses: %w", err)
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
