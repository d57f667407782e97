package account_test

import (
	"context"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/sealed/sealedtest"
)

func TestMySessionsAreListedByDeviceAndEndedOneByOne(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	other, err := town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, From: account.From{
		UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.60", Address: netip.MustParseAddr("2001:db8:7:8::9"),
	}})
	wantNone(t, err)
	open, err := town.Sessions(t.Context(), chen)
	if err != nil || len(open) != 2 {
		t.Fatalf("got %+v, %v", open, err)
	}
	if open[0].Device != "iPhone 上的 微信" || open[0].Address != "2001:db8:7::*" || open[0].Current {
		t.Errorf("got %+v", open[0])
	}
	if open[1].Device != "Windows 上的 Chrome" || open[1].Address != "203.0.113.*" || !open[1].Current {
		t.Errorf("got %+v", open[1])
	}
	stranger := town.resident("o-1")
	wantFault(t, town.EndSession(t.Context(), stranger, open[0].ID), fault.KindNotFound)
	wantNone(t, town.EndSession(t.Context(), chen, open[0].ID))
	wantFault(t, town.EndSession(t.Context(), chen, open[0].ID), fault.KindNotFound)
	_, err = town.Identify(t.Context(), other.Signed.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.Refresh(t.Context(), other.Signed.RefreshToken)
	wantFault(t, err, fault.KindUnauthenticated)
}

func TestSigningOutEverywhereElseSparesThePresentSession(t *testing.T) {
	town := newTown(t)
	here, there, stranger := town.signed("o-1"), town.signed("o-1"), town.signed("o-2")
	n, err := town.SignOutOthers(t.Context(), here.Actor)
	if err != nil || n != 1 {
		t.Errorf("ended %d, %v", n, err)
	}
	_, err = town.Identify(t.Context(), there.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	town.again(here.Token)
	town.again(stranger.Token)
}

func TestUseIsNotedToTheMinuteAndNotByEachRequest(t *testing.T) {
	town := newTown(t)
	signed := town.signed("o-1")
	town.clock.Advance(10 * time.Minute)
	for range 50 {
		town.again(signed.Token)
	}
	before := rows[model.Session](town, "person_id = ?", signed.Actor.PersonID)[0].LastUsedAt
	n, err := town.NoteUses(t.Context())
	if err != nil || n != 1 {
		t.Errorf("noted %d, %v", n, err)
	}
	after := rows[model.Session](town, "person_id = ?", signed.Actor.PersonID)[0].LastUsedAt
	if !after.After(*before) || after.Second() != 0 {
		t.Errorf("used %s, then %s", before, after)
	}
	if n, err := town.NoteUses(t.Context()); err != nil || n != 0 {
		t.Errorf("noted %d again, %v", n, err)
	}
}

func TestALostPhoneIsSignedOutAndItsSeatFreed(t *testing.T) {
	town := newTown(t)
	officer := town.staff("chen", model.RoleLiaisonOfficer, street)
	elsewhere := town.staff("lin", model.RoleLiaisonOfficer, "other")
	phone := town.signed("o-zhang")
	_, err := town.SignOutSeat(t.Context(), officer, seat, false)
	wantFault(t, err, fault.KindConflict)
	_, err = town.AcceptInvitation(t.Context(), phone.Actor, town.invited())
	wantNone(t, err)
	_, err = town.SignOutSeat(t.Context(), elsewhere, seat, false)
	wantFault(t, err, fault.KindNotFound)
	n, err := town.SignOutSeat(t.Context(), officer, seat, false)
	if err != nil || n != 1 {
		t.Errorf("ended %d, %v", n, err)
	}
	_, err = town.Identify(t.Context(), phone.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	if finder := town.resident("o-zhang"); finder.Has(model.RoleRepresentative) {
		t.Error("who has the phone is still the representative")
	}
	told := rows[model.Notice](town, "person_id = ? AND title = ?", phone.Actor.PersonID, "您的代表账号已退出登录")
	lines := rows[model.AuditLine](town, "action = ? AND target_id = ? AND actor_id = ?", "seat.sign_out", seat, officer.PersonID)
	if len(told) != 1 || len(lines) != 1 {
		t.Errorf("told %d, written down %d", len(told), len(lines))
	}
}

func TestAPhoneThatWasFoundAgainKeepsItsSeat(t *testing.T) {
	town := newTown(t)
	officer := town.staff("chen", model.RoleLiaisonOfficer, street)
	phone := town.signed("o-zhang")
	_, err := town.AcceptInvitation(t.Context(), phone.Actor, town.invited())
	wantNone(t, err)
	_, err = town.SignOutSeat(t.Context(), officer, seat, true)
	wantNone(t, err)
	_, err = town.Identify(t.Context(), phone.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	if back := town.resident("o-zhang"); !back.Has(model.RoleRepresentative) {
		t.Error("the seat is gone")
	}
}

func TestALoginCodeWorksOnceHereEvenWhenWeChatAnswersTwoReplicas(t *testing.T) {
	town := newTown(t)
	town.wechat.many = true
	town.wechat.people["mini/x"] = [2]string{"o-x", ""}
	second, err := account.New(account.Options{DB: town.db, Now: town.clock.Now, WeChat: town.wechat, Keys: sealedtest.Keys(t)})
	wantNone(t, err)
	replicas := []*account.Service{town.Service, second, town.Service, second}
	var wg sync.WaitGroup
	tokens := make([]string, len(replicas))
	for i, r := range replicas {
		wg.Go(func() {
			signed, err := r.SignInMini(context.WithoutCancel(t.Context()), "x", account.From{})
			if err != nil && !fault.Is(err, fault.KindUnauthenticated) {
				t.Error(err)
			}
			tokens[i] = signed.Token
		})
	}
	wg.Wait()
	n := 0
	for _, token := range tokens {
		if token != "" {
			n++
		}
	}
	if n != 1 || len(rows[model.Session](town, "1 = 1")) != 1 {
		t.Errorf("%d sessions of one code", n)
	}
}

func TestAnInvitationThatWentAstrayIsWithdrawn(t *testing.T) {
	town := newTown(t)
	officer := town.staff("chen", model.RoleLiaisonOfficer, street)
	code, _, err := town.Invite(t.Context(), officer, model.InvitationRepresentative, seat)
	wantNone(t, err)
	elsewhere := town.staff("lin", model.RoleLiaisonOfficer, "other")
	wantFault(t, town.WithdrawInvitation(t.Context(), elsewhere, model.InvitationRepresentative, seat), fault.KindNotFound)
	wantNone(t, town.WithdrawInvitation(t.Context(), officer, model.InvitationRepresentative, seat))
	wantFault(t, town.WithdrawInvitation(t.Context(), officer, model.InvitationRepresentative, seat), fault.KindNotFound)
	_, err = town.AcceptInvitation(t.Context(), town.resident("o-1"), code)
	wantFault(t, err, fault.KindInvalid)
}

func TestAKnownDeviceIsListedForgottenAndAStrangerAgain(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	token := town.known("chen")
	known, err := town.Devices(t.Context(), chen)
	if err != nil || len(known) != 2 || known[0].Label != "Windows 上的 Chrome" {
		t.Fatalf("got %+v, %v", known, err)
	}
	wantFault(t, town.ForgetDevice(t.Context(), town.resident("o-1"), known[0].ID), fault.KindNotFound)
	wantNone(t, town.ForgetDevice(t.Context(), chen, known[0].ID))
	entry, err := town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, DeviceToken: token, From: office})
	if err != nil || entry.DeviceToken == "" {
		t.Errorf("recognised: %+v, %v", entry, err)
	}
}

func TestAPersonHasTwentyKnownDevicesAtMost(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	for i := range 25 {
		from := account.From{UserAgent: "Firefox", Address: netip.MustParseAddr("203.0.113." + strconv.Itoa(i+1))}
		_, err := town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, From: from})
		wantNone(t, err)
		town.clock.Advance(time.Minute)
	}
	if n := len(rows[model.StaffDevice](town, "1 = 1")); n != 20 {
		t.Errorf("%d devices", n)
	}
}
