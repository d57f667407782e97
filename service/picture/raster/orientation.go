package raster

import (
	"encoding/binary"
	"image"
)

// orientation is the EXIF value that says how a stored picture must be turned
// to stand upright. Names say what has to be done.
type orientation uint16

const (
	asStored orientation = iota + 1
	mirror
	halfTurn
	flip
	transpose
	quarterTurn
	transverse
	threeQuarterTurn
)

// orientationOf reads which way is up. Metadata that is missing, damaged or
// nonsense means as stored: a crooked picture is better than none.
func orientationOf(k kind, data []byte) orientation {
	return orientationIn(k.exif(data))
}

// orientationIn reads the orientation from the first directory of a TIFF
// block. It follows one offset and looks at each entry once.
func orientationIn(block []byte) orientation {
	const header, entrySize, tagOrientation, typeShort = 8, 12, 0x0112, 3
	if len(block) < header {
		return asStored
	}
	var order binary.ByteOrder
	switch string(block[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return asStored
	}
	offset := int64(order.Uint32(block[4:]))
	if offset < header || offset+2 > int64(len(block)) {
		return asStored
	}
	entries := block[offset+2:]
	for range order.Uint16(block[offset:]) {
		if len(entries) < entrySize {
			return asStored
		}
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == typeShort {
			return orientation(order.Uint16(entries[8:]))
		}
		entries = entries[entrySize:]
	}
	return asStored
}

// upright turns and mirrors src as o demands.
func upright(src *image.RGBA, o orientation) *image.RGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	// from gives the stored place of the pixel that is shown at x, y.
	var from func(x, y int) (int, int)
	switch o {
	case mirror:
		from = func(x, y int) (int, int) { return w - 1 - x, y }
	case halfTurn:
		from = func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }
	case flip:
		from = func(x, y int) (int, int) { return x, h - 1 - y }
	case transpose:
		from = func(x, y int) (int, int) { return y, x }
	case quarterTurn:
		from = func(x, y int) (int, int) { return y, h - 1 - x }
	case transverse:
		from = func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }
	case threeQuarterTurn:
		from = func(x, y int) (int, int) { return w - 1 - y, x }
	case asStored:
		return src
	default:
		return src
	}
	bounds := image.Rect(0, 0, w, h)
	if o >= transpose {
		bounds = image.Rect(0, 0, h, w)
	}
	return rearrange(src, bounds, from)
}

func rearrange(src *image.RGBA, bounds image.Rectangle, from func(x, y int) (int, int)) *image.RGBA {
	dst := image.NewRGBA(bounds)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			sx, sy := from(x, y)
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}
