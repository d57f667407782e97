package model

import (
	"time"

	"lianxin/model/flow"
)

// ArticleKind is what an article is: news, a case story, a guide, a notice.
type ArticleKind string

// The four kinds (动态, 典型案例, 知识, 公告).
const (
	ArticleNews      ArticleKind = "news"
	ArticleCaseStory ArticleKind = "case_story"
	ArticleGuide     ArticleKind = "guide"
	ArticleNotice    ArticleKind = "notice"
)

// ArticleState is where an article stands in the newsroom.
type ArticleState string

// The states of product.md 4.3.
const (
	ArticleDraft      ArticleState = "draft"
	ArticleInReview   ArticleState = "in_review"
	ArticleReturned   ArticleState = "returned"
	ArticleApproved   ArticleState = "approved"
	ArticleScheduled  ArticleState = "scheduled"
	ArticlePublishing ArticleState = "publishing"
	ArticleLive       ArticleState = "live"
	ArticleFailed     ArticleState = "failed"
	ArticleCorrected  ArticleState = "corrected"
	ArticleWithdrawn  ArticleState = "withdrawn"
)

// ArticleDeed moves an article.
type ArticleDeed string

// The deeds of the newsroom.
const (
	DeedSubmitArticle  ArticleDeed = "submit"
	DeedReturnArticle  ArticleDeed = "return"
	DeedApprove        ArticleDeed = "approve"
	DeedSchedule       ArticleDeed = "schedule"
	DeedPublishArticle ArticleDeed = "publish"
	DeedGoLive         ArticleDeed = "go_live"
	DeedFail           ArticleDeed = "fail"
	DeedCorrect        ArticleDeed = "correct"
	DeedWithdrawNews   ArticleDeed = "withdraw"
	DeedRevise         ArticleDeed = "revise"
)

// ArticleFlow is the life of an article (product.md 4.3).
func ArticleFlow() flow.Table[ArticleState, ArticleDeed] {
	step := flow.Line[ArticleState, ArticleDeed]
	return flow.Table[ArticleState, ArticleDeed]{
		Name:  "article",
		Start: ArticleDraft,
		Final: []ArticleState{ArticleWithdrawn},
		Steps: []flow.Step[ArticleState, ArticleDeed]{
			step(ArticleDraft, DeedSubmitArticle, ArticleInReview),
			step(ArticleDraft, DeedWithdrawNews, ArticleWithdrawn),
			step(ArticleInReview, DeedReturnArticle, ArticleReturned),
			step(ArticleInReview, DeedApprove, ArticleApproved),
			step(ArticleReturned, DeedSubmitArticle, ArticleInReview),
			step(ArticleReturned, DeedWithdrawNews, ArticleWithdrawn),
			step(ArticleApproved, DeedSchedule, ArticleScheduled),
			step(ArticleApproved, DeedPublishArticle, ArticlePublishing),
			step(ArticleApproved, DeedRevise, ArticleDraft),
			step(ArticleScheduled, DeedPublishArticle, ArticlePublishing),
			step(ArticleScheduled, DeedRevise, ArticleDraft),
			step(ArticlePublishing, DeedGoLive, ArticleLive),
			step(ArticlePublishing, DeedFail, ArticleFailed),
			step(ArticleFailed, DeedPublishArticle, ArticlePublishing),
			step(ArticleFailed, DeedRevise, ArticleDraft),
			step(ArticleFailed, DeedWithdrawNews, ArticleWithdrawn),
			step(ArticleLive, DeedCorrect, ArticleCorrected),
			step(ArticleLive, DeedWithdrawNews, ArticleWithdrawn),
			step(ArticleCorrected, DeedCorrect, ArticleCorrected),
			step(ArticleCorrected, DeedWithdrawNews, ArticleWithdrawn),
		},
	}
}

// ArticlePublic lists the states in which the public reads an article.
func ArticlePublic() []ArticleState { return []ArticleState{ArticleLive, ArticleCorrected} }

// Article is a piece of the newsroom. Body is clean HTML.
type Article struct {
	ID          string
	AreaID      string
	AreaPath    string
	Kind        ArticleKind
	Title       string
	Digest      string
	Body        string
	CoverID     string
	Byline      string
	State       ArticleState
	AuthorID    string
	Correction  string
	PublishedAt *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// ArticleRepresentative says that an article tells of a representative.
type ArticleRepresentative struct {
	ArticleID        string `gorm:"primaryKey"`
	RepresentativeID string `gorm:"primaryKey"`
}
