package roster

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"lianxin/service/roster/workbook"
)

// bornFrom and bornTo bound the years of birth that can be.
const (
	bornFrom = 1900
	bornTo   = 2100
)

var (
	yearForm   = regexp.MustCompile(`^(\d{4})(?:年?|[年./-]\d{1,2}(?:月?|[月./-]\d{1,2}日?)(?: [\d:]+)?)$`)
	packedForm = regexp.MustCompile(`^(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?$`)
	dayForm    = regexp.MustCompile(`^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?(?: [\d:]+)?$`)
	packedDay  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	mobileForm = regexp.MustCompile(`^(?:\+?86)?1[3-9]\d{9}$`)
	lineForm   = regexp.MustCompile(`^[0-9+()（） 转#*、,，；;/~－—–-]+$`)
)

// bornYear reads a year of birth out of a year, a month or a day, written in
// any of the usual ways.
func bornYear(text string) (int, bool) {
	text = strings.ReplaceAll(label(text), "．", ".")
	if m := packedForm.FindStringSubmatch(text); m != nil {
		return inYears(m[1])
	}
	if m := yearForm.FindStringSubmatch(text); m != nil {
		return inYears(m[1])
	}
	if serial, err := strconv.ParseFloat(text, 64); err == nil && serial > bornTo && serial < 80_000 {
		if day := workbook.Serial(serial); day != "" {
			return inYears(day[:4])
		}
	}
	return 0, false
}

func inYears(text string) (int, bool) {
	year, err := strconv.Atoi(text)
	return year, err == nil && year >= bornFrom && year <= bornTo
}

// day reads a day and writes it as "2006-01-02".
func day(text string) (string, bool) {
	text = strings.ReplaceAll(label(text), "．", ".")
	for _, form := range []*regexp.Regexp{dayForm, packedDay} {
		if m := form.FindStringSubmatch(text); m != nil {
			text = m[1] + "-" + pad(m[2]) + "-" + pad(m[3])
			break
		}
	}
	if serial, err := strconv.ParseFloat(text, 64); err == nil && serial > 10_000 && serial < 100_000 {
		text = workbook.Serial(serial)
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "", false
	}
	return text, true
}

func pad(number string) string {
	if len(number) == 1 {
		return "0" + number
	}
	return number
}

// isMobile reports whether a number is somebody's own phone.
func isMobile(text string) bool {
	return mobileForm.MatchString(strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "（", "", "）", "").Replace(text))
}
