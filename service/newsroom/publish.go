package newsroom

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// bodyMax is what the column of the body holds.
const bodyMax = 4 << 20

// NewArticle is an article that the system brings along. Body is HTML and is
// shown as it stands. PublishedAt may lie in the past; zero is now.
type NewArticle struct {
	AreaID            string
	Kind              model.ArticleKind
	Title             string
	Digest            string
	Body              string
	CoverID           string
	Byline            string
	RepresentativeIDs []string
	PublishedAt       time.Time
}

// toLive are the deeds that lead from a draft to the public.
var toLive = []model.ArticleDeed{model.DeedSubmitArticle, model.DeedApprove, model.DeedPublishArticle, model.DeedGoLive}

// Publish takes an article through the whole flow to live, in one step. Only
// the system may: its HTML is trusted. Faults: forbidden for a person, not
// found for an area or a representative that there is not, invalid by field.
func (s *Service) Publish(ctx context.Context, by model.Actor, n NewArticle) (model.Article, error) {
	if by.System == "" {
		return model.Article{}, fault.Forbidden("文章需经编辑和审核后发布，暂不支持直接发布。")
	}
	if err := s.check(n); err != nil {
		return model.Article{}, err
	}
	now := s.now()
	published := now
	if !n.PublishedAt.IsZero() {
		published = n.PublishedAt.UTC().Truncate(time.Millisecond)
	}
	article := model.Article{
		ID: model.NewID(), AreaID: n.AreaID, Kind: n.Kind, Title: strings.TrimSpace(n.Title), Digest: strings.TrimSpace(n.Digest),
		Body: n.Body, CoverID: n.CoverID, Byline: strings.TrimSpace(n.Byline), State: s.flow.Start,
		CreatedAt: now, UpdatedAt: now,
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := s.area(ctx, tx, n.AreaID)
		if err != nil {
			return err
		}
		article.State, article.AreaPath, article.PublishedAt = s.flow.Start, area.Path, nil
		if err := store.From[model.Article](tx).Create(ctx, &article); err != nil {
			return fmt.Errorf("newsroom: write article: %w", err)
		}
		if err := tellsOf(ctx, tx, article.ID, n.RepresentativeIDs); err != nil {
			return err
		}
		return s.goLive(ctx, tx, by, &article, published)
	})
	if err != nil {
		return model.Article{}, err
	}
	return article, nil
}

// goLive takes a draft through every step to the public and dates it.
func (s *Service) goLive(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article, at time.Time) error {
	for _, deed := range toLive {
		if err := s.move(ctx, tx, by, a, deed); err != nil {
			return err
		}
	}
	if _, err := store.From[model.Article](tx).Where("id = ?", a.ID).Update(ctx, "published_at", at); err != nil {
		return fmt.Errorf("newsroom: date article: %w", err)
	}
	a.PublishedAt = &at
	return nil
}

// move takes an article one step on and audits it.
func (s *Service) move(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article, deed model.ArticleDeed) error {
	return s.moveWith(ctx, tx, by, a, step{deed: deed})
}

// step is a deed with the columns that it sets besides the state, and what is
// said of it in the audit log besides the title.
type step struct {
	deed model.ArticleDeed
	set  map[string]any
	note string
}

// moveWith takes an article one step on, by compare-and-set with the state and
// the text that were seen, and audits it. Fault: conflict.
func (s *Service) moveWith(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article, d step) error {
	next, err := s.flow.Next(a.State, d.deed)
	if err != nil {
		return notNow(a.State)
	}
	set := map[string]any{"state": next, "updated_at": s.now()}
	maps.Copy(set, d.set)
	n, err := store.From[model.Article](tx).Where("id = ? AND state = ? AND revision = ?", a.ID, a.State, a.Revision).
		Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: move article: %w", err)
	}
	if n != 1 {
		return errChanged()
	}
	a.State = next
	return s.note(ctx, tx, by, *a, "article."+string(d.deed), d.note)
}

// note writes a line into the audit log; about follows the title.
func (s *Service) note(ctx context.Context, tx *gorm.DB, by model.Actor, a model.Article, action, about string) error {
	detail := a.Title
	if about != "" {
		detail += "：" + about
	}
	return audit.Record(ctx, tx, by, action, audit.Target{Kind: "article", ID: a.ID, AreaPath: a.AreaPath, Detail: clip(detail, auditMax)}, s.now())
}

// auditMax is how much of a detail the audit log is given, in characters.
const auditMax = 200

func clip(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

func errChanged() error { return fault.Conflict("文章刚刚发生了变化，请刷新后再试。") }

// notNow says that a state does not allow something.
func notNow(state model.ArticleState) error {
	return fault.Conflict("文章现在是“%s”，不能这样操作，请刷新后再试。", model.ArticleStateWords(state))
}

// tellsOf notes the representatives an article tells of. Fault: not found.
func tellsOf(ctx context.Context, tx *gorm.DB, articleID string, representativeIDs []string) error {
	ids := slices.Compact(slices.Sorted(slices.Values(representativeIDs)))
	if len(ids) == 0 {
		return nil
	}
	known, err := store.From[model.Representative](tx).Where("id IN ?", ids).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("newsroom: find representatives: %w", err)
	}
	if int(known) != len(ids) {
		return fault.NotFound("该代表")
	}
	for _, id := range ids {
		link := model.ArticleRepresentative{ArticleID: articleID, RepresentativeID: id}
		if err := store.From[model.ArticleRepresentative](tx).Create(ctx, &link); err != nil {
			return fmt.Errorf("newsroom: note representative: %w", err)
		}
	}
	return nil
}

func (s *Service) check(n NewArticle) error {
	var wrong []fault.Field
	bound := func(name, text string, least, most int) {
		if length := utf8.RuneCountInString(strings.TrimSpace(text)); length < least || length > most {
			wrong = append(wrong, fault.Field{Name: name, Reason: fmt.Sprintf("应为 %d 到 %d 个字。", least, most)})
		}
	}
	bound("title", n.Title, 1, model.ArticleTitleMax)
	bound("digest", n.Digest, 0, model.ArticleDigestMax)
	bound("byline", n.Byline, 0, model.ArticleBylineMax)
	if n.Body == "" || len(n.Body) > bodyMax {
		wrong = append(wrong, fault.Field{Name: "body", Reason: "正文不能为空，也不能过长。"})
	}
	if !slices.Contains(model.ArticleKinds(), n.Kind) {
		wrong = append(wrong, fault.Field{Name: "kind", Reason: "没有这一类文章。"})
	}
	if n.PublishedAt.After(s.now()) {
		wrong = append(wrong, fault.Field{Name: "published_at", Reason: "发布时间不能晚于现在。"})
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}
