package simulator

import (
	"cmp"
	"net/http"
	"time"
)

const keptCalls = 500

// fault is a trouble that somebody switched on for one path, or for all with "*".
type fault struct {
	Path    string `json:"path"`
	Code    int    `json:"errcode,omitempty"`
	Text    string `json:"errmsg,omitempty"`
	DelayMS int    `json:"delay_ms,omitempty"`
	Drop    bool   `json:"drop,omitempty"`
	// DropAfter does what was asked and cuts the connection instead of saying so.
	DropAfter bool `json:"drop_after,omitempty"`
	Status    int  `json:"status,omitempty"`
	// Times is how often it still strikes; 0 means until it is switched off.
	Times       int  `json:"times,omitempty"`
	RevokeToken bool `json:"revoke_token,omitempty"`
}

// callRecord is one API call as the control API shows it: never with a body or a secret.
type callRecord struct {
	Path    string    `json:"path"`
	Account string    `json:"account,omitempty"`
	Code    int       `json:"errcode"`
	Status  int       `json:"status,omitempty"`
	Fault   string    `json:"fault,omitempty"`
	At      time.Time `json:"at"`
}

// record keeps the newest calls. Call it with the lock held.
func (s *Simulator) record(c callRecord) {
	s.calls = append(s.calls, c)
	if extra := len(s.calls) - keptCalls; extra > 0 {
		s.calls = s.calls[extra:]
	}
}

// strike lets a fault happen and tells whether the call ends with it. A delay or a revoked
// token alone lets the call go on, and so does one whose answer will be lost.
func (s *Simulator) strike(w http.ResponseWriter, r *http.Request, path string, c *call) bool {
	f, ok := s.takeFault(path, c)
	if !ok {
		return false
	}
	if !wait(r, time.Duration(f.DelayMS)*time.Millisecond) {
		return true
	}
	c.mute = f.DropAfter
	switch {
	case f.Drop:
		panic(http.ErrAbortHandler) // net/http's way of cutting a connection without a word
	case f.Status != 0:
		w.WriteHeader(f.Status)
		return true
	case f.Code != 0:
		text := cmp.Or(f.Text, texts[f.Code], "simulated error")
		writeJSON(w, http.StatusOK, s.refused(r, path, refuseBecause(f.Code, text)))
		return true
	}
	return false
}

// takeFault uses up one strike, and records the call when it will end there.
func (s *Simulator) takeFault(path string, c *call) (fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Path != path && f.Path != "*" {
			continue
		}
		struck := *f
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		if f.Times > 1 {
			f.Times--
		}
		if struck.RevokeToken {
			s.revokeOf(c)
		}
		if struck.Drop || struck.Status != 0 || struck.Code != 0 {
			s.record(callRecord{Path: path, Account: s.holder(c), Code: struck.Code, Status: struck.Status, Fault: struck.kind(), At: s.now()})
		}
		return struck, true
	}
	return fault{}, false
}

func (f fault) kind() string {
	switch {
	case f.Drop:
		return "drop"
	case f.Status != 0:
		return "status"
	default:
		return "errcode"
	}
}

// holder names the account whose token the call carries.
func (s *Simulator) holder(c *call) string {
	for name, a := range s.accounts {
		if _, ok := a.tokens.known[c.query.Get("access_token")]; ok {
			return name
		}
	}
	return ""
}

func (s *Simulator) revokeOf(c *call) {
	if a, ok := s.accounts[s.holder(c)]; ok {
		a.tokens.revoke()
	}
}

// wait tells whether the caller was still there after the pause.
func wait(r *http.Request, pause time.Duration) bool {
	if pause <= 0 {
		return true
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
