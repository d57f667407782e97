package account

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/limit"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Codes of an authenticator (RFC 6238): six digits, a new one every half minute;
// the one before and the one after are taken too, for clocks that differ.
const (
	totpDigits = 6
	totpStep   = 30 // seconds
	totpSkew   = 1
	// pendingLife is how long a new authenticator may take to be confirmed.
	pendingLife = 15 * time.Minute
	totpIssuer  = "连心"
)

// Enrolment is a new second factor, shown once: URI is for the QR code, Secret
// the same for typing, in groups of four.
type Enrolment struct {
	URI    string
	Secret string
}

// stepOf finds the step whose code was given, among those near now and after the
// last one that was used; 0 when there is none.
func stepOf(secret, code string, now time.Time, last int64) (int64, error) {
	found := int64(0)
	for skew := int64(-totpSkew); skew <= totpSkew; skew++ {
		step := now.Unix()/totpStep + skew
		want, err := totp.GenerateCode(secret, time.Unix(step*totpStep, 0))
		if err != nil {
			return 0, fmt.Errorf("account: make code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > last {
			found = step
		}
	}
	return found, nil
}

// isTOTP tells codes of an authenticator from recovery codes, which are longer.
func isTOTP(code string) bool { return len(plainCode(code)) <= totpDigits }

// codeTries are the tries a code costs: recovery codes are not guessed, and must
// work for the owner while somebody wears out the others.
func codeTries(code string, tries []limit.Try) []limit.Try {
	if isTOTP(code) {
		return tries
	}
	return nil
}

// checkCode reports whether a code is the person's second factor now, and uses
// it up: a code of the authenticator and a recovery code are each good once, for
// all replicas together.
func (s *Service) checkCode(ctx context.Context, tx *gorm.DB, account model.StaffAccount, code string) (bool, error) {
	if !isTOTP(code) {
		return s.useRecoveryCode(ctx, tx, account.PersonID, code)
	}
	if account.TOTPConfirmedAt == nil {
		return false, nil
	}
	secret, err := s.keys.Open(sealed.TOTPOf(account.PersonID), account.TOTPSecret)
	if err != nil {
		return false, err
	}
	step, err := stepOf(secret, plainCode(code), s.now(), account.TOTPLastStep)
	if err != nil || step == 0 {
		return false, err
	}
	n, err := store.From[model.StaffAccount](tx).
		Where("person_id = ? AND totp_last_step < ? AND totp_confirmed_at = ?", account.PersonID, step, *account.TOTPConfirmedAt).
		Update(ctx, "totp_last_step", step)
	if err != nil {
		return false, fmt.Errorf("account: use code up: %w", err)
	}
	return n == 1, nil
}

// staffOf finds the actor's own staff account. Fault: not found.
func staffOf(ctx context.Context, tx *gorm.DB, by model.Actor) (model.StaffAccount, error) {
	account, err := store.From[model.StaffAccount](tx).Where("person_id = ?", by.PersonID).Take(ctx)
	if store.IsAbsent(err) {
		return account, fault.NotFound("您的工作人员账号")
	}
	if err != nil {
		return account, fmt.Errorf("account: find own account: %w", err)
	}
	return account, nil
}

// BeginTOTP makes a new second factor for the actor, which must be confirmed
// with a code. The one in force stays good until then. Fault: not found for who
// has no staff account.
func (s *Service) BeginTOTP(ctx context.Context, by model.Actor) (Enrolment, error) {
	if err := signedIn(by); err != nil {
		return Enrolment{}, err
	}
	var made Enrolment
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		account, err := staffOf(ctx, tx, by)
		if err != nil {
			return err
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: totpIssuer, AccountName: account.Login})
		if err != nil {
			return fmt.Errorf("account: make second factor: %w", err)
		}
		made = Enrolment{URI: key.URL(), Secret: inGroups(key.Secret())}
		_, err = store.From[model.StaffAccount](tx).Where("person_id = ?", by.PersonID).Set(clause.Assignments(map[string]any{
			"totp_pending": string(s.keys.Seal(sealed.TOTPPendingOf(by.PersonID), key.Secret())), "totp_pending_at": s.now(),
		})).Update(ctx)
		if err != nil {
			return fmt.Errorf("account: keep new second factor: %w", err)
		}
		return audit.Record(ctx, tx, by, "totp.begin", audit.Target{Kind: "person", ID: by.PersonID}, s.now())
	})
	return made, err
}

// inGroups writes a secret the way people type it: "ABCD EFGH".
func inGroups(secret string) string {
	var groups []string
	for len(secret) > 4 {
		groups, secret = append(groups, secret[:4]), secret[4:]
	}
	return strings.Join(append(groups, secret), " ")
}

// Enrolled is what confirming a second factor gives: the recovery codes, shown
// once, and a new session in place of all the actor had.
type Enrolled struct {
	Entry

	RecoveryCodes []string
}

// ConfirmTOTP puts the second factor into force that was begun, if the code is
// one of its own, and ends every session of the actor, the present one too, for
// a new one. Faults: conflict when none was begun in the last quarter of an hour,
// invalid (code), too many.
func (s *Service) ConfirmTOTP(ctx context.Context, by model.Actor, code string, from From) (Enrolled, error) {
	if err := signedIn(by); err != nil {
		return Enrolled{}, err
	}
	var enrolled Enrolled
	var refused error
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		enrolled, refused = Enrolled{}, nil
		if err := s.spend(ctx, tx, triesOf("confirm second factor", by.SessionID, atSession)); err != nil {
			return err
		}
		account, err := staffOf(ctx, tx, by)
		if err != nil {
			return err
		}
		right, err := s.putInForce(ctx, tx, account, code)
		if err != nil {
			return err
		}
		if !right { // the try is written down, so this transaction must commit
			refused = fault.InvalidField("code", "动态码不正确，请确认手机时间准确，等更新后输入新的一个。")
			return nil
		}
		enrolled, err = s.enrolled(ctx, tx, by, account, from)
		return err
	})
	if err != nil {
		return Enrolled{}, err
	}
	return enrolled, refused
}

// putInForce makes the pending second factor the real one; false for a wrong code.
func (s *Service) putInForce(ctx context.Context, tx *gorm.DB, account model.StaffAccount, code string) (bool, error) {
	now := s.now()
	if account.TOTPPendingAt == nil || account.TOTPPendingAt.Add(pendingLife).Before(now) {
		return false, fault.Conflict("绑定已超时，请重新开始，用身份验证器扫描新的二维码。")
	}
	secret, err := s.keys.Open(sealed.TOTPPendingOf(account.PersonID), account.TOTPPending)
	if err != nil {
		return false, err
	}
	step, err := stepOf(secret, plainCode(code), now, 0)
	if err != nil || step == 0 {
		return false, err
	}
	n, err := store.From[model.StaffAccount](tx).Where("person_id = ? AND totp_pending_at = ?", account.PersonID, *account.TOTPPendingAt).
		Set(clause.Assignments(map[string]any{
			"totp_secret": string(s.keys.Seal(sealed.TOTPOf(account.PersonID), secret)), "totp_confirmed_at": now, "totp_last_step": step,
			"totp_pending": "", "totp_pending_at": nil,
		})).Update(ctx)
	if err != nil {
		return false, fmt.Errorf("account: put second factor into force: %w", err)
	}
	if n != 1 {
		return false, fault.Conflict("绑定刚刚发生了变化，请重新开始。")
	}
	return true, nil
}

// enrolled does what follows a new second factor.
func (s *Service) enrolled(ctx context.Context, tx *gorm.DB, by model.Actor, account model.StaffAccount, from From) (Enrolled, error) {
	codes, err := s.newRecoveryCodes(ctx, tx, by.PersonID)
	if err != nil {
		return Enrolled{}, err
	}
	current, err := store.From[model.Session](tx).Where("id = ?", by.SessionID).Take(ctx)
	if err != nil {
		return Enrolled{}, fmt.Errorf("account: find present session: %w", err)
	}
	if _, err := s.revoke(ctx, tx, "person_id = ?", by.PersonID); err != nil {
		return Enrolled{}, err
	}
	if account.TOTPConfirmedAt != nil {
		err := s.warn(ctx, tx, by.PersonID, warning{
			what: "totp", title: "您的身份验证器已更换", body: "您的账号在" + from.words() + "上更换了身份验证器。如果不是您本人，请立即联系管理员。",
		})
		if err != nil {
			return Enrolled{}, err
		}
	}
	if err := audit.Record(ctx, tx, by, "totp.confirm", audit.Target{Kind: "person", ID: by.PersonID}, s.now()); err != nil {
		return Enrolled{}, err
	}
	entry, err := s.letIn(ctx, tx, by.PersonID, model.StaffDevice{ID: current.DeviceID}, from)
	return Enrolled{Entry: entry, RecoveryCodes: codes}, err
}

// RemoveTOTP takes the actor's second factor away and ends their other sessions.
// Faults: conflict where staff must have one, not found.
func (s *Service) RemoveTOTP(ctx context.Context, by model.Actor) error {
	if err := signedIn(by); err != nil {
		return err
	}
	if s.secondFactor == FactorRequired {
		return fault.Conflict("工作人员必须使用身份验证器，可以更换，不能取消。")
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if _, err := staffOf(ctx, tx, by); err != nil {
			return err
		}
		if err := s.clearTOTP(ctx, tx, by.PersonID); err != nil {
			return err
		}
		if _, err := s.revoke(ctx, tx, "person_id = ? AND id <> ?", by.PersonID, by.SessionID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "totp.remove", audit.Target{Kind: "person", ID: by.PersonID}, s.now())
	})
}

// clearTOTP removes a second factor with its recovery codes. The last step
// stays: a code that was used is not good again for the next one.
func (s *Service) clearTOTP(ctx context.Context, tx *gorm.DB, personID string) error {
	_, err := store.From[model.StaffAccount](tx).Where("person_id = ?", personID).Set(clause.Assignments(map[string]any{
		"totp_secret": "", "totp_confirmed_at": nil, "totp_pending": "", "totp_pending_at": nil,
	})).Update(ctx)
	if err != nil {
		return fmt.Errorf("account: clear second factor: %w", err)
	}
	if _, err := store.From[model.RecoveryCode](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return fmt.Errorf("account: clear recovery codes: %w", err)
	}
	return nil
}
