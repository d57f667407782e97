package privacy

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// How long a copy can be fetched after it was asked for, how often, and how
// soon the next one may be asked for.
const (
	CopyLife   = 24 * time.Hour
	copyTries  = 5
	copySpaced = 24 * time.Hour
)

// AskCopy lets the actor fetch a copy of their data for a day (PIPL article
// 45). They are told, in case it was not them. Faults: unauthenticated, too
// many when the last one was asked for less than a day ago.
func (s *Service) AskCopy(ctx context.Context, by model.Actor) (model.Copy, error) {
	if err := signedIn(by); err != nil {
		return model.Copy{}, err
	}
	var asked model.Copy
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		now := s.now()
		// Touching the person first makes two that ask at once wait for one another.
		if _, err := store.From[model.Person](tx).Where("id = ?", by.PersonID).Update(ctx, "last_visit_at", now); err != nil {
			return fmt.Errorf("privacy: touch person: %w", err)
		}
		last, err := store.From[model.Copy](tx).Where("person_id = ? AND asked_at > ?", by.PersonID, now.Add(-copySpaced)).Order("asked_at DESC").Limit(1).Find(ctx)
		if err != nil {
			return fmt.Errorf("privacy: look for copies: %w", err)
		}
		if len(last) > 0 {
			return fault.TooMany("每天可以申请一次下载，请稍后再试。", last[0].AskedAt.Add(copySpaced).Sub(now))
		}
		asked = model.Copy{ID: model.NewID(), PersonID: by.PersonID, AskedAt: now, EndsAt: now.Add(CopyLife)}
		if err := store.From[model.Copy](tx).Create(ctx, &asked); err != nil {
			return fmt.Errorf("privacy: write copy: %w", err)
		}
		err = notice.Send(ctx, tx, model.Notice{
			PersonID: by.PersonID, Happening: "copy/" + asked.ID, Template: model.TemplateProgress, Title: "您申请了下载个人数据", Thing: "下载个人数据", Phrase: "可下载",
			Hint: "24 小时内可下载", Body: "24 小时内可在“我的数据”里下载。如果不是您本人操作，请退出登录并联系联络办。", Link: "pages/me/data",
		}, now)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "copy.ask", audit.Target{Kind: "person", ID: by.PersonID}, now)
	})
	return asked, err
}

// takeCopy notes that a copy is being fetched, before any of it is sent.
func (s *Service) takeCopy(ctx context.Context, by model.Actor, id string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		now := s.now()
		n, err := store.From[model.Copy](tx).Where("id = ? AND person_id = ? AND ends_at > ? AND fetched < ?", id, by.PersonID, now, copyTries).
			Set(clause.Assignments(map[string]any{"fetched": gorm.Expr("fetched + 1"), "fetched_at": now})).Update(ctx)
		if err != nil {
			return fmt.Errorf("privacy: take copy: %w", err)
		}
		if n != 1 {
			return fault.NotFound("可下载的数据（链接 24 小时内有效，最多下载 5 次）")
		}
		return audit.Record(ctx, tx, by, "copy.fetch", audit.Target{Kind: "person", ID: by.PersonID}, now)
	})
}
