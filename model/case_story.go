package model

import (
	"time"

	"lianxin/model/flow"
)

// CaseStoryState is where a case story stands between the message it is made
// from and the public.
type CaseStoryState string

// The states of product.md 4.4: the people are asked, somebody writes, the
// resident is shown exactly what will be public, and agrees to it. Its article
// goes its own way in the newsroom. A story ends declined, dropped by the
// newsroom, or withdrawn because a consent was taken back.
const (
	StoryAsking    CaseStoryState = "asking"
	StoryWriting   CaseStoryState = "writing"
	StoryShown     CaseStoryState = "shown"
	StoryAgreed    CaseStoryState = "agreed"
	StoryDeclined  CaseStoryState = "declined"
	StoryDropped   CaseStoryState = "dropped"
	StoryWithdrawn CaseStoryState = "withdrawn"
)

// CaseStoryDeed moves a case story.
type CaseStoryDeed string

// The deeds.
const (
	DeedStoryConsent  CaseStoryDeed = "consent"
	DeedStoryDecline  CaseStoryDeed = "decline"
	DeedStoryTimeOut  CaseStoryDeed = "time_out"
	DeedStoryShow     CaseStoryDeed = "show"
	DeedStoryAgree    CaseStoryDeed = "agree"
	DeedStoryWish     CaseStoryDeed = "wish"
	DeedStoryTakeBack CaseStoryDeed = "take_back"
	DeedStoryDrop     CaseStoryDeed = "drop"
)

// CaseStoryFlow is the life of a case story. Silence is no consent: who does not
// answer in time has declined, and a preview that nobody looks at goes back to
// the writers.
func CaseStoryFlow() flow.Table[CaseStoryState, CaseStoryDeed] {
	step := flow.Line[CaseStoryState, CaseStoryDeed]
	return flow.Table[CaseStoryState, CaseStoryDeed]{
		Name:  "case_story",
		Start: StoryAsking,
		Final: []CaseStoryState{StoryDeclined, StoryDropped, StoryWithdrawn},
		Steps: []flow.Step[CaseStoryState, CaseStoryDeed]{
			step(StoryAsking, DeedStoryConsent, StoryWriting),
			step(StoryAsking, DeedStoryDecline, StoryDeclined),
			step(StoryAsking, DeedStoryTimeOut, StoryDeclined),
			step(StoryAsking, DeedStoryDrop, StoryDropped),
			step(StoryWriting, DeedStoryShow, StoryShown),
			step(StoryWriting, DeedStoryTakeBack, StoryWithdrawn),
			step(StoryWriting, DeedStoryDrop, StoryDropped),
			step(StoryShown, DeedStoryShow, StoryShown),
			step(StoryShown, DeedStoryAgree, StoryAgreed),
			step(StoryShown, DeedStoryWish, StoryWriting),
			step(StoryShown, DeedStoryTimeOut, StoryWriting),
			step(StoryShown, DeedStoryTakeBack, StoryWithdrawn),
			step(StoryShown, DeedStoryDrop, StoryDropped),
			step(StoryAgreed, DeedStoryShow, StoryShown),
			step(StoryAgreed, DeedStoryTakeBack, StoryWithdrawn),
			step(StoryAgreed, DeedStoryDrop, StoryDropped),
		},
	}
}

// CaseStoryWords names a state for the screen.
func CaseStoryWords(s CaseStoryState) string {
	return map[CaseStoryState]string{
		StoryAsking: "征求同意中", StoryWriting: "撰写中", StoryShown: "等居民确认", StoryAgreed: "居民已确认",
		StoryDeclined: "未获同意", StoryDropped: "已放弃", StoryWithdrawn: "授权已撤回",
	}[s]
}

// CaseStory (典型案例) is made from a message that was solved. Checked, Shown and
// Agreed are the fingerprints of the text that a person checked for private
// data, that the resident was shown and that they agreed to; ShownVersion is the
// version of the article that was shown. DueAt is when silence ends a step, or,
// once a consent was taken back, by when the story must be down everywhere.
type CaseStory struct {
	ID               string
	MessageID        string
	AreaID           string
	AreaPath         string
	TopicID          string
	RepresentativeID string
	ArticleID        string
	State            CaseStoryState
	BegunBy          string
	Beginner         string
	Checked          string
	Checker          string
	Shown            string
	ShownVersion     int
	Agreed           string
	Wish             string
	Reason           string
	DueAt            *time.Time
	TakenDownAt      *time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// StoryEndTask is the kind of outbox task that ends the case story of a message
// whose person is erased.
const StoryEndTask = "story_end"

// StoryEnd is the payload of a StoryEndTask.
type StoryEnd struct{ MessageID string }

// StoryParty is who must agree to a case story.
type StoryParty string

// The resident whose matter it was, who wrote for them, the representative, and
// people who can be seen in a picture.
const (
	PartyResident       StoryParty = "resident"
	PartyWriter         StoryParty = "writer"
	PartyRepresentative StoryParty = "representative"
	PartyPictured       StoryParty = "pictured"
)

// PartyWords names a party for the screen.
func PartyWords(p StoryParty) string {
	return map[StoryParty]string{
		PartyResident: "来信居民", PartyWriter: "代写人", PartyRepresentative: "代表", PartyPictured: "照片中的人",
	}[p]
}

// StoryChannel is where a case story may appear; each is asked for separately.
type StoryChannel string

// The three channels of product.md 4.4.
const (
	ChannelMiniProgram     StoryChannel = "mini_program"
	ChannelOfficialAccount StoryChannel = "official_account"
	ChannelPress           StoryChannel = "press"
)

// StoryChannels lists them in the order of the screen.
func StoryChannels() []StoryChannel {
	return []StoryChannel{ChannelMiniProgram, ChannelOfficialAccount, ChannelPress}
}

// StoryChannelWords names a channel for the screen.
func StoryChannelWords(c StoryChannel) string {
	return map[StoryChannel]string{ChannelMiniProgram: "小程序", ChannelOfficialAccount: "公众号", ChannelPress: "报刊等媒体"}[c]
}

// Purpose is what the consent for a channel is called in the log of consents.
func (c StoryChannel) Purpose() ConsentPurpose { return ConsentPurpose("story_" + string(c)) }

// StoryConsentState is where one consent stands.
type StoryConsentState string

// A consent was asked for and is given, refused or taken back; on paper it was
// given to an officer who keeps the sheet.
const (
	ConsentAsked    StoryConsentState = "asked"
	ConsentGiven    StoryConsentState = "given"
	ConsentOnPaper  StoryConsentState = "on_paper"
	ConsentRefused  StoryConsentState = "refused"
	ConsentTakeBack StoryConsentState = "taken_back"
)

// StoryConsent is the consent of one person for one channel. PersonID is empty
// for who has no account; Name says who is meant, for people in pictures only,
// and Evidence where the sheet of paper is.
type StoryConsent struct {
	ID         string
	StoryID    string
	Party      StoryParty
	PersonID   string
	Name       string
	Channel    StoryChannel
	State      StoryConsentState
	Wording    string
	Evidence   string
	AskedAt    time.Time
	AnsweredAt *time.Time
}

// Stands reports whether a consent allows its channel.
func (c StoryConsent) Stands() bool { return c.State == ConsentGiven || c.State == ConsentOnPaper }
