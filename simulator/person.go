package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const visitLife = 2 * time.Hour

// person is somebody with a phone.
type person struct {
	name, phone string
	unionID     string
	openIDs     map[string]string
	follow      *following
	lastVisit   time.Time
	windows     map[string]*window
	grants      map[string]int
	notices     []notice
	chat        []line
}

// following is how a person came to follow the official account.
type following struct {
	since time.Time
	how   string
	scene string
}

// window is how many customer messages an account may still send to a person.
type window struct {
	message, action allowance
}

type allowance struct {
	ends time.Time
	left int
}

// The quotas of customer messages: after a person's message, and after a tap, a scan or a follow.
const (
	messageWindow = 48 * time.Hour
	messageQuota  = 5
	actionWindow  = time.Minute
	actionQuota   = 3
)

// person finds somebody, or lets them appear. Call it with the lock held.
func (s *Simulator) person(name string) *person {
	if p, ok := s.people[name]; ok {
		return p
	}
	p := &person{
		name:    name,
		phone:   fmt.Sprintf("138000%05d", len(s.names)+1),
		unionID: "oU" + stableID("union", name)[:26],
		openIDs: map[string]string{},
		windows: map[string]*window{MiniAccount: {}, OfficialAccount: {}},
		grants:  map[string]int{},
	}
	for account, a := range s.accounts {
		p.openIDs[account] = "o" + stableID(a.AppID, name)[:27]
	}
	s.people[name] = p
	s.names = append(s.names, name)
	return p
}

// stableID gives a person the same ids in every run, so that a demo can be restarted.
func stableID(space, name string) string {
	sum := sha256.Sum256([]byte(space + "\n" + name))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func checkName(name string) error {
	if strings.TrimSpace(name) != name || name == "" || utf8.RuneCountInString(name) > 32 {
		return errors.New("a name has 1 to 32 characters and no space around it")
	}
	if strings.ContainsFunc(name, unicode.IsControl) || strings.Contains(name, "/") {
		return errors.New("a name has no slash and no control character")
	}
	return nil
}

// holderOf finds whose openid this is, and for which account.
func (s *Simulator) holderOf(openID string) (*person, string, bool) {
	for _, name := range s.names {
		for account, id := range s.people[name].openIDs {
			if id == openID {
				return s.people[name], account, true
			}
		}
	}
	return nil, "", false
}

// recipient finds the person that an account addresses; 40003 when it has no such openid.
func (s *Simulator) recipient(a *account, openID string) (*person, error) {
	p, owner, ok := s.holderOf(openID)
	if !ok || owner != a.name {
		return nil, refuse(40003)
	}
	return p, nil
}

// visitor finds the person whose content is checked: 43104 for an openid of another account,
// 61010 when the person has not visited the mini-program within two hours.
func (s *Simulator) visitor(c *call, openID string) (*person, error) {
	p, owner, ok := s.holderOf(openID)
	if !ok {
		return nil, refuse(40003)
	}
	if owner != c.account.name {
		return nil, refuse(43104)
	}
	if p.lastVisit.IsZero() || c.now.Sub(p.lastVisit) > visitLife {
		return nil, refuse(61010)
	}
	return p, nil
}

func (w *window) openByMessage(now time.Time) {
	w.message = allowance{ends: now.Add(messageWindow), left: messageQuota}
}

func (w *window) openByAction(now time.Time) {
	w.action = allowance{ends: now.Add(actionWindow), left: actionQuota}
}

// use takes one message from the window that closes first: 45015 when none is open, 45047
// when those that are open are used up.
func (w *window) use(now time.Time) error {
	open := false
	windows := []*allowance{&w.action, &w.message}
	slices.SortFunc(windows, func(a, b *allowance) int { return a.ends.Compare(b.ends) })
	for _, one := range windows {
		if !now.Before(one.ends) {
			continue
		}
		open = true
		if one.left > 0 {
			one.left--
			return nil
		}
	}
	if open {
		return refuse(45047)
	}
	return refuse(45015)
}
