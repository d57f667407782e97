package message

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// HandleDeadline does one task of kind deadline.TaskKind: what a clock of a
// message asks for. A clock that was stopped or moved meanwhile asks for nothing.
func (s *Service) HandleDeadline(ctx context.Context, payload []byte) error {
	var step deadline.Step
	if err := json.Unmarshal(payload, &step); err != nil {
		return outbox.Refuse(fmt.Errorf("message: read deadline step: %w", err))
	}
	if step.TargetKind != targetKind {
		return outbox.Refuse(fmt.Errorf("message: deadline of a %s", step.TargetKind))
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		d, counts, err := deadline.Current(ctx, tx, step.TargetID)
		if err != nil {
			return err
		}
		if !counts || d.ID != step.DeadlineID || d.State != model.DeadlineRunning || !d.DueAt.Equal(step.DueAt) {
			return nil
		}
		m, err := store.From[model.Message](tx).Where("id = ?", step.TargetID).Take(ctx)
		if err != nil {
			return fmt.Errorf("message: find: %w", err)
		}
		if m.RestrictedAt != nil {
			return nil
		}
		return s.step(ctx, tx, m, step)
	})
}

var clockActor = model.SystemActor("deadline")

func (s *Service) step(ctx context.Context, tx *gorm.DB, m model.Message, step deadline.Step) error {
	once := fmt.Sprintf("%s/%s/%d", step.Act, step.Kind, step.DueAt.Unix())
	switch step.Act {
	case deadline.ActRemind:
		return s.remind(ctx, tx, m, step, telling{
			happening: once, title: "办理期限临近", phrase: "即将到期", hint: model.DayWords(step.DueAt) + "到期，请及时处理", body: fmt.Sprintf("有一件事项%s到期，请及时处理。", model.DayWords(step.DueAt)),
		}, map[string]any{})
	case deadline.ActOverdue:
		return s.remind(ctx, tx, m, step, telling{
			happening: once, title: "事项已超期", phrase: "已超期", hint: model.DayWords(step.DueAt) + "已到期，请尽快处理", body: fmt.Sprintf("有一件事项已于%s到期，请尽快处理。", model.DayWords(step.DueAt)),
		}, map[string]any{"overdue": true})
	case deadline.ActRiseLiaison:
		return s.rise(ctx, tx, m, once, model.RoleLiaisonOfficer, 1)
	case deadline.ActRiseOrganisation:
		return s.rise(ctx, tx, m, once, model.RoleOrganisationOfficer, 2)
	case deadline.ActAsk, deadline.ActAskAgain:
		if err := s.note(ctx, tx, m, change{deed: model.DeedAskSolved, by: clockActor, side: model.SideSystem}); err != nil {
			return err
		}
		return s.tellResident(ctx, tx, m, telling{
			happening: once, template: model.TemplateSurvey, title: "您的问题解决了吗", phrase: "待您确认", hint: "请告诉我们问题是否解决", body: "请告诉我们问题是否解决；没有解决可以继续反映。",
		})
	case deadline.ActTimeOut:
		return s.timeOut(ctx, tx, m)
	}
	return outbox.Refuse(fmt.Errorf("message: unknown act %q", step.Act))
}

// remind tells whoever holds the clock: the unit, the liaison office for a
// human check, else the representative.
func (s *Service) remind(ctx context.Context, tx *gorm.DB, m model.Message, step deadline.Step, t telling, set map[string]any) error {
	if err := s.note(ctx, tx, m, change{deed: model.DeedRemind, by: clockActor, side: model.SideSystem, note: t.title, set: set}); err != nil {
		return err
	}
	switch step.Kind {
	case model.DeadlineUnitAccept, model.DeadlineFinish:
		return s.tellUnit(ctx, tx, m, t)
	case model.DeadlineHumanCheck:
		return s.tellLiaison(ctx, tx, m, t)
	case model.DeadlineFirstTouch, model.DeadlineHandOver, model.DeadlineAskSolved, model.DeadlineAppeal, model.DeadlineObjection, model.DeadlineScreenStall,
		model.DeadlineStoryAnswer, model.DeadlineStoryTakeDown:
	}
	return s.tellHolder(ctx, tx, m, t)
}

// riseWords name who an overdue message rises to.
var riseWords = map[model.Role]string{model.RoleLiaisonOfficer: "提级到联络办", model.RoleOrganisationOfficer: "提级到组织部门"}

func (s *Service) rise(ctx context.Context, tx *gorm.DB, m model.Message, once string, role model.Role, level int) error {
	if err := s.note(ctx, tx, m, change{
		deed: model.DeedEscalate, by: clockActor, side: model.SideSystem, note: riseWords[role], set: map[string]any{"overdue": true, "escalated": level},
	}); err != nil {
		return err
	}
	return s.tellRole(ctx, tx, m, telling{
		happening: once, title: "超期事项提级", phrase: "超期提级", hint: "超期仍未处理，请督促", body: fmt.Sprintf("来信 %s 已超期仍未处理，请督促。", m.Number),
	}, role)
}

// timeOut ends what nobody answered in time: a silent resident closes the
// message, a check that never came goes to a person.
func (s *Service) timeOut(ctx context.Context, tx *gorm.DB, m model.Message) error {
	if m.State == model.MessageSubmitted {
		turn, err := store.From[model.Turn](tx).Where("message_id = ? AND effect = ?", m.ID, model.EffectOpen).Take(ctx)
		if err != nil {
			return fmt.Errorf("message: find opening turn: %w", err)
		}
		return s.hold(ctx, tx, &m, turn, ruling{by: clockActor, side: model.SideSystem})
	}
	if err := s.move(ctx, tx, &m, change{deed: model.DeedTimeOut, by: clockActor, side: model.SideSystem, set: map[string]any{"closed_at": s.now()}}); err != nil {
		return err
	}
	return s.tellResident(ctx, tx, m, telling{
		happening: fmt.Sprintf("closed/%d", m.Round), title: "来信已到期办结", phrase: "已办结", hint: "90天内仍可继续反映", body: "因到期未收到您的反馈，来信已办结；90 天内仍可继续反映。",
	})
}
