package simulator

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	mostArticles      = 8
	longestTitle      = 32
	longestAuthor     = 16
	longestDigest     = 128
	usualDigest       = 54
	longestSource     = 1 << 10
	mostContent       = 20_000
	mostContentBytes  = 1 << 20
	mostPicturesOfOne = 20
	kindNews          = "news"
	kindPictures      = "newspic"
)

// article is one article of a draft, as it was sent and as it is kept.
type article struct {
	Type      string     `json:"article_type"`
	Title     string     `json:"title"`
	Author    string     `json:"author"`
	Digest    string     `json:"digest"`
	Content   string     `json:"content"`
	Source    string     `json:"content_source_url"`
	ThumbID   string     `json:"thumb_media_id"`
	Comments  int        `json:"need_open_comment"`
	FansOnly  int        `json:"only_fans_can_comment"`
	Crop235   string     `json:"pic_crop_235_1,omitempty"`
	Crop11    string     `json:"pic_crop_1_1,omitempty"`
	ImageInfo *imageInfo `json:"image_info,omitempty"`
	URL       string     `json:"url"`
	ThumbURL  string     `json:"thumb_url"`
	deleted   bool
}

type imageInfo struct {
	List []struct {
		ID string `json:"image_media_id"`
	} `json:"image_list"`
}

// addDraft is draft/add.
func addDraft(s *Simulator, c *call) (any, error) {
	if escapedUnicode.Match(c.body) {
		return nil, refuse(40033)
	}
	in, err := decode[struct {
		Articles []article `json:"articles"`
	}](c)
	if err != nil {
		return nil, err
	}
	if len(in.Articles) == 0 || len(in.Articles) > mostArticles {
		return nil, refuse(45008)
	}
	for i := range in.Articles {
		if err := s.takeArticle(&in.Articles[i], len(in.Articles) == 1); err != nil {
			return nil, err
		}
	}
	made := &draft{mediaID: random(48), articles: in.Articles, updated: c.now}
	s.desk.drafts = append(s.desk.drafts, made)
	return reply{"media_id": made.mediaID}, nil
}

// takeArticle checks an article and brings it into the form in which it is kept.
func (s *Simulator) takeArticle(a *article, single bool) error {
	if a.Type == "" {
		a.Type = kindNews
	}
	switch {
	case a.Type != kindNews && a.Type != kindPictures:
		return refuseBecause(40035, "invalid parameter, article_type is news or newspic")
	case a.Title == "" || utf8.RuneCountInString(a.Title) > longestTitle:
		return refuse(45003)
	case utf8.RuneCountInString(a.Author) > longestAuthor:
		return refuse(45110)
	case single && utf8.RuneCountInString(a.Digest) > longestDigest:
		return refuse(45004)
	case a.Content == "":
		return refuse(44004)
	case utf8.RuneCountInString(a.Content) >= mostContent || len(a.Content) >= mostContentBytes:
		return refuse(45002)
	case len(a.Source) > longestSource:
		return refuse(45005)
	case a.Source != "" && !isWebAddress(a.Source):
		return refuse(41039)
	}
	if err := s.checkPictures(a); err != nil {
		return err
	}
	return s.keepArticle(a, single)
}

func (s *Simulator) checkPictures(a *article) error {
	if a.Type == kindNews {
		thumb, ok := s.desk.materials[a.ThumbID]
		if !ok || thumb.kind != "image" && thumb.kind != "thumb" {
			return refuse(40007)
		}
		a.ThumbURL = thumb.url
		return nil
	}
	if a.ImageInfo == nil || len(a.ImageInfo.List) == 0 || len(a.ImageInfo.List) > mostPicturesOfOne {
		return refuse(45008)
	}
	for _, one := range a.ImageInfo.List {
		if s.desk.materials[one.ID].kind != "image" {
			return refuse(40007)
		}
	}
	return nil
}

func (s *Simulator) keepArticle(a *article, single bool) error {
	kept, words, err := s.keptContent(a.Content)
	if err != nil {
		return refuse(45166)
	}
	a.Content = kept
	if a.Type == kindPictures {
		a.Content = words
	}
	if single && a.Digest == "" {
		runes := []rune(strings.Join(strings.Fields(words), " "))
		a.Digest = string(runes[:min(len(runes), usualDigest)])
	}
	a.URL = "http://mp.weixin.qq.com/s?__biz=temp&tempkey=" + random(24)
	a.deleted = false
	return nil
}

type mediaRequest struct {
	MediaID string `json:"media_id"`
}

// draftOf finds the draft that a request names.
func (s *Simulator) draftOf(mediaID string) (*draft, error) {
	at := slices.IndexFunc(s.desk.drafts, func(d *draft) bool { return d.mediaID == mediaID })
	if at < 0 {
		return nil, refuse(40007)
	}
	return s.desk.drafts[at], nil
}

// draftNamed finds the draft of a request that says nothing but which one.
func (s *Simulator) draftNamed(c *call) (*draft, error) {
	in, err := decode[mediaRequest](c)
	if err != nil {
		return nil, err
	}
	return s.draftOf(in.MediaID)
}

// forget takes a draft out of the box; its media_id dies.
func (d *desk) forget(mediaID string) {
	d.drafts = slices.DeleteFunc(d.drafts, func(one *draft) bool { return one.mediaID == mediaID })
}

func readDraft(s *Simulator, c *call) (any, error) {
	found, err := s.draftNamed(c)
	if err != nil {
		return nil, err
	}
	return reply{"news_item": slices.Clone(found.articles), "create_time": found.updated.Unix(), "update_time": found.updated.Unix()}, nil
}

// updateDraft is draft/update: one article in the place of one.
func updateDraft(s *Simulator, c *call) (any, error) {
	if escapedUnicode.Match(c.body) {
		return nil, refuse(40033)
	}
	in, err := decode[struct {
		MediaID string  `json:"media_id"`
		Index   int     `json:"index"`
		Article article `json:"articles"`
	}](c)
	if err != nil {
		return nil, err
	}
	found, err := s.draftOf(in.MediaID)
	if err != nil {
		return nil, err
	}
	if in.Index < 0 || in.Index >= len(found.articles) {
		return nil, refuse(40114)
	}
	if err := s.takeArticle(&in.Article, len(found.articles) == 1); err != nil {
		return nil, err
	}
	found.articles = slices.Clone(found.articles) // a job under way keeps what it was given
	found.articles[in.Index], found.updated = in.Article, c.now
	return done(), nil
}

func deleteDraft(s *Simulator, c *call) (any, error) {
	found, err := s.draftNamed(c)
	if err != nil {
		return nil, err
	}
	s.desk.forget(found.mediaID)
	return done(), nil
}

func countDrafts(s *Simulator, _ *call) (any, error) {
	return reply{"total_count": len(s.desk.drafts)}, nil
}

// draftSwitch is draft/switch. Every account has had its draft box since 2022.
func draftSwitch(*Simulator, *call) (any, error) {
	out := done()
	out["is_open"] = 1
	return out, nil
}
