package sample

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"lianxin/model"
	"lianxin/service/account"
	"lianxin/service/store"
)

// openSesame opens every staff account of the demo, and is printed by it.
const openSesame = "lianxin-demo-2026"

// Login is a staff account of the sample district, for the guide.
type Login struct {
	Role                  model.Role
	Login, Password, Name string
}

// officer is a staff account with the area its role is for.
type officer struct {
	Login
	area string
}

func officers() []officer {
	return []officer{
		{Login{model.RoleLiaisonOfficer, "liaison", openSesame, "孟祥宁"}, district},
		{Login{model.RoleLiaisonOfficer, "liaison.heping", openSesame, "丁文静"}, "和平街道"},
		{Login{model.RolePublicityOfficer, "publicity", openSesame, "白露"}, district},
		{Login{model.RolePublicityOfficer, "publicity.second", openSesame, "江映月"}, district},
		{Login{model.RoleOrganisationOfficer, "organisation", openSesame, "方正"}, district},
		{Login{model.RoleGuardian, "guardian", openSesame, "严谨之"}, district},
		{Login{model.RoleAuditor, "auditor", openSesame, "钱清"}, district},
		{Login{model.RoleAdministrator, "administrator", openSesame, "秦天明"}, district},
	}
}

// Logins lists the staff accounts of the sample district.
func Logins() []Login {
	var logins []Login
	for _, o := range officers() {
		logins = append(logins, o.Login)
	}
	return logins
}

// hireLiaison opens the accounts of the liaison office, who invite everybody
// else, and meanwhile makes the codes of the posters. The other accounts follow
// in the background: hashing passwords takes its time.
func (t *town) hireLiaison(ctx context.Context) error {
	var liaison, others []officer
	for _, o := range officers() {
		if o.Role == model.RoleLiaisonOfficer {
			liaison = append(liaison, o)
		} else {
			others = append(others, o)
		}
	}
	hired := t.hire(ctx, liaison)
	err := errors.Join(t.makeScenes(ctx), hired())
	if err != nil {
		return err
	}
	t.hiring = t.hire(ctx, others)
	for _, o := range liaison {
		if t.people[o.Name], err = t.atDesk(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// hire begins to open staff accounts and gives what waits for the end of it.
func (t *town) hire(ctx context.Context, staff []officer) func() error {
	failed := make([]error, len(staff))
	var wg sync.WaitGroup
	for i, o := range staff {
		wg.Go(func() {
			_, failed[i] = t.accounts.AddStaff(ctx, bySample, account.NewStaff{
				Login: o.Login.Login, Name: o.Name, Password: o.Password, Role: o.Role, AreaID: t.roster.ids[anArea+" "+o.area],
			})
		})
	}
	return func() error {
		wg.Wait()
		if err := errors.Join(failed...); err != nil {
			return fmt.Errorf("sample: add staff: %w", err)
		}
		return nil
	}
}

// atDesk gives the actor of a staff account, as after signing in.
func (t *town) atDesk(ctx context.Context, o officer) (model.Actor, error) {
	staff, err := store.From[model.StaffAccount](t.DB.Read()).Where("login = ?", o.Login.Login).Take(ctx)
	if err != nil {
		return model.Actor{}, fmt.Errorf("sample: find %s: %w", o.Name, err)
	}
	grants, err := store.From[model.Grant](t.DB.Read()).Where("person_id = ?", staff.PersonID).Find(ctx)
	if err != nil {
		return model.Actor{}, fmt.Errorf("sample: read grants of %s: %w", o.Name, err)
	}
	return model.Actor{PersonID: staff.PersonID, Name: o.Name, Grants: grants}, nil
}

// makeScenes gives every community its code, and a personal one to every
// representative who uses the mini-program.
func (t *town) makeScenes(ctx context.Context) error {
	for _, a := range t.roster.areas {
		if a.Level != model.LevelCommunity {
			continue
		}
		if _, err := t.directory.SceneFor(ctx, bySample, model.ScenePlace, a.ID); err != nil {
			return fmt.Errorf("sample: code of %s: %w", a.Name, err)
		}
	}
	for name, v := range t.visitors {
		if v.is != visitsAsRepresentative {
			continue
		}
		if _, err := t.directory.SceneFor(ctx, bySample, model.ScenePerson, t.roster.ids[aRepresentative+" "+v.of]); err != nil {
			return fmt.Errorf("sample: code of %s: %w", name, err)
		}
	}
	return nil
}
