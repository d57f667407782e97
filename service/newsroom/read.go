package newsroom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// readTries is how often a count is tried that another one collides with.
const readTries = 4

// NoteRead counts that somebody opened an article in our feed: once a day for each
// token, a number that the phone makes up anew each day. What is kept of it is a
// hash that tells of this article and this day only (docs/adr/0039). Fault: not
// found.
func (s *Service) NoteRead(ctx context.Context, id, token string, origin model.ReadOrigin) error {
	n, err := store.From[model.Article](s.db.Read()).Where("id = ? AND state IN ? AND published_at IS NOT NULL", id, model.ArticlePublic()).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("newsroom: find article: %w", err)
	}
	if n == 0 {
		return fault.NotFound("这篇文章")
	}
	day := model.Day(s.now())
	sum := sha256.Sum256([]byte(day + "\n" + id + "\n" + token))
	mark := model.ReadMark{ArticleID: id, Day: day, Mark: hex.EncodeToString(sum[:]), CreatedAt: s.now()}
	for range readTries {
		known, err := store.From[model.ReadMark](s.db.Read()).Where("article_id = ? AND day = ? AND mark = ?", id, day, mark.Mark).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("newsroom: look for mark: %w", err)
		}
		if known > 0 {
			return nil
		}
		err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return countRead(ctx, tx, mark, origin) })
		// Somebody else began the count of this day, or the same phone came twice at
		// once: the next round sees which.
		if !store.IsDuplicate(err) {
			return err
		}
	}
	return fault.Conflict("现在读的人很多，这次没有计数。")
}

func countRead(ctx context.Context, tx *gorm.DB, mark model.ReadMark, origin model.ReadOrigin) error {
	if err := store.From[model.ReadMark](tx).Create(ctx, &mark); err != nil {
		return fmt.Errorf("newsroom: mark reader: %w", err)
	}
	n, err := store.From[model.ArticleRead](tx).Where("article_id = ? AND day = ? AND origin = ?", mark.ArticleID, mark.Day, origin).
		Update(ctx, "readers", gorm.Expr("readers + 1"))
	if err != nil {
		return fmt.Errorf("newsroom: count reader: %w", err)
	}
	if n > 0 {
		return nil
	}
	first := model.ArticleRead{ArticleID: mark.ArticleID, Day: mark.Day, Origin: origin, Readers: 1}
	if err := store.From[model.ArticleRead](tx).Create(ctx, &first); err != nil {
		return fmt.Errorf("newsroom: begin to count: %w", err)
	}
	return nil
}

// Reads lists how many people opened an article in our feed, by day and origin.
// Fault: not found, also for an area that is not the actor's.
func (s *Service) Reads(ctx context.Context, by model.Actor, id string) ([]model.ArticleRead, error) {
	if _, err := s.mine(ctx, s.db.Read(), by, id); err != nil {
		return nil, err
	}
	rows, err := store.From[model.ArticleRead](s.db.Read()).Where("article_id = ?", id).Order("day, origin").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: read how many read: %w", err)
	}
	return rows, nil
}
