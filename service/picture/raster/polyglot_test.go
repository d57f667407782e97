package raster_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"image/jpeg"
	"runtime"
	"testing"

	"lianxin/service/picture/raster"
)

// payload is what a polyglot smuggles: a script, a page and a place.
const payload = "/*<script>alert(document.cookie)</script><?php system($_GET['c']); ?>" + secretPlace + "*/"

// archive is a zip that opens behind anything.
func archive(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("shell.php")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(payload)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inserted puts something into data at a place.
func inserted(data []byte, at int, what []byte) []byte {
	return append(append(append([]byte{}, data[:at]...), what...), data[at:]...)
}

// jpegSegment is a part of a JPEG with a marker and a body.
func jpegSegment(marker byte, body string) []byte {
	n := len(body) + 2
	return append([]byte{0xFF, marker, byte(n >> 8), byte(n)}, body...)
}

// gifExtension is a block of a GIF: a comment, or what a program wants to keep.
func gifExtension(label byte, head, body string) []byte {
	block := []byte{0x21, label}
	for _, part := range []string{head, body} {
		if part != "" {
			block = append(append(block, byte(len(part))), part...)
		}
	}
	return append(block, 0)
}

func TestNothingThatAPolyglotSmugglesIsKept(t *testing.T) {
	t.Parallel()
	sample := quarters(64, 48)
	photo, drawing, icon := asJPEG(t, sample), asPNG(t, sample), asGIF(t, sample)
	const afterIHDR = 8 + 25
	afterPalette := 13 + 3*(1<<(icon[10]&7+1))
	for name, data := range map[string][]byte{
		"a comment of a JPEG":       inserted(photo, 2, jpegSegment(0xFE, payload)),
		"an ICC profile of a JPEG":  inserted(photo, 2, jpegSegment(0xE2, "ICC_PROFILE\x00\x01\x01"+payload)),
		"XMP of a JPEG":             inserted(photo, 2, jpegSegment(0xE1, "http://ns.adobe.com/xap/1.0/\x00"+payload)),
		"Photoshop's part":          inserted(photo, 2, jpegSegment(0xED, "Photoshop 3.0\x00"+payload)),
		"a page behind a JPEG":      append(bytes.Clone(photo), payload...),
		"an archive behind a JPEG":  append(bytes.Clone(photo), archive(t)...),
		"a JPEG behind a JPEG":      append(bytes.Clone(photo), inserted(photo, 2, jpegSegment(0xFE, payload))...),
		"text of a PNG":             inserted(drawing, afterIHDR, pngChunk("tEXt", []byte("Comment\x00"+payload))),
		"a profile of a PNG":        inserted(drawing, afterIHDR, pngChunk("iCCP", []byte("x\x00\x00"+payload))),
		"a strange chunk of a PNG":  inserted(drawing, afterIHDR, pngChunk("phPs", []byte(payload))),
		"an archive behind a PNG":   append(bytes.Clone(drawing), archive(t)...),
		"a comment of a GIF":        inserted(icon, afterPalette, gifExtension(0xFE, "", payload)),
		"an application in a GIF":   inserted(icon, afterPalette, gifExtension(0xFF, "XMP DataXMP", payload)),
		"an archive behind a GIF":   append(bytes.Clone(icon), archive(t)...),
		"a page behind a BMP":       append(asBMP(t, sample), payload...),
		"an archive behind a WebP":  append(asWebP(64, 48, paint['R'], nil), archive(t)...),
		"an EXIF block inside WebP": asWebP(64, 48, paint['R'], append([]byte("II*\x00"), payload...)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !bytes.Contains(data, []byte("PK\x03\x04")) && !bytes.Contains(data, []byte(secretPlace)) {
				t.Fatal("nothing is smuggled")
			}
			p := normalize(t, data, raster.Limits{})
			for _, kept := range [][]byte{p.Data, p.Thumb} {
				for _, piece := range []string{"<script", "<?php", "document.cookie", secretPlace, "PK\x03\x04", "shell.php", "Photoshop", "ICC_PROFILE", "ns.adobe.com"} {
					if bytes.Contains(kept, []byte(piece)) {
						t.Errorf("%q was kept", piece)
					}
				}
				if end := bytes.Index(kept, []byte{0xFF, 0xD9}); end != len(kept)-2 {
					t.Errorf("the picture ends at %d of %d bytes", end, len(kept))
				}
				if _, err := jpeg.Decode(bytes.NewReader(kept)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestPackedTextThatUnpacksToGigabytesIsNotUnpacked(t *testing.T) { //nolint:paralleltest // it measures memory
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	for range 64 { // 64 MB in 64 KB
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	bomb := asPNG(t, quarters(16, 16))
	for _, chunk := range []string{"zTXt", "iTXt", "iCCP"} {
		bomb = inserted(bomb, 8+25, pngChunk(chunk, append([]byte("x\x00\x00"), packed.Bytes()...)))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	normalize(t, bomb, raster.Limits{})
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("it took %d bytes", used)
	}
}

func TestPixelsThatUnpackToMoreThanThePictureHoldsAreNotUnpacked(t *testing.T) { //nolint:paralleltest // it measures memory
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	for range 64 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	header := []byte{0, 0, 0, 16, 0, 0, 0, 16, 8, 6, 0, 0, 0}
	bomb := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", header)...)
	bomb = append(append(bomb, pngChunk("IDAT", packed.Bytes())...), pngChunk("IEND", nil)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := raster.Normalize(t.Context(), bytes.NewReader(bomb), raster.Limits{})
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("it took %d bytes and gave %v", used, err)
	}
}
