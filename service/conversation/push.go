package conversation

import (
	"time"

	"lianxin/model"
)

// Push is what WeChat said, as far as this room acts on it. It is read from the
// JSON of callback.Push: the fields have the same names, and what is not named
// here is passed over.
type Push struct {
	// Account is our AppID, FromUser the person's openid there.
	Account    string
	FromUser   string
	CreateTime time.Time
	// MsgType is text, image, …, or event; Event is then WeChat's own word.
	MsgType string
	Event   string
	MsgID   string
	// EventKey is the key of a menu button, Scene that of a scanned code.
	EventKey string
	Scene    string
	// Content is what a person typed, Recognition what they said.
	Content     string
	Recognition string
	// Location is where they are, or what they pointed at.
	Location *model.Place
	// Status is how the sending of a template or mass message ended, Mass how many
	// a mass message reached, and Publish which publication came to an end.
	Status  string
	Mass    *Mass
	Publish *Publish
	// Subscriptions are a person's changed answers.
	Subscriptions []Subscription
	// TraceID, Suggest, Label and ErrCode are the result of a picture check.
	TraceID string
	Suggest model.Suggestion
	Label   int
	ErrCode int
	// OpenID and RevokeInfo say who withdrew which permission.
	OpenID     string
	RevokeInfo string

	// Answered is ours: the push has been dealt with and its words are erased.
	Answered bool
}

// Mass is how many a mass message reached.
type Mass struct{ Sent int }

// Publish is a publication that came to an end, by the id under which it was
// submitted.
type Publish struct{ ID string }

// Subscription is one template in a subscription event; Status is accept or
// reject.
type Subscription struct {
	TemplateID string
	Status     string
}

// The words of WeChat's that this room acts on.
const (
	typeEvent      = "event"
	typeText       = "text"
	typeVoice      = "voice"
	typeImage      = "image"
	typeVideo      = "video"
	typeShortVideo = "shortvideo"
	typeLocation   = "location"
	typeLink       = "link"

	eventSubscribe    = "subscribe"
	eventUnsubscribe  = "unsubscribe"
	eventScan         = "SCAN"
	eventClick        = "CLICK"
	eventTemplateEnd  = "TEMPLATESENDJOBFINISH"
	eventMediaCheck   = "wxa_media_check"
	eventRevoke       = "user_authorization_revoke"
	eventSubscription = "subscribe_msg_change_event"
	eventLocation     = "LOCATION"
	eventMassEnd      = "MASSSENDJOBFINISH"
	eventPublishEnd   = "PUBLISHJOBFINISH"
	eventPublishOther = "FREEPUBLISHJOBFINISH" // so called in samples

	statusSuccess   = "success"
	statusUserBlock = "failed:userblock"
	statusReject    = "reject"

	revokedPhone = "8"
)

// The keys of the official account's menu that this room answers.
const (
	KeyFindRepresentative = "FIND_REPRESENTATIVE"
	KeyLatestArticles     = "LATEST_ARTICLES"
	KeyHowTo              = "HOW_TO"
	KeyMyMessages         = "MY_MESSAGES"
)

// moment is when it happened, never later than now: clocks differ.
func (p Push) moment(now time.Time) time.Time {
	at := p.CreateTime.UTC().Truncate(time.Millisecond)
	if at.After(now) {
		return now
	}
	return at
}
