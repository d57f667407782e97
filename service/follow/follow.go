// Package follow keeps whom and what people follow, tells them of news, and moves
// follows on when somebody's qualification ends. It is a shared room: who ends a
// qualification moves the follows in the same transaction, and who publishes an
// article has it told by a task.
//
// It refuses to say how many follow anybody, to whomever: that would be a ranking.
package follow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Options wires a Service.
type Options struct {
	DB  *store.DB
	Now func() time.Time
}

// Service is the desk where people follow.
type Service struct {
	db    *store.DB
	clock func() time.Time
}

// New makes a Service.
func New(o Options) *Service { return &Service{db: o.DB, clock: o.Now} }

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// Card is a follow as its owner sees it. Name and Detail say who or where it is;
// Gone says that there is nothing to expect any more. Latest is the newest article
// without its body, nil when there is none.
type Card struct {
	model.Follow

	Name      string
	Detail    string
	PictureID string
	Gone      bool
	Latest    *model.Article
}

// Follows lists what the actor follows, the newest first. Fault: unauthenticated.
func (s *Service) Follows(ctx context.Context, by model.Actor) ([]Card, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	rows, err := store.From[model.Follow](s.db.Read()).Where("person_id = ?", by.PersonID).Order("created_at DESC, id DESC").Limit(model.FollowsMax).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("follow: list: %w", err)
	}
	cards := make([]Card, 0, len(rows))
	for _, row := range rows {
		card, err := s.card(ctx, row)
		if err != nil {
			return nil, err
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// Begin follows a representative who serves, or an area; doing it again changes
// nothing. Faults: unauthenticated; not found; conflict beyond what one may follow.
func (s *Service) Begin(ctx context.Context, by model.Actor, kind model.FollowKind, targetID string) (Card, error) {
	if err := signedIn(by); err != nil {
		return Card{}, err
	}
	row := model.Follow{ID: model.NewID(), PersonID: by.PersonID, Kind: kind, TargetID: targetID, CreatedAt: s.now()}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.begin(ctx, tx, by, &row) })
	if store.IsDuplicate(err) { // the second of two taps
		row, err = store.From[model.Follow](s.db.Read()).Where("person_id = ? AND kind = ? AND target_id = ?", by.PersonID, kind, targetID).Take(ctx)
	}
	if err != nil {
		return Card{}, err
	}
	return s.card(ctx, row)
}

func (s *Service) begin(ctx context.Context, tx *gorm.DB, by model.Actor, row *model.Follow) error {
	mine, err := store.From[model.Follow](tx).Where("person_id = ?", by.PersonID).Find(ctx)
	if err != nil {
		return fmt.Errorf("follow: look for it: %w", err)
	}
	for _, known := range mine {
		if known.Kind == row.Kind && known.TargetID == row.TargetID {
			*row = known
			return nil
		}
	}
	if len(mine) >= model.FollowsMax {
		return fault.Conflict("最多关注 %d 个，请先取消一些。", model.FollowsMax)
	}
	areaPath, err := followable(ctx, tx, row.Kind, row.TargetID)
	if err != nil {
		return err
	}
	if err := store.From[model.Follow](tx).Create(ctx, row); err != nil {
		return fmt.Errorf("follow: begin: %w", err)
	}
	return audit.Record(ctx, tx, by, "follow.begin", audit.Target{Kind: string(row.Kind), ID: row.TargetID, AreaPath: areaPath}, s.now())
}

// followable gives the area path of what can be followed. Fault: not found.
func followable(ctx context.Context, tx *gorm.DB, kind model.FollowKind, id string) (string, error) {
	switch kind {
	case model.FollowRepresentative:
		rep, err := store.From[model.Representative](tx).Where("id = ? AND state = ?", id, model.RepresentativeServing).Take(ctx)
		return rep.AreaPath, orAbsent(err, "该代表")
	case model.FollowArea:
		area, err := store.From[model.Area](tx).Where("id = ?", id).Take(ctx)
		return area.Path, orAbsent(err, "该区域")
	}
	return "", fault.InvalidField("kind", "只能关注代表或区域。")
}

func orAbsent(err error, what string) error {
	switch {
	case store.IsAbsent(err):
		return fault.NotFound(what)
	case err != nil:
		return fmt.Errorf("follow: find target: %w", err)
	}
	return nil
}

// End stops following. Faults: unauthenticated; not found for what is not the
// actor's.
func (s *Service) End(ctx context.Context, by model.Actor, id string) error {
	if err := signedIn(by); err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		row, err := store.From[model.Follow](tx).Where("id = ? AND person_id = ?", id, by.PersonID).Take(ctx)
		if err := orAbsent(err, "这项关注"); err != nil {
			return err
		}
		if _, err := store.From[model.Follow](tx).Where("id = ?", row.ID).Delete(ctx); err != nil {
			return fmt.Errorf("follow: end: %w", err)
		}
		return audit.Record(ctx, tx, by, "follow.end", audit.Target{Kind: string(row.Kind), ID: row.TargetID}, s.now())
	})
}

func signedIn(by model.Actor) error {
	if by.PersonID == "" {
		return fault.Unauthenticated("请先登录。")
	}
	return nil
}

func (s *Service) card(ctx context.Context, row model.Follow) (Card, error) {
	card := Card{Follow: row, Gone: true}
	if row.Kind == model.FollowArea {
		area, err := store.From[model.Area](s.db.Read()).Where("id = ?", row.TargetID).Take(ctx)
		if err != nil {
			return card, goneOr(err)
		}
		card.Name, card.Gone = area.Name, false
		return s.withLatest(ctx, card, store.WithinAny("area_path", []string{area.Path}))
	}
	rep, err := store.From[model.Representative](s.db.Read()).Where("id = ?", row.TargetID).Take(ctx)
	if err != nil {
		return card, goneOr(err)
	}
	card.Name, card.Detail, card.PictureID = rep.Name, strings.TrimSpace(rep.Employer+" "+rep.Post), rep.PictureID
	card.Gone = slices.Contains(model.RepresentativeFlow().Final, rep.State)
	if card.Gone {
		return card, nil
	}
	return s.withLatest(ctx, card, gorm.Expr("id IN (SELECT article_id FROM article_representatives WHERE representative_id = ?)", rep.ID))
}

// goneOr forgives that what is followed is not there any more.
func goneOr(err error) error {
	if store.IsAbsent(err) {
		return nil
	}
	return fmt.Errorf("follow: read target: %w", err)
}

func (s *Service) withLatest(ctx context.Context, card Card, about any) (Card, error) {
	found, err := store.From[model.Article](s.db.Read()).Omit("body").Where("state IN ? AND published_at IS NOT NULL", model.ArticlePublic()).
		Where(about).Order("published_at DESC, id DESC").Limit(1).Find(ctx)
	if err != nil {
		return Card{}, fmt.Errorf("follow: read latest article: %w", err)
	}
	if len(found) > 0 {
		card.Latest = &found[0]
	}
	return card, nil
}
