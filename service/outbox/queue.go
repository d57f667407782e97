package outbox

import (
	"context"
	"fmt"
	"time"

	"lianxin/model"
	"lianxin/service/store"
)

// Queue is how the tasks of one kind stand that are not done. Due wait to be
// taken, Later come at a time of their own or after a failure, Lost are Running
// under a lease that has ended. Oldest is the time since the oldest one that is
// neither done nor refused was first due.
type Queue struct {
	Kind                               string
	Due, Later, Running, Lost, Refused int64
	Oldest                             time.Duration
}

// Queues counts what has not been done, by kind. It reads no task that is done,
// however many there are.
func Queues(ctx context.Context, db *store.DB, now time.Time) ([]Queue, error) {
	var rows []struct {
		Kind   string
		State  model.TaskState
		Come   bool
		Lost   bool
		Number int64
		Oldest store.Moment
	}
	err := store.From[model.Task](db.Read()).
		Select("kind, state, run_at <= ? AS come, COALESCE(lease_until < ?, 0) AS lost, COUNT(*) AS number, MIN(created_at) AS oldest", now, now).
		Where("state IN ?", []model.TaskState{model.TaskReady, model.TaskRunning, model.TaskRefused}).
		Group("kind, state, come, lost").Order("kind").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("outbox: count queues: %w", err)
	}
	var queues []Queue
	for _, r := range rows {
		if n := len(queues); n == 0 || queues[n-1].Kind != r.Kind {
			queues = append(queues, Queue{Kind: r.Kind})
		}
		q := &queues[len(queues)-1]
		switch r.State {
		case model.TaskRefused:
			q.Refused += r.Number
			continue
		case model.TaskRunning:
			q.Running += r.Number
			if r.Lost {
				q.Lost += r.Number
			}
		case model.TaskReady, model.TaskDone, model.TaskDropped:
			if r.Come {
				q.Due += r.Number
			} else {
				q.Later += r.Number
			}
		}
		q.Oldest = max(q.Oldest, now.Sub(r.Oldest.Time))
	}
	return queues, nil
}
