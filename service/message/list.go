package message

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Row is a message in a list.
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

// Mine lists the messages a resident sent or that were written for them,
// newest first.
func (s *Service) Mine(ctx context.Context, by model.Actor, which Which, page store.Page) ([]Row, string, error) {
	q := gorm.G[model.Message](s.db.Read()).Where("(resident_id = ? OR writer_id = ?)", by.PersonID, by.PersonID)
	return s.list(ctx, q, asked{by, which, model.SideResident}, page)
}

// Inbox lists the messages that a representative holds, newest first. Fault:
// forbidden.
func (s *Service) Inbox(ctx context.Context, by model.Actor, which Which, page store.Page) ([]Row, string, error) {
	seats := by.RepresentativeIDs()
	if len(seats) == 0 {
		return nil, "", fault.Forbidden("您还没有绑定代表身份。")
	}
	q := gorm.G[model.Message](s.db.Read()).Where("holder_id IN ? AND delivered_at IS NOT NULL", seats)
	return s.list(ctx, q, asked{by, which, model.SideRepresentative}, page)
}

// UnitDesk lists the messages that a unit was handed, newest first. Fault: forbidden.
func (s *Service) UnitDesk(ctx context.Context, by model.Actor, which Which, page store.Page) ([]Row, string, error) {
	units := by.UnitIDs()
	if len(units) == 0 {
		return nil, "", fault.Forbidden("您还没有绑定承办单位。")
	}
	q := gorm.G[model.Message](s.db.Read()).Where("unit_id IN ?", units)
	return s.list(ctx, q, asked{by, which, model.SideUnit}, page)
}

// Queue lists the messages of a liaison officer's areas, newest first. Fault:
// forbidden.
func (s *Service) Queue(ctx context.Context, by model.Actor, which Which, page store.Page) ([]Row, string, error) {
	if !by.Permits(model.PermitMessageOversee) {
		return nil, "", fault.Forbidden("您没有查看来信办理情况的权限。")
	}
	q := gorm.G[model.Message](s.db.Read()).Where(store.WithinAny("area_path", by.AreaPaths(model.PermitMessageOversee)))
	return s.list(ctx, q, asked{by, which, model.SideStaff}, page)
}

// asked is who asks for which list.
type asked struct {
	by    model.Actor
	which Which
	side  model.Side
}

// list reads one page. What it shows to others than the resident is written to
// the readings first. What is under restriction is in no list.
func (s *Service) list(ctx context.Context, q gorm.ChainInterface[model.Message], a asked, page store.Page) ([]Row, string, error) {
	q = narrow(q.Where("restricted_at IS NULL"), a)
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(submitted_at < ? OR (submitted_at = ? AND id < ?))", at, at, id)
	}
	found, err := q.Order("submitted_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("message: list: %w", err)
	}
	found, next := store.Cut(found, page, func(m model.Message) string { return store.TimeCursor(m.SubmittedAt, m.ID) })
	rows := make([]Row, len(found))
	for i, m := range found {
		rows[i].Message = m
	}
	if err := s.nameRows(ctx, s.db.Read(), rows); err != nil {
		return nil, "", err
	}
	if err := s.excerpt(ctx, rows); err != nil {
		return nil, "", err
	}
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

func narrow(q gorm.ChainInterface[model.Message], a asked) gorm.ChainInterface[model.Message] {
	if states := a.which.states(a.side); states != nil {
		q = q.Where("state IN ?", states)
	}
	switch a.which {
	case WhichOverdue:
		q = q.Where("overdue = ?", true)
	case WhichEscalated:
		q = q.Where("escalated > 0")
	case WhichUnassigned:
		q = q.Where("holder_id = ?", "")
	case WhichHeld:
		q = q.Where("id IN (SELECT message_id FROM turns WHERE screening = ?)", model.ScreeningHeld)
	case WhichUnreachable:
		q = q.Where("resident_id IN (SELECT id FROM people WHERE unreachable_since IS NOT NULL)")
	case WhichAll, WhichWaiting, WhichAnswered, WhichEnded:
	}
	return q
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

// excerpt gives each row the beginning of its first words.
func (s *Service) excerpt(ctx context.Context, rows []Row) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.Message.ID
	}
	opening, err := gorm.G[model.Turn](s.db.Read()).Where("message_id IN ? AND effect = ?", ids, model.EffectOpen).Find(ctx)
	if err != nil {
		return fmt.Errorf("message: read excerpts: %w", err)
	}
	for i := range rows {
		for _, t := range opening {
			if t.MessageID == rows[i].Message.ID {
				runes := []rune(t.Body)
				rows[i].Excerpt = string(runes[:min(len(runes), 60)])
			}
		}
	}
	return nil
}

// nameRows fills in topics, representatives, units and studios, one read each.
func (s *Service) nameRows(ctx context.Context, db *gorm.DB, rows []Row) error {
	var topics, seats, units, studios []string
	for _, r := range rows {
		topics, units, studios = append(topics, r.Message.TopicID), append(units, r.Message.UnitID), append(studios, r.Message.StudioID)
		seats = append(seats, r.Message.RepresentativeID, r.Message.HolderID)
	}
	topicNames, err := names(ctx, db, topics, func(t model.Topic) (string, string) { return t.ID, t.Name })
	if err != nil {
		return err
	}
	seatNames, err := names(ctx, db, seats, func(r model.Representative) (string, string) { return r.ID, r.Name })
	if err != nil {
		return err
	}
	unitNames, err := names(ctx, db, units, func(u model.Unit) (string, string) { return u.ID, u.Name })
	if err != nil {
		return err
	}
	studioNames, err := names(ctx, db, studios, func(st model.Studio) (string, string) { return st.ID, st.Name })
	if err != nil {
		return err
	}
	for i, r := range rows {
		m := r.Message
		rows[i].Topic, rows[i].Representative, rows[i].Holder = topicNames[m.TopicID], seatNames[m.RepresentativeID], seatNames[m.HolderID]
		rows[i].Unit, rows[i].Studio = unitNames[m.UnitID], studioNames[m.StudioID]
	}
	return nil
}

func names[T any](ctx context.Context, db *gorm.DB, ids []string, name func(T) (id, name string)) (map[string]string, error) {
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
	named := map[string]string{}
	if len(ids) == 0 {
		return named, nil
	}
	found, err := gorm.G[T](db).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: read names: %w", err)
	}
	for _, row := range found {
		id, n := name(row)
		named[id] = n
	}
	return named, nil
}
