package callback

import (
	"time"

	"lianxin/model"
)

// Push is what WeChat says in one callback. Fields that do not belong to its
// MsgType and Event are empty. It is plain data and survives a round trip
// through JSON.
type Push struct {
	// Account is our AppID.
	Account string
	// ToUser is the account's gh_… name, FromUser the person's openid there.
	ToUser     string
	FromUser   string
	CreateTime time.Time
	// MsgType is text, image, …, or event; Event is then WeChat's own word.
	MsgType string
	Event   string
	// MsgID identifies a message, or the sent message that an event reports on.
	MsgID string

	// Content is what a person wrote.
	Content      string
	MediaID      string
	ThumbMediaID string
	PicURL       string
	Format       string // of a voice message
	Recognition  string // of a voice message, in words
	Title        string // of a link
	Description  string // of a link
	URL          string // of a link
	Location     *Location

	// EventKey is the key or address of a menu button, or the scene as WeChat
	// writes it; Scene is the scene of a code without qrscene_.
	EventKey string
	Scene    string
	Ticket   string
	MenuID   string
	// SessionFrom says where in the mini-program a conversation began.
	SessionFrom string

	// Status is how the sending of a template or mass message ended.
	Status  string
	Mass    *Mass
	Publish *Publish
	// Subscriptions are a person's answers, or the ends of sent messages.
	Subscriptions []Subscription

	// TraceID, Suggest, Label, ErrCode and ErrMsg are the result of a picture
	// check. Suggest is empty when ErrCode is not 0: nothing was checked.
	TraceID string
	Suggest model.Suggestion
	Label   int
	ErrCode int
	ErrMsg  string

	// OpenID and RevokeInfo say who withdrew which permission.
	OpenID     string
	RevokeInfo string
}

// Location is where a person is or what they pointed at.
type Location struct {
	Latitude  float64
	Longitude float64
	// Scale and Label come with a message, Precision with an event.
	Scale     int
	Label     string
	Precision float64
}

// Mass is how many followers a mass message was for, and reached.
type Mass struct {
	Total    int
	Filtered int
	Sent     int
	Failed   int
}

// Publish is how a publication ended.
type Publish struct {
	ID string
	// Status: 0 published, 2 originality failed, 3 failed, 4 refused by review,
	// 5 deleted by the account, 6 banned.
	Status    int
	ArticleID string
	URLs      []string
	// Failed are the indexes of the articles that did not pass, from 1.
	Failed []int
}

// Subscription is one template in a subscription event.
type Subscription struct {
	TemplateID string
	// Status is accept or reject: of the popup, and of a later change.
	Status string
	// MsgID, ErrorCode and ErrorStatus tell how a sent message ended.
	MsgID       string
	ErrorCode   int
	ErrorStatus string
}
