package newsroom

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// MassQuota is how many mass sends reach a follower of a service account in a
// calendar month.
const MassQuota = 4

// Mass is what an officer must know of a mass send before it is asked for or
// confirmed. Used counts what was sent from here in this month; what was sent at
// WeChat's own pages nobody tells us.
type Mass struct {
	Last      *model.MassSend
	Door      model.ArticleDoor
	Followers int
	Used      int
	Findings  []fault.Field
	Acts      []Act
}

// Left is how many mass sends are left in this month, as far as we know.
func (m Mass) Left() int { return max(0, MassQuota-m.Used) }

// MassSend says how the mass send of an article stands. Fault: not found.
func (s *Service) MassSend(ctx context.Context, by model.Actor, id string) (Mass, error) {
	w, err := s.Whole(ctx, by, id)
	if err != nil {
		return Mass{}, err
	}
	m := Mass{Last: w.MassSend, Findings: w.Measure.Findings}
	for _, d := range w.Doors {
		if d.Door == model.DoorMassSend {
			m.Door = d
		}
	}
	for _, act := range []Act{ActAskMassSend, ActConfirmMassSend, ActCancelMassSend} {
		if slices.Contains(w.Acts, act) {
			m.Acts = append(m.Acts, act)
		}
	}
	if m.Followers, err = followers(ctx, s.db.Read()); err != nil {
		return Mass{}, err
	}
	m.Used, err = s.usedThisMonth(ctx, s.db.Read())
	return m, err
}

// followers counts who follows the official account now.
func followers(ctx context.Context, db *gorm.DB) (int, error) {
	n, err := store.From[model.WeChatIdentity](db).Where("account = ? AND following = ?", model.AccountOfficial, true).Count(ctx, "*")
	if err != nil {
		return 0, fmt.Errorf("newsroom: count followers: %w", err)
	}
	return int(n), nil
}

// usedThisMonth counts the mass sends of this month by WeChat's calendar, which
// is Beijing's.
func (s *Service) usedThisMonth(ctx context.Context, db *gorm.DB) (int, error) {
	now := s.now().In(model.Shanghai)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, model.Shanghai).UTC()
	n, err := store.From[model.MassSend](db).Where("state IN ? AND confirmed_at >= ?", []model.MassSendState{model.MassSendConfirmed, model.MassSendSent}, first).Count(ctx, "*")
	if err != nil {
		return 0, fmt.Errorf("newsroom: count mass sends: %w", err)
	}
	return int(n), nil
}

// lastMassSend finds the latest wish to send an article to all followers; nil
// when there was none.
func lastMassSend(ctx context.Context, db *gorm.DB, articleID string) (*model.MassSend, error) {
	found, err := store.From[model.MassSend](db).Where("article_id = ?", articleID).Order("asked_at DESC, id DESC").Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: read mass send: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // none is an answer
	}
	return &found[0], nil
}

// massSendFree reports whether a mass send may be asked for: there was none, or
// it came to nothing. What was sent once is never sent again.
func massSendFree(last *model.MassSend) bool {
	return last == nil || last.State == model.MassSendCancelled || last.State == model.MassSendFailed
}

// AskMassSend asks a second officer to let an article go to all followers.
// Faults: not found, forbidden, conflict; invalid when WeChat would not take it.
func (s *Service) AskMassSend(ctx context.Context, by model.Actor, id string) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if s.official == nil {
			return fault.Conflict("还没有接入公众号，不能群发。")
		}
		if !sendable(*a) {
			return fault.Conflict("文章审核通过以后才能群发。")
		}
		if findings := s.measure(*a).Findings; len(findings) > 0 {
			return fault.Invalid(findings...)
		}
		if err := s.storyAllows(ctx, tx, *a, []model.ArticleDoor{{Door: model.DoorMassSend}}); err != nil {
			return err
		}
		last, err := lastMassSend(ctx, tx, id)
		if err != nil {
			return err
		}
		if !massSendFree(last) {
			return fault.Conflict("这篇文章已经申请群发或已经群发，不会重复群发。")
		}
		m := model.MassSend{ID: model.NewID(), ArticleID: id, State: model.MassSendFlow().Start, AskedBy: by.PersonID, Asker: by.Name, AskedAt: s.now()}
		if err := store.From[model.MassSend](tx).Create(ctx, &m); err != nil {
			return fmt.Errorf("newsroom: ask for mass send: %w", err)
		}
		return s.note(ctx, tx, by, *a, "article.mass_send.ask", "")
	})
}

// asked finds the mass send that waits to be confirmed. Fault: conflict.
func asked(ctx context.Context, tx *gorm.DB, id string) (model.MassSend, error) {
	last, err := lastMassSend(ctx, tx, id)
	if err != nil {
		return model.MassSend{}, err
	}
	if last == nil || last.State != model.MassSendAsked {
		return model.MassSend{}, fault.Conflict("没有等待确认的群发，请刷新后再试。")
	}
	return *last, nil
}

// moveMass takes a mass send one step on.
func moveMass(ctx context.Context, tx *gorm.DB, m model.MassSend, deed model.MassSendDeed, set assign) error {
	next, err := model.MassSendFlow().Next(m.State, deed)
	if err != nil {
		return errChanged()
	}
	all := assign{"state": next}
	maps.Copy(all, set)
	n, err := store.From[model.MassSend](tx).Where("id = ? AND state = ?", m.ID, m.State).Set(all.columns()).Update(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: move mass send: %w", err)
	}
	if n != 1 {
		return errChanged()
	}
	return nil
}

// ConfirmMassSend sends an article to all followers. It takes another officer
// than the one who asked. WeChat knows each mass send by a name of ours, so that
// it cannot happen twice. Faults: not found, forbidden, conflict.
func (s *Service) ConfirmMassSend(ctx context.Context, by model.Actor, id string) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleReview, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		m, err := s.confirmable(ctx, tx, by, *a)
		if err != nil {
			return err
		}
		reach, err := followers(ctx, tx)
		if err != nil {
			return err
		}
		set := assign{"confirmed_by": by.PersonID, "confirmer": by.Name, "confirmed_at": s.now(), "reach": reach}
		if err := moveMass(ctx, tx, m, model.DeedConfirmMass, set); err != nil {
			return err
		}
		d, err := s.door(ctx, tx, *a, model.DoorMassSend)
		if err != nil {
			return err
		}
		if err := s.beginDoor(ctx, tx, *a, &d, model.DeedBegin, assign{"once_id": strings.ReplaceAll(m.ID, "-", "")}); err != nil {
			return err
		}
		return s.note(ctx, tx, by, *a, "article.mass_send.confirm", fmt.Sprintf("约 %d 位关注者", reach))
	})
}

// confirmable gives the mass send that the actor may confirm. Faults: conflict,
// forbidden, invalid.
func (s *Service) confirmable(ctx context.Context, tx *gorm.DB, by model.Actor, a model.Article) (model.MassSend, error) {
	m, err := asked(ctx, tx, a.ID)
	if err != nil {
		return m, err
	}
	if m.AskedBy == by.PersonID {
		return m, fault.Forbidden("群发由您申请，须由另一位同事确认。")
	}
	if s.official == nil || !sendable(a) {
		return m, notNow(a.State)
	}
	return m, s.storyAllows(ctx, tx, a, []model.ArticleDoor{{Door: model.DoorMassSend}})
}

// CancelMassSend takes back a mass send that nobody confirmed yet. Faults: not
// found, conflict.
func (s *Service) CancelMassSend(ctx context.Context, by model.Actor, id string) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleReview, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		m, err := asked(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := moveMass(ctx, tx, m, model.DeedCancelMass, assign{"ended_at": s.now()}); err != nil {
			return err
		}
		return s.note(ctx, tx, by, *a, "article.mass_send.cancel", "")
	})
}

// cancelAsked cancels what waits to be confirmed, when the article goes.
func (s *Service) cancelAsked(ctx context.Context, tx *gorm.DB, id string) error {
	last, err := lastMassSend(ctx, tx, id)
	if err != nil || last == nil || last.State != model.MassSendAsked {
		return err
	}
	return moveMass(ctx, tx, *last, model.DeedCancelMass, assign{"ended_at": s.now()})
}

// afterMassSend says of the mass send how its door ended.
func (s *Service) afterMassSend(ctx context.Context, tx *gorm.DB, d model.ArticleDoor) error {
	deed := model.DeedMassFailed
	switch d.State {
	case model.DoorOpen:
		deed = model.DeedMassSent
	case model.DoorFailed, model.DoorClosed, model.DoorStuck:
	case model.DoorIdle, model.DoorWorking, model.DoorSubmitted, model.DoorByHand, model.DoorClosing:
		return nil
	}
	last, err := lastMassSend(ctx, tx, d.ArticleID)
	if err != nil || last == nil || last.State != model.MassSendConfirmed {
		return err
	}
	return moveMass(ctx, tx, *last, deed, assign{"ended_at": s.now()})
}
