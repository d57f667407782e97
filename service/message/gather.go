package message

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

// Messages on one matter are gathered under a leading one: each keeps its own
// thread, clock and writer, and the answer to the leading one answers them all,
// each with a check code of its own. No writer learns of another: what residents
// are told and shown speaks of the matter, and which messages belong together
// stands where only staff see it.

// gatheredMax is how many messages one answer can answer beside its own.
const gatheredMax = 50

// leading are the states in which an answer to a message is still to come.
var leading = []model.MessageState{
	model.MessageDelivered, model.MessageAcknowledged, model.MessageHandedOver, model.MessageAccepted, model.MessageHandling,
}

// Companion is another message on the same matter, as staff see it.
type Companion struct {
	ID       string
	Number   string
	Resident string
}

// leaderOf finds the message with which another is answered; none when that is
// gone, or no answer to it is to come any more.
func (s *Service) leaderOf(ctx context.Context, tx *gorm.DB, m model.Message) ([]model.Message, error) {
	if m.LeadingID == "" || !slices.Contains(holding, m.State) {
		return nil, nil
	}
	found, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL AND state IN ?", m.LeadingID, leading).Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: find leading message: %w", err)
	}
	return found, nil
}

// standsAlone refuses to deal with a message that is answered with another.
func (s *Service) standsAlone(ctx context.Context, tx *gorm.DB, m model.Message) error {
	leader, err := s.leaderOf(ctx, tx, m)
	if err != nil || len(leader) == 0 {
		return err
	}
	return fault.Conflict("这封来信与 %s 一并答复，请办理那一封；要单独办理，请先由联络办改为单独答复。", leader[0].Number)
}

// standingAlone are the deeds that a message lets the leading one do.
var standingAlone = []model.MessageDeed{model.DeedAnswer, model.DeedHandOver, model.DeedOutOfScope}

func (s *Service) deedsOfGathered(ctx context.Context, db *gorm.DB, m model.Message, deeds []model.MessageDeed) ([]model.MessageDeed, error) {
	leader, err := s.leaderOf(ctx, db, m)
	if err != nil || len(leader) == 0 {
		return deeds, err
	}
	return slices.DeleteFunc(deeds, func(d model.MessageDeed) bool { return slices.Contains(standingAlone, d) }), nil
}

// mayLead refuses to gather under what leads nothing, before any is touched.
func (s *Service) mayLead(ctx context.Context, t Together) error {
	switch {
	case t.LeadingID == "":
		return fault.InvalidField("leading_id", "请选择与哪一封一并答复。")
	case slices.Contains(t.IDs, t.LeadingID):
		return fault.InvalidField("leading_id", "牵头的来信不能同时列在要合并的来信里。")
	case len(t.IDs) > gatheredMax:
		return fault.InvalidField("ids", fmt.Sprintf("最多 %d 封来信与同一封一并答复。", gatheredMax))
	}
	return s.mustBe(ctx, func(ctx context.Context, db *gorm.DB) (int64, error) {
		return store.From[model.Message](db).Where("id = ? AND state IN ? AND leading_id = ''", t.LeadingID, leading).Count(ctx, "*")
	}, "leading_id", "这封来信不能牵头：它已经答复或办结，或者自己与别的来信一并答复。")
}

// gathering puts a message that waits under a leading one: the same person
// holds both from then on.
func (s *Service) gathering(by model.Actor, leadingID string) deed {
	return func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if !slices.Contains(holding, m.State) {
			return fault.Conflict("这封来信目前的状态是“%s”，不能合并。", model.MessageStateWords(m.State))
		}
		l, err := s.mayGather(ctx, tx, by, *m, leadingID)
		if err != nil {
			return err
		}
		// Both are touched, so that an answer that is just taking effect and this deed see each other.
		if err := cmp.Or(s.noAnswerPending(ctx, tx, m), s.noAnswerPending(ctx, tx, &l)); err != nil {
			return err
		}
		moved := m.HolderID != l.HolderID
		m.LeadingID, m.HolderID, m.StudioID = l.ID, l.HolderID, l.StudioID
		if err := s.note(ctx, tx, *m, change{
			deed: model.DeedGather, by: by, side: as.side, name: as.name, set: map[string]any{"leading_id": l.ID, "holder_id": l.HolderID, "studio_id": l.StudioID},
		}); err != nil {
			return err
		}
		if err := s.noteGathered(ctx, tx, by, *m, l); err != nil {
			return err
		}
		if err := s.follow(ctx, tx, l, m); err != nil {
			return err
		}
		if err := s.tellResident(ctx, tx, *m, telling{
			happening: fmt.Sprintf("gathered/%d/%s", m.Round, l.ID), title: "来信将一并答复", phrase: "办理中", hint: model.DayWords(*m.DueAt) + "前答复", body: fmt.Sprintf("您反映的事情正在办理，有了结果会一并答复，并单独通知您。期限是%s。", model.DayWords(*m.DueAt)),
		}); err != nil || !moved {
			return err
		}
		return s.tellHolder(ctx, tx, *m, telling{
			happening: fmt.Sprintf("new/%d/gathered/%s", m.Round, l.ID), title: "收到合并办理的来信", phrase: "待回应", body: "一封来信与您手上的来信反映同一件事，答复那一封即可。",
		})
	}
}

// mayGather finds the leading message and sees that one can go under it.
func (s *Service) mayGather(ctx context.Context, tx *gorm.DB, by model.Actor, m model.Message, leadingID string) (model.Message, error) {
	l, _, err := s.overseen(ctx, tx, by, leadingID)
	if err != nil {
		return l, err
	}
	if !slices.Contains(leading, l.State) || l.LeadingID != "" {
		return l, fault.Conflict("%s 不能牵头：它已经答复或办结，或者自己与别的来信一并答复。", l.Number)
	}
	if m.LeadingID != "" {
		return l, fault.Conflict("这封来信已经与别的来信一并答复。")
	}
	led, err := store.From[model.Message](tx).Where("leading_id IN ?", []string{m.ID, l.ID}).Find(ctx)
	if err != nil {
		return l, fmt.Errorf("message: count gathered: %w", err)
	}
	if slices.ContainsFunc(led, func(o model.Message) bool { return o.LeadingID == m.ID }) {
		return l, fault.Conflict("已有来信与这一封一并答复，它不能再并入别的来信。")
	}
	if len(led) >= gatheredMax {
		return l, fault.Conflict("最多 %d 封来信与同一封一并答复。", gatheredMax)
	}
	return l, nil
}

// noteGathered writes down where only staff see it which messages belong together.
func (s *Service) noteGathered(ctx context.Context, tx *gorm.DB, by model.Actor, m, l model.Message) error {
	for _, n := range []model.Note{
		{MessageID: m.ID, Body: "与 " + l.Number + " 一并答复。"}, {MessageID: l.ID, Body: m.Number + " 与本信一并答复。"},
	} {
		n.ID, n.AuthorID, n.Author, n.CreatedAt = model.NewID(), by.PersonID, by.Name, s.now()
		if err := store.From[model.Note](tx).Create(ctx, &n); err != nil {
			return fmt.Errorf("message: note gathered: %w", err)
		}
	}
	return nil
}

// settingFree lets a message stand alone again, as long as it was not answered.
func (s *Service) settingFree(by model.Actor) deed {
	return func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if m.LeadingID == "" {
			return fault.Conflict("这封来信没有与别的来信合并。")
		}
		if !slices.Contains(holding, m.State) {
			return fault.Conflict("这封来信目前的状态是“%s”，不能再改为单独答复。", model.MessageStateWords(m.State))
		}
		return s.free(ctx, tx, m, change{deed: model.DeedUngather, by: by, side: as.side, name: as.name})
	}
}

func (s *Service) free(ctx context.Context, tx *gorm.DB, m *model.Message, c change) error {
	was := m.LeadingID
	d, err := deadline.Start(ctx, tx, deadline.On{TargetKind: targetKind, TargetID: m.ID, AreaPath: m.AreaPath}, clockOf(m.State), s.now())
	if err != nil {
		return err
	}
	m.LeadingID, m.DueAt, m.Paused, m.Overdue, m.Escalated = "", &d.DueAt, false, false, 0
	c.note = "期限改为" + model.DayWords(d.DueAt)
	c.set = map[string]any{"leading_id": "", "due_at": d.DueAt, "paused": false, "overdue": false, "escalated": 0}
	if err := s.note(ctx, tx, *m, c); err != nil {
		return err
	}
	if err := s.tellResident(ctx, tx, *m, telling{
		happening: fmt.Sprintf("ungathered/%d/%s/%d", m.Round, was, s.now().Unix()), title: "来信改为单独答复", phrase: "办理中", hint: model.DayWords(d.DueAt) + "前会有回应", body: fmt.Sprintf("您的来信改为单独答复，%s前会有回应。", model.DayWords(d.DueAt)),
	}); err != nil {
		return err
	}
	return s.tellHolder(ctx, tx, *m, telling{
		happening: fmt.Sprintf("ungathered/%d/%s/%d", m.Round, was, s.now().Unix()), title: "来信改为单独答复", phrase: "待回应", body: fmt.Sprintf("一封合并办理的来信改为单独答复，请在%s前回应。", model.DayWords(d.DueAt)),
	})
}

// setFree lets the messages under one stand alone when no answer to it is to
// come any more, as when its writer withdraws it.
func (s *Service) setFree(ctx context.Context, tx *gorm.DB, m model.Message, to model.MessageState) error {
	answered := []model.MessageState{model.MessageAnswered, model.MessageUnitAnswered}
	if !slices.Contains(leading, m.State) || slices.Contains(leading, to) || slices.Contains(answered, to) {
		return nil
	}
	gathered, err := s.gatheredUnder(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, g := range gathered {
		if err := s.free(ctx, tx, &g, change{deed: model.DeedUngather, by: model.SystemActor("leading message ended"), side: model.SideSystem}); err != nil {
			return err
		}
	}
	return nil
}

// gatheredUnder finds the messages that wait for the answer to another.
func (s *Service) gatheredUnder(ctx context.Context, tx *gorm.DB, leadingID string) ([]model.Message, error) {
	found, err := store.From[model.Message](tx).Where("leading_id = ? AND state IN ? AND restricted_at IS NULL", leadingID, holding).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: find gathered: %w", err)
	}
	return found, nil
}

// answerGathered gives the answer of a leading message to those under it: the
// same words in each thread, which passed the check, with a check code of its own.
func (s *Service) answerGathered(ctx context.Context, tx *gorm.DB, l model.Message, answer model.Turn) error {
	gathered, err := s.gatheredUnder(ctx, tx, l.ID)
	if err != nil {
		return err
	}
	for _, m := range gathered {
		code, at := newCode(8), s.now()
		turn := model.Turn{
			ID: model.NewID(), MessageID: m.ID, Round: m.Round, Side: answer.Side, AuthorID: answer.AuthorID, Author: answer.Author, Body: answer.Body,
			Effect: model.EffectAnswer, Screening: model.ScreeningShown, CheckCode: &code, CreatedAt: at, ShownAt: &at,
		}
		// One that its writer has just withdrawn keeps no other from its answer.
		switch err := s.answered(ctx, tx, &m, turn); {
		case fault.Is(err, fault.KindConflict):
			continue
		case err != nil:
			return err
		}
		if err := store.From[model.Turn](tx).Create(ctx, &turn); err != nil {
			return fmt.Errorf("message: write gathered answer: %w", err)
		}
		if _, err := store.From[model.Message](tx).Where("id = ?", m.ID).Update(ctx, "leading_id", ""); err != nil {
			return fmt.Errorf("message: end gathering: %w", err)
		}
	}
	return nil
}

// follow gives a message the clock of the leading one: who waits for one answer
// waits until one date.
func (s *Service) follow(ctx context.Context, tx *gorm.DB, l model.Message, m *model.Message) error {
	d, err := deadline.Follow(ctx, tx, l.ID, deadline.On{TargetKind: targetKind, TargetID: m.ID, AreaPath: m.AreaPath}, "与同一件事一并办理", s.now())
	if err != nil {
		return err
	}
	m.DueAt, m.Paused, m.Overdue, m.Escalated = &d.DueAt, l.Paused, l.Overdue, l.Escalated
	_, err = store.From[model.Message](tx).Where("id = ?", m.ID).
		Set(clause.Assignments(map[string]any{"due_at": d.DueAt, "paused": l.Paused, "overdue": l.Overdue, "escalated": l.Escalated})).Update(ctx)
	if err != nil {
		return fmt.Errorf("message: follow clock: %w", err)
	}
	return nil
}

// followers lets the messages under one follow its clock, which changed.
func (s *Service) followers(ctx context.Context, tx *gorm.DB, l model.Message) error {
	if !slices.Contains(leading, l.State) {
		return nil
	}
	gathered, err := s.gatheredUnder(ctx, tx, l.ID)
	for i := range gathered {
		err = cmp.Or(err, s.follow(ctx, tx, l, &gathered[i]))
	}
	return err
}

// countGathered counts the messages that the answer to a message answers beside it.
func (s *Service) countGathered(ctx context.Context, db *gorm.DB, m model.Message) (int, error) {
	if !slices.Contains(leading, m.State) {
		return 0, nil
	}
	gathered, err := s.gatheredUnder(ctx, db, m.ID)
	return len(gathered), err
}

// knowCompanions fills in, for staff, which messages belong together.
func (s *Service) knowCompanions(ctx context.Context, db *gorm.DB, t *Thread) error {
	leader, err := s.leaderOf(ctx, db, t.Message)
	if err != nil {
		return err
	}
	for _, l := range leader {
		t.Leading = &Companion{ID: l.ID, Number: l.Number, Resident: l.ResidentName}
	}
	if !slices.Contains(leading, t.Message.State) {
		return nil
	}
	gathered, err := s.gatheredUnder(ctx, db, t.Message.ID)
	for _, m := range gathered {
		t.Gathered = append(t.Gathered, Companion{ID: m.ID, Number: m.Number, Resident: m.ResidentName})
	}
	return err
}
