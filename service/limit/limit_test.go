package limit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/limit"
	"lianxin/service/store"
)

var fivePerQuarter = limit.Rate{Times: 5, Per: 15 * time.Minute}

func TestWhoWaitsAsLongAsToldIsLetThroughAndASecondLessIsNot(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, map[limit.Class]limit.Rule{limit.Read: {Person: fivePerQuarter}})
	try := limit.Try{Purpose: "code", Subject: "wang", Rate: fivePerQuarter}
	for name, once := range map[string]func() error{
		"strict": func() error { return spend(t, db, l, try) },
		"memory": func() error { return l.Take(t.Context(), limit.Read, limit.Who{Person: "wang"}) },
	} {
		for range 5 {
			if err := once(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		told := wait(t, once())
		if told != 3*time.Minute {
			t.Errorf("%s: told to wait %s", name, told)
		}
		clock.at = clock.at.Add(told - time.Second)
		if left := wait(t, once()); left != time.Second {
			t.Errorf("%s: a second early, told to wait %s", name, left)
		}
		clock.at = clock.at.Add(time.Second)
		if err := once(); err != nil {
			t.Errorf("%s: after the wait: %v", name, err)
		}
	}
}

func TestTheWaitIsTrueWhateverTheRate(t *testing.T) {
	db, clock := open(t)
	rapid.Check(t, func(r *rapid.T) {
		rate := limit.Rate{Times: rapid.IntRange(1, 500).Draw(r, "times"), Per: time.Duration(rapid.IntRange(1, 90000).Draw(r, "per")) * time.Second}
		l := limiter(t, db, clock, map[limit.Class]limit.Rule{limit.Read: {Person: rate}})
		who := limit.Who{Person: "wang"}
		if n := through(t, l, limit.Read, who, rate.Times+3); n != rate.Times {
			r.Fatalf("%d of %d were let through", n, rate.Times)
		}
		for range 5 {
			told := wait(t, l.Take(t.Context(), limit.Read, who))
			if told <= 0 || told > rate.Per {
				r.Fatalf("told to wait %s", told)
			}
			clock.at = clock.at.Add(told - time.Nanosecond)
			if wait(t, l.Take(t.Context(), limit.Read, who)) == 0 {
				r.Fatal("let through before the time")
			}
			clock.at = clock.at.Add(time.Nanosecond)
			if left := wait(t, l.Take(t.Context(), limit.Read, who)); left != 0 {
				r.Fatalf("told to wait again: %s", left)
			}
		}
	})
}

func TestAStrictLimitHoldsForAllReplicasAtOnce(t *testing.T) {
	db, clock := open(t)
	var let atomic.Int32
	var all sync.WaitGroup
	for replica := range 4 {
		l := limiter(t, db, clock, nil)
		for range 10 {
			all.Go(func() {
				err := spend(t, db, l, limit.Try{Purpose: "code", Subject: "wang", Rate: fivePerQuarter})
				switch {
				case err == nil:
					let.Add(1)
				case !fault.Is(err, fault.KindTooMany):
					t.Errorf("replica %d: %v", replica, err)
				}
			})
		}
	}
	all.Wait()
	if let.Load() != 5 {
		t.Errorf("%d tries were let through", let.Load())
	}
}

func TestATryThatIsRolledBackDoesNotCount(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, nil)
	one := limit.Try{Purpose: "code", Subject: "wang", Rate: limit.Rate{Times: 1, Per: time.Hour}}
	failed := errors.New("the deed failed")
	err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		if err := l.Spend(ctx, tx, one); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if err := spend(t, db, l, one); err != nil {
		t.Errorf("the try was counted: %v", err)
	}
}

func TestLookingTakesNothingAndForgivingGivesEverythingBack(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, nil)
	one := limit.Try{Purpose: "password", Subject: "admin", Rate: limit.Rate{Times: 1, Per: time.Hour}}
	for range 3 {
		if err := l.Look(t.Context(), db.Read(), one); err != nil {
			t.Fatal(err)
		}
	}
	if err := spend(t, db, l, one); err != nil {
		t.Fatal(err)
	}
	if wait(t, l.Look(t.Context(), db.Read(), one)) != time.Hour {
		t.Error("looking does not say what spending would")
	}
	if err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error { return l.Forgive(ctx, tx, one) }); err != nil {
		t.Fatal(err)
	}
	if err := spend(t, db, l, one); err != nil {
		t.Errorf("after forgiving: %v", err)
	}
}

func TestOfSeveralTriesNoneIsTakenWhenOneIsUsedUp(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, nil)
	account := limit.Try{Purpose: "account", Subject: "admin", Rate: limit.Rate{Times: 2, Per: time.Hour}}
	address := limit.Try{Purpose: "address", Subject: "10.0.0.1", Rate: limit.Rate{Times: 1, Per: 2 * time.Hour}}
	if err := l.TryAll(t.Context(), account, address); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, l.TryAll(t.Context(), account, address)); got != 2*time.Hour {
		t.Errorf("told to wait %s", got)
	}
	if err := spend(t, db, l, account); err != nil {
		t.Errorf("the account lost a try to the address: %v", err)
	}
}

func TestPeopleBehindOneAddressDoNotLockOneAnotherOut(t *testing.T) {
	db, clock := open(t)
	rule := limit.Rule{Person: limit.Rate{Times: 10, Per: time.Minute}, Address: limit.Rate{Times: 20, Per: time.Minute}}
	l := limiter(t, db, clock, map[limit.Class]limit.Rule{limit.Read: rule})
	if n := through(t, l, limit.Read, at("203.0.113.7"), 30); n != 20 {
		t.Errorf("%d of nobody were let through", n)
	}
	for i := range 200 {
		who := limit.Who{Person: fmt.Sprint("person", i), Device: fmt.Sprint("device", i), Address: at("203.0.113.7").Address}
		if n := through(t, l, limit.Read, who, 10); n != 10 {
			t.Fatalf("%d of person %d were let through", n, i)
		}
	}
	if n := through(t, l, limit.Read, limit.Who{Person: "person0"}, 1); n != 0 {
		t.Error("a person has no limit")
	}
}

func TestADeviceIsLimitedForItselfAndTakesNothingFromThePersonThen(t *testing.T) {
	db, clock := open(t)
	rule := limit.Rule{Person: limit.Rate{Times: 10, Per: time.Minute}, Device: limit.Rate{Times: 4, Per: time.Minute}}
	l := limiter(t, db, clock, map[limit.Class]limit.Rule{limit.Read: rule})
	for _, c := range []struct {
		device string
		let    int
	}{{"phone", 4}, {"tablet", 4}, {"desk", 2}} {
		if n := through(t, l, limit.Read, limit.Who{Person: "wang", Device: c.device}, 20); n != c.let {
			t.Errorf("%d of %s were let through, not %d", n, c.device, c.let)
		}
	}
}

func TestAnAddressIsOneOfIPv4AndA64OfIPv6(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, map[limit.Class]limit.Rule{limit.Read: {Address: limit.Rate{Times: 1, Per: time.Minute}}})
	for _, c := range []struct {
		address string
		let     int
	}{
		{"198.51.100.1", 1},
		{"::ffff:198.51.100.1", 0},
		{"198.51.100.2", 1},
		{"2001:db8:1:2::1", 1},
		{"2001:db8:1:2:ffff::9", 0},
		{"2001:db8:1:3::1", 1},
	} {
		if n := through(t, l, limit.Read, at(c.address), 1); n != c.let {
			t.Errorf("%s: %d let through", c.address, n)
		}
	}
}

func TestAClassWithoutARuleHasNoLimit(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, nil)
	for _, class := range limit.Classes() {
		if n := through(t, l, class, limit.Who{Person: "wang", Device: "phone"}, 50); n != 50 {
			t.Errorf("%s: %d of 50", class, n)
		}
	}
}

func TestNobodyIsWrittenDownByName(t *testing.T) {
	db, clock := open(t)
	rule := limit.Rule{Person: limit.Rate{Times: 1, Per: time.Hour}, Address: limit.Rate{Times: 1, Per: time.Hour}}
	l := limiter(t, db, clock, map[limit.Class]limit.Rule{limit.SignInStaff: rule, limit.Read: rule})
	for _, class := range []limit.Class{limit.SignInStaff, limit.Read} {
		through(t, l, class, at("203.0.113.7"), 1)
		through(t, l, class, limit.Who{Person: "wang-da-ming"}, 1)
	}
	if err := l.Replica().Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	var written strings.Builder
	marks, err := store.From[model.LimitMark](db.Read()).Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	shares, err := store.From[model.LimitShare](db.Read()).Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(&written, marks, shares)
	if len(marks) != 2 || len(shares) != 2 || strings.Contains(written.String(), "203.0.113") || strings.Contains(written.String(), "wang") {
		t.Errorf("written: %s", written.String())
	}
}

func TestALimiterNeedsAKeyThatHidesAddresses(t *testing.T) {
	db, clock := open(t)
	if _, err := limit.New(limit.Options{DB: db, Now: clock.Now, HashKey: []byte("short")}); err == nil {
		t.Error("a short key was taken")
	}
}

func TestTheWordsSayHowLong(t *testing.T) {
	db, clock := open(t)
	for per, words := range map[time.Duration]string{
		20 * time.Second: "20 秒", 1500 * time.Millisecond: "2 秒", 5 * time.Minute: "5 分钟", 24 * time.Hour: "24 小时",
	} {
		l := limiter(t, db, clock, map[limit.Class]limit.Rule{limit.Send: {Person: limit.Rate{Times: 1, Per: per}}})
		through(t, l, limit.Send, limit.Who{Person: "wang"}, 1)
		if err := l.Take(t.Context(), limit.Send, limit.Who{Person: "wang"}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", per, err)
		}
	}
}
