package follow

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// Turn moves every follow of a representative whose qualification ends to the
// successor, or without one to the area they were elected for, in the transaction
// of the end. Who follows that already keeps one follow. The followers are told by
// a task.
func Turn(ctx context.Context, tx *gorm.DB, from model.Representative, successorID string, now time.Time) error {
	kind, target := model.FollowRepresentative, successorID
	if successorID == "" {
		kind, target = model.FollowArea, from.AreaID
	}
	old := func() store.Query[model.Follow] {
		return store.From[model.Follow](tx).Where("kind = ? AND target_id = ?", model.FollowRepresentative, from.ID)
	}
	n, err := old().Count(ctx, "*")
	if err != nil || n == 0 {
		return err
	}
	var twice []string
	if err := store.From[model.Follow](tx).Select("person_id").Where("kind = ? AND target_id = ?", kind, target).
		Where("person_id IN (SELECT person_id FROM follows WHERE kind = ? AND target_id = ?)", model.FollowRepresentative, from.ID).Scan(ctx, &twice); err != nil {
		return fmt.Errorf("follow: find who follows both: %w", err)
	}
	for len(twice) > 0 {
		part := twice[:min(batch, len(twice))]
		twice = twice[len(part):]
		if _, err := old().Where("person_id IN ?", part).Delete(ctx); err != nil {
			return fmt.Errorf("follow: join two follows: %w", err)
		}
		// They are told as well: what they followed is one thing now.
		if _, err := store.From[model.Follow](tx).Where("kind = ? AND target_id = ? AND person_id IN ?", kind, target, part).Update(ctx, "former_id", from.ID); err != nil {
			return fmt.Errorf("follow: note the turnover: %w", err)
		}
	}
	if _, err := old().Set(clause.Assignments(map[string]any{"kind": kind, "target_id": target, "former_id": from.ID})).Update(ctx); err != nil {
		return fmt.Errorf("follow: move: %w", err)
	}
	return outbox.Enqueue(ctx, tx, outbox.Task{Kind: TurnoverTask, DedupeKey: from.ID, Payload: turnoverTask{from.ID}, RunAt: now})
}

// HandleTurnover does one task of kind TurnoverTask: it tells who followed
// somebody that they have gone, and whom the follow is about now.
func (s *Service) HandleTurnover(ctx context.Context, payload []byte) error {
	var task turnoverTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("follow: read task: %w", err))
	}
	former, err := store.From[model.Representative](s.db.Read()).Where("id = ?", task.RepresentativeID).Take(ctx)
	if store.IsAbsent(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("follow: find who left: %w", err)
	}
	moved, err := store.From[model.Follow](s.db.Read()).Where("former_id = ?", former.ID).Limit(1).Find(ctx)
	if err != nil || len(moved) == 0 {
		return err
	}
	now, err := s.card(ctx, moved[0])
	if err != nil {
		return err
	}
	name, link := now.Name, "pages/index/index"
	if now.Kind == model.FollowRepresentative {
		name, link = now.Name+"代表", "pages/representative/profile?id="+now.TargetID
	}
	return s.tellEach(ctx, func(q store.Query[model.Follow]) store.Query[model.Follow] {
		return q.Where("former_id = ?", former.ID)
	}, func(model.Follow) model.Notice {
		return model.Notice{
			Happening: "follow/turnover/" + former.ID, Template: model.TemplateNews, Title: "您关注的代表有变动",
			Body: former.Name + "代表不再履职，您的关注已改为" + name + "。不想再关注，可以随时取消。", Hint: "您的关注已改为" + name,
			Link: link, Thing: former.Name + "代表不再履职", Name: name,
		}
	})
}
