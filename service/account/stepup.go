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

// stepUpLife is how long proving it again is good for.
const stepUpLife = 10 * time.Minute

// Proof is what somebody proves with that it is still they who hold a session:
// staff with a Code of the second factor, or with the Password where they have
// none and need none; who came by WeChat with a fresh login code of WeChat.
type Proof struct {
	Code       string
	Password   string
	WeChatCode string
}

func errWrongProof(field string) error {
	return fault.InvalidField(field, "不正确，请核对后重试。")
}

// SteppedUp says whether the actor proved within ten minutes that it is they. It
// asks the database each time, so that a session that was revoked or has just
// stepped up is known as such everywhere. Faults: step-up, with what to do;
// unauthenticated.
func (s *Service) SteppedUp(ctx context.Context, by model.Actor) error {
	if by.System != "" || by.Enrolling { // who is enrolling gave the password for nothing else
		return nil
	}
	session, err := s.present(ctx, s.db.Read(), by)
	if err != nil {
		return err
	}
	if session.SteppedUpAt != nil && session.SteppedUpAt.Add(stepUpLife).After(s.now()) {
		return nil
	}
	if session.Kind != model.SessionStaff {
		return fault.StepUp("这项操作需要确认是您本人，请用微信再次验证后继续。")
	}
	account, err := staffOf(ctx, s.db.Read(), by)
	if err != nil {
		return err
	}
	if account.TOTPConfirmedAt == nil {
		return fault.StepUp("这项操作需要确认是您本人，请再次输入密码后继续。")
	}
	return fault.StepUp("这项操作需要确认是您本人，请输入身份验证器上的动态码后继续。")
}

// present finds the session the actor asks with. Fault: unauthenticated.
func (*Service) present(ctx context.Context, db *gorm.DB, by model.Actor) (model.Session, error) {
	found, err := store.From[model.Session](db).Where("id = ? AND person_id = ? AND revoked_at IS NULL", by.SessionID, by.PersonID).Limit(1).Find(ctx)
	if err != nil {
		return model.Session{}, fmt.Errorf("account: find present session: %w", err)
	}
	if len(found) == 0 {
		return model.Session{}, errSignedOut()
	}
	return found[0], nil
}

// StepUp proves again that it is the owner who holds a session, and says until
// when that is good. Faults: invalid by field, too many, unauthenticated.
func (s *Service) StepUp(ctx context.Context, by model.Actor, proof Proof) (time.Time, error) {
	session, err := s.present(ctx, s.db.Read(), by)
	if err != nil {
		return time.Time{}, err
	}
	if session.Kind != model.SessionStaff {
		return s.stepUpByWeChat(ctx, by, session, proof.WeChatCode)
	}
	account, err := staffOf(ctx, s.db.Read(), by)
	if err != nil {
		return time.Time{}, err
	}
	if account.TOTPConfirmedAt == nil {
		return s.stepUpByPassword(ctx, by, account, proof.Password)
	}
	return s.stepUpByCode(ctx, by, proof.Code)
}

func (s *Service) stepUpByCode(ctx context.Context, by model.Actor, code string) (time.Time, error) {
	var until time.Time
	var refused error
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		until, refused = time.Time{}, nil
		tries := codeTries(code, triesOf("step up", by.SessionID, atSession))
		if err := s.spend(ctx, tx, tries); err != nil {
			return err
		}
		account, err := staffOf(ctx, tx, by)
		if err != nil {
			return err
		}
		right, err := s.checkCode(ctx, tx, account, code)
		if err != nil {
			return err
		}
		if !right { // the try is written down, so this transaction must commit
			refused = errWrongProof("code")
			return audit.Record(ctx, tx, by, "second_factor.wrong", audit.Target{Kind: "person", ID: by.PersonID, Detail: "step-up"}, s.now())
		}
		until, err = s.steppedUp(ctx, tx, by)
		return err
	})
	if err != nil {
		return time.Time{}, err
	}
	return until, refused
}

func (s *Service) stepUpByPassword(ctx context.Context, by model.Actor, account model.StaffAccount, password string) (time.Time, error) {
	if err := s.checkOwnPassword(ctx, by, account, "password", password); err != nil {
		return time.Time{}, err
	}
	var until time.Time
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		var err error
		until, err = s.steppedUp(ctx, tx, by)
		return err
	})
	return until, err
}

// stepUpByWeChat takes a fresh code of WeChat as proof: it comes from the phone,
// which a copied token does not.
func (s *Service) stepUpByWeChat(ctx context.Context, by model.Actor, session model.Session, code string) (time.Time, error) {
	if code == "" {
		return time.Time{}, errWrongProof("wechat_code")
	}
	account, ask := model.AccountMini, s.wechat.MiniIdentity
	if session.Kind == model.SessionOfficial {
		account, ask = model.AccountOfficial, s.wechat.OfficialIdentity
	}
	openID, _, err := ask(ctx, code)
	if err != nil {
		return time.Time{}, spent(err, errWrongProof("wechat_code"))
	}
	var until time.Time
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := s.spendCode(ctx, tx, visit{account: account, code: code}); err != nil {
			return err
		}
		n, err := store.From[model.WeChatIdentity](tx).Where("account = ? AND open_id = ? AND person_id = ?", account, openID, by.PersonID).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("account: find identity: %w", err)
		}
		if n == 0 {
			return errWrongProof("wechat_code")
		}
		until, err = s.steppedUp(ctx, tx, by)
		return err
	})
	return until, err
}

// steppedUp writes down that the actor proved it.
func (s *Service) steppedUp(ctx context.Context, tx *gorm.DB, by model.Actor) (time.Time, error) {
	now := s.now()
	n, err := store.From[model.Session](tx).Where("id = ? AND revoked_at IS NULL", by.SessionID).Update(ctx, "stepped_up_at", now)
	if err != nil {
		return time.Time{}, fmt.Errorf("account: step up: %w", err)
	}
	if n != 1 {
		return time.Time{}, errSignedOut()
	}
	return now.Add(stepUpLife), audit.Record(ctx, tx, by, "session.step_up", audit.Target{Kind: "session", ID: by.SessionID}, now)
}

// checkOwnPassword checks the actor's password once more, in a session. Faults:
// invalid (the field given), too many.
func (s *Service) checkOwnPassword(ctx context.Context, by model.Actor, account model.StaffAccount, field, password string) error {
	if len(password) > passwordMax {
		return errWrongProof(field)
	}
	leave, err := s.hasher.enter(known)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.limits.TryAll(ctx, triesOf("own password", by.SessionID, atSession)...); err != nil {
		return err
	}
	right, err := s.hasher.matches(ctx, password, account.PasswordHash)
	if err != nil {
		return err
	}
	if !right {
		return errWrongProof(field)
	}
	return nil
}
