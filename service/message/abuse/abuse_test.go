package abuse_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianxin/model"
	"lianxin/service/message/abuse"
)

var update = flag.Bool("update", false, "write the golden files anew")

// standard are the thresholds of the default configuration.
var standard = abuse.Rules{SameText: 4, SameTextRefuse: 10, Burst: 12, Copied: 10, Advert: true}

const (
	plain     = "小区门口的路灯坏了三天，晚上出门不安全，请帮忙反映。"
	promotion = "加微信 abc12345 免费领取优惠券，名额有限"
	loan      = "无抵押低息贷款秒放款，加微信 daikuan888"
)

func TestTheTableOfDecisionsIsAsAgreed(t *testing.T) {
	var b strings.Builder
	for _, machine := range []model.Suggestion{model.SuggestPass, model.SuggestReview, model.SuggestRisky} {
		for _, c := range []struct {
			what string
			seen abuse.Seen
		}{
			{"an ordinary text", abuse.Seen{Body: plain, SameTo: 1, Recent: 1}},
			{"to 4 representatives", abuse.Seen{Body: plain, SameTo: 4, Recent: 4}},
			{"to 5 representatives", abuse.Seen{Body: plain, SameTo: 5, Recent: 5}},
			{"to 11 representatives", abuse.Seen{Body: plain, SameTo: 11, Recent: 11}},
			{"12 within an hour", abuse.Seen{Body: plain, SameTo: 1, Recent: 12}},
			{"13 within an hour", abuse.Seen{Body: plain, SameTo: 1, Recent: 13}},
			{"from 10 others", abuse.Seen{Body: plain, SameTo: 1, Recent: 1, Others: 10}},
			{"from 11 others", abuse.Seen{Body: plain, SameTo: 1, Recent: 1, Others: 11}},
			{"a promotion", abuse.Seen{Body: promotion, SameTo: 1, Recent: 1}},
			{"a loan", abuse.Seen{Body: loan, SameTo: 1, Recent: 1}},
			{"everything at once", abuse.Seen{Body: loan, SameTo: 50, Recent: 50, Others: 50}},
		} {
			found := standard.Look(c.seen)
			fmt.Fprintf(&b, "machine %-6s  %-22s  → %s\n", machine, c.what, abuse.Combine(machine, found))
			for _, f := range found {
				fmt.Fprintf(&b, "        %-10s %-16s %s\n", f.Rule, f.Outcome, f.Evidence)
			}
		}
	}
	path := filepath.Join("testdata", "decisions.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("look at it, then run with -update:\n%s", diff)
	}
}

func TestNoRuleEverRefuses(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rules := abuse.Rules{
			SameText: rapid.IntRange(0, 20).Draw(r, "same"), SameTextRefuse: rapid.IntRange(0, 20).Draw(r, "refuse"), Burst: rapid.IntRange(0, 20).Draw(r, "burst"),
			Copied: rapid.IntRange(0, 20).Draw(r, "copied"), Advert: rapid.Bool().Draw(r, "advert"),
		}
		body := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{plain, promotion, loan})).Draw(r, "body")
		found := rules.Look(abuse.Seen{
			Body: body, SameTo: rapid.IntRange(0, 100).Draw(r, "to"), Recent: rapid.IntRange(0, 100).Draw(r, "recent"), Others: rapid.IntRange(0, 100).Draw(r, "others"),
		})
		for _, machine := range []model.Suggestion{model.SuggestPass, model.SuggestReview, model.SuggestRisky} {
			got := abuse.Combine(machine, found)
			if (got == model.SuggestRisky) != (machine == model.SuggestRisky) {
				r.Fatalf("the machine says %s, the rules %v: %s", machine, found, got)
			}
			if got == model.SuggestPass && (machine != model.SuggestPass || len(found) > 0) {
				r.Fatalf("the machine says %s, the rules %v: %s", machine, found, got)
			}
		}
		for _, f := range found {
			if f.Outcome == model.AbusePass || f.Evidence == "" || len([]rune(f.Evidence)) > 200 || abuse.Words(f.Rule) == "" {
				r.Fatalf("%+v", f)
			}
		}
	})
}

func TestRulesThatAreOffFindNothing(t *testing.T) {
	if found := (abuse.Rules{}).Look(abuse.Seen{Body: loan, SameTo: 999, Recent: 999, Others: 999}); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func TestOrdinaryMessagesPass(t *testing.T) {
	for body := range lines(t, "ordinary.txt") {
		if found := standard.Look(abuse.Seen{Body: body, SameTo: 1, Recent: 1}); len(found) != 0 {
			t.Errorf("%s: %v", body, found)
		}
	}
}

func TestAdvertsAreHeldForAPerson(t *testing.T) {
	for body := range lines(t, "adverts.txt") {
		if found := standard.Look(abuse.Seen{Body: body, SameTo: 1, Recent: 1}); len(found) != 1 || found[0].Rule != model.AbuseAdvert {
			t.Errorf("%s: %v", body, found)
		}
	}
}

func lines(t *testing.T, name string) func(func(string) bool) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitSeq(strings.TrimSpace(string(content)), "\n")
}

func TestAMarkIsTheSameHoweverATextIsDressed(t *testing.T) {
	mark := abuse.Mark("小区路灯坏了，请于12月1日前修好 ABC")
	for _, same := range []string{"小区路灯坏了请于12月1日前修好abc", "小区　路灯坏了！！请于１２月１日前修好，ＡＢＣ", "\u200b小区路灯坏了，\n请于12月1日前修好 abc。。。"} {
		if abuse.Mark(same) != mark {
			t.Errorf("%q has another mark", same)
		}
	}
	if other := abuse.Mark("小区路灯坏了，请于12月2日前修好 ABC"); other == mark || mark == "" {
		t.Error("another text has the same mark")
	}
	for _, short := range []string{"", "谢谢！", "好的，知道了。", "!!!!!!!!!!!!!!!!!!!!"} {
		if abuse.Mark(short) != "" {
			t.Errorf("%q is compared", short)
		}
	}
}
