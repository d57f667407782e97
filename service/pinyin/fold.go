package pinyin

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// diaeresis makes ü of u when it follows; colon does when typed after lu or nu.
const (
	diaeresis = '\u0308'
	colon     = ':'
)

// umlauts writes every way of typing ü as v, and v where the spelling has u.
//
// "lyu" is how passports write lü. It cannot come about between two syllables,
// for none ends in l; "nyu" can (Han Yu) and is left alone.
var (
	typedUmlaut = strings.NewReplacer("lu:", "lv", "nu:", "nv")
	umlauts     = strings.NewReplacer("jv", "ju", "qv", "qu", "xv", "xu", "yv", "yu")
	passport    = strings.NewReplacer("lyu", "lv")
)

// Fold brings what a person types, and what is kept to be found, to one form:
// half-width, lower case, without tone marks, ü as v, and nothing but letters
// and digits. Chinese characters stay. Folding twice changes nothing.
//
// It does not escape anything; what comes out has no character that means
// something to a database, but the one who builds a query still binds it.
func Fold(query string) string {
	var kept []rune
	// The normaliser passes on what follows a broken character unchanged.
	whole := strings.ToValidUTF8(query, "")
	for _, r := range norm.NFKD.String(whole) {
		last := len(kept) - 1
		switch {
		case r == diaeresis && last >= 0 && kept[last] == 'u':
			kept[last] = 'v'
		case unicode.IsLetter(r), unicode.IsNumber(r), isOwnMark(r), r == colon:
			kept = append(kept, unicode.ToLower(r))
		}
	}
	s := typedUmlaut.Replace(string(kept))
	s = strings.ReplaceAll(s, string(colon), "")
	// Marks that were parted by what is gone now stand in a new order.
	return norm.NFKD.String(passport.Replace(umlauts.Replace(s)))
}

// isOwnMark tells the marks that belong to a script, such as the vowels of
// Tibetan, from the accents that people leave out.
func isOwnMark(r rune) bool {
	return unicode.IsMark(r) && !unicode.In(r, accents)
}

var accents = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x0300, Hi: 0x036F, Stride: 1}}}
