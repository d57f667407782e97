package model

import "time"

// OfficialMenu is the menu of the official account as the office keeps it: Draft
// and Published are lists of buttons as JSON, Published that of the last time it
// was sent to WeChat. There is one row.
type OfficialMenu struct {
	ID          string
	Draft       string
	Published   string
	Revision    int
	UpdatedAt   time.Time
	UpdatedBy   string
	PublishedAt *time.Time
	PublishedBy string
}

// ReplyKind says when the official account answers with the office's own words.
type ReplyKind string

// To who begins to follow, and to words that are typed.
const (
	ReplyWelcome ReplyKind = "welcome"
	ReplyKeyword ReplyKind = "keyword"
)

// ReplyMatching says how typed words fit.
type ReplyMatching string

// The words are the whole message, or stand somewhere in it.
const (
	MatchExact    ReplyMatching = "exact"
	MatchContains ReplyMatching = "contains"
)

// ReplyForm is what is sent.
type ReplyForm string

// A text, or a card that leads to an address, an article of ours, or a page of
// the mini-program.
const (
	FormText    ReplyForm = "text"
	FormLink    ReplyForm = "link"
	FormArticle ReplyForm = "article"
	FormPage    ReplyForm = "page"
)

// OfficialReply is an answer of the official account in the office's own words.
// Words are the words it answers to, one a line. Target is the address, the
// article's id or the page that a card leads to.
type OfficialReply struct {
	ID        string
	Kind      ReplyKind
	Name      string
	Matching  ReplyMatching
	Words     string
	Form      ReplyForm
	Title     string
	Body      string
	Target    string
	Sort      int
	Enabled   bool
	Revision  int
	UpdatedAt time.Time
	UpdatedBy string
}
