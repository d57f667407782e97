package newsroom

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// NewPicture is a picture for the library. Shows says who is seen on it.
type NewPicture struct {
	AreaID    string
	PictureID string
	Caption   string
	Source    string
	Licence   string
	Shows     string
}

func (n *NewPicture) check() error {
	var wrong []fault.Field
	for _, f := range []struct {
		name, what  string
		text        *string
		least, most int
	}{
		{"caption", "图片说明", &n.Caption, 1, 100}, {"source", "来源", &n.Source, 1, 100}, {"licence", "授权", &n.Licence, 0, 100}, {"shows", "图中人物", &n.Shows, 0, 200},
	} {
		*f.text = strings.TrimSpace(*f.text)
		if length := utf8.RuneCountInString(*f.text); length < f.least || length > f.most {
			wrong = append(wrong, tooLong(f.name, f.what, f.least, f.most))
		}
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// AddPicture puts a picture that the actor uploaded into the library of an area.
// Faults: not found (area, picture), forbidden, invalid; conflict when it is
// there already.
func (s *Service) AddPicture(ctx context.Context, by model.Actor, n NewPicture) (model.LibraryPicture, error) {
	if err := n.check(); err != nil {
		return model.LibraryPicture{}, err
	}
	p := model.LibraryPicture{
		ID: model.NewID(), AreaID: n.AreaID, PictureID: n.PictureID, Caption: n.Caption, Source: n.Source, Licence: n.Licence, Shows: n.Shows,
		AddedBy: by.PersonID, Adder: by.Name, CreatedAt: s.now(),
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := s.ownArea(ctx, tx, by, n.AreaID)
		if err != nil {
			return err
		}
		if !by.PermitsIn(model.PermitArticleWrite, area.Path) {
			return fault.Forbidden("您没有在该区域维护图片库的权限。")
		}
		p.AreaPath = area.Path
		owned, err := store.From[model.Picture](tx).Where("id = ? AND owner_id = ? AND screening <> ? AND turn_id = ''", n.PictureID, by.PersonID, model.ScreeningRefused).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("newsroom: find picture: %w", err)
		}
		if owned == 0 {
			return fault.NotFound("这张图片")
		}
		switch err := store.From[model.LibraryPicture](tx).Create(ctx, &p); {
		case store.IsDuplicate(err):
			return fault.Conflict("图片库里已经有这张图片。")
		case err != nil:
			return fmt.Errorf("newsroom: add picture: %w", err)
		}
		return s.notePicture(ctx, tx, by, "library.add", p)
	})
	return p, err
}

func (s *Service) notePicture(ctx context.Context, tx *gorm.DB, by model.Actor, action string, p model.LibraryPicture) error {
	return audit.Record(ctx, tx, by, action, audit.Target{Kind: "library_picture", ID: p.ID, AreaPath: p.AreaPath, Detail: p.Caption}, s.now())
}

// Library lists the pictures of the actor's areas, the newest first; text is
// looked for in captions, sources and who is shown. Fault: invalid (after).
func (s *Service) Library(ctx context.Context, by model.Actor, text string, page store.Page) ([]model.LibraryPicture, string, error) {
	q := store.From[model.LibraryPicture](s.db.Read()).Where(store.WithinAny("area_path", reach(by)))
	if text = strings.TrimSpace(text); text != "" {
		like := "%" + escapeLike.Replace(text) + "%"
		q = q.Where("(caption LIKE ? ESCAPE '!' OR source LIKE ? ESCAPE '!' OR shows LIKE ? ESCAPE '!')", like, like, like)
	}
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(created_at < ? OR (created_at = ? AND id < ?))", at, at, id)
	}
	pictures, err := q.Order("created_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("newsroom: list pictures: %w", err)
	}
	pictures, next := store.Cut(pictures, page, func(p model.LibraryPicture) string { return store.TimeCursor(p.CreatedAt, p.ID) })
	return pictures, next, nil
}

// RemovePicture takes a picture out of the library. Articles that show it keep
// it. Faults: not found, forbidden.
func (s *Service) RemovePicture(ctx context.Context, by model.Actor, id string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		p, err := store.From[model.LibraryPicture](tx).Where("id = ?", id).Take(ctx)
		if store.IsAbsent(err) || err == nil && !sees(by, p.AreaPath) {
			return fault.NotFound("图片库里的这张图片")
		}
		if err != nil {
			return fmt.Errorf("newsroom: find picture: %w", err)
		}
		if !slices.ContainsFunc(by.AreaPaths(model.PermitArticleWrite), func(path string) bool { return strings.HasPrefix(p.AreaPath, path) }) {
			return fault.Forbidden("您没有维护这张图片的权限。")
		}
		if _, err := store.From[model.LibraryPicture](tx).Where("id = ?", id).Delete(ctx); err != nil {
			return fmt.Errorf("newsroom: remove picture: %w", err)
		}
		return s.notePicture(ctx, tx, by, "library.remove", p)
	})
}
