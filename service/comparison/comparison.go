// Package comparison says what became of a text from an older version to a newer
// one: paragraph by paragraph, and within a paragraph word by word.
//
// It refuses to judge: what is marked is what differs, however little it matters.
package comparison

import (
	"slices"
	"strings"
	"unicode"
)

// Kind says what became of a piece of text from an older version to a newer one.
type Kind string

// A piece is in both, or only in the newer or the older one.
const (
	Same    Kind = "same"
	Added   Kind = "added"
	Removed Kind = "removed"
)

// Piece is a stretch of text between two versions.
type Piece struct {
	Kind Kind
	Text string
}

// Paragraph is one paragraph of a comparison.
type Paragraph struct{ Pieces []Piece }

// Of lines two texts up by paragraph; where one paragraph stands for another, it
// is compared word by word.
func Of(before, after []string) []Paragraph {
	var out []Paragraph
	steps := align(before, after)
	for i := 0; i < len(steps); {
		if steps[i].Kind == Same {
			out = append(out, Paragraph{[]Piece{steps[i]}})
			i++
			continue
		}
		var removed, added []string
		for i < len(steps) && steps[i].Kind != Same {
			if steps[i].Kind == Removed {
				removed = append(removed, steps[i].Text)
			} else {
				added = append(added, steps[i].Text)
			}
			i++
		}
		out = append(out, pair(removed, added)...)
	}
	return out
}

// pair puts the paragraphs that went beside those that came in their place.
func pair(removed, added []string) []Paragraph {
	var out []Paragraph
	for i := range max(len(removed), len(added)) {
		switch {
		case i >= len(added):
			out = append(out, Paragraph{[]Piece{{Removed, removed[i]}}})
		case i >= len(removed):
			out = append(out, Paragraph{[]Piece{{Added, added[i]}}})
		default:
			out = append(out, Paragraph{joined(align(words(removed[i]), words(added[i])))})
		}
	}
	return out
}

// words takes a line apart: Chinese by the character, others by the word.
func words(line string) []string {
	var out []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for _, r := range line {
		if (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Han, r) {
			word.WriteRune(r)
			continue
		}
		flush()
		out = append(out, string(r))
	}
	flush()
	return out
}

// joined puts neighbours of one kind together.
func joined(pieces []Piece) []Piece {
	var out []Piece
	for _, p := range pieces {
		if n := len(out); n > 0 && out[n-1].Kind == p.Kind {
			out[n-1].Text += p.Text
			continue
		}
		out = append(out, p)
	}
	return out
}

// mostCells bounds the table of an alignment: beyond it what differs is shown as
// gone and come, as a whole.
const mostCells = 4_000_000

// align finds the longest common run of two lists.
func align(before, after []string) []Piece {
	var head, tail []Piece
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		head = append(head, Piece{Same, before[0]})
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		tail = append(tail, Piece{Same, before[len(before)-1]})
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	head = append(head, middle(before, after)...)
	slices.Reverse(tail)
	return append(head, tail...)
}

func middle(before, after []string) []Piece {
	if (len(before)+1)*(len(after)+1) > mostCells {
		return append(all(Removed, before), all(Added, after)...)
	}
	longest := commonRuns(before, after)
	var out []Piece
	i, j := 0, 0
	for i < len(before) && j < len(after) {
		switch {
		case before[i] == after[j]:
			out = append(out, Piece{Same, before[i]})
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			out = append(out, Piece{Removed, before[i]})
			i++
		default:
			out = append(out, Piece{Added, after[j]})
			j++
		}
	}
	return append(append(out, all(Removed, before[i:])...), all(Added, after[j:])...)
}

func all(kind Kind, texts []string) []Piece {
	var out []Piece
	for _, text := range texts {
		out = append(out, Piece{kind, text})
	}
	return out
}

// commonRuns says for each pair of places how long the longest common run is
// from there on.
func commonRuns(before, after []string) [][]int32 {
	longest := make([][]int32, len(before)+1)
	for i := range longest {
		longest[i] = make([]int32, len(after)+1)
	}
	for i, was := range slices.Backward(before) {
		for j := len(after) - 1; j >= 0; j-- {
			if was == after[j] {
				longest[i][j] = longest[i+1][j+1] + 1
				continue
			}
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
		}
	}
	return longest
}
