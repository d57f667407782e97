package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

func TestTheQueuesTellEachKindApartAndLeaveOutWhatIsDone(t *testing.T) {
	box, work := newBox(t), &tally{}
	box.enqueue("done")
	box.tick(box.dispatcher(work.handlers()))
	work.set(outbox.Refuse(errors.New("no such person")))
	box.enqueue("refused")
	box.tick(box.dispatcher(work.handlers()))
	box.enqueue("due", "also due")
	box.enqueueTask(outbox.Task{Kind: "work", DedupeKey: "tomorrow", RunAt: box.clock.Now().Add(24 * time.Hour)})
	box.enqueueTask(outbox.Task{Kind: "letter", DedupeKey: "taken", RunAt: box.clock.Now()})
	box.enqueueTask(outbox.Task{Kind: "letter", DedupeKey: "lost", RunAt: box.clock.Now()})
	claim := func(key string, until time.Time) {
		err := store.InTx(t.Context(), box.db, func(ctx context.Context, tx *gorm.DB) error {
			_, err := store.From[model.Task](tx).Where("dedupe_key = ?", key).Set(clause.Assignments(map[string]any{"state": model.TaskRunning, "lease_until": until})).Update(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	claim("taken", box.clock.Now().Add(time.Hour))
	claim("lost", box.clock.Now().Add(time.Minute))
	box.clock.Advance(10 * time.Minute)
	queues, err := outbox.Queues(t.Context(), box.db, box.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for i := range queues {
		queues[i].Oldest = queues[i].Oldest.Truncate(time.Minute)
	}
	want := []outbox.Queue{
		{Kind: "letter", Running: 2, Lost: 1, Oldest: 10 * time.Minute},
		{Kind: "work", Due: 2, Later: 1, Refused: 1, Oldest: 10 * time.Minute},
	}
	if diff := cmp.Diff(want, queues); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
