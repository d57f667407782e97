package raster_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"
)

// The four colours of a sample, named by their letters in the tests.
var paint = map[byte]color.RGBA{
	'R': {0xD0, 0x10, 0x10, 0xFF},
	'G': {0x10, 0xB0, 0x10, 0xFF},
	'B': {0x10, 0x10, 0xD0, 0xFF},
	'Y': {0xE0, 0xE0, 0x10, 0xFF},
}

// quarters paints R G over B Y.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := "RGBY"[2*(2*y/h)+2*x/w]
			m.SetRGBA(x, y, paint[c])
		}
	}
	return m
}

// corners names the colours at the four corners, row by row.
func corners(t *testing.T, data []byte) string {
	t.Helper()
	m := decoded(t, data)
	b := m.Bounds()
	left, right := b.Min.X+b.Dx()/8, b.Max.X-1-b.Dx()/8
	top, bottom := b.Min.Y+b.Dy()/8, b.Max.Y-1-b.Dy()/8
	var names []byte
	for _, p := range []image.Point{{left, top}, {right, top}, {left, bottom}, {right, bottom}} {
		names = append(names, nearest(m.At(p.X, p.Y)))
	}
	return string(names)
}

func nearest(c color.Color) byte {
	best, least := byte('?'), 1<<62
	r, g, b, _ := c.RGBA()
	for name, p := range paint {
		dr, dg, db := int(r>>8)-int(p.R), int(g>>8)-int(p.G), int(b>>8)-int(p.B)
		if d := dr*dr + dg*dg + db*db; d < least {
			best, least = name, d
		}
	}
	return best
}

func decoded(t *testing.T, data []byte) image.Image {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("what was kept is not a JPEG: %v", err)
	}
	return m
}

func asJPEG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asGIF(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, m, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asBMP(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := bmp.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// asWebP writes a lossless WebP of one colour, with an EXIF chunk if exif is
// not empty. Five prefix codes of one symbol each leave no pixel data at all.
func asWebP(w, h int, c color.RGBA, exif []byte) []byte {
	var bits bitWriter
	bits.put(0x2F, 8)
	bits.put(w-1, 14)
	bits.put(h-1, 14)
	bits.put(0, 4) // no alpha, version 0
	bits.put(0, 3) // no transform, no colour cache, no groups
	for _, symbol := range []byte{c.G, c.R, c.B, 0xFF} {
		bits.put(0b101, 3) // simple code, one symbol, of eight bits
		bits.put(int(symbol), 8)
	}
	bits.put(0b0001, 4) // distance: simple code, one symbol, of one bit, zero

	var body []byte
	if len(exif) > 0 {
		extended := []byte{1 << 3, 0, 0, 0}
		extended = append(extended, byte(w-1), byte((w-1)>>8), 0, byte(h-1), byte((h-1)>>8), 0)
		body = append(body, riffChunk("VP8X", extended)...)
	}
	body = append(body, riffChunk("VP8L", bits.bytes)...)
	if len(exif) > 0 {
		body = append(body, riffChunk("EXIF", exif)...)
	}
	return riffChunk("RIFF", append([]byte("WEBP"), body...))
}

type bitWriter struct {
	bytes []byte
	used  int
}

func (b *bitWriter) put(value, count int) {
	for i := range count {
		if b.used%8 == 0 {
			b.bytes = append(b.bytes, 0)
		}
		b.bytes[b.used/8] |= byte(value>>i&1) << (b.used % 8)
		b.used++
	}
}

func riffChunk(name string, body []byte) []byte {
	chunk := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
	chunk = append(chunk, body...)
	if len(body)%2 == 1 {
		chunk = append(chunk, 0)
	}
	return chunk
}

// secretPlace stands in the EXIF blocks of samples and must never be kept.
const secretPlace = "N30.5928-E114.3055-WUHAN"

// exifBlock is a TIFF block with an orientation and the place of the picture.
func exifBlock(order binary.AppendByteOrder, orientation uint16) []byte {
	block := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		block = []byte("MM\x00*")
	}
	entry := func(tag, kind uint16, count uint32, value func([]byte) []byte) {
		block = order.AppendUint16(block, tag)
		block = order.AppendUint16(block, kind)
		block = order.AppendUint32(block, count)
		block = value(block)
	}
	const gpsAt, placeAt = 8 + 2 + 2*12 + 4, 8 + 2 + 2*12 + 4 + 2 + 12 + 4
	block = order.AppendUint32(block, 8)
	block = order.AppendUint16(block, 2)
	entry(0x0112, 3, 1, func(b []byte) []byte { return order.AppendUint16(order.AppendUint16(b, orientation), 0) })
	entry(0x8825, 4, 1, func(b []byte) []byte { return order.AppendUint32(b, gpsAt) })
	block = order.AppendUint32(block, 0)
	block = order.AppendUint16(block, 1)
	entry(0x001B, 2, uint32(len(secretPlace)), func(b []byte) []byte { return order.AppendUint32(b, placeAt) })
	block = order.AppendUint32(block, 0)
	return append(block, secretPlace...)
}

// withSegment puts an application segment behind the start of a JPEG.
func withSegment(jpg []byte, marker byte, body []byte) []byte {
	out := append([]byte{}, jpg[:2]...)
	out = append(out, 0xFF, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	out = append(out, body...)
	return append(out, jpg[2:]...)
}

func withEXIF(jpg, block []byte) []byte {
	return withSegment(jpg, 0xE1, append([]byte("Exif\x00\x00"), block...))
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(png []byte, name string, body []byte) []byte {
	const header = 8 + 12 + 13
	out := append([]byte{}, png[:header]...)
	return append(append(out, pngChunk(name, body)...), png[header:]...)
}

func pngChunk(name string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, name...), body...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}
