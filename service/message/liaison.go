package message

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

// overseen loads a message for a liaison officer of its area.
func (s *Service) overseen(ctx context.Context, tx *gorm.DB, by model.Actor, id string) (model.Message, acting, error) {
	m, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitMessageOversee, m.AreaPath) {
		return m, acting{}, fault.NotFound("这封来信")
	}
	if err != nil {
		return m, acting{}, fmt.Errorf("message: find: %w", err)
	}
	return m, acting{side: model.SideStaff, name: by.Name}, nil
}

// Reassign gives a message that waits for a representative to another one.
// Faults: invalid, not found, conflict.
func (s *Service) Reassign(ctx context.Context, by model.Actor, id, representativeID, reason string) (Thread, error) {
	if err := checkReason(reason); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.overseen, by, id, s.reassigning(by, representativeID, reason))
}

func (s *Service) reassigning(by model.Actor, representativeID, reason string) deed {
	return func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if m.State != model.MessageDelivered && m.State != model.MessageAcknowledged {
			return fault.Conflict("这封来信目前的状态是“%s”，不能改派。", model.MessageStateWords(m.State))
		}
		if m.HolderID == representativeID {
			return fault.InvalidField("representative_id", "这封来信已经在这位代表手上。")
		}
		rep, err := store.From[model.Representative](tx).Where("id = ? AND state = ?", representativeID, model.RepresentativeServing).Take(ctx)
		if store.IsAbsent(err) {
			return fault.InvalidField("representative_id", "没有这位代表，或已不再履职。")
		}
		if err != nil {
			return fmt.Errorf("message: find representative: %w", err)
		}
		if err := s.note(ctx, tx, *m, change{
			deed: model.DeedReassign, by: by, side: as.side, name: as.name, note: joinNote("改由"+rep.Name+"代表办理", reason), set: map[string]any{"holder_id": rep.ID},
		}); err != nil {
			return err
		}
		m.HolderID = rep.ID
		if err := s.tellResident(ctx, tx, *m, telling{
			happening: fmt.Sprintf("reassigned/%d/%s", m.Round, rep.ID), title: "来信改由另一位代表办理", phrase: "已改派", hint: "改由" + rep.Name + "代表办理", body: fmt.Sprintf("您的来信改由%s代表办理。", rep.Name),
		}); err != nil {
			return err
		}
		return s.tellHolder(ctx, tx, *m, telling{
			happening: fmt.Sprintf("new/%d/%s", m.Round, rep.ID), title: "收到改派的群众来信", phrase: "待回应", body: fmt.Sprintf("请在%s前回应。", model.DayWords(*m.DueAt)),
		})
	}
}

// Pause stops the clock for a lawful reason that everybody sees. Faults:
// invalid, not found, conflict.
func (s *Service) Pause(ctx context.Context, by model.Actor, id, reason string) (Thread, error) {
	if err := checkReason(reason); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.overseen, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if _, err := deadline.Pause(ctx, tx, m.ID, reason, s.now()); err != nil {
			return err
		}
		m.Paused = true
		if err := s.note(ctx, tx, *m, change{deed: model.DeedPause, by: by, side: as.side, name: as.name, note: reason, set: map[string]any{"paused": true}}); err != nil {
			return err
		}
		if err := s.followers(ctx, tx, *m); err != nil {
			return err
		}
		return s.tellResidentAndHolder(ctx, tx, *m, telling{
			happening: fmt.Sprintf("paused/%d/%d", m.Round, s.now().Unix()), title: "办理期限暂停", phrase: "已暂停", hint: "办理期限暂停计算", body: "办理期限暂停计算，原因：" + reason,
		})
	})
}

// Resume lets the clock go on; the date moves by the days it stood still.
// Faults: not found, conflict.
func (s *Service) Resume(ctx context.Context, by model.Actor, id string) (Thread, error) {
	return s.through(ctx, s.overseen, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		d, err := deadline.Resume(ctx, tx, m.ID, s.now())
		if err != nil {
			return err
		}
		m.Paused, m.DueAt = false, &d.DueAt
		if err := s.note(ctx, tx, *m, change{
			deed: model.DeedResume, by: by, side: as.side, name: as.name, note: "期限改为" + model.DayWords(d.DueAt), set: map[string]any{"paused": false, "due_at": d.DueAt},
		}); err != nil {
			return err
		}
		if err := s.followers(ctx, tx, *m); err != nil {
			return err
		}
		return s.tellResidentAndHolder(ctx, tx, *m, telling{
			happening: fmt.Sprintf("resumed/%d/%d", m.Round, s.now().Unix()), title: "办理期限恢复", phrase: "已恢复", hint: "期限改为" + model.DayWords(d.DueAt), body: fmt.Sprintf("办理期限恢复计算，改为%s。", model.DayWords(d.DueAt)),
		})
	})
}

// WriteNote adds an internal remark. Faults: invalid, not found.
func (s *Service) WriteNote(ctx context.Context, by model.Actor, id, body string) (Thread, error) {
	if wrong := model.CheckBody("body", strings.TrimSpace(body)); len(wrong) > 0 {
		return Thread{}, fault.Invalid(wrong...)
	}
	return s.through(ctx, s.overseen, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, _ acting) error {
		return s.remark(ctx, tx, *m, by, by.Name, body)
	})
}

// AskOffice asks the liaison office for help with a message that one holds: the
// words become an internal remark, which no resident and no unit sees, and the
// officers are told. Faults: invalid, not found.
func (s *Service) AskOffice(ctx context.Context, by model.Actor, id, body string) (Thread, error) {
	if wrong := model.CheckBody("body", strings.TrimSpace(body)); len(wrong) > 0 {
		return Thread{}, fault.Invalid(wrong...)
	}
	return s.through(ctx, s.held, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if err := s.remark(ctx, tx, *m, by, as.name, body); err != nil {
			return err
		}
		return s.tellLiaison(ctx, tx, *m, telling{
			happening: fmt.Sprintf("ask_office/%d", s.now().UnixMilli()), title: "代表请联络办帮忙", phrase: "请看备注", hint: "请看内部备注", body: as.name + "请联络办帮忙办理这封来信，要说的话在内部备注里。",
		})
	})
}

func (s *Service) remark(ctx context.Context, tx *gorm.DB, m model.Message, by model.Actor, name, body string) error {
	note := model.Note{ID: model.NewID(), MessageID: m.ID, AuthorID: by.PersonID, Author: name, Body: strings.TrimSpace(body), CreatedAt: s.now()}
	if err := store.From[model.Note](tx).Create(ctx, &note); err != nil {
		return fmt.Errorf("message: write note: %w", err)
	}
	return audit.Record(ctx, tx, by, "message.note", audit.Target{Kind: targetKind, ID: m.ID, AreaPath: m.AreaPath}, note.CreatedAt)
}
