package raster

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// Box is a part of a picture, in shares of its width and height from the upper
// left corner: all of it is {0, 0, 1, 1}.
type Box struct{ X, Y, Width, Height float64 }

// valid reports whether a box lies within a picture.
func (b Box) valid() bool {
	return b.X >= 0 && b.Y >= 0 && b.Width > 0 && b.Height > 0 && b.X+b.Width <= 1.000001 && b.Y+b.Height <= 1.000001
}

// Cover paints boxes of a picture over, each in its own mean colour, so that
// nothing of what was there can be found again, and gives the picture as a JPEG.
// The data are of a picture that Normalize painted. It fails with ErrBroken for
// others and for a box that does not lie within the picture.
func Cover(ctx context.Context, data []byte, boxes []Box) ([]byte, error) {
	src, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	bounds := src.Bounds()
	painted := image.NewRGBA(bounds)
	draw.Draw(painted, bounds, src, bounds.Min, draw.Src)
	for _, b := range boxes {
		if !b.valid() {
			return nil, fmt.Errorf("%w: a box lies outside", ErrBroken)
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("cover picture: %w", context.Cause(ctx))
		}
		w, h := float64(bounds.Dx()), float64(bounds.Dy())
		// Outwards, so that no edge of what is covered is left.
		at := image.Rect(int(b.X*w), int(b.Y*h), int((b.X+b.Width)*w+1), int((b.Y+b.Height)*h+1)).Add(bounds.Min).Intersect(bounds)
		draw.Draw(painted, at, image.NewUniform(mean(painted, at)), image.Point{}, draw.Src)
	}
	return encode(painted)
}

// mean is the colour of a part of a picture as a whole.
func mean(m *image.RGBA, at image.Rectangle) color.RGBA {
	var r, g, b, n int
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			c := m.RGBAAt(x, y)
			r, g, b, n = r+int(c.R), g+int(c.G), b+int(c.B), n+1
		}
	}
	if n == 0 {
		return color.RGBA{A: 255}
	}
	return color.RGBA{R: uint8(r / n), G: uint8(g / n), B: uint8(b / n), A: 255} //nolint:gosec // means of bytes are bytes
}
