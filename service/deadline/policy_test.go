package deadline_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestThePolicyOfTheNearestAreaWins(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	days := func(areaPath string) int {
		policies, err := deadline.Policies(t.Context(), office.db, areaPath)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range policies {
			if p.Kind == model.DeadlineFinish {
				return p.Days
			}
		}
		return 0
	}
	if n := days(communityPath); n != 30 {
		t.Errorf("where nothing is set: %d", n)
	}
	office.set("d", model.DeadlineFinish, 25, model.CountWorking)
	office.set("c", model.DeadlineFinish, 15, model.CountWorking)
	office.set("s", model.DeadlineFinish, 20, model.CountWorking)
	for path, want := range map[string]int{districtPath: 25, streetPath: 20, communityPath: 15, "d/s/other/": 20, "d/t/": 25, "elsewhere/": 30, "": 30} {
		if n := days(path); n != want {
			t.Errorf("in %q: %d, want %d", path, n, want)
		}
	}
}

func TestAClockThatRunsKeepsThePromisedDate(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	before := office.start("m", model.DeadlineFirstTouch)
	office.set("d", model.DeadlineFirstTouch, 10, model.CountCalendar)
	if now, _ := office.current("m"); !now.DueAt.Equal(before.DueAt) {
		t.Errorf("promised %s, now %s", before.DueAt, now.DueAt)
	}
	if next := office.start("n", model.DeadlineFirstTouch); model.Day(next.DueAt) != "2026-12-03" {
		t.Errorf("the next is due on %s", next.DueAt)
	}
	office.live("2027-01-10 10:00")
	if n := len(office.acts()); n != 8 {
		t.Errorf("%d steps of two clocks: %v", n, office.acts())
	}
}

func TestAPolicyIsSetOnlyWhereTheOfficerMay(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	set := func(by model.Actor, area string) error {
		return deadline.SetPolicy(t.Context(), office.db, by,
			model.DeadlinePolicy{AreaID: area, Kind: model.DeadlineFinish, Days: 20, Count: model.CountWorking}, office.clock.Now())
	}
	for _, tc := range []struct {
		by   model.Actor
		area string
		may  bool
	}{
		{officer(model.RoleLiaisonOfficer, districtPath), "d", true},
		{officer(model.RoleLiaisonOfficer, districtPath), "c", true},
		{officer(model.RoleAdministrator, districtPath), "s", true},
		{officer(model.RoleLiaisonOfficer, streetPath), "c", true},
		{officer(model.RoleLiaisonOfficer, streetPath), "d", false},
		{officer(model.RoleLiaisonOfficer, "x/"), "d", false},
		{officer(model.RoleAuditor, districtPath), "d", false},
		{officer(model.RoleLiaisonOfficer, districtPath), "no such area", false},
		{model.Actor{PersonID: "p"}, "d", false},
	} {
		err := set(tc.by, tc.area)
		if tc.may && err != nil || !tc.may && !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%v for %s: %v", tc.by.Grants, tc.area, err)
		}
	}
	lines := office.audited("policy.set")
	if len(lines) != 4 || lines[0].TargetID != "d" || lines[0].AreaPath != districtPath || lines[0].Actor != "联络员" || !strings.Contains(lines[0].Detail, "20") {
		t.Errorf("audit lines %+v", lines)
	}
	rows, err := store.From[model.DeadlinePolicy](office.db.Read()).Count(t.Context(), "*")
	if err != nil || rows != 3 {
		t.Errorf("%d policies, %v", rows, err)
	}
}

func TestAPolicyThatMakesNoSenseIsRefusedFieldByField(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	good := model.DeadlinePolicy{AreaID: "d", Kind: model.DeadlineFinish, Days: 20, Count: model.CountWorking, MaxExtend: 5}
	for field, spoil := range map[string]func(*model.DeadlinePolicy){
		"kind":       func(p *model.DeadlinePolicy) { p.Kind = "holiday" },
		"days":       func(p *model.DeadlinePolicy) { p.Days = 0 },
		"count":      func(p *model.DeadlinePolicy) { p.Count = "moons" },
		"max_extend": func(p *model.DeadlinePolicy) { p.MaxExtend = -1 },
	} {
		p := good
		spoil(&p)
		f := fault.Of(deadline.SetPolicy(t.Context(), office.db, console, p, office.clock.Now()))
		if f == nil || f.Kind != fault.KindInvalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %+v", field, f)
		}
	}
	bad := model.DeadlinePolicy{AreaID: "d", Days: 181, MaxExtend: 61}
	if f := fault.Of(deadline.SetPolicy(t.Context(), office.db, console, bad, office.clock.Now())); f == nil || len(f.Fields) != 4 {
		t.Errorf("all at once: %+v", f)
	}
}

// TestDefaultClocks draws every clock as it runs by default, for the manual: a
// clock is started on Monday 2 November 2026 and watched until nothing comes.
func TestDefaultClocks(t *testing.T) {
	const begun = "2026-11-02 10:00"
	var b strings.Builder
	fmt.Fprintf(&b, "Clocks started on %s (Monday), with the default settings.\n\n", begun)
	b.WriteString("| clock | days | counted as | may be extended by | due | steps |\n|---|---|---|---|---|---|\n")
	for _, p := range deadline.Defaults() {
		office := newOffice(t, begun)
		due := office.start("m", p.Kind).DueAt
		var steps []string
		for known := 0; office.clock.Now().Before(shanghai(t, "2027-02-01 00:00")); {
			office.clock.Advance(4 * time.Hour)
			if office.tick() == 0 {
				continue
			}
			for _, act := range office.acts()[known:] {
				steps = append(steps, model.Day(office.clock.Now())+" "+act)
				known++
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %d | %s | %s |\n", p.Kind, p.Days, p.Count, p.MaxExtend, model.Day(due), strings.Join(steps, ", "))
	}
	golden(t, "clocks.md", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
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

func TestAStepTellsTheSubjectAllItNeeds(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	d := office.start("m", model.DeadlineFirstTouch)
	office.at("2026-11-25 10:00")
	office.tick()
	task, err := store.From[model.Task](office.db.Read()).Where("kind = ?", deadline.TaskKind).Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got deadline.Step
	if err := json.Unmarshal([]byte(task.Payload), &got); err != nil {
		t.Fatal(err)
	}
	want := deadline.Step{DeadlineID: d.ID, Kind: d.Kind, Act: deadline.ActRemind, TargetKind: "message", TargetID: "m", DueAt: d.DueAt}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
