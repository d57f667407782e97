package model

import (
	"time"

	"lianxin/model/flow"
)

// Composition is the group a representative was elected for; the four groups
// stand in the report and are shown with counts and shares, never ranked.
type Composition string

// The four groups: 各级领导干部, 专业技术人员, 先进模范人物, 解放军和武警.
const (
	CompositionCadre        Composition = "cadre"
	CompositionProfessional Composition = "professional"
	CompositionModel        Composition = "model"
	CompositionMilitary     Composition = "military"
)

// RepresentativeState is where a representative's qualification stands.
type RepresentativeState string

// The states of product.md 5.1.
const (
	RepresentativeElected   RepresentativeState = "elected"
	RepresentativeServing   RepresentativeState = "serving"
	RepresentativeSuspended RepresentativeState = "suspended"
	RepresentativeEnded     RepresentativeState = "ended"
	RepresentativeTermOver  RepresentativeState = "term_over"
)

// RepresentativeDeed moves a representative's qualification.
type RepresentativeDeed string

// The deeds of the roster.
const (
	DeedConfirmElection RepresentativeDeed = "confirm_election"
	DeedSuspend         RepresentativeDeed = "suspend"
	DeedRestore         RepresentativeDeed = "restore"
	DeedEndService      RepresentativeDeed = "end_service"
	DeedEndTerm         RepresentativeDeed = "end_term"
)

// RepresentativeFlow is the life of a qualification (product.md 5.1).
func RepresentativeFlow() flow.Table[RepresentativeState, RepresentativeDeed] {
	step := flow.Line[RepresentativeState, RepresentativeDeed]
	return flow.Table[RepresentativeState, RepresentativeDeed]{
		Name:  "representative",
		Start: RepresentativeElected,
		Final: []RepresentativeState{RepresentativeEnded, RepresentativeTermOver},
		Steps: []flow.Step[RepresentativeState, RepresentativeDeed]{
			step(RepresentativeElected, DeedConfirmElection, RepresentativeServing),
			step(RepresentativeElected, DeedEndService, RepresentativeEnded),
			step(RepresentativeServing, DeedSuspend, RepresentativeSuspended),
			step(RepresentativeServing, DeedEndService, RepresentativeEnded),
			step(RepresentativeServing, DeedEndTerm, RepresentativeTermOver),
			step(RepresentativeSuspended, DeedRestore, RepresentativeServing),
			step(RepresentativeSuspended, DeedEndService, RepresentativeEnded),
			step(RepresentativeSuspended, DeedEndTerm, RepresentativeTermOver),
		},
	}
}

// Representative (党代表) is one seat of the roster. Code is its number on the
// roster, empty when there is none; no two of a term share one. PersonID is
// empty until the representative has bound a WeChat identity by invitation. MessageCap is the
// number of open messages from which new ones go to the studio; 0 takes the
// deployment's default. Reading is how the name is read, a syllable for each
// character, where somebody said so; empty where the tables know. AwayUntil is a date "2006-01-02", empty when present.
type Representative struct {
	ID             string
	PersonID       string
	AreaID         string
	AreaPath       string
	TermID         string
	DelegationID   string
	ElectingUnitID string
	StudioID       string
	Code           string
	Name           string
	Pinyin         string
	Initials       string
	Reading        string
	SearchKeys     string
	Sex            string
	BirthYear      int
	Composition    Composition
	Field          string
	Post           string
	Employer       string
	Introduction   string
	OfficeLine     string
	PictureID      string
	State          RepresentativeState
	AwayUntil      string
	AwayNote       string
	MessageCap     int
	DailyDigest    bool
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Revision       int
}

// RosterRevision counts the imports that changed the roster. There is one row.
type RosterRevision struct {
	ID         string
	Revision   int
	ImportedAt time.Time
}

// RosterImport is one import that was carried out: how much became new and
// different, and a line for each sheet.
type RosterImport struct {
	ID       string
	Actor    string
	AreaPath string
	FileName string
	Added    int
	Changed  int
	Detail   string
	At       time.Time
}

// RepresentativeArea says that a representative serves an area.
type RepresentativeArea struct {
	RepresentativeID string `gorm:"primaryKey"`
	AreaID           string `gorm:"primaryKey"`
}

// Topic is what a message can be about and what a representative can help with.
type Topic struct {
	ID       string
	Name     string
	Sort     int
	Revision int
}

// RepresentativeTopic says that a representative can help with a topic.
type RepresentativeTopic struct {
	RepresentativeID string `gorm:"primaryKey"`
	TopicID          string `gorm:"primaryKey"`
}

// RepresentativeHour is when a representative receives people, in their own word;
// the opening times of a studio are another matter. Weekday counts from 1 (Monday)
// to 7 (Sunday), Opens and Closes are "15:04".
type RepresentativeHour struct {
	RepresentativeID string `gorm:"primaryKey"`
	Weekday          int    `gorm:"primaryKey"`
	Opens            string `gorm:"primaryKey"`
	Closes           string
}

// ReplyTemplate is a prepared answer. It belongs to one representative, or to
// an area when RepresentativeID is empty; TopicID may be empty.
type ReplyTemplate struct {
	ID               string
	RepresentativeID string
	AreaPath         string
	TopicID          string
	Title            string
	Body             string
	CreatedAt        time.Time
	UpdatedAt        time.Time
}
