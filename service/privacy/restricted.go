package privacy

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Locked is a message under restriction, as an auditor opens it.
type Locked struct {
	Message model.Message
	Turns   []model.Turn
}

// reasonMin is how many characters say a legal ground at least.
const reasonMin = 10

// OpenLocked shows a message under restriction to an auditor of its area who
// says on what legal ground; ground and look are written down first. Faults:
// invalid, not found.
func (s *Service) OpenLocked(ctx context.Context, by model.Actor, number, reason string) (Locked, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < reasonMin || n > model.ReasonMax {
		return Locked{}, fault.InvalidField("reason", "请写明查阅的法律依据和事由（10 到 500 字）。")
	}
	var locked Locked
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		m, err := store.From[model.Message](tx).Where("number = ? AND restricted_at IS NOT NULL", number).Take(ctx)
		if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitRestrictedRead, m.AreaPath) {
			return fault.NotFound("这封封存的来信")
		}
		if err != nil {
			return fmt.Errorf("privacy: find locked message: %w", err)
		}
		turns, err := store.From[model.Turn](tx).Where("message_id = ?", m.ID).Order("created_at, id").Find(ctx)
		if err != nil {
			return fmt.Errorf("privacy: read locked turns: %w", err)
		}
		locked = Locked{m, turns}
		now := s.now()
		look := audit.Look{Side: model.SideStaff, Depth: model.ReadingRestricted}
		if err := audit.SeenIn(ctx, tx, by, look, []audit.Sight{{MessageID: m.ID, As: "审计 " + by.Name}}, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "message.open_restricted", audit.Target{Kind: "message", ID: m.ID, AreaPath: m.AreaPath, Detail: reason}, now)
	})
	return locked, err
}
