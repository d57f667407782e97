package message

import (
	"context"
	"fmt"
	"strings"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Wanted says which messages of a queue are asked for; the zero one takes all.
// Each part narrows what the others leave.
type Wanted struct {
	Which Which
	// AreaID is an area within the officer's own.
	AreaID  string
	TopicID string
	// Number is how the number of a message begins, in large or small letters. A
	// number is looked for in every state, whatever Which says.
	Number string
}

// Queue lists the messages of a liaison officer's areas, newest first. Faults:
// forbidden, not found (the area).
func (s *Service) Queue(ctx context.Context, by model.Actor, wanted Wanted, page store.Page) ([]Row, string, error) {
	if !by.Permits(model.PermitMessageOversee) {
		return nil, "", fault.Forbidden("您没有查看来信办理情况的权限。")
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

// wanted gives the walks for what is asked for.
func (s *Service) wanted(ctx context.Context, w Wanted, paths []string) ([]walk, error) {
	var walks []walk
	if number := strings.ToUpper(strings.TrimSpace(w.Number)); number != "" {
		// Numbers are digits, capital letters and a dash: all come before the tilde.
		walks = []walk{{on: "number >= ? AND number < ?", args: []any{number, number + "~"}}}
		walks[0] = walks[0].passing(within(paths))
	} else {
		var err error
		if walks, err = s.queue(ctx, w.Which, paths); err != nil {
			return nil, err
		}
	}
	if w.TopicID == "" {
		return walks, nil
	}
	// There are about a dozen topics: a page of one is met soon on the way.
	for i, each := range walks {
		walks[i] = each.passing(condition{sql: "topic_id = ?", args: []any{w.TopicID}})
	}
	return walks, nil
}

// queue gives the walks of a queue: each narrowing has an index that holds what
// it looks for together.
func (s *Service) queue(ctx context.Context, which Which, paths []string) ([]walk, error) {
	here := walk{}.passing(within(paths))
	switch which {
	case WhichWaiting, WhichAnswered, WhichEnded:
		return eachOf([]walk{here}, "state", which.states(model.SideStaff)), nil
	case WhichOverdue:
		return eachOf([]walk{here.and("overdue", true)}, "escalated", escalations), nil
	case WhichEscalated:
		return eachOf(eachOf([]walk{here}, "overdue", []bool{true, false}), "escalated", escalations[1:]), nil
	case WhichUnassigned:
		return eachOf([]walk{here.and("holder_id", "")}, "state", which.states(model.SideStaff)), nil
	case WhichHeld:
		// What waits for a person's check is what people can check in a day.
		return []walk{here.passing(condition{sql: "id IN (SELECT message_id FROM turns WHERE screening = ?)", args: []any{model.ScreeningHeld}})}, nil
	case WhichUnreachable:
		return s.unreachable(ctx, here, paths)
	case WhichAll:
	}
	return s.everywhere(ctx, paths)
}

// escalations are the levels to which an overdue message rises.
var escalations = []int{0, 1, 2}

// fewPeople is up to how many people's messages are looked up one by one.
const fewPeople = 100

// unreachable looks up the messages of the people who cannot be reached while
// those are few; when they are many, their messages are met soon on the way.
func (s *Service) unreachable(ctx context.Context, here walk, paths []string) ([]walk, error) {
	people, err := store.From[model.Person](s.db.Read()).Select("id").Where("unreachable_since IS NOT NULL").Limit(fewPeople + 1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: find unreachable people: %w", err)
	}
	if len(people) <= fewPeople {
		ids := []string{""} // so that the condition holds something
		for _, p := range people {
			ids = append(ids, p.ID)
		}
		return []walk{here.passing(condition{sql: "resident_id IN ?", args: []any{ids}})}, nil
	}
	walks, err := s.everywhere(ctx, paths)
	for i, w := range walks {
		walks[i] = w.passing(condition{sql: "EXISTS (SELECT 1 FROM people p WHERE p.id = messages.resident_id AND p.unreachable_since IS NOT NULL)"})
	}
	return walks, err
}
