package account_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
)

func TestTheFirstVisitMakesAPersonAndTheSecondFindsThem(t *testing.T) {
	town := newTown(t)
	first := town.resident("o-1")
	second := town.resident("o-1")
	if first.PersonID == "" || first.PersonID != second.PersonID {
		t.Errorf("got %q, then %q", first.PersonID, second.PersonID)
	}
	if !first.Has(model.RoleResident) || len(first.Grants) != 1 {
		t.Errorf("got grants %v, want the resident alone", first.Grants)
	}
}

func TestOnePersonIsKnownAcrossBothAccounts(t *testing.T) {
	town := newTown(t)
	town.wechat.people["mini/a"] = [2]string{"o-mini", "u-1"}
	town.wechat.people["official/b"] = [2]string{"o-official", "u-1"}
	mini, err := town.SignInMini(t.Context(), "a", account.From{})
	wantNone(t, err)
	official, err := town.SignInOfficial(t.Context(), "b", account.From{})
	wantNone(t, err)
	if mini.Actor.PersonID != official.Actor.PersonID {
		t.Errorf("two people, want one")
	}
}

func TestTwoFirstVisitsAtOnceMakeOnePerson(t *testing.T) {
	town := newTown(t)
	var wg sync.WaitGroup
	var ids [6]string
	for i := range ids {
		town.wechat.people["mini/x"+strconv.Itoa(i)] = [2]string{"o-x", "u-x"}
	}
	for i := range ids {
		wg.Go(func() {
			signed, err := town.SignInMini(context.WithoutCancel(t.Context()), "x"+strconv.Itoa(i), account.From{})
			if err != nil {
				t.Error(err)
			}
			ids[i] = signed.Actor.PersonID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("got people %v, want one", ids)
		}
	}
	if n := len(rows[model.Person](town, "1 = 1")); n != 1 {
		t.Errorf("%d people, want 1", n)
	}
}

func TestASpentLoginCodeAsksToComeInAgain(t *testing.T) {
	town := newTown(t)
	_, err := town.SignInMini(t.Context(), "spent", account.From{})
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.SignInOfficial(t.Context(), "spent", account.From{})
	wantFault(t, err, fault.KindUnauthenticated)
}

func TestOnlyHashesOfTokensAreKept(t *testing.T) {
	town := newTown(t)
	signed := town.signed("o-1")
	for _, s := range rows[model.Session](town, "1 = 1") {
		for _, kept := range []string{s.ID, s.TokenHash, s.RefreshHash} {
			if kept == signed.Token || kept == signed.RefreshToken {
				t.Error("a token is kept as it is")
			}
		}
	}
}

func TestATokenIsGoodUntilItExpires(t *testing.T) {
	town := newTown(t)
	signed := town.signed("o-1")
	town.again(signed.Token)
	town.clock.Advance(3 * hour)
	_, err := town.Identify(t.Context(), signed.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.Identify(t.Context(), "")
	wantFault(t, err, fault.KindUnauthenticated)
}

func TestRefreshingGivesNewTokensToTheSameSession(t *testing.T) {
	town := newTown(t)
	old := town.signed("o-1")
	renewed, err := town.Refresh(t.Context(), old.RefreshToken)
	wantNone(t, err)
	if renewed.Actor.SessionID != old.Actor.SessionID || renewed.Token == old.Token || renewed.RefreshToken == old.RefreshToken {
		t.Errorf("got %+v after %+v", renewed, old)
	}
	town.again(renewed.Token)
	_, err = town.Identify(t.Context(), old.Token)
	wantFault(t, err, fault.KindUnauthenticated)
}

func TestARefreshTokenUsedTwiceRevokesTheSession(t *testing.T) {
	town := newTown(t)
	old, other := town.signed("o-1"), town.signed("o-1")
	renewed, err := town.Refresh(t.Context(), old.RefreshToken)
	wantNone(t, err)
	_, err = town.Refresh(t.Context(), old.RefreshToken)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.Identify(t.Context(), renewed.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.Refresh(t.Context(), renewed.RefreshToken)
	wantFault(t, err, fault.KindUnauthenticated)
	town.again(other.Token)
}

func TestOfTwoRefreshesAtOnceNoneIsLeftStanding(t *testing.T) {
	town := newTown(t)
	old := town.signed("o-1")
	var wg sync.WaitGroup
	var tokens [2]string
	for i := range tokens {
		wg.Go(func() {
			signed, err := town.Refresh(context.WithoutCancel(t.Context()), old.RefreshToken)
			if err != nil && !fault.Is(err, fault.KindUnauthenticated) {
				t.Error(err)
			}
			tokens[i] = signed.Token
		})
	}
	wg.Wait()
	for _, token := range tokens {
		_, err := town.Identify(t.Context(), token)
		wantFault(t, err, fault.KindUnauthenticated)
	}
}

func TestASessionThatWasNotRenewedInTimeIsOver(t *testing.T) {
	town := newTown(t)
	signed := town.signed("o-1")
	town.clock.Advance(31 * 24 * hour)
	_, err := town.Refresh(t.Context(), signed.RefreshToken)
	wantFault(t, err, fault.KindUnauthenticated)
}

func TestSigningOutEndsOneSessionAndSigningOutEverywhereAll(t *testing.T) {
	town := newTown(t)
	phone, tablet, stranger := town.signed("o-1"), town.signed("o-1"), town.signed("o-2")
	wantNone(t, town.SignOut(t.Context(), phone.Actor))
	_, err := town.Identify(t.Context(), phone.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	town.again(tablet.Token)
	_, err = town.SignOutAll(t.Context(), tablet.Actor)
	wantNone(t, err)
	_, err = town.Identify(t.Context(), tablet.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	town.again(stranger.Token)
}

func TestManySignInsAtOnceAllGetTheirTurn(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := town.SignInStaff(context.WithoutCancel(t.Context()), account.StaffSignIn{Login: "chen", Password: adminPassword}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := town.SignInStaff(gone, account.StaffSignIn{Login: "chen", Password: adminPassword}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the request", err)
	}
}

func TestAPasswordIsKeptAsAPHCString(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	kept := rows[model.StaffAccount](town, "login = ?", "chen")[0].PasswordHash
	if !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("got %q", kept)
	}
}
