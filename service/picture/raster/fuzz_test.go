package raster_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/jpeg"
	"testing"

	"lianxin/service/picture/raster"
)

// FuzzNormalize promises that whatever is uploaded is either refused in one of
// the known ways or becomes two JPEGs of the size that is said, within limits.
func FuzzNormalize(f *testing.F) {
	sample := quarters(24, 16)
	block := exifBlock(binary.BigEndian, 6)
	for _, seed := range [][]byte{
		asJPEG(f, sample), withEXIF(asJPEG(f, sample), block), asPNG(f, sample), withChunk(asPNG(f, sample), "eXIf", block),
		asGIF(f, sample), asBMP(f, sample), asWebP(24, 16, paint['G'], block), []byte("GIF89a<script>"), []byte("<svg/>"),
	} {
		f.Add(seed)
	}
	limits := raster.Limits{Bytes: 1 << 16, Pixels: 1 << 14, Side: 32, ThumbSide: 8}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := raster.Normalize(t.Context(), bytes.NewReader(data), limits)
		if err != nil {
			for _, refusal := range refusals() {
				if errors.Is(err, refusal) {
					return
				}
			}
			t.Fatalf("refused in an unknown way: %v", err)
		}
		within(t, p.Data, p.Width, p.Height, limits.Side)
		within(t, p.Thumb, p.ThumbWidth, p.ThumbHeight, limits.ThumbSide)
	})
}

func within(t *testing.T, data []byte, w, h, side int) {
	t.Helper()
	size, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if size.Width != w || size.Height != h || max(w, h) > side || min(w, h) < 1 {
		t.Fatalf("picture is %d by %d, said to be %d by %d, side at most %d", size.Width, size.Height, w, h, side)
	}
}
