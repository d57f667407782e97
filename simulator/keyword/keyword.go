// Package keyword knows what WeChat accepts as the value of a notice's keyword.
//
// The kind of a keyword is its name without the number: thing1 is a thing. The rules are
// those of the subscribe-message documentation (参数值内容限制); lengths count characters,
// not bytes. It refuses to mend a value: a value is valid or it is not.
package keyword

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	clock = `([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?`
	month = `(0?[1-9]|1[0-2])`
	day   = `(0?[1-9]|[12]\d|3[01])`
	date  = `\d{4}(年` + month + `月` + day + `日|-` + month + `-` + day + `|/` + month + `/` + day + `|\.` + month + `\.` + day + `)`
)

var (
	timePoint  = `(` + date + ` ?)?` + clock
	datePoint  = date + `( ?` + clock + `)?`
	timeForm   = regexp.MustCompile(`^` + timePoint + `( ?~ ?` + timePoint + `)?$`)
	dateForm   = regexp.MustCompile(`^` + datePoint + `( ?~ ?(` + datePoint + `|` + clock + `))?$`)
	numberForm = regexp.MustCompile(`^\d+(\.\d+)?$`)
	letterForm = regexp.MustCompile(`^[A-Za-z]{1,32}$`)
	stringForm = regexp.MustCompile(`^[\x21-\x7e]{1,32}$`)
	amountForm = regexp.MustCompile(`^[¥￥$€£]?\d{1,10}(\.\d+)?元?$`)
	phoneForm  = regexp.MustCompile(`^[0-9+\-()*#_. ]{1,17}$`)
	carForm    = regexp.MustCompile(`^[\p{Han}A-Za-z0-9][A-Za-z0-9]{0,6}[\p{Han}A-Za-z0-9]?$`)
	phraseForm = regexp.MustCompile(`^\p{Han}{1,5}$`)
	nameOfKind = regexp.MustCompile(`^([a-z_]+?)\d+$`)
)

var forms = map[string]func(string) bool{
	"thing":            func(v string) bool { return utf8.RuneCountInString(v) <= 20 },
	"number":           func(v string) bool { return numberForm.MatchString(v) && digits(v) <= 32 },
	"letter":           letterForm.MatchString,
	"symbol":           symbols,
	"character_string": stringForm.MatchString,
	"time":             timeForm.MatchString,
	"date":             dateForm.MatchString,
	"amount":           amountForm.MatchString,
	"phone_number":     phoneForm.MatchString,
	"car_number":       carForm.MatchString,
	"name":             name,
	"phrase":           phraseForm.MatchString,
}

// Known tells whether key is a kind of keyword with its number, such as thing1 or enum3.
func Known(key string) bool {
	kind := kindOf(key)
	_, ok := forms[kind]
	return ok || kind == "enum"
}

// Valid tells whether WeChat accepts value for key. The listed values matter for an enum only.
// An empty value, a line break or a control character is never valid.
func Valid(key, value string, listed []string) bool {
	if value == "" || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return false
	}
	kind := kindOf(key)
	if kind == "enum" {
		return slices.Contains(listed, value)
	}
	form, ok := forms[kind]
	return ok && form(value)
}

func kindOf(key string) string {
	parts := nameOfKind.FindStringSubmatch(key)
	if parts == nil {
		return ""
	}
	return parts[1]
}

func digits(value string) int {
	return len(strings.ReplaceAll(value, ".", ""))
}

func symbols(value string) bool {
	if utf8.RuneCountInString(value) > 5 {
		return false
	}
	return !strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsPunct(r) && !unicode.IsSymbol(r)
	})
}

// name allows twenty latin characters or ten others; a mixture counts as Chinese.
func name(value string) bool {
	if strings.ContainsFunc(value, unicode.IsDigit) {
		return false
	}
	latin := !strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII })
	if latin {
		return len(value) <= 20
	}
	return utf8.RuneCountInString(value) <= 10
}
