package deadline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

const notice2027 = `day,working,name
2027-01-01,false,元旦
2027-02-05,false,春节
2027-02-20,true,春节调休
`

func (o *office) imports(by model.Actor, csv string) error {
	o.tb.Helper()
	days, err := deadline.ParseCalendar(strings.NewReader(csv))
	if err != nil {
		o.tb.Fatal(err)
	}
	return deadline.ImportCalendar(o.tb.Context(), o.db, by, days, o.clock.Now())
}

func (o *office) audited(action string) []model.AuditLine {
	o.tb.Helper()
	lines, err := store.From[model.AuditLine](o.db.Read()).Where("action = ?", action).Find(o.tb.Context())
	if err != nil {
		o.tb.Fatal(err)
	}
	return lines
}

func TestAnImportReplacesTheProvisionalDaysOfItsYearsOnly(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	if err := office.imports(console, "2028-05-01,false,劳动节,true\n"); err != nil {
		t.Fatal(err)
	}
	before := office.days("day LIKE ? OR day LIKE ?", "2026-%", "2028-%")
	if err := office.imports(console, notice2027); err != nil {
		t.Fatal(err)
	}
	want := map[string]model.CalendarDay{
		"2027-01-01": {Day: "2027-01-01", Name: "元旦"},
		"2027-02-05": {Day: "2027-02-05", Name: "春节"},
		"2027-02-20": {Day: "2027-02-20", Working: true, Name: "春节调休"},
	}
	if diff := cmp.Diff(want, office.days("day LIKE ?", "2027-%")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, office.days("day LIKE ? OR day LIKE ?", "2026-%", "2028-%")); diff != "" {
		t.Errorf("other years changed: %s", diff)
	}
}

func TestTheSameFileTwiceChangesNothing(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	for _, file := range []string{notice2027, notice2027, notice2027} {
		if err := office.imports(console, file); err != nil {
			t.Fatal(err)
		}
	}
	// Two lines tell of the built-in years, one of the import.
	if lines := office.audited("calendar.import"); len(lines) != 3 {
		t.Errorf("%d audit lines", len(lines))
	}
	if days := office.days("day LIKE ?", "2027-%"); len(days) != 3 {
		t.Errorf("%d days", len(days))
	}
}

func TestInstallingAgainKeepsWhatWasImported(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	if err := office.imports(console, "2026-12-24,false,特别放假\n2026-10-10,false,国庆节\n"); err != nil {
		t.Fatal(err)
	}
	before := office.days("1 = 1")
	if err := deadline.InstallCalendar(t.Context(), office.db, office.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, office.days("1 = 1")); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyWhoSetsTheClocksOfTheWholePlaceImports(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	for _, by := range []model.Actor{
		{PersonID: "nobody"},
		officer(model.RoleAuditor, districtPath),
		officer(model.RoleLiaisonOfficer, streetPath), // the calendar is not the street's alone
	} {
		if err := office.imports(by, notice2027); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("%v got %v", by.Grants, err)
		}
	}
	if err := office.imports(officer(model.RoleLiaisonOfficer, districtPath), notice2027); err != nil {
		t.Error(err)
	}
}

func TestEveryWrongLineIsReported(t *testing.T) {
	_, err := deadline.ParseCalendar(strings.NewReader("\ufeffDay,working,name,provisional\n" +
		"2027-01-01,false,元旦\n" + // right, with a column less
		"\n" + // an empty line counts as a line
		"2 January 2027,false,元旦\n" +
		"2027-01-03\n" +
		"2027-01-04,maybe,元旦\n" +
		"2027-01-05,\"fal\"se,元旦\n" +
		"2027-01-06,false,元旦,perhaps\n" +
		"2027-01-01,true,元旦\n" +
		"2027-01-07,false," + strings.Repeat("长", 31) + "\n" +
		"0001-01-01,false,元年\n"))
	f := fault.Of(err)
	if f == nil || f.Kind != fault.KindInvalid {
		t.Fatalf("got %v", err)
	}
	var lines []string
	for _, field := range f.Fields {
		lines = append(lines, field.Name)
		if field.Reason == "" {
			t.Errorf("%s has no reason", field.Name)
		}
	}
	want := []string{"line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10", "line 11"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func TestFilesThatAreNoCalendarAreRefused(t *testing.T) {
	for name, content := range map[string]string{
		"empty":            "",
		"header only":      "day,working,name\n",
		"GBK from a sheet": "2027-01-01,false,\xd4\xaa\xb5\xa9\n",
		"too large":        strings.Repeat("2027-01-01,false,元旦\n", 60000),
	} {
		if _, err := deadline.ParseCalendar(strings.NewReader(content)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileOfASpreadsheetIsRead(t *testing.T) {
	days, err := deadline.ParseCalendar(strings.NewReader("\ufeff2027-02-20 ,TRUE, 春节调休 \r\n2027-01-01,0,\"元旦\",false\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []model.CalendarDay{{Day: "2027-01-01", Name: "元旦"}, {Day: "2027-02-20", Working: true, Name: "春节调休"}}
	if diff := cmp.Diff(want, days); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseCalendar(f *testing.F) {
	for _, seed := range []string{notice2027, "\ufeffday\n", "2027-01-01,false,元旦,true", "\"", ",,", "2027-01-01,false,\"a\nb\"\n", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		days, err := deadline.ParseCalendar(strings.NewReader(content))
		if err != nil {
			if fault.Of(err) == nil {
				t.Errorf("not a fault: %v", err)
			}
			return
		}
		// What was read can be written and read again, and means the same.
		var b strings.Builder
		seen := map[string]bool{}
		for _, d := range days {
			if seen[d.Day] || len(d.Day) != len("2006-01-02") {
				t.Errorf("day %q", d.Day)
			}
			seen[d.Day] = true
			fmt.Fprintf(&b, "%s,%t,%q,%t\n", d.Day, d.Working, "n", d.Provisional)
		}
		again, err := deadline.ParseCalendar(strings.NewReader(b.String()))
		if err != nil || len(again) != len(days) {
			t.Fatalf("read %d days, again %d, %v", len(days), len(again), err)
		}
	})
}
