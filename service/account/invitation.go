package account

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// inviteTarget is what an invitation binds somebody to.
type inviteTarget struct {
	kind     model.InvitationKind
	id       string
	name     string
	personID string
	areaID   string
	areaPath string
	over     bool
}

// Issued is a code that was made for a target. It is told once and kept nowhere.
type Issued struct {
	TargetID  string
	Name      string
	Code      string
	ExpiresAt time.Time
}

// InvitationsAtOnce is how many codes can be made together.
const InvitationsAtOnce = 200

// Invite makes the one-time code that binds whoever accepts it to a seat or to
// a unit, and says until when it is good. A newer code replaces an older one of
// the same target. Faults: not found outside the actor's area, conflict when
// the seat or the unit is no longer active.
func (s *Service) Invite(ctx context.Context, by model.Actor, kind model.InvitationKind, targetID string) (string, time.Time, error) {
	issued, err := s.InviteAll(ctx, by, kind, []string{targetID})
	if err != nil {
		return "", time.Time{}, err
	}
	return issued[0].Code, issued[0].ExpiresAt, nil
}

// InviteAll is Invite for several targets: a code for each, or none at all.
// Faults: as Invite; invalid (target_ids) for none or too many.
func (s *Service) InviteAll(ctx context.Context, by model.Actor, kind model.InvitationKind, targetIDs []string) ([]Issued, error) {
	if len(targetIDs) == 0 || len(targetIDs) > InvitationsAtOnce {
		return nil, fault.InvalidField("target_ids", fmt.Sprintf("一次可以发 1 到 %d 个邀请码。", InvitationsAtOnce))
	}
	var all []Issued
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		all = nil
		for _, id := range targetIDs {
			issued, err := s.issue(ctx, tx, by, kind, id)
			if err != nil {
				return err
			}
			all = append(all, issued)
		}
		return nil
	})
	return all, err
}

// issue makes one code.
func (s *Service) issue(ctx context.Context, tx *gorm.DB, by model.Actor, kind model.InvitationKind, targetID string) (Issued, error) {
	target, err := findTarget(ctx, tx, kind, targetID)
	if err != nil {
		return Issued{}, err
	}
	if by.System == "" && !by.PermitsIn(model.PermitInvite, target.areaPath) {
		return Issued{}, errNoTarget()
	}
	if target.over {
		return Issued{}, errTargetOver(target)
	}
	_, err = store.From[model.Invitation](tx).Where("kind = ? AND target_id = ? AND accepted_at IS NULL", kind, targetID).Delete(ctx)
	if err != nil {
		return Issued{}, fmt.Errorf("account: replace invitation: %w", err)
	}
	now := s.now()
	made := Issued{TargetID: targetID, Name: target.name, Code: newCode(), ExpiresAt: now.Add(s.invitationLife)}
	row := model.Invitation{
		ID: model.NewID(), Kind: kind, TargetID: targetID, CodeHash: hashOf(plainCode(made.Code)), IssuedBy: by.PersonID,
		ExpiresAt: made.ExpiresAt, CreatedAt: now,
	}
	if err := store.From[model.Invitation](tx).Create(ctx, &row); err != nil {
		return Issued{}, fmt.Errorf("account: invite: %w", err)
	}
	return made, audit.Record(ctx, tx, by, "invitation.issue", target.audited(target.name), now)
}

// WithdrawInvitation makes the code of a seat or a unit useless that was given
// out and not accepted yet. Faults: not found outside the actor's area, and when
// there is no such code.
func (s *Service) WithdrawInvitation(ctx context.Context, by model.Actor, kind model.InvitationKind, targetID string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		target, err := findTarget(ctx, tx, kind, targetID)
		if err != nil {
			return err
		}
		if by.System == "" && !by.PermitsIn(model.PermitInvite, target.areaPath) {
			return errNoTarget()
		}
		n, err := store.From[model.Invitation](tx).Where("kind = ? AND target_id = ? AND accepted_at IS NULL AND expires_at > ?", kind, targetID, s.now()).Delete(ctx)
		if err != nil {
			return fmt.Errorf("account: withdraw invitation: %w", err)
		}
		if n == 0 {
			return fault.NotFound("还没有使用的邀请码")
		}
		return audit.Record(ctx, tx, by, "invitation.withdraw", target.audited(target.name), s.now())
	})
}

func (t inviteTarget) audited(detail string) audit.Target {
	return audit.Target{Kind: string(t.kind), ID: t.id, AreaPath: t.areaPath, Detail: detail}
}

func errNoTarget() error { return fault.NotFound("邀请对象") }

func errTargetOver(t inviteTarget) error {
	return fault.Conflict("“%s”已停用或资格已终止，不能再绑定。", t.name)
}

func findTarget(ctx context.Context, tx *gorm.DB, kind model.InvitationKind, id string) (inviteTarget, error) {
	switch kind {
	case model.InvitationRepresentative:
		rep, err := store.From[model.Representative](tx).Where("id = ?", id).Take(ctx)
		if err != nil {
			return inviteTarget{}, targetError(err)
		}
		over := rep.State == model.RepresentativeEnded || rep.State == model.RepresentativeTermOver
		return inviteTarget{
			kind: kind, id: rep.ID, name: rep.Name, personID: rep.PersonID, areaID: rep.AreaID, areaPath: rep.AreaPath, over: over,
		}, nil
	case model.InvitationUnitOfficer:
		unit, err := store.From[model.Unit](tx).Where("id = ?", id).Take(ctx)
		if err != nil {
			return inviteTarget{}, targetError(err)
		}
		return inviteTarget{kind: kind, id: unit.ID, name: unit.Name, areaID: unit.AreaID, areaPath: unit.AreaPath, over: !unit.Active}, nil
	}
	return inviteTarget{}, errNoTarget()
}

func targetError(err error) error {
	if store.IsAbsent(err) {
		return errNoTarget()
	}
	return fmt.Errorf("account: find target of invitation: %w", err)
}
