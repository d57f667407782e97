package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

var errDown = errors.New("the other side does not answer")

func TestATaskOfARolledBackTransactionNeverRuns(t *testing.T) {
	box, work := newBox(t), &tally{}
	changedMind := errors.New("changed my mind")
	err := store.InTx(t.Context(), box.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := outbox.Enqueue(ctx, tx, outbox.Task{Kind: "work", DedupeKey: "a", RunAt: box.clock.Now()}); err != nil {
			return err
		}
		return changedMind
	})
	if !errors.Is(err, changedMind) {
		t.Fatal(err)
	}
	if n := box.tick(box.dispatcher(work.handlers())); n != 0 || work.total() != 0 {
		t.Errorf("did %d tasks, %d calls", n, work.total())
	}
}

func TestTheSameHappeningEnqueuedTwiceRunsOnce(t *testing.T) {
	box, work := newBox(t), &tally{}
	d := box.dispatcher(work.handlers())
	box.enqueue("a", "a")
	box.tick(d)
	box.enqueue("a")
	box.clock.Advance(24 * time.Hour)
	box.tick(d)
	if work.of("a") != 1 {
		t.Errorf("ran %d times", work.of("a"))
	}
}

func TestTheSameKeyOfAnotherKindIsAnotherTask(t *testing.T) {
	box, work, other := newBox(t), &tally{}, &tally{}
	box.enqueue("a")
	box.enqueueTask(outbox.Task{Kind: "other", DedupeKey: "a", Payload: "a", RunAt: box.clock.Now()})
	box.tick(box.dispatcher(map[string]outbox.Handler{"work": work.handle, "other": other.handle}))
	if work.of("a") != 1 || other.of("a") != 1 {
		t.Errorf("work ran %d times, other %d", work.of("a"), other.of("a"))
	}
}

func TestTransactionsThatEnqueueTheSameHappeningAtOnceAllSucceedAndItRunsOnce(t *testing.T) {
	box, work := newBox(t), &tally{}
	for round := range 10 {
		key := fmt.Sprintf("happening %d", round)
		var together sync.WaitGroup
		begin := make(chan struct{})
		for range 6 {
			together.Go(func() {
				<-begin
				if err := box.tryEnqueue(outbox.Task{Kind: "work", DedupeKey: key, Payload: key, RunAt: box.clock.Now()}); err != nil {
					t.Errorf("enqueue: %v", err)
				}
			})
		}
		close(begin)
		together.Wait()
	}
	box.tick(box.dispatcher(work.handlers()))
	if work.total() != 10 {
		t.Errorf("10 happenings ran %d times", work.total())
	}
}

func TestATaskWaitsForItsTime(t *testing.T) {
	box, work := newBox(t), &tally{}
	d := box.dispatcher(work.handlers())
	box.enqueueTask(outbox.Task{Kind: "work", DedupeKey: "a", Payload: "a", RunAt: box.clock.Now().Add(time.Hour)})
	box.tick(d)
	box.clock.Advance(59 * time.Minute)
	box.tick(d)
	if work.total() != 0 {
		t.Fatal("ran before its time")
	}
	box.clock.Advance(time.Minute)
	box.tick(d)
	if state := box.task("a").State; state != model.TaskDone {
		t.Errorf("it is %s", state)
	}
}

func TestTheHandlerGetsThePayloadAndWhatIsDoneStaysDone(t *testing.T) {
	box := newBox(t)
	var got string
	d := box.dispatcher(map[string]outbox.Handler{"work": func(_ context.Context, payload []byte) error {
		got += string(payload)
		return nil
	}})
	box.enqueueTask(outbox.Task{Kind: "work", DedupeKey: "a", Payload: map[string]string{"id": "来信"}, RunAt: box.clock.Now()})
	for range 3 {
		box.tick(d)
		box.clock.Advance(time.Hour)
	}
	if got != `{"id":"来信"}` {
		t.Errorf("got %s", got)
	}
	task := box.task("a")
	if task.State != model.TaskDone || task.Attempts != 1 || task.EndedAt == nil || task.Owner != "" || task.LeaseUntil != nil {
		t.Errorf("left as %+v", task)
	}
}

func TestARefusedTaskStopsAndKeepsItsReason(t *testing.T) {
	box, work := newBox(t), &tally{answer: fmt.Errorf("push: %w", outbox.Refuse(errors.New("openid 格式不对")))}
	d := box.dispatcher(work.handlers())
	box.enqueue("a")
	for range 3 {
		box.tick(d)
		box.clock.Advance(3 * time.Hour)
	}
	task := box.task("a")
	if work.of("a") != 1 || task.State != model.TaskRefused || task.EndedAt == nil || !strings.Contains(task.LastError, "openid 格式不对") {
		t.Errorf("ran %d times, left as %+v", work.of("a"), task)
	}
}

func TestATaskThatAsksForLaterComesBackThen(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Later(30*time.Minute, errDown)}
	d := box.dispatcher(work.handlers())
	box.enqueue("a")
	box.tick(d)
	box.clock.Advance(29 * time.Minute)
	box.tick(d)
	if work.of("a") != 1 {
		t.Fatalf("came back too early: %d calls", work.of("a"))
	}
	work.set(nil)
	box.clock.Advance(time.Minute)
	box.tick(d)
	if state := box.task("a").State; state != model.TaskDone {
		t.Errorf("it is %s", state)
	}
}

func TestAFailingTaskIsPutOffWithGrowingPausesUpToAnHourAndNeverGivenUp(t *testing.T) {
	box, work := newBox(t), &tally{answer: errDown}
	d := box.dispatcher(work.handlers())
	box.enqueue("a")
	pause := 5 * time.Second
	for try := 1; try <= 14; try++ {
		before := box.clock.Now()
		box.tick(d)
		if work.of("a") != try {
			t.Fatalf("try %d: %d calls", try, work.of("a"))
		}
		task := box.task("a")
		if got := task.RunAt.Sub(before).Truncate(time.Second); got != pause {
			t.Errorf("after try %d it waits %s, want %s", try, got, pause)
		}
		if task.State != model.TaskReady || task.LastError != errDown.Error() || task.Attempts != try {
			t.Errorf("after try %d it is %+v", try, task)
		}
		box.clock.Advance(pause - time.Second)
		if box.tick(d); work.of("a") != try {
			t.Fatalf("try %d came too early", try+1)
		}
		box.clock.Advance(time.Second)
		pause = min(2*pause, time.Hour)
	}
}

func TestALongErrorIsCutToWhatTheColumnHolds(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Refuse(errors.New(strings.Repeat("错", 5000) + "\xff"))}
	box.enqueue("a")
	box.tick(box.dispatcher(work.handlers()))
	if state := box.task("a").State; state != model.TaskRefused {
		t.Errorf("it is %s", state)
	}
}

func TestAnErrorThatIsNotTextIsKeptAllTheSame(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Refuse(errors.New("answer was \xff\xfe\x00 bytes"))}
	box.enqueue("a")
	box.tick(box.dispatcher(work.handlers()))
	if task := box.task("a"); task.State != model.TaskRefused || !strings.Contains(task.LastError, "answer was") {
		t.Errorf("left as %+v", task)
	}
}

func TestAPanicInAHandlerIsAFailureLikeAnyOther(t *testing.T) {
	box, work := newBox(t), &tally{}
	box.enqueue("a")
	box.enqueueTask(outbox.Task{Kind: "bad", DedupeKey: "b", RunAt: box.clock.Now()})
	box.tick(box.dispatcher(map[string]outbox.Handler{
		"work": work.handle,
		"bad":  func(context.Context, []byte) error { panic("no such field") },
	}))
	if state := box.task("a").State; state != model.TaskDone {
		t.Errorf("it is %s", state)
	}
	task := box.task("b")
	if task.State != model.TaskReady || !task.RunAt.After(box.clock.Now()) || !strings.Contains(task.LastError, "no such field") {
		t.Errorf("left as %+v", task)
	}
}

func TestATaskOfAnUnknownKindIsKeptForAProgramThatKnowsIt(t *testing.T) {
	box, work := newBox(t), &tally{}
	box.enqueue("a")
	old := box.dispatcher(map[string]outbox.Handler{"something else": work.handle})
	for range 20 {
		box.tick(old)
		box.clock.Advance(2 * time.Hour)
	}
	ready, oldest, _, err := outbox.Waiting(t.Context(), box.db, box.clock.Now())
	if err != nil || ready != 1 || oldest < 39*time.Hour {
		t.Errorf("staff see %d waiting since %s, %v", ready, oldest, err)
	}
	box.tick(box.dispatcher(work.handlers()))
	if state := box.task("a").State; state != model.TaskDone {
		t.Errorf("it is %s", state)
	}
}

func TestWaitingCountsWhatIsDueAndWhatWasRefused(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Refuse(errDown)}
	figures := func() string {
		ready, oldest, refused, err := outbox.Waiting(t.Context(), box.db, box.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%d ready, oldest %s, %d refused", ready, oldest.Truncate(time.Minute), refused)
	}
	if got := figures(); got != "0 ready, oldest 0s, 0 refused" {
		t.Errorf("empty: %s", got)
	}
	box.enqueue("a")
	box.clock.Advance(10 * time.Minute)
	box.enqueue("b", "c")
	box.enqueueTask(outbox.Task{Kind: "work", DedupeKey: "tomorrow", RunAt: box.clock.Now().Add(24 * time.Hour)})
	box.clock.Advance(5 * time.Minute)
	if got := figures(); got != "3 ready, oldest 15m0s, 0 refused" {
		t.Errorf("before: %s", got)
	}
	box.tick(box.dispatcher(work.handlers()))
	if got := figures(); got != "0 ready, oldest 0s, 3 refused" {
		t.Errorf("after: %s", got)
	}
}

func TestATaskThatFailsForHoursDoesNotLookYoung(t *testing.T) {
	box, work := newBox(t), &tally{answer: errDown}
	d := box.dispatcher(work.handlers())
	box.enqueue("a")
	for range 40 {
		box.tick(d)
		box.clock.Advance(10 * time.Minute)
	}
	_, oldest, _, err := outbox.Waiting(t.Context(), box.db, box.clock.Now())
	if err != nil || oldest < 6*time.Hour {
		t.Errorf("it has waited for 400 minutes and the figure says %s, %v", oldest, err)
	}
}
