package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// SMSSecret is what a gateway for texts and the app share, where the stand-in
// plays the gateway.
const SMSSecret = "stand-in-sms-secret" //nolint:gosec // opens nothing: the stand-in is for demos and tests

// What the stand-in's gateway puts up with.
const (
	textsKept   = 200
	textMost    = 8 << 10
	textTooLate = 5 * time.Minute
)

// text is an SMS that was sent to a number.
type text struct {
	ID    int64     `json:"id"`
	Phone string    `json:"phone"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
}

// takeText plays the operator's gateway: it takes a text that is signed and not
// old, and puts it on the phone that has the number.
func (s *Simulator) takeText(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, textMost))
	if err != nil {
		http.Error(w, "body", http.StatusBadRequest)
		return
	}
	stamp := r.Header.Get("X-Lianxin-Timestamp")
	mac := hmac.New(sha256.New, []byte(SMSSecret))
	_, _ = mac.Write([]byte(stamp + "." + string(body))) // a hash never fails
	given, err := hex.DecodeString(r.Header.Get("X-Lianxin-Signature"))
	if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := time.Unix(seconds, 0)
	// The app goes by the real clock or by the stand-in's, which may have been moved.
	if err != nil || s.base().Sub(sent).Abs() > textTooLate && s.now().Sub(sent).Abs() > textTooLate {
		http.Error(w, "timestamp", http.StatusUnauthorized)
		return
	}
	var in text
	if err := json.Unmarshal(body, &in); err != nil || !mobileForm.MatchString(in.Phone) || in.Text == "" {
		http.Error(w, "phone and text", http.StatusBadRequest)
		return
	}
	in.ID, in.At = s.next(), s.now()
	s.texts = append(s.texts, in)
	if len(s.texts) > textsKept {
		s.texts = slices.Delete(s.texts, 0, len(s.texts)-textsKept)
	}
	w.WriteHeader(http.StatusNoContent)
}

// textsOf are the texts on somebody's phone, the newest first. Call it with the lock held.
func (s *Simulator) textsOf(p *person) []text {
	found := []text{}
	for _, t := range slices.Backward(s.texts) {
		if t.Phone == p.phone {
			found = append(found, t)
		}
	}
	return found
}

func readTexts(s *Simulator, c control) (any, error) {
	p, err := s.existing(c)
	if err != nil {
		return nil, err
	}
	return reply{"texts": s.textsOf(p)}, nil
}
