package masking

import (
	"regexp"
	"slices"
	"strings"
)

// Numbers of people come with anything between their digits, and side by side.
// So a whole run of digits is looked at, and its groups are put together as long
// as they make a number that names a person.
var (
	run    = regexp.MustCompile(`[0-9０-９]+(?:[ \x{3000}\x{00a0}·.\-－—()（）]{1,2}[0-9０-９]+)*(?:[ ]?[XxＸｘ])?`)
	groups = regexp.MustCompile(`[0-9０-９]+[XxＸｘ]?|[XxＸｘ]`)

	identityCard = regexp.MustCompile(`^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$`) // GB 11643
	mobilePhone  = regexp.MustCompile(`^(?:0?86)?1[3-9]\d{9}$`)
	fixedPhone   = regexp.MustCompile(`^0[1-9]\d{1,2}[2-9]\d{6,7}$`)
	bankCard     = regexp.MustCompile(`^[3-69]\d{14,18}$`)
)

// longestCard is the most digits of a number that names a person.
const longestCard = 19

// eachNumber gives every number of a person in a text.
func eachNumber(text string, add func(Span)) {
	for _, at := range run.FindAllStringIndex(text, -1) {
		parts := groups.FindAllStringIndex(text[at[0]:at[1]], -1)
		for i := 0; i < len(parts); {
			kind, n := longest(text[at[0]:at[1]], parts[i:])
			if n == 0 {
				i++
				continue
			}
			start, end := at[0]+parts[i][0], at[0]+parts[i+n-1][1]
			add(Span{Kind: kind, Start: start, End: end, Instead: blot(text[start:end])})
			i += n
		}
	}
}

// longest tells how many of the groups make one number together, and of which kind.
func longest(text string, parts [][]int) (Kind, int) {
	var joined strings.Builder
	var best Kind
	n := 0
	for i, part := range parts {
		joined.WriteString(plain(text[part[0]:part[1]]))
		if joined.Len() > longestCard && i > 0 {
			break
		}
		if kind := kindOf(joined.String(), i == 0); kind != "" {
			best, n = kind, i+1
		}
	}
	return best, n
}

// kindOf tells what a number is; whole says that nothing stands between its digits.
func kindOf(number string, whole bool) Kind {
	switch {
	case identityCard.MatchString(number):
		return IdentityCard
	case mobilePhone.MatchString(number), fixedPhone.MatchString(number):
		return Phone
	case bankCard.MatchString(number) && luhn(number), whole && len(number) >= 15:
		return BankCard
	}
	return ""
}

// luhn checks the last digit of a card's number (ISO/IEC 7812).
func luhn(number string) bool {
	sum := 0
	for i, r := range slices.Backward([]rune(number)) {
		d := int(r - '0')
		if (len(number)-1-i)%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// plain writes digits in the width of this file.
func plain(digits string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune("xＸｘ", r):
			return 'X'
		}
		return r
	}, digits)
}
