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
	"lianxin/service/deadline"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Thread is a message as one side may see it: words that passed the check, or
// are the viewer's own; names only where they may be known. Deeds lists what
// the viewer can do next.
type Thread struct {
	Message        model.Message
	Topic          string
	Representative string
	Holder         string
	Unit           string
	Studio         string
	Contact        Contact
	Turns          []ShownTurn
	Facts          []model.Fact
	Notes          []model.Note
	Clock          *model.Deadline
	Deeds          []model.MessageDeed
	// Findings are, for staff, why turns were not simply let through.
	Findings []model.TurnFinding
	// MayExtend is by how many working days staff may extend the clock now.
	MayExtend int
	// Leading is, for staff, the message with which this one is answered, and
	// Gathered those that are answered with this one.
	Leading  *Companion
	Gathered []Companion
	// AlsoAnswers is how many other messages an answer to this one answers: known
	// to whoever may answer it.
	AlsoAnswers int
	// Card is, for staff, the public answer that was made of this message, taken
	// down or not; nil when none was.
	Card *model.AnsweredCard
	// Unreachable is set for staff when the resident cannot be reached by push.
	Unreachable bool
}

// Contact is how the viewer may call and reach the resident; empty where they
// may not know.
type Contact struct {
	Name  string
	Phone string
}

// ShownTurn is a turn with its pictures.
type ShownTurn struct {
	model.Turn
	Mine     bool
	Pictures []model.Picture
}

// view is who looks.
type view struct {
	side   model.Side
	person string
	// as is what the viewer is called in function.
	as string
	// watches marks somebody who may look and not act, as an addressee whose
	// message went to the studio.
	watches bool
}

// nameless is how a resident is called by those who may not know the name.
const nameless = "一位居民"

// Read opens a message for one side. A resident's first look at an answer makes
// it delivered; anybody else's look at a person's name is written to the audit
// log. Fault: not found.
func (s *Service) Read(ctx context.Context, by model.Actor, side model.Side, id string) (Thread, error) {
	var m model.Message
	var v view
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		if m, v, err = s.visible(ctx, tx, by, side, id); err != nil {
			return err
		}
		if side == model.SideResident {
			return s.resultDelivered(ctx, tx, by, &m)
		}
		if err := s.opened(ctx, tx, by, acting{side, v.as}, m.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "message.read", audit.Target{Kind: targetKind, ID: m.ID, AreaPath: m.AreaPath, Detail: string(side)}, s.now())
	})
	if err != nil {
		return Thread{}, err
	}
	return s.thread(ctx, m, v)
}

// opened writes down who is about to be shown a whole exchange.
func (s *Service) opened(ctx context.Context, tx *gorm.DB, by model.Actor, as acting, messageID string) error {
	if as.side == model.SideResident {
		return nil
	}
	if as.side == model.SideStaff && !strings.HasPrefix(as.name, office) {
		as.name = office + " " + as.name
	}
	return audit.SeenIn(ctx, tx, by, audit.Look{Side: as.side, Depth: model.ReadingThread}, []audit.Sight{{MessageID: messageID, As: as.name}}, s.now())
}

// office is how the liaison office is called before a name.
const office = "联络办"

// visible loads a message if the actor may see it from that side.
func (s *Service) visible(ctx context.Context, tx *gorm.DB, by model.Actor, side model.Side, id string) (model.Message, view, error) {
	v := view{side: side, person: by.PersonID}
	switch side {
	case model.SideResident:
		m, _, err := s.own(ctx, tx, by, id)
		return m, v, err
	case model.SideUnit:
		m, as, err := s.withUnit(ctx, tx, by, id)
		v.as = as.name
		return m, v, err
	case model.SideStaff:
		m, as, err := s.overseen(ctx, tx, by, id)
		v.as = as.name
		return m, v, err
	case model.SideRepresentative, model.SideSystem:
	}
	seats := by.RepresentativeIDs()
	m, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL AND delivered_at IS NOT NULL AND (holder_id IN ? OR representative_id IN ?)", id, seats, seats).Take(ctx)
	if len(seats) == 0 || store.IsAbsent(err) {
		return m, v, fault.NotFound("这封来信")
	}
	if err != nil {
		return m, v, fmt.Errorf("message: find: %w", err)
	}
	v.watches = !slices.Contains(seats, m.HolderID)
	seat := m.HolderID
	if v.watches {
		seat = m.RepresentativeID
	}
	rep, err := store.From[model.Representative](tx).Where("id = ?", seat).Take(ctx)
	if err != nil {
		return m, v, fmt.Errorf("message: find seat of viewer: %w", err)
	}
	v.as = rep.Name + "代表"
	return m, v, nil
}

// resultDelivered notes that an answer reached the resident: the third of the
// three facts.
func (s *Service) resultDelivered(ctx context.Context, tx *gorm.DB, by model.Actor, m *model.Message) error {
	if m.AnsweredAt == nil || m.ResultAt != nil {
		return nil
	}
	at := s.now()
	m.ResultAt = &at
	return s.note(ctx, tx, *m, change{deed: model.DeedResult, by: by, side: model.SideResident, name: m.ResidentName, set: map[string]any{"result_at": at}})
}

// thread gathers what a viewer may see of a message.
func (s *Service) thread(ctx context.Context, m model.Message, v view) (Thread, error) {
	t := Thread{Message: m}
	db := s.db.Read()
	var err error
	if err = s.nameParties(ctx, db, &t); err != nil {
		return Thread{}, err
	}
	if t.Turns, err = s.shownTurns(ctx, db, m.ID, v); err != nil {
		return Thread{}, err
	}
	if t.Facts, err = store.From[model.Fact](db).Where("message_id = ?", m.ID).Order("at, id").Find(ctx); err != nil {
		return Thread{}, fmt.Errorf("message: read facts: %w", err)
	}
	if clock, counts, err := deadline.Current(ctx, db, m.ID); err != nil {
		return Thread{}, err
	} else if counts {
		t.Clock = &clock
	}
	if err = s.knowResident(ctx, db, &t, v); err != nil {
		return Thread{}, err
	}
	if v.side == model.SideStaff {
		if err = s.knowOffice(ctx, db, &t); err != nil {
			return Thread{}, err
		}
	} else {
		t.Facts = slices.DeleteFunc(t.Facts, func(f model.Fact) bool { return internal[f.Deed] })
	}
	if v.watches {
		return t, nil
	}
	return t, s.knowDeeds(ctx, db, &t, v)
}

// knowDeeds fills in what the viewer can do now, and how many an answer answers.
func (s *Service) knowDeeds(ctx context.Context, db *gorm.DB, t *Thread, v view) (err error) {
	t.Deeds = s.deeds(t.Message, v.side)
	if v.side == model.SideRepresentative || v.side == model.SideUnit {
		if t.AlsoAnswers, err = s.countGathered(ctx, db, t.Message); err != nil {
			return err
		}
	}
	if t.Message.LeadingID != "" {
		t.Deeds, err = s.deedsOfGathered(ctx, db, t.Message, t.Deeds)
	}
	return err
}

// knowOffice fills in what only the liaison office sees.
func (s *Service) knowOffice(ctx context.Context, db *gorm.DB, t *Thread) (err error) {
	if t.Clock != nil {
		if t.MayExtend, err = deadline.MayExtend(ctx, db, *t.Clock); err != nil {
			return err
		}
	}
	if t.Notes, err = store.From[model.Note](db).Where("message_id = ?", t.Message.ID).Order("created_at, id").Find(ctx); err != nil {
		return fmt.Errorf("message: read notes: %w", err)
	}
	cards, err := store.From[model.AnsweredCard](db).Where("message_id = ?", t.Message.ID).Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("message: find card: %w", err)
	}
	if len(cards) > 0 {
		t.Card = &cards[0]
	}
	if err := s.knowCompanions(ctx, db, t); err != nil {
		return err
	}
	if t.Findings, err = store.From[model.TurnFinding](db).Where("message_id = ?", t.Message.ID).Order("created_at, id").Find(ctx); err != nil {
		return fmt.Errorf("message: read findings: %w", err)
	}
	return nil
}

// internal are the deeds only staff see.
var internal = map[model.MessageDeed]bool{
	model.DeedRemind: true, model.DeedEscalate: true, model.DeedRefuseTurn: true, model.DeedReleaseTurn: true, model.DeedAppealTurn: true,
}

var deedsOf = map[model.Side][]model.MessageDeed{
	model.SideResident:       {model.DeedWithdraw, model.DeedConfirm, model.DeedReopen, model.DeedObject},
	model.SideRepresentative: {model.DeedAcknowledge, model.DeedAnswer, model.DeedHandOver, model.DeedOutOfScope},
	model.SideStaff:          {model.DeedAcknowledge, model.DeedAnswer, model.DeedHandOver, model.DeedOutOfScope},
	model.SideUnit:           {model.DeedAccept, model.DeedUnitRefuse, model.DeedHandle, model.DeedUnitAnswer},
}

func (s *Service) deeds(m model.Message, side model.Side) []model.MessageDeed {
	return slices.DeleteFunc(s.flow.Deeds(m.State), func(d model.MessageDeed) bool {
		return !slices.Contains(deedsOf[side], d) || side == model.SideUnit && m.UnitID == ""
	})
}

func (s *Service) shownTurns(ctx context.Context, db *gorm.DB, messageID string, v view) ([]ShownTurn, error) {
	turns, err := store.From[model.Turn](db).Where("message_id = ?", messageID).Order("created_at, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: read turns: %w", err)
	}
	pictures, err := store.From[model.Picture](db).Where("message_id = ?", messageID).Order("created_at, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: read pictures: %w", err)
	}
	shown := []ShownTurn{}
	for _, t := range turns {
		mine := t.AuthorID == v.person
		if t.Screening != model.ScreeningShown && !mine && v.side != model.SideStaff {
			continue
		}
		st := ShownTurn{Turn: t, Mine: mine, Pictures: []model.Picture{}}
		for _, p := range pictures {
			if p.TurnID == t.ID {
				st.Pictures = append(st.Pictures, p)
			}
		}
		shown = append(shown, st)
	}
	return shown, nil
}

// nameParties fills in what the parties are called.
func (s *Service) nameParties(ctx context.Context, db *gorm.DB, t *Thread) error {
	rows := []Row{{Message: t.Message}}
	if err := s.nameRows(ctx, db, rows); err != nil {
		return err
	}
	t.Topic, t.Representative, t.Holder, t.Unit, t.Studio = rows[0].Topic, rows[0].Representative, rows[0].Holder, rows[0].Unit, rows[0].Studio
	return nil
}

// knowResident fills in what the viewer may know of the resident and takes the
// rest out of everything else in the thread.
func (s *Service) knowResident(ctx context.Context, db *gorm.DB, t *Thread, v view) error {
	m := t.Message
	resident, err := store.From[model.Person](db).Where("id = ?", m.ResidentID).Take(ctx)
	if err != nil {
		return fmt.Errorf("message: find resident: %w", err)
	}
	if known(m, v.side) {
		phone, err := s.keys.Open(sealed.PhoneOf(resident.ID), resident.Phone)
		if err != nil {
			return fmt.Errorf("message: read phone of resident: %w", err)
		}
		t.Contact = Contact{Name: m.ResidentName, Phone: phone}
	}
	if v.side == model.SideStaff {
		t.Unreachable = resident.UnreachableSince != nil
	}
	if v.side == model.SideResident {
		return nil
	}
	name := orElse(t.Contact.Name, nameless)
	t.Message.ResidentName, t.Message.ResidentID, t.Message.WriterID = name, "", ""
	for i := range t.Turns {
		t.Turns[i].AuthorID = ""
		if t.Turns[i].Side == model.SideResident {
			t.Turns[i].Author = name
		}
	}
	for i := range t.Facts {
		t.Facts[i].ActorID = ""
		if t.Facts[i].Side == model.SideResident {
			t.Facts[i].Actor = name
		}
	}
	return nil
}

// known says whether a side may know who the resident is: the addressee unless
// the name was hidden, the liaison office, a unit only with consent.
func known(m model.Message, side model.Side) bool {
	switch side {
	case model.SideResident, model.SideStaff:
		return true
	case model.SideRepresentative:
		return !m.HideName
	case model.SideUnit:
		return m.HandOverConsented && !m.HideName
	case model.SideSystem:
	}
	return false
}
