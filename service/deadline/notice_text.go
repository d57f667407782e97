package deadline

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
)

// The State Council's yearly notice says it in sentences of one form: "一、元旦：1月1日（周四）至3日（周六）放假调休，
// 共3天。1月4日（周日）上班。"
var (
	noticePart  = regexp.MustCompile(`((?:元旦|春节|清明节|劳动节|端午节|中秋节|国庆节)(?:[、和](?:中秋节|国庆节))?)[：:]`)
	noticeRest  = regexp.MustCompile(`(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:[（(][^）)]*[）)])?(?:至(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(][^）)]*[）)])?)?[^。；]*?放假`)
	noticeDay   = regexp.MustCompile(`(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日`)
	noticeParen = regexp.MustCompile(`[（(][^）)]*[）)]`)
)

// longestHoliday bounds one holiday of a notice: more is a misreading.
const longestHoliday = 15

// ReadYear reads what somebody pasted for a year: the lines of a table (see
// ParseCalendar; also with tabs, and with 放假 and 上班), or the notice of the State
// Council as it stands. Fault: invalid, with what was not understood.
func ReadYear(year int, text string) ([]model.CalendarDay, error) {
	if strings.Contains(text, "放假") && noticePart.MatchString(text) && !strings.Contains(text, "\t") {
		return readNotice(year, text)
	}
	days, err := ParseCalendar(strings.NewReader(tabled(text)))
	if err != nil {
		return nil, err
	}
	for _, d := range days {
		if !strings.HasPrefix(d.Day, fmt.Sprintf("%04d-", year)) {
			return nil, fault.InvalidField("text", fmt.Sprintf("%s 不在 %d 年里，请核对年份。", d.Day, year))
		}
	}
	return days, nil
}

// tabled makes the table of a spreadsheet one with commas.
func tabled(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	kept := lines[:0]
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "日期") {
			continue
		}
		if !strings.Contains(line, ",") {
			cells := strings.FieldsFunc(line, func(r rune) bool { return r == '\t' || r == '，' || r == ' ' })
			line = strings.Join(cells, ",")
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// readNotice reads the sentences of a notice.
func readNotice(year int, text string) ([]model.CalendarDay, error) {
	parts := noticePart.FindAllStringSubmatchIndex(text, -1)
	found := map[string]model.CalendarDay{}
	var wrong []fault.Field
	for i, at := range parts {
		end := len(text)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		name, body := text[at[2]:at[3]], text[at[1]:end]
		days, reason := readHoliday(year, name, body)
		if reason != "" {
			wrong = append(wrong, fault.Field{Name: "text", Reason: name + "：" + reason})
			continue
		}
		for _, d := range days {
			found[d.Day] = d
		}
	}
	if len(wrong) > 0 {
		return nil, fault.Invalid(wrong...)
	}
	days := make([]model.CalendarDay, 0, len(found))
	for _, d := range found {
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b model.CalendarDay) int { return strings.Compare(a.Day, b.Day) })
	return days, nil
}

// readHoliday reads one holiday: the days off, and the days made up for it.
func readHoliday(year int, name, body string) (days []model.CalendarDay, reason string) {
	from, until, reason := span(year, body)
	if reason != "" {
		return nil, reason
	}
	for day := from; !day.After(until); day = day.AddDate(0, 0, 1) {
		days = append(days, model.CalendarDay{Day: day.Format(time.DateOnly), Name: name})
	}
	for sentence := range strings.SplitSeq(body, "。") {
		if !strings.Contains(sentence, "上班") {
			continue
		}
		// A notice may name the rest and the work in one sentence.
		if at := strings.LastIndex(sentence, "放假"); at >= 0 {
			sentence = sentence[at:]
		}
		for _, m := range noticeDay.FindAllStringSubmatch(noticeParen.ReplaceAllString(sentence, ""), -1) {
			day, ok := dayOf(number(m[1], from.Year()), number(m[2], 0), number(m[3], 0))
			if !ok {
				return nil, "补班的日期不对。"
			}
			days = append(days, model.CalendarDay{Day: day.Format(time.DateOnly), Working: true, Name: name + "调休"})
		}
	}
	return days, ""
}

// span reads the first and the last day off.
func span(year int, body string) (from, until time.Time, reason string) {
	rest := noticeRest.FindStringSubmatch(body)
	if rest == nil {
		return from, until, "没有看懂哪几天放假。"
	}
	from, ok := dayOf(number(rest[1], year), number(rest[2], 0), number(rest[3], 0))
	if !ok {
		return from, until, "放假的第一天不是一个日期。"
	}
	until = from
	if rest[6] != "" {
		until, ok = dayOf(number(rest[4], from.Year()), number(rest[5], int(from.Month())), number(rest[6], 0))
		if ok && until.Before(from) {
			until = until.AddDate(1, 0, 0)
		}
	}
	if !ok || until.Sub(from) > longestHoliday*24*time.Hour {
		return from, until, "放假的起止日期不对。"
	}
	return from, until, ""
}

func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return otherwise
	}
	return n
}

// dayOf is a day; false for one that no month has.
func dayOf(year, month, day int) (time.Time, bool) {
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return at, month >= 1 && month <= 12 && at.Day() == day && at.Month() == time.Month(month)
}
