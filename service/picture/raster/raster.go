// Package raster turns an upload into a picture that may be kept and shown.
//
// What comes in is bytes from a stranger. What goes out is always a JPEG that
// this package has painted itself, with a thumbnail beside it. Nothing of the
// upload is copied, so nothing that was hidden in it survives: no place where
// the picture was taken, no camera number, no comment, no second file after
// the end of the first.
//
// It refuses what is too large before reading all of it, what has too many
// pixels before decoding it, and everything that is not a JPEG, PNG, GIF, BMP
// or WebP by its content. It never looks at the name or the type that the
// sender claims, and it does not judge what the picture shows.
package raster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// The ways an upload is refused. Errors of the reader and of the context are
// passed on, wrapped; they are none of these.
var (
	// ErrTooLarge says that the upload has more bytes than Limits.Bytes.
	ErrTooLarge = errors.New("picture has too many bytes")
	// ErrTooManyPixels says that the picture claims more pixels than
	// Limits.Pixels. It was not decoded.
	ErrTooManyPixels = errors.New("picture has too many pixels")
	// ErrNotPicture says that the content is none of the accepted kinds.
	ErrNotPicture = errors.New("content is not an accepted picture")
	// ErrOtherKind says that the content is a picture of a kind that is not
	// accepted, such as HEIC or SVG. It is also an ErrNotPicture.
	ErrOtherKind = fmt.Errorf("kind of picture is not accepted: %w", ErrNotPicture)
	// ErrBroken says that the content starts like an accepted picture and
	// cannot be decoded: it is cut off, damaged, or made to waste time.
	ErrBroken = errors.New("picture is broken")
)

// The limits that apply where Limits leaves a field at zero.
const (
	DefaultBytes     = 10 << 20
	DefaultPixels    = 25_000_000 // the most that a telephone of today makes without being asked to
	DefaultSide      = 2560
	DefaultThumbSide = 400

	// sideMax is the longest side a JPEG can have.
	sideMax = 65_535
)

// Limits says how much is accepted and how much is kept. A field that is zero
// or less takes its default.
//
// Pixels bounds memory: the worst accepted picture, a progressive JPEG, needs
// about 15 bytes for each pixel while it is decoded.
type Limits struct {
	// Bytes is the size of the largest upload.
	Bytes int64
	// Pixels is width times height of the largest picture.
	Pixels int64
	// Side is the longest side of the picture that is kept.
	Side int
	// ThumbSide is the longest side of its thumbnail.
	ThumbSide int
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = DefaultBytes
	}
	if l.Pixels <= 0 {
		l.Pixels = DefaultPixels
	}
	if l.Side <= 0 {
		l.Side = DefaultSide
	}
	if l.ThumbSide <= 0 {
		l.ThumbSide = DefaultThumbSide
	}
	l.Side = min(l.Side, sideMax)
	l.ThumbSide = min(l.ThumbSide, sideMax)
	return l
}

// Picture is what may be kept: two JPEGs without metadata, upright.
type Picture struct {
	Data, Thumb             []byte
	Width, Height           int
	ThumbWidth, ThumbHeight int
	// SHA256 is the digest of Data in lower-case hexadecimal.
	SHA256 string
}

// Normalizer normalises pictures, a bounded number at the same time. It is
// safe for concurrent use.
type Normalizer struct {
	limits Limits
	slots  chan struct{}
}

// New returns a Normalizer that decodes at most parallel pictures at the same
// time, and at least one.
func New(limits Limits, parallel int) *Normalizer {
	return &Normalizer{
		limits: limits.withDefaults(),
		slots:  make(chan struct{}, max(parallel, 1)),
	}
}

// Limits are the limits in force.
func (n *Normalizer) Limits() Limits { return n.limits }

// Normalize reads one upload and returns the picture to keep.
//
// The upload is read before a place among the decoders is taken, so a slow
// sender holds nobody up. A cancelled context ends the reading, the waiting
// and the decoding. Refusals are ErrTooLarge, ErrTooManyPixels, ErrNotPicture,
// ErrOtherKind and ErrBroken.
func (n *Normalizer) Normalize(ctx context.Context, r io.Reader) (Picture, error) {
	data, err := readUpTo(ctx, r, n.limits.Bytes)
	if err != nil {
		return Picture{}, err
	}
	kind, err := inspect(data, n.limits.Pixels)
	if err != nil {
		return Picture{}, err
	}
	select {
	case n.slots <- struct{}{}:
		defer func() { <-n.slots }()
	case <-ctx.Done():
		return Picture{}, fmt.Errorf("wait for a free decoder: %w", context.Cause(ctx))
	}
	return n.paint(ctx, kind, data)
}

// Normalize does what a Normalizer does, for one picture and without waiting
// for others. A program that serves many people uses a Normalizer.
func Normalize(ctx context.Context, r io.Reader, limits Limits) (Picture, error) {
	return New(limits, 1).Normalize(ctx, r)
}

func (n *Normalizer) paint(ctx context.Context, kind kind, data []byte) (Picture, error) {
	src, err := kind.read(ctx, data)
	if err != nil {
		return Picture{}, err
	}
	large := upright(shrink(src, n.limits.Side), orientationOf(kind, data))
	small := shrink(large, n.limits.ThumbSide)
	if err := ctx.Err(); err != nil {
		return Picture{}, fmt.Errorf("paint picture: %w", context.Cause(ctx))
	}

	p := Picture{
		Width: large.Rect.Dx(), Height: large.Rect.Dy(),
		ThumbWidth: small.Rect.Dx(), ThumbHeight: small.Rect.Dy(),
	}
	if p.Data, err = encode(large); err != nil {
		return Picture{}, err
	}
	if p.Thumb, err = encode(small); err != nil {
		return Picture{}, err
	}
	sum := sha256.Sum256(p.Data)
	p.SHA256 = hex.EncodeToString(sum[:])
	return p, nil
}
