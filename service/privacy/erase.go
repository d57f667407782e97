package privacy

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// eraser is who erases, for the audit log.
var eraser = model.SystemActor("erasure")

// eraseBatch bounds how many rows one transaction touches.
const eraseBatch = 500

// Tick carries out what is due: every step is a transaction of its own and may
// be done again, so an erasure that a crash cut goes on where it was. One that
// fails does not keep the others waiting.
func (s *Service) Tick(ctx context.Context) error {
	due, err := store.From[model.Erasure](s.db.Read()).
		Where("state = ? OR (state = ? AND due_at <= ?)", model.ErasureRunning, model.ErasureWaiting, s.now()).Order("due_at, id").Limit(100).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: look for erasures: %w", err)
	}
	for _, e := range due {
		if err := s.carryOut(ctx, e); err != nil {
			if ctx.Err() != nil {
				return err
			}
			s.log.ErrorContext(ctx, "an erasure could not be finished and is tried again", "erasure", e.ID, "error", err)
		}
	}
	return nil
}

func (s *Service) carryOut(ctx context.Context, e model.Erasure) error {
	if e.State == model.ErasureWaiting {
		begun, err := s.begin(ctx, e)
		if err != nil || !begun {
			return err
		}
	}
	who, err := s.scrubberOf(ctx, e.PersonID)
	if err != nil {
		return err
	}
	for {
		rest, err := store.From[model.Message](s.db.Read()).Where("resident_id = ? AND restricted_at IS NULL", e.PersonID).Order("id").Limit(eraseBatch).Find(ctx)
		if err != nil {
			return fmt.Errorf("privacy: find messages: %w", err)
		}
		for _, m := range rest {
			if err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.eraseMessage(ctx, tx, e, m.ID, who) }); err != nil {
				return err
			}
		}
		if len(rest) < eraseBatch {
			return s.finish(ctx, e)
		}
	}
}

// begin shuts the door: from here on nobody is this person any more, and
// whoever signs in with the same WeChat is a new one. Who came back, or was
// given a function meanwhile, is spared.
func (s *Service) begin(ctx context.Context, e model.Erasure) (bool, error) {
	heard, err := s.pushesOf(ctx, e.PersonID)
	if err != nil {
		return false, err
	}
	begun := false
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		begun = false
		spared, err := s.spared(ctx, tx, e)
		if err != nil {
			return err
		}
		if spared {
			_, err := s.turnErasure(ctx, tx, e, model.ErasureWaiting, model.ErasureTakenBack)
			return err
		}
		moved, err := s.turnErasure(ctx, tx, e, model.ErasureWaiting, model.ErasureRunning)
		if err != nil || !moved {
			return err
		}
		begun = true
		if err := s.shut(ctx, tx, e.PersonID, heard); err != nil {
			return err
		}
		return audit.Record(ctx, tx, eraser, "erasure.begin", audit.Target{Kind: "person", ID: e.PersonID}, s.now())
	})
	return begun, err
}

func (s *Service) spared(ctx context.Context, tx *gorm.DB, e model.Erasure) (bool, error) {
	roles, err := inFunction(ctx, tx, e.PersonID)
	if err != nil || len(roles) > 0 {
		return true, err
	}
	if e.Cause != model.ErasureUnseen {
		return false, nil
	}
	back, err := store.From[model.Person](tx).Where("id = ? AND last_visit_at > ?", e.PersonID, e.AskedAt).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("privacy: look for a visit: %w", err)
	}
	return back > 0, nil
}

// pushesOf finds what the person typed to the official account of late.
func (s *Service) pushesOf(ctx context.Context, personID string) ([]string, error) {
	known, err := store.From[model.WeChatIdentity](s.db.Read()).Where("person_id = ?", personID).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("privacy: find identities: %w", err)
	}
	var ids []string
	for _, k := range known {
		rows, err := store.From[model.Inbound](s.db.Read()).Select("id").Where("payload LIKE ? OR dedupe_key LIKE ?", "%"+k.OpenID+"%", "%"+k.OpenID+"%").Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("privacy: find pushes: %w", err)
		}
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// shut removes every way in, and what stands under the person's own id.
func (s *Service) shut(ctx context.Context, tx *gorm.DB, personID string, pushes []string) error {
	of := func(err error, what string) error {
		if err != nil {
			return fmt.Errorf("privacy: erase %s: %w", what, err)
		}
		return nil
	}
	if _, err := store.From[model.Session](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "sessions")
	}
	if _, err := store.From[model.WeChatIdentity](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "identities")
	}
	if _, err := store.From[model.NoticeGrant](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "subscriptions")
	}
	if _, err := store.From[model.IdempotencyKey](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "answers")
	}
	if err := dropCodes(ctx, tx, personID); err != nil {
		return of(err, "codes")
	}
	if _, err := store.From[model.Copy](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "copies")
	}
	if _, err := store.From[model.StaffAccount](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "former staff account")
	}
	if _, err := store.From[model.RecoveryCode](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "recovery codes")
	}
	if _, err := store.From[model.StaffDevice](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "devices")
	}
	if _, err := store.From[model.SignInChallenge](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return of(err, "challenges")
	}
	if len(pushes) > 0 {
		if _, err := store.From[model.Inbound](tx).Where("id IN ?", pushes).Delete(ctx); err != nil {
			return of(err, "pushes")
		}
	}
	_, err := store.From[model.Person](tx).Where("id = ?", personID).Update(ctx, "erased_at", s.now())
	return of(err, "person")
}

// dropCodes removes codes that were given to a person, or sent to their phone.
func dropCodes(ctx context.Context, tx *gorm.DB, personID string) error {
	if _, err := store.From[model.LinkCode](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return err
	}
	_, err := store.From[model.PhoneCode](tx).Where("person_id = ?", personID).Delete(ctx)
	return err
}

// scrubberOf knows the person by all names that still stand somewhere.
func (s *Service) scrubberOf(ctx context.Context, personID string) (scrubber, error) {
	person, err := store.From[model.Person](s.db.Read()).Where("id = ?", personID).Take(ctx)
	if err != nil {
		return scrubber{}, fmt.Errorf("privacy: find person: %w", err)
	}
	phone, err := s.keys.Open(sealed.PhoneOf(personID), person.Phone)
	if err != nil {
		return scrubber{}, fmt.Errorf("privacy: read phone: %w", err)
	}
	var called []string
	err = store.From[model.Message](s.db.Read()).Select("DISTINCT resident_name").Where("resident_id = ?", personID).Scan(ctx, &called)
	if err != nil {
		return scrubber{}, fmt.Errorf("privacy: find names: %w", err)
	}
	names, phones, err := s.formerly(ctx, personID)
	if err != nil {
		return scrubber{}, err
	}
	return newScrubber(append(append(called, person.Name), names...), append(phones, phone)), nil
}

// finish empties what is left of the person, and ends the erasure.
func (s *Service) finish(ctx context.Context, e model.Erasure) error {
	if err := s.dropNotices(ctx, e.PersonID); err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		moved, err := s.turnErasure(ctx, tx, e, model.ErasureRunning, model.ErasureDone)
		if err != nil || !moved {
			return err
		}
		if err := s.dropPictures(ctx, tx, "owner_id = ? AND message_id = ?", e.PersonID, ""); err != nil {
			return err
		}
		if err := forgetTraces(ctx, tx, e.PersonID); err != nil {
			return err
		}
		nameless := map[string]any{"name": model.ErasedName, "phone": "", "phone_hash": "", "unreachable_since": nil, "last_visit_at": nil}
		if _, err := store.From[model.Person](tx).Where("id = ?", e.PersonID).Set(clause.Assignments(nameless)).Update(ctx); err != nil {
			return fmt.Errorf("privacy: erase person: %w", err)
		}
		if err := namelessLines(ctx, tx, e.PersonID); err != nil {
			return err
		}
		if err := forgetLinks(ctx, tx, e.PersonID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, eraser, "erasure.done", audit.Target{Kind: "person", ID: e.PersonID}, s.now())
	})
}

// forgetTraces takes the person out of what is not theirs, and drops what only
// served while they were here.
func forgetTraces(ctx context.Context, tx *gorm.DB, personID string) error {
	if _, err := store.From[model.Message](tx).Where("writer_id = ?", personID).Update(ctx, "writer_id", ""); err != nil {
		return fmt.Errorf("privacy: forget the writer: %w", err)
	}
	if _, err := store.From[model.Follow](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase follows: %w", err)
	}
	if _, err := store.From[model.AppSuggestion](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase suggestions: %w", err)
	}
	if _, err := store.From[model.Introduction](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase introductions: %w", err)
	}
	if _, err := store.From[model.Correction](tx).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase corrections: %w", err)
	}
	if _, err := store.From[model.TurnMark](tx).Where("author_id = ?", personID).Delete(ctx); err != nil {
		return fmt.Errorf("privacy: erase marks: %w", err)
	}
	return endMemberships(ctx, tx, personID)
}

// namelessLines leaves in the audit log that somebody did something, and the
// person's id, not the name (Cybersecurity Law, article 21, wants the log kept).
func namelessLines(ctx context.Context, tx *gorm.DB, personID string) error {
	if _, err := store.From[model.AuditLine](tx).Where("actor_id = ?", personID).Update(ctx, "actor", model.ErasedName); err != nil {
		return fmt.Errorf("privacy: take name out of the log: %w", err)
	}
	if _, err := store.From[model.AuditLine](tx).Where("target_id = ?", personID).Update(ctx, "detail", ""); err != nil {
		return fmt.Errorf("privacy: take details out of the log: %w", err)
	}
	return nil
}

func (s *Service) dropNotices(ctx context.Context, personID string) error {
	for {
		old, err := store.From[model.Notice](s.db.Read()).Select("id").Where("person_id = ?", personID).Limit(eraseBatch).Find(ctx)
		if err != nil {
			return fmt.Errorf("privacy: find notices: %w", err)
		}
		if len(old) == 0 {
			return nil
		}
		ids := make([]string, len(old))
		for i, n := range old {
			ids[i] = n.ID
		}
		err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
			_, err := store.From[model.Notice](tx).Where("id IN ?", ids).Delete(ctx)
			return err
		})
		if err != nil {
			return fmt.Errorf("privacy: erase notices: %w", err)
		}
	}
}

// answersKept is longer than answers to writes are kept for retries; those of
// others may hold a message that is erased.
const answersKept = 7 * 24 * time.Hour
