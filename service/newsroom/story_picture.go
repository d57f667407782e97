package newsroom

import (
	"context"
	"fmt"
	"slices"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// StoryPictures lists the pictures of a story's message that passed the content
// check. They show people as they are: an article shows them only after faces
// and plates were covered, and that somebody looked is shown to the resident. Faults: not found, forbidden, conflict before
// everybody agreed.
func (s *Service) StoryPictures(ctx context.Context, by model.Actor, id string) ([]model.Picture, error) {
	c, err := s.story(ctx, s.db.Read(), by, id)
	if err != nil {
		return nil, err
	}
	if !by.PermitsIn(model.PermitArticleWrite, c.AreaPath) {
		return nil, fault.Forbidden("您没有这项操作的权限。")
	}
	if !slices.Contains([]model.CaseStoryState{model.StoryWriting, model.StoryShown, model.StoryAgreed}, c.State) {
		return nil, fault.Conflict("各方同意以后才能使用来信的图片。")
	}
	pictures, err := store.From[model.Picture](s.db.Read()).Where("message_id = ? AND screening = ?", c.MessageID, model.ScreeningShown).Order("created_at, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: list pictures of story: %w", err)
	}
	if len(pictures) == 0 {
		return nil, nil
	}
	look, sight := readsFor(by, c)
	return pictures, audit.Seen(ctx, s.db, by, look, sight, s.now())
}

// StoryPicture gives one of them. Faults as with StoryPictures.
func (s *Service) StoryPicture(ctx context.Context, by model.Actor, id, pictureID string) (model.Picture, error) {
	pictures, err := s.StoryPictures(ctx, by, id)
	if err != nil {
		return model.Picture{}, err
	}
	at := slices.IndexFunc(pictures, func(p model.Picture) bool { return p.ID == pictureID })
	if at < 0 {
		return model.Picture{}, fault.NotFound("这张图片")
	}
	return pictures[at], nil
}
