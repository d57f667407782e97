package trial_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// How many write to one row at once in a fight, how often each, and how many
// steps each of their transactions has.
const (
	fighters = 8
	rounds   = 100
	steps    = 6
)

// fight is a struggle of transactions for one row through two nodes.
type fight struct {
	sides     [2]*store.DB
	mu        sync.Mutex
	committed map[string]bool
	lost      int
}

// allOrNothing proves that a transaction that meets others of another node leaves
// all of itself or nothing: what a node rolled back for another one must not go
// on outside of any transaction, nor be said to be committed.
func allOrNothing(t *testing.T, nodes []*server) (repeated int64) {
	t.Helper()
	f := &fight{committed: map[string]bool{}}
	for i := range f.sides {
		db, err := store.Open(t.Context(), store.MySQL, "app:app@tcp("+nodes[i].address+")/app")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		f.sides[i] = db
	}
	scene := model.Scene{Code: "fight", Kind: model.ScenePlace, CreatedAt: time.UnixMilli(0).UTC()}
	if err := store.InTx(t.Context(), f.sides[0], func(ctx context.Context, tx *gorm.DB) error { return store.From[model.Scene](tx).Create(ctx, &scene) }); err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	for i := range fighters {
		work.Go(func() {
			for range rounds {
				f.round(t, f.sides[i%2])
			}
		})
	}
	work.Wait()
	f.examine(t)
	for _, db := range f.sides {
		again, _ := db.Races()
		repeated += again
	}
	if repeated == 0 {
		t.Error("no transaction was run again: nothing was tried")
	}
	return repeated
}

// round writes a row for each step, and the row everybody wants in between.
func (f *fight) round(t *testing.T, db *store.DB) {
	t.Helper()
	id := ""
	err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		id = model.NewID()[:30]
		for i := range steps {
			if err := store.From[model.Topic](tx).Create(ctx, &model.Topic{ID: fmt.Sprintf("%s-%d", id, i), Name: "一步"}); err != nil {
				return err
			}
			if _, err := store.From[model.Topic](tx).Where("name = ?", "没有").Limit(1).Find(ctx); err != nil {
				return err
			}
			if i != 1 {
				continue
			}
			if _, err := store.From[model.Scene](tx).Where("code = ?", "fight").Update(ctx, "scans", gorm.Expr("scans + 1")); err != nil {
				return err
			}
		}
		return nil
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err == nil:
		f.committed[id] = true
	case store.Unavailable(err):
		f.lost++
	default:
		t.Error(err)
	}
}

func (f *fight) examine(t *testing.T) {
	t.Helper()
	scene, err := store.From[model.Scene](f.sides[0].Read()).Where("code = ?", "fight").Take(t.Context())
	if err != nil || scene.Scans != len(f.committed) {
		t.Errorf("the row counts %d, %d were committed, %v", scene.Scans, len(f.committed), err)
	}
	topics, err := store.From[model.Topic](f.sides[0].Read()).Where("name = ?", "一步").Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	there := count(topics, func(topic model.Topic) string { return topic.ID[:strings.LastIndexByte(topic.ID, '-')] })
	for id, n := range there {
		if n != steps || !f.committed[id] {
			t.Errorf("%d of %d steps of a transaction are there; committed: %v", n, steps, f.committed[id])
		}
	}
	if len(there) < len(f.committed) {
		t.Errorf("%d transactions were committed, %d are there", len(f.committed), len(there))
	}
}
