package account

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// GrantRole gives a staff account another role for an area. Nobody grants
// beyond the areas they manage. Granting what is held already changes nothing.
// Faults: not found for a person or an area that is not the actor's to manage,
// invalid (role), conflict for a disabled account.
func (s *Service) GrantRole(ctx context.Context, by model.Actor, personID string, role model.Role, areaID string) error {
	if wrong := checkRole(role); len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := manageable(ctx, tx, by, areaID)
		if err != nil {
			return err
		}
		account, _, err := visibleStaff(ctx, tx, by, personID)
		if err != nil {
			return err
		}
		if account.DisabledAt != nil {
			return fault.Conflict("该账号已停用，不能再授予角色。")
		}
		if err := addGrant(ctx, tx, staffGrant(by, personID, role, area)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "role.grant", staffTarget(personID, area, string(role)), s.now())
	})
}

// RevokeRole takes a role for an area from a staff account. Faults: not found
// for a role that is not held or not the actor's to manage, conflict for the
// last administrator of an area.
func (s *Service) RevokeRole(ctx context.Context, by model.Actor, personID string, role model.Role, areaID string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := manageable(ctx, tx, by, areaID)
		if err != nil {
			return err
		}
		grant, err := store.From[model.Grant](tx).
			Where("person_id = ? AND role = ? AND area_id = ? AND role IN ?", personID, role, areaID, staffRoles).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("这一角色授权")
		}
		if err != nil {
			return fmt.Errorf("account: find grant: %w", err)
		}
		if err := endGrant(ctx, tx, grant); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "role.revoke", staffTarget(personID, area, string(role)), s.now())
	})
}

// endGrant removes a grant, but not that of the last administrator of an area:
// somebody must be left who can let people in, there or above.
func endGrant(ctx context.Context, tx *gorm.DB, g model.Grant) error {
	n, err := store.From[model.Grant](tx).Where("id = ?", g.ID).Delete(ctx)
	if err != nil {
		return fmt.Errorf("account: revoke role: %w", err)
	}
	if n == 0 || g.Role != model.RoleAdministrator {
		return nil
	}
	// Counted by writing, not by reading: two administrators who revoke each
	// other at once meet here, and one of them is told.
	left, err := store.From[model.Grant](tx).
		Where("role = ? AND area_path IN ?", model.RoleAdministrator, model.AreaPathsDownTo(g.AreaPath)).Update(ctx, "role", model.RoleAdministrator)
	if err != nil {
		return fmt.Errorf("account: count administrators: %w", err)
	}
	if left == 0 {
		return fault.Conflict("这是该区域最后一名系统管理员，不能撤销，请先授权其他人。")
	}
	return nil
}

// visibleStaff finds a staff account with its staff grants, if the actor may
// see it: one with a role in the actor's areas, or with no role at all.
func visibleStaff(ctx context.Context, tx *gorm.DB, by model.Actor, personID string) (model.StaffAccount, []model.Grant, error) {
	account, err := store.From[model.StaffAccount](tx).Where("person_id = ?", personID).Take(ctx)
	if store.IsAbsent(err) {
		return account, nil, fault.NotFound("该工作人员")
	}
	if err != nil {
		return account, nil, fmt.Errorf("account: find staff: %w", err)
	}
	grants, err := store.From[model.Grant](tx).Where("person_id = ? AND role IN ?", personID, staffRoles).Order("id").Find(ctx)
	if err != nil {
		return account, nil, fmt.Errorf("account: read grants of staff: %w", err)
	}
	mine := slices.ContainsFunc(grants, func(g model.Grant) bool { return by.PermitsIn(model.PermitStaffManage, g.AreaPath) })
	if by.System == "" && !mine && (len(grants) > 0 || !by.Permits(model.PermitStaffManage)) {
		return account, nil, fault.NotFound("该工作人员")
	}
	return account, grants, nil
}

// theirGrants lists the staff grants of an account that is wholly the actor's
// to manage. Faults: not found, forbidden.
func theirGrants(ctx context.Context, tx *gorm.DB, by model.Actor, personID string) ([]model.Grant, error) {
	_, grants, err := visibleStaff(ctx, tx, by, personID)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if by.System == "" && !by.PermitsIn(model.PermitStaffManage, g.AreaPath) {
			return nil, fault.Forbidden("该工作人员在您管理的区域之外也有角色，请联系上级管理员。")
		}
	}
	return grants, nil
}
