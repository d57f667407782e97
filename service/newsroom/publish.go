package newsroom

import (
	"context"
	"fmt"
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

// The limits of an article's texts; the body is what its column holds.
const (
	titleMax  = 64
	digestMax = 120
	bylineMax = 30
	bodyMax   = 4 << 20
)

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
		Body: n.Body, CoverID: n.CoverID, Byline: strings.TrimSpace(n.Byline), State: model.ArticleFlow().Start,
		CreatedAt: now, UpdatedAt: now,
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := s.area(ctx, tx, n.AreaID)
		if err != nil {
			return err
		}
		article.State, article.AreaPath, article.PublishedAt = model.ArticleFlow().Start, area.Path, nil
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
	next, err := model.ArticleFlow().Next(a.State, deed)
	if err != nil {
		return fmt.Errorf("newsroom: move article: %w", err)
	}
	n, err := store.From[model.Article](tx).Where("id = ? AND state = ?", a.ID, a.State).
		Set(clause.Assignments(map[string]any{"state": next, "updated_at": s.now()})).Update(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: move article: %w", err)
	}
	if n != 1 {
		return fault.Conflict("文章刚刚发生了变化，请刷新后再试。")
	}
	a.State = next
	return audit.Record(ctx, tx, by, "article."+string(deed), audit.Target{
		Kind: "article", ID: a.ID, AreaPath: a.AreaPath, Detail: a.Title,
	}, s.now())
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
	bound("title", n.Title, 1, titleMax)
	bound("digest", n.Digest, 0, digestMax)
	bound("byline", n.Byline, 0, bylineMax)
	if n.Body == "" || len(n.Body) > bodyMax {
		wrong = append(wrong, fault.Field{Name: "body", Reason: "正文不能为空，也不能过长。"})
	}
	kinds := []model.ArticleKind{model.ArticleNews, model.ArticleCaseStory, model.ArticleGuide, model.ArticleNotice}
	if !slices.Contains(kinds, n.Kind) {
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
