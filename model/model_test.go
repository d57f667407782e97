package model_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/model/flow"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s changed; look at it, then run with -update:\n%s", name, diff)
	}
}

func checkFlow[S, E ~string](t *testing.T, table flow.Table[S, E]) {
	t.Helper()
	golden(t, table.Name+".mmd", table.Mermaid())
	if ends := table.DeadEnds(); len(ends) > 0 {
		t.Errorf("no way out of %v", ends)
	}
	for _, s := range table.Open() {
		if len(table.Deeds(s)) == 0 {
			t.Errorf("nothing can be done in %q", s)
		}
	}
}

func TestTheMessageFlowIsAsDrawnAndHasNoDeadEnd(t *testing.T) { checkFlow(t, model.MessageFlow()) }

func TestTheArticleFlowIsAsDrawnAndHasNoDeadEnd(t *testing.T) { checkFlow(t, model.ArticleFlow()) }

func TestTheCaseStoryFlowIsAsDrawnAndHasNoDeadEnd(t *testing.T) {
	checkFlow(t, model.CaseStoryFlow())
}

func TestTheFlowOfADoorIsAsDrawnAndHasNoDeadEnd(t *testing.T) { checkFlow(t, model.DoorFlow()) }

func TestTheFlowOfAMassSendIsAsDrawnAndHasNoDeadEnd(t *testing.T) { checkFlow(t, model.MassSendFlow()) }

func TestTheRepresentativeFlowIsAsDrawnAndHasNoDeadEnd(t *testing.T) {
	checkFlow(t, model.RepresentativeFlow())
}

func TestTheFlowOfAnIntroductionIsAsDrawnAndEveryStateHasWords(t *testing.T) {
	checkFlow(t, model.IntroductionFlow())
	for _, s := range model.IntroductionFlow().States() {
		if model.IntroductionStateWords(s) == "" {
			t.Errorf("%s has no words", s)
		}
	}
}

func TestEveryMessageStateHasWordsThatFitAPhrase(t *testing.T) {
	for _, s := range model.MessageFlow().States() {
		if model.MessageStateWords(s) == "" {
			t.Errorf("%s has no words", s)
		}
		phrase := model.MessageStatePhrase(s)
		if n := utf8.RuneCountInString(phrase); n == 0 || n > 5 || strings.ContainsFunc(phrase, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: phrase %q must be one to five Chinese characters", s, phrase)
		}
	}
}

func TestThePermissionMatrixIsAsAgreed(t *testing.T) {
	var b strings.Builder
	b.WriteString("| permission |")
	for _, r := range model.Roles() {
		fmt.Fprintf(&b, " %s |", r)
	}
	b.WriteString("\n|" + strings.Repeat("---|", len(model.Roles())+1) + "\n")
	for _, p := range model.Permissions() {
		fmt.Fprintf(&b, "| %s |", p)
		for _, r := range model.Roles() {
			reach := model.ReachOf(r, p)
			if reach == model.ReachNone {
				reach = "–"
			}
			fmt.Fprintf(&b, " %s |", reach)
		}
		b.WriteString("\n")
	}
	golden(t, "permissions.md", b.String())
}

func TestAnAdministratorMayDoNothingWithMessages(t *testing.T) {
	for _, p := range model.Permissions() {
		if strings.HasPrefix(string(p), "message.") && model.ReachOf(model.RoleAdministrator, p) != model.ReachNone {
			t.Errorf("administrator has %s", p)
		}
	}
}

func TestAGrantReachesItsAreaAndWhatIsBelow(t *testing.T) {
	officer := model.Actor{Grants: []model.Grant{{Role: model.RoleLiaisonOfficer, AreaID: "s1", AreaPath: "d/s1/"}}}
	for path, want := range map[string]bool{"d/s1/": true, "d/s1/c1/": true, "d/s12/": false, "d/": false, "": false} {
		if got := officer.PermitsIn(model.PermitMessageOversee, path); got != want {
			t.Errorf("area %q: got %v, want %v", path, got, want)
		}
	}
	nowhere := model.Actor{Grants: []model.Grant{{Role: model.RoleLiaisonOfficer}}}
	if nowhere.PermitsIn(model.PermitMessageOversee, "d/s1/") {
		t.Error("a grant without an area reaches everything")
	}
}

func TestABodyIsCountedInCharactersNotBytes(t *testing.T) {
	if wrong := model.CheckBody("body", strings.Repeat("龘", model.MessageBodyMax)); len(wrong) > 0 {
		t.Errorf("2000 characters were refused: %v", wrong)
	}
	if wrong := model.CheckBody("body", strings.Repeat("a", model.MessageBodyMax+1)); len(wrong) != 1 || wrong[0].Name != "body" {
		t.Errorf("2001 characters gave %v", wrong)
	}
}

func TestAFaultIsFoundInsideAWrappedError(t *testing.T) {
	err := fmt.Errorf("outside: %w", fault.NotFound("这封来信"))
	if !fault.Is(err, fault.KindNotFound) || fault.Is(err, fault.KindConflict) {
		t.Errorf("kind of %v is wrong", err)
	}
	if !slices.Contains([]string{string(fault.KindNotFound)}, string(fault.Of(err).Kind)) {
		t.Error("fault was lost")
	}
}

func TestTheWordsOfAConsentAreNeverChangedWithoutANewVersion(t *testing.T) {
	var b strings.Builder
	seen := map[string]bool{}
	for _, w := range model.Wordings() {
		name := string(w.Purpose) + " " + w.Version
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
		fmt.Fprintf(&b, "# %s: %s\n\n%s\n\n> %s\n\n", name, w.Title, w.Words, w.Without)
	}
	golden(t, "consents.md", b.String())
}

func TestConsentCountsOnlyToTheWordsInForce(t *testing.T) {
	current, _ := model.CurrentWording(model.ConsentPublish)
	if err := model.CheckWording(model.ConsentPublish, current.Version); err != nil {
		t.Errorf("the words in force: %v", err)
	}
	if err := model.CheckWording(model.ConsentPublish, "2020-01"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("old words: %v", err)
	}
	if err := model.CheckWording("anything", current.Version); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("no such purpose: %v", err)
	}
	if _, known := model.WordingOf(model.ConsentPublish, "2020-01"); known {
		t.Error("a version there never was is known")
	}
}

func TestThePathsDownToAnAreaAreThoseOfAllAboveItAndItsOwn(t *testing.T) {
	for path, want := range map[string][]string{
		"/d/s/c/": {"/d/", "/d/s/", "/d/s/c/"},
		"d/s/":    {"d/", "d/s/"},
		"/":       nil,
		"":        nil,
	} {
		if got := model.AreaPathsDownTo(path); !slices.Equal(got, want) {
			t.Errorf("%q gave %q, want %q", path, got, want)
		}
	}
}
