package model

import "time"

// SuggestionKind is what somebody says about the app.
type SuggestionKind string

// A complaint (投诉) says what went wrong, a suggestion (建议) what could be better.
const (
	SuggestionComplaint  SuggestionKind = "complaint"
	SuggestionSuggestion SuggestionKind = "suggestion"
)

// SuggestionState is where a suggestion stands.
type SuggestionState string

// It is open until it has its reply.
const (
	SuggestionOpen    SuggestionState = "open"
	SuggestionReplied SuggestionState = "replied"
)

// The limits of suggestions: the words in characters, and how many of one person
// may be without a reply.
const (
	SuggestionMax      = 500
	SuggestionReplyMax = 1000
	SuggestionOpenMax  = 5
)

// AppSuggestion (对本平台的意见) is what a person says about the app itself, with the
// answer of the liaison office. AreaPath says whose office: that of the area the
// person chose, or of the whole district.
type AppSuggestion struct {
	ID        string
	PersonID  string
	AreaPath  string
	Kind      SuggestionKind
	State     SuggestionState
	Body      string
	Reply     string
	ReplierID string
	Replier   string
	CreatedAt time.Time
	RepliedAt *time.Time
}
