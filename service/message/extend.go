package message

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/deadline"
)

// Extend moves the date of the unit's answer, once, with a reason everybody
// sees. days counts working days. Faults: invalid, not found, conflict.
func (s *Service) Extend(ctx context.Context, by model.Actor, id string, days int, reason string) (Thread, error) {
	if err := checkReason(reason); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.withUnit, by, id, s.extending(by, model.DeadlineFinish, days, reason))
}

// ExtendFor moves the date of whichever clock runs for a representative or a
// unit, by the office, once, with a reason everybody sees and within what the
// policy of the area allows. Faults: invalid, not found, conflict.
func (s *Service) ExtendFor(ctx context.Context, by model.Actor, id string, days int, reason string) (Thread, error) {
	if err := checkReason(reason); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.overseen, by, id, s.extending(by, deadline.AnyKind, days, reason))
}

func (s *Service) extending(by model.Actor, kind model.DeadlineKind, days int, reason string) deed {
	return func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		d, err := deadline.Extend(ctx, tx, m.ID, kind, days, reason, s.now())
		if err != nil {
			return err
		}
		m.DueAt, m.Overdue, m.Escalated = &d.DueAt, false, 0
		if err := s.note(ctx, tx, *m, change{
			deed: model.DeedExtend, by: by, side: as.side, name: as.name, note: fmt.Sprintf("延长 %d 个工作日：%s", days, reason),
			set: map[string]any{"due_at": d.DueAt, "overdue": false, "escalated": 0},
		}); err != nil {
			return err
		}
		if err := s.followers(ctx, tx, *m); err != nil {
			return err
		}
		told := telling{
			happening: fmt.Sprintf("extended/%d/%d", m.Round, d.DueAt.Unix()), title: "办理期限已延长", phrase: "办理中", hint: "延长至" + model.DayWords(d.DueAt),
			body: fmt.Sprintf("办理期限延长至%s，原因：%s", model.DayWords(d.DueAt), reason),
		}
		if as.side == model.SideStaff {
			if err := s.tellUnit(ctx, tx, *m, told); err != nil {
				return err
			}
		}
		return s.tellResidentAndHolder(ctx, tx, *m, told)
	}
}
