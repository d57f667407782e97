package sample

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// carryOut does what follows from a happening until nothing is left to do:
// texts are checked, clocks act, notices go out.
func (t *town) carryOut(ctx context.Context) error {
	for {
		if err := t.pushNotices(ctx); err != nil {
			return err
		}
		n, err := t.outbox.Tick(ctx)
		if err != nil {
			return fmt.Errorf("dispatch: %w", err)
		}
		if err := t.failed.first(); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

// pushNotices takes all waiting notices as pushed, but for people whom no push
// reaches: who gave no permission, and who is not on WeChat at all.
func (t *town) pushNotices(ctx context.Context) error {
	waiting, err := gorm.G[model.Notice](t.DB.Read()).Where("state IN ?", []model.NoticeState{model.NoticeWaiting, model.NoticeDigest}).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("look for notices: %w", err)
	}
	if waiting == 0 {
		return nil
	}
	err = store.InTx(ctx, t.DB, t.markNotices)
	if err != nil {
		return fmt.Errorf("push notices: %w", err)
	}
	return nil
}

func (t *town) markNotices(ctx context.Context, tx *gorm.DB) error {
	now := t.clock.now()
	onWeChat := tx.Model(&model.WeChatIdentity{}).Select("person_id")
	if _, err := gorm.G[model.Notice](tx).
		Where("state = ? AND (person_id IN ? OR person_id NOT IN (?))", model.NoticeWaiting, t.quiet, onWeChat).
		Update(ctx, "state", model.NoticeUnreachable); err != nil {
		return fmt.Errorf("mark unreachable: %w", err)
	}
	if _, err := gorm.G[model.Person](tx).Where("id IN ? AND unreachable_since IS NULL", t.quiet).
		Update(ctx, "unreachable_since", now); err != nil {
		return fmt.Errorf("mark people: %w", err)
	}
	if _, err := gorm.G[model.Notice](tx).Where("state IN ?", []model.NoticeState{model.NoticeWaiting, model.NoticeDigest}).
		Set(clause.Assignments(map[string]any{
			"state": model.NoticePushed, "channel": model.ChannelSubscribe, "pushed_at": gorm.Expr("created_at"),
		})).Update(ctx); err != nil {
		return fmt.Errorf("mark pushed: %w", err)
	}
	if _, err := gorm.G[model.Task](tx).Where("kind = ? AND state = ?", notice.TaskKind, model.TaskReady).
		Set(clause.Assignments(map[string]any{"state": model.TaskDone, "attempts": 1, "ended_at": now})).Update(ctx); err != nil {
		return fmt.Errorf("end tasks: %w", err)
	}
	return nil
}
