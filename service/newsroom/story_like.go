package newsroom

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/store"
)

// LikeThis tells what a message begins with of somebody who has a matter like
// that of a case story: the topic, and the representative it tells of. Either is
// empty when it is not known.
func (s *Service) LikeThis(ctx context.Context, articleID string) (topicID, representativeID string, err error) {
	db := s.db.Read()
	c, err := store.From[model.CaseStory](db).Where("article_id = ?", articleID).Take(ctx)
	if err == nil {
		return c.TopicID, c.RepresentativeID, nil
	}
	if !store.IsAbsent(err) {
		return "", "", fmt.Errorf("newsroom: find story of article: %w", err)
	}
	links, err := store.From[model.ArticleRepresentative](db).Where("article_id = ?", articleID).Order("representative_id").Limit(1).Find(ctx)
	if err != nil {
		return "", "", fmt.Errorf("newsroom: find representative of article: %w", err)
	}
	if len(links) == 0 {
		return "", "", nil
	}
	return "", links[0].RepresentativeID, nil
}
