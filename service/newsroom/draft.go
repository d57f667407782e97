package newsroom

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/newsroom/richtext"
	"lianxin/service/store"
)

// Begin begins an article: an empty draft of an area, with a title that may
// still change. Faults: not found (the area), forbidden, invalid.
func (s *Service) Begin(ctx context.Context, by model.Actor, areaID string, kind model.ArticleKind, title string) (model.Article, error) {
	title = strings.TrimSpace(title)
	var wrong []fault.Field
	if n := utf8.RuneCountInString(title); n == 0 || n > model.ArticleTitleMax {
		wrong = append(wrong, tooLong("title", "标题", 1, model.ArticleTitleMax))
	}
	if !slices.Contains(model.ArticleKinds(), kind) {
		wrong = append(wrong, fault.Field{Name: "kind", Reason: "没有这一类文章。"})
	}
	if kind == model.ArticleCaseStory {
		wrong = append(wrong, fault.Field{Name: "kind", Reason: "典型案例要先征得当事人同意，请到“典型案例”中从已解决的来信发起。"})
	}
	if len(wrong) > 0 {
		return model.Article{}, fault.Invalid(wrong...)
	}
	now := s.now()
	a := model.Article{
		ID: model.NewID(), AreaID: areaID, Kind: kind, Title: title, State: s.flow.Start, AuthorID: by.PersonID, Author: by.Name,
		EditorID: by.PersonID, Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := s.ownArea(ctx, tx, by, areaID)
		if err != nil {
			return err
		}
		if !by.PermitsIn(model.PermitArticleWrite, area.Path) {
			return fault.Forbidden("您没有在该区域写文章的权限。")
		}
		a.AreaPath = area.Path
		if err := store.From[model.Article](tx).Create(ctx, &a); err != nil {
			return fmt.Errorf("newsroom: begin article: %w", err)
		}
		if err := noteWriter(ctx, tx, a.ID, by.PersonID); err != nil {
			return err
		}
		return s.note(ctx, tx, by, a, "article.begin", "")
	})
	return a, err
}

func tooLong(name, what string, least, most int) fault.Field {
	return fault.Field{Name: name, Reason: fmt.Sprintf("%s应为 %d 到 %d 个字。", what, least, most)}
}

// Text is what an editor writes of an article. Body is HTML as it comes out of
// the editor. Revision is the one that the editor read.
type Text struct {
	Revision          int
	Title             string
	Digest            string
	Body              string
	Byline            string
	CoverID           string
	ColumnID          string
	RepresentativeIDs []string
}

// Saved is what became of a text: Body is what was kept, and Changed says in
// words what was not.
type Saved struct {
	Article model.Article
	Changed []string
	Measure Measure
}

// Save keeps the text of a draft. Saved twice, it is kept once: the same text
// for the revision before gives the same answer. Faults: not found; forbidden;
// invalid by field; conflict when somebody saved meanwhile, or the article is no
// draft any more.
func (s *Service) Save(ctx context.Context, by model.Actor, id string, t Text) (Saved, error) {
	cleaned, err := t.clean()
	if err != nil {
		return Saved{}, err
	}
	var saved Saved
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		text := cleaned
		a, err := s.permitted(ctx, tx, by, model.PermitArticleWrite, id)
		if err != nil {
			return err
		}
		dropped, err := s.keepPictures(ctx, tx, by, a, &text)
		if err != nil {
			return err
		}
		if a.Revision == t.Revision+1 && a.EditorID == by.PersonID && text.same(a) {
			saved = s.saved(a, t, dropped)
			return nil
		}
		if !slices.Contains(model.ArticleWritable(), a.State) {
			return notNow(a.State)
		}
		if a.Revision != t.Revision {
			return fault.Conflict("这篇文章刚刚被%s保存过。您的内容还在这里，请先复制，再载入最新内容继续编辑。", s.whose(ctx, tx, a.EditorID, by))
		}
		if err := s.write(ctx, tx, by, &a, text); err != nil {
			return err
		}
		saved = s.saved(a, t, dropped)
		return s.autosave(ctx, tx, by, &a)
	})
	return saved, err
}

// clean brings a text into the form that is kept. Faults: invalid by field.
func (t Text) clean() (Text, error) {
	t.Title, t.Digest, t.Byline = strings.TrimSpace(t.Title), strings.TrimSpace(t.Digest), strings.TrimSpace(t.Byline)
	var wrong []fault.Field
	for _, f := range []struct {
		name, what, text string
		most             int
	}{{"title", "标题", t.Title, model.ArticleTitleMax}, {"digest", "摘要", t.Digest, model.ArticleDigestMax}, {"byline", "署名", t.Byline, model.ArticleBylineMax}} {
		if utf8.RuneCountInString(f.text) > f.most {
			wrong = append(wrong, tooLong(f.name, f.what, 0, f.most))
		}
	}
	body, err := richtext.Clean(t.Body)
	if f := fault.Of(err); f != nil {
		wrong = append(wrong, f.Fields...)
	} else if err != nil {
		return Text{}, fmt.Errorf("newsroom: clean text: %w", err)
	}
	if len(wrong) > 0 {
		return Text{}, fault.Invalid(wrong...)
	}
	t.Body = body
	t.RepresentativeIDs = slices.Compact(slices.Sorted(slices.Values(t.RepresentativeIDs)))
	return t, nil
}

// same reports whether an article says what a text does.
func (t Text) same(a model.Article) bool {
	return t.Title == a.Title && t.Digest == a.Digest && t.Body == a.Body && t.Byline == a.Byline && t.CoverID == a.CoverID && t.ColumnID == a.ColumnID
}

func (s *Service) saved(a model.Article, t Text, dropped int) Saved {
	return Saved{Article: a, Changed: append(richtext.Lost(t.Body, a.Body, dropped), coverLost(t, a)...), Measure: s.measure(a)}
}

func coverLost(t Text, a model.Article) []string {
	if t.CoverID != "" && a.CoverID == "" {
		return []string{"封面图不可用，请重新上传。"}
	}
	return nil
}

// write replaces the text of an article. Faults: conflict; not found for a
// representative or a column that there is not.
func (s *Service) write(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article, t Text) error {
	if err := columnExists(ctx, tx, t.ColumnID); err != nil {
		return err
	}
	if err := s.keepFormer(ctx, tx, by, a); err != nil {
		return err
	}
	now := s.now()
	n, err := store.From[model.Article](tx).Where("id = ? AND revision = ? AND state = ?", a.ID, a.Revision, a.State).
		Set(clause.Assignments(map[string]any{
			"title": t.Title, "digest": t.Digest, "body": t.Body, "byline": t.Byline, "cover_id": t.CoverID, "column_id": t.ColumnID,
			"revision": a.Revision + 1, "editor_id": by.PersonID, "updated_at": now,
		})).Update(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: save text: %w", err)
	}
	if n != 1 {
		return errChanged()
	}
	a.Title, a.Digest, a.Body, a.Byline, a.CoverID, a.ColumnID = t.Title, t.Digest, t.Body, t.Byline, t.CoverID, t.ColumnID
	a.Revision, a.EditorID, a.UpdatedAt = a.Revision+1, by.PersonID, now
	if _, err := store.From[model.ArticleRepresentative](tx).Where("article_id = ?", a.ID).Delete(ctx); err != nil {
		return fmt.Errorf("newsroom: replace representatives: %w", err)
	}
	if err := tellsOf(ctx, tx, a.ID, t.RepresentativeIDs); err != nil {
		return err
	}
	return noteWriter(ctx, tx, a.ID, by.PersonID)
}

// noteWriter remembers that a person wrote in an article.
func noteWriter(ctx context.Context, tx *gorm.DB, articleID, personID string) error {
	if known, err := hasWritten(ctx, tx, articleID, personID); err != nil || known {
		return err
	}
	if err := store.From[model.ArticleWriter](tx).Create(ctx, &model.ArticleWriter{ArticleID: articleID, PersonID: personID}); err != nil {
		return fmt.Errorf("newsroom: note writer: %w", err)
	}
	return nil
}

// whose names who saved last, to somebody else or to themselves.
func (*Service) whose(ctx context.Context, tx *gorm.DB, personID string, by model.Actor) string {
	if personID == by.PersonID {
		return "您在另一处"
	}
	name, err := nameOf(ctx, tx, personID)
	if err != nil || name == "" {
		return "他人"
	}
	return name
}

func nameOf(ctx context.Context, tx *gorm.DB, personID string) (string, error) {
	person, err := store.From[model.Person](tx).Select("id, name").Where("id = ?", personID).Take(ctx)
	if store.IsAbsent(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("newsroom: name editor: %w", err)
	}
	return person.Name, nil
}
