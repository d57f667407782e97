package account

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// A person may guess wrong so often in so long; the audit log counts. Requests
// at the very same moment may each get one guess more, which is nothing against
// the 31^10 codes there are.
const (
	guessesMax  = 10
	guessesSpan = time.Hour
)

// guessed is the action under which wrong codes stand in the audit log.
const guessed = "invitation.guess"

// Bound says what accepting an invitation bound the person to: the name of the
// seat or of the unit.
type Bound struct {
	Kind     model.InvitationKind
	TargetID string
	Name     string
}

// AcceptInvitation binds the actor to what the code was made for and grants the
// role that goes with it. A seat that is bound to somebody else is bound anew
// and the other one's role ends: that is how a lost phone is replaced.
// Accepting again changes nothing. Faults: unauthenticated; invalid (code), in
// the same words for a wrong, used or expired one; too many after ten wrong
// ones in an hour; conflict when the seat or the unit is no longer active.
func (s *Service) AcceptInvitation(ctx context.Context, by model.Actor, code string) (Bound, error) {
	if err := signedIn(by); err != nil {
		return Bound{}, err
	}
	var bound Bound
	var refused error
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		bound, refused = Bound{}, nil
		if err := s.checkGuesses(ctx, tx, by); err != nil {
			return err
		}
		invitation, good, err := s.redeem(ctx, tx, by, code)
		if err != nil {
			return err
		}
		if !good {
			// A wrong guess is written down, so this transaction must commit.
			refused = fault.InvalidField("code", "邀请码无效或已过期，请核对后重试，或联系联络办重新获取。")
			return audit.Record(ctx, tx, by, guessed, audit.Target{Kind: "person", ID: by.PersonID}, s.now())
		}
		bound, err = s.bind(ctx, tx, by, invitation)
		return err
	})
	if err != nil {
		return Bound{}, err
	}
	return bound, refused
}

func (s *Service) checkGuesses(ctx context.Context, tx *gorm.DB, by model.Actor) error {
	since := s.now().Add(-guessesSpan)
	lines, err := store.From[model.AuditLine](tx).Where("target_id = ? AND at > ? AND action = ?", by.PersonID, since, guessed).
		Order("at").Limit(guessesMax).Find(ctx)
	if err != nil {
		return fmt.Errorf("account: count guesses: %w", err)
	}
	if len(lines) < guessesMax {
		return nil
	}
	return fault.TooMany("邀请码输入错误次数过多，请稍后再试。", lines[0].At.Sub(since))
}

// redeem takes the invitation of a code, once; false when there is none to take.
func (s *Service) redeem(ctx context.Context, tx *gorm.DB, by model.Actor, code string) (model.Invitation, bool, error) {
	row, err := store.From[model.Invitation](tx).Where("code_hash = ?", hashOf(plainCode(code))).Take(ctx)
	if store.IsAbsent(err) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("account: find invitation: %w", err)
	}
	if row.AcceptedAt != nil {
		return row, row.AcceptedBy == by.PersonID, nil
	}
	now := s.now()
	n, err := store.From[model.Invitation](tx).Where("id = ? AND accepted_at IS NULL AND expires_at > ?", row.ID, now).
		Set(clause.Assignments(map[string]any{"accepted_at": now, "accepted_by": by.PersonID})).Update(ctx)
	if err != nil {
		return row, false, fmt.Errorf("account: accept invitation: %w", err)
	}
	return row, n == 1, nil
}

// bind does what a redeemed invitation says. One that was accepted before says
// what it did then and does nothing.
func (s *Service) bind(ctx context.Context, tx *gorm.DB, by model.Actor, invitation model.Invitation) (Bound, error) {
	target, err := findTarget(ctx, tx, invitation.Kind, invitation.TargetID)
	if err != nil {
		return Bound{}, err
	}
	bound := Bound{Kind: target.kind, TargetID: target.id, Name: target.name}
	if invitation.AcceptedAt != nil {
		return bound, nil
	}
	if target.over {
		return Bound{}, errTargetOver(target)
	}
	grant := model.Grant{
		PersonID: by.PersonID, Role: model.RoleUnitOfficer, AreaID: target.areaID, AreaPath: target.areaPath,
		UnitID: target.id, GrantedBy: invitation.IssuedBy,
	}
	if target.kind == model.InvitationRepresentative {
		grant.Role, grant.UnitID, grant.RepresentativeID = model.RoleRepresentative, "", target.id
		if err := s.takeSeat(ctx, tx, by, target); err != nil {
			return Bound{}, err
		}
	}
	if err := addGrant(ctx, tx, grant); err != nil {
		return Bound{}, err
	}
	return bound, audit.Record(ctx, tx, by, "invitation.accept", target.audited(target.name), s.now())
}

// takeSeat puts the actor on a seat. Whoever sat there before loses the role.
func (s *Service) takeSeat(ctx context.Context, tx *gorm.DB, by model.Actor, seat inviteTarget) error {
	n, err := store.From[model.Representative](tx).Where("id = ? AND person_id = ?", seat.id, seat.personID).
		Set(clause.Assignments(map[string]any{"person_id": by.PersonID, "updated_at": s.now()})).Update(ctx)
	if err != nil {
		return fmt.Errorf("account: take seat: %w", err)
	}
	if n != 1 {
		return fault.Conflict("该代表的绑定刚刚发生了变化，请再试一次。")
	}
	if seat.personID == "" || seat.personID == by.PersonID {
		return nil
	}
	_, err = store.From[model.Grant](tx).
		Where("role = ? AND representative_id = ? AND person_id <> ?", model.RoleRepresentative, seat.id, by.PersonID).Delete(ctx)
	if err != nil {
		return fmt.Errorf("account: end former grant: %w", err)
	}
	return audit.Record(ctx, tx, by, "seat.rebind", seat.audited("formerly "+seat.personID), s.now())
}

// addGrant grants a role unless the person has it already.
func addGrant(ctx context.Context, tx *gorm.DB, g model.Grant) error {
	n, err := store.From[model.Grant](tx).Where("person_id = ? AND role = ? AND area_id = ? AND unit_id = ? AND representative_id = ?",
		g.PersonID, g.Role, g.AreaID, g.UnitID, g.RepresentativeID).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("account: look for grant: %w", err)
	}
	if n > 0 {
		return nil
	}
	g.ID = model.NewID()
	if err := store.From[model.Grant](tx).Create(ctx, &g); err != nil {
		return fmt.Errorf("account: grant %s: %w", g.Role, err)
	}
	return nil
}
