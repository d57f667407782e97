// Package token keeps the access token of each WeChat account for all replicas,
// so that they do not ask WeChat for one each and drive one another's out.
//
// It refuses to judge: whether a token is fresh, dead or worth replacing is the
// gateway's to say. A token is a secret, and nothing here logs or quotes one.
package token

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/store"
)

// Store is the table of tokens.
type Store struct{ db *store.DB }

// New makes a Store.
func New(db *store.DB) *Store { return &Store{db: db} }

// LoadToken returns the account's token and its end, whether that has passed or
// not, and nothing when there is none.
func (s *Store) LoadToken(ctx context.Context, appID string) (string, time.Time, error) {
	row, err := store.From[model.WeChatToken](s.db.Read()).Where("app_id = ?", appID).Take(ctx)
	if store.IsAbsent(err) {
		return "", time.Time{}, nil
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("token: load: %w", err)
	}
	return row.Value, row.ExpiresAt.UTC(), nil
}

// SaveToken keeps a token, unless the one that is kept ends later: of two
// replicas that fetched at once the newer token stays.
func (s *Store) SaveToken(ctx context.Context, appID, value string, expiresAt time.Time) error {
	if appID == "" || value == "" {
		return errors.New("token: an account and a value are needed")
	}
	// Truncated here, because one engine would round and another would cut.
	row := model.WeChatToken{AppID: appID, Value: value, ExpiresAt: expiresAt.UTC().Truncate(time.Millisecond)}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return save(ctx, tx, row) })
	if err != nil {
		return fmt.Errorf("token: save: %w", err)
	}
	return nil
}

// save replaces the token that ends no later, or adds the first one. Whoever
// loses the race for being first competes for the row like everybody else.
func save(ctx context.Context, tx *gorm.DB, row model.WeChatToken) error {
	kept, err := replace(ctx, tx, row)
	if err != nil || kept {
		return err
	}
	held, err := store.From[model.WeChatToken](tx).Where("app_id = ?", row.AppID).Count(ctx, "*")
	if err != nil || held > 0 {
		return err
	}
	err = store.From[model.WeChatToken](tx).Create(ctx, &row)
	if store.IsDuplicate(err) {
		_, err = replace(ctx, tx, row)
	}
	return err
}

func replace(ctx context.Context, tx *gorm.DB, row model.WeChatToken) (bool, error) {
	n, err := store.From[model.WeChatToken](tx).Where("app_id = ? AND expires_at <= ?", row.AppID, row.ExpiresAt).
		Set(clause.Assignments(map[string]any{"value": row.Value, "expires_at": row.ExpiresAt})).Update(ctx)
	return n == 1, err
}

// DropToken forgets the account's token if its value is still this one: WeChat
// has called it dead. Another one stays.
func (s *Store) DropToken(ctx context.Context, appID, value string) error {
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.WeChatToken](tx).Where("app_id = ? AND value = ?", appID, value).Delete(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("token: drop: %w", err)
	}
	return nil
}
