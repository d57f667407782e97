// Package envelope seals, opens and signs what travels between WeChat and a callback.
//
// It follows WeChat's published scheme and nothing else: AES-256-CBC with the first sixteen
// bytes of the key as vector, sixteen random bytes, a big-endian length, the message and the
// AppID inside, PKCS#7 padding to blocks of 32, and a SHA-1 signature over the sorted parts.
// It refuses to say why an envelope did not open.
package envelope

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // WeChat prescribes SHA-1 for its signatures.
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	padBlock   = 32
	randomSize = 16
	lengthSize = 4
)

// ErrNotOpened says that an envelope is not one of ours; the reason is kept back on purpose.
var ErrNotOpened = errors.New("envelope: not opened")

// Sealer holds the secrets of one account's callback.
type Sealer struct {
	token string
	appID string
	key   []byte
}

// New makes a Sealer from the values in the account's console. It fails when the
// EncodingAESKey is not 43 characters that decode to 32 bytes.
func New(token, encodingAESKey, appID string) (*Sealer, error) {
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil {
		return nil, fmt.Errorf("decode the EncodingAESKey: %w", err)
	}
	if len(encodingAESKey) != 43 || len(key) != 32 {
		return nil, fmt.Errorf("an EncodingAESKey has 43 characters, this one has %d", len(encodingAESKey))
	}
	return &Sealer{token: token, appID: appID, key: key}, nil
}

// Sign returns the hexadecimal SHA-1 over the sorted token and parts: timestamp and nonce
// for signature, and the encrypted text as well for msg_signature.
func (s *Sealer) Sign(parts ...string) string {
	return Sign(s.token, parts...)
}

// Sign is Sealer.Sign for an account that has a token but no key (plain mode).
func Sign(token string, parts ...string) string {
	all := append([]string{token}, parts...)
	slices.Sort(all)
	sum := sha1.Sum([]byte(strings.Join(all, ""))) //nolint:gosec // prescribed by WeChat
	return hex.EncodeToString(sum[:])
}

// Equal compares two signatures in constant time.
func Equal(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// Seal encrypts a message behind the given random bytes, which must be fresh for every message.
func (s *Sealer) Seal(random [randomSize]byte, message []byte) (string, error) {
	if len(message) > math.MaxInt32 {
		return "", fmt.Errorf("a message of %d bytes is too long to seal", len(message))
	}
	plain := make([]byte, 0, randomSize+lengthSize+len(message)+len(s.appID)+padBlock)
	plain = append(plain, random[:]...)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message))) //nolint:gosec // bounded above
	plain = append(plain, message...)
	plain = append(plain, s.appID...)
	pad := padBlock - len(plain)%padBlock
	for range pad {
		plain = append(plain, byte(pad))
	}
	block, err := aes.NewCipher(s.key)
	if err != nil {
		return "", fmt.Errorf("prepare the cipher: %w", err)
	}
	cipher.NewCBCEncrypter(block, s.key[:aes.BlockSize]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

// Open decrypts an envelope and checks its padding, length and AppID.
// It returns ErrNotOpened for anything that this account did not seal.
func (s *Sealer) Open(encrypted string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%padBlock != 0 {
		return nil, ErrNotOpened
	}
	block, err := aes.NewCipher(s.key)
	if err != nil {
		return nil, fmt.Errorf("prepare the cipher: %w", err)
	}
	cipher.NewCBCDecrypter(block, s.key[:aes.BlockSize]).CryptBlocks(data, data)
	body, ok := unpad(data)
	if !ok || len(body) < randomSize+lengthSize {
		return nil, ErrNotOpened
	}
	length := int(binary.BigEndian.Uint32(body[randomSize:]))
	rest := body[randomSize+lengthSize:]
	if length > len(rest) || !Equal(string(rest[length:]), s.appID) {
		return nil, ErrNotOpened
	}
	return rest[:length], nil
}

func unpad(data []byte) ([]byte, bool) {
	pad := int(data[len(data)-1])
	if pad < 1 || pad > padBlock || pad > len(data) {
		return nil, false
	}
	for _, b := range data[len(data)-pad:] {
		if int(b) != pad {
			return nil, false
		}
	}
	return data[:len(data)-pad], true
}
