package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

const jpegQuality = 85

// shrink paints src on white so that its longer side is at most side. It never
// enlarges, and always paints: what it returns shares nothing with src.
//
// The scaler looks at four pixels for each new one, so anything beyond half
// the size goes by halves; otherwise thumbnails would flicker with detail.
func shrink(src image.Image, side int) *image.RGBA {
	for {
		b := src.Bounds()
		w, h := fit(b.Dx(), b.Dy(), side)
		if max(b.Dx(), b.Dy()) <= 2*max(w, h) {
			return scale(src, w, h)
		}
		src = scale(src, max(b.Dx()/2, 1), max(b.Dy()/2, 1))
	}
}

// fit returns the size of a w by h picture whose longer side is at most side.
func fit(w, h, side int) (int, int) {
	longer := max(w, h)
	if longer <= side {
		return w, h
	}
	return max((w*side+longer/2)/longer, 1), max((h*side+longer/2)/longer, 1)
}

func scale(src image.Image, w, h int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(dst, dst.Rect, src, src.Bounds(), draw.Over, nil)
	return dst
}

func encode(m image.Image) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return out.Bytes(), nil
}
