package account_test

import (
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
)

func TestSigningInIsGoodForTenMinutesThenACodeIsAskedFor(t *testing.T) {
	town := newTown(t)
	phone, entry := town.enrol(town.staff("chen", model.RoleLiaisonOfficer, street))
	chen := entry.Signed.Actor
	wantNone(t, town.SteppedUp(t.Context(), chen))
	town.clock.Advance(10 * time.Minute)
	wantFault(t, town.SteppedUp(t.Context(), chen), fault.KindStepUp)
	_, err := town.StepUp(t.Context(), chen, account.Proof{Password: adminPassword})
	wantFault(t, err, fault.KindInvalid)
	code := phone.now()
	until, err := town.StepUp(t.Context(), chen, account.Proof{Code: code})
	if err != nil || until.Sub(town.clock.Now()) < 9*time.Minute {
		t.Errorf("good until %s, %v", until, err)
	}
	wantNone(t, town.SteppedUp(t.Context(), chen))
	_, err = town.StepUp(t.Context(), chen, account.Proof{Code: code})
	wantFault(t, err, fault.KindInvalid)
}

func TestWithoutASecondFactorThePasswordIsAskedFor(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	town.clock.Advance(hour)
	wantFault(t, town.SteppedUp(t.Context(), chen), fault.KindStepUp)
	var err error
	for range 6 {
		_, err = town.StepUp(t.Context(), chen, account.Proof{Password: "not the password"})
	}
	wantFault(t, err, fault.KindTooMany)
	town.clock.Advance(fault.Of(err).RetryAfter)
	_, err = town.StepUp(t.Context(), chen, account.Proof{Password: adminPassword})
	wantNone(t, err)
	wantNone(t, town.SteppedUp(t.Context(), chen))
}

func TestAResidentStepsUpWithAFreshCodeOfTheirOwnWeChat(t *testing.T) {
	town := newTown(t)
	wang := town.signed("o-wang").Actor
	town.resident("o-li")
	town.clock.Advance(hour)
	wantFault(t, town.SteppedUp(t.Context(), wang), fault.KindStepUp)
	town.wechat.people["mini/fresh"] = [2]string{"o-wang", ""}
	town.wechat.people["mini/of-li"] = [2]string{"o-li", ""}
	for _, code := range []string{"", "unknown", "of-li"} {
		_, err := town.StepUp(t.Context(), wang, account.Proof{WeChatCode: code})
		wantFault(t, err, fault.KindInvalid)
	}
	_, err := town.StepUp(t.Context(), wang, account.Proof{WeChatCode: "fresh"})
	wantNone(t, err)
	wantNone(t, town.SteppedUp(t.Context(), wang))
}

func TestAnEndedSessionDoesNotStepUp(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	wantNone(t, town.SignOut(t.Context(), chen))
	wantFault(t, town.SteppedUp(t.Context(), chen), fault.KindUnauthenticated)
	_, err := town.StepUp(t.Context(), chen, account.Proof{Password: adminPassword})
	wantFault(t, err, fault.KindUnauthenticated)
}

func TestANewPasswordEndsTheOtherSessions(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	other, err := town.console("chen", adminPassword)
	wantNone(t, err)
	const fresh = "three blind umbrellas"
	wantFault(t, town.ChangePassword(t.Context(), chen, "not the password", fresh), fault.KindInvalid)
	wantFault(t, town.ChangePassword(t.Context(), chen, adminPassword, adminPassword), fault.KindInvalid)
	wantNone(t, town.ChangePassword(t.Context(), chen, adminPassword, fresh))
	_, err = town.Identify(t.Context(), other.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	wantNone(t, town.SteppedUp(t.Context(), chen))
	_, err = town.console("chen", adminPassword)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.console("chen", fresh)
	wantNone(t, err)
}

func TestAnAdministratorResetsAPassword(t *testing.T) {
	town := newTown(t)
	admin := town.staff("admin", model.RoleAdministrator, street)
	root := town.staff("root", model.RoleAdministrator, district)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	const fresh = "three blind umbrellas"
	wantFault(t, town.ResetPassword(t.Context(), admin, root.PersonID, fresh), fault.KindNotFound)
	wantFault(t, town.ResetPassword(t.Context(), admin, chen.PersonID, "short"), fault.KindInvalid)
	wantNone(t, town.ResetPassword(t.Context(), admin, chen.PersonID, fresh))
	wantFault(t, town.SteppedUp(t.Context(), chen), fault.KindUnauthenticated)
	_, err := town.console("chen", fresh)
	wantNone(t, err)
}

func TestPasswordsThatAreGuessedFirstAreRefused(t *testing.T) {
	town := newTown(t)
	for _, bad := range []string{
		"a123456789", "woaini1314520", "qwertyuiop", "QwertyUiop", "1234567890", "0987654321", "abcdefghij", "aaaaaaaaaa", "abababababab", "密密密密密密密密密密",
		"password2026", "Password!!!!", "admin@123456", "weixin123456", "ｑｗｅｒｔｙｕｉｏｐ", "chenli2026", "zhongguo2026",
	} {
		_, err := town.AddStaff(t.Context(), model.SystemActor("test"), account.NewStaff{Login: "chenli", Name: "陈丽", Password: bad, Role: model.RoleAuditor, AreaID: street})
		if f := fault.Of(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "password" || !strings.HasSuffix(f.Fields[0].Reason, "。") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for i, good := range []string{"correct horse battery", "雨伞 茶壶 山路 二十七", "kq7 mvw 2xd p", "lianxin-demo-2026"} {
		_, err := town.AddStaff(t.Context(), model.SystemActor("test"), account.NewStaff{Login: "chenli" + string(rune('a'+i)), Name: "陈丽", Password: good, Role: model.RoleAuditor, AreaID: street})
		if err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}
