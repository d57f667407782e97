package privacy

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// Amendment is what a person wants put right in a message of theirs.
type Amendment struct {
	MessageID string
	Field     model.CorrectionField
	Wanted    string
	Reason    string
}

func (a *Amendment) check() error {
	a.Wanted, a.Reason = strings.TrimSpace(a.Wanted), strings.TrimSpace(a.Reason)
	limit := map[model.CorrectionField]int{model.CorrectName: model.NameMax, model.CorrectPlace: model.MessagePlaceMax, model.CorrectOther: model.ReasonMax}[a.Field]
	var wrong []fault.Field
	switch n := utf8.RuneCountInString(a.Wanted); {
	case limit == 0:
		wrong = append(wrong, fault.Field{Name: "field", Reason: "请选择要更正什么。"})
	case n == 0:
		wrong = append(wrong, fault.Field{Name: "wanted", Reason: "请填写正确的内容。"})
	case n > limit:
		wrong = append(wrong, fault.Field{Name: "wanted", Reason: fmt.Sprintf("不能超过 %d 字。", limit)})
	}
	if utf8.RuneCountInString(a.Reason) > model.ReasonMax {
		wrong = append(wrong, fault.Field{Name: "reason", Reason: "理由不能超过 500 字。"})
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// openCorrections is how many requests of one message may wait at a time.
const openCorrections = 3

// AskCorrection asks the liaison office to put something right (PIPL article
// 46). Faults: unauthenticated, invalid; not found for a message that is not
// one's own; too many while several of one message wait.
func (s *Service) AskCorrection(ctx context.Context, by model.Actor, a Amendment) (model.Correction, error) {
	if err := signedIn(by); err != nil {
		return model.Correction{}, err
	}
	if err := a.check(); err != nil {
		return model.Correction{}, err
	}
	var asked model.Correction
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		m, err := store.From[model.Message](tx).Where("id = ? AND resident_id = ? AND restricted_at IS NULL", a.MessageID, by.PersonID).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("这封来信")
		}
		if err != nil {
			return fmt.Errorf("privacy: find message: %w", err)
		}
		waiting, err := store.From[model.Correction](tx).Where("person_id = ? AND message_id = ? AND state = ?", by.PersonID, m.ID, model.CorrectionOpen).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("privacy: count corrections: %w", err)
		}
		if waiting >= openCorrections {
			return fault.Conflict("这封来信已有 %d 项更正请求等待处理，请先等候答复。", waiting)
		}
		now := s.now()
		asked = model.Correction{
			ID: model.NewID(), PersonID: by.PersonID, MessageID: m.ID, AreaPath: m.AreaPath, Field: a.Field, Wanted: a.Wanted, Reason: a.Reason,
			State: model.CorrectionOpen, CreatedAt: now,
		}
		if err := store.From[model.Correction](tx).Create(ctx, &asked); err != nil {
			return fmt.Errorf("privacy: write correction: %w", err)
		}
		if err := s.tellOffice(ctx, tx, m, asked); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "correction.ask", audit.Target{Kind: "message", ID: m.ID, AreaPath: m.AreaPath, Detail: string(a.Field)}, now)
	})
	return asked, err
}

// tellOffice tells the liaison officers of the message's area.
func (s *Service) tellOffice(ctx context.Context, tx *gorm.DB, m model.Message, c model.Correction) error {
	return notice.SendToRole(ctx, tx, model.RoleLiaisonOfficer, m.AreaPath, model.Notice{
		Happening: "correction/" + c.ID, Template: model.TemplateTask, Title: "居民请求更正信息", Thing: "来信 " + m.Number, Phrase: "待处理",
		Hint: "有更正请求等待处理", Body: "来信 " + m.Number + " 的当事人请求更正信息，请及时处理并答复。", MessageID: m.ID,
	}, s.now())
}

// Corrections lists a person's own requests, newest first. Fault: unauthenticated.
func (s *Service) Corrections(ctx context.Context, by model.Actor, page store.Page) ([]model.Correction, string, error) {
	if err := signedIn(by); err != nil {
		return nil, "", err
	}
	return s.listCorrections(ctx, store.From[model.Correction](s.db.Read()).Where("person_id = ?", by.PersonID), page)
}

// CorrectionQueue lists the open requests of an officer's areas. Fault: forbidden.
func (s *Service) CorrectionQueue(ctx context.Context, by model.Actor, page store.Page) ([]model.Correction, string, error) {
	if !by.Permits(model.PermitMessageOversee) {
		return nil, "", fault.Forbidden("您没有处理更正请求的权限。")
	}
	q := store.From[model.Correction](s.db.Read()).Where("state = ?", model.CorrectionOpen).Where(store.WithinAny("area_path", by.AreaPaths(model.PermitMessageOversee)))
	found, next, err := s.listCorrections(ctx, q, page)
	if err != nil {
		return nil, "", err
	}
	sights := make([]audit.Sight, len(found))
	for i, c := range found {
		sights[i] = audit.Sight{MessageID: c.MessageID, As: "联络办 " + by.Name}
	}
	return found, next, audit.Seen(ctx, s.db, by, audit.Look{Side: model.SideStaff, Depth: model.ReadingList}, sights, s.now())
}

func (s *Service) listCorrections(ctx context.Context, q store.Query[model.Correction], page store.Page) ([]model.Correction, string, error) {
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(created_at < ? OR (created_at = ? AND id < ?))", at, at, id)
	}
	found, err := q.Order("created_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("privacy: list corrections: %w", err)
	}
	found, next := store.Cut(found, page, func(c model.Correction) string { return store.TimeCursor(c.CreatedAt, c.ID) })
	return found, next, nil
}

// Ruling is an officer's word on a request: done or declined, with a reply.
type Ruling struct {
	State model.CorrectionState
	Reply string
}

// RuleCorrection answers a request. What stands in a field of the message is
// put right with it; a declined one says why. Faults: invalid, not found,
// conflict when it was answered before.
func (s *Service) RuleCorrection(ctx context.Context, by model.Actor, id string, r Ruling) error {
	r.Reply = strings.TrimSpace(r.Reply)
	if n := utf8.RuneCountInString(r.Reply); n > model.ReasonMax || n == 0 && r.State == model.CorrectionDeclined {
		return fault.InvalidField("reply", "不予更正时请写明理由，不超过 500 字。")
	}
	if r.State != model.CorrectionDone && r.State != model.CorrectionDeclined {
		return fault.InvalidField("state", "请选择已更正或不予更正。")
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		c, err := s.decide(ctx, tx, by, id, r)
		if err != nil {
			return err
		}
		if r.State == model.CorrectionDone {
			if err := amend(ctx, tx, c); err != nil {
				return err
			}
		}
		words := map[model.CorrectionState]string{model.CorrectionDone: "已更正", model.CorrectionDeclined: "不予更正"}[r.State]
		err = notice.Send(ctx, tx, model.Notice{
			PersonID: c.PersonID, Happening: "correction/" + c.ID + "/answer", Template: model.TemplateProgress, Title: "更正请求有了答复", Thing: "更正请求", Phrase: words,
			Hint: words, Body: words + "。" + r.Reply, MessageID: c.MessageID, Link: "pages/me/corrections",
		}, s.now())
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "correction."+string(r.State), audit.Target{Kind: "message", ID: c.MessageID, AreaPath: c.AreaPath, Detail: string(c.Field)}, s.now())
	})
}

// decide writes an officer's word down, once, and gives the request.
func (s *Service) decide(ctx context.Context, tx *gorm.DB, by model.Actor, id string, r Ruling) (model.Correction, error) {
	c, err := store.From[model.Correction](tx).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitMessageOversee, c.AreaPath) {
		return c, fault.NotFound("这项更正请求")
	}
	if err != nil {
		return c, fmt.Errorf("privacy: find correction: %w", err)
	}
	n, err := store.From[model.Correction](tx).Where("id = ? AND state = ?", id, model.CorrectionOpen).
		Set(clause.Assignments(map[string]any{"state": r.State, "reply": r.Reply, "decided_by": by.PersonID, "decided_at": s.now()})).Update(ctx)
	if err != nil {
		return c, fmt.Errorf("privacy: answer correction: %w", err)
	}
	if n != 1 {
		return c, fault.Conflict("这项更正请求已经处理过。")
	}
	return c, nil
}

// amend puts right what stands in fields of the message.
func amend(ctx context.Context, tx *gorm.DB, c model.Correction) error {
	column := map[model.CorrectionField]string{model.CorrectName: "resident_name", model.CorrectPlace: "place"}[c.Field]
	if column == "" {
		return nil
	}
	if _, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL", c.MessageID).Update(ctx, column, c.Wanted); err != nil {
		return fmt.Errorf("privacy: correct message: %w", err)
	}
	if c.Field != model.CorrectName {
		return nil
	}
	if _, err := store.From[model.Turn](tx).Where("message_id = ? AND side = ?", c.MessageID, model.SideResident).Update(ctx, "author", c.Wanted); err != nil {
		return fmt.Errorf("privacy: correct turns: %w", err)
	}
	if _, err := store.From[model.Fact](tx).Where("message_id = ? AND side = ?", c.MessageID, model.SideResident).Update(ctx, "actor", c.Wanted); err != nil {
		return fmt.Errorf("privacy: correct facts: %w", err)
	}
	return nil
}
