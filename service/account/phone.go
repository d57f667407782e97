package account

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// BindPhone notes the phone number that WeChat gives for a code and returns it
// masked. Somebody who was only named by others under this number, in messages
// written for them, becomes one with the person: their messages and notices
// come over. Faults: unauthenticated, invalid (code), conflict when another
// person has bound the number.
func (s *Service) BindPhone(ctx context.Context, by model.Actor, code string) (string, error) {
	if err := signedIn(by); err != nil {
		return "", err
	}
	phone, err := s.wechat.PhoneNumber(ctx, code)
	if err != nil {
		return "", spent(err, fault.InvalidField("code", "手机号授权已失效，请重新点击获取手机号。"))
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		return s.bindPhone(ctx, tx, by, phone)
	})
	if err != nil {
		return "", err
	}
	return maskPhone(phone), nil
}

func (s *Service) bindPhone(ctx context.Context, tx *gorm.DB, by model.Actor, phone string) error {
	hashes := s.keys.Hashes(sealed.Phone, phone)
	// Of two people who bind the same number at once, the later one must see the
	// earlier. A few lines for all numbers: their names tell nobody's.
	if err := store.StandInLine(ctx, tx, "phone "+hashes[0][len(hashes[0])-2:]); err != nil {
		return err
	}
	n, err := store.From[model.Person](tx).Where("id = ? AND shadow = ?", by.PersonID, false).Set(clause.Assignments(map[string]any{
		"phone": string(s.keys.Seal(sealed.PhoneOf(by.PersonID), phone)), "phone_hash": hashes[0],
	})).Update(ctx)
	if err != nil {
		return fmt.Errorf("account: bind phone: %w", err)
	}
	if n != 1 {
		return errSignedOut()
	}
	// Counted by writing, not by reading: a write sees what was committed since
	// the transaction began.
	holders, err := store.From[model.Person](tx).Where("phone_hash IN ? AND shadow = ?", hashes, false).Update(ctx, "shadow", false)
	if err != nil {
		return fmt.Errorf("account: count holders of phone: %w", err)
	}
	if holders > 1 {
		return fault.Conflict("该手机号已绑定其他微信。如果那也是您本人，请在“我的”里合并账号；如需更换请联系联络办。")
	}
	shadows, err := store.From[model.Person](tx).Where("phone_hash IN ? AND shadow = ?", hashes, true).Find(ctx)
	if err != nil {
		return fmt.Errorf("account: find shadows of phone: %w", err)
	}
	for _, shadow := range shadows {
		if err := s.absorb(ctx, tx, by, shadow); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, "phone.bind", audit.Target{
		Kind: "person", ID: by.PersonID, Detail: maskPhone(phone),
	}, s.now())
}

// absorb gives a person what was written down for their shadow, and removes it.
func (s *Service) absorb(ctx context.Context, tx *gorm.DB, by model.Actor, shadow model.Person) error {
	messages, err := store.From[model.Message](tx).Where("resident_id = ?", shadow.ID).Update(ctx, "resident_id", by.PersonID)
	if err != nil {
		return fmt.Errorf("account: bring messages over: %w", err)
	}
	if err := bringNotices(ctx, tx, shadow.ID, by.PersonID); err != nil {
		return err
	}
	if _, err := store.From[model.Consent](tx).Where("person_id = ?", shadow.ID).Update(ctx, "person_id", by.PersonID); err != nil {
		return fmt.Errorf("account: bring consents over: %w", err)
	}
	if _, err := store.From[model.Person](tx).Where("id = ? AND name = ?", by.PersonID, "").Update(ctx, "name", shadow.Name); err != nil {
		return fmt.Errorf("account: take name over: %w", err)
	}
	n, err := store.From[model.Person](tx).Where("id = ? AND shadow = ?", shadow.ID, true).Delete(ctx)
	if err != nil {
		return fmt.Errorf("account: remove shadow: %w", err)
	}
	if n != 1 {
		return fault.Conflict("资料刚刚发生了变化，请再试一次。")
	}
	return audit.Record(ctx, tx, by, "person.merge", audit.Target{
		Kind: "person", ID: by.PersonID, Detail: fmt.Sprintf("%s was named by others; %d messages came over", shadow.ID, messages),
	}, s.now())
}

// bringNotices repoints notices. Of one happening a person has one notice: what
// they were told of already is dropped with the shadow.
func bringNotices(ctx context.Context, tx *gorm.DB, from, to string) error {
	var told []string
	err := store.From[model.Notice](tx).Select("happening").
		Where("person_id = ? AND happening IN (?)", to, tx.Model(&model.Notice{}).Select("happening").Where("person_id = ?", from)).
		Scan(ctx, &told)
	if err != nil {
		return fmt.Errorf("account: compare notices: %w", err)
	}
	if len(told) > 0 {
		if _, err := store.From[model.Notice](tx).Where("person_id = ? AND happening IN ?", from, told).Delete(ctx); err != nil {
			return fmt.Errorf("account: drop doubled notices: %w", err)
		}
	}
	_, err = store.From[model.Notice](tx).Where("person_id = ?", from).Set(clause.Assignments(map[string]any{"person_id": to})).Update(ctx)
	if err != nil {
		return fmt.Errorf("account: bring notices over: %w", err)
	}
	return nil
}

// maskPhone hides the middle of a number: 138****8000.
func maskPhone(phone string) string {
	if len(phone) < 8 {
		return strings.Repeat("*", len(phone))
	}
	return phone[:3] + strings.Repeat("*", len(phone)-7) + phone[len(phone)-4:]
}
