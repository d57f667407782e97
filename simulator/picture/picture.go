// Package picture draws the stand-in's pictures: a code that says in plain letters what it
// carries. It does not pretend: no camera can scan it, and every picture says so.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
)

const (
	perLine  = 16
	quality  = 90
	advance  = 6
	height   = 9
	frame    = 12
	smallest = 120
)

var (
	paper = color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	ink   = color.RGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff}
	red   = color.RGBA{R: 0xa8, G: 0x1a, B: 0x1f, A: 0xff}
)

// JPEG draws a square of width pixels with a red frame, the heading in red and the text
// below it, broken into lines. Characters outside printable ASCII show as a question mark.
func JPEG(width int, heading, text string) ([]byte, error) {
	width = max(width, smallest)
	canvas := image.NewRGBA(image.Rect(0, 0, width, width))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(red), image.Point{}, draw.Src)
	draw.Draw(canvas, canvas.Bounds().Inset(frame/2), image.NewUniform(paper), image.Point{}, draw.Src)
	scale := max(1, (width-2*frame)/(perLine*advance))
	lines := wrap(text)
	top := (width - (len(lines)+2)*height*scale) / 2
	line(canvas, heading, top, scale, red)
	for i, words := range lines {
		line(canvas, words, top+(i+2)*height*scale, scale, ink)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, canvas, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode the picture: %w", err)
	}
	return out.Bytes(), nil
}

func wrap(text string) []string {
	letters := []rune(text)
	var lines []string
	for len(letters) > perLine {
		lines = append(lines, string(letters[:perLine]))
		letters = letters[perLine:]
	}
	return append(lines, string(letters))
}

func line(canvas *image.RGBA, words string, top, scale int, paint color.Color) {
	letters := []rune(words)
	left := (canvas.Bounds().Dx() - len(letters)*advance*scale) / 2
	for i, letter := range letters {
		glyph(canvas, letter, image.Pt(left+i*advance*scale, top), scale, paint)
	}
}

func glyph(canvas *image.RGBA, letter rune, at image.Point, scale int, paint color.Color) {
	if letter < ' ' || letter > '~' {
		letter = '?'
	}
	for x, column := range glyphs[letter-' '] {
		for y := range 8 {
			if column>>y&1 == 0 {
				continue
			}
			dot := image.Rect(0, 0, scale, scale).Add(at).Add(image.Pt(x*scale, y*scale))
			draw.Draw(canvas, dot, image.NewUniform(paint), image.Point{}, draw.Src)
		}
	}
}
