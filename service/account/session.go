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

// errSignedOut is what a person reads whose session is over, for any reason.
func errSignedOut() error { return fault.Unauthenticated("登录已过期，请重新登录。") }

// opening is a session to be opened: for whom, how, and where.
type opening struct {
	personID  string
	kind      model.SessionKind
	from      From
	deviceID  string
	enrolling bool
}

// enrolLife is how long a session lasts that is only for setting up the second
// factor. It cannot be renewed.
const enrolLife = 30 * time.Minute

// openSession makes a session for a person and says who they are. They have just
// proved it, which counts as stepping up.
func (s *Service) openSession(ctx context.Context, tx *gorm.DB, o opening) (Signed, error) {
	now := s.now()
	signed := Signed{Token: newToken(), RefreshToken: newToken(), ExpiresAt: now.Add(s.sessionLife)}
	row := model.Session{
		ID: model.NewID(), PersonID: o.personID, Kind: o.kind, TokenHash: hashOf(signed.Token), RefreshHash: hashOf(signed.RefreshToken),
		RefreshExpiresAt: now.Add(s.refreshLife), CreatedAt: now,
		Device: o.from.label(), DeviceID: o.deviceID, Address: o.from.network(), Enrolling: o.enrolling, LastUsedAt: &now, SteppedUpAt: &now,
	}
	if o.enrolling {
		signed.ExpiresAt, signed.RefreshToken = now.Add(enrolLife), ""
		row.RefreshExpiresAt = signed.ExpiresAt
	}
	row.ExpiresAt = signed.ExpiresAt
	if err := store.From[model.Session](tx).Create(ctx, &row); err != nil {
		return Signed{}, fmt.Errorf("account: open session: %w", err)
	}
	actor, err := actorOf(ctx, tx, row)
	if err != nil {
		return Signed{}, err
	}
	signed.Actor = actor
	return signed, nil
}

// Identify says who holds a token, with everything granted to them and the
// resident everybody is. Fault: unauthenticated for a token that is unknown,
// expired or revoked.
func (s *Service) Identify(ctx context.Context, token string) (model.Actor, error) {
	hash, changes, now := hashOf(token), s.db.Changes(identifying...), s.now()
	if actor, ok := s.holders.find(hash, changes, now); ok {
		s.uses.note(actor.SessionID)
		return actor, nil
	}
	actor, err := s.identify(ctx, hash, now)
	if err == nil {
		s.holders.keep(hash, remembered{actor: actor, changes: changes, at: now})
	}
	return actor, err
}

func (s *Service) identify(ctx context.Context, hash string, now time.Time) (model.Actor, error) {
	holder, err := store.From[holder](s.db.Read()).Raw(`SELECT s.id, s.person_id, s.enrolling, p.name FROM sessions s
		JOIN people p ON p.id = s.person_id
		WHERE s.token_hash = ? AND s.revoked_at IS NULL AND s.expires_at > ?`, hash, now).Find(ctx)
	if err != nil {
		return model.Actor{}, fmt.Errorf("account: find session: %w", err)
	}
	if len(holder) == 0 {
		return model.Actor{}, errSignedOut()
	}
	s.uses.note(holder[0].ID)
	return withGrants(ctx, s.db.Read(), holder[0])
}

// holder is the bearer of a session.
type holder struct {
	ID        string
	PersonID  string
	Name      string
	Enrolling bool
}

func actorOf(ctx context.Context, tx *gorm.DB, session model.Session) (model.Actor, error) {
	person, err := store.From[model.Person](tx).Where("id = ?", session.PersonID).Take(ctx)
	if err != nil {
		return model.Actor{}, fmt.Errorf("account: find person of session: %w", err)
	}
	return withGrants(ctx, tx, holder{ID: session.ID, PersonID: person.ID, Name: person.Name, Enrolling: session.Enrolling})
}

func withGrants(ctx context.Context, db *gorm.DB, h holder) (model.Actor, error) {
	grants, err := grantsOf(ctx, db, h.PersonID)
	if err != nil {
		return model.Actor{}, err
	}
	grants = append(grants, model.Grant{PersonID: h.PersonID, Role: model.RoleResident})
	return model.Actor{PersonID: h.PersonID, Name: h.Name, SessionID: h.ID, Enrolling: h.Enrolling, Grants: grants}, nil
}

// Refresh gives a session new tokens and makes the old ones useless. A refresh
// token that was used before is in two hands: its whole session is revoked.
// Fault: unauthenticated.
func (s *Service) Refresh(ctx context.Context, refreshToken string) (Signed, error) {
	var signed Signed
	renewed := false
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		signed, renewed = Signed{}, false
		old, err := store.From[model.Session](tx).Where("refresh_hash = ?", hashOf(refreshToken)).Take(ctx)
		switch {
		case store.IsAbsent(err):
			return nil
		case err != nil:
			return fmt.Errorf("account: find session to renew: %w", err)
		case old.RevokedAt == nil && (old.Enrolling || !old.RefreshExpiresAt.After(s.now())):
			return nil
		case old.RevokedAt != nil:
			return s.revokeFamily(ctx, tx, old)
		}
		signed, renewed, err = s.renew(ctx, tx, old)
		if err == nil && !renewed {
			return s.revokeFamily(ctx, tx, old)
		}
		return err
	})
	if err != nil {
		return Signed{}, err
	}
	if !renewed {
		return Signed{}, errSignedOut()
	}
	return signed, nil
}

// renew rotates the tokens of a session; false when somebody else just did. The
// used pair stays behind as a revoked row, to recognise it when it comes again.
func (s *Service) renew(ctx context.Context, tx *gorm.DB, old model.Session) (Signed, bool, error) {
	now := s.now()
	signed := Signed{Token: newToken(), RefreshToken: newToken(), ExpiresAt: now.Add(s.sessionLife)}
	n, err := store.From[model.Session](tx).Where("id = ? AND refresh_hash = ? AND revoked_at IS NULL", old.ID, old.RefreshHash).
		Set(clause.Assignments(map[string]any{
			"token_hash": hashOf(signed.Token), "refresh_hash": hashOf(signed.RefreshToken),
			"expires_at": signed.ExpiresAt, "refresh_expires_at": now.Add(s.refreshLife), "last_used_at": now,
		})).Update(ctx)
	if err != nil {
		return Signed{}, false, fmt.Errorf("account: renew session: %w", err)
	}
	if n != 1 {
		return Signed{}, false, nil
	}
	used := old
	used.ID, used.RevokedAt = model.NewID(), &now
	if err := store.From[model.Session](tx).Create(ctx, &used); err != nil {
		return Signed{}, false, fmt.Errorf("account: keep used tokens: %w", err)
	}
	if signed.Actor, err = actorOf(ctx, tx, old); err != nil {
		return Signed{}, false, err
	}
	return signed, true, nil
}

// revokeFamily revokes the session that a used pair of tokens came from. The
// rows of one session share person, kind and the moment it was opened.
func (s *Service) revokeFamily(ctx context.Context, tx *gorm.DB, used model.Session) error {
	now := s.now()
	n, err := store.From[model.Session](tx).
		Where("person_id = ? AND kind = ? AND created_at = ? AND revoked_at IS NULL", used.PersonID, used.Kind, used.CreatedAt).
		Update(ctx, "revoked_at", now)
	if err != nil {
		return fmt.Errorf("account: revoke stolen session: %w", err)
	}
	if n == 0 {
		return nil
	}
	return audit.Record(ctx, tx, model.SystemActor("session guard"), "session.reuse", audit.Target{
		Kind: "person", ID: used.PersonID, Detail: "a refresh token came twice; its session was revoked",
	}, now)
}
