package newsroom

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/newsroom/richtext"
	"lianxin/service/store"
)

// AtWeChat is exactly what WeChat is sent of an article, and shows. The pictures
// in Content and Cover are ours, by number: they look the same there.
type AtWeChat struct {
	Title    string
	Author   string
	Digest   string
	Content  string
	Cover    string
	Findings []fault.Field
}

// AtWeChat gives an article as the official account would show it. Fault: not
// found.
func (s *Service) AtWeChat(ctx context.Context, by model.Actor, id string) (AtWeChat, error) {
	a, err := s.mine(ctx, s.db.Read(), by, id)
	if err != nil {
		return AtWeChat{}, err
	}
	content, _ := richtext.ForWeChat(a.Body, stayHere(a.Body))
	return AtWeChat{
		Title: a.Title, Author: a.Byline, Digest: digestOf(current(a)), Content: content, Cover: coverOf(a.CoverID, a.Body), Findings: s.measure(a).Findings,
	}, nil
}

// current is the text of an article as a version.
func current(a model.Article) model.ArticleVersion {
	return model.ArticleVersion{ArticleID: a.ID, Title: a.Title, Digest: a.Digest, Body: a.Body, Byline: a.Byline, CoverID: a.CoverID}
}

const waitForWeChat = 10 * time.Second

// Preview has WeChat show an article to one person as it will look: to the actor
// themselves, whose WeChat is bound and follows the account, when name is empty,
// or else to the follower whose WeChat has that name. Faults: not found,
// forbidden, invalid; conflict with WeChat's reason, or for a case story whose
// text nobody checked; unavailable.
func (s *Service) Preview(ctx context.Context, by model.Actor, id, name string) error {
	name = strings.TrimSpace(name)
	a, openID, err := s.previewer(ctx, by, id, name)
	if err != nil {
		return err
	}
	draftID, err := s.previewDraft(ctx, a)
	if err == nil {
		if name == "" {
			err = s.official.Preview(ctx, draftID, openID)
		} else {
			err = s.official.PreviewTo(ctx, draftID, name)
		}
	}
	switch {
	case errors.Is(err, model.ErrNotFollowing), errors.Is(err, model.ErrUnknownPerson):
		return fault.Conflict("微信找不到接收人：请确认微信号正确，且已关注公众号。")
	case err != nil && fault.Of(err) == nil:
		return errors.Join(fault.Unavailable("微信暂时没有响应，请稍后再试。", waitForWeChat), err)
	case err != nil:
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.note(ctx, tx, by, a, "article.preview", "") })
}

// previewer checks a wish for a preview and finds who it is for.
func (s *Service) previewer(ctx context.Context, by model.Actor, id, name string) (a model.Article, openID string, err error) {
	if a, err = s.permitted(ctx, s.db.Read(), by, model.PermitArticleWrite, id); err != nil {
		return a, "", err
	}
	if err := s.storyMayBeSeen(ctx, a); err != nil {
		return a, "", err
	}
	switch {
	case s.official == nil:
		return a, "", fault.Conflict("还没有接入公众号，不能发送微信预览。")
	case a.State == model.ArticleWithdrawn:
		return a, "", notNow(a.State)
	}
	if findings := s.measure(a).Findings; len(findings) > 0 {
		return a, "", fault.Invalid(findings...)
	}
	if name != "" {
		return a, "", nil
	}
	own, err := store.From[model.WeChatIdentity](s.db.Read()).Where("person_id = ? AND account = ? AND following = ?", by.PersonID, model.AccountOfficial, true).Limit(1).Find(ctx)
	if err != nil {
		return a, "", fmt.Errorf("newsroom: find the actor's WeChat: %w", err)
	}
	if len(own) == 0 {
		return a, "", fault.Conflict("您的账号没有绑定微信，或没有关注公众号。请填写微信号，把预览发给已关注公众号的人。")
	}
	return a, own[0].OpenID, nil
}

// previewDraft puts an article as it is now into the draft that its previews use.
func (s *Service) previewDraft(ctx context.Context, a model.Article) (string, error) {
	v := current(a)
	have, err := s.supplies(ctx, s.db.Read(), v)
	if err != nil {
		return "", err
	}
	for id, purpose := missing(v, have); purpose != ""; id, purpose = missing(v, have) {
		if err := s.give(ctx, id, purpose); err != nil {
			return "", err
		}
		if have, err = s.supplies(ctx, s.db.Read(), v); err != nil {
			return "", err
		}
	}
	var d model.ArticleDoor
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		d, err = s.door(ctx, tx, a, model.DoorPreview)
		return err
	})
	if err != nil {
		return "", err
	}
	p := paper(a.Kind, v, have, s.source(a, d))
	if d.DraftID != "" && d.State == model.DoorIdle {
		err := s.official.UpdateDraft(ctx, d.DraftID, p)
		if !errors.Is(err, ErrGone) {
			return d.DraftID, err
		}
	}
	draftID, err := s.official.AddDraft(ctx, p)
	if err != nil {
		return "", err
	}
	return draftID, s.keepPreview(ctx, d, draftID)
}

// keepPreview remembers the draft of the previews; one that somebody else made
// meanwhile is the one that is remembered.
func (s *Service) keepPreview(ctx context.Context, d model.ArticleDoor, draftID string) error {
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		return s.setDoor(ctx, tx, &d, assign{"state": model.DoorIdle, "draft_id": draftID})
	})
	if errors.Is(err, errOvertaken) {
		return nil
	}
	return err
}

// dropPreview deletes the draft of the previews when the article goes out.
func (s *Service) dropPreview(ctx context.Context, tx *gorm.DB, id string) error {
	found, err := store.From[model.ArticleDoor](tx).Where("article_id = ? AND door = ? AND draft_id <> '' AND state = ?", id, model.DoorPreview, model.DoorIdle).Find(ctx)
	if err != nil || len(found) == 0 || s.official == nil {
		return err
	}
	return s.beginClosing(ctx, tx, &found[0])
}
