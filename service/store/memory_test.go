package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

var moment = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// topics reads how many topics there are, remembered for a minute.
func topics(t *testing.T, db *store.DB, now time.Time) int {
	t.Helper()
	n, err := store.Remember(db, "topics", now, time.Minute, []string{"topics"}, func() (int, error) {
		all, err := store.From[model.Topic](db.Read()).Find(t.Context())
		return len(all), err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func addTopic(t *testing.T, db *store.DB, id string) {
	t.Helper()
	if err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Topic](tx).Create(ctx, &model.Topic{ID: id, Name: id})
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsRememberedEndsWithTheNextWriteIntoItsTables(t *testing.T) {
	db := storetest.Open(t)
	addTopic(t, db, "a")
	if n := topics(t, db, moment); n != 1 {
		t.Errorf("%d topics", n)
	}
	addTopic(t, db, "b")
	if n := topics(t, db, moment); n != 2 {
		t.Errorf("%d topics after another was added", n)
	}
}

func TestWhatIsRememberedEndsByItself(t *testing.T) {
	db := storetest.Open(t)
	loads := 0
	load := func(now time.Time) {
		if _, err := store.Remember(db, "key", now, time.Minute, nil, func() (int, error) { loads++; return loads, nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, later := range []time.Duration{0, 59 * time.Second, time.Minute, -time.Hour} {
		load(moment.Add(later))
	}
	if loads != 3 {
		t.Errorf("it was read %d times", loads)
	}
}

func TestATransactionThatWasRolledBackStillEndsWhatIsRemembered(t *testing.T) {
	db := storetest.Open(t)
	before := db.Changes("topics")
	undone := errors.New("undone")
	if err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		if err := store.From[model.Topic](tx).Create(ctx, &model.Topic{ID: "a", Name: "a"}); err != nil {
			return err
		}
		return undone
	}); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if db.Changes("topics") == before || db.Changes("areas") != db.Changes("terms") {
		t.Error("the write did not count, or counted elsewhere")
	}
}

func TestTheAnswerOfAKeyIsKnownAtOnceAndWrittenBeforeTheEnd(t *testing.T) {
	db := storetest.Open(t)
	key := &store.Key{PersonID: "wang", Value: "12345678", Fingerprint: "f", At: moment}
	if err := store.InTx(store.WithKey(t.Context(), key), db, func(context.Context, *gorm.DB) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := store.KeepAnswer(t.Context(), db, key, 201, "done"); err != nil {
		t.Fatal(err)
	}
	known, found, err := store.FindKey(t.Context(), db, "wang", "12345678")
	if err != nil || !found || known.Status != 201 || known.Answer != "done" || known.Fingerprint != "f" {
		t.Errorf("found %+v %t %v", known, found, err)
	}
	for until := time.Now().Add(10 * time.Second); ; {
		row, err := store.From[model.IdempotencyKey](db.Read()).Where("person_id = ?", "wang").Take(t.Context())
		if err != nil || time.Now().After(until) {
			t.Fatalf("it was not written: %+v %v", row, err)
		}
		if row.Status == 201 && row.Answer == "done" {
			return
		}
	}
}

func TestWorkOfTheBackgroundIsDoneThoughPeopleWait(t *testing.T) {
	db := storetest.Open(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range 4 {
		go func() {
			for ctx.Err() == nil {
				_ = store.InTx(ctx, db, func(context.Context, *gorm.DB) error { return nil }) // ends with ctx
			}
		}()
	}
	if err := store.InTx(store.Background(t.Context()), db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Topic](tx).Create(ctx, &model.Topic{ID: "a", Name: "a"})
	}); err != nil {
		t.Fatal(err)
	}
}
