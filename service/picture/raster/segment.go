package raster

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// scansMax is the most passes a progressive JPEG may make over its pixels.
// Cameras and programs make about ten. A pass costs a few bytes of file and
// milliseconds of work, so ten megabytes of them would be minutes.
const scansMax = 64

// The markers of a JPEG that matter here.
const (
	markerEOI  = 0xD9
	markerSOS  = 0xDA
	markerAPP1 = 0xE1
	markerTEM  = 0x01
	markerRST0 = 0xD0
	markerRST7 = 0xD7
)

// segments yields the marker and the body of every part of a JPEG up to its
// end. It reads every byte at most once, and stops where it no longer
// understands; to refuse is the decoder's business.
func segments(data []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for rest := data; ; {
			marker, body, after, ok := nextSegment(rest)
			if !ok || !yield(marker, body) {
				return
			}
			rest = after
		}
	}
}

// nextSegment finds the next part that has a body, and what comes after it.
func nextSegment(data []byte) (byte, []byte, []byte, bool) {
	for {
		at := nextMarker(data)
		if at < 0 || data[at+1] == markerEOI {
			return 0, nil, nil, false
		}
		marker := data[at+1]
		data = data[at+2:]
		if standsAlone(marker) {
			continue
		}
		if len(data) < 2 {
			return 0, nil, nil, false
		}
		length := int(binary.BigEndian.Uint16(data))
		if length < 2 || length > len(data) {
			return 0, nil, nil, false
		}
		return marker, data[2:length], data[length:], true
	}
}

// nextMarker finds 0xFF followed by a code. A zero after 0xFF is a stuffed
// byte of compressed data, and a second 0xFF is padding.
func nextMarker(data []byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(data[from:], 0xFF)
		if i < 0 || from+i+1 >= len(data) {
			return -1
		}
		at := from + i
		if code := data[at+1]; code != 0x00 && code != 0xFF {
			return at
		}
		from = at + 1
	}
}

// standsAlone tells the markers that have no body: start of image, restarts
// and TEM.
func standsAlone(marker byte) bool {
	return marker == markerTEM || marker == 0xD8 || marker >= markerRST0 && marker <= markerRST7
}

// tooManyScans reports a JPEG with more passes than any honest one has.
func tooManyScans(data []byte) bool {
	scans := 0
	for marker := range segments(data) {
		if marker == markerSOS {
			scans++
		}
		if scans > scansMax {
			return true
		}
	}
	return false
}

// exifInJPEG returns the TIFF block of the first EXIF segment.
func exifInJPEG(data []byte) []byte {
	for marker, body := range segments(data) {
		if marker == markerSOS {
			return nil
		}
		if marker != markerAPP1 {
			continue
		}
		if block, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
			return block
		}
	}
	return nil
}

// exifInPNG returns the body of the eXIf chunk: length, name, body, checksum,
// after a signature of eight bytes.
func exifInPNG(data []byte) []byte {
	const signature, frame = 8, 12
	for rest := data[min(signature, len(data)):]; len(rest) >= frame; {
		length := int64(binary.BigEndian.Uint32(rest))
		if length > int64(len(rest)-frame) {
			return nil
		}
		if string(rest[4:8]) == "eXIf" {
			return rest[8 : 8+length]
		}
		rest = rest[frame+length:]
	}
	return nil
}

// exifInWebP returns the body of the EXIF chunk: name, length, body padded to
// an even length, after a RIFF header of twelve bytes.
func exifInWebP(data []byte) []byte {
	const header, frame = 12, 8
	for rest := data[min(header, len(data)):]; len(rest) >= frame; {
		length := int64(binary.LittleEndian.Uint32(rest[4:]))
		if length > int64(len(rest)-frame) {
			return nil
		}
		if string(rest[:4]) == "EXIF" {
			// Some writers keep the prefix that belongs into a JPEG.
			return bytes.TrimPrefix(rest[frame:frame+length], []byte("Exif\x00\x00"))
		}
		padded := frame + length + length%2
		rest = rest[min(padded, int64(len(rest))):]
	}
	return nil
}
