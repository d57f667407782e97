package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/store"
)

// batch is how many tasks one tick claims at most.
const batch = 64

// lease is how long a claimed task belongs to its dispatcher. A dispatcher that
// died loses the task to another one after it; no handler may take longer.
const lease = 2 * time.Minute

// Dispatcher claims tasks and gives them to their handlers. Any number of
// dispatchers may work on one database.
type Dispatcher struct {
	db       *store.DB
	now      func() time.Time
	log      *slog.Logger
	owner    string
	handlers map[string]Handler
	workers  int
	wake     chan struct{}
}

// NewDispatcher makes a dispatcher; handlers are looked up by the kind of task.
func NewDispatcher(db *store.DB, now func() time.Time, log *slog.Logger, handlers map[string]Handler) *Dispatcher {
	return &Dispatcher{
		db: db, now: now, log: log, owner: model.NewID(), handlers: handlers, workers: 4, wake: make(chan struct{}, 1),
	}
}

// Wake asks a running dispatcher to look at once instead of at its next turn.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run ticks until ctx ends, every second and whenever it is woken. Work that
// was begun is finished before it returns.
func (d *Dispatcher) Run(ctx context.Context) {
	turn := time.NewTicker(time.Second)
	defer turn.Stop()
	for {
		for more := true; more && ctx.Err() == nil; {
			n, err := d.Tick(ctx)
			if err != nil && ctx.Err() == nil {
				d.log.ErrorContext(ctx, "outbox tick failed", "error", err)
			}
			more = err == nil && n > 0
		}
		select {
		case <-ctx.Done():
			return
		case <-turn.C:
		case <-d.wake:
		}
	}
}

// Tick claims what is due and does it; it returns how many tasks it did.
func (d *Dispatcher) Tick(ctx context.Context) (int, error) {
	if err := d.reclaim(ctx); err != nil {
		return 0, err
	}
	due, err := gorm.G[model.Task](d.db.Read()).Where("state = ? AND run_at <= ?", model.TaskReady, d.now()).
		Order("run_at").Limit(batch).Find(ctx)
	if err != nil {
		return 0, fmt.Errorf("outbox: look for due tasks: %w", err)
	}
	// Two dispatchers that look at once should not fight over the same rows.
	rand.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })

	work := make(chan model.Task)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	done := 0
	for range min(d.workers, len(due)) {
		wg.Go(func() {
			for task := range work {
				did, err := d.do(ctx, task)
				mu.Lock()
				failed = errors.Join(failed, err)
				if did {
					done++
				}
				mu.Unlock()
			}
		})
	}
	for _, task := range due {
		if ctx.Err() != nil {
			break
		}
		work <- task
	}
	close(work)
	wg.Wait()
	return done, failed
}

// do claims one task by compare-and-set, runs it outside any transaction and
// writes down what became of it. The due time is pushed out with the claim, so
// a crash costs a second try, never the task.
func (d *Dispatcher) do(ctx context.Context, task model.Task) (bool, error) {
	until := d.now().Add(lease)
	mine, err := d.update(ctx, task.ID, model.TaskReady, "", map[string]any{
		"state": model.TaskRunning, "owner": d.owner, "lease_until": until, "attempts": task.Attempts + 1, "run_at": until,
	})
	if err != nil || !mine {
		return false, err
	}
	// Work once begun is ended even when the program is told to stop.
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease-10*time.Second)
	defer cancel()
	outcome := d.handle(working, task)
	state, wait := verdict(outcome, task.Attempts+1)
	set := map[string]any{"state": state, "owner": "", "lease_until": nil, "last_error": words(outcome)}
	switch state {
	case model.TaskDone:
		set["ended_at"] = d.now()
	case model.TaskRefused:
		set["ended_at"] = d.now()
		d.log.ErrorContext(ctx, "task refused", "kind", task.Kind, "task", task.ID, "error", outcome)
	case model.TaskReady, model.TaskRunning:
		set["run_at"] = d.now().Add(wait)
		if task.Attempts > 0 {
			d.log.WarnContext(ctx, "task put off", "kind", task.Kind, "task", task.ID, "attempts", task.Attempts+1, "error", outcome)
		}
	}
	_, err = d.update(working, task.ID, model.TaskRunning, d.owner, set)
	return true, err
}

// handle calls the handler; a panic is an error like any other.
func (d *Dispatcher) handle(ctx context.Context, task model.Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("outbox: handler of %s panicked: %v", task.Kind, p)
		}
	}()
	handler, ok := d.handlers[task.Kind]
	if !ok {
		return fmt.Errorf("outbox: no handler for %q", task.Kind)
	}
	return handler(ctx, []byte(task.Payload))
}

func (d *Dispatcher) update(ctx context.Context, id string, from model.TaskState, owner string, set map[string]any) (bool, error) {
	n := 0
	err := store.InTx(ctx, d.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		n, err = gorm.G[model.Task](tx).Where("id = ? AND state = ? AND owner = ?", id, from, owner).
			Set(clause.Assignments(set)).Update(ctx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("outbox: move task to %v: %w", set["state"], err)
	}
	return n == 1, nil
}

// reclaim gives back the tasks of dispatchers that died.
func (d *Dispatcher) reclaim(ctx context.Context) error {
	lost, err := gorm.G[model.Task](d.db.Read()).Where("state = ? AND lease_until < ?", model.TaskRunning, d.now()).
		Limit(batch).Find(ctx)
	if err != nil {
		return fmt.Errorf("outbox: look for lost tasks: %w", err)
	}
	for _, task := range lost {
		if _, err := d.update(ctx, task.ID, model.TaskRunning, task.Owner, map[string]any{
			"state": model.TaskReady, "owner": "", "lease_until": nil, "run_at": d.now(),
		}); err != nil {
			return err
		}
	}
	return nil
}

// words cuts an error down to what the column holds.
func words(err error) string {
	if err == nil {
		return ""
	}
	runes := []rune(err.Error())
	return string(runes[:min(len(runes), 400)])
}

// Waiting counts what has not been done: tasks due, the age of the oldest, and
// tasks refused.
func Waiting(ctx context.Context, db *store.DB, now time.Time) (ready int64, oldest time.Duration, refused int64, err error) {
	due := gorm.G[model.Task](db.Read()).Where("state = ? AND run_at <= ?", model.TaskReady, now)
	if ready, err = due.Count(ctx, "*"); err != nil {
		return 0, 0, 0, fmt.Errorf("outbox: count ready: %w", err)
	}
	first, err := due.Order("run_at").Take(ctx)
	switch {
	case err == nil:
		oldest = now.Sub(first.RunAt)
	case !store.IsAbsent(err):
		return 0, 0, 0, fmt.Errorf("outbox: find oldest: %w", err)
	}
	if refused, err = gorm.G[model.Task](db.Read()).Where("state = ?", model.TaskRefused).Count(ctx, "*"); err != nil {
		return 0, 0, 0, fmt.Errorf("outbox: count refused: %w", err)
	}
	return ready, oldest, refused, nil
}
