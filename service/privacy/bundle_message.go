package privacy

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/store"
)

// hiddenDeeds are what only staff see of a message.
var hiddenDeeds = []model.MessageDeed{
	model.DeedRemind, model.DeedEscalate, model.DeedRefuseTurn, model.DeedReleaseTurn, model.DeedAppealTurn,
}

// messages visits what the person wrote and what was written for them, the
// oldest first.
func (b bundle) messages(ctx context.Context, visit func(messageOfSelf) error) error {
	last := ""
	for {
		found, err := store.From[model.Message](b.s.db.Read()).
			Where("(resident_id = ? OR writer_id = ?) AND restricted_at IS NULL AND id > ?", b.by.PersonID, b.by.PersonID, last).
			Order("id").Limit(bundlePage).Find(ctx)
		if err != nil {
			return fmt.Errorf("privacy: read messages: %w", err)
		}
		for _, m := range found {
			last = m.ID
			whole, err := b.message(ctx, m)
			if err != nil {
				return err
			}
			if err := visit(whole); err != nil {
				return err
			}
		}
		if len(found) < bundlePage {
			return nil
		}
	}
}

// picturesOf lists the ids of the pictures that go with a turn.
func picturesOf(t model.Turn, among []model.Picture) []string {
	ids := []string{}
	for _, p := range among {
		if p.TurnID == t.ID {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// message gathers one, as its writer may see it. In a message that was written
// for somebody else, that person's name stays out: it is not the writer's data.
func (b bundle) message(ctx context.Context, m model.Message) (messageOfSelf, error) {
	mine := m.ResidentID == b.by.PersonID
	whole := messageOfSelf{
		ID: m.ID, Number: m.Number, Mine: mine, Name: m.ResidentName, Place: m.Place, State: model.MessageStateWords(m.State), SentAt: m.SubmittedAt.In(model.Shanghai),
		AnsweredAt: m.AnsweredAt, Word: m.Word, Rating: m.Rating, Comment: m.RatingComment, Turns: []turnOfSelf{}, Facts: []factOfSelf{}, Readings: []readingsOfSelf{},
	}
	hide := func(_ model.Side, name string) string { return name }
	if !mine {
		whole.Name = otherPerson
		hide = func(side model.Side, name string) string {
			if side == model.SideResident {
				return otherPerson
			}
			return name
		}
	}
	db := b.s.db.Read()
	turns, err := store.From[model.Turn](db).Where("message_id = ? AND (screening = ? OR author_id = ?)", m.ID, model.ScreeningShown, b.by.PersonID).Order("created_at, id").Find(ctx)
	if err != nil {
		return whole, fmt.Errorf("privacy: read turns: %w", err)
	}
	pictures, err := store.From[model.Picture](db).Where("message_id = ? AND screening <> ?", m.ID, model.ScreeningRefused).Order("created_at, id").Find(ctx)
	if err != nil {
		return whole, fmt.Errorf("privacy: read pictures: %w", err)
	}
	for _, t := range turns {
		whole.Turns = append(whole.Turns, turnOfSelf{t.Side, hide(t.Side, t.Author), t.Body, t.CreatedAt.In(model.Shanghai), picturesOf(t, pictures)})
	}
	facts, err := store.From[model.Fact](db).Where("message_id = ? AND deed NOT IN ?", m.ID, hiddenDeeds).Order("at, id").Find(ctx)
	if err != nil {
		return whole, fmt.Errorf("privacy: read facts: %w", err)
	}
	for _, f := range facts {
		whole.Facts = append(whole.Facts, factOfSelf{f.Deed, hide(f.Side, f.Actor), f.Note, f.At.In(model.Shanghai)})
	}
	readings, err := store.From[model.Reading](db).Where("message_id = ? AND reader_id <> ?", m.ID, b.by.PersonID).Order("at, reader_id").Find(ctx)
	if err != nil {
		return whole, fmt.Errorf("privacy: read readings: %w", err)
	}
	for _, r := range readings {
		whole.Readings = append(whole.Readings, readingsOfSelf{r.Reader, r.Depth, r.At.In(model.Shanghai)})
	}
	return whole, nil
}

// otherPerson stands for whom a message was written for.
const otherPerson = "（您代写的当事人）"
