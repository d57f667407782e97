package newsroom

import (
	"context"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/newsroom/richtext"
	"lianxin/service/store"
)

// paperMost are the most bytes of a picture that WeChat takes: in the text of an
// article, and as a cover.
const (
	textPictureMost  = 1<<20 - 1
	coverPictureMost = 10<<20 - 1
)

// supply is what WeChat has of the pictures of a version.
type supply struct {
	text  map[string]string
	cover string
}

// supplies reads what WeChat has of a version's pictures.
func (s *Service) supplies(ctx context.Context, db *gorm.DB, v model.ArticleVersion) (supply, error) {
	cover := coverOf(v.CoverID, v.Body)
	ids := append(ownPictures(v.Body), cover)
	kept, err := store.From[model.WeChatPicture](db).Where("app_id = ? AND picture_id IN ?", s.appID, ids).Find(ctx)
	if err != nil {
		return supply{}, fmt.Errorf("newsroom: read uploaded pictures: %w", err)
	}
	have := supply{text: map[string]string{}}
	for _, k := range kept {
		switch {
		case k.Purpose == model.PurposeText:
			have.text[k.PictureID] = k.Address
		case k.PictureID == cover:
			have.cover = k.Address
		}
	}
	return have, nil
}

// missing names the next picture that WeChat has not got, and what for.
func missing(v model.ArticleVersion, have supply) (id string, purpose model.PicturePurpose) {
	for _, picture := range ownPictures(v.Body) {
		if have.text[picture] == "" {
			return picture, model.PurposeText
		}
	}
	if have.cover == "" {
		return coverOf(v.CoverID, v.Body), model.PurposeCover
	}
	return "", ""
}

// give uploads one picture and writes down where WeChat has it. Given twice,
// WeChat has it twice, and one of the two is used.
func (s *Service) give(ctx context.Context, id string, purpose model.PicturePurpose) error {
	most, upload := textPictureMost, s.official.UploadPicture
	if purpose == model.PurposeCover {
		most, upload = coverPictureMost, s.official.UploadCover
	}
	content, err := s.pictures.Small(ctx, id, most)
	if err != nil {
		return err
	}
	address, err := upload(ctx, content)
	if err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		known := store.From[model.WeChatPicture](tx).Where("app_id = ? AND picture_id = ? AND purpose = ?", s.appID, id, purpose)
		if n, err := known.Count(ctx, "*"); err != nil || n > 0 {
			return err
		}
		row := model.WeChatPicture{AppID: s.appID, PictureID: id, Purpose: purpose, Address: address, CreatedAt: s.now()}
		if err := store.From[model.WeChatPicture](tx).Create(ctx, &row); err != nil && !store.IsDuplicate(err) {
			return fmt.Errorf("newsroom: note uploaded picture: %w", err)
		}
		return nil
	})
}

// forgetCover forgets a cover that WeChat has no longer.
func (s *Service) forgetCover(ctx context.Context, v model.ArticleVersion) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.WeChatPicture](tx).
			Where("app_id = ? AND picture_id = ? AND purpose = ?", s.appID, coverOf(v.CoverID, v.Body), model.PurposeCover).Delete(ctx)
		if err != nil {
			return fmt.Errorf("newsroom: forget cover: %w", err)
		}
		return nil
	})
}

// likeThisInWeChat ends a case story: WeChat takes links out of a text, and
// 阅读原文 leads to our page of it.
const likeThisInWeChat = `<p style="text-align: center"><strong>我也有类似的事</strong></p><p style="text-align: center">点击文末“阅读原文”，写给您的党代表。</p>`

// paper is a version as WeChat takes it.
func paper(kind model.ArticleKind, v model.ArticleVersion, have supply, source string) Paper {
	content, _ := richtext.ForWeChat(v.Body, have.text)
	if kind == model.ArticleCaseStory {
		content += likeThisInWeChat
	}
	return Paper{Title: v.Title, Author: v.Byline, Digest: digestOf(v), Content: content, Source: source, CoverID: have.cover}
}

// digestOf is what WeChat shows below the title: it takes the beginning of the
// text itself where there is none, and cuts it anywhere.
func digestOf(v model.ArticleVersion) string {
	if v.Digest != "" {
		return v.Digest
	}
	return richtext.Digest(v.Body)
}

// source is the address behind 阅读原文. It is another one for each attempt, so
// that what came of an attempt is found again among the publications.
func (s *Service) source(a model.Article, d model.ArticleDoor) string {
	page := "pages/article/list?from=wechat&a=" + a.ID
	if a.PublishedAt != nil {
		page = "pages/article/detail?id=" + a.ID + "&from=wechat"
	}
	return s.link(page) + "&n=" + string(d.Door) + "-" + strconv.Itoa(d.Round)
}

// mark is the end of a source by which an attempt is known.
func mark(a model.Article, d model.ArticleDoor, round int) (articleID, ending string) {
	return a.ID, "&n=" + string(d.Door) + "-" + strconv.Itoa(round)
}
