package picture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"lianxin/model/fault"
	"lianxin/service/picture/raster"
)

// Small gives a picture as a JPEG of at most so many bytes, for who takes no
// larger ones; it asks for no link. Faults: conflict when the picture is lost or
// cannot be made so small; unavailable when the storage does not serve now.
func (s *Service) Small(ctx context.Context, id string, most int) ([]byte, error) {
	content, err := s.Full(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Conflict("文章里的一张图片已经丢失，请删去后重新上传。")
	}
	if err != nil {
		return nil, unkept(ctx, "open a picture", err)
	}
	data, err := io.ReadAll(content)
	if err = errors.Join(err, content.Close()); err != nil {
		return nil, unkept(ctx, "read a picture", err)
	}
	small, err := raster.Below(data, most)
	if errors.Is(err, raster.ErrTooLarge) {
		return nil, fault.Conflict("文章里的一张图片太大，无法压缩到微信的要求，请换一张。")
	}
	if err != nil {
		return nil, fmt.Errorf("picture: make a small copy: %w", err)
	}
	return small, nil
}
