package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

func TestEightDispatchersDoTwoHundredTasksOnceEach(t *testing.T) {
	box, work := newBox(t), &tally{}
	for i := range 200 {
		box.enqueue(fmt.Sprint(i))
	}
	var together sync.WaitGroup
	for range 8 {
		d := box.dispatcher(work.handlers())
		together.Go(func() {
			for {
				n, err := d.Tick(t.Context())
				if err != nil {
					t.Errorf("tick: %v", err)
				}
				if n == 0 || err != nil {
					return
				}
			}
		})
	}
	together.Wait()
	for i := range 200 {
		if n := work.of(fmt.Sprint(i)); n != 1 {
			t.Errorf("task %d ran %d times", i, n)
		}
	}
}

func TestDispatchersThatLookAtOnceRespectEachOthersBackOff(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Later(24*time.Hour, errDown)}
	for i := range 60 {
		box.enqueue(fmt.Sprint(i))
	}
	var together sync.WaitGroup
	for range 8 {
		d := box.dispatcher(work.handlers())
		together.Go(func() {
			if _, err := d.Tick(t.Context()); err != nil {
				t.Errorf("tick: %v", err)
			}
		})
	}
	together.Wait()
	for i := range 60 {
		if n := work.of(fmt.Sprint(i)); n != 1 {
			t.Errorf("task %d failed, was put off for a day, and ran %d times", i, n)
		}
		if n := box.task(fmt.Sprint(i)).Attempts; n != 1 {
			t.Errorf("task %d counts %d attempts", i, n)
		}
	}
}

// dying is a dispatcher that claims a task and never ends it until release; it
// returns when the handler was begun.
func (b *box) dying(dead *sync.WaitGroup, release <-chan struct{}) {
	begun := make(chan struct{})
	d := b.dispatcher(map[string]outbox.Handler{"work": func(context.Context, []byte) error {
		close(begun)
		<-release
		return errors.New("too late to count")
	}})
	dead.Go(func() {
		if _, err := d.Tick(b.tb.Context()); err != nil {
			b.tb.Errorf("tick: %v", err)
		}
	})
	<-begun
}

func TestADispatcherThatDiesLosesItsTaskToAnotherOne(t *testing.T) {
	box, work := newBox(t), &tally{}
	leaksNothing(t)
	box.enqueue("a")
	var dead sync.WaitGroup
	release := make(chan struct{})
	box.dying(&dead, release)
	heir := box.dispatcher(work.handlers())
	box.clock.Advance(29 * time.Second)
	if n := box.tick(heir); n != 0 {
		t.Errorf("%d tasks were taken from a dispatcher whose lease runs", n)
	}
	box.clock.Advance(2 * time.Second)
	box.tick(heir)
	if state := box.task("a").State; state != model.TaskDone {
		t.Errorf("it is %s", state)
	}
	close(release)
	dead.Wait()
	if task := box.task("a"); task.State != model.TaskDone || task.Attempts != 2 || work.of("a") != 1 {
		t.Errorf("what the dead one says at last changed the task: %+v", task)
	}
}

func TestATaskThatKillsItsProgramIsPutOffWithGrowingPauses(t *testing.T) {
	box, work := newBox(t), &tally{}
	box.enqueue("poison")
	release := make(chan struct{})
	var dead sync.WaitGroup
	defer func() { close(release); dead.Wait() }()
	idle := box.dispatcher(map[string]outbox.Handler{"other": work.handle})
	var last time.Duration
	for death := range 6 {
		box.dying(&dead, release)
		box.clock.Advance(31 * time.Second)
		box.tick(idle) // gives back what the dead one held
		now := box.clock.Now()
		wait := max(0, box.task("poison").RunAt.Sub(now))
		if death > 0 && wait <= last {
			t.Errorf("after death %d it waits %s, after the one before %s", death+1, wait, last)
		}
		last = wait
		box.clock.Advance(wait + time.Second)
	}
}

func TestFreshTasksDoNotQueueBehindManyThatFail(t *testing.T) {
	box := newBox(t)
	failing, fresh := &tally{answer: errDown}, &tally{}
	d := box.dispatcher(map[string]outbox.Handler{"failing": failing.handle, "work": fresh.handle})
	for i := range 100 {
		box.enqueueTask(outbox.Task{Kind: "failing", DedupeKey: fmt.Sprint(i), RunAt: box.clock.Now()})
	}
	for tried := 0; tried < 100; {
		tried += box.tick(d)
	}
	box.clock.Advance(2 * time.Hour)
	box.enqueue("new letter")
	before := failing.total()
	box.tick(d)
	if fresh.of("new letter") != 1 {
		t.Error("the fresh task waits behind those that fail")
	}
	if failing.total() == before {
		t.Error("those that fail are not tried again beside the fresh one")
	}
}

func TestTheOldestIsDoneFirstWhenThereIsMoreThanABatch(t *testing.T) {
	box, work := newBox(t), &tally{}
	for i := range 100 {
		box.enqueue(fmt.Sprint(i))
	}
	box.tick(box.dispatcher(work.handlers()))
	if work.of("0") != 1 || work.of("99") != 0 {
		t.Errorf("of the first %d the oldest ran %d times, the youngest %d", work.total(), work.of("0"), work.of("99"))
	}
}

func TestATaskThatTakesLongStaysWithItsDispatcher(t *testing.T) {
	box, work := newBox(t), &tally{}
	leaksNothing(t)
	box.enqueue("a")
	begun, release := make(chan struct{}), make(chan struct{})
	d := box.dispatcher(map[string]outbox.Handler{"work": func(context.Context, []byte) error {
		close(begun)
		<-release
		return nil
	}})
	outbox.SetRenewal(d, time.Millisecond)
	var working sync.WaitGroup
	working.Go(func() { box.tick(d) })
	<-begun
	heir := box.dispatcher(work.handlers())
	for range 5 {
		until := *box.task("a").LeaseUntil
		box.clock.Advance(20 * time.Second)
		eventually(t, "the lease is renewed", func() bool { return box.task("a").LeaseUntil.After(until) })
		if n := box.tick(heir); n != 0 {
			t.Fatal("a task was taken from a dispatcher that works on it")
		}
	}
	close(release)
	working.Wait()
	if task := box.task("a"); task.State != model.TaskDone || task.Attempts != 1 {
		t.Errorf("left as %+v", task)
	}
}

func TestWhoLostATaskToAnotherStopsWorkingOnIt(t *testing.T) {
	box, work := newBox(t), &tally{}
	leaksNothing(t)
	box.enqueue("a")
	begun, stopped := make(chan struct{}), make(chan struct{})
	d := box.dispatcher(map[string]outbox.Handler{"work": func(ctx context.Context, _ []byte) error {
		close(begun)
		<-ctx.Done()
		close(stopped)
		return ctx.Err()
	}})
	outbox.SetRenewal(d, 50*time.Millisecond)
	var working sync.WaitGroup
	working.Go(func() { box.tick(d) })
	<-begun
	// Another one, whose clock is ahead, takes it for lost.
	ahead := outbox.NewDispatcher(box.db, func() time.Time { return box.clock.Now().Add(time.Hour) }, slog.New(slog.DiscardHandler), work.handlers())
	eventually(t, "the other one takes the task", func() bool { box.tick(ahead); return work.of("a") == 1 })
	<-stopped
	working.Wait()
	if task := box.task("a"); task.State != model.TaskDone {
		t.Errorf("left as %+v", task)
	}
}

func TestADispatcherTakesBackATaskWhoseEndItCouldNotWriteDownButNoneItWorksOn(t *testing.T) {
	box := newBox(t)
	box.enqueue("a")
	var calls atomic.Int32
	ctx := t.Context()
	var d *outbox.Dispatcher
	d = box.dispatcher(map[string]outbox.Handler{"work": func(context.Context, []byte) error {
		if calls.Add(1) > 1 {
			return nil
		}
		// The clock jumps while it works: it must not take the task from itself.
		box.clock.Advance(time.Hour)
		if n, err := d.Tick(ctx); n != 0 || err != nil {
			t.Errorf("it began %d tasks beside itself, %v", n, err)
		}
		// Somebody holds the row as it would be after an end that was not written.
		return store.InTx(ctx, box.db, func(ctx context.Context, tx *gorm.DB) error {
			_, err := store.From[model.Task](tx).Where("dedupe_key = ?", "a").Update(ctx, "attempts", 7)
			return err
		})
	}})
	box.tick(d)
	if state := box.task("a").State; state != model.TaskRunning {
		t.Fatalf("it is %s, want it running without anybody", state)
	}
	box.clock.Advance(2 * time.Hour)
	box.tick(d)
	box.clock.Advance(2 * time.Hour)
	box.tick(d)
	if task := box.task("a"); task.State != model.TaskDone || calls.Load() != 2 {
		t.Errorf("after %d calls it is %+v", calls.Load(), task)
	}
}
