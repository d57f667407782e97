package sample

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/follow"
	"lianxin/service/message"
	people "lianxin/service/roster"
	"lianxin/service/store"
)

// carryOut does what follows from a happening: texts are checked, clocks act, followers
// hear of articles.
// It plays the dispatcher of the outbox by itself, in the order of time and
// without a claim for each task, because nobody else works on the database yet:
// that makes the story the same every time, and short. Notices wait for closeBooks.
func (t *town) carryOut(ctx context.Context) error {
	tasks, err := store.From[model.Task](t.DB.Read()).
		Where("state = ? AND run_at <= ? AND kind IN ?", model.TaskReady, t.clock.now(), []string{message.ScreenTask, deadline.TaskKind, follow.ArticleTask, people.IntroductionTask}).
		Order("run_at, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("look for tasks: %w", err)
	}
	for _, task := range tasks {
		if t.carried[task.ID] {
			continue
		}
		handle := t.messages.HandleScreen
		switch task.Kind {
		case deadline.TaskKind:
			handle = t.messages.HandleDeadline
		case follow.ArticleTask:
			handle = t.follows.HandleArticle
		case people.IntroductionTask:
			handle = t.desk.HandleIntroduction
		}
		if err := handle(ctx, []byte(task.Payload)); err != nil {
			return fmt.Errorf("do %s: %w", task.Kind, err)
		}
		t.carried[task.ID] = true
	}
	return nil
}

// closeBooks notes what was carried out, and takes the notices so far as pushed
// when they were written, but for people whom no push reaches: who gave no
// permission, and who is not on WeChat at all.
func (t *town) closeBooks(ctx context.Context) error {
	if err := store.InTx(ctx, t.DB, t.noteDone); err != nil {
		return fmt.Errorf("close the books: %w", err)
	}
	clear(t.carried)
	return nil
}

func (t *town) noteDone(ctx context.Context, tx *gorm.DB) error {
	onWeChat := tx.Model(&model.WeChatIdentity{}).Select("person_id")
	if _, err := store.From[model.Notice](tx).
		Where("state = ? AND (person_id IN ? OR person_id NOT IN (?))", model.NoticeWaiting, t.quiet, onWeChat).
		Update(ctx, "state", model.NoticeUnreachable); err != nil {
		return fmt.Errorf("mark unreachable: %w", err)
	}
	if _, err := store.From[model.Person](tx).Where("id IN ? AND unreachable_since IS NULL", t.quiet).
		Update(ctx, "unreachable_since", t.clock.now()); err != nil {
		return fmt.Errorf("mark people: %w", err)
	}
	if _, err := store.From[model.Notice](tx).Where("state IN ?", []model.NoticeState{model.NoticeWaiting, model.NoticeDigest}).
		Set(clause.Assignments(map[string]any{
			"state": model.NoticePushed, "channel": model.ChannelSubscribe, "pushed_at": gorm.Expr("created_at"),
		})).Update(ctx); err != nil {
		return fmt.Errorf("mark pushed: %w", err)
	}
	if _, err := store.From[model.Task](tx).Where("state = ?", model.TaskReady).
		Set(clause.Assignments(map[string]any{"state": model.TaskDone, "attempts": 1, "ended_at": gorm.Expr("run_at")})).Update(ctx); err != nil {
		return fmt.Errorf("end tasks: %w", err)
	}
	return nil
}
