package picture

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

const (
	// sweepAge is the least age of what Sweep takes: no upload takes so long,
	// so a file without a row is not one whose row is just being written.
	sweepAge = time.Hour
	// sweepBatch is how many rows or files are looked at in one go.
	sweepBatch = 200
)

// Discard removes a picture of one's own that nothing uses. Faults:
// unauthenticated, not found, conflict. When the picture is gone and its files
// cannot be removed, an error says so; Sweep removes them later.
func (s *Service) Discard(ctx context.Context, by model.Actor, id string) error {
	if err := signedIn(by); err != nil {
		return err
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.discard(ctx, tx, by, id) })
	if err != nil {
		return err
	}
	return s.removeFiles(ctx, id)
}

func (s *Service) discard(ctx context.Context, tx *gorm.DB, by model.Actor, id string) error {
	own := gorm.G[model.Picture](tx).Where("id = ? AND owner_id = ?", id, by.PersonID)
	if _, err := own.Take(ctx); store.IsAbsent(err) {
		return fault.NotFound("这张图片")
	} else if err != nil {
		return fmt.Errorf("picture: find: %w", err)
	}
	free, err := own.Where(unused).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("picture: look for its use: %w", err)
	}
	removed := false
	if free > 0 {
		if removed, err = s.strike(ctx, tx, by, strikeOut{id: id, action: "picture.discard"}); err != nil {
			return err
		}
	}
	if !removed {
		return fault.Conflict("这张图片已经使用，不能单独删除。")
	}
	return nil
}

// strikeOut says which row goes, and the word for the audit log.
type strikeOut struct{ id, action string }

// strike removes the row of a picture that no turn has taken; false when one
// was faster.
func (s *Service) strike(ctx context.Context, tx *gorm.DB, by model.Actor, o strikeOut) (bool, error) {
	n, err := gorm.G[model.Picture](tx).Where("id = ? AND turn_id = ''", o.id).Delete(ctx)
	if err != nil {
		return false, fmt.Errorf("picture: remove: %w", err)
	}
	if n != 1 {
		return false, nil
	}
	return true, audit.Record(ctx, tx, by, o.action, audit.Target{Kind: "picture", ID: o.id}, s.now())
}

func (s *Service) removeFiles(ctx context.Context, id string) error {
	for _, size := range []Size{SizeFull, SizeThumb} {
		if err := s.keeper.Remove(ctx, fileName(id, size)); err != nil {
			return fmt.Errorf("picture: remove %s file: %w", size, err)
		}
	}
	return nil
}

// Sweep removes the pictures from before a time that nothing uses, and the
// files from before it that have no row, and says how many of both. Rows go
// before their files, so what is left after a crash is swept the next time.
// What is younger than an hour stays, whatever the time given: it may belong to
// an upload that is still running.
func (s *Service) Sweep(ctx context.Context, before time.Time) (int, error) {
	if latest := s.now().Add(-sweepAge); before.After(latest) {
		before = latest
	}
	rows, err := s.sweepRows(ctx, before)
	if err != nil {
		return rows, err
	}
	files, err := s.sweepFiles(ctx, before)
	return rows + files, err
}

func (s *Service) sweepRows(ctx context.Context, before time.Time) (int, error) {
	swept := 0
	for {
		old, err := gorm.G[model.Picture](s.db.Read()).Where(unused+" AND created_at < ?", before).Limit(sweepBatch).Find(ctx)
		if err != nil {
			return swept, fmt.Errorf("picture: look for unused: %w", err)
		}
		for _, p := range old {
			removed, err := s.sweepRow(ctx, p.ID)
			if err != nil {
				return swept, err
			}
			if removed {
				swept++
			}
		}
		if len(old) < sweepBatch {
			return swept, nil
		}
	}
}

func (s *Service) sweepRow(ctx context.Context, id string) (bool, error) {
	removed := false
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		removed, err = s.strike(ctx, tx, model.SystemActor("picture sweep"), strikeOut{id: id, action: "picture.sweep"})
		return err
	})
	if err != nil || !removed {
		return false, err
	}
	return true, s.removeFiles(ctx, id)
}

func (s *Service) sweepFiles(ctx context.Context, before time.Time) (int, error) {
	swept := 0
	var names []string
	flush := func() error {
		n, err := s.sweepStrays(ctx, names)
		swept, names = swept+n, names[:0]
		return err
	}
	err := s.keeper.List(ctx, before, func(name string) error {
		if names = append(names, name); len(names) < sweepBatch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return swept, fmt.Errorf("picture: list files: %w", err)
	}
	return swept, flush()
}

// sweepStrays removes those of the files whose picture has no row. Files that
// are not named by us are left alone.
func (s *Service) sweepStrays(ctx context.Context, names []string) (int, error) {
	var ids []string
	for _, name := range names {
		if id, ok := idIn(name); ok {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	found, err := gorm.G[model.Picture](s.db.Read()).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return 0, fmt.Errorf("picture: look for rows of files: %w", err)
	}
	kept := map[string]bool{}
	for _, p := range found {
		kept[p.ID] = true
	}
	swept := 0
	for _, name := range names {
		if id, ok := idIn(name); !ok || kept[id] {
			continue
		}
		if err := s.keeper.Remove(ctx, name); err != nil {
			return swept, fmt.Errorf("picture: remove stray file: %w", err)
		}
		swept++
	}
	return swept, nil
}
