package account_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
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
	mini, err := town.SignInMini(t.Context(), "a")
	wantNone(t, err)
	official, err := town.SignInOfficial(t.Context(), "b")
	wantNone(t, err)
	if mini.Actor.PersonID != official.Actor.PersonID {
		t.Errorf("two people, want one")
	}
}

func TestTwoFirstVisitsAtOnceMakeOnePerson(t *testing.T) {
	town := newTown(t)
	town.wechat.many = true
	town.wechat.people["mini/x"] = [2]string{"o-x", "u-x"}
	var wg sync.WaitGroup
	var ids [6]string
	for i := range ids {
		wg.Go(func() {
			signed, err := town.SignInMini(context.WithoutCancel(t.Context()), "x")
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
	_, err := town.SignInMini(t.Context(), "spent")
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.SignInOfficial(t.Context(), "spent")
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

func TestASessionThatWasNotRenewedInTimeIsOverAndForgotten(t *testing.T) {
	town := newTown(t)
	signed := town.signed("o-1")
	town.clock.Advance(31 * 24 * hour)
	_, err := town.Refresh(t.Context(), signed.RefreshToken)
	wantFault(t, err, fault.KindUnauthenticated)
	fresh := town.signed("o-1")
	n, err := town.ForgetSessions(t.Context(), town.clock.Now())
	if err != nil || n != 1 {
		t.Errorf("forgot %d, %v; want 1", n, err)
	}
	town.again(fresh.Token)
}

func TestSigningOutEndsOneSessionAndSigningOutEverywhereAll(t *testing.T) {
	town := newTown(t)
	phone, tablet, stranger := town.signed("o-1"), town.signed("o-1"), town.signed("o-2")
	wantNone(t, town.SignOut(t.Context(), phone.Actor))
	_, err := town.Identify(t.Context(), phone.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	town.again(tablet.Token)
	wantNone(t, town.SignOutAll(t.Context(), tablet.Actor))
	_, err = town.Identify(t.Context(), tablet.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	town.again(stranger.Token)
}

func TestAnUnknownLoginIsToldTheSameAsAWrongPassword(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	for range 7 {
		_, known := town.SignInStaff(t.Context(), "chen", "wrong password")
		_, unknown := town.SignInStaff(t.Context(), "nobody", "wrong password")
		if known == nil || unknown == nil || known.Error() != unknown.Error() {
			t.Fatalf("got %v for a known login and %v for an unknown one", known, unknown)
		}
	}
}

func TestFiveWrongPasswordsLockForAGrowingTime(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	wrong := func() error {
		_, err := town.SignInStaff(t.Context(), "chen", "wrong password")
		return err
	}
	for range 5 {
		wantFault(t, wrong(), fault.KindUnauthenticated)
	}
	_, err := town.SignInStaff(t.Context(), "chen", adminPassword)
	wantFault(t, err, fault.KindTooMany)
	if after := fault.Of(err).RetryAfter; after <= 50*time.Second || after > time.Minute {
		t.Errorf("first lock is %s, want a minute", after)
	}
	town.clock.Advance(time.Minute)
	wantFault(t, wrong(), fault.KindUnauthenticated)
	if after := fault.Of(wrong()).RetryAfter; after <= time.Minute || after > 2*time.Minute {
		t.Errorf("second lock is %s, want two minutes", after)
	}
	town.clock.Advance(2 * time.Minute)
	_, err = town.SignInStaff(t.Context(), " Chen ", adminPassword)
	wantNone(t, err)
	wantFault(t, wrong(), fault.KindUnauthenticated)
	_, err = town.SignInStaff(t.Context(), "chen", adminPassword)
	wantNone(t, err)
}

func TestManySignInsAtOnceAllGetTheirTurn(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, err := town.SignInStaff(context.WithoutCancel(t.Context()), "chen", adminPassword); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := town.SignInStaff(gone, "chen", adminPassword); !errors.Is(err, context.Canceled) {
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
