package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// log is an audit log on a database of its own.
type log struct {
	tb    testing.TB
	db    *store.DB
	clock *storetest.Clock
}

func newLog(tb testing.TB) *log {
	tb.Helper()
	return &log{tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 10:00")}
}

var clerk = model.Actor{PersonID: "p", Name: "李干事"}

func (l *log) record(ctx context.Context, by model.Actor, on audit.Target) {
	l.tb.Helper()
	err := store.InTx(ctx, l.db, func(ctx context.Context, tx *gorm.DB) error {
		return audit.Record(ctx, tx, by, "message.read", on, l.clock.Now())
	})
	if err != nil {
		l.tb.Fatal(err)
	}
}

// in records a deed on a target named after its area.
func (l *log) in(areaPaths ...string) {
	l.tb.Helper()
	for _, path := range areaPaths {
		l.record(l.tb.Context(), clerk, audit.Target{Kind: "message", ID: path, AreaPath: path})
	}
}

func (l *log) lines(areaPaths []string, f audit.Filter, page store.Page) ([]model.AuditLine, string) {
	l.tb.Helper()
	lines, next, err := audit.Lines(l.tb.Context(), l.db, areaPaths, f, page)
	if err != nil {
		l.tb.Fatal(err)
	}
	return lines, next
}

func (l *log) seen(areaPaths ...string) string {
	l.tb.Helper()
	lines, _ := l.lines(areaPaths, audit.Filter{}, store.Page{Limit: store.MaxLimit})
	var ids []string
	for _, line := range lines {
		ids = append(ids, line.TargetID)
	}
	return strings.Join(ids, " ")
}

func TestALineIsWrittenWithItsDeedOrNotAtAll(t *testing.T) {
	log := newLog(t)
	changedMind := errors.New("changed my mind")
	err := store.InTx(t.Context(), log.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := audit.Record(ctx, tx, clerk, "message.read", audit.Target{ID: "m", AreaPath: "d/"}, log.clock.Now()); err != nil {
			return err
		}
		return changedMind
	})
	if !errors.Is(err, changedMind) {
		t.Fatal(err)
	}
	if got := log.seen("d/"); got != "" {
		t.Errorf("a deed that was not done left %s", got)
	}
	log.in("d/")
	if got := log.seen("d/"); got != "d/" {
		t.Errorf("a deed that was done left %q", got)
	}
}

func TestALineKeepsWhoDidWhatToWhatAndInWhichRequest(t *testing.T) {
	log := newLog(t)
	on := audit.Target{Kind: "message", ID: "m", AreaPath: "d/s/", Detail: "resident"}
	log.record(audit.WithRequestID(t.Context(), "request-17"), clerk, on)
	log.record(t.Context(), model.SystemActor("deadline"), on)
	lines, _ := log.lines([]string{"d/"}, audit.Filter{TargetID: "m"}, store.Page{})
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	system, person := lines[0], lines[1]
	if person.ActorID != "p" || person.Actor != "李干事" || person.Action != "message.read" || person.TargetKind != "message" ||
		person.Detail != "resident" || person.AreaPath != "d/s/" || person.RequestID != "request-17" || person.At.IsZero() {
		t.Errorf("of a person: %+v", person)
	}
	if system.ActorID != "" || system.Actor != "deadline" || system.RequestID != "" {
		t.Errorf("of the system: %+v", system)
	}
}

func TestLinesAreSeenWithinTheAreasGivenOnly(t *testing.T) {
	log := newLog(t)
	log.in("d/", "d/s/", "d/s/c/", "d/t/", "x/", "x/d/s/", "")
	for want, areas := range map[string][]string{
		" d/t/ d/s/c/ d/s/ d/": {"d/"}, // what belongs to no area is for the topmost one
		"d/s/c/ d/s/":          {"d/s/"},
		" x/d/s/ x/ d/t/":      {"d/t/", "x/"},
		"":                     nil,
	} {
		if got := log.seen(areas...); got != want {
			t.Errorf("within %v: %q, want %q", areas, got, want)
		}
	}
	if lines, _ := log.lines([]string{"d/t/", "x/"}, audit.Filter{TargetID: "d/s/"}, store.Page{}); len(lines) != 0 {
		t.Errorf("naming the target opened another area: %v", lines)
	}
}

func TestPagesStayWithinTheAreasAndStableWhileLinesArrive(t *testing.T) {
	log := newLog(t)
	for i := range 10 {
		log.record(t.Context(), clerk, audit.Target{ID: fmt.Sprint(i), AreaPath: []string{"d/s/", "d/t/"}[i%2]})
		log.record(t.Context(), clerk, audit.Target{ID: "hidden", AreaPath: "x/"})
	}
	var seen string
	page := store.Page{Limit: 3}
	for {
		lines, next := log.lines([]string{"d/s/", "d/t/"}, audit.Filter{}, page)
		for _, line := range lines {
			seen += line.TargetID
		}
		log.in("d/s/", "x/")
		if next == "" {
			break
		}
		page.After = next
	}
	if seen != "9876543210" {
		t.Errorf("saw %s", seen)
	}
}

func TestLinesOfOneMomentAreAllSeen(t *testing.T) {
	log := newLog(t)
	at := log.clock.Now()
	for i := range 7 {
		err := store.InTx(t.Context(), log.db, func(ctx context.Context, tx *gorm.DB) error {
			return audit.Record(ctx, tx, clerk, "message.read", audit.Target{ID: fmt.Sprint(i), AreaPath: "d/"}, at)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]int{}
	page := store.Page{Limit: 2}
	for {
		lines, next := log.lines([]string{"d/"}, audit.Filter{}, page)
		for _, line := range lines {
			seen[line.TargetID]++
		}
		if next == "" {
			break
		}
		page.After = next
	}
	if len(seen) != 7 {
		t.Errorf("saw %v", seen)
	}
}

func TestACursorThatIsNoneIsAFault(t *testing.T) {
	log := newLog(t)
	if _, _, err := audit.Lines(t.Context(), log.db, []string{"d/"}, audit.Filter{}, store.Page{After: "!"}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestThatSomebodyReadTheLogStandsInTheLog(t *testing.T) {
	log := newLog(t)
	log.in("d/")
	auditor := model.Actor{PersonID: "sun", Name: "孙审计", Grants: []model.Grant{{Role: model.RoleAuditor, AreaPath: "d/"}}}
	lines, _, err := audit.Consult(t.Context(), log.db, auditor, audit.Filter{}, store.Page{}, log.clock.Now())
	if err != nil || len(lines) != 2 || lines[0].Action != "audit.read" || lines[0].Actor != "孙审计" {
		t.Errorf("got %+v, %v", lines, err)
	}
	if none, _, err := audit.Consult(t.Context(), log.db, clerk, audit.Filter{}, store.Page{}, log.clock.Now()); err != nil || len(none) != 0 {
		t.Errorf("without an area: %v, %v", none, err)
	}
}

func TestTheLogIsNarrowedByWhoWhatWhereAndWhen(t *testing.T) {
	log := newLog(t)
	write := func(who model.Actor, action, kind, id, area string) {
		t.Helper()
		err := store.InTx(t.Context(), log.db, func(ctx context.Context, tx *gorm.DB) error {
			return audit.Record(ctx, tx, who, action, audit.Target{Kind: kind, ID: id, AreaPath: area}, log.clock.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		log.clock.Advance(24 * time.Hour)
	}
	begin := log.clock.Now()
	write(clerk, "message.read", "message", "1", "d/s/")
	write(model.SystemActor("deadline"), "message.remind", "message", "2", "d/s/")
	write(clerk, "role.grant", "person", "3", "d/t/")
	write(model.Actor{PersonID: "q", Name: "王干事"}, "message.read", "message", "4", "d/t/")
	write(clerk, "staff.sign_in", "person", "5", "")
	for want, f := range map[string]audit.Filter{
		"5 4 3 2 1": {},
		"5 3 1":     {Actor: "李干事"},
		"2":         {Actor: "deadline"},
		"4 1":       {Action: "message.read"},
		"4 2 1":     {TargetKind: "message"},
		"3":         {TargetID: "3"},
		"4 3":       {AreaPath: "d/t/"},
		"3 2":       {From: begin.Add(24 * time.Hour), To: begin.Add(72 * time.Hour)},
		"1":         {Actor: "李干事", Action: "message.read", AreaPath: "d/s/", To: begin.Add(time.Hour)},
		"":          {Actor: "nobody"},
	} {
		lines, _ := log.lines([]string{"d/"}, f, store.Page{})
		var ids []string
		for _, l := range lines {
			ids = append(ids, l.TargetID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
}

func TestTwoNamesTogetherShowWhatBothLeaveHoweverCommonEachIs(t *testing.T) {
	log := newLog(t)
	busy := model.Actor{PersonID: "busy", Name: "王干事"}
	err := store.InTx(t.Context(), log.db, func(ctx context.Context, tx *gorm.DB) error {
		for i := range 2202 {
			who, action, kind := busy, "message.read", "message"
			switch {
			case i%1101 == 7: // rare with common
				action = "role.grant"
			case i%1101 == 8:
				who = clerk
			case i%2 == 0: // and common with common
				action, kind = "person.rename", "person"
			}
			if err := audit.Record(ctx, tx, who, action, audit.Target{Kind: kind, ID: fmt.Sprint(i), AreaPath: "d/"}, log.clock.Now()); err != nil {
				return err
			}
			log.clock.Advance(time.Second)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for want, f := range map[string]audit.Filter{
		"1108 7":         {Actor: "王干事", Action: "role.grant"},
		"1109 8":         {Actor: "李干事", Action: "message.read"},
		" 1108 7":        {Action: "role.grant", TargetKind: "message"},
		"  ":             {Actor: "李干事", TargetKind: "person"},
		"   ":            {Action: "person.rename", TargetKind: "message"},
		"2201 2199 2197": {Actor: "王干事", Action: "message.read", TargetKind: "message"},
		"2200":           {TargetID: "2200", Actor: "王干事"},
	} {
		lines, _ := log.lines([]string{"d/"}, f, store.Page{Limit: 3})
		var ids []string
		for _, l := range lines {
			ids = append(ids, l.TargetID)
		}
		if got := strings.Join(ids, " "); got != strings.TrimSpace(want) {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
}

func TestAnExportHoldsEveryLineOnceAndStandsInTheLog(t *testing.T) {
	log := newLog(t)
	for i := range 230 {
		log.record(t.Context(), clerk, audit.Target{ID: fmt.Sprint(i), AreaPath: "d/s/"})
	}
	log.in("x/")
	seen := map[string]int{}
	each := func(l model.AuditLine) error { seen[l.Action+l.TargetID]++; return nil }
	street := model.Actor{PersonID: "sun", Name: "孙审计", Grants: []model.Grant{{Role: model.RoleAuditor, AreaPath: "d/s/"}}}
	more, err := audit.Export(t.Context(), log.db, street, audit.Filter{TargetKind: ""}, log.clock.Now(), each)
	if err != nil || more || len(seen) != 231 || seen["audit.export"] != 1 {
		t.Errorf("%d lines, more %t, %v", len(seen), more, err)
	}
	if _, err := audit.Export(t.Context(), log.db, clerk, audit.Filter{}, log.clock.Now(), each); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("somebody without an area got %v", err)
	}
}
