package newsroom

import (
	"context"
	"fmt"
	"slices"

	"lianxin/model"
	"lianxin/service/store"
)

// MyStory is a case story as one of those who are asked sees it: what is asked of
// them, and, once it is theirs to judge, exactly what will be public. They learn
// nothing of what the others said.
type MyStory struct {
	ID        string
	State     model.CaseStoryState
	Topic     string
	Asked     []model.StoryConsent
	Judges    bool
	Shown     string
	Preview   *model.ArticleVersion
	Wish      string
	DueAt     string
	Live      bool
	ArticleID string
}

// MyStories lists the case stories that a person is asked about, the latest
// first. Fault: unauthenticated.
func (s *Service) MyStories(ctx context.Context, by model.Actor) ([]MyStory, error) {
	rows, err := store.From[model.StoryConsent](s.db.Read()).Where("person_id = ? AND person_id <> ''", by.PersonID).Order("asked_at DESC, id DESC").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: list own stories: %w", err)
	}
	list := []MyStory{}
	for _, row := range rows {
		if slices.ContainsFunc(list, func(m MyStory) bool { return m.ID == row.StoryID }) {
			continue
		}
		one, err := s.MyStory(ctx, by, row.StoryID)
		if err != nil {
			return nil, err
		}
		one.Preview = nil
		list = append(list, one)
	}
	return list, nil
}

// MyStory gives one of them whole. Faults: unauthenticated; not found for who is
// not asked.
func (s *Service) MyStory(ctx context.Context, by model.Actor, id string) (MyStory, error) {
	db := s.db.Read()
	c, mine, err := s.askedOf(ctx, db, by, id)
	if err != nil {
		return MyStory{}, err
	}
	names, err := s.storyNames(ctx)
	if err != nil {
		return MyStory{}, err
	}
	one := MyStory{ID: c.ID, State: c.State, Topic: names.topics[c.TopicID], Asked: mine, Shown: c.Shown, Wish: c.Wish}
	if c.DueAt != nil && !final(c.State) {
		one.DueAt = model.DayWords(*c.DueAt)
	}
	one.Judges = slices.ContainsFunc(mine, judges)
	if c.ArticleID == "" || c.ShownVersion == 0 || final(c.State) {
		return one, nil
	}
	a, err := s.articleOf(ctx, db, c)
	if err != nil {
		return MyStory{}, err
	}
	if one.Live = slices.Contains(model.ArticlePublic(), a.State); one.Live {
		one.ArticleID = a.ID
	}
	if !one.Judges || !slices.Contains([]model.CaseStoryState{model.StoryShown, model.StoryAgreed}, c.State) {
		return one, nil
	}
	v, err := store.From[model.ArticleVersion](db).Where("article_id = ? AND number = ?", c.ArticleID, c.ShownVersion).Take(ctx)
	if err != nil {
		return MyStory{}, fmt.Errorf("newsroom: read shown version: %w", err)
	}
	one.Preview = &v
	return one, nil
}
