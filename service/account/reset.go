package account

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// ChangePassword gives the actor another password and ends their other sessions;
// their other devices are strangers again. Faults: invalid by field
// (old_password, new_password), too many, not found for who has no staff account.
func (s *Service) ChangePassword(ctx context.Context, by model.Actor, old, fresh string) error {
	if err := signedIn(by); err != nil {
		return err
	}
	account, err := staffOf(ctx, s.db.Read(), by)
	if err != nil {
		return err
	}
	if wrong := checkPassword("new_password", account.Login, fresh); len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	if old == fresh {
		return fault.InvalidField("new_password", "新密码不能与原密码相同。")
	}
	if err := s.checkOwnPassword(ctx, by, account, "old_password", old); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, fresh)
	if err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.StaffAccount](tx).Where("person_id = ? AND password_hash = ?", by.PersonID, account.PasswordHash).
			Set(clause.Assignments(map[string]any{"password_hash": hash, "password_changed_at": s.now()})).Update(ctx)
		if err != nil {
			return fmt.Errorf("account: change password: %w", err)
		}
		if n != 1 {
			return fault.Conflict("密码刚刚被修改过，请重新登录。")
		}
		return s.startAfresh(ctx, tx, by)
	})
}

// startAfresh ends what was open under the old password, but the session in which
// it was changed, and tells the owner.
func (s *Service) startAfresh(ctx context.Context, tx *gorm.DB, by model.Actor) error {
	session, err := s.present(ctx, tx, by)
	if err != nil {
		return err
	}
	if _, err := s.revoke(ctx, tx, "person_id = ? AND id <> ?", by.PersonID, by.SessionID); err != nil {
		return err
	}
	if err := forgetDevices(ctx, tx, by.PersonID, session.DeviceID); err != nil {
		return err
	}
	err = s.warn(ctx, tx, by.PersonID, warning{what: "password", title: "您的密码已修改", body: "您的账号密码刚刚修改，其他登录已退出。如果不是您本人，请立即联系管理员。"})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "password.change", audit.Target{Kind: "person", ID: by.PersonID}, s.now())
}

// ResetPassword gives a staff account a new password, for somebody who forgot
// theirs. All their sessions end, and all their devices are strangers again.
// Faults: not found, forbidden when the person also holds a role beyond the
// actor's areas, invalid (password).
func (s *Service) ResetPassword(ctx context.Context, by model.Actor, personID, password string) error {
	account, err := store.From[model.StaffAccount](s.db.Read()).Where("person_id = ?", personID).Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("account: find staff: %w", err)
	}
	login := ""
	if len(account) > 0 {
		login = account[0].Login
	}
	if wrong := checkPassword("password", login, password); len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	w := warning{what: "password", title: "您的密码已重置", body: "管理员重置了您的密码，所有登录已退出。如果您没有提出过，请立即联系管理员。"}
	return s.reset(ctx, by, personID, "password.reset", w, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.StaffAccount](tx).Where("person_id = ?", personID).Set(clause.Assignments(map[string]any{
			"password_hash": hash, "password_changed_at": s.now(), "failed_count": 0,
		})).Update(ctx)
		if err != nil {
			return fmt.Errorf("account: reset password: %w", err)
		}
		return s.forgive(ctx, tx, login, personID)
	})
}

// ResetTOTP takes a lost second factor away from a staff account, so that the
// person can set up another one. All their sessions end, and all their devices
// are strangers again. Faults: not found, forbidden when the person also holds a
// role beyond the actor's areas.
func (s *Service) ResetTOTP(ctx context.Context, by model.Actor, personID string) error {
	w := warning{what: "totp", title: "您的身份验证器已重置", body: "管理员重置了您的身份验证器，所有登录已退出。请用密码登录后重新绑定。如果您没有提出过，请立即联系管理员。"}
	return s.reset(ctx, by, personID, "totp.reset", w, func(ctx context.Context, tx *gorm.DB) error {
		return s.clearTOTP(ctx, tx, personID)
	})
}

// SignOutStaff ends every session of a staff account, for a computer or a phone
// that was lost; its devices are strangers again. Faults: not found, forbidden
// when the person also holds a role beyond the actor's areas.
func (s *Service) SignOutStaff(ctx context.Context, by model.Actor, personID string) error {
	w := warning{what: "sign_out", title: "您的账号已退出登录", body: "管理员让您的账号在所有设备上退出了登录，请重新登录。"}
	return s.reset(ctx, by, personID, "staff.sign_out", w, func(context.Context, *gorm.DB) error { return nil })
}

// Unlock gives an account back all the tries that wrong passwords and codes have
// used up. Faults: not found, forbidden when the person also holds a role beyond
// the actor's areas.
func (s *Service) Unlock(ctx context.Context, by model.Actor, personID string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		account, err := s.theirs(ctx, tx, by, personID)
		if err != nil {
			return err
		}
		if err := s.forgive(ctx, tx, account.Login, personID); err != nil {
			return err
		}
		_, err = store.From[model.StaffAccount](tx).Where("person_id = ?", personID).
			Set(clause.Assignments(map[string]any{"failed_count": 0, "locked_until": nil})).Update(ctx)
		if err != nil {
			return fmt.Errorf("account: unlock: %w", err)
		}
		return audit.Record(ctx, tx, by, "staff.unlock", audit.Target{Kind: "person", ID: personID}, s.now())
	})
}

// forgive gives back what all addresses together, and the devices of an account,
// have used up. What single addresses did is theirs.
func (s *Service) forgive(ctx context.Context, tx *gorm.DB, login, personID string) error {
	tries := append(strangersTries(login), factorTries(personID, "")...)
	devices, err := store.From[model.StaffDevice](tx).Where("person_id = ?", personID).Find(ctx)
	if err != nil {
		return fmt.Errorf("account: list devices: %w", err)
	}
	for _, d := range devices {
		tries = append(tries, passwordTries(login, d.ID, From{}, false)...)
		tries = append(tries, factorTries(personID, d.ID)...)
	}
	for _, t := range tries {
		if err := s.limits.Forgive(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// theirs finds a staff account that is wholly the actor's to manage.
func (*Service) theirs(ctx context.Context, tx *gorm.DB, by model.Actor, personID string) (model.StaffAccount, error) {
	if _, err := theirGrants(ctx, tx, by, personID); err != nil {
		return model.StaffAccount{}, err
	}
	account, err := store.From[model.StaffAccount](tx).Where("person_id = ?", personID).Take(ctx)
	if err != nil {
		return account, fmt.Errorf("account: find staff: %w", err)
	}
	return account, nil
}

// reset changes how somebody else signs in, and ends what was open under the old
// way. It is written down and the person is told.
func (s *Service) reset(ctx context.Context, by model.Actor, personID, action string, w warning, change func(context.Context, *gorm.DB) error) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		account, err := s.theirs(ctx, tx, by, personID)
		if err != nil {
			return err
		}
		if err := change(ctx, tx); err != nil {
			return err
		}
		if _, err := s.revoke(ctx, tx, "person_id = ?", personID); err != nil {
			return err
		}
		if err := forgetDevices(ctx, tx, personID, ""); err != nil {
			return err
		}
		if err := s.warn(ctx, tx, personID, w); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, action, audit.Target{Kind: "person", ID: personID, Detail: account.Login}, s.now())
	})
}

// PersonOfLogin finds whose a login is, for the command line. Fault: not found.
func (s *Service) PersonOfLogin(ctx context.Context, by model.Actor, login string) (string, error) {
	account, err := store.From[model.StaffAccount](s.db.Read()).Where("login = ?", plainLogin(login)).Take(ctx)
	if store.IsAbsent(err) || err == nil && by.System == "" {
		return "", fault.NotFound("登录名为“" + plainLogin(login) + "”的账号")
	}
	if err != nil {
		return "", fmt.Errorf("account: find login: %w", err)
	}
	return account.PersonID, nil
}

// Standing is how a staff account is secured, for its owner.
type Standing struct {
	Login             string
	SecondFactor      bool
	Required          bool
	RecoveryCodesLeft int64
}

// Standing tells the actor how their own account is secured. Fault: not found
// for who has no staff account.
func (s *Service) Standing(ctx context.Context, by model.Actor) (Standing, error) {
	if err := signedIn(by); err != nil {
		return Standing{}, err
	}
	account, err := staffOf(ctx, s.db.Read(), by)
	if err != nil {
		return Standing{}, err
	}
	left, err := recoveryLeft(ctx, s.db.Read(), by.PersonID)
	return Standing{
		Login: account.Login, SecondFactor: account.TOTPConfirmedAt != nil, Required: s.secondFactor == FactorRequired, RecoveryCodesLeft: left,
	}, err
}
