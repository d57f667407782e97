package account_test

import (
	"context"
	"sync"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/store"
)

func TestAnAdministratorOpensAccountsInTheirAreaOnly(t *testing.T) {
	town := newTown(t)
	admin := town.staff("admin", model.RoleAdministrator, street)
	wish := account.NewStaff{Login: "Chen.Li", Name: "陈丽", Password: "a long password", Role: model.RoleLiaisonOfficer, AreaID: street}
	id, err := town.AddStaff(t.Context(), admin, wish)
	wantNone(t, err)
	signed, err := town.console("chen.li", wish.Password)
	if err != nil || signed.Actor.PersonID != id || !signed.Actor.PermitsIn(model.PermitMessageOversee, "/district/street/x/") {
		t.Errorf("got %+v, %v", signed.Actor, err)
	}
	_, err = town.AddStaff(t.Context(), admin, wish)
	wantFault(t, err, fault.KindInvalid)
	wish.Login, wish.AreaID = "chen2", district
	_, err = town.AddStaff(t.Context(), admin, wish)
	wantFault(t, err, fault.KindNotFound)
	wish.AreaID = street
	_, err = town.AddStaff(t.Context(), signed.Actor, wish)
	wantFault(t, err, fault.KindNotFound)
}

func TestEveryMistakeInANewAccountIsNamed(t *testing.T) {
	town := newTown(t)
	for _, c := range []struct {
		field string
		bend  func(*account.NewStaff)
	}{
		{"login", func(n *account.NewStaff) { n.Login = "陈" }},
		{"name", func(n *account.NewStaff) { n.Name = "" }},
		{"password", func(n *account.NewStaff) { n.Password = "short" }},
		{"password", func(n *account.NewStaff) { n.Login, n.Password = "chen.li.2026", "Chen.Li.2026" }},
		{"role", func(n *account.NewStaff) { n.Role = model.RoleRepresentative }},
	} {
		wish := account.NewStaff{Login: "chen", Name: "陈丽", Password: "a long password", Role: model.RoleAuditor, AreaID: street}
		c.bend(&wish)
		_, err := town.AddStaff(t.Context(), model.SystemActor("test"), wish)
		f := fault.Of(err)
		if f == nil || len(f.Fields) != 1 || f.Fields[0].Name != c.field {
			t.Errorf("got %v, want the field %s", err, c.field)
		}
	}
}

func TestNobodyGrantsOrRevokesBeyondTheirArea(t *testing.T) {
	town := newTown(t)
	root := town.staff("root", model.RoleAdministrator, district)
	admin := town.staff("admin", model.RoleAdministrator, street)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	wantFault(t, town.GrantRole(t.Context(), admin, chen.PersonID, model.RoleAuditor, district), fault.KindNotFound)
	wantFault(t, town.GrantRole(t.Context(), admin, root.PersonID, model.RoleAuditor, street), fault.KindNotFound)
	wantFault(t, town.GrantRole(t.Context(), admin, chen.PersonID, model.RoleRepresentative, street), fault.KindInvalid)
	wantFault(t, town.RevokeRole(t.Context(), admin, root.PersonID, model.RoleAdministrator, district), fault.KindNotFound)
	wantFault(t, town.DisableStaff(t.Context(), admin, root.PersonID), fault.KindNotFound)
	wantFault(t, town.GrantRole(t.Context(), chen, chen.PersonID, model.RoleAdministrator, street), fault.KindNotFound)
	for range 2 {
		wantNone(t, town.GrantRole(t.Context(), admin, chen.PersonID, model.RoleAuditor, street))
	}
	wantNone(t, town.GrantRole(t.Context(), root, chen.PersonID, model.RoleAuditor, "other"))
	wantFault(t, town.DisableStaff(t.Context(), admin, chen.PersonID), fault.KindForbidden)
	wantNone(t, town.RevokeRole(t.Context(), admin, chen.PersonID, model.RoleAuditor, street))
	wantFault(t, town.RevokeRole(t.Context(), admin, chen.PersonID, model.RoleAuditor, street), fault.KindNotFound)
}

func TestTheLastAdministratorStays(t *testing.T) {
	town := newTown(t)
	root := town.staff("root", model.RoleAdministrator, district)
	wantFault(t, town.RevokeRole(t.Context(), root, root.PersonID, model.RoleAdministrator, district), fault.KindConflict)
	wantFault(t, town.DisableStaff(t.Context(), root, root.PersonID), fault.KindConflict)
	admin := town.staff("admin", model.RoleAdministrator, street)
	wantNone(t, town.RevokeRole(t.Context(), root, admin.PersonID, model.RoleAdministrator, street))
	wantFault(t, town.RevokeRole(t.Context(), root, root.PersonID, model.RoleAdministrator, district), fault.KindConflict)
}

func TestTwoAdministratorsCannotRevokeEachOtherAtOnce(t *testing.T) {
	town := newTown(t)
	one, two := town.staff("one", model.RoleAdministrator, district), town.staff("two", model.RoleAdministrator, district)
	var wg sync.WaitGroup
	for _, pair := range [][2]model.Actor{{one, two}, {two, one}} {
		wg.Go(func() {
			err := town.RevokeRole(context.WithoutCancel(t.Context()), pair[0], pair[1].PersonID, model.RoleAdministrator, district)
			if err != nil && !fault.Is(err, fault.KindConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(rows[model.Grant](town, "role = ?", model.RoleAdministrator)); n != 1 {
		t.Errorf("%d administrators left, want 1", n)
	}
}

func TestADisabledAccountIsShutOut(t *testing.T) {
	town := newTown(t)
	admin := town.staff("admin", model.RoleAdministrator, street)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	signed, err := town.console("chen", adminPassword)
	wantNone(t, err)
	for range 2 {
		wantNone(t, town.DisableStaff(t.Context(), admin, chen.PersonID))
	}
	_, err = town.Identify(t.Context(), signed.Token)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.Refresh(t.Context(), signed.RefreshToken)
	wantFault(t, err, fault.KindUnauthenticated)
	_, err = town.console("chen", adminPassword)
	wantFault(t, err, fault.KindForbidden)
	_, err = town.console("chen", "wrong password")
	wantFault(t, err, fault.KindUnauthenticated)
	wantFault(t, town.GrantRole(t.Context(), admin, chen.PersonID, model.RoleAuditor, street), fault.KindConflict)
	if n := len(rows[model.Grant](town, "person_id = ?", chen.PersonID)); n != 0 {
		t.Errorf("%d roles left", n)
	}
}

func TestStaffAreListedWithinTheActorsArea(t *testing.T) {
	town := newTown(t)
	town.staff("root", model.RoleAdministrator, district)
	admin := town.staff("admin", model.RoleAdministrator, street)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	town.staff("lin", model.RoleLiaisonOfficer, "other")
	var logins []string
	page := store.Page{Limit: 1}
	for {
		members, next, err := town.Staff(t.Context(), admin, page)
		wantNone(t, err)
		for _, m := range members {
			logins = append(logins, m.Login)
		}
		if next == "" {
			break
		}
		page.After = next
	}
	if len(logins) != 2 || logins[0] != "admin" || logins[1] != "chen" {
		t.Errorf("got %v", logins)
	}
	everybody, _, err := town.Staff(t.Context(), model.SystemActor("test"), store.Page{})
	if err != nil || len(everybody) != 4 || everybody[1].Grants[0].Role != model.RoleLiaisonOfficer {
		t.Errorf("got %+v, %v", everybody, err)
	}
	_, _, err = town.Staff(t.Context(), town.resident("o-1"), store.Page{})
	wantFault(t, err, fault.KindForbidden)
}
