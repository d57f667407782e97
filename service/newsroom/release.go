package newsroom

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// ScheduleTask is the kind of outbox task that publishes at a time;
// HandleSchedule does it.
const ScheduleTask = "article_schedule"

type scheduleTask struct {
	ArticleID string
	At        time.Time
}

// latestSchedule is how far ahead an article can be scheduled.
const latestSchedule = 366 * 24 * time.Hour

// Schedule has an approved article published at a time. A time that was set
// before is replaced. Faults: not found, forbidden, conflict, invalid.
func (s *Service) Schedule(ctx context.Context, by model.Actor, id string, at time.Time) (model.Article, error) {
	at = at.UTC().Truncate(time.Millisecond)
	if now := s.now(); !at.After(now) || at.Sub(now) > latestSchedule {
		return model.Article{}, fault.InvalidField("at", "请选择以后的时间，最远一年。")
	}
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if a.State == model.ArticleScheduled {
			if err := s.move(ctx, tx, by, a, model.DeedUnschedule); err != nil {
				return err
			}
		}
		if err := s.checkDoors(ctx, tx, *a); err != nil {
			return err
		}
		note := model.Minute(at)
		if err := s.moveWith(ctx, tx, by, a, step{deed: model.DeedSchedule, set: map[string]any{"scheduled_at": at}, note: note}); err != nil {
			return err
		}
		a.ScheduledAt = &at
		return outbox.Enqueue(ctx, tx, outbox.Task{
			Kind: ScheduleTask, DedupeKey: a.ID + " " + at.Format(time.RFC3339Nano) + " " + s.now().Format(time.RFC3339Nano), Payload: scheduleTask{a.ID, at}, RunAt: at,
		})
	})
}

// Unschedule keeps a scheduled article from being published by itself. Faults:
// not found, forbidden, conflict.
func (s *Service) Unschedule(ctx context.Context, by model.Actor, id string) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if err := s.moveWith(ctx, tx, by, a, step{deed: model.DeedUnschedule, set: map[string]any{"scheduled_at": nil}}); err != nil {
			return err
		}
		a.ScheduledAt = nil
		return nil
	})
}

// HandleSchedule does one task of kind ScheduleTask: it publishes an article that
// still is to be published at this time.
func (s *Service) HandleSchedule(ctx context.Context, payload []byte) error {
	var task scheduleTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("newsroom: read task: %w", err))
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		by := model.SystemActor("newsroom")
		a, err := s.mine(ctx, tx, by, task.ArticleID)
		if err != nil || a.State != model.ArticleScheduled || a.ScheduledAt == nil || !a.ScheduledAt.Equal(task.At) {
			return err
		}
		return s.release(ctx, tx, by, &a)
	})
	if fault.Is(err, fault.KindNotFound) {
		return nil
	}
	return err
}

// PublishNow lets an approved article out, or tries again with one that failed.
// Faults: not found, forbidden, conflict; invalid when WeChat would not take it.
func (s *Service) PublishNow(ctx context.Context, by model.Actor, id string) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if err := s.checkDoors(ctx, tx, *a); err != nil {
			return err
		}
		return s.release(ctx, tx, by, a)
	})
}

// checkDoors refuses what cannot go through the doors that are wanted, before it
// is begun. Fault: invalid by field.
func (s *Service) checkDoors(ctx context.Context, tx *gorm.DB, a model.Article) error {
	wanted, err := s.wanted(ctx, tx, a)
	if err != nil {
		return err
	}
	if len(wanted) == 0 {
		return fault.InvalidField("feed", "请至少选择一个发布渠道。")
	}
	atWeChat := slices.ContainsFunc(wanted, func(d model.ArticleDoor) bool { return d.Door != model.DoorFeed })
	if findings := s.measure(a).Findings; atWeChat && len(findings) > 0 {
		return fault.Invalid(findings...)
	}
	return s.storyAllows(ctx, tx, a, wanted)
}

// wanted gives the doors that publishing opens.
func (s *Service) wanted(ctx context.Context, tx *gorm.DB, a model.Article) ([]model.ArticleDoor, error) {
	var wanted []model.ArticleDoor
	for _, name := range []model.Door{model.DoorFeed, model.DoorDraft, model.DoorPublication} {
		d, err := s.door(ctx, tx, a, name)
		if err != nil {
			return nil, err
		}
		if d.Wanted && (name == model.DoorFeed || s.official != nil) {
			wanted = append(wanted, d)
		}
	}
	return wanted, nil
}

// release opens the doors: our own at once, those at WeChat by a job.
func (s *Service) release(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article) error {
	if err := s.moveWith(ctx, tx, by, a, step{deed: model.DeedPublishArticle, set: map[string]any{"scheduled_at": nil}}); err != nil {
		return err
	}
	a.ScheduledAt = nil
	if err := s.dropPreview(ctx, tx, a.ID); err != nil {
		return err
	}
	wanted, err := s.wanted(ctx, tx, *a)
	if err != nil {
		return err
	}
	for i := range wanted {
		if err := s.openDoor(ctx, tx, a, &wanted[i]); err != nil {
			return err
		}
		if wanted[i].Door == model.DoorFeed && a.State == model.ArticlePublishing {
			if err := s.move(ctx, tx, by, a, model.DeedGoLive); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) openDoor(ctx context.Context, tx *gorm.DB, a *model.Article, d *model.ArticleDoor) error {
	switch {
	case d.State == model.DoorOpen, d.State == model.DoorWorking, d.State == model.DoorSubmitted:
		return nil
	case d.Door == model.DoorFeed:
		return s.openFeed(ctx, tx, a)
	case d.State == model.DoorIdle, d.State == model.DoorClosed:
		return s.beginDoor(ctx, tx, *a, d, model.DeedBegin, assign{})
	}
	return s.beginAgain(ctx, tx, *a, d)
}
