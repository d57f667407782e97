package sample_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/cmd/lianxin/sample"
	"lianxin/model"
	"lianxin/service/follow"
	"lianxin/service/newsroom"
	"lianxin/service/sealed/sealedtest"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// weChat knows everybody by the name in their code.
type weChat struct{}

func (weChat) MiniIdentity(_ context.Context, code string) (openID, unionID string, err error) {
	name, found := strings.CutPrefix(code, "code of ")
	if !found {
		return "", "", model.ErrCodeSpent
	}
	return "open-" + name, "union-" + name, nil
}

func (weChat) OfficialIdentity(context.Context, string) (openID, unionID string, err error) {
	return "", "", model.ErrCodeSpent
}

func (weChat) PhoneNumber(context.Context, string) (string, error) { return "", model.ErrCodeSpent }

func options(tb testing.TB, db *store.DB, now time.Time) sample.Options {
	tb.Helper()
	return sample.Options{
		DB: db, Keys: sealedtest.Keys(tb), Now: func() time.Time { return now }, WeChat: weChat{}, Cap: 20,
		LoginCode: func(_ context.Context, person string) (string, error) { return "code of " + person, nil },
	}
}

func shanghai(tb testing.TB, at string) time.Time {
	tb.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", at, model.Shanghai)
	if err != nil {
		tb.Fatal(err)
	}
	return moment
}

func filled(tb testing.TB, at string) *store.DB {
	tb.Helper()
	db := storetest.Open(tb)
	began := time.Now()
	if err := sample.Fill(tb.Context(), options(tb, db, shanghai(tb, at))); err != nil {
		tb.Fatal(err)
	}
	tb.Logf("filled in %v", time.Since(began))
	return db
}

func all[T any](tb testing.TB, db *store.DB) []T {
	tb.Helper()
	rows, err := store.From[T](db.Read()).Find(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

func TestTheDistrictIsAlive(t *testing.T) {
	db := filled(t, "2026-11-23 10:00")
	for name, promise := range map[string]func(*testing.T, *store.DB){
		"every state of a message occurs":                  everyStateOccurs,
		"every deed was done":                              everyDeedWasDone,
		"articles stand in every state that lasts":         articlesStandInEveryState,
		"nothing is left for the start but fresh messages": onlyFreshMessagesAreLeft,
		"the roster is whole":                              theRosterIsWhole,
		"every reference leads somewhere":                  everyReferenceLeads,
		"everybody is found and every place is served":     everybodyIsFound,
		"filling again changes nothing":                    fillingAgainChangesNothing,
	} {
		t.Run(name, func(t *testing.T) { promise(t, db) })
	}
}

func TestEveryStateOccursWhateverTheDay(t *testing.T) {
	for _, at := range []string{"2026-10-09 00:03", "2026-10-04 23:58", "2027-03-06 08:59"} {
		t.Run(at, func(t *testing.T) { everyStateOccurs(t, filled(t, at)) })
	}
}

func everyStateOccurs(t *testing.T, db *store.DB) {
	t.Helper()
	seen := map[model.MessageState]int{}
	for _, m := range all[model.Message](t, db) {
		seen[m.State]++
	}
	// A screened message is delivered in the same breath: only its history
	// knows the state.
	for _, f := range all[model.Fact](t, db) {
		seen[model.MessageScreened] += count(f.ToState == model.MessageScreened)
	}
	for _, state := range model.MessageFlow().States() {
		if seen[state] == 0 {
			t.Errorf("no message is %s", state)
		}
	}
	if seen[model.MessageSubmitted] > 2 || seen[model.MessageHeld] != 2 {
		t.Errorf("%d submitted, %d held", seen[model.MessageSubmitted], seen[model.MessageHeld])
	}
}

func everyDeedWasDone(t *testing.T, db *store.DB) {
	t.Helper()
	done := map[model.MessageDeed]bool{}
	for _, f := range all[model.Fact](t, db) {
		done[f.Deed] = true
	}
	for _, deed := range []model.MessageDeed{
		model.DeedSubmit, model.DeedPass, model.DeedHold, model.DeedRefuse, model.DeedAppeal, model.DeedDeliver, model.DeedAcknowledge,
		model.DeedAnswer, model.DeedHandOver, model.DeedAccept, model.DeedUnitRefuse, model.DeedHandle, model.DeedUnitAnswer,
		model.DeedConfirm, model.DeedReopen, model.DeedOutOfScope, model.DeedObject, model.DeedWithdraw, model.DeedTimeOut,
		model.DeedReassign, model.DeedExtend, model.DeedPause, model.DeedResume, model.DeedAskConsent, model.DeedGiveConsent,
		model.DeedRemind, model.DeedEscalate, model.DeedAskSolved, model.DeedPublish, model.DeedSupplement,
	} {
		if !done[deed] {
			t.Errorf("nobody did %s", deed)
		}
	}
	var unassigned, byStudio, forOthers, hidden, escalated, overdue, paused int
	for _, m := range all[model.Message](t, db) {
		unassigned += count(m.State == model.MessageDelivered && m.HolderID == "")
		byStudio += count(m.StudioID != "" && m.HolderID != "")
		forOthers += count(m.ResidentID != m.WriterID)
		hidden += count(m.HideName)
		escalated += count(m.Escalated == 2)
		overdue += count(m.Overdue)
		paused += count(m.Paused)
	}
	if unassigned != 2 || byStudio == 0 || forOthers == 0 || hidden < 2 || escalated == 0 || overdue == 0 || paused == 0 {
		t.Errorf("unassigned %d, studio %d, for others %d, hidden %d, escalated %d, overdue %d, paused %d",
			unassigned, byStudio, forOthers, hidden, escalated, overdue, paused)
	}
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

func articlesStandInEveryState(t *testing.T, db *store.DB) {
	t.Helper()
	seen := map[model.ArticleState]int{}
	for _, a := range all[model.Article](t, db) {
		seen[a.State]++
	}
	for _, state := range model.ArticleFlow().States() {
		passing := state == model.ArticlePublishing || state == model.ArticleFailed
		if (seen[state] == 0) != passing {
			t.Errorf("%d articles are %s", seen[state], state)
		}
	}
	if comments := all[model.ArticleComment](t, db); len(comments) < 2 {
		t.Errorf("%d comments", len(comments))
	}
}

func onlyFreshMessagesAreLeft(t *testing.T, db *store.DB) {
	t.Helper()
	fresh := 0
	for _, m := range all[model.Message](t, db) {
		fresh += count(m.State == model.MessageSubmitted)
	}
	left := 0
	for _, task := range all[model.Task](t, db) {
		if task.State == model.TaskDone || task.Kind == newsroom.ScheduleTask || task.Kind == follow.ArticleTask {
			continue // an article that goes out tomorrow is left on purpose, as is telling those who follow
		}
		left++
		if task.Kind != "screen_turn" || task.State != model.TaskReady {
			t.Errorf("a task is left: %s, %s, %s", task.Kind, task.State, task.LastError)
		}
	}
	if left != fresh || fresh == 0 {
		t.Errorf("%d tasks are left for %d fresh messages", left, fresh)
	}
	for _, n := range all[model.Notice](t, db) {
		if n.State == model.NoticeWaiting || n.State == model.NoticeDigest {
			t.Errorf("a notice is left: %s, %s", n.Title, n.State)
		}
	}
	unreachable := 0
	for _, p := range all[model.Person](t, db) {
		unreachable += count(p.UnreachableSince != nil)
	}
	if unreachable != 2 {
		t.Errorf("%d people are unreachable", unreachable)
	}
}

func theRosterIsWhole(t *testing.T, db *store.DB) {
	t.Helper()
	groups, sexes := map[model.Composition]int{}, map[string]int{}
	reps := all[model.Representative](t, db)
	for _, r := range reps {
		groups[r.Composition]++
		sexes[r.Sex]++
		if r.State != model.RepresentativeServing || r.Introduction == "" || r.Post == "" || r.OfficeLine == "" {
			t.Errorf("%s is not told of whole", r.Name)
		}
	}
	if len(reps) < 60 || len(groups) != 4 || len(sexes) != 2 {
		t.Errorf("%d representatives, groups %v, sexes %v", len(reps), groups, sexes)
	}
	roles := map[model.Role]bool{}
	for _, g := range all[model.Grant](t, db) {
		roles[g.Role] = true
	}
	for _, role := range model.Roles() {
		if role != model.RoleResident && role != model.RoleMember && !roles[role] {
			t.Errorf("nobody is %s", role)
		}
	}
	kinds := map[model.ArticleKind]int{}
	for _, a := range all[model.Article](t, db) {
		kinds[a.Kind]++
	}
	if len(kinds) != 4 {
		t.Errorf("articles: %v", kinds)
	}
	if links := all[model.PersonLink](t, db); len(links) != 1 || links[0].State != model.LinkStands {
		t.Errorf("links %+v", links)
	}
	if n := len(all[model.AnsweredCard](t, db)); n < 3 {
		t.Errorf("%d public answers", n)
	}
}

func fillingAgainChangesNothing(t *testing.T, db *store.DB) {
	t.Helper()
	before, lines := all[model.Message](t, db), len(all[model.AuditLine](t, db))
	if err := sample.Fill(t.Context(), options(t, db, shanghai(t, "2026-11-25 10:00"))); err != nil {
		t.Fatal(err)
	}
	if after := all[model.Message](t, db); len(after) != len(before) || len(all[model.AuditLine](t, db)) != lines {
		t.Errorf("%d messages became %d", len(before), len(after))
	}
}

func TestAFillingThatWasInterruptedIsSaidClearly(t *testing.T) {
	db := storetest.Open(t)
	o := options(t, db, shanghai(t, "2026-11-23 10:00"))
	good, left := o.LoginCode, 20
	o.LoginCode = func(ctx context.Context, person string) (string, error) {
		if left--; left < 0 {
			return "", context.Canceled
		}
		return good(ctx, person)
	}
	if err := sample.Fill(t.Context(), o); err == nil || !strings.Contains(err.Error(), "login code") {
		t.Fatalf("interrupted: %v", err)
	}
	o.LoginCode = good
	if err := sample.Fill(t.Context(), o); err == nil || !strings.Contains(err.Error(), sample.ErrUnfinished.Error()) {
		t.Fatalf("started again: %v", err)
	}
}

func TestAnotherDistrictIsLeftAlone(t *testing.T) {
	db := storetest.Open(t)
	err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Area](tx).Create(ctx, &model.Area{ID: "d", Level: model.LevelDistrict, Name: "真实区", Path: "d/"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := sample.Fill(t.Context(), options(t, db, shanghai(t, "2026-11-23 10:00"))); err == nil || !strings.Contains(err.Error(), sample.ErrOccupied.Error()) {
		t.Fatalf("filled over another district: %v", err)
	}
	if n := len(all[model.Area](t, db)); n != 1 {
		t.Errorf("%d areas", n)
	}
}

func TestTheGuideSpeaksOfWhoThereIs(t *testing.T) {
	people := sample.People()
	if len(slices.Compact(slices.Sorted(slices.Values(people)))) != len(people) {
		t.Error("somebody is listed twice")
	}
	for _, l := range sample.Logins() {
		if !strings.Contains(sample.Guide(), l.Login) || l.Password == "" || l.Name == "" {
			t.Errorf("the guide does not tell of %s", l.Login)
		}
	}
}
