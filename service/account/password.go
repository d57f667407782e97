package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed" // the common passwords
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/width"

	"lianxin/model/fault"
)

// The cost of one password hash: argon2id, two passes over 19 MiB, one lane.
const (
	argonTime   = 2
	argonMemory = 19 * 1024
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// hashesAtOnce caps the memory that signing in can take; queueMax how many may
// wait for it. A queue of 16 is done in about a second; who comes when it is full
// is told at once instead of waiting with a connection and a request open. Some
// places are kept for known devices and signed-in people, so that strangers
// cannot fill them all.
const (
	hashesAtOnce = 2
	queueMax     = 16
	keptPlaces   = 8
	queueBusy    = 2 * time.Second
)

// The lengths of a password: characters at least, bytes at most.
const (
	passwordMin = 10
	passwordMax = 128
)

// hasher hashes passwords, a few at a time. decoy is checked where there is no
// account, so that a stranger waits as long as everybody.
type hasher struct {
	queue chan struct{}
	kept  chan struct{}
	slots chan struct{}
	decoy string
	done  atomic.Int64
}

// enter takes a place in the queue of strangers, or one of those kept for who is
// known, and gives what leaves it again. Fault: too many, at once, when the queue
// is full.
func (h *hasher) enter(who standing) (leave func(), err error) {
	queue := h.queue
	if who == known {
		queue = h.kept
	}
	select {
	case queue <- struct{}{}:
		return func() { <-queue }, nil
	default:
		return nil, fault.TooMany("现在登录的人太多，请稍等几秒再试。", queueBusy)
	}
}

// standing says whether who waits has been here before.
type standing bool

// Strangers may be anybody; known are the owner's devices and sessions.
const (
	stranger standing = false
	known    standing = true
)

func newHasher() *hasher {
	// A key that nobody derived is as good a decoy as one that somebody did.
	random := make([]byte, argonSalt+argonKey)
	_, _ = rand.Read(random)
	return &hasher{
		queue: make(chan struct{}, hashesAtOnce+queueMax), kept: make(chan struct{}, keptPlaces), slots: make(chan struct{}, hashesAtOnce),
		decoy: phc(random[:argonSalt], random[argonSalt:]),
	}
}

// phc writes a salt and the key derived with it, at the present cost.
func phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// hash writes a password as a PHC string with a salt of its own. Fault: too many
// when too many wait.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(known)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt)
	key, err := h.derive(ctx, password, argon{time: argonTime, memory: argonMemory, lanes: argonLanes, salt: salt}, argonKey)
	if err != nil {
		return "", err
	}
	return phc(salt, key), nil
}

// matches reports whether a password is the one that was hashed. It is called
// in the queue: see enter.
func (h *hasher) matches(ctx context.Context, password, kept string) (bool, error) {
	cost, want, err := readPHC(kept)
	if err != nil {
		return false, err
	}
	key, err := h.derive(ctx, password, cost, len(want))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1, nil
}

func (h *hasher) derive(ctx context.Context, password string, cost argon, size int) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("account: wait to hash: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	h.done.Add(1)
	//nolint:gosec // the size of a key is the 32 bytes written here or those of a short PHC string
	return argon2.IDKey([]byte(password), cost.salt, cost.time, cost.memory, cost.lanes, uint32(size)), nil
}

// argon is the cost a password was hashed at, and its salt.
type argon struct {
	time   uint32
	memory uint32
	lanes  uint8
	salt   []byte
}

// readPHC takes "$argon2id$v=19$m=19456,t=2,p=1$salt$key" apart, so that hashes
// of an earlier cost stay good when the cost is raised.
func readPHC(kept string) (argon, []byte, error) {
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return argon{}, nil, errors.New("account: password hash is not argon2id")
	}
	var version int
	var cost argon
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return argon{}, nil, fmt.Errorf("account: password hash has version %q", parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.memory, &cost.time, &cost.lanes); err != nil {
		return argon{}, nil, fmt.Errorf("account: read cost of password hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return argon{}, nil, fmt.Errorf("account: read salt of password hash: %w", err)
	}
	key, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return argon{}, nil, fmt.Errorf("account: read key of password hash: %w", err)
	}
	cost.salt = salt
	return cost, key, nil
}

// commonList holds passwords that are tried first, one a line, in small letters:
// those that lists of leaked passwords begin with, and what people here like to
// type.
//
//go:embed common_passwords.txt
var commonList string

var common = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for word := range strings.Lines(commonList) {
		known[strings.TrimSpace(word)] = true
	}
	delete(known, "")
	return known
})

// guessable reports whether a password is among the first that anybody tries: a
// common one, one with nothing but its last digits or signs added, or a single
// piece over and over.
func guessable(password string) bool {
	plain := strings.ToLower(width.Narrow.String(password))
	bare := strings.TrimRightFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) })
	return common()[plain] || common()[bare] || repeats(plain) || walks(plain)
}

// repeats reports whether a text is one piece of up to four characters over and over.
func repeats(s string) bool {
	for size := 1; size <= 4 && size < len(s); size++ {
		if strings.HasPrefix(strings.Repeat(s[:size], len(s)/size+1), s) {
			return true
		}
	}
	return false
}

// walks reports whether a text goes up or down the digits or the alphabet, one
// step at a time: 1234567890, zyxwvutsrq.
func walks(s string) bool {
	if len(s) < 2 {
		return true
	}
	step := int(s[1]) - int(s[0])
	for i := 1; i < len(s); i++ {
		wraps := s[i-1] == '9' && s[i] == '0' && step == 1
		if int(s[i])-int(s[i-1]) != step && !wraps {
			return false
		}
	}
	return step == 1 || step == -1
}

// checkPassword says what is wrong with a new password, under the name of its
// field. It asks for length and against what is guessed first, not for signs and
// capitals (NIST SP 800-63B, 5.1.1.2).
func checkPassword(field, login, password string) []fault.Field {
	wrong := func(reason string) []fault.Field { return []fault.Field{{Name: field, Reason: reason}} }
	switch {
	case utf8.RuneCountInString(password) < passwordMin:
		return wrong("密码至少需要 10 个字符。")
	case len(password) > passwordMax:
		return wrong("密码过长，请缩短后再试。")
	case strings.EqualFold(password, login):
		return wrong("密码不能与登录名相同。")
	case guessable(password) || strings.EqualFold(strings.TrimRightFunc(password, unicode.IsDigit), login) && len(login) > 0:
		return wrong("这个密码太常见，容易被猜到。可以用几个互不相干的词连起来。")
	}
	return nil
}
