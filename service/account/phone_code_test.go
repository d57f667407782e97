package account_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/sealed/sealedtest"
)

// texts keeps what was sent, or fails as told.
type texts struct {
	sent map[string]string
	fail error
}

func (m *texts) Send(_ context.Context, phone, text string) error {
	if m.fail != nil {
		return m.fail
	}
	m.sent[phone] = regexp.MustCompile(`\d{6}`).FindString(text)
	return nil
}

// texting is a town in which codes go by SMS.
func texting(t *testing.T) (*town, *texts) {
	t.Helper()
	town, sms := newTown(t), &texts{sent: map[string]string{}}
	service, err := account.New(account.Options{DB: town.db, Now: town.clock.Now, WeChat: town.wechat, Keys: sealedtest.Keys(t), SecondFactor: account.FactorOptional, SMS: sms})
	if err != nil {
		t.Fatal(err)
	}
	town.Service = service
	return town, sms
}

const number = "13800138000"

func TestAPhoneIsBoundByACodeThatWasSentToIt(t *testing.T) {
	town, sms := texting(t)
	wang := town.comes("official", "o-wang", "").Actor
	sent, err := town.SendPhoneCode(t.Context(), wang, "138 0013 8000", office)
	wantNone(t, err)
	if sent.Phone != "138****8000" || sms.sent[number] == "" {
		t.Fatalf("sent %+v, %v", sent, sms.sent)
	}
	phone, err := town.BindPhoneByCode(t.Context(), wang, number, sms.sent[number])
	wantNone(t, err)
	if me, err := town.Me(t.Context(), wang); err != nil || me.Phone != "138****8000" || phone != me.Phone {
		t.Errorf("bound %q, %q, %v", phone, me.Phone, err)
	}
	wantFault(t, errOf(town.BindPhoneByCode(t.Context(), wang, number, sms.sent[number])), fault.KindInvalid)
	for _, row := range rows[model.PhoneCode](town, "1 = 1") {
		if strings.Contains(row.CodeHash+row.PhoneHash, sms.sent[number]) || strings.Contains(row.PhoneHash, number) {
			t.Error("code or number stand in the database")
		}
	}
	for _, line := range rows[model.AuditLine](town, "actor_id = ?", wang.PersonID) {
		if strings.Contains(line.Detail, number) || strings.Contains(line.Detail, sms.sent[number]) {
			t.Errorf("the log says %q", line.Detail)
		}
	}
}

func TestACodeForAPhoneIsForOnePersonOneNumberAndFiveMinutes(t *testing.T) {
	town, sms := texting(t)
	wang, li := town.comes("official", "o-wang", "").Actor, town.comes("official", "o-li", "").Actor
	if _, err := town.SendPhoneCode(t.Context(), wang, number, office); err != nil {
		t.Fatal(err)
	}
	code := sms.sent[number]
	wantFault(t, errOf(town.BindPhoneByCode(t.Context(), li, number, code)), fault.KindInvalid)
	wantFault(t, errOf(town.BindPhoneByCode(t.Context(), wang, "13900139000", code)), fault.KindInvalid)
	town.clock.Advance(5 * time.Minute)
	wantFault(t, errOf(town.BindPhoneByCode(t.Context(), wang, number, code)), fault.KindInvalid)
}

func TestAfterFiveWrongTriesTheRightCodeIsNoGoodEither(t *testing.T) {
	town, sms := texting(t)
	wang := town.comes("official", "o-wang", "").Actor
	if _, err := town.SendPhoneCode(t.Context(), wang, number, office); err != nil {
		t.Fatal(err)
	}
	wrong := "111111"
	if sms.sent[number] == wrong {
		wrong = "222222"
	}
	for range 5 {
		wantFault(t, errOf(town.BindPhoneByCode(t.Context(), wang, number, wrong)), fault.KindInvalid)
	}
	wantFault(t, errOf(town.BindPhoneByCode(t.Context(), wang, number, sms.sent[number])), fault.KindInvalid)
}

func TestTextsAreSentSeldomToANumberAndByAPerson(t *testing.T) {
	town, _ := texting(t)
	wang, li := town.comes("official", "o-wang", "").Actor, town.comes("official", "o-li", "").Actor
	if _, err := town.SendPhoneCode(t.Context(), wang, number, office); err != nil {
		t.Fatal(err)
	}
	wantFault(t, errOf(town.SendPhoneCode(t.Context(), li, number, office)), fault.KindTooMany)
	for i := range 4 {
		if _, err := town.SendPhoneCode(t.Context(), wang, "1390013900"+string(rune('0'+i)), office); err != nil {
			t.Fatal(err)
		}
	}
	wantFault(t, errOf(town.SendPhoneCode(t.Context(), wang, "13900139009", office)), fault.KindTooMany)
}

func TestWhereNoTextsCanBeSentThePersonIsToldWhatToDo(t *testing.T) {
	town := newTown(t)
	wang := town.comes("official", "o-wang", "").Actor
	_, err := town.SendPhoneCode(t.Context(), wang, number, office)
	if f := fault.Of(err); f == nil || f.Kind != fault.KindConflict || !strings.Contains(err.Error(), "没有开通短信验证") {
		t.Errorf("got %v", err)
	}
	other, sms := texting(t)
	li := other.comes("official", "o-li", "").Actor
	sms.fail = fault.Unavailable("短信没有发出去。", time.Minute)
	if _, err := other.SendPhoneCode(t.Context(), li, number, office); !errors.Is(err, sms.fail) {
		t.Errorf("got %v", err)
	}
	wantFault(t, errOf(other.SendPhoneCode(t.Context(), li, "12345", office)), fault.KindInvalid)
}

func TestANumberOfSomebodyElseIsNotBoundByACode(t *testing.T) {
	town, sms := texting(t)
	town.wechat.phones["p"] = number
	if _, err := town.BindPhone(t.Context(), town.resident("m-li"), "p"); err != nil {
		t.Fatal(err)
	}
	wang := town.comes("official", "o-wang", "").Actor
	if _, err := town.SendPhoneCode(t.Context(), wang, number, office); err != nil {
		t.Fatal(err)
	}
	wantFault(t, errOf(town.BindPhoneByCode(t.Context(), wang, number, sms.sent[number])), fault.KindConflict)
}
