package directory

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// roadMax bounds the characters of a road's name, addressMax those of a text
// that is read as an address.
const (
	roadMax    = 16
	addressMax = 60
)

// address is what a text may mean as a street address: a house number, or none,
// and the names the road before it may have, longest first.
type address struct {
	roads  []string
	number int
}

var (
	// houseNumber is a run of digits; one of more than six is a phone number.
	houseNumber = regexp.MustCompile(`[0-9]+`)
	// chineseNumber is a house number written out: 十二号, 一百零三弄.
	chineseNumber = regexp.MustCompile(`[零〇一二两三四五六七八九十百]+[号弄院]`)
	// beforeNumber stands between a road and its number and belongs to neither.
	beforeNumber = "第临附副甲乙丙丁-—－,.·、:#"
	roadEnds     = "路街巷弄道里村条胡同线坊"
)

// parseAddresses reads every way a text may be a street address: "建设路12号",
// "和平街道建设路１２号院3号楼", "建设路十二弄", or just "建设路". Which of the roads
// there is, the database knows.
func parseAddresses(text string) []address {
	text = plainAddress(text)
	var found []address
	for _, at := range houseNumber.FindAllStringIndex(text, -1) {
		digits := text[at[0]:at[1]]
		if len(digits) > 6 {
			continue
		}
		number, err := strconv.Atoi(digits)
		if err != nil || number == 0 {
			continue
		}
		if roads := endings(strings.TrimRight(text[:at[0]], beforeNumber)); len(roads) > 0 {
			found = append(found, address{roads: roads, number: number})
		}
	}
	if len(found) > 0 {
		return found
	}
	var roads []string
	for i, r := range text {
		if strings.ContainsRune(roadEnds, r) {
			roads = append(roads, endings(text[:i+utf8.RuneLen(r)])...)
		}
	}
	if len(roads) == 0 {
		return nil
	}
	return []address{{roads: roads}}
}

// plainAddress brings a text to half width, without blanks, with the house
// numbers in digits.
func plainAddress(text string) string {
	text = norm.NFKC.String(text)
	text = strings.Join(strings.Fields(text), "")
	text = cutRunes(text, addressMax)
	return chineseNumber.ReplaceAllStringFunc(text, func(written string) string {
		_, size := utf8.DecodeLastRuneInString(written)
		digits, unit := written[:len(written)-size], written[len(written)-size:]
		if n := readNumber(digits); n > 0 {
			return strconv.Itoa(n) + unit
		}
		return written
	})
}

var chineseDigits = map[rune]int{
	'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
}

// readNumber reads 十二 as 12, 一百零三 as 103 and 一二三 as 123; 0 when it is none
// below a thousand.
func readNumber(written string) int {
	total, digit := 0, 0
	placed := strings.ContainsAny(written, "十百")
	for _, r := range written {
		switch {
		case r == '百':
			total, digit = total+max(digit, 1)*100, 0
		case r == '十':
			total, digit = total+max(digit, 1)*10, 0
		case placed:
			digit = chineseDigits[r]
		default:
			digit = digit*10 + chineseDigits[r]
		}
		if total+digit > 9999 {
			return 0
		}
	}
	return total + digit
}

// endings lists the last 2 to 16 characters of a text, longest first.
func endings(text string) []string {
	runes := []rune(text)
	var all []string
	for n := min(len(runes), roadMax); n >= 2; n-- {
		all = append(all, string(runes[len(runes)-n:]))
	}
	return all
}

func cutRunes(s string, most int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}
