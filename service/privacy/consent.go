package privacy

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Consent is one permission as it was given or taken back: with the words the
// person read, and the number of the message it was for.
type Consent struct {
	ID        string
	Wording   model.Wording
	MessageID string
	Number    string
	Given     bool
	// InForce marks the newest word of its purpose and message.
	InForce bool
	At      time.Time
}

// Consents lists what a person agreed to and took back, newest first (PIPL
// articles 15 and 45). Fault: unauthenticated.
func (s *Service) Consents(ctx context.Context, by model.Actor, page store.Page) ([]Consent, string, error) {
	if err := signedIn(by); err != nil {
		return nil, "", err
	}
	q := store.From[model.Consent](s.db.Read()).Where("person_id = ?", by.PersonID)
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(at < ? OR (at = ? AND id < ?))", at, at, id)
	}
	rows, err := q.Order("at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("privacy: list consents: %w", err)
	}
	rows, next := store.Cut(rows, page, func(c model.Consent) string { return store.TimeCursor(c.At, c.ID) })
	given, err := s.explain(ctx, by, rows)
	return given, next, err
}

// explain adds words, numbers and what is in force to rows of one person.
func (s *Service) explain(ctx context.Context, by model.Actor, rows []model.Consent) ([]Consent, error) {
	targets := make([]string, len(rows))
	for i, r := range rows {
		targets[i] = r.TargetID
	}
	numbers, err := s.numbers(ctx, targets)
	if err != nil {
		return nil, err
	}
	all, err := store.From[model.Consent](s.db.Read()).Where("person_id = ? AND target_id IN ?", by.PersonID, targets).Order("at, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("privacy: read history of consents: %w", err)
	}
	newest := map[[2]string]string{}
	for _, c := range all {
		newest[[2]string{string(c.Purpose), c.TargetID}] = c.ID
	}
	given := make([]Consent, len(rows))
	for i, r := range rows {
		wording, known := model.WordingOf(r.Purpose, r.Wording)
		if !known {
			return nil, fmt.Errorf("privacy: consent %s names words that are not kept: %s %s", r.ID, r.Purpose, r.Wording)
		}
		given[i] = Consent{
			ID: r.ID, Wording: wording, MessageID: r.TargetID, Number: numbers[r.TargetID], Given: r.Given, At: r.At,
			InForce: newest[[2]string{string(r.Purpose), r.TargetID}] == r.ID,
		}
	}
	return given, nil
}

// Decision is a person's word on one wording.
type Decision struct {
	Version string
	Given   bool
}

// SetPolicy takes a person's word on the rules for personal data, or takes it
// back (PIPL article 15): who took it back writes no new messages until they
// agree again, and loses nothing else (article 16). Said twice, it stands once.
// Faults: unauthenticated; conflict when the words have changed since they were shown.
func (s *Service) SetPolicy(ctx context.Context, by model.Actor, d Decision) error {
	if err := signedIn(by); err != nil {
		return err
	}
	if d.Given {
		if err := model.CheckWording(model.ConsentPrivacyPolicy, d.Version); err != nil {
			return err
		}
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		last, err := store.From[model.Consent](tx).Where("person_id = ? AND purpose = ? AND target_id = ?", by.PersonID, model.ConsentPrivacyPolicy, "").
			Order("at DESC, id DESC").Limit(1).Find(ctx)
		if err != nil {
			return fmt.Errorf("privacy: find last word on policy: %w", err)
		}
		row := model.Consent{ID: model.NewID(), PersonID: by.PersonID, Purpose: model.ConsentPrivacyPolicy, Wording: d.Version, Given: d.Given, At: s.now()}
		switch {
		case len(last) == 0 && !d.Given:
			return nil
		case len(last) > 0 && last[0].Given == d.Given && (!d.Given || last[0].Wording == d.Version):
			return nil
		case !d.Given:
			row.Wording = last[0].Wording
		}
		if err := store.From[model.Consent](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("privacy: write consent: %w", err)
		}
		action := "consent.take_back"
		if d.Given {
			action = "consent.give"
		}
		return audit.Record(ctx, tx, by, action, audit.Target{Kind: "person", ID: by.PersonID, Detail: string(row.Purpose) + " " + row.Wording}, row.At)
	})
}
