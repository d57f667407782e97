package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
)

// gather is how long answers are gathered before they are written together.
const gather = 20 * time.Millisecond

// answersMax bounds the answers that wait to be written while the database is
// away; those beyond it are not kept, and say so.
const answersMax = 2000

// answersAtOnce is how many answers one transaction writes.
const answersAtOnce = 100

// ErrAnswersFull says that too many answers wait to be written.
var ErrAnswersFull = errors.New("store: too many answers wait to be kept")

// answers are the answers given and not yet written. They are written together,
// beside the requests: a transaction for each would cost as much again as the
// deed. A crash loses those of the last moment, and whoever repeats such a
// request is told that it was done (docs/adr/0003).
type answers struct {
	mu      sync.Mutex
	waiting map[answerKey]model.IdempotencyKey
	writing bool
	written sync.WaitGroup
	closed  chan struct{}
	closing sync.Once
}

type answerKey struct{ person, value string }

func newAnswers() *answers {
	return &answers{waiting: map[answerKey]model.IdempotencyKey{}, closed: make(chan struct{})}
}

func (a *answers) find(personID, value string) (model.IdempotencyKey, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, ok := a.waiting[answerKey{personID, value}]
	return known, ok
}

// KeepAnswer keeps the answer that the deed of a key was given: at once for who
// asks this process, and soon in the database.
func KeepAnswer(ctx context.Context, db *DB, k *Key, status int, answer string) error {
	a := db.answers
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) >= answersMax {
		return ErrAnswersFull
	}
	a.waiting[answerKey{k.PersonID, k.Value}] = model.IdempotencyKey{
		PersonID: k.PersonID, Value: k.Value, Fingerprint: k.Fingerprint, Status: status, Answer: answer, CreatedAt: k.At,
	}
	if !a.writing {
		a.writing = true
		ctx = context.WithoutCancel(ctx)
		a.written.Go(func() { db.writeAnswers(ctx) })
	}
	return nil
}

// writeAnswers writes until nothing waits. What cannot be written now waits on.
func (d *DB) writeAnswers(ctx context.Context) {
	a := d.answers
	for try := 1; ; try++ {
		select {
		case <-a.closed:
		case <-time.After(min(time.Duration(try)*gather, time.Second)):
		}
		batch := a.some()
		if len(batch) == 0 {
			return
		}
		err := d.writeSome(ctx, batch)
		if err == nil {
			a.drop(batch)
			try = 0
			continue
		}
		select {
		case <-a.closed:
			return // the program ends and the database does not answer
		default:
		}
	}
}

// some takes a look at what waits; when nothing does, the writing is over.
func (a *answers) some() []model.IdempotencyKey {
	a.mu.Lock()
	defer a.mu.Unlock()
	var batch []model.IdempotencyKey
	for _, row := range a.waiting {
		if batch = append(batch, row); len(batch) == answersAtOnce {
			break
		}
	}
	a.writing = len(batch) > 0
	return batch
}

func (a *answers) drop(batch []model.IdempotencyKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, row := range batch {
		delete(a.waiting, answerKey{row.PersonID, row.Value})
	}
}

func (d *DB) writeSome(ctx context.Context, batch []model.IdempotencyKey) error {
	// Not a deed of the request that happens to be first: without its key.
	ctx = Background(WithKey(ctx, nil))
	return InTx(ctx, d, func(ctx context.Context, tx *gorm.DB) error {
		for _, row := range batch {
			_, err := From[model.IdempotencyKey](tx).Where("person_id = ? AND value = ?", row.PersonID, row.Value).
				Set(clause.Assignments(map[string]any{"status": row.Status, "answer": row.Answer})).Update(ctx)
			if err != nil {
				return fmt.Errorf("store: keep answer: %w", err)
			}
		}
		return nil
	})
}

// close writes what waits, once.
func (a *answers) close() {
	a.closing.Do(func() { close(a.closed) })
	a.written.Wait()
}
