package picture_test

import (
	"bytes"
	"image/jpeg"
	"testing"

	"lianxin/simulator/picture"
)

func TestAPictureIsAJPEGOfTheAskedWidth(t *testing.T) {
	data, err := picture.JPEG(430, "mini-program", "place=0123456789abcdef&from=门")
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := decoded.Bounds().Dx(); got != 430 {
		t.Errorf("width %d", got)
	}
}

func TestTwoTextsGiveTwoPictures(t *testing.T) {
	one, err := picture.JPEG(280, "code", "a")
	if err != nil {
		t.Fatal(err)
	}
	two, err := picture.JPEG(280, "code", "b")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(one, two) {
		t.Error("the text does not show")
	}
}
