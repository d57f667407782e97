package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/linking"
	"lianxin/service/store"
)

// meetTries bounds how often a first meeting that met another one looks again.
const meetTries = 3

// acquaintance is what a push, and WeChat when asked, say of a follower.
type acquaintance struct {
	openID    string
	unionID   string
	following bool
	at        time.Time
}

// meet notes that a follower acted. Who is new is a person known by another
// account of the same unionid, or else a new person.
func (s *Service) meet(ctx context.Context, h heard) error {
	a := acquaintance{openID: h.push.FromUser, following: true, at: h.push.moment(s.now())}
	known, err := findIdentity(ctx, s.db.Read(), h.inbound.Account, a.openID)
	if err != nil {
		return err
	}
	if len(known) == 0 || known[0].UnionID == "" && h.push.Event == eventSubscribe {
		if err := s.ask(ctx, &a); err != nil {
			return err
		}
	}
	for try := 1; ; try++ {
		err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.remember(ctx, tx, a) })
		// Somebody's first two pushes at once: the second finds what the first made,
		// or with whom the first was joined.
		if (store.IsDuplicate(err) || errors.Is(err, linking.ErrMoved)) && try < meetTries {
			continue
		}
		return err
	}
}

// ask learns a follower's unionid from WeChat. An account that may not ask gets
// on without.
func (s *Service) ask(ctx context.Context, a *acquaintance) error {
	unionID, err := s.speaker.Follower(ctx, a.openID)
	switch {
	case err == nil:
		a.unionID = unionID
	case errors.Is(err, model.ErrNotFollowing):
		a.following = false
	case errors.Is(err, model.ErrChannelUnavailable), errors.Is(err, model.ErrUnknownPerson):
		s.log.WarnContext(ctx, "follower cannot be asked about", "error", err)
	default:
		return fmt.Errorf("conversation: ask about follower: %w", err)
	}
	return nil
}

func findIdentity(ctx context.Context, db *gorm.DB, account model.WeChatAccount, openID string) ([]model.WeChatIdentity, error) {
	known, err := store.From[model.WeChatIdentity](db).Where("account = ? AND open_id = ?", account, openID).Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("conversation: find identity: %w", err)
	}
	return known, nil
}

// remember writes an acquaintance down.
func (s *Service) remember(ctx context.Context, tx *gorm.DB, a acquaintance) error {
	known, err := findIdentity(ctx, tx, model.AccountOfficial, a.openID)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		return s.welcome(ctx, tx, a)
	}
	if a.unionID != "" {
		_, err := store.From[model.WeChatIdentity](tx).Where("id = ? AND union_id = ?", known[0].ID, "").Update(ctx, "union_id", a.unionID)
		if err != nil {
			return fmt.Errorf("conversation: note unionid: %w", err)
		}
		if _, err := s.linker.Unite(ctx, tx, known[0].PersonID, a.unionID); err != nil {
			return err
		}
	}
	return s.noteAct(ctx, tx, known[0], a)
}

// welcome makes an identity, and the person if nobody is known by the unionid.
func (s *Service) welcome(ctx context.Context, tx *gorm.DB, a acquaintance) error {
	now := s.now()
	personID, err := personByUnion(ctx, tx, a.unionID)
	if err != nil {
		return err
	}
	if personID == "" {
		personID = model.NewID()
		if err := store.From[model.Person](tx).Create(ctx, &model.Person{ID: personID, CreatedAt: now}); err != nil {
			return fmt.Errorf("conversation: add person: %w", err)
		}
	}
	identity := model.WeChatIdentity{
		ID: model.NewID(), PersonID: personID, Account: model.AccountOfficial, OpenID: a.openID, UnionID: a.unionID,
		Following: a.following, LastInboundAt: &a.at, CreatedAt: now,
	}
	if err := store.From[model.WeChatIdentity](tx).Create(ctx, &identity); err != nil {
		return fmt.Errorf("conversation: add identity: %w", err)
	}
	if !a.following {
		return nil
	}
	return s.recordFollowing(ctx, tx, identity, "person.follow")
}

// personByUnion finds who is known by a unionid at any account; "" for nobody.
func personByUnion(ctx context.Context, tx *gorm.DB, unionID string) (string, error) {
	if unionID == "" {
		return "", nil
	}
	known, err := store.From[model.WeChatIdentity](tx).Where("union_id = ?", unionID).Order("created_at, id").Limit(1).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("conversation: find union: %w", err)
	}
	if len(known) == 0 {
		return "", nil
	}
	return known[0].PersonID, nil
}

// noteAct notes an act and whether the person follows, unless something later
// is known: pushes are handled in any order.
func (s *Service) noteAct(ctx context.Context, tx *gorm.DB, identity model.WeChatIdentity, a acquaintance) error {
	n, err := store.From[model.WeChatIdentity](tx).Where("id = ? AND (last_inbound_at IS NULL OR last_inbound_at <= ?)", identity.ID, a.at).
		Set(clause.Assignments(map[string]any{"following": a.following, "last_inbound_at": a.at})).Update(ctx)
	if err != nil {
		return fmt.Errorf("conversation: note act: %w", err)
	}
	if n == 0 || identity.Following == a.following {
		return nil
	}
	if a.following {
		return s.recordFollowing(ctx, tx, identity, "person.follow")
	}
	return s.recordFollowing(ctx, tx, identity, "person.unfollow")
}

// leave notes that somebody does not follow any more, or blocks the account.
func (s *Service) leave(ctx context.Context, h heard) error {
	a := acquaintance{openID: h.push.FromUser, at: h.push.moment(s.now())}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		known, err := findIdentity(ctx, tx, model.AccountOfficial, a.openID)
		if err != nil || len(known) == 0 {
			return err
		}
		return s.noteAct(ctx, tx, known[0], a)
	})
}

func (s *Service) recordFollowing(ctx context.Context, tx *gorm.DB, identity model.WeChatIdentity, action string) error {
	return audit.Record(ctx, tx, clerk(), action, audit.Target{Kind: "person", ID: identity.PersonID}, s.now())
}
