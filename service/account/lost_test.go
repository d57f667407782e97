package account_test

import (
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
)

// inBoth signs one person in through the mini-program and through the official
// account, as WeChat knows them by one unionid.
func (t *town) inBoth(union string) (mini, official account.Signed) {
	t.t.Helper()
	code := model.NewID() // good once
	t.wechat.people["mini/"+code] = [2]string{"o-mini-" + union, union}
	t.wechat.people["official/"+code] = [2]string{"o-official-" + union, union}
	mini, err := t.SignInMini(t.t.Context(), code, account.From{})
	wantNone(t.t, err)
	official, err = t.SignInOfficial(t.t.Context(), code, account.From{})
	wantNone(t.t, err)
	if mini.Actor.PersonID != official.Actor.PersonID {
		t.t.Fatalf("one unionid is two people: %s and %s", mini.Actor.PersonID, official.Actor.PersonID)
	}
	return mini, official
}

// shut demands that neither the token nor the renewal of a session is taken.
func (t *town) shut(name string, s account.Signed) {
	t.t.Helper()
	if _, err := t.Identify(t.t.Context(), s.Token); !fault.Is(err, fault.KindUnauthenticated) {
		t.t.Errorf("the %s session is still open: %v", name, err)
	}
	if _, err := t.Refresh(t.t.Context(), s.RefreshToken); !fault.Is(err, fault.KindUnauthenticated) {
		t.t.Errorf("the %s session can still be renewed: %v", name, err)
	}
}

func TestALostPhoneIsSignedOutOfTheMiniProgramAndTheOfficialAccount(t *testing.T) {
	town := newTown(t)
	officer := town.staff("chen", model.RoleLiaisonOfficer, street)
	mini, official := town.inBoth("u-zhang")
	_, err := town.AcceptInvitation(t.Context(), mini.Actor, town.invited())
	wantNone(t, err)
	n, err := town.SignOutSeat(t.Context(), officer, seat, false)
	if err != nil || n != 2 {
		t.Errorf("ended %d, %v, want both", n, err)
	}
	town.shut("mini-program", mini)
	town.shut("official account", official)
	// The finder comes in again by either way, and sits on no seat.
	mini, official = town.inBoth("u-zhang")
	for name, s := range map[string]account.Signed{"mini-program": mini, "official account": official} {
		if town.again(s.Token).Has(model.RoleRepresentative) {
			t.Errorf("who comes by the %s is still the representative", name)
		}
	}
}

func TestSigningOutEverywhereReachesBothAccounts(t *testing.T) {
	town := newTown(t)
	mini, official := town.inBoth("u-wang")
	n, err := town.SignOutAll(t.Context(), town.again(official.Token))
	if err != nil || n != 2 {
		t.Errorf("ended %d, %v, want both", n, err)
	}
	town.shut("mini-program", mini)
	town.shut("official account", official)
}
