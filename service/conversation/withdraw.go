package conversation

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// withdraw deletes what a person has taken back. Of what WeChat gives out with
// a permission only the phone number is kept; the rest is noted.
func (s *Service) withdraw(ctx context.Context, h heard) error {
	openID := cmp.Or(h.push.OpenID, h.push.FromUser)
	codes := strings.FieldsFunc(h.push.RevokeInfo, func(r rune) bool { return r < '0' || r > '9' })
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		known, err := findIdentity(ctx, tx, h.inbound.Account, openID)
		if err != nil || len(known) == 0 {
			return err
		}
		mine, err := claim(ctx, tx, h)
		if err != nil || !mine {
			return err
		}
		for _, code := range codes {
			if err := s.erase(ctx, tx, known[0].PersonID, code); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) erase(ctx context.Context, tx *gorm.DB, personID, code string) error {
	action := "permission.revoke"
	if code == revokedPhone {
		action = "phone.erase"
		gone := clause.Assignments(map[string]any{"phone": "", "phone_hash": ""})
		if _, err := store.From[model.Person](tx).Where("id = ?", personID).Set(gone).Update(ctx); err != nil {
			return fmt.Errorf("conversation: erase phone: %w", err)
		}
		// What waits to come back when a link is undone goes as well.
		if _, err := store.From[model.Person](tx).Where("merged_into = ?", personID).Set(gone).Update(ctx); err != nil {
			return fmt.Errorf("conversation: erase phone of who was joined: %w", err)
		}
		aside := clause.Assignments(map[string]any{"phone_aside": "", "phone_aside_hash": ""})
		if _, err := store.From[model.PersonLink](tx).Where("kept_id = ?", personID).Set(aside).Update(ctx); err != nil {
			return fmt.Errorf("conversation: erase phone put aside: %w", err)
		}
	}
	return audit.Record(ctx, tx, clerk(), action, audit.Target{Kind: "person", ID: personID, Detail: "WeChat permission " + code}, s.now())
}

// dropGrants takes off the ledger what a person no longer wants to be told.
// What was granted after that stays.
func (s *Service) dropGrants(ctx context.Context, h heard) error {
	// WeChat counts seconds: a grant of the same second came first.
	until := h.push.moment(s.now()).Add(time.Second)
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		known, err := findIdentity(ctx, tx, h.inbound.Account, h.push.FromUser)
		if err != nil || len(known) == 0 {
			return err
		}
		for _, change := range h.push.Subscriptions {
			if change.Status != statusReject {
				continue
			}
			if err := s.dropGrant(ctx, tx, known[0].PersonID, change.TemplateID, until); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) dropGrant(ctx context.Context, tx *gorm.DB, personID, templateID string, until time.Time) error {
	n, err := store.From[model.NoticeGrant](tx).
		Where("person_id = ? AND template_id = ? AND remaining > 0 AND updated_at < ?", personID, templateID, until).
		Set(clause.Assignments(map[string]any{"remaining": 0, "updated_at": s.now()})).Update(ctx)
	if err != nil {
		return fmt.Errorf("conversation: drop grant: %w", err)
	}
	if n == 0 {
		return nil
	}
	return audit.Record(ctx, tx, clerk(), "notice.unsubscribe", audit.Target{Kind: "person", ID: personID, Detail: templateID}, s.now())
}
