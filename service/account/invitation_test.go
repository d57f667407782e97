package account_test

import (
	"regexp"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
)

func TestAnInvitationBindsARepresentative(t *testing.T) {
	town := newTown(t)
	liaison := town.staff("chen", model.RoleLiaisonOfficer, street)
	code, expires, err := town.Invite(t.Context(), liaison, model.InvitationRepresentative, seat)
	wantNone(t, err)
	if !regexp.MustCompile(`^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$`).MatchString(code) || !expires.After(town.clock.Now().Add(6*24*hour)) {
		t.Errorf("got %q until %s", code, expires)
	}
	signed := town.signed("o-zhang")
	typed := " " + strings.ToLower(strings.ReplaceAll(code, "-", " "))
	bound, err := town.AcceptInvitation(t.Context(), signed.Actor, typed)
	if err != nil || bound.Name != "张三" || bound.TargetID != seat {
		t.Errorf("got %+v, %v", bound, err)
	}
	if ids := town.again(signed.Token).RepresentativeIDs(); len(ids) != 1 || ids[0] != seat {
		t.Errorf("sits on %v", ids)
	}
	if rep := rows[model.Representative](town, "id = ?", seat)[0]; rep.PersonID != signed.Actor.PersonID {
		t.Errorf("seat is bound to %q", rep.PersonID)
	}
	for _, i := range rows[model.Invitation](town, "1 = 1") {
		if strings.Contains(i.CodeHash, code[:5]) {
			t.Error("the code is kept as it is")
		}
	}
}

func TestAcceptingTwiceIsTheSameAsOnce(t *testing.T) {
	town := newTown(t)
	by, code := town.resident("o-zhang"), town.invited()
	for range 2 {
		_, err := town.AcceptInvitation(t.Context(), by, code)
		wantNone(t, err)
	}
	if n := len(rows[model.Grant](town, "person_id = ?", by.PersonID)); n != 1 {
		t.Errorf("%d grants, want 1", n)
	}
}

func TestWrongUsedAndExpiredCodesAreToldTheSame(t *testing.T) {
	town := newTown(t)
	by := town.resident("o-2")
	used := town.invited()
	_, err := town.AcceptInvitation(t.Context(), town.resident("o-zhang"), used)
	wantNone(t, err)
	replaced := town.invited()
	expired := town.invited()
	town.clock.Advance(8 * 24 * hour)
	var told []string
	for _, code := range []string{"AAAAA-AAAAA", "", used, replaced, expired} {
		_, err := town.AcceptInvitation(t.Context(), by, code)
		wantFault(t, err, fault.KindInvalid)
		if f := fault.Of(err); f != nil {
			told = append(told, f.Fields[0].Reason)
		}
	}
	for _, words := range told {
		if words != told[0] {
			t.Errorf("told %q and %q", words, told[0])
		}
	}
	if n := len(rows[model.Grant](town, "person_id = ?", by.PersonID)); n != 0 {
		t.Errorf("%d grants, want none", n)
	}
}

func TestTenWrongGuessesEndTheHour(t *testing.T) {
	town := newTown(t)
	by, code := town.resident("o-1"), town.invited()
	for range 10 {
		_, err := town.AcceptInvitation(t.Context(), by, "WRONG-GUESS")
		wantFault(t, err, fault.KindInvalid)
	}
	_, err := town.AcceptInvitation(t.Context(), by, code)
	wantFault(t, err, fault.KindTooMany)
	if after := fault.Of(err).RetryAfter; after <= 0 || after > hour {
		t.Errorf("come back after %s", after)
	}
	_, err = town.AcceptInvitation(t.Context(), town.resident("o-2"), code)
	wantNone(t, err)
	town.clock.Advance(hour)
	_, err = town.AcceptInvitation(t.Context(), by, town.invited())
	wantNone(t, err)
}

func TestANewerInvitationReplacesALostPhone(t *testing.T) {
	town := newTown(t)
	lost := town.signed("o-lost")
	_, err := town.AcceptInvitation(t.Context(), lost.Actor, town.invited())
	wantNone(t, err)
	fresh := town.signed("o-new")
	_, err = town.AcceptInvitation(t.Context(), fresh.Actor, town.invited())
	wantNone(t, err)
	if town.again(lost.Token).Has(model.RoleRepresentative) {
		t.Error("the lost phone still sits on the seat")
	}
	if !town.again(fresh.Token).Has(model.RoleRepresentative) {
		t.Error("the new phone does not sit on the seat")
	}
	if len(rows[model.AuditLine](town, "action = ?", "seat.rebind")) != 1 {
		t.Error("the rebinding is not in the audit log")
	}
}

func TestNobodyInvitesBeyondTheirArea(t *testing.T) {
	town := newTown(t)
	for _, by := range []model.Actor{
		town.resident("o-1"), town.staff("lin", model.RoleLiaisonOfficer, "other"), town.staff("root", model.RoleAdministrator, district),
	} {
		_, _, err := town.Invite(t.Context(), by, model.InvitationRepresentative, seat)
		wantFault(t, err, fault.KindNotFound)
		_, _, err = town.Invite(t.Context(), by, model.InvitationUnitOfficer, unit)
		wantFault(t, err, fault.KindNotFound)
	}
	for _, kind := range []model.InvitationKind{model.InvitationRepresentative, model.InvitationUnitOfficer, "king"} {
		_, _, err := town.Invite(t.Context(), model.SystemActor("test"), kind, "nobody")
		wantFault(t, err, fault.KindNotFound)
	}
}

func TestAnEndedSeatBindsNobody(t *testing.T) {
	town := newTown(t)
	add(town, model.Representative{ID: "ended", AreaPath: "/district/street/", Name: "李四", State: model.RepresentativeEnded})
	_, _, err := town.Invite(t.Context(), model.SystemActor("test"), model.InvitationRepresentative, "ended")
	wantFault(t, err, fault.KindConflict)
	_, err = town.AcceptInvitation(t.Context(), model.SystemActor("test"), town.invited())
	wantFault(t, err, fault.KindUnauthenticated)
}

func TestSeveralAreInvitedTogetherOrNoneAtAll(t *testing.T) {
	town := newTown(t)
	add(town, model.Representative{ID: "second", AreaPath: "/district/street/", Name: "李四", State: model.RepresentativeServing})
	add(town, model.Representative{ID: "far", AreaPath: "/elsewhere/", Name: "远方", State: model.RepresentativeServing})
	liaison := town.staff("chen", model.RoleLiaisonOfficer, street)
	_, err := town.InviteAll(t.Context(), liaison, model.InvitationRepresentative, []string{seat, "far"})
	wantFault(t, err, fault.KindNotFound)
	if open := rows[model.Invitation](town, "1 = 1"); len(open) != 0 {
		t.Errorf("%d codes were made all the same", len(open))
	}
	issued, err := town.InviteAll(t.Context(), liaison, model.InvitationRepresentative, []string{seat, "second"})
	wantNone(t, err)
	if len(issued) != 2 || issued[1].Name != "李四" || issued[0].Code == issued[1].Code {
		t.Errorf("got %+v", issued)
	}
	bound, err := town.AcceptInvitation(t.Context(), town.resident("o-2"), issued[1].Code)
	if err != nil || bound.TargetID != "second" {
		t.Errorf("got %+v, %v", bound, err)
	}
	_, err = town.InviteAll(t.Context(), liaison, model.InvitationRepresentative, nil)
	wantFault(t, err, fault.KindInvalid)
	_, err = town.InviteAll(t.Context(), liaison, model.InvitationRepresentative, make([]string, 201))
	wantFault(t, err, fault.KindInvalid)
}
