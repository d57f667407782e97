package model

import (
	"time"

	"lianxin/model/flow"
)

// IntroductionMax is how long an introduction may be, in characters, whoever
// writes it: the roster's file, its form, or the representative.
const IntroductionMax = 2000

// IntroductionState is where the words stand that a representative wrote of
// themselves.
type IntroductionState string

// Words are checked by WeChat, wait for a person of the organisation, and are
// released into the roster or returned with a reason. Refused is the machine's
// word, which the writer may put before a person once. They also end when the
// writer takes them back or writes newer ones, and when the seat ends.
const (
	IntroductionChecking  IntroductionState = "checking"
	IntroductionWaiting   IntroductionState = "waiting"
	IntroductionRefused   IntroductionState = "refused"
	IntroductionReleased  IntroductionState = "released"
	IntroductionReturned  IntroductionState = "returned"
	IntroductionWithdrawn IntroductionState = "withdrawn"
	IntroductionReplaced  IntroductionState = "replaced"
	IntroductionLapsed    IntroductionState = "lapsed"
)

// IntroductionDeed moves an introduction.
type IntroductionDeed string

// The deeds. Hold is what a check does that is in doubt or cannot be made.
const (
	IntroductionPass     IntroductionDeed = "pass"
	IntroductionHold     IntroductionDeed = "hold"
	IntroductionRefuse   IntroductionDeed = "refuse"
	IntroductionAppeal   IntroductionDeed = "appeal"
	IntroductionRelease  IntroductionDeed = "release"
	IntroductionReturn   IntroductionDeed = "return"
	IntroductionWithdraw IntroductionDeed = "withdraw"
	IntroductionReplace  IntroductionDeed = "replace"
	IntroductionLapse    IntroductionDeed = "lapse"
)

// IntroductionFlow is the life of what a representative wrote of themselves
// (docs/adr/0037).
func IntroductionFlow() flow.Table[IntroductionState, IntroductionDeed] {
	step := flow.Line[IntroductionState, IntroductionDeed]
	return flow.Table[IntroductionState, IntroductionDeed]{
		Name:  "introduction",
		Start: IntroductionChecking,
		Final: []IntroductionState{
			IntroductionReleased, IntroductionReturned, IntroductionRefused, IntroductionWithdrawn, IntroductionReplaced, IntroductionLapsed,
		},
		Steps: []flow.Step[IntroductionState, IntroductionDeed]{
			step(IntroductionChecking, IntroductionPass, IntroductionWaiting),
			step(IntroductionChecking, IntroductionHold, IntroductionWaiting),
			step(IntroductionChecking, IntroductionRefuse, IntroductionRefused),
			step(IntroductionChecking, IntroductionWithdraw, IntroductionWithdrawn),
			step(IntroductionChecking, IntroductionReplace, IntroductionReplaced),
			step(IntroductionChecking, IntroductionLapse, IntroductionLapsed),
			step(IntroductionRefused, IntroductionAppeal, IntroductionWaiting),
			step(IntroductionWaiting, IntroductionRelease, IntroductionReleased),
			step(IntroductionWaiting, IntroductionReturn, IntroductionReturned),
			step(IntroductionWaiting, IntroductionWithdraw, IntroductionWithdrawn),
			step(IntroductionWaiting, IntroductionReplace, IntroductionReplaced),
			step(IntroductionWaiting, IntroductionLapse, IntroductionLapsed),
		},
	}
}

// IntroductionStateWords names a state for the screen.
func IntroductionStateWords(s IntroductionState) string {
	return map[IntroductionState]string{
		IntroductionChecking: "内容检查中", IntroductionWaiting: "等组织部门看过后公开", IntroductionRefused: "未通过内容检查", IntroductionReleased: "已公开",
		IntroductionReturned: "已退回", IntroductionWithdrawn: "已撤回", IntroductionReplaced: "已换成新写的", IntroductionLapsed: "资格终止，不再办理",
	}[s]
}

// Introduction (简介) is what a representative wrote of themselves for everybody
// to read. OpenSeat is the seat while the words are on their way, and nothing
// afterwards: a seat has one introduction on its way at most. Doubted says that
// the content check was not sure, Appealed that it refused and the writer asked a
// person. Reason is told to the writer when the words came back.
type Introduction struct {
	ID               string
	RepresentativeID string
	OpenSeat         *string
	AreaPath         string
	PersonID         string
	Body             string
	State            IntroductionState
	Doubted          bool
	Appealed         bool
	Reason           string
	DeciderID        string
	Decider          string
	CreatedAt        time.Time
	EndedAt          *time.Time
}
