package account_test

import (
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
)

// organisation is an officer of the organisation department for the street.
var organisation = model.Actor{PersonID: "officer", Name: "组织干部", Grants: []model.Grant{{Role: model.RoleOrganisationOfficer, AreaID: street, AreaPath: "/district/street/"}}}

const pasted = "姓名,手机号\n王秀英，13800138000\n13900139000\t李建国\n\n"

// withNumber is a resident who has bound a phone.
func (town *town) withNumber(openID, phone string) account.Signed {
	town.t.Helper()
	signed := town.signed(openID)
	town.wechat.phones[openID] = phone
	if _, err := town.BindPhone(town.t.Context(), signed.Actor, openID); err != nil {
		town.t.Fatal(err)
	}
	return signed
}

func (town *town) listed(text string) account.MemberReport {
	town.t.Helper()
	report, err := town.ListMembers(town.t.Context(), organisation, "eu", text, false)
	if err != nil {
		town.t.Fatal(err)
	}
	return report
}

func TestAPastedListIsTriedFirstAndThenTakenIn(t *testing.T) {
	town := newTown(t)
	tried, err := town.ListMembers(t.Context(), organisation, "eu", pasted, true)
	wantNone(t, err)
	if tried.Added != 2 || len(tried.Wrong) != 0 || len(rows[model.Member](town, "1 = 1")) != 0 {
		t.Errorf("tried: %+v", tried)
	}
	if report := town.listed(pasted); report.Added != 2 {
		t.Errorf("taken in: %+v", report)
	}
	if report := town.listed("王秀英 13800138000\n李建华 13900139000\n张三丰 13700137000"); report.Added != 1 || report.Renamed != 1 || report.Same != 1 {
		t.Errorf("again: %+v", report)
	}
	shown, err := town.Members(t.Context(), organisation, "eu")
	wantNone(t, err)
	if len(shown) != 3 || shown[0].Phone == "" || strings.Contains(shown[0].Phone, "00138000") {
		t.Errorf("shown %+v", shown)
	}
	if lines := rows[model.AuditLine](town, "action = ?", "member.list"); len(lines) != 1 || !strings.Contains(lines[0].Detail, "3 shown") {
		t.Errorf("the look is audited as %+v", lines)
	}
	for _, m := range rows[model.Member](town, "1 = 1") {
		if strings.Contains(string(m.Phone)+m.PhoneHash, "0013") {
			t.Error("a number stands in clear")
		}
	}
}

func TestAListWithAWrongLineIsNotTakenIn(t *testing.T) {
	town := newTown(t)
	report := town.listed("王秀英 13800138000\n没有号码\n13900139000\n李四 13800138000")
	if len(report.Wrong) != 3 || report.Wrong[0].Line != 2 || report.Wrong[1].Line != 3 || report.Wrong[2].Line != 4 {
		t.Errorf("wrong: %+v", report.Wrong)
	}
	if n := len(rows[model.Member](town, "1 = 1")); n != 0 {
		t.Errorf("%d were taken in", n)
	}
	wantFault(t, errOf(town.ListMembers(t.Context(), organisation, "eu", " \n", false)), fault.KindInvalid)
}

func TestWhoStandsOnTheListConfirmsWithTheBoundPhoneAndIsAMember(t *testing.T) {
	town := newTown(t)
	town.listed("王秀英 13800138000")
	stranger := town.resident("m-stranger")
	wantFault(t, errOf(town.ConfirmMembership(t.Context(), stranger, "王秀英")), fault.KindConflict)
	other := town.withNumber("m-other", "13900139000")
	wantFault(t, errOf(town.ConfirmMembership(t.Context(), other.Actor, "王秀英")), fault.KindInvalid)
	wang := town.withNumber("m-wang", "13800138000")
	wantFault(t, errOf(town.ConfirmMembership(t.Context(), wang.Actor, "王秀兰")), fault.KindInvalid)
	for range 2 {
		found, err := town.ConfirmMembership(t.Context(), wang.Actor, " 王秀英 ")
		wantNone(t, err)
		if len(found) != 1 || found[0].ElectingUnitID != "eu" || found[0].Name != "和平街道选举单位" {
			t.Errorf("a member of %+v", found)
		}
	}
	if now := town.again(wang.Token); !now.Has(model.RoleMember) {
		t.Error("the role was not given")
	}
	if me, err := town.Me(t.Context(), wang.Actor); err != nil || len(me.Memberships) != 1 {
		t.Errorf("the profile has %+v, %v", me.Memberships, err)
	}
}

func TestWhoIsTakenOffTheListIsAMemberNoLongerAndIsTold(t *testing.T) {
	town := newTown(t)
	town.listed("王秀英 13800138000\n李建国 13900139000")
	wang := town.withNumber("m-wang", "13800138000")
	if _, err := town.ConfirmMembership(t.Context(), wang.Actor, "王秀英"); err != nil {
		t.Fatal(err)
	}
	id := rows[model.Member](town, "person_id = ?", wang.Actor.PersonID)[0].ID
	wantNone(t, town.RemoveMember(t.Context(), organisation, "eu", id))
	if now := town.again(wang.Token); now.Has(model.RoleMember) {
		t.Error("the role stays")
	}
	if told := rows[model.Notice](town, "person_id = ?", wang.Actor.PersonID); len(told) != 1 || !strings.Contains(told[0].Body, "和平街道选举单位") {
		t.Errorf("told %+v", told)
	}
	wantFault(t, town.RemoveMember(t.Context(), organisation, "eu", id), fault.KindNotFound)
}

func TestAListOfAnotherAreaIsNotThere(t *testing.T) {
	town := newTown(t)
	add(town, model.ElectingUnit{ID: "far", AreaID: "other", Name: "新华街道选举单位"})
	for _, by := range []model.Actor{organisation, town.resident("m-li")} {
		wantFault(t, errOf(town.Members(t.Context(), by, "far")), fault.KindNotFound)
		wantFault(t, errOf(town.ListMembers(t.Context(), by, "far", "王秀英 13800138000", false)), fault.KindNotFound)
		wantFault(t, town.RemoveMember(t.Context(), by, "far", "x"), fault.KindNotFound)
	}
}

func TestAMembershipGoesOverWhenTwoBecomeOnePerson(t *testing.T) {
	town := newTown(t)
	mini, official := town.both()
	town.listed("王秀英 13800138000")
	town.wechat.phones["p"] = "13800138000"
	if _, err := town.BindPhone(t.Context(), mini.Actor, "p"); err != nil {
		t.Fatal(err)
	}
	if _, err := town.ConfirmMembership(t.Context(), mini.Actor, "王秀英"); err != nil {
		t.Fatal(err)
	}
	if _, err := town.Link(t.Context(), official.Actor, town.offer(mini.Actor), ""); err != nil {
		t.Fatal(err)
	}
	if me, err := town.Me(t.Context(), town.again(official.Token)); err != nil || len(me.Memberships) != 1 {
		t.Errorf("the profile has %+v, %v", me.Memberships, err)
	}
}
