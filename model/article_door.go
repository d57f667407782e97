package model

import (
	"time"

	"lianxin/model/flow"
)

// Door is a way on which an article leaves the house.
type Door string

// The doors: our own feed; a draft in the official account's box, which a person
// publishes there; a publication of the official account, which tells nobody; a
// mass send, which tells every follower. A preview is a draft that is shown to
// one person; it is never wanted and never open.
const (
	DoorFeed        Door = "feed"
	DoorDraft       Door = "draft"
	DoorPublication Door = "publication"
	DoorMassSend    Door = "mass_send"
	DoorPreview     Door = "preview"
)

// Doors lists the doors that an editor sees, in the order of the screen.
func Doors() []Door { return []Door{DoorFeed, DoorDraft, DoorPublication, DoorMassSend} }

// DoorWords names a door for the screen.
func DoorWords(d Door) string {
	return map[Door]string{
		DoorFeed: "小程序动态", DoorDraft: "公众号草稿", DoorPublication: "公众号发布", DoorMassSend: "公众号群发", DoorPreview: "微信预览",
	}[d]
}

// DoorState is where an article stands on its way through a door.
type DoorState string

// The states. By hand is a draft in WeChat's box that the account's owner has to
// publish there. Stuck is what could not be taken back.
const (
	DoorIdle      DoorState = "idle"
	DoorWorking   DoorState = "working"
	DoorSubmitted DoorState = "submitted"
	DoorOpen      DoorState = "open"
	DoorByHand    DoorState = "by_hand"
	DoorFailed    DoorState = "failed"
	DoorClosing   DoorState = "closing"
	DoorStuck     DoorState = "stuck"
	DoorClosed    DoorState = "closed"
)

// DoorStateWords names a state for the screen.
func DoorStateWords(s DoorState) string {
	return map[DoorState]string{
		DoorIdle: "未开始", DoorWorking: "进行中", DoorSubmitted: "已提交，等待微信结果", DoorOpen: "已完成", DoorByHand: "草稿已生成，请手动发布",
		DoorFailed: "失败", DoorClosing: "正在撤下", DoorStuck: "撤下失败", DoorClosed: "已撤下",
	}[s]
}

// DoorDeed moves an article on its way through a door.
type DoorDeed string

// The deeds of a door.
const (
	DeedBegin   DoorDeed = "begin"
	DeedHandIn  DoorDeed = "hand_in"
	DeedOpen    DoorDeed = "open"
	DeedByHand  DoorDeed = "leave_to_hand"
	DeedGiveUp  DoorDeed = "give_up"
	DeedAwait   DoorDeed = "await"
	DeedRenew   DoorDeed = "renew"
	DeedClose   DoorDeed = "close"
	DeedCloseUp DoorDeed = "close_up"
	DeedStick   DoorDeed = "stick"
)

// DoorFlow is the way of an article through one door.
func DoorFlow() flow.Table[DoorState, DoorDeed] {
	step := flow.Line[DoorState, DoorDeed]
	return flow.Table[DoorState, DoorDeed]{
		Name:  "door",
		Start: DoorIdle,
		Final: []DoorState{DoorClosed},
		Steps: []flow.Step[DoorState, DoorDeed]{
			step(DoorIdle, DeedBegin, DoorWorking),
			step(DoorIdle, DeedOpen, DoorOpen),
			step(DoorIdle, DeedCloseUp, DoorClosed),
			step(DoorWorking, DeedHandIn, DoorSubmitted),
			step(DoorWorking, DeedOpen, DoorOpen),
			step(DoorWorking, DeedByHand, DoorByHand),
			step(DoorWorking, DeedGiveUp, DoorFailed),
			step(DoorWorking, DeedClose, DoorClosing),
			step(DoorSubmitted, DeedOpen, DoorOpen),
			step(DoorSubmitted, DeedGiveUp, DoorFailed),
			step(DoorSubmitted, DeedClose, DoorClosing),
			step(DoorFailed, DeedBegin, DoorWorking),
			step(DoorFailed, DeedOpen, DoorOpen),
			step(DoorFailed, DeedAwait, DoorSubmitted),
			step(DoorFailed, DeedClose, DoorClosing),
			step(DoorByHand, DeedBegin, DoorWorking),
			step(DoorByHand, DeedRenew, DoorWorking),
			step(DoorByHand, DeedClose, DoorClosing),
			step(DoorOpen, DeedRenew, DoorWorking),
			step(DoorOpen, DeedClose, DoorClosing),
			step(DoorOpen, DeedCloseUp, DoorClosed),
			step(DoorClosing, DeedCloseUp, DoorClosed),
			step(DoorClosing, DeedStick, DoorStuck),
			step(DoorStuck, DeedClose, DoorClosing),
			step(DoorClosed, DeedBegin, DoorWorking),
			step(DoorClosed, DeedOpen, DoorOpen),
		},
	}
}

// DoorStep is how far the work at WeChat has come; it is written down between
// two calls, so that a program that was killed goes on where it stopped.
type DoorStep string

// The steps. Look is for an attempt after another one of which nobody knows how
// it ended. Asking is written before a draft is handed in: who finds it there
// does not know whether WeChat got the request, and looks before asking again.
const (
	StepLook     DoorStep = "look"
	StepPictures DoorStep = "pictures"
	StepDraft    DoorStep = "draft"
	StepUpdate   DoorStep = "update"
	StepHandIn   DoorStep = "hand_in"
	StepAsking   DoorStep = "asking"
	StepAwait    DoorStep = "await"
	StepDone     DoorStep = "done"
)

// ArticleDoor is the way of one article through one door. Round counts the
// attempts; Version is the version of the article that goes through. Again says
// that it opens anew once it is closed. DraftID, JobID, DataID, RemoteID and
// Link are WeChat's; OnceID is our name for a mass send, by which WeChat knows a
// repetition. Problem is in words for an editor. BegunAt is since when this
// attempt goes on, AskedAt when it was handed in.
type ArticleDoor struct {
	ArticleID string `gorm:"primaryKey"`
	Door      Door   `gorm:"primaryKey"`
	Wanted    bool
	State     DoorState
	Step      DoorStep
	Round     int
	Version   int
	Again     bool
	DraftID   string
	JobID     string
	DataID    string
	RemoteID  string
	OnceID    string
	Link      string
	Problem   string
	BegunAt   *time.Time
	AskedAt   *time.Time
	OpenedAt  *time.Time
	UpdatedAt time.Time
}

// WeChatPicture is what WeChat keeps of one of our pictures, for an account:
// an address for the text of articles, or an id for their covers.
type WeChatPicture struct {
	AppID     string         `gorm:"primaryKey"`
	PictureID string         `gorm:"primaryKey"`
	Purpose   PicturePurpose `gorm:"primaryKey"`
	Address   string
	CreatedAt time.Time
}

// PicturePurpose is what WeChat keeps a picture for.
type PicturePurpose string

// The two purposes.
const (
	PurposeText  PicturePurpose = "text"
	PurposeCover PicturePurpose = "cover"
)

// MassSendState is where the wish to send an article to all followers stands.
type MassSendState string

// A mass send is asked for by one officer and confirmed by another one; then it
// is on its way and ends sent or failed. It can be cancelled until it is
// confirmed.
const (
	MassSendAsked     MassSendState = "asked"
	MassSendConfirmed MassSendState = "confirmed"
	MassSendSent      MassSendState = "sent"
	MassSendFailed    MassSendState = "failed"
	MassSendCancelled MassSendState = "cancelled"
)

// MassSendDeed moves a mass send.
type MassSendDeed string

// The deeds of a mass send.
const (
	DeedConfirmMass MassSendDeed = "confirm"
	DeedCancelMass  MassSendDeed = "cancel"
	DeedMassSent    MassSendDeed = "sent"
	DeedMassFailed  MassSendDeed = "fail"
)

// MassSendFlow is the life of the wish to send an article to all followers.
func MassSendFlow() flow.Table[MassSendState, MassSendDeed] {
	step := flow.Line[MassSendState, MassSendDeed]
	return flow.Table[MassSendState, MassSendDeed]{
		Name:  "mass_send",
		Start: MassSendAsked,
		Final: []MassSendState{MassSendSent, MassSendFailed, MassSendCancelled},
		Steps: []flow.Step[MassSendState, MassSendDeed]{
			step(MassSendAsked, DeedConfirmMass, MassSendConfirmed),
			step(MassSendAsked, DeedCancelMass, MassSendCancelled),
			step(MassSendConfirmed, DeedMassSent, MassSendSent),
			step(MassSendConfirmed, DeedMassFailed, MassSendFailed),
		},
	}
}

// MassSend is a wish to send an article to all followers. Reach is how many
// there were when it was confirmed, Sent how many WeChat says got it.
type MassSend struct {
	ID          string
	ArticleID   string
	State       MassSendState
	AskedBy     string
	Asker       string
	AskedAt     time.Time
	ConfirmedBy string
	Confirmer   string
	ConfirmedAt *time.Time
	EndedAt     *time.Time
	Reach       int
	Sent        int
}
