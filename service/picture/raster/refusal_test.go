package raster_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"lianxin/service/picture/raster"
)

func refuse(t *testing.T, data []byte, limits raster.Limits, want error) {
	t.Helper()
	p, err := raster.Normalize(t.Context(), bytes.NewReader(data), limits)
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
	if p.Data != nil || p.Thumb != nil {
		t.Error("a refusal came with a picture")
	}
}

func TestWhatIsNotAnAcceptedPictureIsRefusedByItsContent(t *testing.T) {
	t.Parallel()
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + strings.Repeat("\x00", 64)
	for name, c := range map[string]struct {
		data string
		want error
	}{
		"nothing":                        {"", raster.ErrNotPicture},
		"text":                           {"我不是图片", raster.ErrNotPicture},
		"a page":                         {"<!DOCTYPE html><script>alert(1)</script>", raster.ErrNotPicture},
		"a program":                      {"\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 64), raster.ErrNotPicture},
		"a document":                     {"%PDF-1.7\n%\xFF\xD8\xFF\xE0", raster.ErrNotPicture},
		"an archive":                     {"PK\x03\x04" + strings.Repeat("\x00", 64), raster.ErrNotPicture},
		"a drawing":                      {`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, raster.ErrOtherKind},
		"a HEIC":                         {heic, raster.ErrOtherKind},
		"a TIFF":                         {"II*\x00\x08\x00\x00\x00" + strings.Repeat("\x00", 64), raster.ErrOtherKind},
		"a RIFF with sound":              {"RIFF\x24\x00\x00\x00WAVEfmt " + strings.Repeat("\x00", 32), raster.ErrNotPicture},
		"only the first bytes of a JPEG": {"\xFF\xD8\xFF", raster.ErrBroken},
	} {
		t.Run(name, func(t *testing.T) { refuse(t, []byte(c.data), raster.Limits{}, c.want) })
	}
}

func TestAScriptThatClaimsToBeAGIFIsRefused(t *testing.T) {
	t.Parallel()
	// Read as a GIF, "<scr" claims 29500 by 29283 pixels.
	refuse(t, []byte("GIF89a<script>alert(1)</script>"), raster.Limits{}, raster.ErrTooManyPixels)
	refuse(t, []byte("GIF89a\x04\x00\x04\x00<script>alert(1)</script>"), raster.Limits{}, raster.ErrBroken)
	refuse(t, []byte("GIF89a<"), raster.Limits{}, raster.ErrBroken)
}

func TestAScriptBehindARealPictureIsNotKept(t *testing.T) {
	t.Parallel()
	script := "<script>alert(1)</script>"
	data := append(asGIF(t, quarters(16, 16)), script...)
	p := normalize(t, data, raster.Limits{})
	if bytes.Contains(p.Data, []byte("<script")) || bytes.Contains(p.Thumb, []byte("<script")) {
		t.Error("the script behind the picture was kept")
	}
}

func TestAPictureThatIsCutOffIsBroken(t *testing.T) {
	t.Parallel()
	sample := quarters(64, 48)
	for name, data := range map[string][]byte{
		"jpeg": asJPEG(t, sample), "png": asPNG(t, sample), "gif": asGIF(t, sample), "bmp": asBMP(t, sample),
		"webp": asWebP(64, 48, paint['R'], nil),
	} {
		t.Run(name, func(t *testing.T) { refuse(t, data[:len(data)*2/3], raster.Limits{}, raster.ErrBroken) })
	}
}

func TestABombIsRefusedWithoutMakingRoomForIt(t *testing.T) { //nolint:paralleltest // it measures memory
	header := []byte{0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50, 8, 6, 0, 0, 0} // 50,000 by 50,000, four channels
	bomb := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", header)...)
	bomb = append(bomb, pngChunk("IDAT", []byte{0x78, 0x9C})...)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	refuse(t, bomb, raster.Limits{}, raster.ErrTooManyPixels)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("refusing the bomb took %d bytes", used)
	}
}

func TestTheMostPixelsAPNGCanClaimDoNotOverflow(t *testing.T) {
	t.Parallel()
	header := []byte{0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0}
	bomb := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", header)...)
	for _, want := range []error{raster.ErrTooManyPixels, raster.ErrBroken} {
		if _, err := raster.Normalize(t.Context(), bytes.NewReader(bomb), raster.Limits{}); errors.Is(err, want) {
			return
		}
	}
	t.Error("the bomb was not refused")
}

func TestAWebPThatIsLargerInsideThanItSaysIsBroken(t *testing.T) {
	t.Parallel()
	data := asWebP(1000, 1000, paint['R'], exifBlock(binary.LittleEndian, 1))
	copy(data[24:], []byte{9, 0, 0, 9, 0, 0}) // the canvas says 10 by 10
	refuse(t, data, raster.Limits{Pixels: 100}, raster.ErrBroken)
}

func TestThePixelLimitIsExact(t *testing.T) {
	t.Parallel()
	data := asPNG(t, quarters(20, 10))
	normalize(t, data, raster.Limits{Pixels: 200})
	refuse(t, data, raster.Limits{Pixels: 199}, raster.ErrTooManyPixels)
}

func TestTheByteLimitIsExactAndNoMoreIsRead(t *testing.T) {
	t.Parallel()
	data := asPNG(t, quarters(20, 10))
	size := int64(len(data))
	normalize(t, data, raster.Limits{Bytes: size})
	refuse(t, data, raster.Limits{Bytes: size - 1}, raster.ErrTooLarge)

	endless := &counting{}
	if _, err := raster.Normalize(t.Context(), endless, raster.Limits{Bytes: 1000}); !errors.Is(err, raster.ErrTooLarge) {
		t.Fatalf("an endless upload gave %v, want ErrTooLarge", err)
	}
	if endless.read > 1001 {
		t.Errorf("%d bytes were read, want no more than one over the limit", endless.read)
	}
}

type counting struct{ read int }

func (c *counting) Read(b []byte) (int, error) {
	c.read += len(b)
	return len(b), nil
}

var _ io.Reader = (*counting)(nil)

func TestAJPEGMadeOfThousandsOfScansIsRefused(t *testing.T) {
	t.Parallel()
	whole := asJPEG(t, quarters(16, 16))
	scan := bytes.Index(whole, []byte{0xFF, 0xDA})
	header := whole[scan : scan+2+int(binary.BigEndian.Uint16(whole[scan+2:]))]
	data := append(append([]byte{}, whole[:scan]...), bytes.Repeat(header, 5000)...)
	refuse(t, append(data, whole[scan:]...), raster.Limits{}, raster.ErrBroken)
}
