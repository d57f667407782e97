// Package conversation hears what WeChat pushes to us and answers as the
// official account: it writes every push down once, learns from it who follows,
// which pictures passed the check and what people took back, and tells people
// who their representative is.
//
// It refuses to carry messages: what is typed here reaches no representative,
// and the answers say so. It never logs a person's words and never repeats them
// in an answer, and it erases them as soon as they are answered. It knows no
// other subject and no WeChat: both are reached through the interfaces below.
package conversation

import (
	"context"
	"log/slog"
	"time"

	"lianxin/model"
	"lianxin/service/linking"
	"lianxin/service/store"
)

// TaskKind is the kind of outbox task that handles a push; Handle does it.
const TaskKind = "inbound"

// Speaker is the official account's voice.
type Speaker interface {
	// Say sends a text to somebody who has just acted. It fails with
	// model.ErrWindowClosed, ErrNotFollowing, ErrUnknownPerson,
	// ErrContentRefused and ErrChannelUnavailable, after which trying again is
	// useless; every other failure may pass.
	Say(ctx context.Context, openID, text string) error
	// Show sends a card to them; it fails as Say does.
	Show(ctx context.Context, openID string, card Card) error
	// Follower gives a follower's unionid, empty when the accounts are not
	// joined. It fails with model.ErrNotFollowing for somebody who has left.
	Follower(ctx context.Context, openID string) (unionID string, err error)
}

// Directory says who represents a place. What is not known is an empty Found,
// or a fault.
type Directory interface {
	// Find looks for what somebody typed: a place, an address or a name.
	Find(ctx context.Context, typed string) (Found, error)
	// Scene resolves the code of a poster or of a person.
	Scene(ctx context.Context, code string) (Found, error)
	// Near gives the community nearest to where somebody is.
	Near(ctx context.Context, place model.Place) (Found, error)
	// Latest lists the newest articles, newest first.
	Latest(ctx context.Context, n int) ([]Headline, error)
}

// Newsroom hears that WeChat is done with what the newsroom handed in.
type Newsroom interface {
	PublicationEnded(ctx context.Context, jobID string) error
	MassSendEnded(ctx context.Context, jobID, status string, sent int) error
}

// Found is a place and who represents it, best first. Place is empty when only
// people were found.
type Found struct {
	Place  string
	People []Person
}

// Person is a representative as the public may see one. Where is the area.
type Person struct {
	ID    string
	Name  string
	Post  string
	Where string
}

// Headline is a published article.
type Headline struct {
	ID    string
	Title string
}

// Options wires a Service. Link makes an address that can be tapped in a chat
// out of a mini-program path. Speaker, Directory, Newsroom and Link are not needed
// where only the mini-program is connected, Menus is for the menu alone. Linker
// joins persons of whom WeChat says that they are one.
type Options struct {
	DB        *store.DB
	Now       func() time.Time
	Log       *slog.Logger
	Speaker   Speaker
	Directory Directory
	Newsroom  Newsroom
	Menus     Menus
	Link      func(page string) string
	Linker    *linking.Linker
}

// Service is the official account's desk.
type Service struct {
	db        *store.DB
	clock     func() time.Time
	log       *slog.Logger
	speaker   Speaker
	directory Directory
	newsroom  Newsroom
	menus     Menus
	link      func(page string) string
	linker    *linking.Linker
}

// New makes a Service.
func New(o Options) *Service {
	return &Service{
		db: o.DB, clock: o.Now, log: o.Log, speaker: o.Speaker, directory: o.Directory, newsroom: o.Newsroom, menus: o.Menus, link: o.Link, linker: o.Linker,
	}
}

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// clerk is who stands in the audit log for what a push made us do.
func clerk() model.Actor { return model.SystemActor("wechat push") }
