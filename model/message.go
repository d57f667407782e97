package model

import (
	"time"
	"unicode/utf8"

	"lianxin/model/fault"
)

// The limits of a message (product.md 4.2).
const (
	MessageBodyMax     = 2000
	MessagePicturesMax = 9
	MessagePlaceMax    = 60
	NameMax            = 30
	ReasonMax          = 500
)

// Message (来信) is a resident's matter on its way to an answer. Its texts are
// Turns; what happened to it, and when, are Facts. ResidentID is whose matter
// it is, WriterID who wrote it: they differ when somebody writes for an elder.
// HolderID is the representative who must act now; empty when the liaison
// office must. The three facts Acknowledged, Answered and Delivered (the
// result) stand apart, and beside them the resident's own Word.
type Message struct {
	ID                string
	Number            string
	ResidentID        string
	WriterID          string
	ResidentName      string
	RepresentativeID  string
	HolderID          string
	StudioID          string
	UnitID            string
	AreaID            string
	AreaPath          string
	TopicID           string
	Place             string
	HideName          bool
	HandOverConsented bool
	PublishConsented  bool
	State             MessageState
	Round             int
	SubmittedAt       time.Time
	DeliveredAt       *time.Time
	AcknowledgedAt    *time.Time
	AnsweredAt        *time.Time
	ResultAt          *time.Time
	ClosedAt          *time.Time
	Word              Word
	Rating            int
	RatingComment     string
	DueAt             *time.Time
	Paused            bool
	Overdue           bool
	Escalated         int
	Appealed          bool
	OutOfScopeWhere   Elsewhere
	// LeadingID names the message of the same matter with which this one is
	// answered, while it is.
	LeadingID string
	UpdatedAt time.Time
	// RestrictedAt is set when the person behind the message was erased and the
	// law lets it stay: it is kept and shown to nobody but an auditor with a
	// reason. EmptiedAt is set when its words are gone as well.
	RestrictedAt *time.Time
	EmptiedAt    *time.Time
}

// Word is the resident's own word on the outcome.
type Word string

// The four words of product.md rule 4; empty while nothing was said.
const (
	WordNone           Word = ""
	WordSolved         Word = "solved"
	WordPartly         Word = "partly"
	WordNotSolved      Word = "not_solved"
	WordNoAnswerNeeded Word = "no_answer_needed"
)

// Side is the side a turn or a fact comes from.
type Side string

// The sides of a message.
const (
	SideResident       Side = "resident"
	SideRepresentative Side = "representative"
	SideUnit           Side = "unit"
	SideStaff          Side = "staff"
	SideSystem         Side = "system"
)

// TurnEffect is what becomes of the message when a turn is shown.
type TurnEffect string

// A turn just adds words, opens the message, or answers it.
const (
	EffectNone       TurnEffect = "none"
	EffectOpen       TurnEffect = "open"
	EffectAnswer     TurnEffect = "answer"
	EffectUnitAnswer TurnEffect = "unit_answer"
)

// Screening is where a turn or a picture stands in the content check.
type Screening string

// Nobody but its writer and the liaison office sees a turn that is not shown.
const (
	ScreeningChecking Screening = "checking"
	ScreeningShown    Screening = "shown"
	ScreeningHeld     Screening = "held"
	ScreeningRefused  Screening = "refused"
)

// Turn is one text in the exchange. CheckCode is set on answers: anyone can
// verify with it that the answer is genuine.
type Turn struct {
	ID        string
	MessageID string
	Round     int
	Side      Side
	AuthorID  string
	Author    string
	Body      string
	Effect    TurnEffect
	Screening Screening
	Reason    string
	Appealed  bool
	CheckCode *string
	CreatedAt time.Time
	ShownAt   *time.Time
}

// Fact is one thing that happened to a message, with its actor and time.
type Fact struct {
	ID        string
	MessageID string
	Round     int
	Deed      MessageDeed
	FromState MessageState
	ToState   MessageState
	Side      Side
	ActorID   string
	Actor     string
	Note      string
	At        time.Time
}

// Note is an internal remark; residents, representatives and units never see it.
type Note struct {
	ID        string
	MessageID string
	AuthorID  string
	Author    string
	Body      string
	CreatedAt time.Time
}

// AnsweredCard is a solved message made public, without names, so that people
// with the same matter find the answer.
type AnsweredCard struct {
	ID          string
	MessageID   string
	TopicID     string
	AreaPath    string
	Title       string
	Question    string
	Answer      string
	AnsweredBy  string
	PublishedAt time.Time
	WithdrawnAt *time.Time
}

// AnsweredGram is one pair of neighbouring characters of a card, for finding
// cards like a text on every database (docs/adr/0005).
type AnsweredGram struct {
	CardID string `gorm:"primaryKey"`
	Gram   string `gorm:"primaryKey"`
}

// CheckBody reports what is wrong with a text as a field of that name.
func CheckBody(field, body string) []fault.Field {
	switch n := utf8.RuneCountInString(body); {
	case n == 0:
		return []fault.Field{{Name: field, Reason: "请填写内容。"}}
	case n > MessageBodyMax:
		return []fault.Field{{Name: field, Reason: "内容不能超过 2000 字，请精简后再提交。"}}
	}
	return nil
}
