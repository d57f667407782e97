package outbox_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// replica runs a job of one shared name and counts its rounds.
type replica struct {
	rounds atomic.Int32
	stop   func()
}

func (b *box) replica(tick func(context.Context) error) *replica {
	r := &replica{}
	ctx, cancel := context.WithCancel(b.tb.Context())
	var run sync.WaitGroup
	run.Go(func() {
		outbox.RunJob(ctx, b.db, b.clock.Now, slog.New(slog.DiscardHandler), outbox.Job{
			Name: "sweep", Every: time.Millisecond, Tick: func(ctx context.Context) error {
				r.rounds.Add(1)
				return tick(ctx)
			},
		})
	})
	r.stop = func() { cancel(); run.Wait() }
	b.tb.Cleanup(r.stop)
	return r
}

func nothing(context.Context) error { return nil }

func (b *box) looked(times int) {
	b.tb.Helper()
	// The clock moves a millisecond with each look, so it tells how often
	// anybody looked.
	begin := b.clock.Now()
	eventually(b.tb, "everybody looks at the lease", func() bool { return b.clock.Now().Sub(begin) > time.Duration(times)*time.Millisecond })
}

func TestOfTwoReplicasOneDoesTheJob(t *testing.T) {
	box := newBox(t)
	leaksNothing(t)
	first := box.replica(nothing)
	eventually(t, "the first works", func() bool { return first.rounds.Load() > 0 })
	second := box.replica(nothing)
	before := first.rounds.Load()
	eventually(t, "the first goes on", func() bool { return first.rounds.Load() > before+20 })
	if n := second.rounds.Load(); n != 0 {
		t.Errorf("the second did the job %d times", n)
	}
}

func TestTheOtherReplicaTakesOverWhenTheLeaseOfADeadOneEnds(t *testing.T) {
	box := newBox(t)
	release := make(chan struct{})
	dead := box.replica(func(context.Context) error { <-release; return nil })
	eventually(t, "the first works", func() bool { return dead.rounds.Load() == 1 })
	other := box.replica(nothing)
	box.clock.Advance(20 * time.Second)
	box.looked(5)
	if n := other.rounds.Load(); n != 0 {
		t.Errorf("the other did the job %d times while the lease ran", n)
	}
	box.clock.Advance(time.Minute)
	eventually(t, "the other takes over", func() bool { return other.rounds.Load() > 0 })
	close(release)
}

func TestARoundThatTakesLongIsNotBegunByAnother(t *testing.T) {
	outbox.SetJobRenewal(t, time.Millisecond)
	box := newBox(t)
	release := make(chan struct{})
	long := box.replica(func(context.Context) error { <-release; return nil })
	eventually(t, "the first works", func() bool { return long.rounds.Load() == 1 })
	other := box.replica(nothing)
	until := func() time.Time {
		lease, err := store.From[model.Lease](box.db.Read()).Where("name = ?", "sweep").Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return lease.Until
	}
	const step = 20 * time.Second
	for range 5 {
		before := until()
		box.clock.Advance(step)
		// A renewal that read the clock before it moved is not the one meant.
		eventually(t, "the lease is renewed", func() bool { return !until().Before(before.Add(step)) })
	}
	box.looked(20)
	if n := other.rounds.Load(); n != 0 {
		t.Errorf("the other began %d rounds beside it", n)
	}
	close(release)
}

func TestAReplicaThatStopsHandsItsJobsOverAtOnce(t *testing.T) {
	box := newBox(t)
	first := box.replica(nothing)
	eventually(t, "the first works", func() bool { return first.rounds.Load() > 0 })
	first.stop()
	second := box.replica(nothing)
	eventually(t, "the second works, though the clock stood still", func() bool { return second.rounds.Load() > 0 })
}

func TestReplicasThatStartAtOnceShareOneLease(t *testing.T) {
	box := newBox(t)
	var at atomic.Int32
	var together atomic.Bool
	alone := func(context.Context) error {
		if at.Add(1) > 1 {
			together.Store(true)
		}
		defer at.Add(-1)
		return nil
	}
	replicas := make([]*replica, 6)
	for i := range replicas {
		replicas[i] = box.replica(alone)
	}
	eventually(t, "somebody works", func() bool {
		total := int32(0)
		for _, r := range replicas {
			total += r.rounds.Load()
		}
		return total > 30
	})
	if together.Load() {
		t.Error("two replicas did the job at the same time")
	}
	leases, err := store.From[model.Lease](box.db.Read()).Where("name = ?", "sweep").Count(t.Context(), "*")
	if err != nil || leases != 1 {
		t.Errorf("%d lease rows, %v", leases, err)
	}
}

func TestAJobThatFailsOrPanicsComesRoundAgain(t *testing.T) {
	box := newBox(t)
	r := box.replica(nil)
	r.stop()
	var rounds atomic.Int32
	failing := box.replica(func(context.Context) error {
		if rounds.Add(1)%2 == 0 {
			panic("a bug in the job")
		}
		return errors.New("not today")
	})
	eventually(t, "it comes round in spite of it", func() bool { return failing.rounds.Load() > 5 })
}

func TestAJobStopsWithItsContext(t *testing.T) {
	box := newBox(t)
	leaksNothing(t)
	waiting := box.replica(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	eventually(t, "it works", func() bool { return waiting.rounds.Load() == 1 })
	waiting.stop()
	if n := waiting.rounds.Load(); n != 1 {
		t.Errorf("it went on for %d rounds", n)
	}
}
