package wechat

import (
	"regexp"
	"strings"
	"unicode"
)

// Limits of template values, in characters (wechat.md, 2.2).
const (
	maxThing       = 20
	maxNumber      = 32
	maxLetter      = 32
	maxSymbol      = 5
	maxCharacters  = 32
	maxAmount      = 10
	maxPhoneNumber = 17
	maxCarNumber   = 8
	maxName        = 10
	maxLatinName   = 20
	maxPhrase      = 5
)

// fit is how values of one kind of key are made to fit, and what stands for
// nothing, which WeChat refuses.
type fit struct {
	shape   func(value string) string
	nothing string
}

var fits = map[string]fit{
	"thing":            {fitThing, "无"},
	"number":           {fitNumber, "0"},
	"letter":           {fitLetter, "NA"},
	"symbol":           {fitSymbol, "-"},
	"character_string": {fitCharacters, "-"},
	"time":             {fitTime, "00:00"},
	"date":             {fitDate, "1970年1月1日"},
	"amount":           {fitAmount, "0元"},
	"phone_number":     {fitPhoneNumber, "-"},
	"car_number":       {fitCarNumber, "无"},
	"name":             {fitName, "未署名"},
	"phrase":           {fitPhrase, "无"},
	"enum":             {func(value string) string { return value }, "无"},
}

// FitValue makes a value fit the rule of its key, so that WeChat does not
// refuse the whole message over it (47003). The rule follows from the key
// without its number: thing1 is a thing, up to 20 characters. What is too long
// is cut, what is not allowed is left out, line breaks become spaces, and
// nothing becomes a word for nothing. A key of no known kind is treated as a
// thing; an enum is only cleaned, its words are the template's.
//
// Give dates and times as people read them, in China's time. One that cannot be
// read becomes 00:00 or 1970年1月1日: wrong, but the notice arrives.
func FitValue(key, value string) string {
	rule, ok := fits[strings.TrimRight(key, "0123456789")]
	if !ok {
		rule = fits["thing"]
	}
	if fitted := strings.TrimSpace(rule.shape(oneLine(value))); fitted != "" {
		return fitted
	}
	return rule.nothing
}

// oneLine removes what is in no value allowed, or not to be seen.
func oneLine(value string) string {
	value = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(value, ""))
	return strings.Join(strings.Fields(value), " ")
}

// keep returns the first runes that are allowed.
func keep(value string, limit int, allowed func(rune) bool) string {
	var kept []rune
	for _, r := range value {
		if len(kept) == limit {
			break
		}
		if allowed(r) {
			kept = append(kept, r)
		}
	}
	return string(kept)
}

func fitThing(value string) string {
	runes := []rune(value)
	if len(runes) <= maxThing {
		return value
	}
	return strings.TrimSpace(string(runes[:maxThing-1])) + "…"
}

var firstNumber = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)

func fitNumber(value string) string {
	number := firstNumber.FindString(strings.ReplaceAll(narrow(value), ",", ""))
	return cutNumber(number, maxNumber)
}

// cutNumber leaves at most so many digits, and no point at the end.
func cutNumber(number string, digits int) string {
	whole, fraction, _ := strings.Cut(number, ".")
	if len(whole) >= digits {
		return whole[:digits]
	}
	fraction = fraction[:min(len(fraction), digits-len(whole))]
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

func fitAmount(value string) string {
	value = strings.ReplaceAll(narrow(value), ",", "")
	number := cutNumber(firstNumber.FindString(value), maxAmount)
	if number == "" {
		return ""
	}
	sign := keep(value, 1, func(r rune) bool { return strings.ContainsRune("¥￥$€£", r) })
	if strings.Contains(value, "元") {
		number += "元"
	}
	return sign + number
}

func fitLetter(value string) string {
	return keep(narrow(value), maxLetter, isLatin)
}

func fitSymbol(value string) string {
	return keep(value, maxSymbol, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) })
}

func fitCharacters(value string) string {
	return keep(narrow(value), maxCharacters, func(r rune) bool { return r > ' ' && r < unicode.MaxASCII })
}

func fitPhoneNumber(value string) string {
	return keep(narrow(value), maxPhoneNumber, func(r rune) bool {
		return r >= '0' && r <= '9' || strings.ContainsRune("+-()*#", r)
	})
}

// fitCarNumber allows a Chinese character first and last, else letters and digits.
func fitCarNumber(value string) string {
	all := []rune(keep(narrow(value), len(value), func(r rune) bool {
		return unicode.Is(unicode.Han, r) || isLatin(r) || r >= '0' && r <= '9'
	}))
	if len(all) < 2 {
		return string(all)
	}
	first, last := string(all[0]), ""
	if unicode.Is(unicode.Han, all[len(all)-1]) {
		last = string(all[len(all)-1])
	}
	room := maxCarNumber - 1
	if last != "" {
		room--
	}
	middle := keep(string(all[1:]), room, func(r rune) bool { return r < unicode.MaxASCII })
	return first + middle + last
}

// fitName counts a name with any other than Latin characters as Chinese.
func fitName(value string) string {
	value = oneLine(keep(value, len(value), func(r rune) bool { return !unicode.IsNumber(r) }))
	limit := maxName
	if !strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII }) {
		limit = maxLatinName
	}
	return keep(value, limit, func(rune) bool { return true })
}

func fitPhrase(value string) string {
	return keep(value, maxPhrase, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// narrow turns the wide forms of ASCII characters, which Chinese keyboards
// write, into the usual ones.
func narrow(value string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, value)
}
