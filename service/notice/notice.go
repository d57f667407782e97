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
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// TaskKind is the kind of outbox task that pushes a notice.
const TaskKind = "notice"

type pushTask struct{ NoticeID string }

// Send writes a notice to one person in the transaction of its cause. ID,
// State and times are set here. A happening the person was told of before
// changes nothing. Who chose the daily digest is not pushed to now.
func Send(ctx context.Context, tx *gorm.DB, n model.Notice, now time.Time) error {
	if n.PersonID == "" {
		return nil
	}
	known, err := gorm.G[model.Notice](tx).Where("person_id = ? AND happening = ?", n.PersonID, n.Happening).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("notice: look for %s: %w", n.Happening, err)
	}
	if known > 0 {
		return nil
	}
	digest, err := gorm.G[model.Representative](tx).Where("person_id = ? AND daily_digest = ?", n.PersonID, true).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("notice: look for digest: %w", err)
	}
	n.ID, n.State, n.Channel, n.CreatedAt = model.NewID(), model.NoticeWaiting, model.ChannelInbox, now
	n.Body, n.Thing = cut(n.Body, 480), cut(n.Thing, 40)
	if digest > 0 {
		n.State = model.NoticeDigest
	}
	if err := gorm.G[model.Notice](tx).Create(ctx, &n); err != nil {
		return fmt.Errorf("notice: write: %w", err)
	}
	if digest > 0 {
		return nil
	}
	return outbox.Enqueue(ctx, tx, outbox.Task{Kind: TaskKind, DedupeKey: n.ID, Payload: pushTask{n.ID}, RunAt: now})
}

func cut(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

// Inbox lists a person's own notices, newest first, with the number unread.
func Inbox(ctx context.Context, db *store.DB, by model.Actor, page store.Page) (notices []model.Notice, next string, unread int64, err error) {
	q := gorm.G[model.Notice](db.Read()).Where("person_id = ?", by.PersonID)
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
	unread, err = gorm.G[model.Notice](db.Read()).Where("person_id = ? AND read_at IS NULL", by.PersonID).Count(ctx, "*")
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
		n, err := gorm.G[model.Notice](tx).Where("id = ? AND person_id = ?", id, by.PersonID).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("notice: find: %w", err)
		}
		if n == 0 {
			return fault.NotFound("这条通知")
		}
		_, err = gorm.G[model.Notice](tx).Where("id = ? AND read_at IS NULL", id).Update(ctx, "read_at", now)
		if err != nil {
			return fmt.Errorf("notice: mark read: %w", err)
		}
		return nil
	})
}

// MarkAllRead notes that a person has seen everything in their inbox.
func MarkAllRead(ctx context.Context, db *store.DB, by model.Actor, now time.Time) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := gorm.G[model.Notice](tx).Where("person_id = ? AND read_at IS NULL", by.PersonID).Update(ctx, "read_at", now)
		if err != nil {
			return fmt.Errorf("notice: mark all read: %w", err)
		}
		return nil
	})
}

// AddGrants notes that a person allowed one message for each of the templates.
// Templates that are not ours are a fault.
func (p *Pusher) AddGrants(ctx context.Context, by model.Actor, templateIDs []string) error {
	for _, id := range templateIDs {
		if !p.knows(id) {
			return fault.InvalidField("template_ids", "有不认识的通知模板，请更新小程序后再试。")
		}
	}
	return store.InTx(ctx, p.db, func(ctx context.Context, tx *gorm.DB) error {
		for _, id := range templateIDs {
			if err := p.addGrant(ctx, tx, by.PersonID, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Pusher) addGrant(ctx context.Context, tx *gorm.DB, personID, templateID string) error {
	n, err := gorm.G[model.NoticeGrant](tx).Where("person_id = ? AND template_id = ?", personID, templateID).
		Set(clause.Assignments(map[string]any{"remaining": gorm.Expr("remaining + 1"), "updated_at": p.now()})).Update(ctx)
	if err == nil && n == 0 {
		err = gorm.G[model.NoticeGrant](tx).Create(ctx, &model.NoticeGrant{PersonID: personID, TemplateID: templateID, Remaining: 1, UpdatedAt: p.now()})
	}
	if err != nil {
		return fmt.Errorf("notice: add grant: %w", err)
	}
	return nil
}

// Grants tells what a person may still be sent, by template of the mini-program.
func (p *Pusher) Grants(ctx context.Context, by model.Actor) (map[string]int, error) {
	rows, err := gorm.G[model.NoticeGrant](p.db.Read()).Where("person_id = ?", by.PersonID).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("notice: read grants: %w", err)
	}
	left := make(map[string]int, len(rows))
	for _, row := range rows {
		left[row.TemplateID] = row.Remaining
	}
	return left, nil
}

func (p *Pusher) knows(templateID string) bool {
	for _, t := range p.mini {
		if t.ID == templateID {
			return true
		}
	}
	return false
}
