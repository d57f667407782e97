package directory

import (
	"cmp"
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// articlesShown is how many articles a profile shows.
const articlesShown = 5

// StudioCard is a studio with its opening hours.
type StudioCard struct {
	model.Studio

	Hours []model.StudioHour
}

// Profile is a representative as the public sees them on their own page. Studio
// is nil when there is none, Figures below the minimum sample. Articles come
// without their body.
type Profile struct {
	Card

	Studio   *StudioCard
	Hours    []model.RepresentativeHour
	Articles []model.Article
	Figures  *Figures
}

// Profile shows a representative who serves now. Fault: not found.
func (s *Service) Profile(ctx context.Context, id string) (Profile, error) {
	rep, err := seatOf(ctx, s.db.Read(), id)
	if err != nil {
		return Profile{}, err
	}
	if rep.State != model.RepresentativeServing {
		return Profile{}, errNoRepresentative()
	}
	cards, err := s.cards(ctx, []string{id})
	if err != nil {
		return Profile{}, err
	}
	if len(cards) == 0 {
		return Profile{}, errNoRepresentative()
	}
	profile := Profile{Card: cards[0]}
	if profile.Studio, err = s.studioOf(ctx, rep); err != nil {
		return Profile{}, err
	}
	if profile.Hours, err = hoursOf(ctx, s.db.Read(), rep.ID); err != nil {
		return Profile{}, err
	}
	if profile.Articles, err = s.articlesAbout(ctx, id); err != nil {
		return Profile{}, err
	}
	profile.Figures, err = s.figures(ctx, id)
	return profile, err
}

// Studio shows a studio with its hours. Fault: not found.
func (s *Service) Studio(ctx context.Context, id string) (StudioCard, error) {
	studio, err := store.From[model.Studio](s.db.Read()).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return StudioCard{}, fault.NotFound("该工作室")
	}
	if err != nil {
		return StudioCard{}, fmt.Errorf("directory: find studio: %w", err)
	}
	hours, err := store.From[model.StudioHour](s.db.Read()).Where("studio_id = ?", id).Order("weekday, opens, id").Find(ctx)
	if err != nil {
		return StudioCard{}, fmt.Errorf("directory: read studio hours: %w", err)
	}
	return StudioCard{Studio: studio, Hours: hours}, nil
}

func (s *Service) studioOf(ctx context.Context, rep model.Representative) (*StudioCard, error) {
	if rep.StudioID == "" {
		return nil, nil //nolint:nilnil // a representative may have no studio, and that is no error
	}
	card, err := s.Studio(ctx, rep.StudioID)
	if fault.Is(err, fault.KindNotFound) {
		return nil, nil //nolint:nilnil // a studio that was closed is none
	}
	if err != nil {
		return nil, err
	}
	return &card, nil
}

func (s *Service) articlesAbout(ctx context.Context, representativeID string) ([]model.Article, error) {
	articles, err := store.From[model.Article](s.db.Read()).Omit("body").
		Where("state IN ?", model.ArticlePublic()).
		Where("id IN (SELECT article_id FROM article_representatives WHERE representative_id = ?)", representativeID).
		Order("published_at DESC, id DESC").Limit(articlesShown).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read articles: %w", err)
	}
	return articles, nil
}

func compareSorted(sortA, sortB int, keyA, keyB string) int {
	return cmp.Or(cmp.Compare(sortA, sortB), cmp.Compare(keyA, keyB))
}
