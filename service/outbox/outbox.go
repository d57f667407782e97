// Package outbox carries work out of a transaction: a task is written in the
// transaction of its cause and done afterwards, at least once. It holds no
// knowledge of what the tasks are.
package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// Task asks for work. Kind chooses the handler; DedupeKey names the happening,
// at most 160 bytes: enqueued twice, it is done once. Payload is kept as JSON.
type Task struct {
	Kind      string
	DedupeKey string
	Payload   any
	RunAt     time.Time
	// Fresh says that the key names something made just now in this transaction:
	// it cannot have been enqueued before.
	Fresh bool
}

// Enqueue writes the task in the transaction of its cause. A task whose
// happening was enqueued before is left as it is.
func Enqueue(ctx context.Context, tx *gorm.DB, t Task) error {
	payload, err := json.Marshal(t.Payload)
	if err != nil {
		return fmt.Errorf("outbox: encode %s: %w", t.Kind, err)
	}
	if !t.Fresh {
		if known, err := enqueued(ctx, tx, t); err != nil || known {
			return err
		}
	}
	row := model.Task{
		ID: model.NewID(), Kind: t.Kind, DedupeKey: t.DedupeKey, Payload: string(payload),
		State: model.TaskReady, RunAt: t.RunAt, CreatedAt: t.RunAt,
	}
	if err := store.From[model.Task](tx).Create(ctx, &row); err != nil && !store.IsDuplicate(err) {
		return fmt.Errorf("outbox: enqueue %s: %w", t.Kind, err)
	}
	return nil
}

// enqueued looks first, which keeps the transaction usable: on some engines a
// duplicate key inside one costs a lock, and it is the rare case.
func enqueued(ctx context.Context, tx *gorm.DB, t Task) (bool, error) {
	n, err := store.From[model.Task](tx).Where("kind = ? AND dedupe_key = ?", t.Kind, t.DedupeKey).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("outbox: look for %s: %w", t.Kind, err)
	}
	return n > 0, nil
}

// Handler does the work of one kind of task. It returns nil when it is done, an
// error made by Refuse when trying again is useless, one made by Later when it
// must come back at a certain time, and any other error to come back after a
// back-off. It may be called again for work it did: a crash forgets the end.
type Handler func(ctx context.Context, payload []byte) error

type refusedError struct{ cause error }

func (e *refusedError) Error() string { return e.cause.Error() }
func (e *refusedError) Unwrap() error { return e.cause }

// Refuse marks an error as final: the task stops and is shown to staff.
func Refuse(cause error) error { return &refusedError{cause} }

// Refused reports whether an error says that trying again is useless.
func Refused(err error) bool {
	_, ok := errors.AsType[*refusedError](err)
	return ok
}

type laterError struct {
	wait  time.Duration
	cause error
}

func (e *laterError) Error() string { return e.cause.Error() }
func (e *laterError) Unwrap() error { return e.cause }

// Later asks for another try after wait.
func Later(wait time.Duration, cause error) error { return &laterError{wait, cause} }

// backOff says how long to wait after so many tries: 5 s, doubling, at most an hour.
func backOff(attempts int) time.Duration {
	return min(time.Hour, 5*time.Second<<min(attempts-1, 10))
}

// verdict says what becomes of a task after a try.
func verdict(err error, attempts int) (state model.TaskState, wait time.Duration) {
	if err == nil {
		return model.TaskDone, 0
	}
	if Refused(err) {
		return model.TaskRefused, 0
	}
	if later, ok := errors.AsType[*laterError](err); ok {
		return model.TaskReady, later.wait
	}
	return model.TaskReady, backOff(attempts)
}
