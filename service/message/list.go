package message

import (
	"context"
	"slices"
	"strings"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Row is a message in a list. Of the message it has what a list shows.
type Row struct {
	Message        model.Message
	Excerpt        string
	Topic          string
	Representative string
	Holder         string
	Unit           string
	Studio         string
}

// Which narrows a list.
type Which string

// The narrowings; the empty one takes everything.
const (
	WhichAll         Which = ""
	WhichWaiting     Which = "waiting"
	WhichOverdue     Which = "overdue"
	WhichEscalated   Which = "escalated"
	WhichHeld        Which = "held"
	WhichAnswered    Which = "answered"
	WhichEnded       Which = "ended"
	WhichUnassigned  Which = "unassigned"
	WhichUnreachable Which = "unreachable"
)

// states says which states a narrowing takes for a side; nil for any.
func (w Which) states(side model.Side) []model.MessageState {
	switch w {
	case WhichWaiting:
		switch side {
		case model.SideUnit:
			return []model.MessageState{model.MessageHandedOver, model.MessageAccepted, model.MessageHandling}
		case model.SideResident:
			return []model.MessageState{model.MessageAnswered, model.MessageUnitAnswered, model.MessageRefused, model.MessageOutOfScope}
		case model.SideRepresentative, model.SideStaff, model.SideSystem:
			return holding
		}
	case WhichAnswered:
		return []model.MessageState{model.MessageAnswered, model.MessageUnitAnswered}
	case WhichEnded:
		return model.MessageFlow().Final
	case WhichUnassigned:
		return holding
	case WhichAll, WhichOverdue, WhichEscalated, WhichHeld, WhichUnreachable:
	}
	return nil
}

// cursor is the place after which a page begins.
type cursor struct {
	none bool
	at   time.Time
	id   string
}

func cursorOf(page store.Page) (cursor, error) {
	if page.After == "" {
		return cursor{none: true}, nil
	}
	at, id, err := page.SplitTime()
	return cursor{at: at, id: id}, err
}

// Mine lists the messages a resident sent or that were written for them,
// newest first.
func (s *Service) Mine(ctx context.Context, by model.Actor, which Which, page store.Page) ([]Row, string, error) {
	written := equal("writer_id", by.PersonID).passing(condition{sql: "resident_id <> ?", args: []any{by.PersonID}})
	walks := []walk{equal("resident_id", by.PersonID), written}
	return s.list(ctx, narrowed(walks, which, model.SideResident), asked{by, which, model.SideResident}, page)
}

// Inbox lists the messages that a representative holds, newest first. Fault:
// forbidden.
func (s *Service) Inbox(ctx context.Context, by model.Actor, which Which, page store.Page) ([]Row, string, error) {
	seats := by.RepresentativeIDs()
	if len(seats) == 0 {
		return nil, "", fault.Forbidden("您还没有绑定代表身份。")
	}
	delivered := walk{}.passing(condition{sql: "delivered_at IS NOT NULL"})
	walks := eachOf([]walk{delivered}, "holder_id", seats)
	return s.list(ctx, narrowed(walks, which, model.SideRepresentative), asked{by, which, model.SideRepresentative}, page)
}

// UnitDesk lists the messages that a unit was handed, newest first. Fault: forbidden.
func (s *Service) UnitDesk(ctx context.Context, by model.Actor, which Which, page store.Page) ([]Row, string, error) {
	units := by.UnitIDs()
	if len(units) == 0 {
		return nil, "", fault.Forbidden("您还没有绑定承办单位。")
	}
	return s.list(ctx, narrowed(eachOf([]walk{{}}, "unit_id", units), which, model.SideUnit), asked{by, which, model.SideUnit}, page)
}

// narrowed passes over what a person's own list leaves out.
func narrowed(walks []walk, which Which, side model.Side) []walk {
	var conditions []condition
	if states := which.states(side); states != nil {
		conditions = append(conditions, condition{sql: "state IN ?", args: []any{states}})
	}
	if which == WhichOverdue {
		conditions = append(conditions, condition{sql: "overdue = ?", args: []any{true}})
	}
	for i, w := range walks {
		walks[i] = w.passing(conditions...)
	}
	return walks
}

// asked is who asks for which list.
type asked struct {
	by    model.Actor
	which Which
	side  model.Side
}

// list reads one page. What it shows to others than the resident is written to
// the readings first. What is under restriction is in no list.
func (s *Service) list(ctx context.Context, walks []walk, a asked, page store.Page) ([]Row, string, error) {
	after, err := cursorOf(page)
	if err != nil {
		return nil, "", err
	}
	for i, w := range walks {
		walks[i] = w.passing(condition{sql: "restricted_at IS NULL"})
	}
	found, err := s.read(ctx, walks, after, page.Rows()+1)
	if err != nil {
		return nil, "", err
	}
	rows, next := store.Cut(found, page, func(r Row) string { return store.TimeCursor(r.Message.SubmittedAt, r.Message.ID) })
	if err := s.noteSeen(ctx, a, rows); err != nil {
		return nil, "", err
	}
	for i := range rows {
		hideResident(&rows[i].Message, a.side)
	}
	return rows, next, nil
}

// noteSeen writes down who is about to be shown a list.
func (s *Service) noteSeen(ctx context.Context, a asked, rows []Row) error {
	if a.side == model.SideResident {
		return nil
	}
	seats := a.by.RepresentativeIDs()
	sights := make([]audit.Sight, len(rows))
	for i, r := range rows {
		as := office + " " + a.by.Name
		switch a.side {
		case model.SideUnit:
			as = strings.TrimSpace(r.Unit + " " + a.by.Name)
		case model.SideRepresentative:
			as = r.Representative + "代表"
			if slices.Contains(seats, r.Message.HolderID) {
				as = r.Holder + "代表"
			}
		case model.SideStaff, model.SideResident, model.SideSystem:
		}
		sights[i] = audit.Sight{MessageID: r.Message.ID, As: as}
	}
	return audit.Seen(ctx, s.db, a.by, audit.Look{Side: a.side, Depth: model.ReadingList}, sights, s.now())
}

func hideResident(m *model.Message, side model.Side) {
	if side == model.SideResident {
		return
	}
	if !known(*m, side) {
		m.ResidentName = nameless
	}
	m.ResidentID, m.WriterID = "", ""
}

// excerptMax is how many characters of a text a list shows.
const excerptMax = 60
