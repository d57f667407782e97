package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

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

// Figures are plain facts about the messages of a representative. Nobody is
// compared with anybody by them. MedianFirstTouchDays runs from the delivery to
// the first sign of life, in days with one decimal; nil below the minimum sample.
type Figures struct {
	Received             int
	Answered             int
	MedianFirstTouchDays *float64
}

// Profile is a representative as the public sees them on their own page. Studio
// is nil when there is none, Figures below the minimum sample. Articles come
// without their body.
type Profile struct {
	Card

	Studio   *StudioCard
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

// figures counts the messages that reached a representative; nil below the
// minimum sample.
func (s *Service) figures(ctx context.Context, representativeID string) (*Figures, error) {
	figures, touched, err := s.readFigures(ctx, representativeID)
	if err != nil || figures.Received < s.minSample {
		return nil, err
	}
	if len(touched) >= s.minSample {
		days := math.Round(median(touched).Hours()/24*10) / 10
		figures.MedianFirstTouchDays = &days
	}
	return &figures, nil
}

// readFigures counts, and tells how long each message waited for the first sign
// of life. It reads an index only: some representatives have thousands.
func (s *Service) readFigures(ctx context.Context, representativeID string) (figures Figures, touched []time.Duration, err error) {
	rows, err := store.From[model.Message](s.db.Read()).Raw(`SELECT delivered_at, acknowledged_at, answered_at FROM messages
		WHERE representative_id = ? AND delivered_at IS NOT NULL`, representativeID).Rows(ctx)
	if err != nil {
		return figures, nil, fmt.Errorf("directory: read figures: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var delivered time.Time
		var acknowledged, answered *time.Time
		if err := rows.Scan(&delivered, &acknowledged, &answered); err != nil {
			return figures, nil, fmt.Errorf("directory: read figures: %w", err)
		}
		figures.Received++
		if answered != nil {
			figures.Answered++
		}
		if first := cmp.Or(acknowledged, answered); first != nil {
			touched = append(touched, first.Sub(delivered))
		}
	}
	if err := rows.Err(); err != nil {
		return figures, nil, fmt.Errorf("directory: read figures: %w", err)
	}
	return figures, touched, nil
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	middle := len(of) / 2
	if len(of)%2 == 1 {
		return of[middle]
	}
	return (of[middle-1] + of[middle]) / 2
}

func compareSorted(sortA, sortB int, keyA, keyB string) int {
	return cmp.Or(cmp.Compare(sortA, sortB), cmp.Compare(keyA, keyB))
}
