package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"lianxin/model"
)

// letter is one made-up message with everything it left behind.
type letter struct {
	message model.Message
	opening model.Turn
	answer  *model.Turn
	facts   []model.Fact
	clock   model.Deadline
	audit   []model.AuditLine
	notice  *model.Notice
	task    *model.Task
}

// scribe makes letters in the order of their time.
type scribe struct {
	world     *world
	dice      *rand.Rand
	total     int
	residents []model.Person
	seats     []model.Representative
	open      map[string]int
}

func newScribe(w *world, total int) *scribe {
	//nolint:gosec // made-up data must come out the same every time
	dice := rand.New(rand.NewPCG(4, uint64(total)))
	writing, written := w.active(total)
	return &scribe{world: w, dice: dice, total: total, residents: w.residents[:writing], seats: w.representatives[:written], open: map[string]int{}}
}

// active is how many people write and are written to. They are the fewer the
// shorter the history, so that each has as full a page with little data as with
// much: what grows must be the data, not the answers.
func (w *world) active(messages int) (residents, representatives int) {
	return min(len(w.residents), max(messages/5, w.signedInResidents/100)), min(len(w.representatives), max(messages/200, 1))
}

// writer picks a resident: half of all letters come from a tenth of the people,
// who write some fifty in two years.
func (s *scribe) writer() model.Person {
	if s.dice.IntN(2) == 0 {
		return pick(s.dice, s.residents[:max(1, len(s.residents)/10)])
	}
	return pick(s.dice, s.residents)
}

// addressee picks a representative: the best known get thousands.
func (s *scribe) addressee() model.Representative {
	return s.seats[int(math.Pow(s.dice.Float64(), 1.7)*float64(len(s.seats)))]
}

// openMax keeps a representative below the cap, as the routing does.
const openMax = 25

// destiny is what became of a message: mostly an end; the newest are open.
func (s *scribe) destiny(i int, holder string) model.MessageState {
	if age := float64(s.total-i) / float64(s.total); age < 0.06 && s.dice.IntN(10) < 6 && s.open[holder] < openMax {
		s.open[holder]++
		return pick(s.dice, []model.MessageState{
			model.MessageDelivered, model.MessageDelivered, model.MessageAcknowledged, model.MessageAcknowledged, model.MessageHandedOver,
			model.MessageHandling, model.MessageAnswered, model.MessageAnswered, model.MessageUnitAnswered, model.MessageAccepted,
		})
	}
	// The human check clears its queue within a working day: what it holds is new.
	if i > s.total-min(s.total/20, 1200) && s.dice.IntN(10) == 0 {
		return model.MessageHeld
	}
	switch n := s.dice.IntN(100); {
	case n < 62:
		return model.MessageConfirmed
	case n < 96:
		return model.MessageClosed
	case n < 98:
		return model.MessageWithdrawn
	case n < 99:
		return model.MessageRefused
	}
	return model.MessageOutOfScope
}

// letter makes the i-th message of the history.
func (s *scribe) letter(i int) letter {
	w := s.world
	at := filledUntil.Add(-span + time.Duration(float64(span)*float64(i)/float64(s.total))).Truncate(time.Millisecond)
	resident, rep := s.writer(), s.addressee()
	state := s.destiny(i, rep.ID)
	later := func(days float64) *time.Time {
		t := at.Add(time.Duration(days * 24 * float64(time.Hour))).Truncate(time.Millisecond)
		return &t
	}
	m := model.Message{
		ID: idAt(at, s.dice), Number: fmt.Sprintf("%s-%06d", at.Format("060102"), i), ResidentID: resident.ID, WriterID: resident.ID, ResidentName: resident.Name,
		RepresentativeID: rep.ID, HolderID: rep.ID, AreaID: rep.AreaID, AreaPath: rep.AreaPath, TopicID: pick(s.dice, w.topics).ID, Place: "幸福路口",
		HideName: s.dice.IntN(10) == 0, HandOverConsented: true, State: state, Round: 1, SubmittedAt: at, DeliveredAt: later(0.001), UpdatedAt: at,
	}
	l := letter{message: m}
	s.fate(&l, later)
	s.trail(&l)
	return l
}

// fate sets the dates that belong to a state.
func (s *scribe) fate(l *letter, later func(float64) *time.Time) {
	m := &l.message
	switch m.State {
	case model.MessageHeld, model.MessageRefused:
		m.DeliveredAt, m.HolderID = nil, ""
	case model.MessageAcknowledged, model.MessageHandedOver, model.MessageAccepted, model.MessageHandling:
		m.AcknowledgedAt = later(s.dice.Float64() * 3)
		if m.State != model.MessageAcknowledged {
			m.UnitID = pick(s.dice, s.world.units).ID
		}
	case model.MessageAnswered, model.MessageUnitAnswered, model.MessageConfirmed, model.MessageClosed:
		m.AcknowledgedAt, m.AnsweredAt, m.ResultAt = later(s.dice.Float64()*2), later(2+s.dice.Float64()*10), later(13)
		if m.State == model.MessageConfirmed || m.State == model.MessageClosed {
			m.ClosedAt = later(14 + s.dice.Float64()*14)
		}
		if m.State == model.MessageConfirmed {
			m.Word, m.Rating = model.WordSolved, 5
		}
	case model.MessageWithdrawn, model.MessageOutOfScope:
		m.ClosedAt = later(1)
	case model.MessageSubmitted, model.MessageScreened, model.MessageDelivered:
	}
	if m.ClosedAt == nil {
		m.DueAt = later(30)
		m.Overdue = s.dice.IntN(8) == 0
		if m.Overdue && s.dice.IntN(3) == 0 {
			m.Escalated = 1
		}
	}
}

// trail makes what a message leaves behind: its words, the chief facts, the
// clock, an audit line, a notice and, while it is open, the task that carried it.
// A real one leaves more of the same; the routes that are measured read none of it.
func (s *scribe) trail(l *letter) {
	m, at := l.message, l.message.SubmittedAt
	screening, judged := map[model.MessageState]model.Screening{model.MessageHeld: model.ScreeningHeld, model.MessageRefused: model.ScreeningRefused}[m.State]
	if !judged {
		screening = model.ScreeningShown
	}
	l.opening = model.Turn{
		ID: idAt(at, s.dice), MessageID: m.ID, Round: 1, Side: model.SideResident, AuthorID: m.WriterID, Author: m.ResidentName,
		Body: prose(s.dice, 60+s.dice.IntN(120)), Effect: model.EffectOpen, Screening: screening, CreatedAt: at, ShownAt: m.DeliveredAt,
	}
	if m.AnsweredAt != nil {
		code := "B" + m.Number[len("060102-"):]
		l.answer = &model.Turn{
			ID: idAt(*m.AnsweredAt, s.dice), MessageID: m.ID, Round: 1, Side: model.SideRepresentative, AuthorID: m.HolderID, Author: "代表",
			Body: prose(s.dice, 80+s.dice.IntN(100)), Effect: model.EffectAnswer, Screening: model.ScreeningShown, CheckCode: &code, CreatedAt: *m.AnsweredAt, ShownAt: m.AnsweredAt,
		}
	}
	fact := func(deed model.MessageDeed, from, to model.MessageState, when time.Time) {
		l.facts = append(l.facts, model.Fact{ID: idAt(when, s.dice), MessageID: m.ID, Round: 1, Deed: deed, FromState: from, ToState: to, Side: model.SideResident, ActorID: m.WriterID, Actor: m.ResidentName, At: when})
	}
	fact(model.DeedSubmit, "", model.MessageSubmitted, at)
	if m.DeliveredAt != nil {
		fact(model.DeedDeliver, model.MessageScreened, model.MessageDelivered, *m.DeliveredAt)
	}
	l.clock = model.Deadline{ID: idAt(at, s.dice), Kind: model.DeadlineFinish, TargetKind: "message", TargetID: m.ID, AreaPath: m.AreaPath, State: model.DeadlineMet, StartedAt: at, DueAt: at.Add(30 * 24 * time.Hour), EndedAt: m.ClosedAt}
	if m.ClosedAt == nil {
		next := filledUntil.Add(400 * 24 * time.Hour) // no clock strikes while measuring
		l.clock.State, l.clock.NextAt, l.clock.EndedAt = model.DeadlineRunning, &next, nil
	}
	for _, f := range l.facts[:1] {
		l.audit = append(l.audit, model.AuditLine{ID: idAt(f.At, s.dice), At: f.At, ActorID: f.ActorID, Actor: f.Actor, Action: "message." + string(f.Deed), TargetKind: "message", TargetID: m.ID, AreaPath: m.AreaPath, Detail: string(f.FromState) + " → " + string(f.ToState)})
	}
	if m.DeliveredAt != nil {
		l.notice = &model.Notice{
			ID: idAt(*m.DeliveredAt, s.dice), PersonID: m.ResidentID, Happening: m.ID + "/delivered/1", Template: model.TemplateProgress, Title: "来信已送达", Body: "您的来信已送达代表，会有回应。",
			Hint: "会有回应", Link: "pages/message/detail?id=" + m.ID, MessageID: m.ID, Thing: "来信 " + m.Number, Phrase: "已送达", State: model.NoticePushed, Channel: model.ChannelSubscribe, CreatedAt: *m.DeliveredAt, PushedAt: m.DeliveredAt,
		}
	}
	if m.ClosedAt != nil {
		return
	}
	l.task = &model.Task{ID: idAt(at, s.dice), Kind: "screen_turn", DedupeKey: l.opening.ID, Payload: `{"TurnID":"` + l.opening.ID + `"}`, State: model.TaskDone, RunAt: at, Attempts: 1, CreatedAt: at, EndedAt: m.DeliveredAt}
}
