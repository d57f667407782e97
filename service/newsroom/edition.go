package newsroom

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/store"
)

// Edition names the state of what is published: it changes with every article
// that is added, changed or withdrawn.
func (s *Service) Edition(ctx context.Context) (string, error) {
	last, err := store.From[model.Article](s.db.Read()).Select("updated_at").Order("updated_at DESC").Limit(1).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("newsroom: read edition: %w", err)
	}
	if len(last) == 0 {
		return "", nil
	}
	return last[0].UpdatedAt.UTC().String(), nil
}
