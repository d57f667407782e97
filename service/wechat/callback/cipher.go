package callback

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // WeChat prescribes it
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

const (
	// keyLength is the length of an EncodingAESKey in characters.
	keyLength = 43
	// padBlock is the block that WeChat pads to, twice that of AES.
	padBlock     = 32
	randomLength = 16
	headLength   = randomLength + 4
)

// Cipher encrypts and decrypts for one account (wechat.md, 3.3): AES-256-CBC
// over 16 random bytes, the length in 4 bytes, the message and the AppID.
type Cipher struct {
	appID string
	block cipher.Block
	iv    []byte
}

// NewCipher takes the AppID and the 43 characters of the EncodingAESKey.
func NewCipher(appID, encodingAESKey string) (*Cipher, error) {
	// Not strict: the last character of most keys has bits that do not count.
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil || len(encodingAESKey) != keyLength {
		return nil, errors.New("callback: an EncodingAESKey has 43 letters and digits")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errors.New("callback: EncodingAESKey does not make a key")
	}
	return &Cipher{appID: appID, block: block, iv: key[:aes.BlockSize]}, nil
}

// Decrypt returns the message in an Encrypt field. Check msg_signature first.
//
// It fails with ErrRefused when anything in it is not as it must be.
func (c *Cipher) Decrypt(encrypted string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%padBlock != 0 || len(data) > MaxBody {
		return nil, refuse("encrypted text has a wrong form")
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(plain, data)
	plain, ok := unpad(plain)
	if !ok || len(plain) < headLength {
		return nil, refuse("encrypted text does not decrypt")
	}
	length := uint64(binary.BigEndian.Uint32(plain[randomLength:headLength]))
	rest := plain[headLength:]
	if length > uint64(len(rest)) {
		return nil, refuse("encrypted text does not decrypt")
	}
	message, appID := rest[:length], rest[length:]
	if subtle.ConstantTimeCompare(appID, []byte(c.appID)) != 1 {
		return nil, refuse("message is encrypted for another account")
	}
	return message, nil
}

// Encrypt returns the Encrypt field for a message. The 16 random bytes must be
// new for every message.
func (c *Cipher) Encrypt(message []byte, random [randomLength]byte) (string, error) {
	if len(message) > MaxBody {
		return "", errors.New("callback: message is too large")
	}
	plain := make([]byte, 0, headLength+len(message)+len(c.appID)+padBlock)
	plain = append(plain, random[:]...)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message))) //nolint:gosec // bounded by MaxBody
	plain = append(plain, message...)
	plain = append(plain, c.appID...)
	pad := padBlock - len(plain)%padBlock
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

// Signature is WeChat's signature over the given parts, in any order.
func Signature(parts ...string) string {
	sorted := slices.Sorted(slices.Values(parts))
	sum := sha1.Sum([]byte(strings.Join(sorted, ""))) //nolint:gosec // WeChat prescribes it
	return hex.EncodeToString(sum[:])
}

// same compares without telling by its time where the difference is.
func same(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// unpad checks every byte of the padding.
func unpad(plain []byte) ([]byte, bool) {
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > padBlock || pad > len(plain) {
		return nil, false
	}
	body := plain[:len(plain)-pad]
	want := bytes.Repeat([]byte{byte(pad)}, pad)
	return body, subtle.ConstantTimeCompare(plain[len(plain)-pad:], want) == 1
}
