package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
)

// ErrKeyTaken says that the deed of this idempotency key has been committed
// before: nothing was done now.
var ErrKeyTaken = errors.New("store: idempotency key is taken")

// Key is the idempotency key of one write: whose it is, the sender's value, and
// a hash over the request, so that a key is not reused for something else.
type Key struct {
	PersonID    string
	Value       string
	Fingerprint string
	At          time.Time

	taken bool
	lost  bool
}

type keyOf struct{}

// WithKey makes the first transaction under ctx take the key: deed and key are
// committed together, so a request that is sent again after a crash is known.
func WithKey(ctx context.Context, k *Key) context.Context {
	return context.WithValue(ctx, keyOf{}, k)
}

func takeKey(ctx context.Context, tx *gorm.DB) error {
	k, ok := ctx.Value(keyOf{}).(*Key)
	if !ok || k == nil || k.taken {
		return nil
	}
	row := model.IdempotencyKey{PersonID: k.PersonID, Value: k.Value, Fingerprint: k.Fingerprint, CreatedAt: k.At}
	switch err := From[model.IdempotencyKey](tx).Create(ctx, &row); {
	case IsDuplicate(err):
		k.lost = true
		return ErrKeyTaken
	case err != nil:
		return fmt.Errorf("store: take idempotency key: %w", err)
	}
	return nil
}

func keyTaken(ctx context.Context) {
	if k, ok := ctx.Value(keyOf{}).(*Key); ok && k != nil {
		k.taken = true
	}
}

// Taken reports whether a transaction took the key.
func (k *Key) Taken() bool { return k.taken }

// Lost reports whether a transaction found the key taken by a twin.
func (k *Key) Lost() bool { return k.lost }

// FindKey reads what is known of a key; false when it was never taken.
func FindKey(ctx context.Context, db *DB, personID, value string) (model.IdempotencyKey, bool, error) {
	if kept, ok := db.answers.find(personID, value); ok {
		return kept, true, nil
	}
	row, err := From[model.IdempotencyKey](db.read).Where("person_id = ? AND value = ?", personID, value).Take(ctx)
	if IsAbsent(err) {
		return model.IdempotencyKey{}, false, nil
	}
	if err != nil {
		return model.IdempotencyKey{}, false, fmt.Errorf("store: find idempotency key: %w", err)
	}
	return row, true, nil
}
