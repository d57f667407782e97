package outbox_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/outbox"
)

// running lets a dispatcher run until stop, which waits for its return.
func (b *box) running(d *outbox.Dispatcher) (stop func()) {
	ctx, cancel := context.WithCancel(b.tb.Context())
	var run sync.WaitGroup
	run.Go(func() { d.Run(ctx) })
	stop = func() { cancel(); run.Wait() }
	b.tb.Cleanup(stop)
	return stop
}

func TestRunFinishesBegunWorkWhenItIsStoppedAndBeginsNothingNew(t *testing.T) {
	box := newBox(t)
	leaksNothing(t)
	for i := range 40 {
		box.enqueue(fmt.Sprint(i))
	}
	var begun atomic.Int32
	release := make(chan struct{})
	d := box.dispatcher(map[string]outbox.Handler{"work": func(ctx context.Context, _ []byte) error {
		begun.Add(1)
		<-release
		return ctx.Err()
	}})
	ctx, cancel := context.WithCancel(t.Context())
	returned := make(chan struct{})
	go func() { d.Run(ctx); close(returned) }()
	eventually(t, "four tasks are under way", func() bool { return begun.Load() == 4 })
	cancel()
	select {
	case <-returned:
		t.Error("returned with work under way")
	default:
	}
	close(release)
	<-returned
	states := map[model.TaskState]int{}
	for i := range 40 {
		states[box.task(fmt.Sprint(i)).State]++
	}
	if begun.Load() != 4 || states[model.TaskDone] != 4 || states[model.TaskReady] != 36 {
		t.Errorf("begun %d, left %v", begun.Load(), states)
	}
}

func TestADispatcherThatWasStoppedBeforeItRanBeginsNothing(t *testing.T) {
	box, work := newBox(t), &tally{}
	box.enqueue("a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	box.dispatcher(work.handlers()).Run(ctx)
	if work.total() != 0 {
		t.Error("began work")
	}
	if state := box.task("a").State; state != model.TaskReady {
		t.Errorf("it is %s", state)
	}
}

func TestARunningDispatcherLooksByItselfAndStopsCleanly(t *testing.T) {
	box, work := newBox(t), &tally{}
	leaksNothing(t)
	stop := box.running(box.dispatcher(work.handlers()))
	box.enqueue("a")
	eventually(t, "it looked by itself", func() bool { return work.of("a") == 1 })
	stop()
	box.enqueue("b")
	if work.of("b") != 0 {
		t.Error("worked after it was stopped")
	}
}

func TestWakeMakesARunningDispatcherLookAtOnce(t *testing.T) {
	box, work := newBox(t), &tally{}
	d := box.dispatcher(work.handlers())
	box.running(d)
	begin := time.Now()
	for i := range 10 {
		key := fmt.Sprint(i)
		box.enqueue(key)
		d.Wake()
		d.Wake()
		eventually(t, "it was done", func() bool { return work.of(key) == 1 })
	}
	// By itself it looks once a second: ten in turn would take about ten.
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("ten wakings took %s", took)
	}
}

func TestAHandlerThatTakesTooLongIsToldToStopAndPutOff(t *testing.T) {
	box := newBox(t)
	box.enqueue("a")
	d := box.dispatcher(map[string]outbox.Handler{"work": func(ctx context.Context, _ []byte) error {
		<-ctx.Done()
		return ctx.Err()
	}})
	outbox.SetPatience(d, 5*time.Millisecond)
	box.tick(d)
	if task := box.task("a"); task.State != model.TaskReady || task.LastError == "" || !task.RunAt.After(box.clock.Now()) {
		t.Errorf("left as %+v", task)
	}
}
