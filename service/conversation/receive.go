package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// dedupeMax is how many bytes of a key the database holds.
const dedupeMax = 160

type inboundTask struct{ InboundID string }

// Receive writes a push down, with the task that handles it, and says whether
// it is a new one. A push that came before, to this replica or another, is no
// error and changes nothing. The payload is the JSON of callback.Push.
func (s *Service) Receive(ctx context.Context, account model.WeChatAccount, dedupeKey string, payload []byte) (bool, error) {
	if dedupeKey == "" || len(dedupeKey) > dedupeMax || !json.Valid(payload) {
		return false, errors.New("conversation: a key of 1 to 160 bytes and a payload of JSON are needed")
	}
	known, err := store.From[model.Inbound](s.db.Read()).Where("account = ? AND dedupe_key = ?", account, dedupeKey).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("conversation: look for push: %w", err)
	}
	if known > 0 {
		return false, nil
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		now := s.now()
		row := model.Inbound{ID: model.NewID(), Account: account, DedupeKey: dedupeKey, Payload: string(payload), ReceivedAt: now}
		if err := store.From[model.Inbound](tx).Create(ctx, &row); err != nil {
			return err
		}
		return outbox.Enqueue(ctx, tx, outbox.Task{Kind: TaskKind, DedupeKey: row.ID, Payload: inboundTask{row.ID}, RunAt: now})
	})
	if store.IsDuplicate(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("conversation: write push down: %w", err)
	}
	return true, nil
}
