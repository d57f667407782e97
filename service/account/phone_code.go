package account

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/limit"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// SMS sends a text to a phone number. Its errors never name the number.
type SMS interface {
	Send(ctx context.Context, phone, text string) error
}

// A code for a phone has six digits, is good for five minutes and five tries.
const (
	phoneCodeSize  = 6
	phoneCodeLife  = 5 * time.Minute
	phoneCodeTries = 5
)

// phoneCodes is under what codes for phones are hashed.
const phoneCodes = "phone code"

// How often codes may be sent: a text costs money, and disturbs who did not ask
// for it.
var (
	toPhone     = []limit.Rate{{Times: 1, Per: time.Minute}, {Times: 5, Per: time.Hour}, {Times: 10, Per: day}}
	fromPerson  = []limit.Rate{{Times: 5, Per: time.Hour}, {Times: 10, Per: day}}
	fromAddress = []limit.Rate{{Times: 20, Per: time.Hour}, {Times: 100, Per: day}}
)

var mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)

// PhoneCodeSent says until when a code is good and when the next may be asked for.
type PhoneCodeSent struct {
	Phone   string
	EndsAt  time.Time
	AgainAt time.Time
}

func errNoPhoneCode() error {
	return fault.InvalidField("code", "验证码不对或已过期，请核对后重试，或重新获取。")
}

// SendPhoneCode sends a code to a phone number that the actor wants to bind; an
// older one ends. Faults: unauthenticated; forbidden outside WeChat; invalid
// (phone); conflict where no texts can be sent; too many; unavailable when the
// text could not be sent.
func (s *Service) SendPhoneCode(ctx context.Context, by model.Actor, phone string, from From) (PhoneCodeSent, error) {
	if err := s.byWeChat(ctx, by); err != nil {
		return PhoneCodeSent{}, err
	}
	phone = plainCode(phone)
	switch {
	case s.sms == nil:
		return PhoneCodeSent{}, fault.Conflict("本系统没有开通短信验证，请在小程序里授权手机号。")
	case !mobile.MatchString(phone):
		return PhoneCodeSent{}, fault.InvalidField("phone", "请填写 11 位手机号。")
	}
	now := s.now()
	code, sent := newDigits(phoneCodeSize), PhoneCodeSent{Phone: maskPhone(phone), EndsAt: now.Add(phoneCodeLife), AgainAt: now.Add(time.Minute)}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		tries := append(triesOf("text to a phone", phone, toPhone), triesOf("text by a person", by.PersonID, fromPerson)...)
		for _, t := range append(tries, triesOf("text from an address", from.counted(), fromAddress)...) {
			if err := s.limits.Spend(ctx, tx, t); err != nil {
				return err
			}
		}
		if _, err := store.From[model.PhoneCode](tx).Where("person_id = ?", by.PersonID).Delete(ctx); err != nil {
			return fmt.Errorf("account: end older phone code: %w", err)
		}
		row := model.PhoneCode{
			ID: model.NewID(), PersonID: by.PersonID, PhoneHash: s.keys.Hash(sealed.Phone, phone), CodeHash: s.keys.Hash(phoneCodes, by.PersonID+code),
			CreatedAt: now, ExpiresAt: sent.EndsAt,
		}
		if err := store.From[model.PhoneCode](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("account: keep phone code: %w", err)
		}
		return audit.Record(ctx, tx, by, "phone.code", audit.Target{Kind: "person", ID: by.PersonID, Detail: sent.Phone}, now)
	})
	if err != nil {
		return PhoneCodeSent{}, err
	}
	return sent, s.sms.Send(ctx, phone, "【连心】您的验证码是 "+code+"，5 分钟内有效。请勿告诉他人。")
}

// BindPhoneByCode binds a phone number that the actor proves with a code that
// was sent to it, as BindPhone does, and returns it masked. Faults:
// unauthenticated; invalid (code), in the same words for a wrong, used or old
// one; conflict when another person has bound the number.
func (s *Service) BindPhoneByCode(ctx context.Context, by model.Actor, phone, code string) (string, error) {
	if err := s.byWeChat(ctx, by); err != nil {
		return "", err
	}
	phone = plainCode(phone)
	var refused error
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		refused = nil
		good, err := s.redeemPhoneCode(ctx, tx, by, phone, plainCode(code))
		if err != nil {
			return err
		}
		if !good {
			refused = errNoPhoneCode() // the try is written down, so this transaction must commit
			return nil
		}
		return s.bindPhone(ctx, tx, by, phone)
	})
	if err != nil {
		return "", err
	}
	if refused != nil {
		return "", refused
	}
	return maskPhone(phone), nil
}

// redeemPhoneCode takes a code, once; false for one that is wrong or not to be
// had any more. The try is counted before the code is looked at.
func (s *Service) redeemPhoneCode(ctx context.Context, tx *gorm.DB, by model.Actor, phone, code string) (bool, error) {
	mine := store.From[model.PhoneCode](tx).Where("person_id = ? AND phone_hash IN ? AND used_at IS NULL AND expires_at > ?", by.PersonID, s.keys.Hashes(sealed.Phone, phone), s.now())
	n, err := mine.Where("tries < ?", phoneCodeTries).Update(ctx, "tries", gorm.Expr("tries + 1"))
	if err != nil {
		return false, fmt.Errorf("account: count try: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	n, err = mine.Where("code_hash IN ?", s.keys.Hashes(phoneCodes, by.PersonID+code)).Set(clause.Assignments(map[string]any{"used_at": s.now()})).Update(ctx)
	if err != nil {
		return false, fmt.Errorf("account: take phone code: %w", err)
	}
	return n == 1, nil
}
