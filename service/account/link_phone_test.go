package account_test

import (
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/linking"
)

const (
	ofMini, ofOfficial         = "13800138000", "13900139000"
	maskedMini, maskedOfficial = "138****8000", "139****9000"
)

// bothBound are somebody whose two sides have a number each; the one of the
// mini-program was here first and is kept.
func (town *town) bothBound() (mini, official account.Signed) {
	town.t.Helper()
	mini, official = town.both()
	town.binds(mini.Actor, ofMini)
	town.binds(official.Actor, ofOfficial)
	return mini, official
}

func (town *town) binds(by model.Actor, phone string) {
	town.t.Helper()
	town.wechat.phones[phone] = phone
	if _, err := town.BindPhone(town.t.Context(), by, phone); err != nil {
		town.t.Fatal(err)
	}
}

func (town *town) wantPhone(by model.Actor, want string) {
	town.t.Helper()
	if me, err := town.Me(town.t.Context(), by); err != nil || me.Phone != want {
		town.t.Errorf("the phone is %q, want %q; %v", me.Phone, want, err)
	}
}

func TestOfTwoNumbersTheOneThatWasChosenStaysAndTheOtherComesBack(t *testing.T) {
	for _, c := range []struct {
		choice        account.LinkPhone
		stays, parted string
	}{
		{"", maskedMini, maskedMini},
		{account.PhoneOfOther, maskedMini, maskedMini},
		{account.PhoneOfMine, maskedOfficial, maskedMini},
	} {
		town := newTown(t)
		mini, official := town.bothBound()
		code := town.offer(mini.Actor)
		preview, err := town.ForeseeLink(t.Context(), official.Actor, code)
		wantNone(t, err)
		if preview.Mine.Phone != maskedOfficial || preview.Other.Phone != maskedMini || preview.PhoneOf != account.PhoneOfOther || !preview.MayChoose {
			t.Errorf("the preview is %+v", preview)
		}
		link, err := town.Link(t.Context(), official.Actor, code, c.choice)
		wantNone(t, err)
		town.wantPhone(mini.Actor, c.stays)
		if link.PhoneAside == "" || link.PhoneAsideHash == "" {
			t.Errorf("nothing was put aside: %+v", link)
		}
		if _, err := town.Unlink(t.Context(), mini.Actor, link.ID); err != nil {
			t.Fatal(err)
		}
		town.wantPhone(mini.Actor, c.parted)
		town.wantPhone(official.Actor, maskedOfficial)
		if l := rows[model.PersonLink](town, "id = ?", link.ID)[0]; l.PhoneAside != "" || l.PhoneAsideHash != "" {
			t.Errorf("a number is still put aside: %+v", l)
		}
	}
}

func TestWhoHasOneNumberIsNotAskedWhich(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	town.binds(official.Actor, ofOfficial)
	code := town.offer(mini.Actor)
	preview, err := town.ForeseeLink(t.Context(), official.Actor, code)
	wantNone(t, err)
	if preview.PhoneOf != "" || preview.MayChoose || preview.Phone != maskedOfficial {
		t.Errorf("the preview is %+v", preview)
	}
	link, err := town.Link(t.Context(), official.Actor, code, account.PhoneOfOther)
	wantNone(t, err)
	if link.PhoneAside != "" {
		t.Error("a number was put aside")
	}
	town.wantPhone(official.Actor, maskedOfficial)
}

func TestNobodyPutsAnotherNumberInThePlaceOfARepresentatives(t *testing.T) {
	town := newTown(t)
	mini, official := town.bothBound()
	if _, err := town.AcceptInvitation(t.Context(), mini.Actor, town.invited()); err != nil {
		t.Fatal(err)
	}
	code := town.offer(mini.Actor)
	preview, err := town.ForeseeLink(t.Context(), official.Actor, code)
	wantNone(t, err)
	if preview.PhoneOf != account.PhoneOfOther || preview.MayChoose {
		t.Errorf("the preview is %+v", preview)
	}
	wantFault(t, errOf(town.Link(t.Context(), official.Actor, code, account.PhoneOfMine)), fault.KindConflict)
	town.wantPhone(mini.Actor, maskedMini)
	// The representative may.
	if _, err := town.Link(t.Context(), mini.Actor, town.offer(official.Actor), account.PhoneOfOther); err != nil {
		t.Fatal(err)
	}
	town.wantPhone(mini.Actor, maskedOfficial)
	if who := town.again(mini.Token); len(who.RepresentativeIDs()) != 1 {
		t.Error("the seat is gone")
	}
}

func TestANumberPutAsideThatSomebodyElseBoundIsTheirs(t *testing.T) {
	town := newTown(t)
	mini, official := town.bothBound()
	link, err := town.Link(t.Context(), official.Actor, town.offer(mini.Actor), account.PhoneOfMine)
	wantNone(t, err)
	later := town.comes("mini", "m-li", "")
	town.binds(later.Actor, ofMini)
	if _, err := town.Unlink(t.Context(), mini.Actor, link.ID); err != nil {
		t.Fatal(err)
	}
	town.wantPhone(mini.Actor, "")
	town.wantPhone(official.Actor, maskedOfficial)
	town.wantPhone(later.Actor, maskedMini)
}

func TestANumberThatWasBoundAnewSinceStays(t *testing.T) {
	town := newTown(t)
	mini, official := town.bothBound()
	link, err := town.Link(t.Context(), official.Actor, town.offer(mini.Actor), account.PhoneOfMine)
	wantNone(t, err)
	town.binds(mini.Actor, "13700137000")
	if _, err := town.Unlink(t.Context(), mini.Actor, link.ID); err != nil {
		t.Fatal(err)
	}
	town.wantPhone(mini.Actor, "137****7000")
	town.wantPhone(official.Actor, maskedOfficial)
}

func TestWeChatsWordJoinsTwoNumbersAndPutsOneAside(t *testing.T) {
	town := newTown(t)
	mini, official := town.bothBound()
	town.comes("mini", "m-wang", "u-wang")
	town.comes("official", "o-wang", "u-wang")
	links, err := town.Links(t.Context(), mini.Actor)
	if err != nil || len(links) != 1 || links[0].PhoneAside == "" {
		t.Fatalf("links %+v, %v", links, err)
	}
	town.wantPhone(mini.Actor, maskedMini)
	town.clock.Advance(linking.UndoLife / 2)
	if _, err := town.Unlink(t.Context(), mini.Actor, links[0].ID); err != nil {
		t.Fatal(err)
	}
	town.wantPhone(official.Actor, maskedOfficial)
}
