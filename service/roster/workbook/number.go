package workbook

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"time"
)

// numberForm is how a style shows a number.
type numberForm struct {
	date bool
	// width is the least number of digits, as in 001; 0 as they come.
	width int
}

// readStyles reads which styles show numbers as dates.
func (p *parcel) readStyles(part string) error {
	codes := map[int]string{}
	inCells := false
	return p.scan(part, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil {
				codes[id] = attr(e, "formatCode")
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs", "cellStyleXfs":
			inCells = false
		case "xf":
			if !inCells {
				return nil
			}
			id, err := strconv.Atoi(attr(e, "numFmtId"))
			if err != nil {
				id = 0
			}
			code, custom := codes[id]
			p.styles = append(p.styles, formOf(id, code, custom))
		}
		return nil
	})
}

// formOf reads a number format: a built-in one by its id, or its code.
func formOf(id int, code string, custom bool) numberForm {
	if !custom {
		return numberForm{date: id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58}
	}
	if code != "" && strings.Trim(code, "0") == "" {
		return numberForm{width: len(code)}
	}
	return numberForm{date: isDateCode(code)}
}

// isDateCode reports whether a format shows years, months, days or times. What
// is quoted, escaped or in brackets is not a letter of the format.
func isDateCode(code string) bool {
	quoted, bracket, escaped := false, false, false
	for _, r := range code {
		switch {
		case escaped:
			escaped = false
		case r == '"' && !bracket:
			quoted = !quoted
		case quoted:
		case r == '\\' || r == '_' || r == '*':
			escaped = true
		case r == '[':
			bracket = true
		case r == ']':
			bracket = false
		case bracket:
		case strings.ContainsRune("yYmMdDhHsS年月日", r):
			return !strings.EqualFold(code, "General")
		}
	}
	return false
}

// number writes a number as Excel shows it without a format: fifteen digits and
// no exponent. What is not a number stays as it is.
func (p *parcel) number(raw, style string) string {
	value, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return raw
	}
	var form numberForm
	if at, err := strconv.Atoi(style); err == nil && at >= 0 && at < len(p.styles) {
		form = p.styles[at]
	}
	if form.date {
		if day, ok := p.day(value); ok {
			return day
		}
	}
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 15, 64), 64); err == nil {
		value = rounded
	}
	if math.Abs(value) >= 1e21 {
		return raw
	}
	text := strconv.FormatFloat(value, 'f', -1, 64)
	if pad := form.width - len(text); pad > 0 && value >= 0 && !strings.Contains(text, ".") {
		text = strings.Repeat("0", min(pad, 32)) + text
	}
	return text
}

// lastSerial is the number of the day 9999-12-31.
const lastSerial = 2958465

// day names the day of a number, with the time if it has one.
func (p *parcel) day(serial float64) (string, bool) {
	if p.date1904 {
		serial += 1462
	}
	if serial < 1 || serial >= lastSerial+1 {
		return "", false
	}
	if serial < 60 {
		serial++ // Excel's year 1900 has a 29 February
	}
	seconds := int64(math.Round(serial * 24 * 60 * 60))
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(seconds%86400)*time.Second).AddDate(0, 0, int(seconds/86400))
	if seconds%86400 == 0 {
		return at.Format(time.DateOnly), true
	}
	return at.Format(time.DateTime), true
}

// Serial names the day of a number that Excel would show as a day, "" for none.
func Serial(value float64) string {
	day, ok := (&parcel{}).day(math.Floor(value))
	if !ok {
		return ""
	}
	return day
}
