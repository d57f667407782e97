package sample

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/linking"
	"lianxin/service/store"
)

// twice is somebody who was there twice, and what they were called the other time.
const (
	twice       = "冯玉珍"
	twiceCalled = "玉珍"
)

// joinedOn is the day of it: the undo is open still.
const joinedOn = -12

// joinAccounts lets WeChat say of somebody that who came to the official account,
// before it was bound to the mini-program, is the same: the office sees the link.
func (t *town) joinAccounts(ctx context.Context) error {
	who, err := t.person(ctx, twice)
	if err != nil {
		return err
	}
	linker, err := linking.New(t.Keys, t.clock.now)
	if err != nil {
		return fmt.Errorf("sample: open linking: %w", err)
	}
	err = store.InTx(ctx, t.DB, func(ctx context.Context, tx *gorm.DB) error {
		here, err := store.From[model.WeChatIdentity](tx).Where("person_id = ?", who.PersonID).Take(ctx)
		if err != nil {
			return err
		}
		since := t.clock.now().Add(-3 * time.Hour)
		other := model.Person{ID: model.NewID(), Name: twiceCalled, CreatedAt: since}
		if err := store.From[model.Person](tx).Create(ctx, &other); err != nil {
			return err
		}
		there := model.WeChatIdentity{
			ID: model.NewID(), PersonID: other.ID, Account: model.AccountOfficial, OpenID: "before-" + other.ID[:20], UnionID: here.UnionID, CreatedAt: since,
		}
		if err := store.From[model.WeChatIdentity](tx).Create(ctx, &there); err != nil {
			return err
		}
		_, err = linker.Unite(ctx, tx, who.PersonID, here.UnionID)
		return err
	})
	if err != nil {
		return fmt.Errorf("sample: join accounts: %w", err)
	}
	return nil
}
