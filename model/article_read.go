package model

import "time"

// ReadOrigin is from where an article in our feed was opened.
type ReadOrigin string

// The origins: our own feed, the official account, a page somebody passed on, a
// case story, the notice of a follow, and what says nothing.
const (
	OriginFeed   ReadOrigin = "feed"
	OriginWeChat ReadOrigin = "wechat"
	OriginShare  ReadOrigin = "share"
	OriginStory  ReadOrigin = "story"
	OriginFollow ReadOrigin = "follow"
	OriginOther  ReadOrigin = "other"
)

// ReadOriginWords names an origin for the screen.
func ReadOriginWords(o ReadOrigin) string {
	words, known := map[ReadOrigin]string{
		OriginFeed: "动态列表", OriginWeChat: "公众号", OriginShare: "别人转发", OriginStory: "典型案例", OriginFollow: "关注通知", OriginOther: "其他",
	}[o]
	if !known {
		return "其他"
	}
	return words
}

// ArticleRead is how many people opened an article in our feed on a day, by where
// they came from. Who reads it twice on a day counts once, where they came from
// first.
type ArticleRead struct {
	ArticleID string     `gorm:"primaryKey"`
	Day       string     `gorm:"primaryKey"`
	Origin    ReadOrigin `gorm:"primaryKey"`
	Readers   int
}

// ReadMark says that a phone was counted for an article on a day. Mark is a hash
// of the day, the article and a number that the phone makes up anew each day: it
// tells of no person, of no other article and of no other day.
type ReadMark struct {
	ArticleID string `gorm:"primaryKey"`
	Day       string `gorm:"primaryKey"`
	Mark      string `gorm:"primaryKey"`
	CreatedAt time.Time
}
