package newsroom

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// takenBackWords is why an article is withdrawn whose people took back their word.
const takenBackWords = "当事人撤回了授权。"

// takeStoryBack ends a story somebody took their word back on: its article is
// withdrawn everywhere, and a clock runs until it is down.
func (s *Service) takeStoryBack(ctx context.Context, tx *gorm.DB, by model.Actor, c *model.CaseStory) error {
	due, err := deadline.DueBy(ctx, tx, c.AreaPath, model.DeadlineStoryTakeDown, s.now())
	if err != nil {
		return err
	}
	set := map[string]any{"reason": takenBackWords, "due_at": due, "agreed": ""}
	if err := s.moveStory(ctx, tx, by, c, storyStep{deed: model.DeedStoryTakeBack, set: set, note: takenBackWords}); err != nil {
		return err
	}
	c.DueAt = &due
	if err := s.withdrawArticleOf(ctx, tx, *c, takenBackWords); err != nil {
		return err
	}
	return s.tellWriters(ctx, tx, *c, storyTelling{"taken-back", "典型案例的授权已撤回", "文章正在各渠道撤下，请在期限前核对确实都已撤下。"})
}

func (s *Service) withdrawArticleOf(ctx context.Context, tx *gorm.DB, c model.CaseStory, reason string) error {
	if c.ArticleID == "" {
		return nil
	}
	a, err := s.articleOf(ctx, tx, c)
	if err != nil || a.State == model.ArticleWithdrawn {
		return err
	}
	system := model.SystemActor("newsroom")
	if a.State == model.ArticleInReview {
		// Who reviews it has nothing left to decide.
		if err := s.move(ctx, tx, system, &a, model.DeedRevise); err != nil {
			return err
		}
	}
	return s.withdraw(ctx, tx, system, &a, reason)
}

// DropStory gives a story up: its article is withdrawn, and nobody is asked any
// more. Faults: not found, forbidden, conflict, invalid.
func (s *Service) DropStory(ctx context.Context, by model.Actor, id, reason string) error {
	reason, err := reasonOf("reason", reason)
	if err != nil {
		return err
	}
	return s.changeStory(ctx, by, id, func(ctx context.Context, tx *gorm.DB, c *model.CaseStory) error {
		if err := s.moveStory(ctx, tx, by, c, storyStep{deed: model.DeedStoryDrop, set: map[string]any{"reason": reason, "due_at": nil}, note: reason}); err != nil {
			return err
		}
		return s.withdrawArticleOf(ctx, tx, *c, reason)
	})
}

// HandleStoryEnd does one task of kind model.StoryEndTask: it takes the story of a
// message down whose person is erased, and forgets what they wished for in it. It
// may be done again.
func (s *Service) HandleStoryEnd(ctx context.Context, payload []byte) error {
	var task model.StoryEnd
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("newsroom: read task: %w", err))
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		c, err := store.From[model.CaseStory](tx).Where("message_id = ?", task.MessageID).Take(ctx)
		if store.IsAbsent(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("newsroom: find story of message: %w", err)
		}
		if _, err := store.From[model.CaseStory](tx).Where("id = ?", c.ID).Update(ctx, "wish", ""); err != nil {
			return fmt.Errorf("newsroom: forget wish: %w", err)
		}
		if final(c.State) {
			return nil
		}
		by := model.SystemActor("erasure")
		if c.State == model.StoryAsking {
			return s.moveStory(ctx, tx, by, &c, storyStep{deed: model.DeedStoryDecline, set: map[string]any{"due_at": nil}})
		}
		return s.takeStoryBack(ctx, tx, by, &c)
	})
}

// storyAllows refuses to let a case story out that its resident did not agree to
// as it is, or through a door that somebody did not agree to. Other articles pass.
// Faults: conflict; invalid by the name of the door.
func (s *Service) storyAllows(ctx context.Context, tx *gorm.DB, a model.Article, doors []model.ArticleDoor) error {
	c, err := store.From[model.CaseStory](tx).Where("article_id = ?", a.ID).Take(ctx)
	if store.IsAbsent(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("newsroom: find story of article: %w", err)
	}
	if c.State != model.StoryAgreed || c.Agreed != fingerprint(a) {
		return fault.Conflict("居民还没有确认这一稿典型案例，不能发布。请在“典型案例”中请居民看过。")
	}
	consents, err := consentsOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	open := openChannels(consents)
	var wrong []fault.Field
	for _, d := range doors {
		if channel := channelOf(d.Door); !slices.Contains(open, channel) {
			wrong = append(wrong, fault.Field{Name: string(d.Door), Reason: "没有得到在" + model.StoryChannelWords(channel) + "刊登的全部授权，请去掉这个渠道。"})
		}
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// storyMayBeSeen refuses to let a case story leave the house, even to one person,
// before somebody checked that this text tells nobody's name, number or face.
// Other articles pass. Fault: conflict.
func (s *Service) storyMayBeSeen(ctx context.Context, a model.Article) error {
	c, err := store.From[model.CaseStory](s.db.Read()).Where("article_id = ?", a.ID).Take(ctx)
	if store.IsAbsent(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("newsroom: find story of article: %w", err)
	}
	switch c.State {
	case model.StoryDeclined, model.StoryDropped, model.StoryWithdrawn:
		return fault.Conflict("这个典型案例的授权没有得到或已经收回，不能再发给任何人看。")
	case model.StoryAsking, model.StoryWriting, model.StoryShown, model.StoryAgreed:
	}
	if c.Checked == "" || c.Checked != fingerprint(a) {
		return fault.Conflict("这一稿典型案例还没有人核对过遮盖，不能发到微信，预览也不行。请先在“典型案例”中核对，再发送预览。")
	}
	return nil
}

// isStory reports whether an article belongs to a case story.
func isStory(ctx context.Context, tx *gorm.DB, articleID string) (bool, error) {
	n, err := store.From[model.CaseStory](tx).Where("article_id = ?", articleID).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("newsroom: look for story: %w", err)
	}
	return n > 0, nil
}

func channelOf(d model.Door) model.StoryChannel {
	if d == model.DoorFeed {
		return model.ChannelMiniProgram
	}
	return model.ChannelOfficialAccount
}

// storiesAtOnce is how many stories one round of the clocks looks at.
const storiesAtOnce = 100

// StoryTick carries out what the clocks of case stories say: silence ends the
// asking, a preview nobody looked at goes back, and a story that was taken back
// is done once every door is closed. One that is not down in time is told.
func (s *Service) StoryTick(ctx context.Context) error {
	due, err := store.From[model.CaseStory](s.db.Read()).
		Where("(state IN ? AND due_at < ?) OR (state = ? AND taken_down_at IS NULL)", []model.CaseStoryState{model.StoryAsking, model.StoryShown}, s.now(), model.StoryWithdrawn).
		Order("due_at, id").Limit(storiesAtOnce).Find(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: look for due stories: %w", err)
	}
	for _, c := range due {
		if err := s.onTime(ctx, c.ID); err != nil && !fault.Is(err, fault.KindConflict) {
			return err
		}
	}
	return nil
}

func (s *Service) onTime(ctx context.Context, id string) error {
	by := model.SystemActor("newsroom")
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		c, err := s.story(ctx, tx, by, id)
		if err != nil {
			return err
		}
		late := c.DueAt != nil && c.DueAt.Before(s.now())
		switch {
		case c.State == model.StoryWithdrawn:
			return s.lookDown(ctx, tx, c, late)
		case !late:
			return nil
		}
		if err := s.moveStory(ctx, tx, by, &c, storyStep{deed: model.DeedStoryTimeOut, set: map[string]any{"due_at": nil}}); err != nil {
			return err
		}
		return s.tellWriters(ctx, tx, c, storyTelling{"late-" + string(c.State) + "-" + model.Day(s.now()), "典型案例没有等到答复", "期限内没有收到答复，按不同意处理。"})
	})
}

// lookDown notes that a withdrawn story is down everywhere, or tells that it is late.
func (s *Service) lookDown(ctx context.Context, tx *gorm.DB, c model.CaseStory, late bool) error {
	up, err := store.From[model.ArticleDoor](tx).Where("article_id = ? AND state NOT IN ?", c.ArticleID, []model.DoorState{model.DoorIdle, model.DoorClosed}).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("newsroom: look at doors: %w", err)
	}
	if up == 0 {
		if _, err := store.From[model.CaseStory](tx).Where("id = ?", c.ID).Update(ctx, "taken_down_at", s.now()); err != nil {
			return fmt.Errorf("newsroom: note taking down: %w", err)
		}
		return s.noteStory(ctx, tx, model.SystemActor("newsroom"), c, "case_story.taken_down", "")
	}
	if !late {
		return nil
	}
	return s.tellWriters(ctx, tx, c, storyTelling{"not-down", "典型案例还没有全部撤下", "已到撤下期限，仍有渠道没有撤下，请立即到文章页处理。"})
}
