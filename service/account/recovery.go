package account

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// recoveryCodes is how many recovery codes a person is given.
const recoveryCodes = 10

// newRecoveryCodes gives a person fresh recovery codes in place of all old ones.
// Each holds 49 bits of chance, so that its plain hash cannot be turned back
// while it is worth anything.
func (s *Service) newRecoveryCodes(ctx context.Context, tx *gorm.DB, personID string) ([]string, error) {
	if _, err := store.From[model.RecoveryCode](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return nil, fmt.Errorf("account: replace recovery codes: %w", err)
	}
	codes := make([]string, recoveryCodes)
	rows := make([]model.RecoveryCode, recoveryCodes)
	for i := range codes {
		codes[i] = newCode()
		rows[i] = model.RecoveryCode{ID: model.NewID(), PersonID: personID, CodeHash: hashOf(plainCode(codes[i])), CreatedAt: s.now()}
	}
	if err := store.From[model.RecoveryCode](tx).CreateInBatches(ctx, &rows, recoveryCodes); err != nil {
		return nil, fmt.Errorf("account: add recovery codes: %w", err)
	}
	return codes, nil
}

// useRecoveryCode uses a recovery code up; false when it is none, or was used.
// The owner is told.
func (s *Service) useRecoveryCode(ctx context.Context, tx *gorm.DB, personID, code string) (bool, error) {
	n, err := store.From[model.RecoveryCode](tx).Where("person_id = ? AND code_hash = ? AND used_at IS NULL", personID, hashOf(plainCode(code))).
		Update(ctx, "used_at", s.now())
	if err != nil {
		return false, fmt.Errorf("account: use recovery code: %w", err)
	}
	if n != 1 {
		return false, nil
	}
	left, err := recoveryLeft(ctx, tx, personID)
	if err != nil {
		return false, err
	}
	err = s.warn(ctx, tx, personID, warning{
		what: "recovery", title: "您的一个恢复码被使用",
		body: fmt.Sprintf("您的账号刚刚用恢复码通过了验证，还剩 %d 个。如果不是您本人，请立即修改密码并重新生成恢复码。", left),
	})
	if err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, model.SystemActor("sign-in guard"), "recovery_code.use", audit.Target{
		Kind: "person", ID: personID, Detail: fmt.Sprintf("%d left", left),
	}, s.now())
}

func recoveryLeft(ctx context.Context, db *gorm.DB, personID string) (int64, error) {
	left, err := store.From[model.RecoveryCode](db).Where("person_id = ? AND used_at IS NULL", personID).Count(ctx, "*")
	if err != nil {
		return 0, fmt.Errorf("account: count recovery codes: %w", err)
	}
	return left, nil
}

// RenewRecoveryCodes gives the actor fresh recovery codes, shown once; the old
// ones are good no longer. Faults: not found for who has no staff account,
// conflict for who has no second factor.
func (s *Service) RenewRecoveryCodes(ctx context.Context, by model.Actor) ([]string, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	var codes []string
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		account, err := staffOf(ctx, tx, by)
		if err != nil {
			return err
		}
		if account.TOTPConfirmedAt == nil {
			return fault.Conflict("您还没有绑定身份验证器。")
		}
		if codes, err = s.newRecoveryCodes(ctx, tx, by.PersonID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "recovery_code.renew", audit.Target{Kind: "person", ID: by.PersonID}, s.now())
	})
	return codes, err
}
