package account

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/limit"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// How often passwords may be tried (docs/adr/0010). Each row of rates gets slower
// the longer somebody goes on: a few at once, then one a minute, then one in an
// hour or so, and at last one a day. Nobody who only knows a login can use up
// what a known device has.
const day = 24 * time.Hour

var (
	// A known device, on which the owner has signed in before.
	atDevice = []limit.Rate{{Times: 5, Per: 5 * time.Minute}, {Times: 30, Per: day}, {Times: 100, Per: 100 * day}}
	// One login from one address, on a device that is not known.
	atAddress = []limit.Rate{{Times: 5, Per: 5 * time.Minute}, {Times: 10, Per: day}}
	// One login from all addresses together, on devices that are not known: who
	// guesses from a thousand addresses gets no more. 100 in a row is what NIST SP
	// 800-63B allows (5.2.2).
	atAnyAddress = []limit.Rate{{Times: 20, Per: day}, {Times: 100, Per: 100 * day}}
	// The second factor, after the password was right.
	atFactor = []limit.Rate{{Times: 5, Per: 5 * time.Minute}, {Times: 30, Per: day}, {Times: 100, Per: 100 * day}}
	// A password or code that is asked for again in a session.
	atSession = []limit.Rate{{Times: 5, Per: 5 * time.Minute}, {Times: 30, Per: day}}
)

// triesOf makes one try of each rate.
func triesOf(purpose, subject string, rates []limit.Rate) []limit.Try {
	tries := make([]limit.Try, len(rates))
	for i, r := range rates {
		tries[i] = limit.Try{Purpose: purpose + " in " + r.Per.String(), Subject: subject, Rate: r}
	}
	return tries
}

// passwordTries are the tries that one password costs. A recovery code, which
// nobody guesses, spares what all addresses share: so the owner gets in on a new
// device even while somebody wears that out.
func passwordTries(login, deviceID string, from From, recovery bool) []limit.Try {
	if deviceID != "" {
		return triesOf("password on a device", deviceID, atDevice)
	}
	tries := triesOf("password at an address", login+"\n"+from.counted(), atAddress)
	if !recovery {
		tries = append(tries, strangersTries(login)...)
	}
	return tries
}

func strangersTries(login string) []limit.Try {
	return triesOf("password anywhere", login, atAnyAddress)
}

// factorTries are the tries that one second factor costs. Who got here knows the
// password; they still cannot use up what the owner's device has.
func factorTries(personID, deviceID string) []limit.Try {
	if deviceID != "" {
		return triesOf("second factor on a device", deviceID, atFactor)
	}
	return triesOf("second factor anywhere", personID, atFactor)
}

// slowed says who is slowed down what they can do about it. It is the same for
// logins that exist and those that do not.
func slowed(err error, deviceID string) error {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.KindTooMany || deviceID != "" {
		return err
	}
	return fault.TooMany(f.Words+"在登录过的设备上登录不受影响；也可以同时填写一个恢复码。", f.RetryAfter)
}

// spend takes one of each try in the transaction given.
func (s *Service) spend(ctx context.Context, tx *gorm.DB, tries []limit.Try) error {
	for _, t := range tries {
		if err := s.limits.Spend(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// excuse gives tries back that turned out to be the owner's. A known device is
// forgiven all it did; what strangers used up stays used up, or each sign-in of
// the owner would give them as much again.
func (s *Service) excuse(ctx context.Context, tx *gorm.DB, deviceID string, tries []limit.Try) error {
	back := s.limits.Return
	if deviceID != "" {
		back = s.limits.Forgive
	}
	for _, t := range tries {
		if err := back(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// worrying are the numbers of wrong passwords in a row at which the owner and
// the audit log are told.
var worrying = map[int]bool{5: true, 20: true, 50: true, 100: true}

// countFailure writes down a wrong password, and tells the owner when there were
// many. For a login that does not exist it does the same work and finds nobody.
func (s *Service) countFailure(ctx context.Context, personID string, from From) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		mine := store.From[model.StaffAccount](tx).Where("person_id = ?", personID)
		if _, err := mine.Update(ctx, "failed_count", gorm.Expr("failed_count + 1")); err != nil {
			return fmt.Errorf("account: count failure: %w", err)
		}
		counted, err := mine.Limit(1).Find(ctx)
		if err != nil {
			return fmt.Errorf("account: count failure: %w", err)
		}
		if len(counted) == 0 || !worrying[counted[0].FailedCount] {
			return nil
		}
		n := counted[0].FailedCount
		err = s.warn(ctx, tx, personID, warning{
			what: fmt.Sprintf("guess/%d", n), title: "有人在反复尝试您的密码",
			body: fmt.Sprintf("您的账号已连续 %d 次输错密码，最近一次来自%s。如果不是您本人，请尽快登录并修改密码；您登录过的设备不受影响。", n, from.words()),
		})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, model.SystemActor("sign-in guard"), "staff.guess", audit.Target{
			Kind: "person", ID: personID, Detail: fmt.Sprintf("%d wrong passwords in a row, the last from %s", n, from.network()),
		}, s.now())
	})
}

// words say where somebody signs in, for a notice.
func (f From) words() string {
	if f.network() == "" {
		return "“" + f.label() + "”"
	}
	return "“" + f.label() + "”（网络 " + f.network() + "）"
}

// warning is a notice to the owner of an account about the account.
type warning struct{ what, title, body string }

// warn tells the owner; each occurrence once.
func (s *Service) warn(ctx context.Context, tx *gorm.DB, personID string, w warning) error {
	now := s.now()
	return notice.Send(ctx, tx, model.Notice{
		PersonID: personID, Happening: "account/" + w.what + "/" + now.Format(time.RFC3339Nano), Template: model.TemplateTask,
		Title: w.title, Body: w.body, Hint: "请核实是否本人操作", Link: "pages/me/index", Thing: "账号安全", Phrase: "请核实",
	}, now)
}
