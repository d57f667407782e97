// Package message is the main job of the house: a resident's matter goes to a
// representative, is acknowledged, answered or handed to a unit, and comes back
// with an answer that the resident judges. It knows who may do what in which
// state, runs the clock, writes facts and audit lines, and tells people through
// notices. It speaks to nobody outside: what leaves goes by the outbox.
package message

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/model/flow"
	"lianxin/service/audit"
	"lianxin/service/deadline"
	"lianxin/service/limit"
	"lianxin/service/message/abuse"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Screener is WeChat's text check. Its errors wrap model.ErrNoRecentVisit and
// model.ErrUnknownPerson when it cannot check for this person.
type Screener interface {
	CheckText(ctx context.Context, openID, text string) (model.Suggestion, error)
}

// Service carries messages through their workflow.
type Service struct {
	db       *store.DB
	now      func() time.Time
	screener Screener
	keys     *sealed.Keys
	cap      int
	limits   []limit.Rate
	rules    abuse.Rules
	flow     flow.Table[model.MessageState, model.MessageDeed]
}

// Options wires a Service. Cap is the number of open messages of one
// representative from which new ones go to the studio, where the representative
// set none. Limits are how many messages a person may send; each of them holds.
// Rules are those against abuse; the zero Rules find nothing.
type Options struct {
	DB       *store.DB
	Now      func() time.Time
	Screener Screener
	Keys     *sealed.Keys
	Cap      int
	Limits   []limit.Rate
	Rules    abuse.Rules
}

// New makes a Service.
func New(o Options) *Service {
	return &Service{db: o.DB, now: o.Now, screener: o.Screener, keys: o.Keys, cap: o.Cap, limits: o.Limits, rules: o.Rules, flow: model.MessageFlow()}
}

// change is one deed on a message. Note is written with the fact; set holds the
// columns that change beside the state.
type change struct {
	deed model.MessageDeed
	by   model.Actor
	side model.Side
	name string
	note string
	set  map[string]any
}

// move takes a message to its next state by compare-and-set, writes the fact
// and the audit line, and starts or stops the clock. Faults: conflict when the
// state does not allow the deed, or somebody was faster.
func (s *Service) move(ctx context.Context, tx *gorm.DB, m *model.Message, c change) error {
	to, err := s.flow.Next(m.State, c.deed)
	if _, none := errors.AsType[*flow.NoStepError](err); none {
		return fault.Conflict("这封来信目前的状态是“%s”，不能进行这个操作。", model.MessageStateWords(m.State))
	}
	if err != nil {
		return fmt.Errorf("message: next state: %w", err)
	}
	now := s.now()
	set := map[string]any{"state": to, "updated_at": now}
	maps.Copy(set, c.set)
	clock, err := s.turnClock(ctx, tx, m, to, now)
	if err != nil {
		return err
	}
	maps.Copy(set, clock)
	n, err := store.From[model.Message](tx).Where("id = ? AND state = ? AND round = ?", m.ID, m.State, m.Round).
		Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return fmt.Errorf("message: %s: %w", c.deed, err)
	}
	if n != 1 {
		return fault.Conflict("这封来信刚刚有了新的变化，请刷新后再试。")
	}
	from := m.State
	if err := s.setFree(ctx, tx, *m, to); err != nil {
		return err
	}
	if *m, err = store.From[model.Message](tx).Where("id = ?", m.ID).Take(ctx); err != nil {
		return fmt.Errorf("message: read back: %w", err)
	}
	if slices.Contains(leading, from) {
		if err := s.followers(ctx, tx, *m); err != nil {
			return err
		}
	}
	return s.writeFact(ctx, tx, *m, from, c)
}

// note writes down a deed that moves nothing.
func (s *Service) note(ctx context.Context, tx *gorm.DB, m model.Message, c change) error {
	if len(c.set) > 0 {
		c.set["updated_at"] = s.now()
		n, err := store.From[model.Message](tx).Where("id = ? AND state = ?", m.ID, m.State).Set(clause.Assignments(c.set)).Update(ctx)
		if err != nil {
			return fmt.Errorf("message: %s: %w", c.deed, err)
		}
		if n != 1 {
			return fault.Conflict("这封来信刚刚有了新的变化，请刷新后再试。")
		}
	}
	return s.writeFact(ctx, tx, m, m.State, c)
}

func (s *Service) writeFact(ctx context.Context, tx *gorm.DB, m model.Message, from model.MessageState, c change) error {
	return s.keepFact(ctx, tx, m, s.factOf(m, from, c), c)
}

func (s *Service) factOf(m model.Message, from model.MessageState, c change) model.Fact {
	return model.Fact{
		ID: model.NewID(), MessageID: m.ID, Round: m.Round, Deed: c.deed, FromState: from, ToState: m.State,
		Side: c.side, ActorID: c.by.PersonID, Actor: cmp.Or(c.name, c.by.Name), Note: c.note, At: s.now(),
	}
}

func (s *Service) keepFact(ctx context.Context, tx *gorm.DB, m model.Message, fact model.Fact, c change) error {
	if err := store.From[model.Fact](tx).Create(ctx, &fact); err != nil {
		return fmt.Errorf("message: write fact: %w", err)
	}
	return audit.Record(ctx, tx, c.by, "message."+string(c.deed), audit.Target{
		Kind: "message", ID: m.ID, AreaPath: m.AreaPath, Detail: fmt.Sprintf("%s → %s", fact.FromState, m.State),
	}, fact.At)
}

// clockOf says which clock runs in a state; none in a final one.
func clockOf(state model.MessageState) model.DeadlineKind {
	switch state {
	case model.MessageSubmitted:
		return model.DeadlineScreenStall
	case model.MessageHeld:
		return model.DeadlineHumanCheck
	case model.MessageRefused:
		return model.DeadlineAppeal
	case model.MessageDelivered:
		return model.DeadlineFirstTouch
	case model.MessageAcknowledged:
		return model.DeadlineHandOver
	case model.MessageHandedOver:
		return model.DeadlineUnitAccept
	case model.MessageAccepted, model.MessageHandling:
		return model.DeadlineFinish
	case model.MessageAnswered, model.MessageUnitAnswered:
		return model.DeadlineAskSolved
	case model.MessageOutOfScope:
		return model.DeadlineObjection
	case model.MessageScreened, model.MessageConfirmed, model.MessageClosed, model.MessageWithdrawn:
		return ""
	}
	return ""
}

// turnClock lets the clock of the new state run, unless it runs already, and
// gives the columns of the message that show it.
func (s *Service) turnClock(ctx context.Context, tx *gorm.DB, m *model.Message, to model.MessageState, now time.Time) (map[string]any, error) {
	kind := clockOf(to)
	if kind != "" && kind == clockOf(m.State) {
		return map[string]any{}, nil
	}
	shown := map[string]any{"due_at": nil, "paused": false, "overdue": false, "escalated": 0}
	if kind == "" {
		return shown, deadline.Stop(ctx, tx, m.ID, model.DeadlineMet, now)
	}
	d, err := deadline.Start(ctx, tx, deadline.On{TargetKind: targetKind, TargetID: m.ID, AreaPath: m.AreaPath}, kind, now)
	if err != nil {
		return nil, err
	}
	shown["due_at"] = d.DueAt
	return shown, nil
}

// targetKind names messages to the rooms that serve every subject.
const targetKind = "message"
