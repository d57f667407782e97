package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

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

// hashesAtOnce caps the memory that signing in can take.
const hashesAtOnce = 2

// The lengths of a password: characters at least, bytes at most.
const (
	passwordMin = 10
	passwordMax = 128
)

// hasher hashes passwords, a few at a time. decoy is checked where there is no
// account, so that a stranger waits as long as everybody.
type hasher struct {
	slots chan struct{}
	decoy string
}

func newHasher() *hasher {
	// A key that nobody derived is as good a decoy as one that somebody did.
	random := make([]byte, argonSalt+argonKey)
	_, _ = rand.Read(random)
	return &hasher{slots: make(chan struct{}, hashesAtOnce), decoy: phc(random[:argonSalt], random[argonSalt:])}
}

// phc writes a salt and the key derived with it, at the present cost.
func phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// hash writes a password as a PHC string with a salt of its own.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt)
	key, err := h.derive(ctx, password, argon{time: argonTime, memory: argonMemory, lanes: argonLanes, salt: salt}, argonKey)
	if err != nil {
		return "", err
	}
	return phc(salt, key), nil
}

// matches reports whether a password is the one that was hashed.
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

// checkPassword says what is wrong with a new password.
func checkPassword(login, password string) []fault.Field {
	switch {
	case utf8.RuneCountInString(password) < passwordMin:
		return []fault.Field{{Name: "password", Reason: "密码至少需要 10 个字符。"}}
	case len(password) > passwordMax:
		return []fault.Field{{Name: "password", Reason: "密码过长，请缩短后再试。"}}
	case strings.EqualFold(password, login):
		return []fault.Field{{Name: "password", Reason: "密码不能与登录名相同。"}}
	}
	return nil
}
