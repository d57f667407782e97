package message

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// withUnit loads a message for an officer of the unit it was handed to.
func (s *Service) withUnit(ctx context.Context, tx *gorm.DB, by model.Actor, id string) (model.Message, acting, error) {
	m, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL", id).Take(ctx)
	if store.IsAbsent(err) {
		return m, acting{}, fault.NotFound("这封来信")
	}
	if err != nil {
		return m, acting{}, fmt.Errorf("message: find: %w", err)
	}
	if m.UnitID == "" || !by.Permits(model.PermitMessageHandle) || !slices.Contains(by.UnitIDs(), m.UnitID) {
		return m, acting{}, fault.NotFound("这封来信")
	}
	unit, err := store.From[model.Unit](tx).Where("id = ?", m.UnitID).Take(ctx)
	if err != nil {
		return m, acting{}, fmt.Errorf("message: find unit: %w", err)
	}
	return m, acting{side: model.SideUnit, name: strings.TrimSpace(unit.Name + " " + by.Name)}, nil
}

// Accept says that the unit takes the matter. Faults: not found, conflict.
func (s *Service) Accept(ctx context.Context, by model.Actor, id string) (Thread, error) {
	return s.through(ctx, s.withUnit, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if err := s.move(ctx, tx, m, change{deed: model.DeedAccept, by: by, side: as.side, name: as.name}); err != nil {
			return err
		}
		return s.tellResidentAndHolder(ctx, tx, *m, telling{
			happening: fmt.Sprintf("accepted/%d/%s", m.Round, m.UnitID), title: "承办单位已接收", phrase: "已接收", hint: model.DayWords(*m.DueAt) + "前答复",
			body: fmt.Sprintf("%s已接收，%s前答复。", as.name, model.DayWords(*m.DueAt)),
		})
	})
}

// RefuseHandOver gives the matter back with a reason. Faults: invalid, not
// found, conflict.
func (s *Service) RefuseHandOver(ctx context.Context, by model.Actor, id, reason string) (Thread, error) {
	if err := checkReason(reason); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.withUnit, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		unitID := m.UnitID
		if err := s.move(ctx, tx, m, change{deed: model.DeedUnitRefuse, by: by, side: as.side, name: as.name, note: reason, set: map[string]any{"unit_id": ""}}); err != nil {
			return err
		}
		back := telling{
			happening: fmt.Sprintf("unit_refused/%d/%s/%d", m.Round, unitID, s.now().Unix()), title: "承办单位退回了来信", phrase: "已退回", hint: model.DayWords(*m.DueAt) + "前答复或另行转交",
			body: fmt.Sprintf("%s退回：%s 请在%s前答复或另行转交。", as.name, reason, model.DayWords(*m.DueAt)),
		}
		if err := s.tellHolder(ctx, tx, *m, back); err != nil || m.HolderID == "" {
			return err
		}
		return s.tellLiaison(ctx, tx, *m, back)
	})
}

// Handle says that work has begun, with what is planned. Faults: invalid, not
// found, conflict.
func (s *Service) Handle(ctx context.Context, by model.Actor, id, plan string) (Thread, error) {
	if utf8.RuneCountInString(plan) > model.ReasonMax {
		return Thread{}, fault.InvalidField("plan", "办理计划不能超过 500 字。")
	}
	return s.through(ctx, s.withUnit, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if err := s.move(ctx, tx, m, change{deed: model.DeedHandle, by: by, side: as.side, name: as.name, note: plan}); err != nil {
			return err
		}
		return s.tellResident(ctx, tx, *m, telling{
			happening: fmt.Sprintf("handling/%d/%s", m.Round, m.UnitID), title: "承办单位正在办理", phrase: "办理中", hint: "承办单位已经开始办理",
			body: joinNote(as.name+"正在办理", plan),
		})
	})
}

// AnswerForUnit writes the unit's answer. It takes effect when it has passed
// the content check. Faults: invalid, not found, conflict.
func (s *Service) AnswerForUnit(ctx context.Context, by model.Actor, id string, words Words) (Thread, error) {
	if err := words.check(); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.withUnit, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if _, err := s.flow.Next(m.State, model.DeedUnitAnswer); err != nil {
			return fault.Conflict("这封来信目前的状态是“%s”，请先接收再答复。", model.MessageStateWords(m.State))
		}
		if err := s.noAnswerPending(ctx, tx, m); err != nil {
			return err
		}
		turn := model.Turn{Side: as.side, AuthorID: by.PersonID, Author: as.name, Body: words.Body, Effect: model.EffectUnitAnswer}
		return s.writeTurn(ctx, tx, *m, &turn, words.PictureIDs)
	})
}
