package model

import "time"

// NoticeTemplate is one of the few WeChat templates that all notices fit into.
type NoticeTemplate string

// The templates; their ids per account are configuration.
const (
	TemplateProgress NoticeTemplate = "progress"
	TemplateAnswer   NoticeTemplate = "answer"
	TemplateTask     NoticeTemplate = "task"
	TemplateSurvey   NoticeTemplate = "survey"
	// TemplateNews is for what a person follows. It has a grant of its own, which
	// only the mini-program has: news must not use up what was granted for answers,
	// and template messages of an official account may carry none.
	TemplateNews NoticeTemplate = "news"
)

// NoticeTemplates lists the templates.
func NoticeTemplates() []NoticeTemplate {
	return []NoticeTemplate{TemplateProgress, TemplateAnswer, TemplateTask, TemplateSurvey, TemplateNews}
}

// NoticeChannel is a way to a person's attention.
type NoticeChannel string

// The channels in the order of the fallback chain (product.md rule 8). The
// inbox inside the mini-program and the console always has the notice; it is
// not a push.
const (
	ChannelSubscribe NoticeChannel = "subscribe"
	ChannelTemplate  NoticeChannel = "template"
	ChannelCustomer  NoticeChannel = "customer"
	ChannelInbox     NoticeChannel = "inbox"
)

// NoticeState is where the pushing of a notice stands.
type NoticeState string

// A notice waits, was pushed, found no open channel (staff see "cannot be
// reached by push"), waits for the daily digest, or was news that is left to the
// inbox, which says nothing about the person's reach.
const (
	NoticeWaiting     NoticeState = "waiting"
	NoticePushed      NoticeState = "pushed"
	NoticeUnreachable NoticeState = "unreachable"
	NoticeDigest      NoticeState = "digest"
	NoticeLeft        NoticeState = "left"
)

// Notice (服务通知) tells one person of one happening. Link is a path of the
// mini-program. Thing, Phrase, Name, Hint and DueAt fill the fields of a
// template; Hint has at most 20 characters, as WeChat allows, and stands for a
// Body that is longer. DueAt is what a task must be done by. OnlyOn pushes to one
// account of WeChat and no other: what each side must hear by itself.
type Notice struct {
	ID        string
	PersonID  string
	Happening string
	Template  NoticeTemplate
	Title     string
	Body      string
	Hint      string
	Link      string
	MessageID string
	Thing     string
	Phrase    string
	Name      string
	DueAt     *time.Time
	OnlyOn    WeChatAccount
	State     NoticeState
	Channel   NoticeChannel
	CreatedAt time.Time
	PushedAt  *time.Time
	ReadAt    *time.Time
}

// NoticeGrant counts the one-time subscriptions a person gave for a template.
type NoticeGrant struct {
	PersonID   string `gorm:"primaryKey"`
	TemplateID string `gorm:"primaryKey"`
	Remaining  int
	UpdatedAt  time.Time
}
