package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/picture/raster"
)

// mostBoxes is how many parts of a picture are covered at once.
const mostBoxes = 50

// Cover makes a new picture of the actor's out of one that is kept, with boxes of
// it painted over for good; the other one stays as it is. Who may see that one is
// for the caller to know. Faults: unauthenticated, invalid (boxes), not found,
// too many, unavailable.
func (s *Service) Cover(ctx context.Context, by model.Actor, id string, boxes []raster.Box) (model.Picture, error) {
	if len(boxes) == 0 || len(boxes) > mostBoxes {
		return model.Picture{}, fault.InvalidField("boxes", fmt.Sprintf("请画出 1 到 %d 个要遮住的地方。", mostBoxes))
	}
	file, err := s.Full(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return model.Picture{}, fault.NotFound("这张图片")
	}
	if err != nil {
		return model.Picture{}, unkept(ctx, "open picture to cover", err)
	}
	data, err := io.ReadAll(io.LimitReader(file, s.MaxBytes()))
	if err = errors.Join(err, file.Close()); err != nil {
		return model.Picture{}, unkept(ctx, "read picture to cover", err)
	}
	covered, err := raster.Cover(ctx, data, boxes)
	if errors.Is(err, raster.ErrBroken) {
		return model.Picture{}, fault.InvalidField("boxes", "要遮住的地方超出了图片，请重新画。")
	}
	if err != nil {
		return model.Picture{}, fmt.Errorf("picture: cover: %w", err)
	}
	return s.Upload(ctx, by, bytes.NewReader(covered))
}
