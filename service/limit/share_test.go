package limit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/limit"
	"lianxin/service/store"
)

var hundredPerMinute = map[limit.Class]limit.Rule{limit.Read: {Person: limit.Rate{Times: 100, Per: time.Minute}}}

// tick lets every replica tell and listen twice, so that all know of all.
func tick(tb testing.TB, replicas ...*limit.Replica) {
	tb.Helper()
	for range 2 {
		for _, r := range replicas {
			if err := r.Tick(tb.Context()); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

func TestWhatOneReplicaLetThroughCountsAtTheOthers(t *testing.T) {
	db, clock := open(t)
	a, b := limiter(t, db, clock, hundredPerMinute), limiter(t, db, clock, hundredPerMinute)
	ra, rb := a.Replica(), b.Replica()
	wang := limit.Who{Person: "wang"}
	through(t, a, limit.Read, wang, 80)
	tick(t, ra, rb)
	if n := through(t, b, limit.Read, wang, 50); n != 20 {
		t.Errorf("the other replica let %d through", n)
	}
	tick(t, ra, rb)
	if n := through(t, a, limit.Read, wang, 5); n != 0 {
		t.Errorf("the first replica let %d more through", n)
	}
	if n := through(t, b, limit.Read, limit.Who{Person: "li"}, 100); n != 100 {
		t.Errorf("somebody else got %d", n)
	}
}

func TestTwoReplicasAskedInTurnsLetThroughLittleMoreThanOne(t *testing.T) {
	db, clock := open(t)
	replicas := []*limit.Limiter{limiter(t, db, clock, hundredPerMinute), limiter(t, db, clock, hundredPerMinute)}
	shares := []*limit.Replica{replicas[0].Replica(), replicas[1].Replica()}
	let := 0
	// Ten minutes at five times what is allowed.
	for second := range 600 {
		for i := range 8 {
			let += through(t, replicas[(second+i)%2], limit.Read, limit.Who{Person: "wang"}, 1)
		}
		clock.at = clock.at.Add(time.Second)
		for _, r := range shares {
			if err := r.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A hundred at once and a hundred a minute; an eighth more for each replica,
	// and what was let through within a second.
	if let < 1000 || let > 1100+2*25+16 {
		t.Errorf("%d were let through", let)
	}
}

func TestALimitSurvivesTheEndOfAReplica(t *testing.T) {
	db, clock := open(t)
	first := limiter(t, db, clock, hundredPerMinute)
	wang := limit.Who{Person: "wang"}
	through(t, first, limit.Read, wang, 100)
	tick(t, first.Replica())
	second := limiter(t, db, clock, hundredPerMinute)
	tick(t, second.Replica())
	if n := through(t, second, limit.Read, wang, 10); n != 0 {
		t.Errorf("after a restart %d were let through", n)
	}
}

func TestLittleUseIsNotWrittenDown(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, hundredPerMinute)
	for i := range 50 {
		through(t, l, limit.Read, limit.Who{Person: fmt.Sprint("person", i)}, 10)
	}
	through(t, l, limit.Read, limit.Who{Person: "busy"}, 30)
	tick(t, l.Replica())
	if n := shares(t, db); n != 1 {
		t.Errorf("%d rows were written", n)
	}
}

func shares(tb testing.TB, db *store.DB) int64 {
	tb.Helper()
	n, err := store.From[model.LimitShare](db.Read()).Count(tb.Context(), "*")
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func TestWhatCouldNotBeToldIsToldLater(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, hundredPerMinute)
	r := l.Replica()
	through(t, l, limit.Read, limit.Who{Person: "wang"}, 50)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Tick(gone); !errors.Is(err, context.Canceled) {
		t.Fatalf("telling without a database: %v", err)
	}
	tick(t, r)
	if n := shares(t, db); n != 1 {
		t.Errorf("%d rows were written", n)
	}
}

func TestWhatLimitsNobodyAnyMoreIsForgotten(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, hundredPerMinute)
	try := limit.Try{Purpose: "code", Subject: "wang", Rate: fivePerQuarter}
	if err := spend(t, db, l, try); err != nil {
		t.Fatal(err)
	}
	through(t, l, limit.Read, limit.Who{Person: "wang"}, 50)
	tick(t, l.Replica())
	if n, err := l.Forget(t.Context()); err != nil || n != 0 {
		t.Errorf("at once, %d were forgotten: %v", n, err)
	}
	clock.at = clock.at.Add(2 * time.Hour)
	if n, err := l.Forget(t.Context()); err != nil || n != 2 {
		t.Errorf("later, %d were forgotten: %v", n, err)
	}
	if n := shares(t, db); n != 0 {
		t.Errorf("%d shares are left", n)
	}
}

func TestMemoryStaysBoundedWhoeverComes(t *testing.T) {
	db, clock := open(t)
	l := limiter(t, db, clock, hundredPerMinute)
	for i := range 400_000 {
		if err := l.Take(t.Context(), limit.Read, limit.Who{Person: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 0 {
			clock.at = clock.at.Add(time.Second)
		}
	}
	if n := l.Remembered(); n > 64*4096 {
		t.Errorf("%d subjects are remembered", n)
	}
	clock.at = clock.at.Add(time.Hour)
	r := l.Replica()
	for range 60 {
		if err := r.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := l.Remembered(); n != 0 {
		t.Errorf("%d subjects are remembered after they are gone", n)
	}
}

func BenchmarkTake(b *testing.B) {
	db, clock := open(b)
	l := limiter(b, db, clock, map[limit.Class]limit.Rule{limit.Read: {
		Person: limit.Rate{Times: 1 << 40, Per: time.Minute}, Device: limit.Rate{Times: 1 << 40, Per: time.Minute},
	}})
	who := limit.Who{Person: model.NewID(), Device: model.NewID()}
	b.ReportAllocs()
	for b.Loop() {
		if err := l.Take(b.Context(), limit.Read, who); err != nil {
			b.Fatal(err)
		}
	}
}
