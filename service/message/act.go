package message

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// acting is as whom somebody acts on a message, and what they are called.
type acting struct {
	side model.Side
	name string
}

// door loads a message for who may act on it that way. Fault: not found.
type door func(ctx context.Context, tx *gorm.DB, by model.Actor, id string) (model.Message, acting, error)

// deed is what somebody does with a message inside a transaction.
type deed func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error

// through does one deed on a message in a transaction and gives the message
// back as the one who acted sees it.
func (s *Service) through(ctx context.Context, d door, by model.Actor, id string, do deed) (Thread, error) {
	var after model.Message
	var as acting
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		m, who, err := d(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, &m, who); err != nil {
			return err
		}
		after, as = m, who
		return s.opened(ctx, tx, by, who, m.ID)
	})
	if err != nil {
		return Thread{}, err
	}
	return s.thread(ctx, after, view{side: as.side, person: by.PersonID})
}

// held loads a message for who may act for the representatives' side: the
// representative who holds it, or a liaison officer of its area.
func (s *Service) held(ctx context.Context, tx *gorm.DB, by model.Actor, id string) (model.Message, acting, error) {
	m, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL AND delivered_at IS NOT NULL", id).Take(ctx)
	if store.IsAbsent(err) {
		return m, acting{}, fault.NotFound("这封来信")
	}
	if err != nil {
		return m, acting{}, fmt.Errorf("message: find: %w", err)
	}
	if m.HolderID != "" && by.Permits(model.PermitMessageAnswer) && slices.Contains(by.RepresentativeIDs(), m.HolderID) {
		rep, err := store.From[model.Representative](tx).Where("id = ?", m.HolderID).Take(ctx)
		if err != nil {
			return m, acting{}, fmt.Errorf("message: find holder: %w", err)
		}
		return m, acting{side: model.SideRepresentative, name: rep.Name + "代表"}, nil
	}
	if by.PermitsIn(model.PermitMessageOversee, m.AreaPath) {
		return m, acting{side: model.SideStaff, name: office + " " + by.Name}, nil
	}
	return m, acting{}, fault.NotFound("这封来信")
}

// Acknowledge says "received" in one tap. Faults: not found, conflict.
func (s *Service) Acknowledge(ctx context.Context, by model.Actor, id string) (Thread, error) {
	return s.through(ctx, s.held, by, id, s.acknowledging(by))
}

func (s *Service) acknowledging(by model.Actor) deed {
	return func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if err := s.move(ctx, tx, m, change{deed: model.DeedAcknowledge, by: by, side: as.side, name: as.name, set: s.firstTouch(m)}); err != nil {
			return err
		}
		return s.tellResident(ctx, tx, *m, telling{
			happening: fmt.Sprintf("acknowledged/%d", m.Round), title: "代表已收到来信", phrase: "已收到", hint: model.DayWords(*m.DueAt) + "前答复或转交",
			body: fmt.Sprintf("%s已收到您的来信，%s前会答复或转交办理。", as.name, model.DayWords(*m.DueAt)),
		})
	}
}

// firstTouch sets the time of the first touch, unless it was set before.
func (s *Service) firstTouch(m *model.Message) map[string]any {
	if m.AcknowledgedAt != nil {
		return map[string]any{}
	}
	return map[string]any{"acknowledged_at": s.now()}
}

// Answer writes the answer. It takes effect, and the resident is told, when it
// has passed the content check. Faults: invalid, not found, conflict.
func (s *Service) Answer(ctx context.Context, by model.Actor, id, body string, pictureIDs []string) (Thread, error) {
	return s.writeAnswer(ctx, by, id, Words{body, pictureIDs}, model.EffectAnswer)
}

// Words are a text with the uploads that go with it.
type Words struct {
	Body       string
	PictureIDs []string
}

func (w *Words) check() error {
	w.Body = strings.TrimSpace(w.Body)
	wrong := model.CheckBody("body", w.Body)
	if len(w.PictureIDs) > model.MessagePicturesMax {
		wrong = append(wrong, fault.Field{Name: "picture_ids", Reason: "最多上传 9 张图片。"})
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

func (s *Service) writeAnswer(ctx context.Context, by model.Actor, id string, words Words, effect model.TurnEffect) (Thread, error) {
	if err := words.check(); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.held, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if _, err := s.flow.Next(m.State, model.DeedAnswer); err != nil {
			return fault.Conflict("这封来信目前的状态是“%s”，不能答复。", model.MessageStateWords(m.State))
		}
		if err := s.standsAlone(ctx, tx, *m); err != nil {
			return err
		}
		if err := s.noAnswerPending(ctx, tx, m); err != nil {
			return err
		}
		turn := model.Turn{Side: as.side, AuthorID: by.PersonID, Author: as.name, Body: words.Body, Effect: effect}
		return s.writeTurn(ctx, tx, *m, &turn, words.PictureIDs)
	})
}

// noAnswerPending refuses a second answer while the first is being checked: a
// double tap must not answer twice. Of several that look at once, the one that
// touches the message first goes on.
func (s *Service) noAnswerPending(ctx context.Context, tx *gorm.DB, m *model.Message) error {
	touched := s.now()
	if !touched.After(m.UpdatedAt) {
		touched = m.UpdatedAt.Add(time.Millisecond) // or two in one millisecond would both be the first
	}
	mine, err := store.From[model.Message](tx).Where("id = ? AND updated_at = ?", m.ID, m.UpdatedAt).Update(ctx, "updated_at", touched)
	if err != nil {
		return fmt.Errorf("message: touch: %w", err)
	}
	if mine != 1 {
		return fault.Conflict("这封来信刚刚有了新的变化，请刷新后再试。")
	}
	m.UpdatedAt = touched
	n, err := store.From[model.Turn](tx).Where("message_id = ? AND round = ? AND effect IN ? AND screening IN ?", m.ID, m.Round,
		[]model.TurnEffect{model.EffectAnswer, model.EffectUnitAnswer}, []model.Screening{model.ScreeningChecking, model.ScreeningHeld}).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("message: look for answers in check: %w", err)
	}
	if n > 0 {
		return fault.Conflict("您的答复正在审核，通过后会自动发给居民，无需重复提交。")
	}
	return nil
}

// answered lets an answer that was shown take effect.
func (s *Service) answered(ctx context.Context, tx *gorm.DB, m *model.Message, turn model.Turn) error {
	deed := model.DeedAnswer
	if turn.Effect == model.EffectUnitAnswer {
		deed = model.DeedUnitAnswer
	}
	set := s.firstTouch(m)
	set["answered_at"], set["result_at"] = s.now(), nil
	author := model.Actor{PersonID: turn.AuthorID, Name: turn.Author}
	if err := s.move(ctx, tx, m, change{deed: deed, by: author, side: turn.Side, name: turn.Author, set: set}); err != nil {
		return err
	}
	if err := s.tellResident(ctx, tx, *m, telling{
		happening: "answered/" + turn.ID, template: model.TemplateAnswer, title: "您的来信有了答复", phrase: "已答复", name: turn.Author, hint: "请查看，并告诉我们是否解决",
		body: "请查看答复，并告诉我们问题是否解决。",
	}); err != nil {
		return err
	}
	if err := s.answerGathered(ctx, tx, *m, turn); err != nil {
		return err
	}
	if turn.Effect == model.EffectUnitAnswer {
		return s.tellHolder(ctx, tx, *m, telling{
			happening: "unit_answered/" + turn.ID, title: "承办单位已答复", phrase: "已答复", hint: "承办单位已答复居民", body: "您转交的来信，承办单位已经答复居民。",
		})
	}
	return nil
}

// HandOver gives a message to a unit; the resident must have agreed. Faults:
// invalid, not found, conflict.
func (s *Service) HandOver(ctx context.Context, by model.Actor, id, unitID, note string) (Thread, error) {
	if err := checkNote(note); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.held, by, id, s.handingOver(by, unitID, note))
}

func checkNote(note string) error {
	if utf8.RuneCountInString(note) > model.ReasonMax {
		return fault.InvalidField("note", "说明不能超过 500 字。")
	}
	return nil
}

func (s *Service) handingOver(by model.Actor, unitID, note string) deed {
	return func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		unit, err := store.From[model.Unit](tx).Where("id = ? AND active = ?", unitID, true).Take(ctx)
		if store.IsAbsent(err) {
			return fault.InvalidField("unit_id", "没有这个承办单位，请重新选择。")
		}
		if err != nil {
			return fmt.Errorf("message: find unit: %w", err)
		}
		if !m.HandOverConsented {
			return fault.Conflict("居民还没有同意转交承办单位，请先征求同意。")
		}
		if err := cmp.Or(s.standsAlone(ctx, tx, *m), s.noAnswerPending(ctx, tx, m)); err != nil {
			return err
		}
		set := s.firstTouch(m)
		set["unit_id"] = unit.ID
		if err := s.move(ctx, tx, m, change{deed: model.DeedHandOver, by: by, side: as.side, name: as.name, note: joinNote(unit.Name, note), set: set}); err != nil {
			return err
		}
		if err := s.tellResident(ctx, tx, *m, telling{
			happening: fmt.Sprintf("handed_over/%d/%s", m.Round, unit.ID), title: "来信已转交承办单位", phrase: "已转交", hint: model.DayWords(*m.DueAt) + "前答复是否接收",
			body: fmt.Sprintf("%s已把您的来信转交%s，%s前会答复是否接收。", as.name, unit.Name, model.DayWords(*m.DueAt)),
		}); err != nil {
			return err
		}
		return s.tellUnit(ctx, tx, *m, telling{
			happening: fmt.Sprintf("handed_over/%d/%s", m.Round, unit.ID), title: "收到代表转交的来信", phrase: "待接收", hint: model.DayWords(*m.DueAt) + "前接收或退回",
			body: fmt.Sprintf("请在%s前接收或说明理由退回。", model.DayWords(*m.DueAt)),
		})
	}
}

func joinNote(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" }), "：")
}

// OutOfScope says that a matter is not for representatives, and where it goes.
// Faults: invalid, not found, conflict.
func (s *Service) OutOfScope(ctx context.Context, by model.Actor, id string, where model.Elsewhere, reason string) (Thread, error) {
	if err := checkElsewhere(where, reason); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.held, by, id, s.sendingElsewhere(by, where, reason))
}

func checkElsewhere(where model.Elsewhere, reason string) error {
	if model.ElsewhereWords(where) == "" {
		return fault.InvalidField("where", "请选择应当去的部门。")
	}
	return checkReason(reason)
}

func (s *Service) sendingElsewhere(by model.Actor, where model.Elsewhere, reason string) deed {
	return func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if err := cmp.Or(s.standsAlone(ctx, tx, *m), s.noAnswerPending(ctx, tx, m)); err != nil {
			return err
		}
		set := s.firstTouch(m)
		set["out_of_scope_where"] = where
		if err := s.move(ctx, tx, m, change{deed: model.DeedOutOfScope, by: by, side: as.side, name: as.name, note: joinNote(model.ElsewhereWords(where), reason), set: set}); err != nil {
			return err
		}
		return s.tellResident(ctx, tx, *m, telling{
			happening: fmt.Sprintf("out_of_scope/%d", m.Round), title: "这件事有更合适的去处", phrase: "另有去处", hint: "请查看应当联系的部门",
			body: fmt.Sprintf("建议您联系%s。如不同意，可在%s前提出异议。", model.ElsewhereWords(where), model.DayWords(*m.DueAt)),
		})
	}
}

// AskConsent asks the resident to agree to handing over. Faults: not found, conflict.
func (s *Service) AskConsent(ctx context.Context, by model.Actor, id string) (Thread, error) {
	return s.through(ctx, s.held, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if m.HandOverConsented {
			return fault.Conflict("居民已经同意转交，可以直接转交。")
		}
		if !slices.Contains(holding, m.State) {
			return fault.Conflict("这封来信目前的状态是“%s”，不需要征求转交意见。", model.MessageStateWords(m.State))
		}
		if err := s.note(ctx, tx, *m, change{deed: model.DeedAskConsent, by: by, side: as.side, name: as.name}); err != nil {
			return err
		}
		return s.tellResident(ctx, tx, *m, telling{
			happening: fmt.Sprintf("ask_consent/%d/%s", m.Round, model.Day(s.now())), title: "请确认是否同意转交", phrase: "待您确认", hint: "请确认是否同意转交办理",
			body: as.name + "希望把您的来信转交有关单位办理，请确认是否同意。",
		})
	})
}

func checkReason(reason string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(reason)); {
	case n == 0:
		return fault.InvalidField("reason", "请写明理由。")
	case n > model.ReasonMax:
		return fault.InvalidField("reason", "理由不能超过 500 字。")
	}
	return nil
}
