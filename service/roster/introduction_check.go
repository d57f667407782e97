package roster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/notice"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// IntroductionTask is the kind of outbox task that checks an introduction.
const IntroductionTask = "screen_introduction"

type introductionTask struct{ ID string }

// Screener is WeChat's text check. Its errors wrap model.ErrNoRecentVisit and
// model.ErrUnknownPerson when it cannot check for this person.
type Screener interface {
	CheckText(ctx context.Context, openID, text string) (model.Suggestion, error)
}

// introductionRefused is told to who wrote what the machine finds risky.
const introductionRefused = "内容未通过平台安全检查。请改写后再送；如果您认为判断有误，可以请工作人员看。"

// HandleIntroduction does one task of kind IntroductionTask: it asks the machine.
// What passes, what is in doubt and what cannot be checked goes to a person all
// the same; what is risky goes back to its writer.
func (s *Service) HandleIntroduction(ctx context.Context, payload []byte) error {
	var task introductionTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("roster: read task of an introduction: %w", err))
	}
	row, err := store.From[model.Introduction](s.db.Read()).Where("id = ?", task.ID).Take(ctx)
	if store.IsAbsent(err) || err == nil && row.State != model.IntroductionChecking {
		return nil
	}
	if err != nil {
		return fmt.Errorf("roster: find introduction: %w", err)
	}
	suggestion, err := s.checkIntroduction(ctx, row)
	if err != nil {
		return err
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.settleIntroduction(ctx, tx, row, suggestion) })
	if fault.Is(err, fault.KindConflict) {
		return nil // taken back or written anew during the check
	}
	return err
}

func (s *Service) checkIntroduction(ctx context.Context, row model.Introduction) (model.Suggestion, error) {
	known, err := store.From[model.WeChatIdentity](s.db.Read()).
		Where("person_id = ? AND account = ?", row.PersonID, model.AccountMini).Limit(1).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("roster: find who wrote: %w", err)
	}
	if len(known) == 0 || s.screener == nil {
		return model.SuggestReview, nil
	}
	suggestion, err := s.screener.CheckText(ctx, known[0].OpenID, row.Body)
	if errors.Is(err, model.ErrNoRecentVisit) || errors.Is(err, model.ErrUnknownPerson) || errors.Is(err, model.ErrChannelUnavailable) {
		return model.SuggestReview, nil
	}
	if err != nil {
		return "", fmt.Errorf("roster: check introduction: %w", err)
	}
	return suggestion, nil
}

func (s *Service) settleIntroduction(ctx context.Context, tx *gorm.DB, row model.Introduction, suggestion model.Suggestion) error {
	machine := model.SystemActor("content check")
	switch suggestion {
	case model.SuggestPass:
		if err := s.turnIntroduction(ctx, tx, machine, &row, turning{deed: model.IntroductionPass}); err != nil {
			return err
		}
		return s.tellWaiting(ctx, tx, row)
	case model.SuggestReview:
		if err := s.turnIntroduction(ctx, tx, machine, &row, turning{deed: model.IntroductionHold, set: map[string]any{"doubted": true}}); err != nil {
			return err
		}
		return s.tellWaiting(ctx, tx, row)
	case model.SuggestRisky:
		set := map[string]any{"reason": introductionRefused}
		if err := s.turnIntroduction(ctx, tx, machine, &row, turning{deed: model.IntroductionRefuse, set: set}); err != nil {
			return err
		}
		return s.tellWriter(ctx, tx, row, telling{title: "简介没有通过内容检查", body: introductionRefused, hint: "请改写后再送", phrase: "未通过"})
	}
	return fmt.Errorf("roster: unknown suggestion %q", suggestion)
}

// tellWaiting tells the organisation officers of the area, and of those above it,
// that somebody's words wait for them.
func (s *Service) tellWaiting(ctx context.Context, tx *gorm.DB, row model.Introduction) error {
	rep, err := store.From[model.Representative](tx).Select("id, name").Where("id = ?", row.RepresentativeID).Take(ctx)
	if err != nil {
		return fmt.Errorf("roster: find whose introduction: %w", err)
	}
	happening := "introduction/" + row.ID
	if row.Appealed {
		happening += "/appeal"
	}
	return notice.SendToRole(ctx, tx, model.RoleOrganisationOfficer, row.AreaPath, model.Notice{
		Happening: happening, Template: model.TemplateTask, Title: "代表改写的简介待公开", Body: rep.Name + "代表改写了自己的简介，请在管理台“名册”的“简介”里看过后公开或退回。",
		Hint: "请在管理台里办理", Link: "pages/me/index", Thing: rep.Name + "代表的简介", Phrase: "待办理",
	}, s.now())
}

// telling is what the writer of an introduction is told.
type telling struct{ title, body, hint, phrase string }

func (s *Service) tellWriter(ctx context.Context, tx *gorm.DB, row model.Introduction, t telling) error {
	return notice.Send(ctx, tx, model.Notice{
		PersonID: row.PersonID, Happening: "introduction/" + row.ID + "/" + string(row.State), Template: model.TemplateProgress, Title: t.title, Body: t.body,
		Hint: t.hint, Link: "pages/inbox/profile", Thing: "我的简介", Phrase: t.phrase,
	}, s.now())
}
