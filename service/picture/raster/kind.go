package raster

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

// kind is one accepted kind of picture. The registry of package image is not
// used: an import elsewhere in the program must not widen what is accepted.
type kind struct {
	mime   string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// exif finds the block of metadata that may say which way is up, and
	// returns nil when there is none.
	exif func([]byte) []byte
	// wasteful reports pictures that are made to keep a decoder busy.
	wasteful func([]byte) bool
}

func kinds() []kind {
	none := func([]byte) []byte { return nil }
	honest := func([]byte) bool { return false }
	return []kind{
		{"image/jpeg", jpeg.DecodeConfig, jpeg.Decode, exifInJPEG, tooManyScans},
		{"image/png", png.DecodeConfig, png.Decode, exifInPNG, honest},
		{"image/gif", gif.DecodeConfig, gif.Decode, none, honest}, // Decode stops after the first frame
		{"image/bmp", bmp.DecodeConfig, bmp.Decode, none, honest},
		{"image/webp", webp.DecodeConfig, webp.Decode, exifInWebP, honest},
	}
}

// inspect finds out what data really is, without decoding it.
func inspect(data []byte, pixels int64) (kind, error) {
	k, err := sniff(data)
	if err != nil {
		return kind{}, err
	}
	size, err := k.config(bytes.NewReader(data))
	if err != nil {
		return kind{}, fmt.Errorf("%w: %s header: %w", ErrBroken, k.mime, err)
	}
	if size.Width <= 0 || size.Height <= 0 {
		return kind{}, fmt.Errorf("%w: %s of %d by %d", ErrBroken, k.mime, size.Width, size.Height)
	}
	// By division, for the product of two hostile numbers may overflow.
	if int64(size.Width) > pixels/int64(size.Height) {
		return kind{}, fmt.Errorf("%w: %d by %d", ErrTooManyPixels, size.Width, size.Height)
	}
	if k.wasteful(data) {
		return kind{}, fmt.Errorf("%w: %s is made to waste time", ErrBroken, k.mime)
	}
	return k, nil
}

// sniff knows a picture by its content. A more special kind, such as an
// animated PNG, is accepted when one of its ancestors is.
func sniff(data []byte) (kind, error) {
	found := mimetype.Detect(data)
	for m := found; m != nil; m = m.Parent() {
		for _, k := range kinds() {
			if m.Is(k.mime) {
				return k, nil
			}
		}
	}
	if strings.HasPrefix(found.String(), "image/") {
		return kind{}, fmt.Errorf("%w: %s", ErrOtherKind, found)
	}
	return kind{}, fmt.Errorf("%w: %s", ErrNotPicture, found)
}

// read decodes the picture, and stops when ctx ends.
func (k kind) read(ctx context.Context, data []byte) (image.Image, error) {
	src, err := k.decode(patient{ctx: ctx, from: bytes.NewReader(data)})
	if ctx.Err() != nil {
		return nil, fmt.Errorf("decode picture: %w", context.Cause(ctx))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBroken, k.mime, err)
	}
	if src.Bounds().Empty() {
		return nil, fmt.Errorf("%w: %s is empty", ErrBroken, k.mime)
	}
	return src, nil
}
