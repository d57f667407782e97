package account

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// staffRoles are the roles an administrator grants. Representatives and unit
// officers come by invitation, everybody is a resident anyway.
var staffRoles = []model.Role{
	model.RoleLiaisonOfficer, model.RolePublicityOfficer, model.RoleOrganisationOfficer,
	model.RoleGuardian, model.RoleAuditor, model.RoleAdministrator,
}

// loginForm is what a login may look like, in small letters.
var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{2,63}$`)

// NewStaff is a staff account to be opened, with its first role and the area
// the role is for.
type NewStaff struct {
	Login    string
	Name     string
	Password string
	Role     model.Role
	AreaID   string
}

// Member is a staff account as administrators see it. FailedCount is how many
// wrong passwords came since the last sign-in.
type Member struct {
	PersonID     string
	Login        string
	Name         string
	SecondFactor bool
	FailedCount  int
	DisabledAt   *time.Time
	Grants       []model.Grant
}

// AddStaff opens a staff account with its first role and returns the person's
// id. The system may, and whoever manages staff in the area. Faults: not found
// for an area that is not the actor's to staff, invalid by field.
func (s *Service) AddStaff(ctx context.Context, by model.Actor, n NewStaff) (string, error) {
	n.Login, n.Name = plainLogin(n.Login), strings.TrimSpace(n.Name)
	if err := checkStaff(n); err != nil {
		return "", err
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return "", err
	}
	person := model.Person{ID: model.NewID(), Name: n.Name, CreatedAt: s.now()}
	account := model.StaffAccount{PersonID: person.ID, Login: n.Login, PasswordHash: hash, CreatedAt: person.CreatedAt}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := manageable(ctx, tx, by, n.AreaID)
		if err != nil {
			return err
		}
		if err := openAccount(ctx, tx, person, account); err != nil {
			return err
		}
		if err := addGrant(ctx, tx, staffGrant(by, person.ID, n.Role, area)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "staff.add", staffTarget(person.ID, area, n.Login+": "+string(n.Role)), s.now())
	})
	if store.IsDuplicate(err) {
		return "", errLoginTaken()
	}
	if err != nil {
		return "", err
	}
	return person.ID, nil
}

// openAccount writes a person and the account they sign in with. Fault: invalid (login).
func openAccount(ctx context.Context, tx *gorm.DB, person model.Person, account model.StaffAccount) error {
	taken, err := store.From[model.StaffAccount](tx).Where("login = ?", account.Login).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("account: look for login: %w", err)
	}
	if taken > 0 {
		return errLoginTaken()
	}
	if err := store.From[model.Person](tx).Create(ctx, &person); err != nil {
		return fmt.Errorf("account: add person: %w", err)
	}
	if err := store.From[model.StaffAccount](tx).Create(ctx, &account); err != nil {
		return fmt.Errorf("account: add staff: %w", err)
	}
	return nil
}

func errLoginTaken() error {
	return fault.InvalidField("login", "该登录名已被使用，请换一个。")
}

func checkStaff(n NewStaff) error {
	var wrong []fault.Field
	if !loginForm.MatchString(n.Login) {
		wrong = append(wrong, fault.Field{Name: "login", Reason: "登录名应为 3 到 64 位小写字母、数字或 . _ @ -。"})
	}
	if _, err := plainName(n.Name); err != nil {
		wrong = append(wrong, fault.Of(err).Fields...)
	}
	wrong = append(wrong, checkPassword("password", n.Login, n.Password)...)
	wrong = append(wrong, checkRole(n.Role)...)
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

func checkRole(role model.Role) []fault.Field {
	if slices.Contains(staffRoles, role) {
		return nil
	}
	return []fault.Field{{Name: "role", Reason: "不能直接授予这一角色。"}}
}

func staffGrant(by model.Actor, personID string, role model.Role, area model.Area) model.Grant {
	return model.Grant{PersonID: personID, Role: role, AreaID: area.ID, AreaPath: area.Path, GrantedBy: by.PersonID}
}

func staffTarget(personID string, area model.Area, detail string) audit.Target {
	return audit.Target{Kind: "person", ID: personID, AreaPath: area.Path, Detail: detail}
}

// manageable finds an area in which the actor manages staff. Fault: not found.
func manageable(ctx context.Context, tx *gorm.DB, by model.Actor, areaID string) (model.Area, error) {
	area, err := areaOf(ctx, tx, areaID)
	if err == nil && by.System == "" && !by.PermitsIn(model.PermitStaffManage, area.Path) {
		return model.Area{}, fault.NotFound("该区域")
	}
	return area, err
}

// Staff lists the accounts that hold a role in the actor's areas, and those
// that hold none any more, by login. Fault: forbidden.
func (s *Service) Staff(ctx context.Context, by model.Actor, page store.Page) ([]Member, string, error) {
	if by.System == "" && !by.Permits(model.PermitStaffManage) {
		return nil, "", fault.Forbidden("您没有管理工作人员账号的权限。")
	}
	q := store.From[model.StaffAccount](s.db.Read()).Where("1 = 1")
	if by.System == "" {
		read := s.db.Read()
		mine := read.Model(&model.Grant{}).Select("person_id").Where("role IN ?", staffRoles).
			Where(store.WithinAny("area_path", by.AreaPaths(model.PermitStaffManage)))
		anybody := read.Model(&model.Grant{}).Select("person_id").Where("role IN ?", staffRoles)
		q = q.Where("person_id IN (?) OR person_id NOT IN (?)", mine, anybody)
	}
	if page.After != "" {
		login, _, err := page.Split()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("login > ?", login)
	}
	accounts, err := q.Order("login").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("account: list staff: %w", err)
	}
	accounts, next := store.Cut(accounts, page, func(a model.StaffAccount) string { return store.Cursor(a.Login, a.PersonID) })
	members, err := s.members(ctx, accounts)
	return members, next, err
}

func (s *Service) members(ctx context.Context, accounts []model.StaffAccount) ([]Member, error) {
	ids := make([]string, 0, len(accounts))
	for _, a := range accounts {
		ids = append(ids, a.PersonID)
	}
	people, err := store.From[model.Person](s.db.Read()).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read people of staff: %w", err)
	}
	names := make(map[string]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	grants, err := store.From[model.Grant](s.db.Read()).Where("person_id IN ? AND role IN ?", ids, staffRoles).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read grants of staff: %w", err)
	}
	held := make(map[string][]model.Grant, len(accounts))
	for _, g := range grants {
		held[g.PersonID] = append(held[g.PersonID], g)
	}
	members := make([]Member, 0, len(accounts))
	for _, a := range accounts {
		members = append(members, Member{
			PersonID: a.PersonID, Login: a.Login, Name: names[a.PersonID], SecondFactor: a.TOTPConfirmedAt != nil, FailedCount: a.FailedCount,
			DisabledAt: a.DisabledAt, Grants: held[a.PersonID],
		})
	}
	return members, nil
}

// DisableStaff closes a staff account: its roles end, its sessions are revoked
// and its password opens nothing. Disabling it again changes nothing. Faults:
// not found, forbidden when the person also holds a role beyond the actor's
// areas, conflict for the last administrator of an area.
func (s *Service) DisableStaff(ctx context.Context, by model.Actor, personID string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		grants, err := theirGrants(ctx, tx, by, personID)
		if err != nil {
			return err
		}
		now := s.now()
		// Written before the sessions: see admit.
		_, err = store.From[model.StaffAccount](tx).Where("person_id = ? AND disabled_at IS NULL", personID).
			Set(clause.Assignments(map[string]any{"disabled_at": now})).Update(ctx)
		if err != nil {
			return fmt.Errorf("account: disable staff: %w", err)
		}
		for _, g := range grants {
			if err := endGrant(ctx, tx, g); err != nil {
				return err
			}
		}
		if _, err := s.revoke(ctx, tx, "person_id = ?", personID); err != nil {
			return err
		}
		area := model.Area{}
		if len(grants) > 0 {
			area.Path = grants[0].AreaPath
		}
		return audit.Record(ctx, tx, by, "staff.disable", staffTarget(personID, area, ""), now)
	})
}
