package directory

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/pinyin"
)

// textMax bounds what a search takes.
const textMax = 100

// plainText trims what a person typed to search. Fault: invalid (text).
func plainText(text string) (string, error) {
	if utf8.RuneCountInString(text) > textMax || !utf8.ValidString(text) {
		return "", fault.InvalidField("text", "搜索内容过长或有无法识别的字符，请缩短后再试。")
	}
	return strings.TrimSpace(norm.NFKC.String(text)), nil
}

// like makes the value of a condition "LIKE ? ESCAPE '!'" that looks for a text
// as it is, anywhere.
func like(text string) string { return "%" + escape(text) + "%" }

var escaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func escape(text string) string { return escaper.Replace(text) }

// areaEndings are what most names of areas end in, and people leave out.
var areaEndings = []string{"居民委员会", "社区居委会", "居委会", "村委会", "街道办事处", "街道办", "社区", "街道", "村"}

// core is a folded name without its ending; "" when it is nothing else.
func core(folded string) string {
	for _, ending := range areaEndings {
		if rest, ok := strings.CutSuffix(folded, ending); ok {
			return rest
		}
	}
	return folded
}

// The ways an area can match a text, best first.
const (
	matchExact = iota
	matchStart
	matchInside
	matchMentioned
	matchNone
)

// matchNames finds the areas a text names, best first.
func matchNames(areas []model.Area, text string) []model.Area {
	type match struct {
		area model.Area
		rank int
	}
	typed := pinyin.Fold(text)
	var matches []match
	for _, a := range areas {
		if rank := matchArea(a, typed); rank != matchNone {
			matches = append(matches, match{a, rank})
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int {
		return cmp.Or(
			cmp.Compare(a.rank, b.rank),
			// Of the areas a text mentions, the innermost is meant.
			-cmp.Compare(strings.Count(a.area.Path, "/"), strings.Count(b.area.Path, "/")),
			cmp.Compare(a.area.Path, b.area.Path),
		)
	})
	found := make([]model.Area, 0, len(matches))
	for _, m := range matches {
		found = append(found, m.area)
	}
	return found
}

func matchArea(a model.Area, typed string) int {
	name := pinyin.Fold(a.Name)
	bare, asked := core(name), core(typed)
	long, longName := utf8.RuneCountInString(asked) >= 2, utf8.RuneCountInString(bare) >= 2
	switch {
	case typed == "" || !long:
		return matchNone
	case typed == name, asked == bare, typed == a.Pinyin, typed == a.Initials:
		return matchExact
	case strings.HasPrefix(name, asked), len(typed) >= 4 && strings.HasPrefix(a.Pinyin, typed):
		return matchStart
	case strings.Contains(name, asked):
		return matchInside
	case longName && strings.Contains(typed, name), utf8.RuneCountInString(bare) >= 3 && strings.Contains(typed, bare):
		return matchMentioned
	}
	return matchNone
}
