package newsroom

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// autosaveEvery is how often a version is kept by itself while one person writes.
const autosaveEvery = 10 * time.Minute

// keepVersion keeps the text of an article as it is now.
func (s *Service) keepVersion(ctx context.Context, tx *gorm.DB, a *model.Article, cause model.VersionCause, authorID, author string) error {
	v := model.ArticleVersion{
		ID: model.NewID(), ArticleID: a.ID, Number: a.Version + 1, Cause: cause, Title: a.Title, Digest: a.Digest, Body: a.Body,
		Byline: a.Byline, CoverID: a.CoverID, AuthorID: authorID, Author: author, CreatedAt: s.now(),
	}
	switch err := store.From[model.ArticleVersion](tx).Create(ctx, &v); {
	case store.IsDuplicate(err):
		return errChanged()
	case err != nil:
		return fmt.Errorf("newsroom: keep version: %w", err)
	}
	n, err := store.From[model.Article](tx).Where("id = ? AND version = ?", a.ID, a.Version).Update(ctx, "version", v.Number)
	if err != nil {
		return fmt.Errorf("newsroom: number version: %w", err)
	}
	if n != 1 {
		return errChanged()
	}
	a.Version = v.Number
	return nil
}

// autosave keeps a version while somebody writes: at most one in ten minutes.
func (s *Service) autosave(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article) error {
	recent, err := store.From[model.ArticleVersion](tx).Where("article_id = ? AND author_id = ? AND created_at > ?", a.ID, by.PersonID, s.now().Add(-autosaveEvery)).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("newsroom: look for versions: %w", err)
	}
	if recent > 0 {
		return nil
	}
	return s.keepVersion(ctx, tx, a, model.VersionAutosave, by.PersonID, by.Name)
}

// keepFormer keeps what somebody else wrote before it is written over, if no
// version holds it.
func (s *Service) keepFormer(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article) error {
	if a.EditorID == by.PersonID || a.EditorID == "" || a.Body == "" {
		return nil
	}
	last, err := store.From[model.ArticleVersion](tx).Where("article_id = ? AND number = ?", a.ID, a.Version).Find(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: read last version: %w", err)
	}
	if len(last) == 1 && last[0].Body == a.Body && last[0].Title == a.Title && last[0].Digest == a.Digest {
		return nil
	}
	name, err := nameOf(ctx, tx, a.EditorID)
	if err != nil {
		return err
	}
	return s.keepVersion(ctx, tx, a, model.VersionAutosave, a.EditorID, name)
}

// Versions lists what was kept of an article, the latest first, without the
// bodies. Fault: not found.
func (s *Service) Versions(ctx context.Context, by model.Actor, id string) ([]model.ArticleVersion, error) {
	if _, err := s.mine(ctx, s.db.Read(), by, id); err != nil {
		return nil, err
	}
	versions, err := store.From[model.ArticleVersion](s.db.Read()).Omit("body").Where("article_id = ?", id).Order("number DESC").Limit(versionsShown).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: list versions: %w", err)
	}
	return versions, nil
}

// versionsShown is how many versions a list shows at most.
const versionsShown = 500

// Version gives one version whole; number 0 is the text as it is now. Fault: not
// found.
func (s *Service) Version(ctx context.Context, by model.Actor, id string, number int) (model.ArticleVersion, error) {
	a, err := s.mine(ctx, s.db.Read(), by, id)
	if err != nil {
		return model.ArticleVersion{}, err
	}
	if number == 0 {
		return model.ArticleVersion{
			ArticleID: a.ID, Title: a.Title, Digest: a.Digest, Body: a.Body, Byline: a.Byline, CoverID: a.CoverID, AuthorID: a.EditorID, CreatedAt: a.UpdatedAt,
		}, nil
	}
	return version(ctx, s.db.Read(), id, number)
}

func version(ctx context.Context, db *gorm.DB, id string, number int) (model.ArticleVersion, error) {
	v, err := store.From[model.ArticleVersion](db).Where("article_id = ? AND number = ?", id, number).Take(ctx)
	if store.IsAbsent(err) {
		return v, fault.NotFound("这个版本")
	}
	if err != nil {
		return v, fmt.Errorf("newsroom: find version: %w", err)
	}
	return v, nil
}

// Restore makes an older version the text of a draft again. What was there is
// kept as a version first. Faults: not found, forbidden, conflict.
func (s *Service) Restore(ctx context.Context, by model.Actor, id string, number int) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if !writable(*a) {
			return notNow(a.State)
		}
		text, err := textOf(ctx, tx, *a, number)
		if err != nil {
			return err
		}
		editor, err := nameOf(ctx, tx, a.EditorID)
		if err != nil {
			return err
		}
		if err := s.keepVersion(ctx, tx, a, model.VersionAutosave, a.EditorID, editor); err != nil {
			return err
		}
		if err := s.write(ctx, tx, by, a, text); err != nil {
			return err
		}
		if err := s.keepVersion(ctx, tx, a, model.VersionRestore, by.PersonID, by.Name); err != nil {
			return err
		}
		return s.note(ctx, tx, by, *a, "article.restore", fmt.Sprintf("第 %d 版", number))
	})
}

// textOf gives an older version as a text for an article; what versions do not
// keep stays as it is. Fault: not found.
func textOf(ctx context.Context, tx *gorm.DB, a model.Article, number int) (Text, error) {
	old, err := version(ctx, tx, a.ID, number)
	if err != nil {
		return Text{}, err
	}
	text := Text{Title: old.Title, Digest: old.Digest, Body: old.Body, Byline: old.Byline, CoverID: old.CoverID, ColumnID: a.ColumnID}
	links, err := store.From[model.ArticleRepresentative](tx).Where("article_id = ?", a.ID).Find(ctx)
	if err != nil {
		return Text{}, fmt.Errorf("newsroom: read representatives: %w", err)
	}
	for _, l := range links {
		text.RepresentativeIDs = append(text.RepresentativeIDs, l.RepresentativeID)
	}
	return text, nil
}
