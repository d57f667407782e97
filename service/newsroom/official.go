package newsroom

import (
	"context"
	"errors"
	"time"
)

// What an Official's errors wrap besides a fault with words for an editor and
// the sentinels of model.
var (
	// ErrGone says that WeChat has no such draft or publication any more.
	ErrGone = errors.New("newsroom: WeChat has it no more")
	// ErrByHand says that only a person can publish the draft, at WeChat's own
	// pages: the account has no right to do so by us, or the draft needs a look.
	ErrByHand = errors.New("newsroom: only a person can publish the draft")
	// ErrBusy says that nothing was done, and that the same call may succeed later.
	ErrBusy = errors.New("newsroom: WeChat is busy")
	// ErrUnderWay says that WeChat works on a mass send of the same name; nothing
	// is sent twice.
	ErrUnderWay = errors.New("newsroom: the mass send is under way")
)

// Official is the official account. Every call may fail with
// model.ErrOutcomeUnknown: WeChat may or may not have done it. What was refused
// carries a fault with words for an editor.
type Official interface {
	// UploadPicture gives WeChat a picture for the text; UploadCover one to keep.
	UploadPicture(ctx context.Context, picture []byte) (address string, err error)
	UploadCover(ctx context.Context, picture []byte) (id string, err error)
	AddDraft(ctx context.Context, p Paper) (draftID string, err error)
	// HasDraft says whether a draft is still in the box.
	HasDraft(ctx context.Context, draftID string) (bool, error)
	UpdateDraft(ctx context.Context, draftID string, p Paper) error
	DeleteDraft(ctx context.Context, draftID string) error
	Publish(ctx context.Context, draftID string) (Receipt, error)
	Publication(ctx context.Context, jobID string) (Publication, error)
	// Latest lists what was published last, the latest first.
	Latest(ctx context.Context) ([]Published, error)
	Unpublish(ctx context.Context, remoteID string) error
	MassSend(ctx context.Context, draftID, onceID string) (Receipt, error)
	MassState(ctx context.Context, jobID string) (Outcome, error)
	DeleteMass(ctx context.Context, jobID string) error
	// Figures lists what came of what was published on a day, until the end of each
	// day since; none before WeChat has counted.
	Figures(ctx context.Context, publishedOn time.Time) ([]Counted, error)
	// Preview shows a draft to one person, by openid or by the name of their WeChat.
	Preview(ctx context.Context, draftID, openID string) error
	PreviewTo(ctx context.Context, draftID, weChatName string) error
}

// Paper is an article as WeChat takes it. Source is the address behind 阅读原文.
type Paper struct {
	Title   string
	Author  string
	Digest  string
	Content string
	Source  string
	CoverID string
}

// Receipt is what WeChat gives for something handed in: the id to ask for it,
// and the one under which its figures come.
type Receipt struct{ JobID, DataID string }

// Outcome is how something that was handed in stands.
type Outcome string

// The outcomes; removed is what its owner or WeChat took down afterwards.
const (
	OutcomeRunning Outcome = "running"
	OutcomeDone    Outcome = "done"
	OutcomeRefused Outcome = "refused"
	OutcomeRemoved Outcome = "removed"
)

// Publication is how a publication stands. Why is in words for an editor when it
// was refused.
type Publication struct {
	Outcome  Outcome
	RemoteID string
	Address  string
	Why      string
}

// Published is one publication among the latest, by the address of its original.
type Published struct {
	RemoteID string
	Source   string
	Address  string
}

// Pictures gives the content of our pictures.
type Pictures interface {
	// Small gives a picture as a JPEG of fewer bytes than most.
	Small(ctx context.Context, id string, most int) ([]byte, error)
}
