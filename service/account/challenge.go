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

// A challenge is good for five minutes and five attempts. From the third wrong
// one on somebody else may hold the password: the owner is told.
const (
	challengeLife     = 5 * time.Minute
	challengeAttempts = 5
	challengeWorrying = 3
)

func errChallengeOver() error {
	return fault.Unauthenticated("登录已超时，请重新输入密码。")
}

func errWrongCode() error {
	return fault.Unauthenticated("动态码或恢复码不正确。请等动态码更新后再输入新的一个。")
}

// challenge gives out what the second factor is presented with.
func (s *Service) challenge(ctx context.Context, tx *gorm.DB, who caller) (Entry, error) {
	now := s.now()
	entry := Entry{Challenge: newToken(), ChallengeUntil: now.Add(challengeLife)}
	row := model.SignInChallenge{
		ID: model.NewID(), PersonID: who.account.PersonID, TokenHash: hashOf(entry.Challenge), DeviceID: who.device.ID, Address: who.From.network(),
		CreatedAt: now, ExpiresAt: entry.ChallengeUntil,
	}
	if err := store.From[model.SignInChallenge](tx).Create(ctx, &row); err != nil {
		return Entry{}, fmt.Errorf("account: challenge: %w", err)
	}
	return entry, nil
}

// AnswerChallenge lets in who answers a challenge with the second factor: a code
// of the authenticator, or a recovery code. It is answered once, and only from
// the network that gave the password. Faults: unauthenticated, in different
// words for a challenge that is over and for a wrong code; too many; forbidden
// for an account that was disabled meanwhile.
func (s *Service) AnswerChallenge(ctx context.Context, token, code string, from From) (Entry, error) {
	var entry Entry
	var refused error
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		entry, refused = Entry{}, nil
		open, err := s.attempt(ctx, tx, token, from)
		if err != nil {
			return err
		}
		account, err := store.From[model.StaffAccount](tx).Where("person_id = ?", open.PersonID).Take(ctx)
		if err != nil {
			return fmt.Errorf("account: find challenged account: %w", err)
		}
		if account.DisabledAt != nil {
			return errDisabled()
		}
		tries := codeTries(code, factorTries(account.PersonID, open.DeviceID))
		if err := s.spend(ctx, tx, tries); err != nil {
			return err
		}
		right, err := s.checkCode(ctx, tx, account, code)
		if err != nil {
			return err
		}
		if !right { // the attempt is written down, so this transaction must commit
			refused = errWrongCode()
			return s.noteWrongCode(ctx, tx, open, from)
		}
		if err := s.excuse(ctx, tx, open.DeviceID, tries); err != nil {
			return err
		}
		entry, err = s.answered(ctx, tx, open, from)
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	return entry, refused
}

// attempt takes one attempt at a challenge and gives it. Fault: unauthenticated
// when there is none, or none left.
func (s *Service) attempt(ctx context.Context, tx *gorm.DB, token string, from From) (model.SignInChallenge, error) {
	mine := store.From[model.SignInChallenge](tx).Where("token_hash = ?", hashOf(token))
	n, err := mine.Where("used_at IS NULL AND expires_at > ? AND attempts < ? AND address = ?", s.now(), challengeAttempts, from.network()).
		Update(ctx, "attempts", gorm.Expr("attempts + 1"))
	if err != nil {
		return model.SignInChallenge{}, fmt.Errorf("account: attempt challenge: %w", err)
	}
	if n != 1 {
		return model.SignInChallenge{}, errChallengeOver()
	}
	open, err := store.From[model.SignInChallenge](tx).Where("token_hash = ?", hashOf(token)).Take(ctx)
	if err != nil {
		return open, fmt.Errorf("account: read challenge: %w", err)
	}
	return open, nil
}

// answered uses a challenge up and lets its person in.
func (s *Service) answered(ctx context.Context, tx *gorm.DB, open model.SignInChallenge, from From) (Entry, error) {
	if _, err := store.From[model.SignInChallenge](tx).Where("id = ?", open.ID).Update(ctx, "used_at", s.now()); err != nil {
		return Entry{}, fmt.Errorf("account: use challenge up: %w", err)
	}
	return s.letIn(ctx, tx, open.PersonID, model.StaffDevice{ID: open.DeviceID}, from)
}

// noteWrongCode writes down that the password was right and the code was not.
func (s *Service) noteWrongCode(ctx context.Context, tx *gorm.DB, open model.SignInChallenge, from From) error {
	target := audit.Target{Kind: "person", ID: open.PersonID, Detail: fmt.Sprintf("attempt %d, from %s", open.Attempts, from.network())}
	if err := audit.Record(ctx, tx, model.SystemActor("sign-in guard"), "second_factor.wrong", target, s.now()); err != nil {
		return err
	}
	if open.Attempts != challengeWorrying {
		return nil
	}
	return s.warn(ctx, tx, open.PersonID, warning{
		what: "code/" + open.ID, title: "有人输对了您的密码",
		body: "有人在" + from.words() + "上输对了您的密码，但多次输错动态码，没有登录成功。如果不是您本人，请立即修改密码。",
	})
}
