package privacy

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/deadline"
	"lianxin/service/notice"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// eraseMessage takes one message of a person out of everybody's sight. One that
// was never answered loses its words; one that was is an archived record of the
// office and keeps them, nameless and locked (PIPL article 47, 档案法).
func (s *Service) eraseMessage(ctx context.Context, tx *gorm.DB, e model.Erasure, id string, who scrubber) error {
	m, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL", id).Take(ctx)
	if store.IsAbsent(err) {
		return nil // done before
	}
	if err != nil {
		return fmt.Errorf("privacy: find message: %w", err)
	}
	if err := s.dropDerived(ctx, tx, m); err != nil {
		return err
	}
	if err := s.endMessage(ctx, tx, &m); err != nil {
		return err
	}
	plan, column := lockPlan{action: "message.erase", clean: nothing}, "erased"
	if m.AnsweredAt != nil {
		plan, column = lockPlan{action: "message.restrict", clean: who.clean, keep: true}, "kept"
	}
	count := clause.Assignments(map[string]any{column: gorm.Expr(column + " + 1")})
	if _, err := store.From[model.Erasure](tx).Where("id = ?", e.ID).Set(count).Update(ctx); err != nil {
		return fmt.Errorf("privacy: count: %w", err)
	}
	return s.lock(ctx, tx, m, plan)
}

// lockPlan is what becomes of the words of a message.
type lockPlan struct {
	action string
	clean  func(string) string
	keep   bool
}

// nothing is what is left of words that go.
func nothing(string) string { return "" }

// lock puts a message under restriction: its words cleaned or gone, the
// resident nameless, their pictures removed.
func (s *Service) lock(ctx context.Context, tx *gorm.DB, m model.Message, plan lockPlan) error {
	if err := s.lockTexts(ctx, tx, m, plan.clean); err != nil {
		return err
	}
	pictures, args := "message_id = ?", []any{m.ID}
	if plan.keep {
		pictures, args = "message_id = ? AND turn_id IN (SELECT id FROM turns WHERE message_id = ? AND side = ?)", []any{m.ID, m.ID, model.SideResident}
	}
	if err := s.dropPictures(ctx, tx, pictures, args...); err != nil {
		return err
	}
	now := s.now()
	set := map[string]any{
		"resident_name": model.ErasedName, "place": "", "rating_comment": "", "hand_over_consented": false, "publish_consented": false,
		"restricted_at": now, "updated_at": now,
	}
	if !plan.keep {
		set["emptied_at"] = now
	}
	if _, err := store.From[model.Message](tx).Where("id = ?", m.ID).Set(clause.Assignments(set)).Update(ctx); err != nil {
		return fmt.Errorf("privacy: lock message: %w", err)
	}
	return audit.Record(ctx, tx, eraser, plan.action, audit.Target{Kind: "message", ID: m.ID, AreaPath: m.AreaPath}, now)
}

// dropDerived removes what was made from a message: notices to anybody, the
// public card, remarks of the rules against abuse, and answers kept for retries.
func (s *Service) dropDerived(ctx context.Context, tx *gorm.DB, m model.Message) error {
	recent, err := store.From[model.AuditLine](tx).Where("target_id = ? AND at > ?", m.ID, s.now().Add(-answersKept)).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("privacy: look for recent deeds: %w", err)
	}
	if recent > 0 {
		if _, err := store.From[model.IdempotencyKey](tx).Where("answer LIKE ?", "%"+m.ID+"%").Update(ctx, "answer", ""); err != nil {
			return fmt.Errorf("privacy: erase answers: %w", err)
		}
	}
	if _, err := store.From[model.Notice](tx).Where("message_id = ?", m.ID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase notices: %w", err)
	}
	if _, err := store.From[model.AnsweredGram](tx).Where("card_id IN (SELECT id FROM answered_cards WHERE message_id = ?)", m.ID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase card: %w", err)
	}
	if _, err := store.From[model.AnsweredCard](tx).Where("message_id = ?", m.ID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase card: %w", err)
	}
	stories, err := store.From[model.CaseStory](tx).Where("message_id = ?", m.ID).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("privacy: look for case story: %w", err)
	}
	if stories > 0 {
		end := outbox.Task{Kind: model.StoryEndTask, DedupeKey: m.ID, Payload: model.StoryEnd{MessageID: m.ID}, RunAt: s.now()}
		if err := outbox.Enqueue(ctx, tx, end); err != nil {
			return err
		}
	}
	if _, err := store.From[model.TurnMark](tx).Where("turn_id IN (SELECT id FROM turns WHERE message_id = ?)", m.ID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase marks: %w", err)
	}
	if _, err := store.From[model.TurnFinding](tx).Where("message_id = ?", m.ID).Update(ctx, "evidence", ""); err != nil {
		return fmt.Errorf("privacy: erase findings: %w", err)
	}
	if _, err := store.From[model.Correction](tx).Where("message_id = ?", m.ID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase corrections: %w", err)
	}
	return nil
}

// ending finds how a message in a state comes to its end; false when it cannot.
func ending(from model.MessageState) (model.MessageDeed, model.MessageState, bool) {
	flow := model.MessageFlow()
	for _, deed := range []model.MessageDeed{model.DeedWithdraw, model.DeedTimeOut} {
		if to, err := flow.Next(from, deed); err == nil {
			return deed, to, true
		}
	}
	return "", "", false
}

// endMessage brings a message that is not over to an end: withdrawn where that
// is possible, else closed. Who holds it is told, without a name.
func (s *Service) endMessage(ctx context.Context, tx *gorm.DB, m *model.Message) error {
	from := m.State
	deed, to, ends := ending(from)
	if !ends {
		return nil // over already, or on its way from one state to the next
	}
	now := s.now()
	set := map[string]any{"state": to, "closed_at": now, "due_at": nil, "paused": false, "overdue": false, "escalated": 0}
	if _, err := store.From[model.Message](tx).Where("id = ?", m.ID).Set(clause.Assignments(set)).Update(ctx); err != nil {
		return fmt.Errorf("privacy: end message: %w", err)
	}
	if err := deadline.Stop(ctx, tx, m.ID, model.DeadlineDropped, now); err != nil {
		return err
	}
	fact := model.Fact{
		ID: model.NewID(), MessageID: m.ID, Round: m.Round, Deed: deed, FromState: from, ToState: to,
		Side: model.SideSystem, Actor: eraser.Name, Note: "当事人已注销", At: now,
	}
	if err := store.From[model.Fact](tx).Create(ctx, &fact); err != nil {
		return fmt.Errorf("privacy: write fact: %w", err)
	}
	m.State = to
	if deed == model.DeedTimeOut || m.DeliveredAt == nil {
		return nil
	}
	return s.tellHolders(ctx, tx, *m)
}

// tellHolders tells who had the message in hand that nothing is left to do.
func (s *Service) tellHolders(ctx context.Context, tx *gorm.DB, m model.Message) error {
	var people []string
	err := store.From[model.Representative](tx).Select("person_id").Where("id = ? AND person_id <> ?", m.HolderID, "").Scan(ctx, &people)
	if err != nil {
		return fmt.Errorf("privacy: find holder: %w", err)
	}
	if m.UnitID != "" {
		var clerks []string
		if err := store.From[model.Grant](tx).Select("person_id").Where("role = ? AND unit_id = ?", model.RoleUnitOfficer, m.UnitID).Scan(ctx, &clerks); err != nil {
			return fmt.Errorf("privacy: find unit: %w", err)
		}
		people = append(people, clerks...)
	}
	for _, person := range people {
		err := notice.Send(ctx, tx, model.Notice{
			PersonID: person, Happening: m.ID + "/erased", Template: model.TemplateTask, Title: "居民撤回了来信", Thing: "来信 " + m.Number, Phrase: "已撤回",
			Hint: "来信已撤回，无需再处理", Body: "来信 " + m.Number + " 的当事人已注销账号，来信随之撤回，无需再处理。", MessageID: m.ID,
		}, s.now())
		if err != nil {
			return err
		}
	}
	return nil
}

// lockTexts rewrites every text of a message by clean; a text that clean leaves
// nothing of is said to be removed.
func (s *Service) lockTexts(ctx context.Context, tx *gorm.DB, m model.Message, clean func(string) string) error {
	turns, err := store.From[model.Turn](tx).Where("message_id = ?", m.ID).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read turns: %w", err)
	}
	for _, t := range turns {
		set := map[string]any{"body": orRemoved(clean(t.Body)), "reason": clean(t.Reason)}
		if t.Side == model.SideResident {
			set["author"] = model.ErasedName
		}
		if t.Screening == model.ScreeningChecking || t.Screening == model.ScreeningHeld {
			set["screening"] = model.ScreeningRefused
		}
		if _, err := store.From[model.Turn](tx).Where("id = ?", t.ID).Set(clause.Assignments(set)).Update(ctx); err != nil {
			return fmt.Errorf("privacy: lock turn: %w", err)
		}
	}
	facts, err := store.From[model.Fact](tx).Where("message_id = ?", m.ID).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read facts: %w", err)
	}
	for _, f := range facts {
		set := map[string]any{"note": clean(f.Note)}
		if f.Side == model.SideResident {
			set["actor"] = model.ErasedName
		}
		if _, err := store.From[model.Fact](tx).Where("id = ?", f.ID).Set(clause.Assignments(set)).Update(ctx); err != nil {
			return fmt.Errorf("privacy: lock fact: %w", err)
		}
	}
	return s.lockRemarks(ctx, tx, m, clean)
}

// lockRemarks does the same for what officers wrote beside the exchange.
func (s *Service) lockRemarks(ctx context.Context, tx *gorm.DB, m model.Message, clean func(string) string) error {
	notes, err := store.From[model.Note](tx).Where("message_id = ?", m.ID).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read notes: %w", err)
	}
	for _, n := range notes {
		if _, err := store.From[model.Note](tx).Where("id = ?", n.ID).Update(ctx, "body", orRemoved(clean(n.Body))); err != nil {
			return fmt.Errorf("privacy: lock note: %w", err)
		}
	}
	clocks, err := store.From[model.Deadline](tx).Where("target_id = ? AND reason <> ?", m.ID, "").Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read clocks: %w", err)
	}
	for _, d := range clocks {
		if _, err := store.From[model.Deadline](tx).Where("id = ?", d.ID).Update(ctx, "reason", clean(d.Reason)); err != nil {
			return fmt.Errorf("privacy: lock clock: %w", err)
		}
	}
	return nil
}

func orRemoved(text string) string {
	if text == "" {
		return removed
	}
	return text
}

// PictureTask is the kind of outbox task that removes the files of a picture
// whose row is gone.
const PictureTask = "erase_picture"

type pictureTask struct{ PictureID string }

// dropPictures removes the rows of pictures; their files follow by the outbox.
func (s *Service) dropPictures(ctx context.Context, tx *gorm.DB, which string, args ...any) error {
	pictures, err := store.From[model.Picture](tx).Where(which, args...).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: find pictures: %w", err)
	}
	for _, p := range pictures {
		if _, err := store.From[model.Picture](tx).Where("id = ?", p.ID).Delete(ctx); err != nil {
			return fmt.Errorf("privacy: erase picture: %w", err)
		}
		if err := outbox.Enqueue(ctx, tx, outbox.Task{Kind: PictureTask, DedupeKey: p.ID, Payload: pictureTask{p.ID}, RunAt: s.now()}); err != nil {
			return err
		}
	}
	return nil
}

// HandlePicture does one task of kind PictureTask. It may be done again.
func (s *Service) HandlePicture(ctx context.Context, payload []byte) error {
	var task pictureTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("privacy: read picture task: %w", err))
	}
	return s.files.RemoveFiles(ctx, task.PictureID)
}
