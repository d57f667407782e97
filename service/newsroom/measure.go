package newsroom

import (
	"unicode/utf8"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/newsroom/richtext"
)

// Measure is how long an article is, against what WeChat takes. Findings say
// what is more, or missing, by field.
type Measure struct {
	Words      int
	Characters int
	Bytes      int
	Title      int
	Digest     int
	Author     int
	Findings   []fault.Field
}

// measure counts an article and says what stands in the way of WeChat.
func (s *Service) measure(a model.Article) Measure {
	content, _ := richtext.ForWeChat(a.Body, stayHere(a.Body))
	size := richtext.Measure(content)
	m := Measure{
		Words: size.Words, Characters: size.Characters, Bytes: size.Bytes, Title: utf8.RuneCountInString(a.Title),
		Digest: utf8.RuneCountInString(a.Digest), Author: utf8.RuneCountInString(a.Byline),
	}
	if f := fault.Of(richtext.Check(richtext.Article{Title: a.Title, Author: a.Byline, Digest: a.Digest, Content: content})); f != nil {
		m.Findings = f.Fields
	}
	if coverOf(a.CoverID, a.Body) == "" {
		m.Findings = append(m.Findings, fault.Field{Name: "cover_id", Reason: "发到公众号需要封面图，请上传一张封面，或在正文中插入图片。"})
	}
	return m
}

// stayHere gives each picture of ours the address that it has here.
func stayHere(body string) map[string]string {
	addresses := map[string]string{}
	for _, id := range ownPictures(body) {
		addresses[id] = "/media/" + id
	}
	return addresses
}

// coverOf is the picture that stands for an article: its cover, or else its
// first picture.
func coverOf(coverID, body string) string {
	if coverID != "" {
		return coverID
	}
	if own := ownPictures(body); len(own) > 0 {
		return own[0]
	}
	return ""
}
