// Package limit says how often something may be done: by a person, on a device,
// from an address. It is for what would otherwise be guessed or worn out:
// secrets, the patience of representatives, the machine.
//
// There are two strengths (docs/adr/0011). A strict limit is decided in the
// database, in one transaction with what it guards, and holds for all replicas
// to the last try: it is for secrets. All other limits are decided in memory;
// replicas tell one another about every second, so that what one let through
// counts at the others soon after.
//
// It refuses to know whom it counts: what it writes down is a keyed hash. It
// locks nobody out for good, and what it says about when to come back is true:
// who waits that long is let through.
package limit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"lianxin/model/fault"
	"lianxin/service/store"
)

// Class is what is being done, as far as limits go.
type Class string

// The classes of requests.
const (
	SignInWeChat Class = "sign_in_wechat"
	SignInStaff  Class = "sign_in_staff"
	Refresh      Class = "refresh"
	Invitation   Class = "invitation"
	Send         Class = "send"
	Turn         Class = "turn"
	Upload       Class = "upload"
	Similar      Class = "similar"
	CheckCode    Class = "check_code"
	Search       Class = "search"
	Read         Class = "read"
	Export       Class = "export"
	Write        Class = "write"
)

// Classes lists the classes.
func Classes() []Class {
	return []Class{SignInWeChat, SignInStaff, Refresh, Invitation, Send, Turn, Upload, Similar, CheckCode, Search, Read, Export, Write}
}

// Strict says whether a class is decided in the database: those where secrets
// are guessed.
func (c Class) Strict() bool {
	switch c {
	case SignInWeChat, SignInStaff, Invitation:
		return true
	case Refresh, Send, Turn, Upload, Similar, CheckCode, Search, Read, Export, Write:
	}
	return false
}

// Rate lets through Times tries in Per. They may come at once; one is earned
// back every Per/Times. The zero Rate lets everything through.
type Rate struct {
	Times int
	Per   time.Duration
}

// every is how long it takes to earn back one try.
func (r Rate) every() time.Duration { return r.Per / time.Duration(r.Times) }

// none says that there is no limit.
func (r Rate) none() bool { return r.Times <= 0 || r.Per <= 0 }

// spend says how far a limit is used up after one more try, or how long to wait
// until there is one. All limits count by it (the generic cell rate algorithm).
func (r Rate) spend(usedUntil, now time.Time) (after time.Time, wait time.Duration) {
	if usedUntil.Before(now) {
		usedUntil = now
	}
	after = usedUntil.Add(r.every())
	if over := after.Sub(now) - r.Per; over > 0 {
		return usedUntil, over
	}
	return after, 0
}

// Rule is the rates of a class: for who is signed in by person and by device
// (the session), for who is not by address.
type Rule struct {
	Person, Device, Address Rate
}

// Options wires a Limiter. HashKey makes the hashes under which subjects are
// written down; it must be the same for all replicas. Rules may lack classes:
// those have no limit.
type Options struct {
	DB      *store.DB
	Now     func() time.Time
	HashKey []byte
	Rules   map[Class]Rule
}

// Limiter counts.
type Limiter struct {
	db     *store.DB
	now    func() time.Time
	key    []byte
	rules  map[Class]Rule
	memory *memory
}

// hashKeyMin is the shortest key, in bytes, that hashes of addresses are safe
// under.
const hashKeyMin = 16

// New makes a Limiter. It fails when something is missing.
func New(o Options) (*Limiter, error) {
	if o.DB == nil || o.Now == nil {
		return nil, errors.New("limit: a database and a clock are needed")
	}
	if len(o.HashKey) < hashKeyMin {
		return nil, fmt.Errorf("limit: the key of the hashes needs %d bytes at least", hashKeyMin)
	}
	l := &Limiter{db: o.DB, now: o.Now, rules: o.Rules}
	// A key of its own, so that a hash made here means nothing elsewhere.
	l.key = l.mac(o.HashKey, "limit")
	l.memory = newMemory(l.id)
	return l, nil
}

func (*Limiter) mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(text)) // a hash never fails
	return h.Sum(nil)
}

// id is the name under which a subject stands in the database.
func (l *Limiter) id(purpose, subject string) string {
	return hex.EncodeToString(l.mac(l.key, purpose+"\n"+subject)[:24])
}

// tooMany is what a person reads who came too often.
func tooMany(wait time.Duration) error {
	return fault.TooMany("操作太频繁，请"+waitWords(wait)+"后再试。", wait)
}

// waitWords says how long to wait, never too short.
func waitWords(wait time.Duration) string {
	up := func(unit time.Duration) int64 { return int64((wait + unit - 1) / unit) }
	switch {
	case wait <= 90*time.Second:
		return fmt.Sprintf(" %d 秒", max(1, up(time.Second)))
	case wait <= 90*time.Minute:
		return fmt.Sprintf(" %d 分钟", up(time.Minute))
	}
	return fmt.Sprintf(" %d 小时", up(time.Hour))
}
