package limit_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model/fault"
	"lianxin/service/limit"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// still is a clock that only a test moves: not even by looking.
type still struct{ at time.Time }

func (s *still) Now() time.Time { return s.at }

func noon() *still { return &still{at: time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC)} }

var hashKey = []byte("0123456789abcdef0123456789abcdef")

func limiter(tb testing.TB, db *store.DB, clock *still, rules map[limit.Class]limit.Rule) *limit.Limiter {
	tb.Helper()
	l, err := limit.New(limit.Options{DB: db, Now: clock.Now, HashKey: hashKey, Rules: rules})
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// spend makes one strict try in a transaction of its own.
func spend(tb testing.TB, db *store.DB, l *limit.Limiter, t limit.Try) error {
	tb.Helper()
	return store.InTx(tb.Context(), db, func(ctx context.Context, tx *gorm.DB) error { return l.Spend(ctx, tx, t) })
}

// wait is how long a refusal says to wait; 0 when there was none.
func wait(tb testing.TB, err error) time.Duration {
	tb.Helper()
	if err == nil {
		return 0
	}
	if !fault.Is(err, fault.KindTooMany) {
		tb.Fatalf("not a refusal: %v", err)
	}
	return fault.Of(err).RetryAfter
}

// through counts how many of so many tries in a row are let through.
func through(tb testing.TB, l *limit.Limiter, class limit.Class, who limit.Who, tries int) int {
	tb.Helper()
	n := 0
	for range tries {
		if wait(tb, l.Take(tb.Context(), class, who)) == 0 {
			n++
		}
	}
	return n
}

func at(address string) limit.Who { return limit.Who{Address: netip.MustParseAddr(address)} }

func open(tb testing.TB) (*store.DB, *still) {
	tb.Helper()
	return storetest.Open(tb), noon()
}
