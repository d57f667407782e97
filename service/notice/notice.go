// Package notice tells people what happened: a notice is written in the
// transaction of its cause and pushed afterwards by the best channel that is
// open to the person, with the others as fallback. The inbox always has it.
// One happening makes one notice, and one push at most.
package notice

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// TaskKind is the kind of outbox task that pushes a notice.
const TaskKind = "notice"

type pushTask struct{ NoticeID string }

// SendToRole writes a notice to everybody who has a role for an area or one above
// it, as Send does to one.
func SendToRole(ctx context.Context, tx *gorm.DB, role model.Role, areaPath string, n model.Notice, now time.Time) error {
	grants, err := store.From[model.Grant](tx).Where("role = ? AND area_path IN ?", role, model.AreaPathsDownTo(areaPath)).Find(ctx)
	if err != nil {
		return fmt.Errorf("notice: find %s of %s: %w", role, areaPath, err)
	}
	for _, g := range grants {
		n.PersonID = g.PersonID
		if err := Send(ctx, tx, n, now); err != nil {
			return err
		}
	}
	return nil
}

// Send writes a notice to one person in the transaction of its cause. ID,
// State and times are set here. A happening the person was told of before
// changes nothing. Who chose the daily digest is not pushed to now, but for what is
// told to one account only.
func Send(ctx context.Context, tx *gorm.DB, n model.Notice, now time.Time) error {
	if n.PersonID == "" {
		return nil
	}
	known, err := store.From[model.Notice](tx).Where("person_id = ? AND happening = ?", n.PersonID, n.Happening).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("notice: look for %s: %w", n.Happening, err)
	}
	if known > 0 {
		return nil
	}
	digest, err := store.From[model.Representative](tx).Where("person_id = ? AND daily_digest = ?", n.PersonID, true).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("notice: look for digest: %w", err)
	}
	n.ID, n.State, n.Channel, n.CreatedAt = model.NewID(), model.NoticeWaiting, model.ChannelInbox, now
	n.Title, n.Body, n.Hint, n.Thing = cut(n.Title, 60), cut(n.Body, 480), cut(n.Hint, 20), cut(n.Thing, 40)
	n.Phrase, n.Name = cut(n.Phrase, 20), cut(n.Name, 60)
	if digest > 0 && n.OnlyOn == "" {
		n.State = model.NoticeDigest
	}
	switch err := store.From[model.Notice](tx).Create(ctx, &n); {
	case store.IsDuplicate(err):
		return nil // a twin told them while we looked
	case err != nil:
		return fmt.Errorf("notice: write: %w", err)
	}
	if n.State == model.NoticeDigest {
		return nil
	}
	return outbox.Enqueue(ctx, tx, outbox.Task{Kind: TaskKind, DedupeKey: n.ID, Payload: pushTask{n.ID}, RunAt: now, Fresh: true})
}

// cut shortens words to what their column holds.
func cut(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

// Inbox lists a person's own notices, newest first, with the number unread.
func Inbox(ctx context.Context, db *store.DB, by model.Actor, page store.Page) (notices []model.Notice, next string, unread int64, err error) {
	q := store.From[model.Notice](db.Read()).Where("person_id = ?", by.PersonID)
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", 0, err
		}
		q = q.Where("(created_at < ? OR (created_at = ? AND id < ?))", at, at, id)
	}
	notices, err = q.Order("created_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", 0, fmt.Errorf("notice: read inbox: %w", err)
	}
	unread, err = store.From[model.Notice](db.Read()).Where("person_id = ? AND read_at IS NULL", by.PersonID).Count(ctx, "*")
	if err != nil {
		return nil, "", 0, fmt.Errorf("notice: count unread: %w", err)
	}
	notices, next = store.Cut(notices, page, func(n model.Notice) string { return store.TimeCursor(n.CreatedAt, n.ID) })
	return notices, next, unread, nil
}

// MarkRead notes that a person has read one of their notices; doing it again
// changes nothing. Fault: not found.
func MarkRead(ctx context.Context, db *store.DB, by model.Actor, id string, now time.Time) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.Notice](tx).Where("id = ? AND person_id = ?", id, by.PersonID).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("notice: find: %w", err)
		}
		if n == 0 {
			return fault.NotFound("这条通知")
		}
		_, err = store.From[model.Notice](tx).Where("id = ? AND read_at IS NULL", id).Update(ctx, "read_at", now)
		if err != nil {
			return fmt.Errorf("notice: mark read: %w", err)
		}
		return nil
	})
}

// MarkAllRead notes that a person has seen everything in their inbox.
func MarkAllRead(ctx context.Context, db *store.DB, by model.Actor, now time.Time) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Notice](tx).Where("person_id = ? AND read_at IS NULL", by.PersonID).Update(ctx, "read_at", now)
		if err != nil {
			return fmt.Errorf("notice: mark all read: %w", err)
		}
		return nil
	})
}
