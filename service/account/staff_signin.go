package account

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// failuresFree is how many wrong passwords an account takes before it locks.
const failuresFree = 5

// lockMax is the longest an account stays locked.
const lockMax = 15 * time.Minute

// lockFor is how long an account locks after so many wrong passwords: a minute
// after the fifth, doubling up to a quarter of an hour. Zero: not at all.
func lockFor(failed int) time.Duration {
	if failed < failuresFree {
		return 0
	}
	return min(lockMax, time.Minute<<min(failed-failuresFree, 4))
}

func errLocked(left time.Duration) error {
	return fault.TooMany("密码错误次数过多，账号已暂时锁定，请稍后再试。", left)
}

func errWrongPassword() error { return fault.Unauthenticated("登录名或密码不正确。") }

// SignInStaff opens a console session. An unknown login and a wrong password
// take the same time and get the same words; five wrong ones lock the account
// for a growing time, during which the right one is refused too. Faults:
// unauthenticated, too many, and forbidden for a disabled account whose
// password was right.
func (s *Service) SignInStaff(ctx context.Context, login, password string) (Signed, error) {
	login = plainLogin(login)
	if len(password) > passwordMax {
		return Signed{}, errWrongPassword()
	}
	account, err := gorm.G[model.StaffAccount](s.db.Read()).Where("login = ?", login).Take(ctx)
	if store.IsAbsent(err) {
		return Signed{}, s.refuseStranger(ctx, login, password)
	}
	if err != nil {
		return Signed{}, fmt.Errorf("account: find staff account: %w", err)
	}
	if account.LockedUntil != nil && account.LockedUntil.After(s.now()) {
		return Signed{}, errLocked(account.LockedUntil.Sub(s.now()))
	}
	right, err := s.hasher.matches(ctx, password, account.PasswordHash)
	if err != nil {
		return Signed{}, err
	}
	if !right {
		return Signed{}, s.countFailure(ctx, account)
	}
	if account.DisabledAt != nil {
		return Signed{}, fault.Forbidden("该账号已停用，请联系管理员。")
	}
	return s.admit(ctx, account)
}

// admit opens the session of somebody whose password was right.
func (s *Service) admit(ctx context.Context, account model.StaffAccount) (Signed, error) {
	var signed Signed
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		// Written first: an account that is being disabled now is met here. Its
		// sessions are revoked after its row, so this one is revoked or never opened.
		n, err := gorm.G[model.StaffAccount](tx).Where("person_id = ? AND disabled_at IS NULL", account.PersonID).
			Set(clause.Assignments(map[string]any{"failed_count": 0, "locked_until": nil})).Update(ctx)
		if err != nil {
			return fmt.Errorf("account: clear failures: %w", err)
		}
		if n != 1 {
			return fault.Forbidden("该账号已停用，请联系管理员。")
		}
		if err := touchPerson(ctx, tx, account.PersonID, s.now()); err != nil {
			return err
		}
		signed, err = s.openSession(ctx, tx, account.PersonID, model.SessionStaff)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, signed.Actor, "staff.sign_in", audit.Target{Kind: "person", ID: account.PersonID}, s.now())
	})
	if err != nil {
		return Signed{}, err
	}
	return signed, nil
}

// countFailure writes down a wrong password and locks the account when there
// were too many. It returns the fault for the person.
func (s *Service) countFailure(ctx context.Context, account model.StaffAccount) error {
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		mine := gorm.G[model.StaffAccount](tx).Where("person_id = ?", account.PersonID)
		if _, err := mine.Update(ctx, "failed_count", gorm.Expr("failed_count + 1")); err != nil {
			return fmt.Errorf("account: count failure: %w", err)
		}
		counted, err := mine.Take(ctx)
		if err != nil {
			return fmt.Errorf("account: count failure: %w", err)
		}
		now := s.now()
		locked := lockFor(counted.FailedCount)
		if locked == 0 {
			return nil
		}
		if _, err := mine.Update(ctx, "locked_until", now.Add(locked)); err != nil {
			return fmt.Errorf("account: lock: %w", err)
		}
		return audit.Record(ctx, tx, model.SystemActor("sign-in guard"), "staff.lock", audit.Target{
			Kind: "person", ID: account.PersonID, Detail: fmt.Sprintf("%d wrong passwords, locked for %s", counted.FailedCount, locked),
		}, now)
	})
	if err != nil {
		return err
	}
	return errWrongPassword()
}

// refuseStranger answers a login that does not exist as one that does: after
// the same work, with the same words and the same locks.
func (s *Service) refuseStranger(ctx context.Context, login, password string) error {
	if left := s.strangers.locked(login, s.now()); left > 0 {
		return errLocked(left)
	}
	if _, err := s.hasher.matches(ctx, password, s.hasher.decoy); err != nil {
		return err
	}
	s.strangers.count(login, s.now())
	return errWrongPassword()
}

// strangersMax bounds what is remembered of logins that do not exist.
const strangersMax = 4096

// strangers remembers wrong passwords for logins that do not exist, so that a
// lock does not tell which ones do. It is kept in memory, for each replica.
type strangers struct {
	mu   sync.Mutex
	seen map[string]failures
}

type failures struct {
	count int
	until time.Time
}

func (s *strangers) locked(login string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[hashOf(login)].until.Sub(now)
}

func (s *strangers) count(login string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= strangersMax {
		clear(s.seen)
	}
	f := s.seen[hashOf(login)]
	f.count++
	if locked := lockFor(f.count); locked > 0 {
		f.until = now.Add(locked)
	}
	s.seen[hashOf(login)] = f
}

// plainLogin is the one form of a login: without blanks around it, in small letters.
func plainLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }
