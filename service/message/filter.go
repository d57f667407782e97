package message

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// The limits of saved filters.
const (
	filterNameMax = 12
	filtersMax    = 30
)

// Filter is what a queue is narrowed to, under a name.
type Filter struct {
	Name   string
	Wanted Wanted
}

// whiches are the narrowings that can be kept.
var whiches = map[Which]bool{
	WhichAll: true, WhichWaiting: true, WhichOverdue: true, WhichEscalated: true, WhichHeld: true,
	WhichAnswered: true, WhichEnded: true, WhichUnassigned: true, WhichUnreachable: true,
}

// Filters lists the actor's own saved filters in the order they were made.
// Fault: forbidden.
func (s *Service) Filters(ctx context.Context, by model.Actor) ([]model.SavedFilter, error) {
	if err := mayOversee(by); err != nil {
		return nil, err
	}
	found, err := store.From[model.SavedFilter](s.db.Read()).Where("person_id = ?", by.PersonID).Order("created_at, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: list filters: %w", err)
	}
	return found, nil
}

// SaveFilter keeps a filter under a name of the actor's own. Faults: forbidden,
// invalid by field; conflict when one has this name, or there are too many; not
// found for an area that is not the actor's.
func (s *Service) SaveFilter(ctx context.Context, by model.Actor, f Filter) (model.SavedFilter, error) {
	row := model.SavedFilter{ID: model.NewID(), PersonID: by.PersonID, CreatedAt: s.now()}
	if err := s.fillFilter(ctx, by, f, &row); err != nil {
		return model.SavedFilter{}, err
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.SavedFilter](tx).Where("person_id = ?", by.PersonID).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("message: count filters: %w", err)
		}
		if n >= filtersMax {
			return fault.Conflict("最多保存 %d 个常用筛选，请先删除不再使用的。", filtersMax)
		}
		return nameFree(store.From[model.SavedFilter](tx).Create(ctx, &row))
	})
	return row, err
}

// ChangeFilter gives a saved filter another name or narrowing. Faults: as of
// SaveFilter; not found when it is not the actor's.
func (s *Service) ChangeFilter(ctx context.Context, by model.Actor, id string, f Filter) (model.SavedFilter, error) {
	var row model.SavedFilter
	if err := s.fillFilter(ctx, by, f, &row); err != nil {
		return model.SavedFilter{}, err
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.SavedFilter](tx).Where("id = ? AND person_id = ?", id, by.PersonID).Set(clause.Assignments(map[string]any{
			"name": row.Name, "which": row.Which, "area_id": row.AreaID, "topic_id": row.TopicID, "states": row.States, "number": row.Number, "updated_at": row.UpdatedAt,
		})).Update(ctx)
		if err != nil {
			return nameFree(err)
		}
		if n != 1 {
			return fault.NotFound("这个常用筛选")
		}
		row, err = store.From[model.SavedFilter](tx).Where("id = ?", id).Take(ctx)
		return err
	})
	return row, err
}

// ForgetFilter removes a saved filter. Fault: not found when it is not the actor's.
func (s *Service) ForgetFilter(ctx context.Context, by model.Actor, id string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.SavedFilter](tx).Where("id = ? AND person_id = ?", id, by.PersonID).Delete(ctx)
		if err != nil {
			return fmt.Errorf("message: forget filter: %w", err)
		}
		if n != 1 {
			return fault.NotFound("这个常用筛选")
		}
		return nil
	})
}

// fillFilter checks a filter and writes it into its record.
func (s *Service) fillFilter(ctx context.Context, by model.Actor, f Filter, row *model.SavedFilter) error {
	if err := mayOversee(by); err != nil {
		return err
	}
	row.Name, row.Which, row.AreaID, row.TopicID = strings.TrimSpace(f.Name), string(f.Wanted.Which), f.Wanted.AreaID, f.Wanted.TopicID
	row.Number, row.UpdatedAt = strings.ToUpper(strings.TrimSpace(f.Wanted.Number)), s.now()
	if n := utf8.RuneCountInString(row.Name); n == 0 || n > filterNameMax {
		return fault.InvalidField("name", fmt.Sprintf("名称应为 1 到 %d 个字。", filterNameMax))
	}
	if !whiches[f.Wanted.Which] {
		return fault.InvalidField("which", "没有这种筛选，请重新选择。")
	}
	states, err := inOrder(f.Wanted.States)
	if err != nil {
		return err
	}
	row.States = joined(states)
	if _, err := s.topicOf(ctx, row.TopicID); err != nil {
		return err
	}
	if row.AreaID == "" {
		return nil
	}
	_, err = s.overseenArea(ctx, by, row.AreaID)
	return err
}

// inOrder gives states once each, in the order of a message's way. Fault: invalid
// when one is none.
func inOrder(states []model.MessageState) ([]model.MessageState, error) {
	var kept []model.MessageState
	all := model.MessageFlow().States()
	for _, state := range all {
		if slices.Contains(states, state) {
			kept = append(kept, state)
		}
	}
	if slices.ContainsFunc(states, func(state model.MessageState) bool { return !slices.Contains(all, state) }) {
		return nil, fault.InvalidField("states", "没有这种状态，请重新选择。")
	}
	return kept, nil
}

func joined(states []model.MessageState) string {
	words := make([]string, len(states))
	for i, state := range states {
		words[i] = string(state)
	}
	return strings.Join(words, ",")
}

// StatesOf are the states that a saved filter names.
func StatesOf(f model.SavedFilter) []model.MessageState {
	var states []model.MessageState
	for word := range strings.SplitSeq(f.States, ",") {
		if word != "" {
			states = append(states, model.MessageState(word))
		}
	}
	return states
}

// nameFree puts into words that a name is taken.
func nameFree(err error) error {
	if store.IsDuplicate(err) {
		return fault.Conflict("您已经有一个同名的常用筛选，请换一个名称。")
	}
	if err != nil {
		return fmt.Errorf("message: save filter: %w", err)
	}
	return nil
}

func mayOversee(by model.Actor) error {
	if !by.Permits(model.PermitMessageOversee) {
		return fault.Forbidden("您没有查看来信办理情况的权限。")
	}
	return nil
}
