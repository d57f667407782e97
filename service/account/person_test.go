package account_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/sealed"
	"lianxin/service/sealed/sealedtest"
)

func TestAPhoneIsBoundAndShownMasked(t *testing.T) {
	town := newTown(t)
	by := town.resident("o-1")
	town.wechat.phones["p"] = "13800138000"
	phone, err := town.BindPhone(t.Context(), by, "p")
	if err != nil || phone != "138****8000" {
		t.Errorf("got %q, %v", phone, err)
	}
	me, err := town.Me(t.Context(), by)
	wantNone(t, err)
	if me.Phone != "138****8000" {
		t.Errorf("profile shows %q", me.Phone)
	}
	if n := len(rows[model.Person](town, "phone LIKE ?", "%13800138000%")); n != 0 {
		t.Error("the number stands in the database in clear")
	}
	for _, line := range rows[model.AuditLine](town, "1 = 1") {
		if strings.Contains(line.Detail, "13800138000") {
			t.Errorf("the audit log holds the number: %q", line.Detail)
		}
	}
	_, err = town.BindPhone(t.Context(), by, "spent")
	wantFault(t, err, fault.KindInvalid)
}

func TestWhoWasOnlyNamedByOthersBecomesOneWithThePerson(t *testing.T) {
	town := newTown(t)
	now := town.clock.Now()
	add(town, model.Person{ID: "shadow", Name: "李奶奶", PhoneHash: sealedtest.Keys(t).Hash(sealed.Phone, "13800138000"), Shadow: true, CreatedAt: now})
	add(town, model.Message{ID: "m", Number: "1", ResidentID: "shadow", WriterID: "neighbour", SubmittedAt: now, UpdatedAt: now})
	by := town.resident("o-granny")
	for _, n := range []model.Notice{
		{ID: "n1", PersonID: "shadow", Happening: "seen by both"},
		{ID: "n2", PersonID: "shadow", Happening: "seen by the shadow"},
		{ID: "n3", PersonID: by.PersonID, Happening: "seen by both"},
	} {
		n.CreatedAt = now
		add(town, n)
	}
	town.wechat.phones["p"] = "13800138000"
	_, err := town.BindPhone(t.Context(), by, "p")
	wantNone(t, err)
	if m := rows[model.Message](town, "id = ?", "m")[0]; m.ResidentID != by.PersonID || m.WriterID != "neighbour" {
		t.Errorf("message is of %q, written by %q", m.ResidentID, m.WriterID)
	}
	if n := len(rows[model.Notice](town, "person_id = ?", by.PersonID)); n != 2 {
		t.Errorf("%d notices, want 2", n)
	}
	if n := len(rows[model.Person](town, "id = ?", "shadow")); n != 0 {
		t.Error("the shadow is still there")
	}
	me, err := town.Me(t.Context(), by)
	if err != nil || me.Name != "李奶奶" || me.UnreadNotices != 2 {
		t.Errorf("got %+v, %v", me, err)
	}
	if len(rows[model.AuditLine](town, "action = ?", "person.merge")) != 1 {
		t.Error("the merge is not in the audit log")
	}
}

func TestAPhoneOfAnotherPersonIsNotTaken(t *testing.T) {
	town := newTown(t)
	first, second := town.resident("o-1"), town.resident("o-2")
	town.wechat.phones["p"] = "13800138000"
	_, err := town.BindPhone(t.Context(), first, "p")
	wantNone(t, err)
	_, err = town.BindPhone(t.Context(), second, "p")
	wantFault(t, err, fault.KindConflict)
	_, err = town.BindPhone(t.Context(), first, "p")
	wantNone(t, err)
	me, err := town.Me(t.Context(), second)
	if err != nil || me.Phone != "" {
		t.Errorf("got %+v, %v", me, err)
	}
}

func TestOfTwoWhoBindOnePhoneAtOnceOneGetsIt(t *testing.T) {
	town := newTown(t)
	people := []model.Actor{town.resident("o-1"), town.resident("o-2")}
	town.wechat.phones["p"] = "13800138000"
	var wg sync.WaitGroup
	for _, by := range people {
		wg.Go(func() {
			_, err := town.BindPhone(context.WithoutCancel(t.Context()), by, "p")
			if err != nil && !fault.Is(err, fault.KindConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(rows[model.Person](town, "phone_hash = ?", sealedtest.Keys(t).Hash(sealed.Phone, "13800138000"))); n != 1 {
		t.Errorf("%d people hold the number, want 1", n)
	}
}

func TestAPersonGoesByTheNameTheyChose(t *testing.T) {
	town := newTown(t)
	signed := town.signed("o-1")
	wantNone(t, town.Rename(t.Context(), signed.Actor, " 王五 "))
	if name := town.again(signed.Token).Name; name != "王五" {
		t.Errorf("got %q", name)
	}
	for _, bad := range []string{"", "  ", strings.Repeat("王", 31), "王\n五", "\xff"} {
		wantFault(t, town.Rename(t.Context(), signed.Actor, bad), fault.KindInvalid)
	}
	wantFault(t, town.Rename(t.Context(), model.SystemActor("x"), "王五"), fault.KindUnauthenticated)
}

func TestARepresentativeSeesTheirSeatAndAnOfficerTheirUnit(t *testing.T) {
	town := newTown(t)
	by := town.resident("o-1")
	_, err := town.AcceptInvitation(t.Context(), by, town.invited())
	wantNone(t, err)
	code, _, err := town.Invite(t.Context(), model.SystemActor("test"), model.InvitationUnitOfficer, unit)
	wantNone(t, err)
	_, err = town.AcceptInvitation(t.Context(), by, code)
	wantNone(t, err)
	me, err := town.Me(t.Context(), by)
	wantNone(t, err)
	if len(me.Seats) != 1 || me.Seats[0].Name != "张三" || me.Seats[0].ElectingUnit != "和平街道选举单位" || me.Seats[0].Term != "第十二届" {
		t.Errorf("seats: %+v", me.Seats)
	}
	if len(me.Units) != 1 || me.Units[0].Name != "城管办" {
		t.Errorf("units: %+v", me.Units)
	}
	if len(me.Roles) != 3 || me.Roles[1].Area != "和平街道" {
		t.Errorf("roles: %+v", me.Roles)
	}
}
