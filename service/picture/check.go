package picture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// CheckTask is the kind of outbox task that has a picture checked.
const CheckTask = "check_picture"

type checkTask struct{ PictureID string }

const (
	// checkLinkLife is how long WeChat can fetch the picture.
	checkLinkLife = time.Hour
	// verdictWait is how long a verdict may take before a person looks:
	// WeChat promises 30 minutes.
	verdictWait = 35 * time.Minute
	// patience is how long a check that fails is tried again.
	patience = 24 * time.Hour
)

var errAwaited = errors.New("picture: the verdict has not come yet")

// officers are the roles whose holders answer for their pictures by name when
// the mini-program does not know them.
var officers = []model.Role{
	model.RoleUnitOfficer, model.RoleLiaisonOfficer, model.RolePublicityOfficer, model.RoleOrganisationOfficer,
	model.RoleGuardian, model.RoleAuditor, model.RoleAdministrator,
}

// HandleCheck does one task of kind CheckTask: it asks WeChat to look at a
// picture and notes the trace id of the verdict. What the machine cannot check,
// and what it gives no verdict on, is held for a person.
//
// The verdict is a push, and it may be faster than the note of its trace id:
// WeChat has the picture before we have the answer. Nobody can note an id that
// is not known yet, so the two meet like this. Here nothing stands between the
// answer and the note. There, whoever takes the verdict in must come back
// (outbox.Later) for a trace id that no picture has while the push is younger
// than a few minutes. When the program dies between answer and note, the check
// is asked for again, under a new trace id, and the old verdict finds no
// picture. When no verdict finds it at all, this task comes back after
// verdictWait and holds the picture: no picture waits for ever.
func (s *Service) HandleCheck(ctx context.Context, payload []byte) error {
	var task checkTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("picture: read check task: %w", err))
	}
	p, err := store.From[model.Picture](s.db.Read()).Where("id = ?", task.PictureID).Take(ctx)
	if store.IsAbsent(err) || err == nil && p.Screening != model.ScreeningChecking {
		return nil
	}
	if err != nil {
		return fmt.Errorf("picture: find: %w", err)
	}
	if p.TraceID != "" {
		return s.await(ctx, p)
	}
	known, err := store.From[model.WeChatIdentity](s.db.Read()).
		Where("person_id = ? AND account = ?", p.OwnerID, model.AccountMini).Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("picture: find author: %w", err)
	}
	if len(known) == 0 {
		return s.trust(ctx, p)
	}
	return s.ask(ctx, p, known[0].OpenID)
}

// await holds a picture whose verdict is overdue.
func (s *Service) await(ctx context.Context, p model.Picture) error {
	if left := p.CreatedAt.Add(verdictWait).Sub(s.now()); left > 0 {
		return outbox.Later(left, errAwaited)
	}
	return s.settle(ctx, p, model.ScreeningHeld)
}

// trust decides on a picture whose author the mini-program does not know.
func (s *Service) trust(ctx context.Context, p model.Picture) error {
	grants, err := store.From[model.Grant](s.db.Read()).Where("person_id = ? AND role IN ?", p.OwnerID, officers).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("picture: read grants of author: %w", err)
	}
	if grants > 0 {
		return s.settle(ctx, p, model.ScreeningShown)
	}
	return s.settle(ctx, p, model.ScreeningHeld)
}

// ask gives a picture to the machine.
func (s *Service) ask(ctx context.Context, p model.Picture, openID string) error {
	now := s.now()
	trace, err := s.checker.CheckPicture(ctx, openID, s.link(p.ID, SizeFull, now.Add(checkLinkLife)))
	switch {
	case errors.Is(err, model.ErrNoRecentVisit), errors.Is(err, model.ErrUnknownPerson), errors.Is(err, model.ErrChannelUnavailable):
		return s.settle(ctx, p, model.ScreeningHeld)
	case err != nil && now.Sub(p.CreatedAt) > patience:
		return s.settle(ctx, p, model.ScreeningHeld)
	case err != nil:
		return fmt.Errorf("picture: ask for a check: %w", err)
	}
	if err := s.noteTrace(ctx, p, trace); err != nil {
		return err
	}
	return outbox.Later(verdictWait, errAwaited)
}

// noteTrace writes down the trace id, unless another run of the same task was
// faster: then its check is the one that counts.
func (s *Service) noteTrace(ctx context.Context, p model.Picture, trace string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Picture](tx).Where("id = ? AND screening = ? AND trace_id = ?", p.ID, model.ScreeningChecking, "").
			Update(ctx, "trace_id", trace)
		if err != nil {
			return fmt.Errorf("picture: note trace: %w", err)
		}
		return nil
	})
}

// settle ends the check by our own decision. A picture whose verdict came in
// the meantime stays as it is.
func (s *Service) settle(ctx context.Context, p model.Picture, to model.Screening) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.Picture](tx).Where("id = ? AND screening = ?", p.ID, model.ScreeningChecking).
			Set(clause.Assignments(map[string]any{"screening": to})).Update(ctx)
		if err != nil {
			return fmt.Errorf("picture: settle: %w", err)
		}
		if n != 1 {
			return nil
		}
		on := audit.Target{Kind: "picture", ID: p.ID, Detail: string(model.ScreeningChecking) + " → " + string(to)}
		return audit.Record(ctx, tx, model.SystemActor("content check"), "picture."+string(to), on, s.now())
	})
}
