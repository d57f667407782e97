package deadline

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lianxin/model"
	"lianxin/model/fault"
)

// calendarMax bounds a file of days: a year has some forty lines.
const calendarMax = 1 << 20

// nameMax bounds the name of a day, by its column.
const nameMax = 30

// ParseCalendar reads days from CSV with the columns day,working,name and an
// optional provisional, and gives them in order. Fault: invalid, with every
// wrong line.
func ParseCalendar(r io.Reader) ([]model.CalendarDay, error) {
	content, err := io.ReadAll(io.LimitReader(r, calendarMax+1))
	if err != nil {
		return nil, fmt.Errorf("deadline: read calendar file: %w", err)
	}
	if len(content) > calendarMax {
		return nil, fault.InvalidField("file", "文件太大，一年的节假日安排只有几十行。")
	}
	if !utf8.Valid(content) {
		return nil, fault.InvalidField("file", "文件不是 UTF-8 编码，请在表格软件里另存为“CSV UTF-8”。")
	}
	days, wrong := readDays(strings.TrimPrefix(string(content), "\ufeff"))
	if len(wrong) > 0 {
		return nil, fault.Invalid(wrong...)
	}
	if len(days) == 0 {
		return nil, fault.InvalidField("file", "文件里没有任何日期。")
	}
	slices.SortFunc(days, func(a, b model.CalendarDay) int { return strings.Compare(a.Day, b.Day) })
	return days, nil
}

func readDays(content string) (days []model.CalendarDay, wrong []fault.Field) {
	rows := csv.NewReader(strings.NewReader(content))
	rows.FieldsPerRecord = -1
	report := func(line int, reason string) {
		wrong = append(wrong, fault.Field{Name: fmt.Sprintf("line %d", line), Reason: reason})
	}
	seen := map[string]int{}
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return days, wrong
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			report(bad.Line, "引号没有成对，读不出各列。")
			continue
		}
		line, _ := rows.FieldPos(0)
		if first && strings.EqualFold(strings.TrimSpace(row[0]), "day") {
			continue
		}
		day, reason := parseDay(row)
		if earlier, again := seen[day.Day]; reason == "" && again {
			reason = fmt.Sprintf("这一天在第 %d 行已经写过。", earlier)
		}
		if reason != "" {
			report(line, reason)
			continue
		}
		seen[day.Day] = line
		days = append(days, day)
	}
}

// plainDay makes one form of the ways to write a day.
var plainDay = strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", "")

// workedWords are the ways to say whether a day is worked.
var workedWords = map[string]bool{
	"true": true, "t": true, "1": true, "上班": true, "班": true, "调休上班": true, "工作日": true, "是": true,
	"false": false, "f": false, "0": false, "放假": false, "休": false, "休息": false, "假": false, "假日": false, "否": false,
}

func parseDay(row []string) (day model.CalendarDay, reason string) {
	if len(row) < 3 {
		return day, "应有三列：日期、是否上班（true/false）、名称。"
	}
	at, err := time.Parse("2006-1-2", plainDay.Replace(strings.TrimSpace(row[0])))
	if err != nil || at.Year() < 2000 {
		return day, "日期应写成 2027-01-01 的样子。"
	}
	working, known := workedWords[strings.ToLower(strings.TrimSpace(row[1]))]
	if !known {
		return day, "是否上班应写 true 或 false，或者写“上班”“放假”。"
	}
	day = model.CalendarDay{Day: at.Format(time.DateOnly), Working: working, Name: strings.TrimSpace(row[2])}
	if utf8.RuneCountInString(day.Name) > nameMax || strings.ContainsRune(day.Name, 0) {
		return day, fmt.Sprintf("名称最多 %d 个字。", nameMax)
	}
	if len(row) > 3 {
		if day.Provisional, err = strconv.ParseBool(strings.TrimSpace(row[3])); err != nil {
			return day, "是否暂定应写 true 或 false。"
		}
	}
	return day, ""
}
