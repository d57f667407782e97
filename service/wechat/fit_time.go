package wechat

import (
	"regexp"
	"strings"
)

// The forms of time and date that WeChat accepts, hours with two digits.
const (
	clockForm = `(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?`
	dateForm  = `[0-9]{4}(?:` +
		`年(?:1[0-2]|0?[1-9])月(?:[12][0-9]|3[01]|0?[1-9])日` +
		`|-(?:1[0-2]|0?[1-9])-(?:[12][0-9]|3[01]|0?[1-9])` +
		`|/(?:1[0-2]|0?[1-9])/(?:[12][0-9]|3[01]|0?[1-9])` +
		`|\.(?:1[0-2]|0?[1-9])\.(?:[12][0-9]|3[01]|0?[1-9]))`
	timePoint = `(?:` + dateForm + ` )?` + clockForm
	datePoint = dateForm + `(?: ` + clockForm + `)?`
)

var (
	oneDigitHour = regexp.MustCompile(`(^|[^0-9:])([0-9]:[0-5][0-9])`)
	anyClock     = regexp.MustCompile(clockForm)
	anyDate      = regexp.MustCompile(dateForm)
	wholeTime    = regexp.MustCompile(`^` + timePoint + `(?:~` + timePoint + `)?$`)
	wholeDate    = regexp.MustCompile(`^` + datePoint + `(?:~` + datePoint + `)?$`)
	aroundTilde  = regexp.MustCompile(` ?~ ?`)
)

func fitTime(value string) string {
	value = tidyTime(value)
	if wholeTime.MatchString(value) {
		return value
	}
	date, clock := anyDate.FindString(value), anyClock.FindString(value)
	if date == "" && clock == "" {
		return ""
	}
	if clock == "" {
		clock = "00:00"
	}
	return strings.TrimSpace(date + " " + clock)
}

func fitDate(value string) string {
	value = tidyTime(value)
	if wholeDate.MatchString(value) {
		return value
	}
	date, clock := anyDate.FindString(value), anyClock.FindString(value)
	if date == "" {
		return ""
	}
	return strings.TrimSpace(date + " " + clock)
}

func tidyTime(value string) string {
	value = aroundTilde.ReplaceAllString(narrow(value), "~")
	return oneDigitHour.ReplaceAllString(value, "${1}0${2}")
}
