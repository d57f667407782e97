package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/store"
)

// batch is how many fresh tasks one tick takes on at most, and again how many
// that failed before. Each have their own share, so that neither a flood of new
// work nor a heap of failing tasks keeps the other waiting.
const (
	batch = 64
	again = 16
)

// ending bounds the note of what became of a task.
const ending = 5 * time.Second

// lease is how long a claimed task belongs to its dispatcher, who renews it while
// the work goes on. A dispatcher that died loses the task to another one after it.
const lease = 30 * time.Second

// patience is how long a handler may take.
const patience = 110 * time.Second

// Dispatcher claims tasks and gives them to their handlers. Any number of
// dispatchers may work on one database.
type Dispatcher struct {
	db       *store.DB
	now      func() time.Time
	log      *slog.Logger
	owner    string
	handlers map[string]Handler
	workers  int
	patience time.Duration
	renewal  time.Duration
	wake     chan struct{}

	mu sync.Mutex
	// underWay are the tasks whose handlers work now.
	underWay map[string]bool
}

// NewDispatcher makes a dispatcher; handlers are looked up by the kind of task.
func NewDispatcher(db *store.DB, now func() time.Time, log *slog.Logger, handlers map[string]Handler) *Dispatcher {
	return &Dispatcher{
		db: db, now: now, log: log, owner: model.NewID(), handlers: handlers, workers: 4,
		patience: patience, renewal: lease / 4, wake: make(chan struct{}, 1), underWay: map[string]bool{},
	}
}

// Kinds lists the kinds of task that the dispatcher does.
func (d *Dispatcher) Kinds() []string { return slices.Sorted(maps.Keys(d.handlers)) }

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
	ctx = store.Background(ctx)
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

// Tick claims what is due and does it; it returns how many tasks it did. Tasks
// of a kind without a handler are left for a program that has one.
func (d *Dispatcher) Tick(ctx context.Context) (int, error) {
	if err := d.reclaim(ctx); err != nil {
		return 0, err
	}
	due, err := d.due(ctx)
	if err != nil {
		return 0, err
	}
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

// due lists what this tick takes on, the oldest of each share.
func (d *Dispatcher) due(ctx context.Context) ([]model.Task, error) {
	kinds := slices.Collect(maps.Keys(d.handlers))
	now := d.now()
	var due []model.Task
	for _, share := range []struct {
		of   string
		most int
	}{{"attempts = 0", batch}, {"attempts > 0", again}} {
		some, err := store.From[model.Task](d.db.Read()).Where("state = ? AND run_at <= ? AND kind IN ?", model.TaskReady, now, kinds).
			Where(share.of).Order("run_at").Limit(share.most).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("outbox: look for due tasks: %w", err)
		}
		due = append(due, some...)
	}
	// Two dispatchers that look at once should not fight over the same rows.
	//nolint:gosec // an order is not a secret
	rand.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	return due, nil
}

// do claims one task, runs it outside any transaction and writes down what
// became of it. Work once begun is ended even when the program is told to stop.
func (d *Dispatcher) do(ctx context.Context, task model.Task) (bool, error) {
	select {
	case <-ctx.Done():
		return false, nil
	default:
	}
	ctx = context.WithoutCancel(ctx)
	d.mark(task.ID, true)
	defer d.mark(task.ID, false)
	if mine, err := d.claim(ctx, task); err != nil || !mine {
		return false, err
	}
	working, cancel := context.WithTimeout(ctx, d.patience)
	var keeping sync.WaitGroup
	keeping.Go(func() { d.keep(working, cancel, task) })
	outcome := d.handle(working, task)
	cancel()
	keeping.Wait()
	return true, d.end(ctx, task, outcome)
}

func (d *Dispatcher) mark(id string, working bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if working {
		d.underWay[id] = true
		return
	}
	delete(d.underWay, id)
}

func (d *Dispatcher) works(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.underWay[id]
}

// keep renews the lease of a task while its handler works, and stops the handler
// when the task has become somebody else's.
func (d *Dispatcher) keep(ctx context.Context, stop context.CancelFunc, task model.Task) {
	turn := time.NewTicker(d.renewal)
	defer turn.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-turn.C:
		}
		until := d.now().Add(lease)
		mine, err := d.move(ctx, task.ID, d.held(task), map[string]any{"lease_until": until, "run_at": until})
		if err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "lease of a task was not renewed", "kind", task.Kind, "task", task.ID, "error", err)
		}
		if err == nil && !mine {
			stop()
		}
	}
}

// held is a task as this dispatcher claimed it.
func (d *Dispatcher) held(task model.Task) clause.Expr {
	return clause.Expr{SQL: "state = ? AND owner = ? AND attempts = ?", Vars: []any{model.TaskRunning, d.owner, task.Attempts + 1}}
}

// claim makes a task this dispatcher's for the length of a lease, by
// compare-and-set with all that was seen of it: another one may have tried it
// and put it off since. The due time is pushed out with the claim, so a crash
// costs a second try, never the task.
func (d *Dispatcher) claim(ctx context.Context, task model.Task) (bool, error) {
	until := d.now().Add(lease)
	seen := clause.Expr{SQL: "state = ? AND attempts = ?", Vars: []any{model.TaskReady, task.Attempts}}
	return d.move(ctx, task.ID, seen, map[string]any{
		"state": model.TaskRunning, "owner": d.owner, "lease_until": until, "attempts": task.Attempts + 1, "run_at": until,
	})
}

// end writes down what became of a task that is still this dispatcher's.
func (d *Dispatcher) end(ctx context.Context, task model.Task, outcome error) error {
	ctx, cancel := context.WithTimeout(ctx, ending)
	defer cancel()
	state, wait := verdict(outcome, task.Attempts+1)
	set := map[string]any{"state": state, "owner": "", "lease_until": nil, "last_error": words(outcome)}
	switch state {
	case model.TaskDone:
		set["ended_at"] = d.now()
	case model.TaskRefused:
		set["ended_at"] = d.now()
		d.log.ErrorContext(ctx, "task refused", "kind", task.Kind, "task", task.ID, "error", outcome)
	case model.TaskReady, model.TaskRunning, model.TaskDropped:
		set["run_at"] = d.now().Add(wait)
		if task.Attempts > 0 {
			d.log.WarnContext(ctx, "task put off", "kind", task.Kind, "task", task.ID, "attempts", task.Attempts+1, "error", outcome)
		}
	}
	_, err := d.move(ctx, task.ID, d.held(task), set)
	return err
}

// handle calls the handler; a panic is an error like any other.
func (d *Dispatcher) handle(ctx context.Context, task model.Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("outbox: handler of %s panicked: %v", task.Kind, p)
			d.log.ErrorContext(ctx, "handler panicked", "kind", task.Kind, "task", task.ID, "error", err, "stack", string(debug.Stack()))
		}
	}()
	return d.handlers[task.Kind](ctx, []byte(task.Payload))
}

// move changes a task that is as it was seen; false when it no longer is.
func (d *Dispatcher) move(ctx context.Context, id string, seen clause.Expr, set map[string]any) (bool, error) {
	n := 0
	err := store.InTx(ctx, d.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		n, err = store.From[model.Task](tx).Where("id = ?", id).Where(seen).Set(clause.Assignments(set)).Update(ctx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("outbox: move task: %w", err)
	}
	return n == 1, nil
}

// reclaim gives back the tasks of dispatchers that died, and its own of which it
// could not write down the end; one it works on it keeps, whatever the clock did
// meanwhile. The first time it may
// have been chance; a task that was lost before is put off, for it may be what
// kills them.
func (d *Dispatcher) reclaim(ctx context.Context) error {
	now := d.now()
	lost, err := store.From[model.Task](d.db.Read()).Where("state = ? AND lease_until < ?", model.TaskRunning, now).
		Limit(batch).Find(ctx)
	if err != nil {
		return fmt.Errorf("outbox: look for lost tasks: %w", err)
	}
	for _, task := range lost {
		if d.works(task.ID) {
			continue
		}
		due := now
		if task.Attempts > 1 {
			due = now.Add(backOff(task.Attempts))
		}
		d.log.WarnContext(ctx, "task was lost by its dispatcher", "kind", task.Kind, "task", task.ID, "attempts", task.Attempts)
		seen := clause.Expr{SQL: "state = ? AND lease_until < ?", Vars: []any{model.TaskRunning, now}}
		if _, err := d.move(ctx, task.ID, seen, map[string]any{
			"state": model.TaskReady, "owner": "", "lease_until": nil, "run_at": due,
		}); err != nil {
			return err
		}
	}
	return nil
}

// words makes of an error what the column holds.
func words(err error) string {
	if err == nil {
		return ""
	}
	runes := []rune(strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "?"))
	return string(runes[:min(len(runes), 400)])
}

// Waiting counts what has not been done: tasks due now, the time since the
// oldest task not done was first due (it may have failed and wait for another
// try), and tasks refused.
func Waiting(ctx context.Context, db *store.DB, now time.Time) (ready int64, oldest time.Duration, refused int64, err error) {
	ready, err = store.From[model.Task](db.Read()).Where("state = ? AND run_at <= ?", model.TaskReady, now).Count(ctx, "*")
	if err != nil {
		return 0, 0, 0, fmt.Errorf("outbox: count ready: %w", err)
	}
	undone := []model.TaskState{model.TaskReady, model.TaskRunning}
	first, err := store.From[model.Task](db.Read()).Where("state IN ? AND created_at <= ?", undone, now).Order("created_at").Take(ctx)
	switch {
	case err == nil:
		oldest = now.Sub(first.CreatedAt)
	case !store.IsAbsent(err):
		return 0, 0, 0, fmt.Errorf("outbox: find oldest: %w", err)
	}
	if refused, err = store.From[model.Task](db.Read()).Where("state = ?", model.TaskRefused).Count(ctx, "*"); err != nil {
		return 0, 0, 0, fmt.Errorf("outbox: count refused: %w", err)
	}
	return ready, oldest, refused, nil
}
