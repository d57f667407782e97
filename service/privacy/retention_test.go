package privacy_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"lianxin/model"
	"lianxin/service/privacy"
	"lianxin/service/store"
)

func TestTheRulesStandInTheManual(t *testing.T) {
	manual, err := os.ReadFile("../../docs/retention.md")
	if err != nil {
		t.Fatal(err)
	}
	town := newTown(t)
	for _, r := range town.desk.Rules() {
		days := int(r.Keep / (24 * time.Hour))
		line := fmt.Sprintf("| `%s` | %s | %d | %s |", r.Name, r.What, days, r.Why)
		if !strings.Contains(string(manual), line) {
			t.Errorf("docs/retention.md misses\n%s", line)
		}
	}
	if n := strings.Count(string(manual), "\n| `"); n != len(town.desk.Rules()) {
		t.Errorf("docs/retention.md has %d rules, there are %d", n, len(town.desk.Rules()))
	}
}

func TestWhatEveryRuleEndedIsToldInPlainWords(t *testing.T) {
	for _, r := range newTown(t).desk.Rules() {
		if strings.ContainsFunc(r.What, func(letter rune) bool { return letter < unicode.MaxASCII && unicode.IsLetter(letter) }) {
			t.Errorf("%s is told as %q", r.Name, r.What)
		}
	}
}

func TestTheAuditLogIsKeptNoShorterThanTheLawWants(t *testing.T) {
	for _, r := range newTown(t).desk.Rules() {
		if r.Name == "audit_lines" && r.Keep < 183*24*time.Hour {
			t.Errorf("kept %s", r.Keep)
		}
	}
}

// due gives how many rows each rule has due.
func (t *town) due() map[string]int64 {
	t.tb.Helper()
	found, err := t.desk.Overdue(t.tb.Context())
	if err != nil {
		t.tb.Fatal(err)
	}
	n := map[string]int64{}
	for _, d := range found {
		n[d.Rule.Name] = d.Rows
		if d.Rows > 0 && d.Oldest == nil {
			t.tb.Errorf("%s does not say how old", d.Rule.Name)
		}
	}
	return n
}

func TestWhatIsPastItsTimeIsCountedFirstAndEndedInBatches(t *testing.T) {
	town := newTown(t)
	at := town.clock.Now()
	for i := range privacy.Batch + 50 {
		insert(town, &model.IdempotencyKey{PersonID: "wang", Value: fmt.Sprint("old-", i), CreatedAt: at.Add(time.Duration(i) * time.Millisecond)})
	}
	town.clock.Advance(49 * time.Hour)
	insert(town, &model.IdempotencyKey{PersonID: "wang", Value: "fresh", CreatedAt: town.clock.Now()})
	if n := town.due()["idempotency_keys"]; n != privacy.Batch+50 {
		t.Fatalf("%d are due", n)
	}
	if n := len(all[model.IdempotencyKey](town, "person_id = ?", "wang")); n != privacy.Batch+51 {
		t.Fatalf("counting left %d", n)
	}
	if _, err := town.desk.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := all[model.IdempotencyKey](town, "person_id = ?", "wang"); len(left) != 1 || left[0].Value != "fresh" {
		t.Errorf("%d left", len(left))
	}
	lines := all[model.AuditLine](town, "action = ?", "retention.run")
	if len(lines) != 1 || lines[0].Detail != fmt.Sprintf("重复提交的回执 %d 条", privacy.Batch+50) {
		t.Errorf("the log says %+v", lines)
	}
	if _, err := town.desk.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(all[model.AuditLine](town, "action = ?", "retention.run")); n != 1 {
		t.Errorf("a run without work wrote a line: %d", n)
	}
}

func TestEveryRuleEndsWhatItHasDueAndNothingElse(t *testing.T) {
	town := newTown(t)
	town.life()
	town.message("m-older", model.MessageConfirmed, "wang", "wang", keptWords)
	town.clock.Advance(11 * 365 * 24 * time.Hour)
	before := town.due()
	for _, name := range []string{"idempotency_keys", "inbounds", "sessions", "turn_marks", "notices", "audit_lines", "messages", "people"} {
		if before[name] == 0 {
			t.Errorf("%s has nothing due", name)
		}
	}
	if _, err := town.desk.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, n := range town.due() {
		if n != 0 {
			t.Errorf("%s still has %d due", name, n)
		}
	}
	for _, m := range all[model.Message](town, "state = ?", model.MessageConfirmed) {
		if m.EmptiedAt == nil || m.ResidentName != model.ErasedName || m.State != model.MessageConfirmed {
			t.Errorf("the closed message is %+v", m)
		}
	}
	if open := all[model.Message](town, "id = ?", "m-open")[0]; open.EmptiedAt != nil {
		t.Error("an open message was emptied")
	}
}

func TestWhoWasNotSeenForYearsIsToldAndKeptWhenTheyComeBack(t *testing.T) {
	town := newTown(t)
	town.clock.Advance(3*365*24*time.Hour + time.Hour)
	if _, err := town.desk.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told := all[model.Notice](town, "person_id = ?", "wang"); len(told) != 1 || !strings.Contains(told[0].Body, "重新进入小程序即可保留") {
		t.Fatalf("told %+v", told)
	}
	if n := len(all[model.Erasure](town, "person_id = ?", "zhang")); n != 0 {
		t.Error("somebody in function is to be erased")
	}
	town.visit("wang")
	town.clock.Advance(61 * 24 * time.Hour)
	town.must(town.desk.Tick(t.Context()))
	if p := all[model.Person](town, "id = ?", "wang")[0]; p.Name != wangName {
		t.Errorf("who came back is %+v", p)
	}
	if p := all[model.Person](town, "id = ?", "neighbour")[0]; p.Name != model.ErasedName || p.ErasedAt == nil {
		t.Errorf("who stayed away is %+v", p)
	}
}

// What grows is looked through by its time, so that an hour in which nothing is
// due costs nothing. What is small or written once per person is not here.
func TestWhatGrowsIsLookedThroughByAnIndex(t *testing.T) {
	town := newTown(t)
	if town.db.Kind() != store.SQLite {
		t.Skip("a server's plan depends on how many rows there are")
	}
	for table, condition := range map[string]string{
		"idempotency_keys": "created_at < ?", "inbounds": "received_at < ?", "sessions": "refresh_expires_at < ?", "exports": "created_at < ?", "export_parts": "created_at < ?", "turn_marks": "created_at < ?",
		"tasks": "state = 'done' AND ended_at < ?", "notices": "created_at < ?", "readings": "at < ?", "audit_lines": "at < ?",
		"sign_in_challenges": "expires_at < ?", "staff_devices": "expires_at < ?", "messages": "emptied_at IS NULL AND closed_at < ?",
		"people": "erased_at IS NULL AND shadow = false AND last_visit_at < ?",
	} {
		var plan []struct{ Detail string }
		err := town.db.Read().WithContext(t.Context()).Raw("EXPLAIN QUERY PLAN SELECT count(*) FROM "+table+" WHERE "+condition, town.clock.Now()).Scan(&plan).Error
		if err != nil || len(plan) == 0 || !strings.HasPrefix(plan[0].Detail, "SEARCH ") {
			t.Errorf("%s: %+v, %v", table, plan, err)
		}
	}
}
