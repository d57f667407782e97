package raster_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"

	"lianxin/service/picture/raster"

	"github.com/google/go-cmp/cmp"
)

func normalize(t *testing.T, data []byte, limits raster.Limits) raster.Picture {
	t.Helper()
	p, err := raster.Normalize(t.Context(), bytes.NewReader(data), limits)
	if err != nil {
		t.Fatalf("a good picture was refused: %v", err)
	}
	return p
}

func TestEveryAcceptedKindBecomesAJPEGWithTheSamePicture(t *testing.T) {
	t.Parallel()
	sample := quarters(64, 48)
	for name, data := range map[string][]byte{
		"jpeg": asJPEG(t, sample), "png": asPNG(t, sample), "gif": asGIF(t, sample), "bmp": asBMP(t, sample),
	} {
		p := normalize(t, data, raster.Limits{})
		if got := corners(t, p.Data); got != "RGBY" {
			t.Errorf("%s: corners of the picture are %s, want RGBY", name, got)
		}
		if got := corners(t, p.Thumb); got != "RGBY" {
			t.Errorf("%s: corners of the thumbnail are %s, want RGBY", name, got)
		}
	}
	p := normalize(t, asWebP(64, 48, paint['G'], nil), raster.Limits{})
	if got := corners(t, p.Data); got != "GGGG" {
		t.Errorf("webp: corners of the picture are %s, want GGGG", got)
	}
}

func TestThePlaceOfAPictureIsGoneWhateverCarriedIt(t *testing.T) {
	t.Parallel()
	sample := quarters(64, 48)
	block := exifBlock(binary.LittleEndian, 1)
	for name, data := range map[string][]byte{
		"exif in a jpeg":    withEXIF(asJPEG(t, sample), block),
		"xmp in a jpeg":     withSegment(asJPEG(t, sample), 0xE1, []byte("http://ns.adobe.com/xap/1.0/\x00"+secretPlace)),
		"comment in a jpeg": withSegment(asJPEG(t, sample), 0xFE, []byte(secretPlace)),
		"behind a jpeg":     append(asJPEG(t, sample), secretPlace...),
		"exif in a png":     withChunk(asPNG(t, sample), "eXIf", block),
		"text in a png":     withChunk(asPNG(t, sample), "tEXt", []byte("Comment\x00"+secretPlace)),
		"behind a gif":      append(asGIF(t, sample), secretPlace...),
		"behind a bmp":      append(asBMP(t, sample), secretPlace...),
		"exif in a webp":    asWebP(64, 48, paint['R'], block),
	} {
		if !bytes.Contains(data, []byte(secretPlace)) {
			t.Fatalf("%s: the sample does not hold what must vanish", name)
		}
		p := normalize(t, data, raster.Limits{})
		for part, kept := range map[string][]byte{"picture": p.Data, "thumbnail": p.Thumb} {
			for _, trace := range []string{secretPlace, "Exif", "xap", "WUHAN"} {
				if bytes.Contains(kept, []byte(trace)) {
					t.Errorf("%s: the %s still contains %q", name, part, trace)
				}
			}
			for _, marker := range markers(t, kept) {
				if marker >= 0xE0 && marker <= 0xEF || marker == 0xFE {
					t.Errorf("%s: the %s has segment %X", name, part, marker)
				}
			}
		}
	}
}

// markers lists the segments of a JPEG in front of its first scan.
func markers(t *testing.T, jpg []byte) []byte {
	t.Helper()
	var found []byte
	for rest := jpg[2:]; len(rest) >= 4 && rest[0] == 0xFF; {
		found = append(found, rest[1])
		if rest[1] == 0xDA {
			return found
		}
		rest = rest[2+int(binary.BigEndian.Uint16(rest[2:])):]
	}
	t.Fatal("what was kept has no scan")
	return nil
}

func TestEachOfTheEightOrientationsIsTurnedUpright(t *testing.T) {
	t.Parallel()
	jpg, pngs := asJPEG(t, quarters(64, 32)), asPNG(t, quarters(64, 32))
	want := []string{"RGBY", "GRYB", "YBGR", "BYRG", "RBGY", "BRYG", "YGBR", "GYRB"}
	for i, corner := range want {
		o := uint16(i + 1)
		for name, data := range map[string][]byte{
			"little-endian jpeg": withEXIF(jpg, exifBlock(binary.LittleEndian, o)),
			"big-endian jpeg":    withEXIF(jpg, exifBlock(binary.BigEndian, o)),
			"png":                withChunk(pngs, "eXIf", exifBlock(binary.BigEndian, o)),
		} {
			p := normalize(t, data, raster.Limits{})
			if got := corners(t, p.Data); got != corner {
				t.Errorf("%s, orientation %d: corners are %s, want %s", name, o, got, corner)
			}
			if got := corners(t, p.Thumb); got != corner {
				t.Errorf("%s, orientation %d: corners of the thumbnail are %s, want %s", name, o, got, corner)
			}
			if upended := p.Height > p.Width; upended != (o >= 5) {
				t.Errorf("%s, orientation %d: picture is %d by %d", name, o, p.Width, p.Height)
			}
		}
		p := normalize(t, asWebP(64, 32, paint['B'], exifBlock(binary.LittleEndian, o)), raster.Limits{})
		if upended := p.Height > p.Width; upended != (o >= 5) {
			t.Errorf("webp, orientation %d: picture is %d by %d", o, p.Width, p.Height)
		}
	}
}

func TestDamagedOrientationMeansAsStored(t *testing.T) {
	t.Parallel()
	jpg := asJPEG(t, quarters(64, 32))
	good := exifBlock(binary.LittleEndian, 6)
	far := append([]byte{}, good...)
	binary.LittleEndian.PutUint32(far[4:], 0xFFFFFFF0)
	many := append([]byte{}, good[:8]...)
	many = binary.LittleEndian.AppendUint16(many, 0xFFFF)
	for name, block := range map[string][]byte{
		"nothing": nil, "half a header": good[:5], "offset far outside": far, "more entries than bytes": many,
		"no byte order": []byte("XXXXXXXXXXXX"), "zero": exifBlock(binary.BigEndian, 0), "nine": exifBlock(binary.BigEndian, 9),
	} {
		if got := corners(t, normalize(t, withEXIF(jpg, block), raster.Limits{}).Data); got != "RGBY" {
			t.Errorf("%s: corners are %s, want RGBY", name, got)
		}
	}
}

func TestLongSidesAreCappedAndSmallPicturesAreLeftAlone(t *testing.T) {
	t.Parallel()
	type size struct{ Width, Height, ThumbWidth, ThumbHeight int }
	limits := raster.Limits{Side: 200, ThumbSide: 50}
	for _, c := range []struct{ w, h, pw, ph, tw, th int }{
		{400, 300, 200, 150, 50, 38},
		{300, 400, 150, 200, 38, 50},
		{100, 80, 100, 80, 50, 40},
		{20, 10, 20, 10, 20, 10},
		{3000, 1, 200, 1, 50, 1},
		{1, 1, 1, 1, 1, 1},
	} {
		p := normalize(t, asPNG(t, quarters(c.w, c.h)), limits)
		got := size{p.Width, p.Height, p.ThumbWidth, p.ThumbHeight}
		if diff := cmp.Diff(size{c.pw, c.ph, c.tw, c.th}, got); diff != "" {
			t.Errorf("%d by %d (-want +got):\n%s", c.w, c.h, diff)
		}
		if b := decoded(t, p.Data).Bounds(); b.Dx() != p.Width || b.Dy() != p.Height {
			t.Errorf("%d by %d: data is %v, but %d by %d was said", c.w, c.h, b, p.Width, p.Height)
		}
		if b := decoded(t, p.Thumb).Bounds(); b.Dx() != p.ThumbWidth || b.Dy() != p.ThumbHeight {
			t.Errorf("%d by %d: thumbnail is %v, but %d by %d was said", c.w, c.h, b, p.ThumbWidth, p.ThumbHeight)
		}
	}
}

func TestWhatIsTransparentBecomesWhite(t *testing.T) {
	t.Parallel()
	glass := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	m := decoded(t, normalize(t, asPNG(t, glass), raster.Limits{}).Data)
	if got := color.GrayModel.Convert(m.At(20, 20)); got != (color.Gray{Y: 0xFF}) {
		t.Errorf("a transparent pixel became %v, want white", got)
	}
}

func TestTheDigestIsThatOfTheDataAndRepeatable(t *testing.T) {
	t.Parallel()
	data := asPNG(t, quarters(64, 48))
	first, second := normalize(t, data, raster.Limits{}), normalize(t, data, raster.Limits{})
	sum := sha256.Sum256(first.Data)
	if want := hex.EncodeToString(sum[:]); first.SHA256 != want {
		t.Errorf("digest is %s, want %s", first.SHA256, want)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same upload gave two pictures:\n%s", diff)
	}
}

func TestOnlyTheFirstFrameOfAnAnimationIsKept(t *testing.T) {
	t.Parallel()
	one := asGIF(t, quarters(16, 16))
	broken := append(append([]byte{}, one[:len(one)-1]...), 0x2C, 0xFF, 0xFF, 0xFF) // a second frame that is nonsense
	if got := corners(t, normalize(t, broken, raster.Limits{}).Data); got != "RGBY" {
		t.Errorf("corners are %s, want RGBY", got)
	}
}

func TestADecoderPlaceIsWaitedForAndTheWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	n := raster.New(raster.Limits{}, 1)
	data := asPNG(t, quarters(8, 8))
	free := raster.Hold(n)

	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the sender went away")
	done := make(chan error)
	go func() {
		_, err := n.Normalize(ctx, bytes.NewReader(data))
		done <- err
	}()
	cancel(gone)
	if err := <-done; !errors.Is(err, gone) {
		t.Fatalf("waiting ended with %v, want %v", err, gone)
	}

	free()
	if _, err := n.Normalize(t.Context(), bytes.NewReader(data)); err != nil {
		t.Fatalf("a free place was not given: %v", err)
	}
}

func TestAPlaceIsGivenBackAfterARefusal(t *testing.T) {
	t.Parallel()
	n := raster.New(raster.Limits{}, 0) // at least one
	whole := asJPEG(t, quarters(64, 64))
	for range 3 {
		if _, err := n.Normalize(t.Context(), bytes.NewReader(whole[:len(whole)/2])); !errors.Is(err, raster.ErrBroken) {
			t.Fatalf("half a picture gave %v, want ErrBroken", err)
		}
	}
	if _, err := n.Normalize(t.Context(), bytes.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
}

func TestAFailingReaderIsNotMistakenForABadPicture(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection lost")
	r := io.MultiReader(strings.NewReader("\xFF\xD8\xFF"), failing{lost})
	_, err := raster.Normalize(t.Context(), r, raster.Limits{})
	if !errors.Is(err, lost) {
		t.Fatalf("got %v, want the error of the reader", err)
	}
	for _, refusal := range refusals() {
		if errors.Is(err, refusal) {
			t.Errorf("a lost connection was reported as %v", refusal)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func refusals() []error {
	return []error{raster.ErrTooLarge, raster.ErrTooManyPixels, raster.ErrNotPicture, raster.ErrOtherKind, raster.ErrBroken}
}

func ExampleNormalize() {
	_, err := raster.Normalize(context.Background(), strings.NewReader("<svg xmlns='http://www.w3.org/2000/svg'/>"), raster.Limits{})
	fmt.Println(errors.Is(err, raster.ErrNotPicture), errors.Is(err, raster.ErrOtherKind))
	// Output: true true
}

func TestAPictureIsMadeSmallerUntilItFits(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(i * 7919 >> 3)
	}
	data := asJPEG(t, noise)
	same, err := raster.Below(data, len(data))
	if err != nil || !bytes.Equal(same, data) {
		t.Errorf("one that fits was changed: %v", err)
	}
	small, err := raster.Below(data, len(data)/4)
	if err != nil || len(small) > len(data)/4 {
		t.Fatalf("%d bytes of %d, %v", len(small), len(data), err)
	}
	if size := decoded(t, small).Bounds().Size(); size.X <= size.Y || size.X >= 600 {
		t.Errorf("the small one is %v", size)
	}
	if _, err := raster.Below(data, 100); !errors.Is(err, raster.ErrTooLarge) {
		t.Errorf("a picture of no bytes: %v", err)
	}
	if _, err := raster.Below([]byte("not a picture"), 3); err == nil {
		t.Error("what is no picture was made small")
	}
}
