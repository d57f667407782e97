// Package account knows people: how they sign in, which sessions they hold and
// which roles they were granted. It binds representatives and unit officers to
// their seats by one-time invitations, and keeps the accounts of staff with
// their passwords and second factors (docs/adr/0010).
//
// It refuses to keep anything that opens a door: of tokens, codes and passwords
// only hashes stay, and the secret of a second factor stands sealed. It refuses
// to let anybody be locked out by who only knows their login. It decides nothing
// about records of other subjects; it says who somebody is and what was granted
// to them.
package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/limit"
	"lianxin/service/linking"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// WeChat says who holds a code that a phone or a page was given. Its errors
// wrap model.ErrCodeSpent for a code that is wrong, used or too old.
type WeChat interface {
	MiniIdentity(ctx context.Context, code string) (openID, unionID string, err error)
	OfficialIdentity(ctx context.Context, code string) (openID, unionID string, err error)
	PhoneNumber(ctx context.Context, code string) (string, error)
}

// SecondFactor says whether staff must have one.
type SecondFactor string

// Who leaves it out of Options gets the safe one.
const (
	FactorRequired SecondFactor = "required"
	FactorOptional SecondFactor = "optional"
)

// What holds where Options leaves a duration at zero.
const (
	defaultSessionLife    = 2 * time.Hour
	defaultRefreshLife    = 30 * 24 * time.Hour
	defaultInvitationLife = 7 * 24 * time.Hour
)

// Options wires a Service. Strangers is how often staff sign-ins may be tried
// from one address on devices that are not known; the zero rate is no limit. SessionLife is how long a token is good, RefreshLife
// how long after its last use a session can be renewed; zero takes 2 hours, 30
// days and, for invitations, 7 days.
type Options struct {
	DB             *store.DB
	Now            func() time.Time
	WeChat         WeChat
	Keys           *sealed.Keys
	SecondFactor   SecondFactor
	Strangers      limit.Rate
	SessionLife    time.Duration
	RefreshLife    time.Duration
	InvitationLife time.Duration
	// SMS sends codes to phones; nil where no texts can be sent.
	SMS SMS
}

// Service is the desk for people, sessions and roles.
type Service struct {
	db             *store.DB
	clock          func() time.Time
	wechat         WeChat
	keys           *sealed.Keys
	limits         *limit.Limiter
	linker         *linking.Linker
	sms            SMS
	secondFactor   SecondFactor
	strangers      limit.Rate
	sessionLife    time.Duration
	refreshLife    time.Duration
	invitationLife time.Duration
	hasher         *hasher
	uses           uses
	holders        holders
}

// New makes a Service. It fails when something it cannot do without is missing.
func New(o Options) (*Service, error) {
	if o.DB == nil || o.Now == nil || o.WeChat == nil || o.Keys == nil {
		return nil, errors.New("account: a database, a clock, WeChat and keys are needed")
	}
	if o.SessionLife < 0 || o.RefreshLife < 0 || o.InvitationLife < 0 {
		return nil, errors.New("account: a life cannot be negative")
	}
	o.SecondFactor = cmp.Or(o.SecondFactor, FactorRequired)
	if o.SecondFactor != FactorRequired && o.SecondFactor != FactorOptional {
		return nil, fmt.Errorf("account: second factor %q is neither required nor optional", o.SecondFactor)
	}
	limits, err := limit.New(limit.Options{DB: o.DB, Now: o.Now, HashKey: []byte(o.Keys.Hash("limits", "sign-in"))})
	if err != nil {
		return nil, err
	}
	linker, err := linking.New(o.Keys, o.Now)
	if err != nil {
		return nil, err
	}
	return &Service{
		linker: linker,
		sms:    o.SMS,
		db:     o.DB, clock: o.Now, wechat: o.WeChat, keys: o.Keys, limits: limits, secondFactor: o.SecondFactor, strangers: o.Strangers, hasher: newHasher(),
		sessionLife:    orDefault(o.SessionLife, defaultSessionLife),
		refreshLife:    orDefault(o.RefreshLife, defaultRefreshLife),
		invitationLife: orDefault(o.InvitationLife, defaultInvitationLife),
	}, nil
}

// Linker joins persons who turn out to be one, also for who learns it elsewhere.
func (s *Service) Linker() *linking.Linker { return s.linker }

func orDefault(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// signedIn refuses what only a person can ask for.
func signedIn(by model.Actor) error {
	if by.PersonID == "" {
		return fault.Unauthenticated("请先登录。")
	}
	return nil
}

// spent turns WeChat's refusal of a code into the fault of the caller; every
// other error of WeChat is passed on.
func spent(err, refusal error) error {
	if errors.Is(err, model.ErrCodeSpent) {
		return refusal
	}
	return fmt.Errorf("account: ask WeChat: %w", err)
}
