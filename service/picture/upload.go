package picture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/outbox"
	"lianxin/service/picture/raster"
	"lianxin/service/store"
)

const (
	// looseMax is how many pictures that nothing uses a person may have
	// uploaded within looseSpan.
	looseMax  = 30
	looseSpan = 24 * time.Hour
)

// unused is a picture that no turn, portrait, cover, article or library has taken.
const unused = "turn_id = '' AND id NOT IN (SELECT picture_id FROM representatives) AND id NOT IN (SELECT cover_id FROM articles)" +
	" AND id NOT IN (SELECT picture_id FROM article_pictures) AND id NOT IN (SELECT picture_id FROM library_pictures)"

// Upload repaints a picture, keeps it and has it checked. The files are there
// before the row: a row without files is never seen, and files that got no row
// are cleared away by Custodian.Sweep. Faults: unauthenticated; invalid, when it
// is not a picture that can be taken; too many; unavailable, when it cannot be
// kept now. An error of r is passed on, wrapped.
func (s *Service) Upload(ctx context.Context, by model.Actor, r io.Reader) (model.Picture, error) {
	if err := signedIn(by); err != nil {
		return model.Picture{}, err
	}
	// Looked at twice: before the work, to spare it, and with the row.
	if err := s.room(ctx, s.db.Read(), by); err != nil {
		return model.Picture{}, err
	}
	painted, err := s.normalizer.Normalize(ctx, r)
	if err != nil {
		return model.Picture{}, s.refusal(err)
	}
	p := model.Picture{
		ID: model.NewID(), OwnerID: by.PersonID, Width: painted.Width, Height: painted.Height, Size: len(painted.Data),
		SHA256: painted.SHA256, Screening: model.ScreeningChecking, CreatedAt: s.now(),
	}
	if err := s.file(ctx, p.ID, painted); err != nil {
		return model.Picture{}, err
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.enter(ctx, tx, by, p) })
	if err != nil {
		return model.Picture{}, err
	}
	return p, nil
}

// refusal puts into words why a picture is not taken.
func (s *Service) refusal(err error) error {
	limits := s.normalizer.Limits()
	switch {
	case errors.Is(err, raster.ErrTooLarge):
		return fault.InvalidField("file", fmt.Sprintf("图片太大，请选择 %dMB 以内的照片。", limits.Bytes>>20))
	case errors.Is(err, raster.ErrTooManyPixels):
		return fault.InvalidField("file", fmt.Sprintf("图片尺寸太大，请选择 %d 万像素以内的照片。", limits.Pixels/10_000))
	case errors.Is(err, raster.ErrOtherKind):
		return fault.InvalidField("file", "暂不支持这种图片格式，请选择 JPG、PNG、GIF、BMP 或 WebP 格式的照片。")
	case errors.Is(err, raster.ErrNotPicture):
		return fault.InvalidField("file", "这个文件不是图片，请重新选择照片。")
	case errors.Is(err, raster.ErrBroken):
		return fault.InvalidField("file", "图片已损坏，无法打开，请换一张照片。")
	}
	return fmt.Errorf("picture: normalize: %w", err)
}

func (s *Service) file(ctx context.Context, id string, painted raster.Picture) error {
	for size, content := range map[Size][]byte{SizeFull: painted.Data, SizeThumb: painted.Thumb} {
		if err := s.keeper.Put(ctx, fileName(id, size), content); err != nil {
			return unkept(ctx, "keep "+string(size)+" file", err)
		}
	}
	return nil
}

// enter writes the row, the audit line and the task of the check.
func (s *Service) enter(ctx context.Context, tx *gorm.DB, by model.Actor, p model.Picture) error {
	if err := s.room(ctx, tx, by); err != nil {
		return err
	}
	if err := store.From[model.Picture](tx).Create(ctx, &p); err != nil {
		return fmt.Errorf("picture: enter: %w", err)
	}
	task := outbox.Task{Kind: CheckTask, DedupeKey: p.ID, Payload: checkTask{p.ID}, RunAt: p.CreatedAt}
	if err := outbox.Enqueue(ctx, tx, task); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "picture.upload", audit.Target{Kind: "picture", ID: p.ID}, p.CreatedAt)
}

// room refuses a person who has uploaded much and used none of it. Uploads that
// look at the very same moment may go past the bound by their number.
func (s *Service) room(ctx context.Context, db *gorm.DB, by model.Actor) error {
	now := s.now()
	recent := func(condition string) ([]model.Picture, error) {
		found, err := store.From[model.Picture](db).Where(condition+" AND owner_id = ? AND created_at > ?", by.PersonID, now.Add(-looseSpan)).
			Order("created_at").Limit(looseMax).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("picture: count uploads: %w", err)
		}
		return found, nil
	}
	// Few ever come near the bound; only for them portraits and covers are read.
	loose, err := recent("turn_id = ''")
	if err != nil || len(loose) < looseMax {
		return err
	}
	if loose, err = recent(unused); err != nil || len(loose) < looseMax {
		return err
	}
	return fault.TooMany("您上传的图片太多，还没有使用。请先删除不用的图片，或稍后再试。", loose[0].CreatedAt.Add(looseSpan).Sub(now))
}
