package newsroom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/newsroom/richtext"
	"lianxin/service/store"
)

func writable(a model.Article) bool { return slices.Contains(model.ArticleWritable(), a.State) }

// change runs one deed on an article in a transaction and gives it as it is then.
func (s *Service) change(ctx context.Context, by model.Actor, p model.Permission, id string, do func(ctx context.Context, tx *gorm.DB, a *model.Article) error) (model.Article, error) {
	var a model.Article
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		if a, err = s.permitted(ctx, tx, by, p, id); err != nil {
			return err
		}
		return do(ctx, tx, &a)
	})
	if errors.Is(err, errOvertaken) {
		return a, errChanged()
	}
	return a, err
}

// Submit gives a draft to the reviewers; its text is kept as a version. Faults:
// not found, forbidden, conflict, invalid when title or text are missing.
func (s *Service) Submit(ctx context.Context, by model.Actor, id string) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if !writable(*a) {
			return notNow(a.State)
		}
		if err := presentable(*a); err != nil {
			return err
		}
		if err := s.keepVersion(ctx, tx, a, model.VersionSubmit, by.PersonID, by.Name); err != nil {
			return err
		}
		return s.moveWith(ctx, tx, by, a, step{deed: model.DeedSubmitArticle, set: map[string]any{"reason": ""}})
	})
}

// presentable refuses what nobody could read. Fault: invalid by field.
func presentable(a model.Article) error {
	var wrong []fault.Field
	if a.Title == "" {
		wrong = append(wrong, fault.Field{Name: "title", Reason: "请填写标题。"})
	}
	if richtext.Measure(a.Body).Words == 0 && len(richtext.Pictures(a.Body)) == 0 {
		wrong = append(wrong, fault.Field{Name: "body", Reason: "请填写正文。"})
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// reasonOf is a reason as it is kept. Fault: invalid.
func reasonOf(field, reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > model.ArticleReasonMax {
		return "", fault.InvalidField(field, fmt.Sprintf("请写明原因，不超过 %d 字。", model.ArticleReasonMax))
	}
	return reason, nil
}

// Return sends an article back to its writers with a reason. Faults: not found,
// forbidden, conflict, invalid.
func (s *Service) Return(ctx context.Context, by model.Actor, id, reason string) (model.Article, error) {
	reason, err := reasonOf("reason", reason)
	if err != nil {
		return model.Article{}, err
	}
	return s.change(ctx, by, model.PermitArticleReview, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if err := s.moveWith(ctx, tx, by, a, step{deed: model.DeedReturnArticle, set: map[string]any{"reason": reason}, note: reason}); err != nil {
			return err
		}
		a.Reason = reason
		return nil
	})
}

// Approve lets an article out. Who wrote in it cannot. Faults: not found,
// forbidden, conflict.
func (s *Service) Approve(ctx context.Context, by model.Actor, id string) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleReview, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		wrote, err := hasWritten(ctx, tx, id, by.PersonID)
		if err != nil {
			return err
		}
		if wrote || by.PersonID == "" {
			return fault.Forbidden("您写过这篇文章，不能由您审核通过，请另一位同事审核。")
		}
		if a.State != model.ArticleInReview {
			return notNow(a.State)
		}
		editor, err := nameOf(ctx, tx, a.EditorID)
		if err != nil {
			return err
		}
		if err := s.keepVersion(ctx, tx, a, model.VersionApprove, a.EditorID, editor); err != nil {
			return err
		}
		set := map[string]any{"reviewer_id": by.PersonID, "reviewer": by.Name, "reason": ""}
		if err := s.moveWith(ctx, tx, by, a, step{deed: model.DeedApprove, set: set}); err != nil {
			return err
		}
		a.ReviewerID, a.Reviewer, a.Reason = by.PersonID, by.Name, ""
		return nil
	})
}

// Revise takes an article back to a draft: out of review, or to change what was
// approved, which has to be reviewed again. Faults: not found, forbidden,
// conflict.
func (s *Service) Revise(ctx context.Context, by model.Actor, id string) (model.Article, error) {
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		set := map[string]any{"reviewer_id": "", "reviewer": "", "scheduled_at": nil}
		if err := s.moveWith(ctx, tx, by, a, step{deed: model.DeedRevise, set: set}); err != nil {
			return err
		}
		a.ReviewerID, a.Reviewer, a.ScheduledAt = "", "", nil
		return nil
	})
}

// Comment says something about an article, to those who write and review it.
// Quote is the piece of text that is meant. Faults: not found, invalid.
func (s *Service) Comment(ctx context.Context, by model.Actor, id, body, quote string) (model.ArticleComment, error) {
	body, quote = strings.TrimSpace(body), strings.TrimSpace(quote)
	if n := utf8.RuneCountInString(body); n == 0 || n > model.ArticleCommentMax {
		return model.ArticleComment{}, fault.Invalid(tooLong("text", "批注", 1, model.ArticleCommentMax))
	}
	c := model.ArticleComment{ID: model.NewID(), ArticleID: id, AuthorID: by.PersonID, Author: by.Name, Body: body, Quote: clip(quote, model.ArticleQuoteMax), CreatedAt: s.now()}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		a, err := s.mine(ctx, tx, by, id)
		if err != nil {
			return err
		}
		c.Version = a.Version
		if err := store.From[model.ArticleComment](tx).Create(ctx, &c); err != nil {
			return fmt.Errorf("newsroom: comment: %w", err)
		}
		return s.note(ctx, tx, by, a, "article.comment", "")
	})
	return c, err
}

// Settle says that a comment has been dealt with. Settled again it stays as it
// was. Fault: not found.
func (s *Service) Settle(ctx context.Context, by model.Actor, id, commentID string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		a, err := s.mine(ctx, tx, by, id)
		if err != nil {
			return err
		}
		comment := store.From[model.ArticleComment](tx).Where("id = ? AND article_id = ?", commentID, id)
		known, err := comment.Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("这条批注")
		}
		if err != nil {
			return fmt.Errorf("newsroom: find comment: %w", err)
		}
		if known.SettledAt != nil {
			return nil
		}
		if _, err := comment.Where("settled_at IS NULL").Set(assign{"settled_at": s.now(), "settled_by": by.Name}.columns()).Update(ctx); err != nil {
			return fmt.Errorf("newsroom: settle comment: %w", err)
		}
		return s.note(ctx, tx, by, a, "article.settle_comment", "")
	})
}
