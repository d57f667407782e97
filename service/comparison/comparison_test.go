package comparison_test

import (
	"fmt"
	"strings"
	"testing"

	"lianxin/service/comparison"
)

func TestWhatDiffersIsMarkedWordByWordBesideWhatIsTheSame(t *testing.T) {
	for name, tc := range map[string]struct {
		before, after []string
		want          string
	}{
		"nothing and something":        {nil, []string{"新写的"}, "[{[{added 新写的}]}]"},
		"something and nothing":        {[]string{"原来的"}, nil, "[{[{removed 原来的}]}]"},
		"the same":                     {[]string{"一", "二"}, []string{"一", "二"}, "[{[{same 一}]} {[{same 二}]}]"},
		"Chinese by the character":     {[]string{"工作三年"}, []string{"工作五年"}, "[{[{same 工作} {removed 三} {added 五} {same 年}]}]"},
		"other languages by the word":  {[]string{"in 2018"}, []string{"in 2019"}, "[{[{same in } {removed 2018} {added 2019}]}]"},
		"a paragraph between two more": {[]string{"一", "三"}, []string{"一", "二", "三"}, "[{[{same 一}]} {[{added 二}]} {[{same 三}]}]"},
	} {
		if got := fmt.Sprint(comparison.Of(tc.before, tc.after)); got != tc.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestTextsTooLongToCompareAreShownAsGoneAndCome(t *testing.T) {
	long := func(word string) []string { return []string{strings.Repeat(word, 2500)} }
	got := comparison.Of(long("甲"), long("乙"))
	if len(got) != 1 || len(got[0].Pieces) != 2 || got[0].Pieces[0].Kind != comparison.Removed || got[0].Pieces[1].Kind != comparison.Added {
		t.Errorf("%d paragraphs", len(got))
	}
}
