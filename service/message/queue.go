package message

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Wanted says which messages of a queue are asked for; the zero one takes all.
// Each part narrows what the others leave.
type Wanted struct {
	Which Which
	// States are the states that are taken of what Which takes; none for all of them.
	States []model.MessageState
	// AreaID is an area within the officer's own.
	AreaID  string
	TopicID string
	// Number is how the number of a message begins, in large or small letters. A
	// number is looked for in every state, whatever Which and States say.
	Number string
}

// Queue lists the messages of a liaison officer's areas, newest first. Faults:
// forbidden, not found (the area).
func (s *Service) Queue(ctx context.Context, by model.Actor, wanted Wanted, page store.Page) ([]Row, string, error) {
	if err := mayOversee(by); err != nil {
		return nil, "", err
	}
	paths := by.AreaPaths(model.PermitMessageOversee)
	if len(paths) == 0 {
		return nil, "", nil
	}
	if wanted.AreaID != "" {
		area, err := s.overseenArea(ctx, by, wanted.AreaID)
		if err != nil {
			return nil, "", err
		}
		paths = []string{area.Path}
	}
	walks, err := s.wanted(ctx, wanted, paths)
	if err != nil {
		return nil, "", err
	}
	if len(walks) == 0 {
		return nil, "", nil
	}
	return s.list(ctx, walks, asked{by, wanted.Which, model.SideStaff}, page)
}

// overseenArea finds an area that lies within the actor's own.
func (s *Service) overseenArea(ctx context.Context, by model.Actor, id string) (model.Area, error) {
	area, err := store.From[model.Area](s.db.Read()).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitMessageOversee, area.Path) {
		return model.Area{}, fault.NotFound("该区域")
	}
	if err != nil {
		return model.Area{}, fmt.Errorf("message: find area: %w", err)
	}
	return area, nil
}

// taken are the states that both the narrowing and the officer's choice take;
// nil for any.
func (w Wanted) taken() []model.MessageState {
	states := w.Which.states(model.SideStaff)
	switch {
	case len(w.States) == 0:
		return states
	case states == nil:
		return w.States
	}
	both := []model.MessageState{}
	for _, state := range states {
		if slices.Contains(w.States, state) {
			both = append(both, state)
		}
	}
	return both
}

// chosen passes over what is in none of the states that were chosen. It is written
// so that no engine takes it for a reason to walk the states instead.
func (w Wanted) chosen() []condition {
	if len(w.States) == 0 {
		return nil
	}
	return []condition{{sql: "CASE WHEN state IN ? THEN 1 ELSE 0 END = 1", args: []any{w.States}}}
}

// wanted gives the walks for what is asked for; none when no message can be it.
func (s *Service) wanted(ctx context.Context, w Wanted, paths []string) ([]walk, error) {
	if number := strings.ToUpper(strings.TrimSpace(w.Number)); number != "" {
		// Numbers are digits, capital letters and a dash: all come before the tilde.
		found := walk{on: "number >= ? AND number < ?", args: []any{number, number + "~"}}.passing(within(paths))
		if w.TopicID != "" {
			found = found.passing(condition{sql: "topic_id = ?", args: []any{w.TopicID}})
		}
		return []walk{found}, nil
	}
	if w.TopicID != "" {
		return s.queueOfTopic(ctx, w, paths)
	}
	return s.queue(ctx, w, paths)
}

// queueOfTopic gives the walks of a queue within a topic, whose index holds the
// messages of a topic together state by state: a rare topic costs no more than
// one that everybody has. What is overdue, held, unassigned or cannot be reached
// is no more than people let lie; there the topic is met on the way.
func (s *Service) queueOfTopic(ctx context.Context, w Wanted, paths []string) ([]walk, error) {
	// Written so that no engine takes it for a reason to walk the topic instead.
	of := condition{sql: "CASE WHEN topic_id = ? THEN 1 ELSE 0 END = 1", args: []any{w.TopicID}}
	here := equal("topic_id", w.TopicID).passing(within(paths))
	states := w.taken()
	if states == nil {
		states = model.MessageFlow().States()
	}
	switch w.Which {
	case WhichUnreachable:
		if _, few, err := s.fewUnreachable(ctx); err != nil || !few {
			return eachOf([]walk{here.passing(unreachable)}, "state", states), err
		}
		fallthrough
	case WhichOverdue, WhichEscalated, WhichHeld, WhichUnassigned:
		walks, err := s.queue(ctx, w, paths)
		for i, each := range walks {
			walks[i] = each.passing(of)
		}
		return walks, err
	case WhichAll, WhichWaiting, WhichAnswered, WhichEnded:
	}
	return eachOf([]walk{here}, "state", states), nil
}

// queue gives the walks of a queue: each narrowing has an index that holds what
// it looks for together.
func (s *Service) queue(ctx context.Context, w Wanted, paths []string) ([]walk, error) {
	here := walk{}.passing(within(paths))
	chosen := here.passing(w.chosen()...)
	switch w.Which {
	case WhichWaiting, WhichAnswered, WhichEnded:
		return eachOf([]walk{here}, "state", w.taken()), nil
	case WhichOverdue:
		return eachOf([]walk{chosen.and("overdue", true)}, "escalated", escalations), nil
	case WhichEscalated:
		return eachOf(eachOf([]walk{chosen}, "overdue", []bool{true, false}), "escalated", escalations[1:]), nil
	case WhichUnassigned:
		return eachOf([]walk{here.and("holder_id", "")}, "state", w.taken()), nil
	case WhichHeld:
		return []walk{chosen.passing(held)}, nil
	case WhichUnreachable:
		return s.queueOfUnreachable(ctx, w, paths)
	case WhichAll:
	}
	if len(w.States) > 0 {
		return eachOf([]walk{here}, "state", w.States), nil
	}
	return s.everywhere(ctx, paths)
}

func (s *Service) queueOfUnreachable(ctx context.Context, w Wanted, paths []string) ([]walk, error) {
	here := walk{}.passing(within(paths))
	few, are, err := s.fewUnreachable(ctx)
	if err != nil {
		return nil, err
	}
	if are {
		return []walk{here.passing(few).passing(w.chosen()...)}, nil
	}
	if len(w.States) > 0 {
		return eachOf([]walk{here.passing(unreachable)}, "state", w.States), nil
	}
	walks, err := s.everywhere(ctx, paths)
	for i, each := range walks {
		walks[i] = each.passing(unreachable)
	}
	return walks, err
}

// escalations are the levels to which an overdue message rises.
var escalations = []int{0, 1, 2}

// fewPeople is up to how many people's messages are looked up one by one.
const fewPeople = 100

// held is what waits for a person's check: as many as people can check in a day.
var held = condition{sql: "id IN (SELECT message_id FROM turns WHERE screening = ?)", args: []any{model.ScreeningHeld}}

// unreachable is whose resident cannot be reached by push.
var unreachable = condition{sql: "EXISTS (SELECT 1 FROM people p WHERE p.id = messages.resident_id AND p.unreachable_since IS NOT NULL)"}

// fewUnreachable names the people who cannot be reached while those are few, so
// that their messages are looked up; false when they are many and their messages
// are met soon on the way.
func (s *Service) fewUnreachable(ctx context.Context) (condition, bool, error) {
	people, err := store.From[model.Person](s.db.Read()).Select("id").Where("unreachable_since IS NOT NULL").Limit(fewPeople + 1).Find(ctx)
	if err != nil {
		return condition{}, false, fmt.Errorf("message: find unreachable people: %w", err)
	}
	if len(people) > fewPeople {
		return condition{}, false, nil
	}
	ids := []string{""} // so that the condition holds something
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return condition{sql: "resident_id IN ?", args: []any{ids}}, true, nil
}
