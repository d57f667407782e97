package raster

import (
	"bytes"
	"fmt"
	"image/jpeg"
)

// smallestSide is how small a picture is made at most, to be of few bytes.
const smallestSide = 160

// Below gives a JPEG of ours in at most so many bytes: as it is where that is
// enough, or else smaller and smaller. It fails when not even a tiny one fits.
func Below(data []byte, most int) ([]byte, error) {
	if len(data) <= most {
		return data, nil
	}
	whole, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("raster: read a picture of ours: %w", err)
	}
	size := whole.Bounds().Size()
	for side := max(size.X, size.Y); side >= smallestSide; side = side * 4 / 5 {
		small, err := encode(shrink(whole, side))
		if err != nil {
			return nil, err
		}
		if len(small) <= most {
			return small, nil
		}
	}
	return nil, ErrTooLarge
}
