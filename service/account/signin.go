package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/limit"
	"lianxin/service/linking"
	"lianxin/service/store"
)

// Signed is an open session: the token to send with every request until
// ExpiresAt, the one to renew it with, and who it stands for.
type Signed struct {
	Token        string
	RefreshToken string
	ExpiresAt    time.Time
	Actor        model.Actor
}

// errCodeSpent is what a person reads whose WeChat code is no longer good.
func errCodeSpent(account model.WeChatAccount) error {
	if account == model.AccountOfficial {
		return fault.Unauthenticated("登录码已失效，请关闭页面后重新打开。")
	}
	return fault.Unauthenticated("登录码已失效，请重新进入小程序。")
}

// codeOnce lets a code of WeChat through once. WeChat's codes live five minutes;
// that two replicas ask WeChat with one code at the same time, and WeChat
// answers both, must not make two sessions.
var codeOnce = limit.Rate{Times: 1, Per: time.Hour}

// spendCode takes a code of WeChat, once. Fault: unauthenticated for one that was
// taken before.
func (s *Service) spendCode(ctx context.Context, tx *gorm.DB, v visit) error {
	err := s.limits.Spend(ctx, tx, limit.Try{Purpose: "code of " + string(v.account), Subject: v.code, Rate: codeOnce})
	if fault.Is(err, fault.KindTooMany) {
		return errCodeSpent(v.account)
	}
	return err
}

// SignInMini opens a session for whoever holds a login code of the
// mini-program; who was never here before becomes a person. Fault:
// unauthenticated for a code that is wrong, used or too old.
func (s *Service) SignInMini(ctx context.Context, code string, from From) (Signed, error) {
	openID, unionID, err := s.wechat.MiniIdentity(ctx, code)
	if err != nil {
		return Signed{}, spent(err, errCodeSpent(model.AccountMini))
	}
	return s.signIn(ctx, visit{account: model.AccountMini, kind: model.SessionMini, code: code, from: from, openID: openID, unionID: unionID})
}

// SignInOfficial is SignInMini for a page of the official account. Fault:
// unauthenticated for a code that is wrong, used or too old.
func (s *Service) SignInOfficial(ctx context.Context, code string, from From) (Signed, error) {
	openID, unionID, err := s.wechat.OfficialIdentity(ctx, code)
	if err != nil {
		return Signed{}, spent(err, errCodeSpent(model.AccountOfficial))
	}
	return s.signIn(ctx, visit{account: model.AccountOfficial, kind: model.SessionOfficial, code: code, from: from, openID: openID, unionID: unionID})
}

// visit is somebody as WeChat says who they are, by a code that is good once.
type visit struct {
	account model.WeChatAccount
	kind    model.SessionKind
	code    string
	from    From
	openID  string
	unionID string
}

// firstVisitTries bounds how often a first visit that met another one looks again.
const firstVisitTries = 3

func (s *Service) signIn(ctx context.Context, v visit) (Signed, error) {
	var signed Signed
	for try := 1; ; try++ {
		err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
			if err := s.spendCode(ctx, tx, v); err != nil {
				return err
			}
			personID, err := s.recognise(ctx, tx, v)
			if err != nil {
				return err
			}
			if personID, err = s.linker.Unite(ctx, tx, personID, v.unionID); err != nil {
				return err
			}
			signed, err = s.openSession(ctx, tx, opening{personID: personID, kind: v.kind, from: v.from})
			return err
		})
		// Somebody's first two visits at once: the second finds what the first made,
		// or with whom the first was joined.
		if overtaken(err) && try < firstVisitTries {
			continue
		}
		if err != nil {
			return Signed{}, err
		}
		return signed, nil
	}
}

// overtaken reports whether somebody else was faster, so that a second look helps.
func overtaken(err error) bool { return store.IsDuplicate(err) || errors.Is(err, linking.ErrMoved) }

// recognise finds the person behind a visit: by openid, by the unionid of
// another account, or else a new one. It notes the visit.
func (s *Service) recognise(ctx context.Context, tx *gorm.DB, v visit) (string, error) {
	known, err := store.From[model.WeChatIdentity](tx).Where("account = ? AND open_id = ?", v.account, v.openID).Limit(1).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("account: find identity: %w", err)
	}
	if len(known) > 0 {
		return known[0].PersonID, s.noteVisit(ctx, tx, known[0], v)
	}
	personID, err := s.personByUnion(ctx, tx, v.unionID)
	if err != nil {
		return "", err
	}
	now := s.now()
	if personID == "" {
		personID = model.NewID()
		if err := store.From[model.Person](tx).Create(ctx, &model.Person{ID: personID, LastVisitAt: &now, CreatedAt: now}); err != nil {
			return "", fmt.Errorf("account: add person: %w", err)
		}
	} else if err := touchPerson(ctx, tx, personID, now); err != nil {
		return "", err
	}
	identity := model.WeChatIdentity{
		ID: model.NewID(), PersonID: personID, Account: v.account, OpenID: v.openID, UnionID: v.unionID,
		LastVisitAt: &now, CreatedAt: now,
	}
	if err := store.From[model.WeChatIdentity](tx).Create(ctx, &identity); err != nil {
		return "", fmt.Errorf("account: add identity: %w", err)
	}
	return personID, nil
}

// personByUnion finds who is known by a unionid at any account; "" for nobody.
func (s *Service) personByUnion(ctx context.Context, tx *gorm.DB, unionID string) (string, error) {
	if unionID == "" {
		return "", nil
	}
	known, err := store.From[model.WeChatIdentity](tx).Where("union_id = ?", unionID).Order("created_at, id").Limit(1).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("account: find union: %w", err)
	}
	if len(known) == 0 {
		return "", nil
	}
	return known[0].PersonID, nil
}

func (s *Service) noteVisit(ctx context.Context, tx *gorm.DB, identity model.WeChatIdentity, v visit) error {
	now := s.now()
	set := map[string]any{"last_visit_at": now}
	if v.unionID != "" {
		set["union_id"] = v.unionID
	}
	if _, err := store.From[model.WeChatIdentity](tx).Where("id = ?", identity.ID).Set(clause.Assignments(set)).Update(ctx); err != nil {
		return fmt.Errorf("account: note visit: %w", err)
	}
	return touchPerson(ctx, tx, identity.PersonID, now)
}

func touchPerson(ctx context.Context, tx *gorm.DB, personID string, now time.Time) error {
	if _, err := store.From[model.Person](tx).Where("id = ?", personID).Update(ctx, "last_visit_at", now); err != nil {
		return fmt.Errorf("account: note visit: %w", err)
	}
	return nil
}
