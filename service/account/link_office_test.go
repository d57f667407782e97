package account_test

import (
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/linking"
	"lianxin/service/store"
)

// joinedByCode are two who were joined by a code, the one of the mini-program kept,
// who wrote a message in the street.
func (town *town) joinedByCode() (mini, official account.Signed, link model.PersonLink) {
	town.t.Helper()
	mini, official = town.bothBound()
	wantNone(town.t, town.Rename(town.t.Context(), mini.Actor, "王秀英"))
	town.livedIn(official.Actor.PersonID, "official")
	add(town, model.Message{
		ID: "m-street", Number: "S1", ResidentID: mini.Actor.PersonID, WriterID: mini.Actor.PersonID, AreaPath: "/district/street/", State: model.MessageDelivered, SubmittedAt: town.clock.Now(), Round: 1,
	})
	link, err := town.Link(town.t.Context(), official.Actor, town.offer(mini.Actor), account.PhoneOfMine)
	wantNone(town.t, err)
	return mini, official, link
}

func (town *town) officeSees(by model.Actor, wanted account.OfficeLinks) []account.OfficeLink {
	town.t.Helper()
	links, _, err := town.LinksForOffice(town.t.Context(), by, wanted, store.Page{})
	wantNone(town.t, err)
	return links
}

func TestTheOfficePartsTwoWhoWereJoinedByMistake(t *testing.T) {
	town := newTown(t)
	mini, official, link := town.joinedByCode()
	office := town.staff("chen", model.RoleLiaisonOfficer, street)
	links := town.officeSees(office, account.OfficeLinks{State: model.LinkStands, Number: "S1"})
	if len(links) != 1 || links[0].ID != link.ID || links[0].Kept != "王秀英" || links[0].KeptPhone != maskedOfficial || !links[0].CanUndo(town.clock.Now()) {
		t.Fatalf("the office sees %+v", links)
	}
	_, back, err := town.ForeseeUnlink(t.Context(), office, link.ID)
	wantNone(t, err)
	if back.Messages != 1 || back.Notices != 2 || back.Phone != maskedOfficial || back.KeptPhone != maskedMini || len(back.Accounts) != 1 || back.Accounts[0] != model.AccountOfficial {
		t.Errorf("what goes back is %+v", back)
	}
	wantFault(t, errOf(town.UnlinkForOffice(t.Context(), office, link.ID, " ")), fault.KindInvalid)
	wantFault(t, errOf(town.UnlinkForOffice(t.Context(), office, link.ID, strings.Repeat("长", 101))), fault.KindInvalid)
	undone, err := town.UnlinkForOffice(t.Context(), office, link.ID, "本人来电：关联码被骗走")
	wantNone(t, err)
	if undone.State != model.LinkUndone || undone.CanUndo(town.clock.Now()) {
		t.Errorf("undone %+v", undone)
	}
	town.wantPhone(mini.Actor, maskedMini)
	town.wantPhone(official.Actor, maskedOfficial)
	for _, who := range []string{link.KeptID, link.AbsorbedID} {
		told := rows[model.Notice](town, "person_id = ? AND title = ?", who, "账号合并已撤销")
		if len(told) != 1 || !strings.HasPrefix(told[0].Body, "联络办") {
			t.Errorf("%s is told %+v", who, told)
		}
	}
	lines := rows[model.AuditLine](town, "action = ?", "person.unlink")
	if len(lines) != 1 || lines[0].ActorID != office.PersonID || !strings.Contains(lines[0].Detail, "被骗走") {
		t.Errorf("audited %+v", lines)
	}
	for _, action := range []string{"link.list", "link.look"} {
		if len(rows[model.AuditLine](town, "action = ?", action)) != 1 {
			t.Errorf("no line of %s", action)
		}
	}
	wantFault(t, errOf(town.UnlinkForOffice(t.Context(), office, link.ID, "再来")), fault.KindConflict)
}

func TestWhoIsNotOfTheOfficeOfTheAreaFindsNoLink(t *testing.T) {
	town := newTown(t)
	mini, _, link := town.joinedByCode()
	elsewhere := town.staff("lin", model.RoleLiaisonOfficer, "other")
	if links := town.officeSees(elsewhere, account.OfficeLinks{}); len(links) != 0 {
		t.Errorf("another area sees %+v", links)
	}
	if _, _, err := town.LinksForOffice(t.Context(), elsewhere, account.OfficeLinks{Number: "S1"}, store.Page{}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("another area looked for the message: %v", err)
	}
	for _, by := range []model.Actor{elsewhere, town.staff("root", model.RoleAdministrator, district), mini.Actor} {
		_, _, err := town.ForeseeUnlink(t.Context(), by, link.ID)
		wantFault(t, err, fault.KindNotFound)
		wantFault(t, errOf(town.UnlinkForOffice(t.Context(), by, link.ID, "冒领")), fault.KindNotFound)
	}
	_, _, err := town.LinksForOffice(t.Context(), mini.Actor, account.OfficeLinks{}, store.Page{})
	wantFault(t, err, fault.KindForbidden)
	// Whoever oversees all also sees people who wrote nowhere.
	if links := town.officeSees(town.staff("chief", model.RoleLiaisonOfficer, district), account.OfficeLinks{}); len(links) != 1 {
		t.Errorf("the district sees %+v", links)
	}
	town.clock.Advance(linking.UndoLife)
	if links := town.officeSees(town.staff("chen", model.RoleLiaisonOfficer, street), account.OfficeLinks{}); len(links) != 0 {
		t.Errorf("after thirty days the office sees %+v", links)
	}
}
