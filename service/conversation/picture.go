package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// traceWait is how long the result of a check may wait for its picture: WeChat
// can be faster with it than we are with writing the trace id down.
const traceWait = 10 * time.Minute

// judgePicture notes what the check of a picture gave. The screening of its
// turn, which looks again every few seconds, takes it from there. A picture
// that a person has ruled on stays as it is.
func (s *Service) judgePicture(ctx context.Context, h heard) error {
	if h.push.TraceID == "" {
		return nil
	}
	found := false
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		pictures, err := store.From[model.Picture](tx).Where("trace_id = ?", h.push.TraceID).Find(ctx)
		if err != nil {
			return fmt.Errorf("conversation: find picture: %w", err)
		}
		found = len(pictures) > 0
		for _, picture := range pictures {
			if err := s.setPicture(ctx, tx, picture, h.push); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || found {
		return err
	}
	if s.now().Sub(h.inbound.ReceivedAt) < traceWait {
		return errors.New("conversation: the picture of this check is not known yet")
	}
	s.log.WarnContext(ctx, "picture check without a picture", "inbound", h.inbound.ID)
	return nil
}

func (s *Service) setPicture(ctx context.Context, tx *gorm.DB, picture model.Picture, p Push) error {
	to := verdict(p)
	n, err := store.From[model.Picture](tx).Where("id = ? AND screening = ?", picture.ID, model.ScreeningChecking).Update(ctx, "screening", to)
	if err != nil {
		return fmt.Errorf("conversation: judge picture: %w", err)
	}
	if n == 0 {
		return nil
	}
	return audit.Record(ctx, tx, clerk(), "picture.screen", audit.Target{
		Kind: "picture", ID: picture.ID, Detail: fmt.Sprintf("%s (label %d, errcode %d)", to, p.Label, p.ErrCode),
	}, s.now())
}

// verdict turns the result of a check into a screening. What was not checked,
// or is not understood, a person looks at.
func verdict(p Push) model.Screening {
	if p.ErrCode != 0 {
		return model.ScreeningHeld
	}
	switch p.Suggest {
	case model.SuggestPass:
		return model.ScreeningShown
	case model.SuggestRisky:
		return model.ScreeningRefused
	case model.SuggestReview:
		return model.ScreeningHeld
	}
	return model.ScreeningHeld
}
