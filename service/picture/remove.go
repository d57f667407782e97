package picture

import (
	"context"
	"fmt"
	"io"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Discard removes a picture of one's own that nothing uses. Faults:
// unauthenticated, not found, conflict. When the files cannot be removed now the
// picture is gone all the same: no link finds them, and a sweep removes them.
func (s *Service) Discard(ctx context.Context, by model.Actor, id string) error {
	if err := signedIn(by); err != nil {
		return err
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.discard(ctx, tx, by, id) })
	if err != nil {
		return err
	}
	if err := removeFiles(ctx, s.keeper, id); err != nil {
		s.log.WarnContext(ctx, "files of a discarded picture stay until the next sweep", "picture", id, "error", err)
	}
	return nil
}

func (s *Service) discard(ctx context.Context, tx *gorm.DB, by model.Actor, id string) error {
	own := store.From[model.Picture](tx).Where("id = ? AND owner_id = ?", id, by.PersonID)
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
		if removed, err = strike(ctx, tx, by, strikeOut{id: id, action: "picture.discard", at: s.now()}); err != nil {
			return err
		}
	}
	if !removed {
		return fault.Conflict("这张图片已经使用，不能单独删除。")
	}
	return nil
}

// strikeOut says which row goes, and the word and time for the audit log.
type strikeOut struct {
	id, action string
	at         time.Time
}

// strike removes the row of a picture that nothing has taken; false when a turn,
// portrait or cover was faster.
func strike(ctx context.Context, tx *gorm.DB, by model.Actor, o strikeOut) (bool, error) {
	n, err := store.From[model.Picture](tx).Where("id = ? AND "+unused, o.id).Delete(ctx)
	if err != nil {
		return false, fmt.Errorf("picture: remove: %w", err)
	}
	if n != 1 {
		return false, nil
	}
	return true, audit.Record(ctx, tx, by, o.action, audit.Target{Kind: "picture", ID: o.id}, o.at)
}

func removeFiles(ctx context.Context, keeper Keeper, id string) error {
	for _, size := range []Size{SizeFull, SizeThumb} {
		if err := keeper.Remove(ctx, fileName(id, size)); err != nil {
			return fmt.Errorf("picture: remove %s file: %w", size, err)
		}
	}
	return nil
}

// RemoveFiles removes the files of a picture whose row is gone; none is no error.
func (s *Service) RemoveFiles(ctx context.Context, id string) error {
	return removeFiles(ctx, s.keeper, id)
}

// Full opens the large file of a picture for its owner's copy of their data; it
// asks for no link. It fails with fs.ErrNotExist when there is none.
func (s *Service) Full(ctx context.Context, id string) (io.ReadCloser, error) {
	return openBegun(ctx, s.keeper, fileName(id, SizeFull))
}
