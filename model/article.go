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

// ArticleKinds lists the kinds.
func ArticleKinds() []ArticleKind {
	return []ArticleKind{ArticleNews, ArticleCaseStory, ArticleGuide, ArticleNotice}
}

// ArticleKindWords names a kind for the screen.
func ArticleKindWords(k ArticleKind) string {
	return map[ArticleKind]string{ArticleNews: "动态", ArticleCaseStory: "典型案例", ArticleGuide: "知识", ArticleNotice: "公告"}[k]
}

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
	DeedUnschedule     ArticleDeed = "unschedule"
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
			step(ArticleInReview, DeedRevise, ArticleDraft),
			step(ArticleReturned, DeedSubmitArticle, ArticleInReview),
			step(ArticleReturned, DeedWithdrawNews, ArticleWithdrawn),
			step(ArticleApproved, DeedSchedule, ArticleScheduled),
			step(ArticleApproved, DeedPublishArticle, ArticlePublishing),
			step(ArticleApproved, DeedRevise, ArticleDraft),
			step(ArticleApproved, DeedWithdrawNews, ArticleWithdrawn),
			step(ArticleScheduled, DeedPublishArticle, ArticlePublishing),
			step(ArticleScheduled, DeedUnschedule, ArticleApproved),
			step(ArticleScheduled, DeedRevise, ArticleDraft),
			step(ArticleScheduled, DeedWithdrawNews, ArticleWithdrawn),
			step(ArticlePublishing, DeedGoLive, ArticleLive),
			step(ArticlePublishing, DeedFail, ArticleFailed),
			step(ArticlePublishing, DeedWithdrawNews, ArticleWithdrawn),
			step(ArticleFailed, DeedPublishArticle, ArticlePublishing),
			step(ArticleFailed, DeedGoLive, ArticleLive),
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

// ArticleWritable lists the states in which an article's text may be changed
// before anybody but the newsroom has seen it.
func ArticleWritable() []ArticleState { return []ArticleState{ArticleDraft, ArticleReturned} }

// ArticleStateWords names a state for the screen.
func ArticleStateWords(s ArticleState) string { return articleStateWords[s] }

var articleStateWords = map[ArticleState]string{
	ArticleDraft: "草稿", ArticleInReview: "待审核", ArticleReturned: "已退回", ArticleApproved: "已通过", ArticleScheduled: "定时发布",
	ArticlePublishing: "发布中", ArticleLive: "已发布", ArticleFailed: "发布失败", ArticleCorrected: "已更正", ArticleWithdrawn: "已撤下",
}

// The limits of an article's texts, in characters.
const (
	ArticleTitleMax   = 64
	ArticleDigestMax  = 120
	ArticleBylineMax  = 30
	ArticleReasonMax  = 500
	ArticleCommentMax = 1000
	ArticleQuoteMax   = 300
	ColumnNameMax     = 20
)

// Article is a piece of the newsroom. Body is clean HTML. AuthorID is who began
// it, EditorID who changed its text last, ReviewerID who approved it last.
// Revision counts the changes of the text, Version is the number of the last
// version that was kept. Reason says why it was returned or withdrawn.
// PublishedAt is set while it stands in the feed, or once did.
type Article struct {
	ID          string
	AreaID      string
	AreaPath    string
	ColumnID    string
	Kind        ArticleKind
	Title       string
	Digest      string
	Body        string
	CoverID     string
	Byline      string
	State       ArticleState
	AuthorID    string
	Author      string
	EditorID    string
	ReviewerID  string
	Reviewer    string
	Reason      string
	Correction  string
	Revision    int
	Version     int
	ScheduledAt *time.Time
	PublishedAt *time.Time
	CorrectedAt *time.Time
	WithdrawnAt *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// ArticleRepresentative says that an article tells of a representative.
type ArticleRepresentative struct {
	ArticleID        string `gorm:"primaryKey"`
	RepresentativeID string `gorm:"primaryKey"`
}

// ArticleWriter says that a person wrote in an article, and so may not be the
// one who approves it.
type ArticleWriter struct {
	ArticleID string `gorm:"primaryKey"`
	PersonID  string `gorm:"primaryKey"`
}

// ArticlePicture says that an article shows a picture, in one of its versions.
type ArticlePicture struct {
	ArticleID string `gorm:"primaryKey"`
	PictureID string `gorm:"primaryKey"`
}

// VersionCause says why a version was kept.
type VersionCause string

// The causes. A version kept by itself while somebody writes is an autosave.
const (
	VersionAutosave VersionCause = "autosave"
	VersionSubmit   VersionCause = "submit"
	VersionReturn   VersionCause = "return"
	VersionApprove  VersionCause = "approve"
	VersionPublish  VersionCause = "publish"
	VersionCorrect  VersionCause = "correct"
	VersionRestore  VersionCause = "restore"
	// VersionShow is what the resident of a case story was shown.
	VersionShow VersionCause = "show"
)

// ArticleVersion is the text of an article as it was; it never changes. Number
// counts from 1 within the article.
type ArticleVersion struct {
	ID        string
	ArticleID string
	Number    int
	Cause     VersionCause
	Title     string
	Digest    string
	Body      string
	Byline    string
	CoverID   string
	AuthorID  string
	Author    string
	CreatedAt time.Time
}

// ArticleComment is what a colleague says of an article. Quote is the piece of
// the text that is meant, Version the one that was read.
type ArticleComment struct {
	ID        string
	ArticleID string
	AuthorID  string
	Author    string
	Body      string
	Quote     string
	Version   int
	SettledBy string
	SettledAt *time.Time
	CreatedAt time.Time
}

// ArticleColumn (栏目) is a heading that articles appear under.
type ArticleColumn struct {
	ID        string
	Name      string
	CreatedAt time.Time
}

// LibraryPicture is a picture that the newsroom keeps for its articles. Shows
// says who is seen on it, and that they agreed.
type LibraryPicture struct {
	ID        string
	AreaID    string
	AreaPath  string
	PictureID string
	Caption   string
	Source    string
	Licence   string
	Shows     string
	AddedBy   string
	Adder     string
	CreatedAt time.Time
}
