package message

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message/abuse"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// ScreenTask is the kind of outbox task that checks a turn.
const ScreenTask = "screen_turn"

type screenTask struct{ TurnID string }

// pictureWait is how long a turn waits for the check of its pictures before a
// person looks at it: WeChat promises the result within 30 minutes.
const pictureWait = 35 * time.Minute

var refusedByCheck = "内容未通过平台安全检查。如果您认为判断有误，可以申请人工复核。"

// HandleScreen does one task of kind ScreenTask: it asks the machine what it
// thinks of a turn and its pictures, lets the rules against abuse look, and acts
// on both. What the machine cannot check, and what a rule found, goes to a person.
func (s *Service) HandleScreen(ctx context.Context, payload []byte) error {
	var task screenTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("message: read screen task: %w", err))
	}
	turn, err := store.From[model.Turn](s.db.Read()).Where("id = ?", task.TurnID).Take(ctx)
	if store.IsAbsent(err) || err == nil && turn.Screening != model.ScreeningChecking {
		return nil
	}
	if err != nil {
		return fmt.Errorf("message: find turn: %w", err)
	}
	suggestion, err := s.suggest(ctx, turn)
	if err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		found, fresh, err := s.examine(ctx, tx, turn, suggestion)
		if err != nil || !fresh {
			return err
		}
		return s.settle(ctx, tx, turn, abuse.Combine(suggestion, found), ruling{by: model.SystemActor("content check"), side: model.SideSystem, reason: refusedByCheck})
	})
}

// suggest asks about the text and looks at what became of the pictures; the
// sternest word counts.
func (s *Service) suggest(ctx context.Context, turn model.Turn) (model.Suggestion, error) {
	pictures, err := s.suggestPictures(ctx, turn)
	if err != nil || pictures == model.SuggestRisky {
		return pictures, err
	}
	text, err := s.suggestText(ctx, turn)
	if err != nil || pictures == model.SuggestPass {
		return text, err
	}
	if text == model.SuggestPass {
		return pictures, nil
	}
	return text, nil
}

func (s *Service) suggestPictures(ctx context.Context, turn model.Turn) (model.Suggestion, error) {
	pictures, err := store.From[model.Picture](s.db.Read()).Where("turn_id = ?", turn.ID).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("message: find pictures: %w", err)
	}
	suggestion := model.SuggestPass
	for _, p := range pictures {
		switch p.Screening {
		case model.ScreeningRefused:
			return model.SuggestRisky, nil
		case model.ScreeningHeld:
			suggestion = model.SuggestReview
		case model.ScreeningChecking:
			if s.now().Sub(turn.CreatedAt) < pictureWait {
				return "", outbox.Later(5*time.Second, fmt.Errorf("message: picture %s is still being checked", p.ID))
			}
			suggestion = model.SuggestReview
		case model.ScreeningShown:
		}
	}
	return suggestion, nil
}

func (s *Service) suggestText(ctx context.Context, turn model.Turn) (model.Suggestion, error) {
	known, err := store.From[model.WeChatIdentity](s.db.Read()).
		Where("person_id = ? AND account = ?", turn.AuthorID, model.AccountMini).Limit(1).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("message: find author: %w", err)
	}
	if len(known) == 0 {
		// Officers at the console answer for their words by name; the machine
		// cannot check people the mini-program does not know.
		if turn.Side == model.SideUnit || turn.Side == model.SideStaff {
			return model.SuggestPass, nil
		}
		return model.SuggestReview, nil
	}
	suggestion, err := s.screener.CheckText(ctx, known[0].OpenID, turn.Body)
	if errors.Is(err, model.ErrNoRecentVisit) || errors.Is(err, model.ErrUnknownPerson) || errors.Is(err, model.ErrChannelUnavailable) {
		return model.SuggestReview, nil
	}
	if err != nil {
		return "", fmt.Errorf("message: check text: %w", err)
	}
	return suggestion, nil
}

// ruling is who decided on a turn, and the words for its writer when refused.
type ruling struct {
	by     model.Actor
	side   model.Side
	reason string
}

// settle acts on a suggestion about a turn. A turn that was settled in the
// meantime stays as it is.
func (s *Service) settle(ctx context.Context, tx *gorm.DB, turn model.Turn, suggestion model.Suggestion, r ruling) error {
	m, err := store.From[model.Message](tx).Where("id = ?", turn.MessageID).Take(ctx)
	if err != nil {
		return fmt.Errorf("message: find message of turn: %w", err)
	}
	if m.RestrictedAt != nil {
		return nil
	}
	switch suggestion {
	case model.SuggestPass:
		return s.show(ctx, tx, &m, turn, r)
	case model.SuggestReview:
		return s.hold(ctx, tx, &m, turn, r)
	case model.SuggestRisky:
		return s.refuse(ctx, tx, &m, turn, r)
	}
	return fmt.Errorf("message: unknown suggestion %q", suggestion)
}

// setScreening moves a turn by compare-and-set; false when it has moved already.
func (s *Service) setScreening(ctx context.Context, tx *gorm.DB, turn *model.Turn, to model.Screening, more map[string]any) (bool, error) {
	set := map[string]any{"screening": to}
	maps.Copy(set, more)
	n, err := store.From[model.Turn](tx).Where("id = ? AND screening = ?", turn.ID, turn.Screening).Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return false, fmt.Errorf("message: settle turn: %w", err)
	}
	turn.Screening = to
	return n == 1, nil
}

// show lets everybody concerned see a turn, and lets it take effect.
func (s *Service) show(ctx context.Context, tx *gorm.DB, m *model.Message, turn model.Turn, r ruling) error {
	fresh, err := s.setScreening(ctx, tx, &turn, model.ScreeningShown, map[string]any{"shown_at": s.now(), "reason": ""})
	if err != nil || !fresh {
		return err
	}
	if err := s.showPictures(ctx, tx, turn); err != nil {
		return err
	}
	switch turn.Effect {
	case model.EffectOpen:
		if err := s.move(ctx, tx, m, change{deed: model.DeedPass, by: r.by, side: r.side}); err != nil {
			return ignoreLate(err)
		}
		return s.deliver(ctx, tx, m)
	case model.EffectAnswer, model.EffectUnitAnswer:
		return ignoreLate(s.answered(ctx, tx, m, turn))
	case model.EffectNone:
		return s.tellTurn(ctx, tx, *m, turn)
	}
	return fmt.Errorf("message: unknown effect %q", turn.Effect)
}

// showPictures lets the pictures of a turn be seen with it: who released the
// turn has looked at them too.
func (s *Service) showPictures(ctx context.Context, tx *gorm.DB, turn model.Turn) error {
	_, err := store.From[model.Picture](tx).Where("turn_id = ? AND screening <> ?", turn.ID, model.ScreeningShown).
		Update(ctx, "screening", model.ScreeningShown)
	if err != nil {
		return fmt.Errorf("message: show pictures: %w", err)
	}
	return nil
}

// ignoreLate forgives a turn whose message has moved on meanwhile, as when it
// was withdrawn during the check: the words are kept, their effect is void.
func ignoreLate(err error) error {
	if fault.Is(err, fault.KindConflict) {
		return nil
	}
	return err
}

// hold gives a turn to the human queue of the liaison office.
func (s *Service) hold(ctx context.Context, tx *gorm.DB, m *model.Message, turn model.Turn, r ruling) error {
	fresh, err := s.setScreening(ctx, tx, &turn, model.ScreeningHeld, map[string]any{"reason": heldWords})
	if err != nil || !fresh {
		return err
	}
	if turn.Effect == model.EffectOpen {
		if err := s.move(ctx, tx, m, change{deed: model.DeedHold, by: r.by, side: r.side}); err != nil {
			return ignoreLate(err)
		}
	}
	return s.tellLiaison(ctx, tx, *m, telling{happening: "held/" + turn.ID, title: "内容待人工审核", hint: "有内容需要人工审核", body: "有一条内容需要人工审核，请尽快处理。", phrase: "待审核"})
}

// refuse keeps a turn from being seen and tells its writer why.
func (s *Service) refuse(ctx context.Context, tx *gorm.DB, m *model.Message, turn model.Turn, r ruling) error {
	fresh, err := s.setScreening(ctx, tx, &turn, model.ScreeningRefused, map[string]any{"reason": r.reason})
	if err != nil || !fresh {
		return err
	}
	if turn.Effect == model.EffectOpen {
		err = s.move(ctx, tx, m, change{deed: model.DeedRefuse, by: r.by, side: r.side, note: r.reason})
	} else {
		err = s.note(ctx, tx, *m, change{deed: model.DeedRefuseTurn, by: r.by, side: r.side, note: r.reason})
	}
	if err != nil {
		return ignoreLate(err)
	}
	return s.tell(ctx, tx, *m, []string{turn.AuthorID}, telling{
		happening: "refused/" + turn.ID + appealMark(turn), title: "内容未通过审核", body: r.reason, phrase: "未通过", hint: "请查看原因，可申请复核",
	})
}

func appealMark(turn model.Turn) string {
	if turn.Appealed {
		return "/again"
	}
	return ""
}

// ReleaseTurn lets a held turn be seen, by the word of a liaison officer.
// Faults: not found, conflict.
func (s *Service) ReleaseTurn(ctx context.Context, by model.Actor, turnID string) error {
	return s.ruleTurn(ctx, by, turnID, model.SuggestPass, "")
}

// RefuseTurn keeps a held turn from being seen, with a reason for its writer.
// Faults: invalid, not found, conflict.
func (s *Service) RefuseTurn(ctx context.Context, by model.Actor, turnID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.ruleTurn(ctx, by, turnID, model.SuggestRisky, reason)
}

func (s *Service) ruleTurn(ctx context.Context, by model.Actor, turnID string, suggestion model.Suggestion, reason string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		turn, err := store.From[model.Turn](tx).Where("id = ?", turnID).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("这条内容")
		}
		if err != nil {
			return fmt.Errorf("message: find turn: %w", err)
		}
		m, _, err := s.overseen(ctx, tx, by, turn.MessageID)
		if err != nil {
			return err
		}
		if turn.Screening != model.ScreeningHeld {
			return fault.Conflict("这条内容不在待审核状态，可能已由其他人处理。")
		}
		if suggestion == model.SuggestPass && turn.Effect != model.EffectOpen {
			if err := s.note(ctx, tx, m, change{deed: model.DeedReleaseTurn, by: by, side: model.SideStaff}); err != nil {
				return err
			}
		}
		return s.settle(ctx, tx, turn, suggestion, ruling{by: by, side: model.SideStaff, reason: reason})
	})
}

// Appeal asks for a person's word on a turn that was refused, once. Only its
// writer can. Faults: not found, conflict.
func (s *Service) Appeal(ctx context.Context, by model.Actor, turnID string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		turn, err := store.From[model.Turn](tx).Where("id = ? AND author_id = ?", turnID, by.PersonID).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("这条内容")
		}
		if err != nil {
			return fmt.Errorf("message: find turn: %w", err)
		}
		if turn.Screening != model.ScreeningRefused || turn.Appealed {
			return fault.Conflict("这条内容不能申请复核：它没有被拒绝，或已经复核过一次。")
		}
		return s.appeal(ctx, tx, by, turn)
	})
}

func (s *Service) appeal(ctx context.Context, tx *gorm.DB, by model.Actor, turn model.Turn) error {
	m, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL", turn.MessageID).Take(ctx)
	if store.IsAbsent(err) {
		return fault.NotFound("这条内容")
	}
	if err != nil {
		return fmt.Errorf("message: find message of turn: %w", err)
	}
	fresh, err := s.setScreening(ctx, tx, &turn, model.ScreeningHeld, map[string]any{"appealed": true})
	if err != nil {
		return err
	}
	if !fresh {
		return fault.Conflict("这条内容刚刚有了新的变化，请刷新后再试。")
	}
	if turn.Effect == model.EffectOpen {
		err = s.move(ctx, tx, &m, change{deed: model.DeedAppeal, by: by, side: turn.Side, name: turn.Author, set: map[string]any{"appealed": true}})
	} else {
		err = s.note(ctx, tx, m, change{deed: model.DeedAppealTurn, by: by, side: turn.Side, name: turn.Author})
	}
	if err != nil {
		return err
	}
	return s.tellLiaison(ctx, tx, m, telling{happening: "appeal/" + turn.ID, title: "申请人工复核", hint: "有内容申请人工复核", body: "有人对内容检查结果申请人工复核，请尽快处理。", phrase: "待复核"})
}
