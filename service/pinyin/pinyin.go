// Package pinyin turns Chinese names into the keys that people type to find
// them: 张三 is found by zhangsan and by zs.
//
// It knows how surnames are read where a dictionary of characters goes wrong
// (曾 is Zeng, 尉迟 is Yuchi), reads names of other nationalities that are
// written with a middle dot, and gives the further readings of characters
// that have several, so that a person who guesses wrongly still finds.
//
// It refuses to guess at characters it does not know: they stay as they are,
// and so can be found by being typed. It has no tones, it does not understand
// sentences, and it is not a romanisation for documents: ü is written v.
package pinyin

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// keysMax bounds the keys of one name, and so the size of an index.
const keysMax = 16

// Name returns the likeliest full spelling and initials of a person's name,
// both without spaces. A name with a middle dot has no surname to look up.
func Name(chinese string) (string, string) {
	return join(nameUnits(chinese))
}

// Text returns the likeliest full spelling and initials of the name of a place
// or an organisation.
func Text(chinese string) (string, string) {
	return join(placeUnits(chinese))
}

// Keys returns everything a person may type to find this name, at most 16
// keys, none twice: full spellings and initials, likeliest first. The first
// are what Name returns. There are none for a name without letters.
func Keys(chinese string) []string {
	units := nameUnits(chinese)
	if len(units) == 0 {
		return nil
	}
	var keys []string
	seen := map[string]bool{}
	for _, variant := range variants(units, keysMax) {
		full, initials := join(variant)
		for _, key := range []string{full, initials} {
			if len(keys) < keysMax && !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// unit is one character and its readings, likeliest first. A character that
// is not read, such as a digit, reads as itself.
type unit []string

func nameUnits(chinese string) []unit {
	runes := []rune(modern(Fold(chinese)))
	if hasMiddleDot(chinese) {
		return plainUnits(runes)
	}
	surname := surnameUnits(runes)
	return append(surname, plainUnits(runes[len(surname):])...)
}

func plainUnits(runes []rune) []unit {
	units := make([]unit, 0, len(runes))
	for _, r := range runes {
		units = append(units, plain(r))
	}
	return units
}

// join spells the first reading of each unit. It folds what it has joined, so
// that a key is always what Fold makes of it.
func join(units []unit) (string, string) {
	var full, initials strings.Builder
	for _, u := range units {
		full.WriteString(u[0])
		first, _ := utf8.DecodeRuneInString(u[0])
		initials.WriteRune(first)
	}
	return Fold(full.String()), Fold(initials.String())
}

// change says that one unit takes another of its readings.
type change struct{ unit, reading int }

// variants lists ways to read a name, those with fewer unlikely readings
// first, and at most limit of them.
func variants(units []unit, limit int) [][]unit {
	queue := [][]change{nil}
	for at := 0; at < len(queue) && len(queue) < limit; at++ {
		queue = append(queue, further(units, queue[at], limit-len(queue))...)
	}
	all := make([][]unit, 0, len(queue))
	for _, changes := range queue {
		all = append(all, apply(units, changes))
	}
	return all
}

// further lists what can be changed beyond the last unit already changed, so
// that no combination comes twice.
func further(units []unit, changes []change, limit int) [][]change {
	from := 0
	if len(changes) > 0 {
		from = changes[len(changes)-1].unit + 1
	}
	var all [][]change
	for i := from; i < len(units); i++ {
		for reading := 1; reading < len(units[i]); reading++ {
			if len(all) == limit {
				return all
			}
			all = append(all, slices.Concat(changes, []change{{i, reading}}))
		}
	}
	return all
}

func apply(units []unit, changes []change) []unit {
	variant := append([]unit{}, units...)
	for _, c := range changes {
		variant[c.unit] = units[c.unit][c.reading:]
	}
	return variant
}

func hasMiddleDot(s string) bool {
	return strings.ContainsFunc(s, isMiddleDot)
}

// isMiddleDot tells the many dots that separate the parts of a name of another
// nationality: only the first is the right one, and all are met.
func isMiddleDot(r rune) bool {
	return strings.ContainsRune("·•‧・･⋅∙●．.", r)
}

// modern replaces the traditional characters of surnames, so that one table
// serves names from Hong Kong, Macao and Taiwan too.
func modern(s string) string {
	return strings.Map(func(r rune) rune {
		if simple, ok := traditional[r]; ok {
			return simple
		}
		return r
	}, s)
}
