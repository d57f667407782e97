package model

import "time"

// TurnMark remembers for some days that a resident wrote a text, so that the
// rules against abuse can tell one that goes to many from one that goes to one.
// Mark is a hash of the text without blanks and signs; empty when the text is
// too short to tell anything.
type TurnMark struct {
	TurnID           string `gorm:"primaryKey"`
	AuthorID         string
	RepresentativeID string
	Mark             string
	CreatedAt        time.Time
}

// TurnFinding is why a turn was not simply let through: which rule, or the
// content check, and what it saw, in words for the officer who decides.
type TurnFinding struct {
	ID        string
	TurnID    string
	MessageID string
	Rule      AbuseRule
	Outcome   AbuseOutcome
	Evidence  string
	CreatedAt time.Time
}

// AbuseRule names what found something in a turn.
type AbuseRule string

// The rules against abuse, and the content check of WeChat beside them.
const (
	AbuseContentCheck AbuseRule = "content_check"
	AbuseSameText     AbuseRule = "same_text"
	AbuseBurst        AbuseRule = "burst"
	AbuseAdvert       AbuseRule = "advert"
	AbuseCopied       AbuseRule = "copied"
)

// AbuseOutcome is what a rule says of a turn.
type AbuseOutcome string

// A rule lets pass, asks for a person's word, or asks for it and suggests to
// refuse. No rule refuses.
const (
	AbusePass    AbuseOutcome = "pass"
	AbuseHold    AbuseOutcome = "hold"
	AbuseSuggest AbuseOutcome = "suggest_refusal"
)
