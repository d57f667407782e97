package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// digestAt is when the daily digest goes out, as time of day in Shanghai.
const digestAt = 8*time.Hour + 30*time.Minute

// DigestTick sends each person who chose the daily digest one notice for what
// gathered until half past eight and was not read; what comes later waits for
// tomorrow. One person's digest that fails does not hold up the others.
func DigestTick(ctx context.Context, db *store.DB, now time.Time) error {
	y, m, d := now.In(model.Shanghai).Date()
	until := time.Date(y, m, d, 0, 0, 0, 0, model.Shanghai).Add(digestAt).UTC()
	if now.Before(until) {
		return nil
	}
	var people []string
	err := store.From[model.Notice](db.Read()).Select("DISTINCT person_id").Where("state = ? AND created_at < ?", model.NoticeDigest, until).Scan(ctx, &people)
	if err != nil {
		return fmt.Errorf("notice: look for digests: %w", err)
	}
	var failed error
	for _, person := range people {
		failed = errors.Join(failed, sendDigest(ctx, db, person, until, now))
	}
	return failed
}

func sendDigest(ctx context.Context, db *store.DB, personID string, until, now time.Time) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		happening := "digest/" + model.Day(now)
		sent, err := store.From[model.Notice](tx).Where("person_id = ? AND happening = ?", personID, happening).Count(ctx, "*")
		if err != nil || sent > 0 {
			return err
		}
		unread, err := store.From[model.Notice](tx).
			Where("person_id = ? AND state = ? AND created_at < ? AND read_at IS NULL", personID, model.NoticeDigest, until).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("notice: count for digest: %w", err)
		}
		n, err := store.From[model.Notice](tx).Where("person_id = ? AND state = ? AND created_at < ?", personID, model.NoticeDigest, until).
			Update(ctx, "state", model.NoticePushed)
		if err != nil {
			return fmt.Errorf("notice: gather digest: %w", err)
		}
		if n == 0 || unread == 0 {
			return nil
		}
		digest := model.Notice{
			ID: model.NewID(), PersonID: personID, Happening: happening, Template: model.TemplateTask, State: model.NoticeWaiting,
			Channel: model.ChannelInbox, Title: "每日摘要", Body: fmt.Sprintf("您有 %d 条新消息，请及时查看。", unread),
			Link: "pages/inbox/index", Thing: "群众来信每日摘要", Phrase: "待查看", CreatedAt: now,
		}
		if err := store.From[model.Notice](tx).Create(ctx, &digest); err != nil {
			return fmt.Errorf("notice: write digest: %w", err)
		}
		return outbox.Enqueue(ctx, tx, outbox.Task{Kind: TaskKind, DedupeKey: digest.ID, Payload: pushTask{digest.ID}, RunAt: now})
	})
}
