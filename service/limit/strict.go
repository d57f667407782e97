package limit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Try is one go at something that is strictly limited: for what purpose, by
// whom, and how often that may be. Subject is whatever names who tries: it is
// never written down as it is.
type Try struct {
	Purpose string
	Subject string
	Rate    Rate
}

// Spend takes a try off what its subject has left, in the transaction of what
// is tried: both are committed, or neither. A try that fails must commit to
// count. Fault: too many, with the moment when the next try is let through.
func (l *Limiter) Spend(ctx context.Context, tx *gorm.DB, t Try) error {
	if t.Rate.none() {
		return nil
	}
	now := l.now()
	id := l.id(t.Purpose, t.Subject)
	usedUntil, err := lockMark(ctx, tx, id, now)
	if err != nil {
		return err
	}
	after, wait := t.Rate.spend(usedUntil, now)
	if wait > 0 {
		return tooMany(wait)
	}
	if _, err := store.From[model.LimitMark](tx).Where("id = ?", id).Update(ctx, "used_until", atLeast(after)); err != nil {
		return fmt.Errorf("limit: spend: %w", err)
	}
	return nil
}

// atLeast is a moment as the database keeps it, and not before: cut off, it
// would let through too early.
func atLeast(t time.Time) time.Time {
	if cut := t.Truncate(time.Millisecond); cut.Before(t) {
		return cut.Add(time.Millisecond)
	}
	return t
}

// lockMark gives how far a subject's limit is used up, and keeps others from it
// until the transaction ends. It counts by writing, not by reading: what is
// read after is what the last one to write left, on every engine.
func lockMark(ctx context.Context, tx *gorm.DB, id string, now time.Time) (time.Time, error) {
	mine := store.From[model.LimitMark](tx).Where("id = ?", id)
	n, err := mine.Update(ctx, "tries", gorm.Expr("tries + 1"))
	if err != nil {
		return time.Time{}, fmt.Errorf("limit: lock: %w", err)
	}
	if n == 0 {
		err := store.From[model.LimitMark](tx).Create(ctx, &model.LimitMark{ID: id, Tries: 1, UsedUntil: now})
		if err == nil {
			return now, nil
		}
		if !store.IsDuplicate(err) {
			return time.Time{}, fmt.Errorf("limit: begin: %w", err)
		}
		// Somebody was faster, and has committed by now.
		if _, err := mine.Update(ctx, "tries", gorm.Expr("tries + 1")); err != nil {
			return time.Time{}, fmt.Errorf("limit: lock: %w", err)
		}
	}
	mark, err := mine.Take(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("limit: read: %w", err)
	}
	return mark.UsedUntil, nil
}

// Look says what Spend would say now, and takes nothing. Fault: too many.
func (l *Limiter) Look(ctx context.Context, db *gorm.DB, t Try) error {
	if t.Rate.none() {
		return nil
	}
	mark, err := store.From[model.LimitMark](db).Where("id = ?", l.id(t.Purpose, t.Subject)).Take(ctx)
	if store.IsAbsent(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("limit: look: %w", err)
	}
	if _, wait := t.Rate.spend(mark.UsedUntil, l.now()); wait > 0 {
		return tooMany(wait)
	}
	return nil
}

// Forgive gives a subject everything back, as after a right password.
func (l *Limiter) Forgive(ctx context.Context, tx *gorm.DB, t Try) error {
	if _, err := store.From[model.LimitMark](tx).Where("id = ?", l.id(t.Purpose, t.Subject)).Delete(ctx); err != nil {
		return fmt.Errorf("limit: forgive: %w", err)
	}
	return nil
}

// Return gives a subject back the one try that turned out to be no guess, such
// as a right password from an address that others guess from too: what they used
// up stays used up.
func (l *Limiter) Return(ctx context.Context, tx *gorm.DB, t Try) error {
	if t.Rate.none() {
		return nil
	}
	now := l.now()
	id := l.id(t.Purpose, t.Subject)
	usedUntil, err := lockMark(ctx, tx, id, now)
	if err != nil {
		return err
	}
	if _, err := store.From[model.LimitMark](tx).Where("id = ?", id).Update(ctx, "used_until", atLeast(usedUntil.Add(-t.Rate.every()))); err != nil {
		return fmt.Errorf("limit: return: %w", err)
	}
	return nil
}

// TryAll spends one try of each in a transaction of its own: all, or none when
// one is used up; then the longest wait counts. Fault: too many.
func (l *Limiter) TryAll(ctx context.Context, tries ...Try) error {
	tries = slices.DeleteFunc(slices.Clone(tries), func(t Try) bool { return t.Rate.none() })
	if len(tries) == 0 {
		return nil
	}
	// In one order, so that two who try the same wait for each other only once.
	slices.SortFunc(tries, func(a, b Try) int { return strings.Compare(l.id(a.Purpose, a.Subject), l.id(b.Purpose, b.Subject)) })
	return store.InTx(ctx, l.db, func(ctx context.Context, tx *gorm.DB) error {
		var longest *fault.Fault
		for _, t := range tries {
			err := l.Spend(ctx, tx, t)
			f := fault.Of(err)
			if err != nil && f == nil {
				return err
			}
			if f != nil && (longest == nil || f.RetryAfter > longest.RetryAfter) {
				longest = f
			}
		}
		if longest != nil {
			return longest
		}
		return nil
	})
}

// Forget removes what no longer limits anybody, and says how many marks that
// were; a job calls it.
func (l *Limiter) Forget(ctx context.Context) (int, error) {
	now := l.now()
	forgotten := 0
	err := store.InTx(ctx, l.db, func(ctx context.Context, tx *gorm.DB) error {
		marks, err := store.From[model.LimitMark](tx).Where("used_until < ?", now).Delete(ctx)
		if err != nil {
			return fmt.Errorf("limit: forget marks: %w", err)
		}
		shares, err := store.From[model.LimitShare](tx).Where("used_until < ? AND updated_at < ?", now, now.Add(-shareKept)).Delete(ctx)
		if err != nil {
			return fmt.Errorf("limit: forget shares: %w", err)
		}
		forgotten = marks + shares
		return nil
	})
	return forgotten, err
}
