package message

import (
	"context"
	"fmt"
	"strings"

	"lianxin/model"
	"lianxin/service/store"
)

// Edition names the state of the published answers: it changes when one is
// published or withdrawn.
func (s *Service) Edition(ctx context.Context) (string, error) {
	var edition strings.Builder
	for _, column := range []string{"published_at", "withdrawn_at"} {
		last, err := store.From[model.AnsweredCard](s.db.Read()).Select(column).Where(column + " IS NOT NULL").Order(column + " DESC").Limit(1).Find(ctx)
		if err != nil {
			return "", fmt.Errorf("message: read edition: %w", err)
		}
		for _, card := range last {
			fmt.Fprint(&edition, card.PublishedAt.UnixMilli(), " ")
			if card.WithdrawnAt != nil {
				fmt.Fprint(&edition, card.WithdrawnAt.UnixMilli())
			}
		}
	}
	return edition.String(), nil
}
