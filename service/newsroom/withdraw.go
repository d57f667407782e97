package newsroom

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// Withdraw takes an article down everywhere: from our own feed at once, at WeChat
// by a job for each door. A mass send that is not confirmed is cancelled. Faults:
// not found, forbidden, conflict, invalid.
func (s *Service) Withdraw(ctx context.Context, by model.Actor, id, reason string) (model.Article, error) {
	reason, err := reasonOf("reason", reason)
	if err != nil {
		return model.Article{}, err
	}
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		return s.withdraw(ctx, tx, by, a, reason)
	})
}

func (s *Service) withdraw(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article, reason string) error {
	now := s.now()
	set := map[string]any{"reason": reason, "withdrawn_at": now, "scheduled_at": nil}
	if err := s.moveWith(ctx, tx, by, a, step{deed: model.DeedWithdrawNews, set: set, note: reason}); err != nil {
		return err
	}
	a.Reason, a.WithdrawnAt = reason, &now
	if err := s.cancelAsked(ctx, tx, a.ID); err != nil {
		return err
	}
	if _, err := s.door(ctx, tx, *a, model.DoorFeed); err != nil { // also what the system brought along has one now
		return err
	}
	doors, err := store.From[model.ArticleDoor](tx).Where("article_id = ?", a.ID).Find(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: read doors: %w", err)
	}
	for i := range doors {
		if err := s.shut(ctx, tx, &doors[i]); err != nil {
			return err
		}
	}
	return nil
}

// shut closes a door: at once where nothing is at WeChat.
func (s *Service) shut(ctx context.Context, tx *gorm.DB, d *model.ArticleDoor) error {
	none := d.DraftID == "" && d.JobID == "" && d.RemoteID == ""
	switch {
	case d.State == model.DoorClosed, d.State == model.DoorClosing:
		return nil
	case d.Door == model.DoorFeed:
		if d.State != model.DoorOpen {
			return s.setDoor(ctx, tx, d, assign{"state": model.DoorClosed})
		}
		return s.moveDoor(ctx, tx, d, model.DeedCloseUp, assign{})
	case d.State == model.DoorIdle && none:
		return s.moveDoor(ctx, tx, d, model.DeedCloseUp, assign{})
	case d.State == model.DoorIdle:
		return s.beginClosing(ctx, tx, d)
	}
	return s.closeDoor(ctx, tx, d, assign{"again": false})
}

// beginClosing closes a door that is only a preview's.
func (s *Service) beginClosing(ctx context.Context, tx *gorm.DB, d *model.ArticleDoor) error {
	if err := s.setDoor(ctx, tx, d, assign{"state": model.DoorClosing, "round": d.Round + 1}); err != nil {
		return err
	}
	return s.enqueue(ctx, tx, *d)
}

// takeBack does the next step of closing a door: what is public is deleted; what
// may become so is waited for; a draft is deleted.
func (s *Service) takeBack(ctx context.Context, p *pass) error {
	switch {
	case p.door.Door == model.DoorMassSend:
		return s.takeBackMassSend(ctx, p)
	case p.door.RemoteID != "":
		return s.unpublish(ctx, p)
	case p.door.JobID != "":
		return s.takeBackJob(ctx, p)
	case p.door.Step == model.StepAsking:
		return s.takeBackUnknown(ctx, p)
	case p.door.DraftID != "":
		return s.takeBackDraft(ctx, p)
	}
	return s.closedUp(ctx, p)
}

func (s *Service) closedUp(ctx context.Context, p *pass) error {
	return s.end(ctx, p, model.DeedCloseUp, assign{"problem": ""})
}

// stuck ends an attempt to take back with words for the editor, and what may pass
// is tried again.
func (s *Service) stuck(ctx context.Context, p *pass, err error) error {
	if ctx.Err() != nil {
		return err
	}
	f := fault.Of(err)
	if f != nil && !errors.Is(err, ErrBusy) && f.Kind != fault.KindUnavailable {
		return s.stick(ctx, p, f.Words)
	}
	if s.since(p.door.BegunAt) > patience {
		return s.stick(ctx, p, "微信 24 小时没有响应。")
	}
	return err
}

func (s *Service) stick(ctx context.Context, p *pass, words string) error {
	return s.end(ctx, p, model.DeedStick, assign{"problem": clip("没能自动撤下："+words+"请登录公众平台 mp.weixin.qq.com 手动删除，或稍后点“重试”。", problemMax)})
}

func (s *Service) unpublish(ctx context.Context, p *pass) error {
	if err := s.official.Unpublish(ctx, p.door.RemoteID); err != nil && !errors.Is(err, ErrGone) {
		return s.stuck(ctx, p, err)
	}
	return s.closedUp(ctx, p)
}

// takeBackJob waits for a publication that is under way, to delete it then.
func (s *Service) takeBackJob(ctx context.Context, p *pass) error {
	got, err := s.official.Publication(ctx, p.door.JobID)
	switch {
	case err != nil:
		return s.stuck(ctx, p, err)
	case got.Outcome == OutcomeRunning:
		return outbox.Later(s.pause(p.door.AskedAt), errAwaited)
	case got.Outcome == OutcomeDone:
		return s.set(ctx, p, assign{"remote_id": got.RemoteID, "link": got.Address})
	}
	return s.takeBackDraft(ctx, p)
}

// takeBackUnknown is for a submission of which nobody knows what became.
func (s *Service) takeBackUnknown(ctx context.Context, p *pass) error {
	found, err := s.find(ctx, p)
	if err != nil {
		return s.stuck(ctx, p, err)
	}
	if found != nil {
		return s.set(ctx, p, assign{"remote_id": found.RemoteID, "link": found.Address})
	}
	if s.since(p.door.AskedAt) < certainAfter {
		return outbox.Later(s.pause(p.door.AskedAt), errAwaited)
	}
	there, err := s.official.HasDraft(ctx, p.door.DraftID)
	if err != nil {
		return s.stuck(ctx, p, err)
	}
	if !there {
		return s.stick(ctx, p, "提交发布时没有收到微信的答复，草稿已不在草稿箱里。")
	}
	return s.takeBackDraft(ctx, p)
}

// takeBackDraft deletes a draft. One that is gone may have been published by hand:
// then that is deleted.
func (s *Service) takeBackDraft(ctx context.Context, p *pass) error {
	if p.door.DraftID == "" {
		return s.closedUp(ctx, p)
	}
	err := s.official.DeleteDraft(ctx, p.door.DraftID)
	switch {
	case errors.Is(err, ErrGone):
		found, err := s.find(ctx, p)
		if err != nil {
			return s.stuck(ctx, p, err)
		}
		if found != nil {
			return s.set(ctx, p, assign{"remote_id": found.RemoteID, "link": found.Address})
		}
		return s.closedUp(ctx, p)
	case err != nil:
		return s.stuck(ctx, p, err)
	}
	return s.closedUp(ctx, p)
}

// Correction is a correction of a live article: the note that readers see, and
// the text as it is to be. Text.Revision is the one that the editor read.
type Correction struct {
	Note string
	Text Text
}

// noteMax is how long the note of a correction may be, in characters.
const noteMax = 300

// Correct corrects a live article: our own feed shows it at once, with the note
// and the day; a draft in WeChat's box is brought up to date. WeChat cannot change
// what it published: that door says so, and Retry makes a new publication. Who
// approved the article last cannot correct it: writer and reviewer are never the
// same person. Faults: not found, forbidden, conflict, invalid.
func (s *Service) Correct(ctx context.Context, by model.Actor, id string, c Correction) (Saved, error) {
	text, err := c.Text.clean()
	if err != nil {
		return Saved{}, err
	}
	if c.Note, err = reasonOf("note", c.Note); err != nil {
		return Saved{}, err
	}
	if len([]rune(c.Note)) > noteMax {
		return Saved{}, fault.Invalid(tooLong("note", "更正说明", 1, noteMax))
	}
	var saved Saved
	_, err = s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if err := correctable(ctx, tx, by, *a, c.Text.Revision); err != nil {
			return err
		}
		text := text
		dropped, err := s.keepPictures(ctx, tx, by, *a, &text)
		if err != nil {
			return err
		}
		if err := s.rewrite(ctx, tx, by, a, text, c.Note); err != nil {
			return err
		}
		saved = s.saved(*a, c.Text, dropped)
		return s.renewDoors(ctx, tx, *a)
	})
	return saved, err
}

// correctable refuses a correction that the actor may not make. Faults:
// forbidden, conflict.
func correctable(ctx context.Context, tx *gorm.DB, by model.Actor, a model.Article, revision int) error {
	if !slices.Contains(model.ArticlePublic(), a.State) {
		return notNow(a.State)
	}
	if a.ReviewerID != "" && a.ReviewerID == by.PersonID {
		return fault.Forbidden("您是这篇文章的审核人，请由另一位同事更正。")
	}
	if a.Revision != revision {
		return errChanged()
	}
	story, err := isStory(ctx, tx, a.ID)
	if err == nil && story {
		return fault.Conflict("典型案例的每一字都经居民确认，不能直接更正。请撤下后重新请居民确认。")
	}
	return err
}

// rewrite replaces the text of a live article.
func (s *Service) rewrite(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article, text Text, note string) error {
	now := s.now()
	if err := s.write(ctx, tx, by, a, text); err != nil {
		return err
	}
	if err := presentable(*a); err != nil {
		return err
	}
	if err := s.keepVersion(ctx, tx, a, model.VersionCorrect, by.PersonID, by.Name); err != nil {
		return err
	}
	if err := s.moveWith(ctx, tx, by, a, step{deed: model.DeedCorrect, set: map[string]any{"correction": note, "corrected_at": now}, note: note}); err != nil {
		return err
	}
	a.Correction, a.CorrectedAt = note, &now
	return nil
}

const correctedWords = "微信不能修改已发布的文章，公众号上还是更正前的内容。点“重新发布”会先删除旧文章，再发布更正后的文章（链接会变）。"

// renewDoors brings the doors up to a corrected text as far as that can be done.
func (s *Service) renewDoors(ctx context.Context, tx *gorm.DB, a model.Article) error {
	doors, err := store.From[model.ArticleDoor](tx).Where("article_id = ?", a.ID).Find(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: read doors: %w", err)
	}
	for i := range doors {
		d := &doors[i]
		switch {
		case d.State == model.DoorByHand, d.Door == model.DoorDraft && d.State == model.DoorOpen:
			err = s.renewDraft(ctx, tx, a, d)
		case d.State != model.DoorOpen && d.State != model.DoorSubmitted:
		case d.Door == model.DoorFeed:
			err = s.setDoor(ctx, tx, d, assign{"version": a.Version})
		case d.Door == model.DoorPublication:
			err = s.setDoor(ctx, tx, d, assign{"problem": correctedWords})
		case d.Door == model.DoorMassSend:
			err = s.setDoor(ctx, tx, d, assign{"problem": "微信不能修改已群发的文章，收到的人看到的还是更正前的内容。"})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
