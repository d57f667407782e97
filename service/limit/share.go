package limit

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/store"
)

// ShareEvery is how often replicas tell one another what they let through; for
// that long a limit may be overshot.
const ShareEvery = time.Second

// shareKept is how long what was told stays after it limits nobody.
const shareKept = time.Hour

// overlap is how far back a replica reads what others told: their clocks and
// commits come late.
const overlap = 5 * time.Second

// tellBatch is how many rows are written with one statement.
const tellBatch = 200

// Replica tells the others what its Limiter let through, and counts what they
// let through. Every program that serves has one.
type Replica struct {
	limiter *Limiter
	name    string
	read    time.Time
	ticks   int
}

// Replica makes the part of a Limiter that speaks to other replicas.
func (l *Limiter) Replica() *Replica {
	return &Replica{limiter: l, name: model.NewID()}
}

// sweepEvery is after how many rounds memory is tidied.
const sweepEvery = 60

// Tick tells and listens once, and now and then tidies up.
func (r *Replica) Tick(ctx context.Context) error {
	if r.ticks++; r.ticks%sweepEvery == 0 {
		r.limiter.memory.sweep(r.limiter.now())
	}
	if err := r.tell(ctx); err != nil {
		return err
	}
	return r.listen(ctx)
}

// Run repeats Tick until ctx ends.
func (r *Replica) Run(ctx context.Context, log *slog.Logger) {
	turn := time.NewTicker(ShareEvery)
	defer turn.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-turn.C:
		}
		if err := r.Tick(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "limits are not shared", "error", err)
		}
	}
}

// tell writes down what was let through since the last time, for the limits
// that are used enough to matter.
func (r *Replica) tell(ctx context.Context) error {
	due := r.limiter.memory.takeDue()
	if len(due) == 0 {
		return nil
	}
	rows := make([]model.LimitShare, 0, len(due))
	for _, b := range due {
		rows = append(rows, b.share(r.name, r.limiter.now()))
	}
	// One row belongs to one replica, which says how much it was in all: written
	// twice or late, it says the same, and no two replicas wait for one row.
	newest := clause.OnConflict{
		Columns: []clause.Column{{Name: "id"}, {Name: "replica"}}, DoUpdates: clause.AssignmentColumns([]string{"spent", "used_until", "updated_at"}),
	}
	err := store.InTx(ctx, r.limiter.db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.LimitShare](tx).OnConflict(newest).CreateInBatches(ctx, &rows, tellBatch)
	})
	if err != nil {
		r.limiter.memory.putBack(due)
		return fmt.Errorf("limit: tell: %w", err)
	}
	for i, b := range due {
		b.heardOf(rows[i].Spent)
	}
	return nil
}

// listen counts what others let through.
func (r *Replica) listen(ctx context.Context) error {
	from := time.Unix(0, 0) // the first time, all that counts; no engine knows the year 0
	if !r.read.IsZero() {
		from = r.read.Add(-overlap)
	}
	now := r.limiter.now()
	told, err := store.From[model.LimitShare](r.limiter.db.Read()).
		Where("updated_at > ? AND used_until > ? AND replica <> ?", from.UTC(), now, r.name).Find(ctx)
	if err != nil {
		return fmt.Errorf("limit: listen: %w", err)
	}
	r.read = now
	for _, share := range told {
		r.limiter.memory.hear(share, now)
	}
	return nil
}

// takeDue gives the buckets the others should hear of, and begins anew.
func (m *memory) takeDue() []*bucket {
	m.mu.Lock()
	defer m.mu.Unlock()
	due := m.due
	m.due = nil
	return due
}

func (m *memory) putBack(due []*bucket) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due = append(m.due, due...)
}

// hearMax bounds how many subjects are remembered only because others told.
const hearMax = 2 * parts * partMax

// hear counts what another replica let through for a subject.
func (m *memory) hear(share model.LimitShare, now time.Time) {
	m.mu.Lock()
	b := m.known[share.ID]
	if b == nil && len(m.known) < hearMax {
		b = &bucket{id: share.ID}
		m.known[share.ID] = b
	}
	m.mu.Unlock()
	if b != nil {
		b.hear(share, now)
	}
}

// share is what the others are told of a bucket.
func (b *bucket) share(replica string, now time.Time) model.LimitShare {
	b.mu.Lock()
	defer b.mu.Unlock()
	return model.LimitShare{ID: b.id, Replica: replica, Spent: b.spent, UsedUntil: atLeast(b.usedUntil).UTC(), UpdatedAt: now}
}

// heardOf notes that the others know of so much.
func (b *bucket) heardOf(spent int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told, b.queued = spent, false
}

// hear counts what another replica let through. The first time, only how far it
// saw the limit used up is known to be recent; after that, what came on top.
func (b *bucket) hear(share model.LimitShare, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before, known := b.heard[share.Replica]
	if b.heard == nil {
		b.heard = map[string]int{}
	}
	b.heard[share.Replica] = share.Spent
	if !known || share.Spent < before || b.rate.none() {
		if share.UsedUntil.After(b.usedUntil) {
			b.usedUntil = share.UsedUntil
		}
		return
	}
	if b.usedUntil.Before(now) {
		b.usedUntil = now
	}
	b.usedUntil = b.usedUntil.Add(time.Duration(share.Spent-before) * b.rate.every())
}
