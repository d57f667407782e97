package model

import "time"

// ArticleFigures is what came of an article behind a door at WeChat until the end
// of a day, since it was published: people, counted once a day. Hearts are 爱心赞,
// Likes 拇指赞.
type ArticleFigures struct {
	ArticleID string `gorm:"primaryKey"`
	Door      Door   `gorm:"primaryKey"`
	Day       string `gorm:"primaryKey"`
	Readers   int
	Sharers   int
	Likes     int
	Hearts    int
	Comments  int
	Keepers   int
	FetchedAt time.Time
}
