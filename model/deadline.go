package model

import "time"

// DeadlineKind is what a clock runs for.
type DeadlineKind string

// The clocks of a message (product.md 4.2).
const (
	DeadlineHumanCheck  DeadlineKind = "human_check"
	DeadlineAppeal      DeadlineKind = "appeal"
	DeadlineFirstTouch  DeadlineKind = "first_touch"
	DeadlineHandOver    DeadlineKind = "hand_over"
	DeadlineUnitAccept  DeadlineKind = "unit_accept"
	DeadlineFinish      DeadlineKind = "finish"
	DeadlineAskSolved   DeadlineKind = "ask_solved"
	DeadlineObjection   DeadlineKind = "objection"
	DeadlineScreenStall DeadlineKind = "screen_stall"
)

// The clocks of a case story (product.md 4.4): until when its people may answer,
// and by when it must be down everywhere once somebody took back their word.
const (
	DeadlineStoryAnswer   DeadlineKind = "story_answer"
	DeadlineStoryTakeDown DeadlineKind = "story_take_down"
)

// DeadlineState is where a clock stands.
type DeadlineState string

// A clock runs, is paused, was met, ran out into its time-out, or was dropped
// because its reason went away.
const (
	DeadlineRunning DeadlineState = "running"
	DeadlinePaused  DeadlineState = "paused"
	DeadlineMet     DeadlineState = "met"
	DeadlineOver    DeadlineState = "over"
	DeadlineDropped DeadlineState = "dropped"
)

// Deadline is one running clock of one record. NextAt is when its next step
// (a reminder, a rise, a time-out) is due; Step counts the steps taken.
type Deadline struct {
	ID         string
	Kind       DeadlineKind
	TargetKind string
	TargetID   string
	AreaPath   string
	State      DeadlineState
	StartedAt  time.Time
	DueAt      time.Time
	NextAt     *time.Time
	Step       int
	Extended   int
	Reason     string
	PausedAt   *time.Time
	EndedAt    *time.Time
}

// DayCount says how a policy counts days.
type DayCount string

// Working days follow the calendar of holidays and make-up working days.
const (
	CountWorking  DayCount = "working"
	CountCalendar DayCount = "calendar"
)

// DeadlinePolicy sets a clock for an area (and its sub-areas). The lists say on
// which day after the start the steps come; see service/deadline.
type DeadlinePolicy struct {
	AreaID    string       `gorm:"primaryKey"`
	Kind      DeadlineKind `gorm:"primaryKey"`
	Days      int
	Count     DayCount
	MaxExtend int
	UpdatedAt time.Time
}

// CalendarDay is a day that differs from its weekday: a holiday, or a working
// day made up for one (调休). Provisional days follow the law only and are
// replaced when the State Council's yearly notice is imported.
type CalendarDay struct {
	Day         string `gorm:"primaryKey"`
	Working     bool
	Name        string
	Provisional bool
}
