package newsroom

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// Counted is what came of something handed in to WeChat, until the end of a day.
type Counted struct {
	DataID   string
	Day      string
	Readers  int
	Sharers  int
	Likes    int
	Hearts   int
	Comments int
	Keepers  int
}

const (
	// countedDays is how long WeChat counts, the day of publication included.
	countedDays = 30
	// countedFrom is the hour in Shanghai at which yesterday's figures are there.
	countedFrom = 8 * time.Hour
	// atWeChat are the doors that WeChat counts readers behind.
	atWeChat = "door IN ? AND data_id <> '' AND opened_at IS NOT NULL AND opened_at > ?"
)

// FiguresTick fetches the figures of what was published within thirty days, where
// yesterday's are not there yet: a call for each day something was published on.
// It stops at the first call that fails; what was fetched stays.
func (s *Service) FiguresTick(ctx context.Context) error {
	now := s.now()
	yesterday := model.Day(now.Add(-countedFrom).AddDate(0, 0, -1))
	if s.official == nil {
		return nil
	}
	doors, err := store.From[model.ArticleDoor](s.db.Read()).Where(atWeChat, []model.Door{model.DoorPublication, model.DoorMassSend}, now.AddDate(0, 0, -countedDays)).
		Order("opened_at, article_id, door").Find(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: look for published articles: %w", err)
	}
	byDay := map[string][]model.ArticleDoor{}
	for _, d := range doors {
		day := model.Day(*d.OpenedAt)
		if day > yesterday {
			continue
		}
		known, err := store.From[model.ArticleFigures](s.db.Read()).Where("article_id = ? AND door = ? AND day >= ?", d.ArticleID, d.Door, yesterday).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("newsroom: look for figures: %w", err)
		}
		if known == 0 {
			byDay[day] = append(byDay[day], d)
		}
	}
	for _, of := range byDay {
		if err := s.fetchFigures(ctx, *of[0].OpenedAt, of); err != nil {
			return err
		}
	}
	return nil
}

// fetchFigures asks WeChat for what was published on one day, and keeps it.
func (s *Service) fetchFigures(ctx context.Context, day time.Time, doors []model.ArticleDoor) error {
	counted, err := s.official.Figures(ctx, day)
	if errors.Is(err, model.ErrChannelUnavailable) {
		return nil // an account without the right to figures has none
	}
	if err != nil {
		return fmt.Errorf("newsroom: fetch figures: %w", err)
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		for _, c := range counted {
			for _, d := range doors {
				if c.DataID != d.DataID {
					continue
				}
				if err := s.keepFigures(ctx, tx, d, c); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// keepFigures writes a day's figures in the place of those that were there:
// WeChat corrects them.
func (s *Service) keepFigures(ctx context.Context, tx *gorm.DB, d model.ArticleDoor, c Counted) error {
	row := model.ArticleFigures{
		ArticleID: d.ArticleID, Door: d.Door, Day: c.Day, Readers: c.Readers, Sharers: c.Sharers, Likes: c.Likes, Hearts: c.Hearts,
		Comments: c.Comments, Keepers: c.Keepers, FetchedAt: s.now(),
	}
	if _, err := store.From[model.ArticleFigures](tx).Where("article_id = ? AND door = ? AND day = ?", d.ArticleID, d.Door, c.Day).Delete(ctx); err != nil {
		return fmt.Errorf("newsroom: replace figures: %w", err)
	}
	if err := store.From[model.ArticleFigures](tx).Create(ctx, &row); err != nil {
		return fmt.Errorf("newsroom: keep figures: %w", err)
	}
	return nil
}

// Figures lists what came of an article at WeChat, by door and day. Fault: not
// found, also for an area that is not the actor's.
func (s *Service) Figures(ctx context.Context, by model.Actor, id string) ([]model.ArticleFigures, error) {
	if _, err := s.mine(ctx, s.db.Read(), by, id); err != nil {
		return nil, err
	}
	rows, err := store.From[model.ArticleFigures](s.db.Read()).Where("article_id = ?", id).Order("door, day").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: read figures: %w", err)
	}
	return rows, nil
}
