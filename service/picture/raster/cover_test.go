package raster_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"lianxin/service/picture/raster"
)

// chequered is a picture whose squares are black and white.
func chequered(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 120, 80))
	for y := range 80 {
		for x := range 120 {
			m.SetGray(x, y, color.Gray{Y: uint8(255 * ((x/10 + y/10) % 2))})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func grey(m image.Image, x, y int) int {
	return int(color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y) //nolint:forcetypeassert // what the model makes
}

func TestNothingIsLeftOfWhatIsCovered(t *testing.T) {
	covered, err := raster.Cover(t.Context(), chequered(t), []raster.Box{{X: 0.25, Y: 0.25, Width: 0.25, Height: 0.5}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(covered))
	if err != nil || m.Bounds().Dx() != 120 || m.Bounds().Dy() != 80 {
		t.Fatalf("%v, %v", m.Bounds(), err)
	}
	for y := 24; y < 56; y++ {
		for x := 34; x < 56; x++ {
			if g := grey(m, x, y); g < 100 || g > 155 {
				t.Fatalf("at %d, %d there is %d", x, y, g)
			}
		}
	}
	if a, b := grey(m, 5, 5), grey(m, 15, 5); a > 60 || b < 195 {
		t.Errorf("outside there is %d and %d", a, b)
	}
}

func TestABoxOutsideThePictureIsRefused(t *testing.T) {
	for _, box := range []raster.Box{{X: -0.1, Y: 0, Width: 0.5, Height: 0.5}, {X: 0.6, Y: 0, Width: 0.5, Height: 0.5}, {X: 0, Y: 0, Width: 0, Height: 1}} {
		if _, err := raster.Cover(t.Context(), chequered(t), []raster.Box{box}); !errors.Is(err, raster.ErrBroken) {
			t.Errorf("%+v: %v", box, err)
		}
	}
	if _, err := raster.Cover(t.Context(), []byte("x"), nil); !errors.Is(err, raster.ErrBroken) {
		t.Errorf("no picture: %v", err)
	}
}
