package account_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/linking"
	"lianxin/service/sealed/sealedtest"
)

// comes signs somebody in, at the account and with the unionid that are given.
func (town *town) comes(where, openID, unionID string) account.Signed {
	town.t.Helper()
	code := model.NewID()
	town.wechat.mu.Lock()
	town.wechat.people[where+"/"+code] = [2]string{openID, unionID}
	town.wechat.mu.Unlock()
	signIn := town.SignInMini
	if where == "official" {
		signIn = town.SignInOfficial
	}
	signed, err := signIn(town.t.Context(), code, account.From{})
	if err != nil {
		town.t.Fatal(err)
	}
	return signed
}

// both are somebody who uses the two accounts of WeChat, as two persons so far.
func (town *town) both() (mini, official account.Signed) {
	town.t.Helper()
	mini = town.comes("mini", "m-wang", "")
	town.clock.Advance(time.Minute)
	official = town.comes("official", "o-wang", "")
	if mini.Actor.PersonID == official.Actor.PersonID {
		town.t.Fatal("two persons were wanted")
	}
	return mini, official
}

func (town *town) offer(by model.Actor) string {
	town.t.Helper()
	offer, err := town.OfferLink(town.t.Context(), by)
	if err != nil {
		town.t.Fatal(err)
	}
	return offer.Code
}

// livedIn writes down a message, a notice and more for somebody.
func (town *town) livedIn(personID, mark string) {
	town.t.Helper()
	now := town.clock.Now()
	add(town, model.Message{ID: "m-" + mark, Number: "N" + mark, ResidentID: personID, WriterID: personID, State: model.MessageDelivered, SubmittedAt: now, Round: 1})
	add(town, model.Turn{ID: "t-" + mark, MessageID: "m-" + mark, AuthorID: personID, Side: model.SideResident, Body: mark, CreatedAt: now})
	add(town, model.Notice{ID: "n-" + mark, PersonID: personID, Happening: "only/" + mark, CreatedAt: now, State: model.NoticeWaiting})
	add(town, model.Notice{ID: "n-both-" + mark, PersonID: personID, Happening: "both", CreatedAt: now, State: model.NoticeWaiting})
	add(town, model.Consent{ID: "c-" + mark, PersonID: personID, Purpose: "privacy", Given: true, At: now})
	add(town, model.NoticeGrant{PersonID: personID, TemplateID: "progress", Remaining: 1, UpdatedAt: now})
	add(town, model.Picture{ID: "p-" + mark, OwnerID: personID, CreatedAt: now})
}

func TestACodeMakesMiniProgramAndOfficialAccountOnePerson(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	town.livedIn(mini.Actor.PersonID, "mini")
	town.livedIn(official.Actor.PersonID, "official")
	link, err := town.Link(t.Context(), official.Actor, town.offer(mini.Actor), "")
	wantNone(t, err)
	if link.KeptID != mini.Actor.PersonID || link.AbsorbedID != official.Actor.PersonID {
		t.Errorf("the one who was here first is kept: %+v", link)
	}
	for _, token := range []string{mini.Token, official.Token} {
		if who := town.again(token); who.PersonID != link.KeptID {
			t.Errorf("a session stands for %s", who.PersonID)
		}
	}
	if n := len(rows[model.Message](town, "resident_id = ? AND writer_id = ?", link.KeptID, link.KeptID)); n != 2 {
		t.Errorf("%d messages", n)
	}
	if n := len(rows[model.Turn](town, "author_id = ?", link.KeptID)); n != 2 {
		t.Errorf("%d turns", n)
	}
	if n := len(rows[model.Notice](town, "person_id = ? AND happening = ?", link.KeptID, "both")); n != 1 {
		t.Errorf("told %d times of one happening", n)
	}
	if again := town.comes("official", "o-wang", ""); again.Actor.PersonID != link.KeptID {
		t.Error("a later sign-in made another person")
	}
	for account, title := range map[model.WeChatAccount]string{model.AccountMini: "小程序和公众号已合为一个账号", model.AccountOfficial: "公众号和小程序已合为一个账号"} {
		told := rows[model.Notice](town, "person_id = ? AND title = ?", link.KeptID, title)
		if len(told) != 1 || told[0].OnlyOn != account || !strings.Contains(told[0].Body, "30 天") {
			t.Errorf("%s is told %+v", account, told)
		}
	}
	if lines := rows[model.AuditLine](town, "action = ?", "person.link"); len(lines) != 1 || lines[0].TargetID != link.KeptID || lines[0].ActorID != official.Actor.PersonID {
		t.Errorf("audited %+v", lines)
	}
}

func TestWhoIsShownACodeSeesFirstWhatWouldComeTogether(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	town.wechat.phones["p"] = "13800138000"
	if _, err := town.BindPhone(t.Context(), mini.Actor, "p"); err != nil {
		t.Fatal(err)
	}
	wantNone(t, town.Rename(t.Context(), mini.Actor, "王秀英"))
	town.livedIn(mini.Actor.PersonID, "mini")
	code := town.offer(mini.Actor)
	preview, err := town.ForeseeLink(t.Context(), official.Actor, code)
	wantNone(t, err)
	if o := preview.Other; o.Name != "王**" || o.Phone != "138****8000" || o.Messages != 1 || len(o.Accounts) != 1 || o.Accounts[0] != model.AccountMini {
		t.Errorf("the other side is %+v", o)
	}
	if preview.Mine.Messages != 0 || preview.Name != "王**" || preview.Phone != "138****8000" {
		t.Errorf("the preview is %+v", preview)
	}
	if n := len(rows[model.PersonLink](town, "1 = 1")); n != 0 {
		t.Error("looking joined the two")
	}
	if _, err := town.Link(t.Context(), official.Actor, code, ""); err != nil {
		t.Errorf("looking used the code up: %v", err)
	}
}

func TestALinkIsUndoneRowByRowWithinThirtyDays(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	first, second := mini.Actor.PersonID, official.Actor.PersonID
	town.livedIn(first, "mini")
	town.livedIn(second, "official")
	wantNone(t, town.Rename(t.Context(), official.Actor, "王秀英"))
	town.wechat.phones["p"] = "13800138000"
	add(town, model.Grant{ID: "g1", PersonID: first, Role: model.RoleUnitOfficer, UnitID: unit, AreaID: street})
	add(town, model.Grant{ID: "g2", PersonID: second, Role: model.RoleUnitOfficer, UnitID: unit, AreaID: street})
	if _, err := town.AcceptInvitation(t.Context(), official.Actor, town.invited()); err != nil {
		t.Fatal(err)
	}
	if _, err := town.BindPhone(t.Context(), official.Actor, "p"); err != nil {
		t.Fatal(err)
	}
	link, err := town.Link(t.Context(), mini.Actor, town.offer(official.Actor), "")
	wantNone(t, err)
	if link.KeptID != second {
		t.Fatalf("who has a phone is kept: %+v", link)
	}
	if n := len(rows[model.Grant](town, "role = ?", model.RoleUnitOfficer)); n != 1 {
		t.Errorf("the office stands %d times", n)
	}
	// Meanwhile a message is written, and a phone signs in anew.
	since := town.comes("mini", "m-wang", "")
	add(town, model.Message{ID: "m-since", Number: "Nsince", ResidentID: second, WriterID: second, State: model.MessageDelivered, SubmittedAt: town.clock.Now(), Round: 1})
	town.clock.Advance(29 * 24 * time.Hour)
	undone, err := town.Unlink(t.Context(), model.Actor{PersonID: second}, link.ID)
	wantNone(t, err)
	if undone.State != model.LinkUndone || undone.UndoneAt == nil {
		t.Errorf("undone %+v", undone)
	}
	for id, want := range map[string]string{"m-mini": first, "m-official": second, "m-since": second} {
		if m := rows[model.Message](town, "id = ?", id)[0]; m.ResidentID != want || m.WriterID != want {
			t.Errorf("%s belongs to %s", id, m.ResidentID)
		}
	}
	for _, s := range rows[model.Session](town, "kind = ?", model.SessionMini) {
		if s.PersonID != first {
			t.Errorf("a session of the mini-program stands for %s (opened since: %t)", s.PersonID, s.ID == since.Actor.SessionID)
		}
	}
	for _, who := range []string{first, second} {
		for what, n := range map[string]int{
			"notices": len(rows[model.Notice](town, "person_id = ? AND happening = ?", who, "both")), "grants": len(rows[model.Grant](town, "person_id = ? AND unit_id = ?", who, unit)),
			"subscriptions": len(rows[model.NoticeGrant](town, "person_id = ?", who)), "identities": len(rows[model.WeChatIdentity](town, "person_id = ?", who)),
			"words of it": len(rows[model.Notice](town, "person_id = ? AND title = ?", who, "账号合并已撤销")),
		} {
			if n != 1 {
				t.Errorf("%s has %d %s", who, n, what)
			}
		}
	}
	if p := rows[model.Person](town, "id = ?", first)[0]; p.MergedInto != "" || p.Phone != "" {
		t.Errorf("the first is %+v", p)
	}
	if n := len(rows[model.LinkedRow](town, "1 = 1")); n != 0 {
		t.Errorf("%d rows are still written down", n)
	}
	wantFault(t, errOf(town.Unlink(t.Context(), model.Actor{PersonID: second}, link.ID)), fault.KindConflict)
}

// errOf leaves the error of an answer.
func errOf[T any](_ T, err error) error { return err }

func TestAPhoneThatWasTakenOverGoesBack(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	town.wechat.phones["p"] = "13800138000"
	if _, err := town.BindPhone(t.Context(), official.Actor, "p"); err != nil {
		t.Fatal(err)
	}
	add(town, model.Grant{ID: "g1", PersonID: mini.Actor.PersonID, Role: model.RoleUnitOfficer, UnitID: unit, AreaID: street})
	link, err := town.Link(t.Context(), mini.Actor, town.offer(official.Actor), "")
	wantNone(t, err)
	if link.KeptID != mini.Actor.PersonID {
		t.Fatalf("who holds a function is kept: %+v", link)
	}
	if me, err := town.Me(t.Context(), mini.Actor); err != nil || me.Phone != "138****8000" {
		t.Errorf("the one person has %q, %v", me.Phone, err)
	}
	if _, err := town.BindPhone(t.Context(), mini.Actor, "p"); err != nil {
		t.Errorf("the number cannot be bound again: %v", err)
	}
	if _, err := town.Unlink(t.Context(), mini.Actor, link.ID); err != nil {
		t.Fatal(err)
	}
	if me, err := town.Me(t.Context(), official.Actor); err != nil || me.Phone != "138****8000" {
		t.Errorf("the phone did not go back: %q, %v", me.Phone, err)
	}
	if me, err := town.Me(t.Context(), mini.Actor); err != nil || me.Phone != "" {
		t.Errorf("the phone stayed: %q, %v", me.Phone, err)
	}
}

func TestAfterThirtyDaysALinkStands(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	link, err := town.Link(t.Context(), official.Actor, town.offer(mini.Actor), "")
	wantNone(t, err)
	town.clock.Advance(linking.UndoLife)
	wantFault(t, errOf(town.Unlink(t.Context(), mini.Actor, link.ID)), fault.KindConflict)
	wantFault(t, errOf(town.Unlink(t.Context(), town.resident("m-other"), link.ID)), fault.KindNotFound)
}

func TestACodeIsGoodOnceAndTenMinutes(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	older := town.offer(mini.Actor)
	code := town.offer(mini.Actor)
	wantFault(t, errOf(town.Link(t.Context(), official.Actor, older, "")), fault.KindInvalid)
	link, err := town.Link(t.Context(), official.Actor, code[:4]+" "+code[4:], "")
	wantNone(t, err)
	if again, err := town.Link(t.Context(), town.again(official.Token), code, ""); err != nil || again.ID != link.ID {
		t.Errorf("sent again: %+v, %v", again, err)
	}
	third := town.comes("official", "o-li", "")
	wantFault(t, errOf(town.Link(t.Context(), third.Actor, code, "")), fault.KindInvalid)
	late := town.offer(town.again(mini.Token))
	town.clock.Advance(11 * time.Minute)
	wantFault(t, errOf(town.Link(t.Context(), third.Actor, late, "")), fault.KindInvalid)
	for _, row := range rows[model.LinkCode](town, "1 = 1") {
		if strings.Contains(row.CodeHash, code) || strings.Contains(row.CodeHash, late) {
			t.Error("a code stands in the database")
		}
	}
}

func TestWhoGuessesCodesMustWait(t *testing.T) {
	town := newTown(t)
	_, official := town.both()
	for range 10 {
		wantFault(t, errOf(town.ForeseeLink(t.Context(), official.Actor, "00000000")), fault.KindInvalid)
	}
	wantFault(t, errOf(town.Link(t.Context(), official.Actor, "00000000", "")), fault.KindTooMany)
}

func TestWhoIsNotSurelyOneIsNotJoined(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	wantFault(t, errOf(town.Link(t.Context(), mini.Actor, town.offer(mini.Actor), "")), fault.KindConflict)
	neighbour := town.comes("mini", "m-li", "")
	wantFault(t, errOf(town.Link(t.Context(), neighbour.Actor, town.offer(mini.Actor), "")), fault.KindConflict)
	admin := town.staff("admin", model.RoleAdministrator, district)
	wantFault(t, errOf(town.OfferLink(t.Context(), admin)), fault.KindForbidden)
	wantFault(t, errOf(town.Link(t.Context(), admin, town.offer(mini.Actor), "")), fault.KindForbidden)
	add(town, model.Erasure{ID: "e1", PersonID: mini.Actor.PersonID, State: model.ErasureWaiting, AskedAt: town.clock.Now(), DueAt: town.clock.Now()})
	wantFault(t, errOf(town.ForeseeLink(t.Context(), official.Actor, town.offer(mini.Actor))), fault.KindConflict)
	if n := len(rows[model.PersonLink](town, "1 = 1")); n != 0 {
		t.Errorf("%d links", n)
	}
}

func TestTwoPhonesThatJoinOneAnotherAtOnceAreOnePerson(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	ofMini, ofOfficial := town.offer(mini.Actor), town.offer(official.Actor)
	var all sync.WaitGroup
	var errs [2]error
	all.Go(func() { _, errs[0] = town.Link(t.Context(), mini.Actor, ofOfficial, "") })
	all.Go(func() { _, errs[1] = town.Link(t.Context(), official.Actor, ofMini, "") })
	all.Wait()
	if errs[0] != nil && errs[1] != nil {
		t.Errorf("neither was let: %v", errors.Join(errs[:]...))
	}
	if links := rows[model.PersonLink](town, "state = ?", model.LinkStands); len(links) != 1 {
		t.Errorf("%d links", len(links))
	}
	if a, b := town.again(mini.Token), town.again(official.Token); a.PersonID != b.PersonID {
		t.Error("there are still two")
	}
}

func TestTheSameUnionidJoinsWhoWasTwoBefore(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	town.livedIn(official.Actor.PersonID, "official")
	// The account was bound to the open platform meanwhile: both sides have a unionid now.
	if now := town.comes("mini", "m-wang", "u-wang"); now.Actor.PersonID != mini.Actor.PersonID {
		t.Fatal("another person")
	}
	now := town.comes("official", "o-wang", "u-wang")
	if now.Actor.PersonID != mini.Actor.PersonID || town.again(official.Token).PersonID != mini.Actor.PersonID {
		t.Error("the two are still two")
	}
	if m := rows[model.Message](town, "id = ?", "m-official")[0]; m.ResidentID != mini.Actor.PersonID {
		t.Error("the message did not come over")
	}
	links, err := town.Links(t.Context(), now.Actor)
	if err != nil || len(links) != 1 || links[0].Cause != model.LinkByUnion {
		t.Fatalf("links %+v, %v", links, err)
	}
	if _, err := town.Unlink(t.Context(), now.Actor, links[0].ID); err != nil {
		t.Fatal(err)
	}
	if again := town.comes("official", "o-wang", "u-wang"); again.Actor.PersonID != official.Actor.PersonID {
		t.Error("who was parted by their own wish was joined again")
	}
}

func TestWhatARequestWroteWhileTheTwoWereJoinedComesOverLater(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	link, err := town.Link(t.Context(), official.Actor, town.offer(mini.Actor), "")
	wantNone(t, err)
	town.livedIn(link.AbsorbedID, "late")
	linker, err := linking.New(sealedtest.Keys(t), town.clock.Now)
	wantNone(t, err)
	wantNone(t, linker.Tick(t.Context(), town.db))
	if m := rows[model.Message](town, "id = ?", "m-late")[0]; m.ResidentID != link.KeptID {
		t.Error("it stayed with nobody")
	}
	if _, err := town.Unlink(t.Context(), town.again(mini.Token), link.ID); err != nil {
		t.Fatal(err)
	}
	if m := rows[model.Message](town, "id = ?", "m-late")[0]; m.ResidentID != link.AbsorbedID {
		t.Error("it did not go back")
	}
}
