package outbox_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// box is an outbox on a database of its own, with a clock the test moves.
type box struct {
	tb    testing.TB
	db    *store.DB
	clock *storetest.Clock
}

func newBox(tb testing.TB) *box {
	tb.Helper()
	return &box{tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 10:00")}
}

// leaksNothing fails the test when a goroutine that it begins from here on is
// left at its end, but for those that watch a connection of the database.
func leaksNothing(tb testing.TB) {
	tb.Helper()
	before := goleak.IgnoreCurrent()
	tb.Cleanup(func() {
		goleak.VerifyNone(tb, before, goleak.IgnoreAnyFunction("github.com/go-sql-driver/mysql.(*mysqlConn).startWatcher.func1"))
	})
}

func (b *box) dispatcher(handlers map[string]outbox.Handler) *outbox.Dispatcher {
	return outbox.NewDispatcher(b.db, b.clock.Now, slog.New(slog.DiscardHandler), handlers)
}

// enqueue writes tasks of kind "work", due now, one for each key.
func (b *box) enqueue(keys ...string) {
	b.tb.Helper()
	for _, key := range keys {
		b.enqueueTask(outbox.Task{Kind: "work", DedupeKey: key, Payload: key, RunAt: b.clock.Now()})
	}
}

func (b *box) enqueueTask(t outbox.Task) {
	b.tb.Helper()
	if err := b.tryEnqueue(t); err != nil {
		b.tb.Fatal(err)
	}
}

func (b *box) tryEnqueue(t outbox.Task) error {
	return store.InTx(b.tb.Context(), b.db, func(ctx context.Context, tx *gorm.DB) error { return outbox.Enqueue(ctx, tx, t) })
}

func (b *box) tick(d *outbox.Dispatcher) int {
	b.tb.Helper()
	n, err := d.Tick(b.tb.Context())
	if err != nil {
		b.tb.Fatal(err)
	}
	return n
}

func (b *box) task(key string) model.Task {
	b.tb.Helper()
	task, err := store.From[model.Task](b.db.Read()).Where("dedupe_key = ?", key).Take(b.tb.Context())
	if err != nil {
		b.tb.Fatal(err)
	}
	return task
}

// eventually waits for something another goroutine brings about.
func eventually(tb testing.TB, what string, happened func() bool) {
	tb.Helper()
	for end := time.Now().Add(20 * time.Second); !happened(); {
		if time.Now().After(end) {
			tb.Fatalf("never happened: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// tally is a handler that counts how often it was called for each payload, and
// answers with what is set.
type tally struct {
	mu     sync.Mutex
	calls  map[string]int
	order  []string
	answer error
}

func (t *tally) handle(_ context.Context, payload []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.calls == nil {
		t.calls = map[string]int{}
	}
	t.calls[string(payload)]++
	t.order = append(t.order, string(payload))
	return t.answer
}

func (t *tally) set(answer error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answer = answer
}

func (t *tally) of(key string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls[`"`+key+`"`]
}

func (t *tally) total() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.order)
}

func (t *tally) handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{"work": t.handle}
}
