package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/limit"
	"lianxin/service/store"
)

// StaffSignIn is what somebody gives to sign in at the console. DeviceToken is
// what an earlier sign-in on the same device gave out; RecoveryCode may be given
// at once instead of the second factor.
type StaffSignIn struct {
	Login        string
	Password     string
	DeviceToken  string
	RecoveryCode string
	From         From
}

// Entry is how far somebody has come: either Signed is a session, which is for
// enrolling only when its actor says so, or Challenge waits for the second
// factor until ChallengeUntil. DeviceToken is set when the device was not known
// before; whoever presents it at the next sign-in is not slowed down by others.
type Entry struct {
	Signed         Signed
	Challenge      string
	ChallengeUntil time.Time
	DeviceToken    string
}

func errWrongPassword() error { return fault.Unauthenticated("登录名或密码不正确。") }

func errDisabled() error { return fault.Forbidden("该账号已停用，请联系管理员。") }

// caller is who signs in, as far as is known before the password was checked:
// the account is the zero one for a login that does not exist.
type caller struct {
	StaffSignIn

	account  model.StaffAccount
	device   model.StaffDevice
	recovery bool
	tries    []limit.Try
	// atDoor is what all strangers at one address share, whatever the login. It
	// is not given back: it is about work, not about guesses.
	atDoor []limit.Try
}

// SignInStaff checks a password. An unknown login and a wrong password take the
// same work and get the same words. Who goes on trying is slowed down more and
// more, by device, by address and by login, but never a device on which the owner
// signed in before. Faults: unauthenticated; too many, with the time to wait;
// forbidden for a disabled account whose password was right.
func (s *Service) SignInStaff(ctx context.Context, in StaffSignIn) (Entry, error) {
	in.Login = plainLogin(in.Login)
	if len(in.Password) > passwordMax {
		return Entry{}, errWrongPassword()
	}
	who, err := s.lookUp(ctx, in)
	if err != nil {
		return Entry{}, err
	}
	leave, err := s.hasher.enter(standing(who.device.ID != ""))
	if err != nil {
		return Entry{}, err
	}
	defer leave()
	if err := s.limits.TryAll(ctx, append(who.atDoor, who.tries...)...); err != nil {
		return Entry{}, slowed(err, who.device.ID)
	}
	kept := who.account.PasswordHash
	if kept == "" {
		kept = s.hasher.decoy
	}
	right, err := s.hasher.matches(ctx, in.Password, kept)
	if err != nil {
		return Entry{}, err
	}
	if !right || who.account.PersonID == "" {
		if err := s.countFailure(ctx, who.account.PersonID, in.From); err != nil {
			return Entry{}, err
		}
		return Entry{}, errWrongPassword()
	}
	return s.admit(ctx, who)
}

// lookUp finds the account, the device and the recovery code that are claimed,
// with the same questions whether they exist or not.
func (s *Service) lookUp(ctx context.Context, in StaffSignIn) (caller, error) {
	who := caller{StaffSignIn: in}
	accounts, err := store.From[model.StaffAccount](s.db.Read()).Where("login = ?", in.Login).Limit(1).Find(ctx)
	if err != nil {
		return who, fmt.Errorf("account: find staff account: %w", err)
	}
	if len(accounts) > 0 {
		who.account = accounts[0]
	}
	if who.device, err = s.knownDevice(ctx, who.account.PersonID, in.DeviceToken); err != nil {
		return who, err
	}
	if in.RecoveryCode != "" {
		n, err := store.From[model.RecoveryCode](s.db.Read()).
			Where("person_id = ? AND code_hash = ? AND used_at IS NULL", who.account.PersonID, hashOf(plainCode(in.RecoveryCode))).Count(ctx, "*")
		if err != nil {
			return who, fmt.Errorf("account: find recovery code: %w", err)
		}
		who.recovery = n > 0
	}
	who.tries = passwordTries(in.Login, who.device.ID, in.From, who.recovery)
	if who.device.ID == "" {
		who.atDoor = triesOf("sign-in at an address", in.From.counted(), []limit.Rate{s.strangers})
	}
	return who, nil
}

// admit lets in whose password was right: as far as the second factor.
func (s *Service) admit(ctx context.Context, who caller) (Entry, error) {
	var entry Entry
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		// Written first: an account that is being disabled now is met here. Its
		// sessions are revoked after its row, so this one is revoked or never opened.
		n, err := store.From[model.StaffAccount](tx).Where("person_id = ? AND disabled_at IS NULL AND password_hash = ?", who.account.PersonID, who.account.PasswordHash).
			Set(clause.Assignments(map[string]any{"locked_until": nil})).Update(ctx)
		if err != nil {
			return fmt.Errorf("account: admit: %w", err)
		}
		if n != 1 {
			return s.changedMeanwhile(ctx, tx, who)
		}
		if err := s.excuse(ctx, tx, who.device.ID, who.tries); err != nil {
			return err
		}
		switch {
		case who.account.TOTPConfirmedAt == nil && s.secondFactor == FactorRequired:
			entry, err = s.enrolOnly(ctx, tx, who)
		case who.account.TOTPConfirmedAt == nil:
			entry, err = s.letIn(ctx, tx, who.account.PersonID, who.device, who.From)
		case who.recovery:
			entry, err = s.recover(ctx, tx, who)
		default:
			entry, err = s.challenge(ctx, tx, who)
		}
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	return entry, nil
}

// changedMeanwhile says what happened to an account while its password was
// being checked.
func (s *Service) changedMeanwhile(ctx context.Context, tx *gorm.DB, who caller) error {
	account, err := store.From[model.StaffAccount](tx).Where("person_id = ?", who.account.PersonID).Take(ctx)
	if err != nil {
		return fmt.Errorf("account: read account again: %w", err)
	}
	if account.DisabledAt != nil {
		return errDisabled()
	}
	return errWrongPassword()
}

// enrolOnly opens a session in which nothing can be done but to set up the
// second factor.
func (s *Service) enrolOnly(ctx context.Context, tx *gorm.DB, who caller) (Entry, error) {
	signed, err := s.openSession(ctx, tx, opening{
		personID: who.account.PersonID, kind: model.SessionStaff, from: who.From, deviceID: who.device.ID, enrolling: true,
	})
	if err != nil {
		return Entry{}, err
	}
	return Entry{Signed: signed}, audit.Record(ctx, tx, signed.Actor, "staff.sign_in_to_enrol", audit.Target{Kind: "person", ID: who.account.PersonID}, s.now())
}

// recover lets in who gave password and recovery code at once.
func (s *Service) recover(ctx context.Context, tx *gorm.DB, who caller) (Entry, error) {
	used, err := s.useRecoveryCode(ctx, tx, who.account.PersonID, who.RecoveryCode)
	if err != nil {
		return Entry{}, err
	}
	if !used { // somebody else was faster
		return Entry{}, errWrongCode()
	}
	return s.letIn(ctx, tx, who.account.PersonID, who.device, who.From)
}

// letIn opens the session of who has proved everything that is asked for.
func (s *Service) letIn(ctx context.Context, tx *gorm.DB, personID string, device model.StaffDevice, from From) (Entry, error) {
	_, err := store.From[model.StaffAccount](tx).Where("person_id = ?", personID).Update(ctx, "failed_count", 0)
	if err != nil {
		return Entry{}, fmt.Errorf("account: clear failures: %w", err)
	}
	if err := touchPerson(ctx, tx, personID, s.now()); err != nil {
		return Entry{}, err
	}
	device, token, err := s.keepDevice(ctx, tx, personID, device, from)
	if err != nil {
		return Entry{}, err
	}
	signed, err := s.openSession(ctx, tx, opening{personID: personID, kind: model.SessionStaff, from: from, deviceID: device.ID})
	if err != nil {
		return Entry{}, err
	}
	return Entry{Signed: signed, DeviceToken: token}, audit.Record(ctx, tx, signed.Actor, "staff.sign_in", audit.Target{Kind: "person", ID: personID}, s.now())
}

// plainLogin is the one form of a login: without blanks around it, in small letters.
func plainLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }
