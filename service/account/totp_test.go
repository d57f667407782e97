package account_test

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/sealed/sealedtest"
)

// authenticator is an app on somebody's phone.
type authenticator struct {
	*town
	secret string
	codes  []string
}

// now is the code it shows.
func (a *authenticator) now() string { return a.at(0) }

// at is the code it shows so much later.
func (a *authenticator) at(later time.Duration) string {
	a.t.Helper()
	code, err := totp.GenerateCode(a.secret, a.clock.Now().Add(later))
	if err != nil {
		a.t.Fatal(err)
	}
	return code
}

// enrol sets up a second factor and gives the session that follows.
func (town *town) enrol(by model.Actor) (*authenticator, account.Entry) {
	town.t.Helper()
	made, err := town.BeginTOTP(town.t.Context(), by)
	if err != nil {
		town.t.Fatal(err)
	}
	a := &authenticator{town: town, secret: strings.ReplaceAll(made.Secret, " ", "")}
	enrolled, err := town.ConfirmTOTP(town.t.Context(), by, a.now(), office)
	if err != nil {
		town.t.Fatal(err)
	}
	a.codes = enrolled.RecoveryCodes
	town.clock.Advance(time.Minute) // the code of the confirmation is used up
	return a, enrolled.Entry
}

// challenged gives the right password and gets a challenge.
func (town *town) challenged() string {
	town.t.Helper()
	entry, err := town.SignInStaff(town.t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, From: office})
	if err != nil || entry.Challenge == "" || entry.Signed.Token != "" {
		town.t.Fatalf("got %+v, %v", entry, err)
	}
	return entry.Challenge
}

// strict is the same town where staff must have a second factor.
func strict(t *testing.T) *town {
	t.Helper()
	town := newTown(t)
	service, err := account.New(account.Options{DB: town.db, Now: town.clock.Now, WeChat: town.wechat, Keys: sealedtest.Keys(t)})
	wantNone(t, err)
	town.Service = service
	_, err = town.AddStaff(t.Context(), model.SystemActor("test"), account.NewStaff{
		Login: "chen", Name: "陈丽", Password: adminPassword, Role: model.RoleLiaisonOfficer, AreaID: street,
	})
	wantNone(t, err)
	return town
}

func TestAPasswordAndACodeLetStaffIn(t *testing.T) {
	town := newTown(t)
	phone, _ := town.enrol(town.staff("chen", model.RoleLiaisonOfficer, street))
	challenge := town.challenged()
	_, err := town.AnswerChallenge(t.Context(), challenge, "000000", office)
	wantFault(t, err, fault.KindUnauthenticated)
	entry, err := town.AnswerChallenge(t.Context(), challenge, phone.now(), office)
	wantNone(t, err)
	if actor := town.again(entry.Signed.Token); actor.Name != "chen" || actor.Enrolling {
		t.Errorf("got %+v", actor)
	}
	_, err = town.AnswerChallenge(t.Context(), challenge, phone.at(30*time.Second), office)
	wantFault(t, err, fault.KindUnauthenticated)
}

func TestTheSecretIsSealedAndTheAddressForTheQRCodeIsWhole(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	made, err := town.BeginTOTP(t.Context(), chen)
	wantNone(t, err)
	secret := strings.ReplaceAll(made.Secret, " ", "")
	uri, err := url.Parse(made.URI)
	if err != nil || uri.Scheme != "otpauth" || uri.Query().Get("secret") != secret || uri.Query().Get("issuer") != "连心" || len(secret) < 32 {
		t.Errorf("got %s, %v", made.URI, err)
	}
	kept := rows[model.StaffAccount](town, "login = ?", "chen")[0]
	if kept.TOTPPending == "" || strings.Contains(string(kept.TOTPPending), secret) || kept.TOTPConfirmedAt != nil {
		t.Errorf("kept %q", string(kept.TOTPPending))
	}
}

func TestACodeIsGoodOnceAlsoWhenItIsGivenTwiceAtOnce(t *testing.T) {
	town := newTown(t)
	phone, _ := town.enrol(town.staff("chen", model.RoleLiaisonOfficer, street))
	challenges := [4]string{}
	for i := range challenges {
		challenges[i] = town.challenged()
	}
	code := phone.now()
	var wg sync.WaitGroup
	var in [4]bool
	for i := range challenges {
		wg.Go(func() {
			_, err := town.AnswerChallenge(context.WithoutCancel(t.Context()), challenges[i], code, office)
			if err != nil && !fault.Is(err, fault.KindUnauthenticated) {
				t.Error(err)
			}
			in[i] = err == nil
		})
	}
	wg.Wait()
	n := 0
	for _, ok := range in {
		if ok {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d got in with one code", n)
	}
}

func TestClocksMayDifferByHalfAMinuteAndNoMore(t *testing.T) {
	town := newTown(t)
	phone, _ := town.enrol(town.staff("chen", model.RoleLiaisonOfficer, street))
	for _, c := range []struct {
		later time.Duration
		good  bool
	}{{-90 * time.Second, false}, {90 * time.Second, false}, {-30 * time.Second, true}, {30 * time.Second, true}} {
		_, err := town.AnswerChallenge(t.Context(), town.challenged(), phone.at(c.later), office)
		if (err == nil) != c.good {
			t.Errorf("%s: %v", c.later, err)
		}
	}
}

func TestAChallengeIsShortOfTimeAttemptsAndPlace(t *testing.T) {
	town := newTown(t)
	phone, _ := town.enrol(town.staff("chen", model.RoleLiaisonOfficer, street))
	late := town.challenged()
	town.clock.Advance(6 * time.Minute)
	_, err := town.AnswerChallenge(t.Context(), late, phone.now(), office)
	wantFault(t, err, fault.KindUnauthenticated)
	elsewhere := attacker{town: town}
	_, err = town.AnswerChallenge(t.Context(), town.challenged(), phone.now(), elsewhere.elsewhere())
	wantFault(t, err, fault.KindUnauthenticated)
	worn := town.challenged()
	for range 5 {
		_, err = town.AnswerChallenge(t.Context(), worn, "AAAAA-AAAAA", office)
		wantFault(t, err, fault.KindUnauthenticated)
	}
	_, err = town.AnswerChallenge(t.Context(), worn, phone.now(), office)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.AnswerChallenge(t.Context(), town.challenged(), phone.now(), office)
	wantNone(t, err)
}

func TestWhoHasThePasswordGetsFewCodesAndTheOwnerGetsInAndIsTold(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	phone, entry := town.enrol(chen)
	token := entry.DeviceToken
	if token == "" {
		token = town.deviceOf(phone)
	}
	a := attacker{town: town}
	wrong := 0
	for range 12 {
		from := a.elsewhere()
		open, err := town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, From: from})
		wantNone(t, err)
		for range 3 {
			if _, err := town.AnswerChallenge(t.Context(), open.Challenge, "123456", from); fault.Is(err, fault.KindUnauthenticated) {
				wrong++
			}
		}
	}
	if wrong > 6 {
		t.Errorf("%d codes were looked at", wrong)
	}
	open, err := town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, DeviceToken: token, From: office})
	wantNone(t, err)
	_, err = town.AnswerChallenge(t.Context(), open.Challenge, phone.now(), office)
	wantNone(t, err)
	if n := len(rows[model.Notice](town, "person_id = ? AND title = ?", chen.PersonID, "有人输对了您的密码")); n == 0 {
		t.Error("the owner was not told")
	}
}

// deviceOf signs in with password and code and gives the token of the device.
func (town *town) deviceOf(phone *authenticator) string {
	town.t.Helper()
	entry, err := town.AnswerChallenge(town.t.Context(), town.challenged(), phone.now(), office)
	if err != nil {
		town.t.Fatal(err)
	}
	town.clock.Advance(time.Minute)
	return entry.DeviceToken
}

func TestARecoveryCodeWorksOnceAndAlsoWhileOthersGuess(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	phone, entry := town.enrol(chen)
	if len(phone.codes) != 10 {
		t.Fatalf("%d codes", len(phone.codes))
	}
	a := attacker{town: town}
	for range 40 {
		_ = a.guess("chen", a.elsewhere())
	}
	wantFault(t, town.onDevice("", a.elsewhere()), fault.KindTooMany)
	with := func(code string) error {
		_, err := town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, RecoveryCode: code, From: a.elsewhere()})
		return err
	}
	wantNone(t, with(strings.ToLower(phone.codes[0])))
	wantFault(t, with(phone.codes[0]), fault.KindTooMany)
	standing, err := town.Standing(t.Context(), town.again(entry.Signed.Token))
	if err != nil || standing.RecoveryCodesLeft != 9 || !standing.SecondFactor {
		t.Errorf("got %+v, %v", standing, err)
	}
	for _, kept := range rows[model.RecoveryCode](town, "1 = 1") {
		for _, code := range phone.codes {
			if kept.CodeHash == code {
				t.Error("a code is kept as it is")
			}
		}
	}
}

func TestRenewedRecoveryCodesReplaceTheOldOnes(t *testing.T) {
	town := newTown(t)
	phone, entry := town.enrol(town.staff("chen", model.RoleLiaisonOfficer, street))
	fresh, err := town.RenewRecoveryCodes(t.Context(), entry.Signed.Actor)
	if err != nil || len(fresh) != 10 {
		t.Fatalf("got %v, %v", fresh, err)
	}
	challenge := town.challenged()
	_, err = town.AnswerChallenge(t.Context(), challenge, phone.codes[1], office)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.AnswerChallenge(t.Context(), challenge, fresh[1], office)
	wantNone(t, err)
}

func TestWhereASecondFactorIsRequiredAPasswordIsOnlyGoodToEnrol(t *testing.T) {
	town := strict(t)
	entry, err := town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, From: office})
	if err != nil || !entry.Signed.Actor.Enrolling || entry.DeviceToken != "" || entry.Signed.RefreshToken != "" {
		t.Fatalf("got %+v, %v", entry, err)
	}
	enrolling := town.again(entry.Signed.Token)
	if !enrolling.Enrolling {
		t.Error("identified as free")
	}
	_, after := town.enrol(enrolling)
	if after.Signed.Actor.Enrolling || after.DeviceToken == "" || town.again(after.Signed.Token).Enrolling {
		t.Errorf("got %+v", after)
	}
	_, err = town.Identify(t.Context(), entry.Signed.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	wantFault(t, town.RemoveTOTP(t.Context(), after.Signed.Actor), fault.KindConflict)
	town.challenged()
}

func TestANewAuthenticatorReplacesTheOldOneOnlyWhenConfirmed(t *testing.T) {
	town := newTown(t)
	old, entry := town.enrol(town.staff("chen", model.RoleLiaisonOfficer, street))
	_, err := town.BeginTOTP(t.Context(), entry.Signed.Actor)
	wantNone(t, err)
	_, err = town.ConfirmTOTP(t.Context(), entry.Signed.Actor, "000000", office)
	wantFault(t, err, fault.KindInvalid)
	_, err = town.AnswerChallenge(t.Context(), town.challenged(), old.now(), office)
	wantNone(t, err)
	town.clock.Advance(16 * time.Minute)
	_, err = town.ConfirmTOTP(t.Context(), entry.Signed.Actor, "000000", office)
	wantFault(t, err, fault.KindConflict)
	fresh, _ := town.enrol(entry.Signed.Actor)
	challenge := town.challenged()
	_, err = town.AnswerChallenge(t.Context(), challenge, old.now(), office)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.AnswerChallenge(t.Context(), challenge, fresh.now(), office)
	wantNone(t, err)
}

func TestAnAdministratorResetsALostSecondFactor(t *testing.T) {
	town := newTown(t)
	admin := town.staff("admin", model.RoleAdministrator, street)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	_, entry := town.enrol(chen)
	wantFault(t, town.ResetTOTP(t.Context(), chen, admin.PersonID), fault.KindNotFound)
	wantNone(t, town.ResetTOTP(t.Context(), admin, chen.PersonID))
	_, err := town.Identify(t.Context(), entry.Signed.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	if n := len(rows[model.StaffDevice](town, "person_id = ?", chen.PersonID)); n != 0 {
		t.Errorf("%d devices are still known", n)
	}
	signed, err := town.console("chen", adminPassword)
	if err != nil || signed.Token == "" {
		t.Errorf("got %+v, %v", signed, err)
	}
	told := rows[model.Notice](town, "person_id = ? AND title = ?", chen.PersonID, "您的身份验证器已重置")
	lines := rows[model.AuditLine](town, "action = ? AND target_id = ? AND actor_id = ?", "totp.reset", chen.PersonID, admin.PersonID)
	if len(told) != 1 || len(lines) != 1 {
		t.Errorf("told %d, written down %d", len(told), len(lines))
	}
}
