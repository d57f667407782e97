package newsroom

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/newsroom/richtext"
	"lianxin/service/store"
)

// ownPictures lists the pictures of ours that a cleaned text shows.
func ownPictures(body string) []string {
	return slices.DeleteFunc(richtext.Pictures(body), func(p string) bool { return strings.Contains(p, "/") })
}

// keepPictures takes the pictures out of a text that the actor may not show, says
// how many those were, and notes the others as shown by the article, so that they
// stay. A picture may be shown when the actor uploaded it, the article shows it
// already, or the library of an area of theirs holds it; what the content check
// refused never is.
func (s *Service) keepPictures(ctx context.Context, tx *gorm.DB, by model.Actor, a model.Article, t *Text) (dropped int, err error) {
	wanted := ownPictures(t.Body)
	if t.CoverID != "" {
		wanted = append(wanted, t.CoverID)
	}
	if len(wanted) == 0 {
		return 0, nil
	}
	free, err := s.free(ctx, tx, by, a, wanted)
	if err != nil {
		return 0, err
	}
	if t.CoverID != "" && !slices.Contains(free, t.CoverID) {
		t.CoverID = ""
	}
	for _, id := range ownPictures(t.Body) {
		if !slices.Contains(free, id) {
			dropped++
		}
	}
	if dropped > 0 {
		shown := richtext.WithPictures(t.Body, func(id string) string {
			if slices.Contains(free, id) {
				return "/media/" + id
			}
			return ""
		})
		if t.Body, err = richtext.Clean(shown); err != nil {
			return 0, fmt.Errorf("newsroom: take pictures out: %w", err)
		}
	}
	return dropped, showsAll(ctx, tx, a.ID, free)
}

// free gives those of the pictures that the actor may show in an article.
func (*Service) free(ctx context.Context, tx *gorm.DB, by model.Actor, a model.Article, ids []string) ([]string, error) {
	library := tx.Session(&gorm.Session{NewDB: true, Context: ctx}).Model(&model.LibraryPicture{}).Select("picture_id").Where(store.WithinAny("area_path", reach(by)))
	found, err := store.From[model.Picture](tx).Select("id").Where("id IN ? AND screening <> ?", ids, model.ScreeningRefused).
		Where("owner_id = ? OR id IN (SELECT picture_id FROM article_pictures WHERE article_id = ?) OR id IN (?)", by.PersonID, a.ID, library).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: look for pictures: %w", err)
	}
	var free []string
	for _, p := range found {
		free = append(free, p.ID)
	}
	return free, nil
}

// showsAll notes which pictures an article shows. They are never forgotten: an
// older version may be restored.
func showsAll(ctx context.Context, tx *gorm.DB, articleID string, pictureIDs []string) error {
	known, err := store.From[model.ArticlePicture](tx).Where("article_id = ? AND picture_id IN ?", articleID, append(pictureIDs, "")).Find(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: look for shown pictures: %w", err)
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(pictureIDs))) {
		if slices.ContainsFunc(known, func(k model.ArticlePicture) bool { return k.PictureID == id }) {
			continue
		}
		if err := store.From[model.ArticlePicture](tx).Create(ctx, &model.ArticlePicture{ArticleID: articleID, PictureID: id}); err != nil {
			return fmt.Errorf("newsroom: note shown picture: %w", err)
		}
	}
	return nil
}
