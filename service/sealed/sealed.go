// Package sealed keeps what names a person unreadable in the database: phone
// numbers and the secrets of second factors stand there encrypted, and are found
// by a keyed hash. The keys come from the configuration and never touch the
// database; each value says by its first part which key opens it.
//
// It refuses a value that was moved to another record or another column: both
// are bound into it. It decides nothing about who may read; a caller that opens
// a value answers for that.
package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"lianxin/model"
)

// Key is one key of the ring. ID is 1 to 16 small letters and digits, Secret at
// least 32 bytes.
type Key struct {
	ID     string
	Secret []byte
}

// secretMin is the least size of a secret, in bytes.
const secretMin = 32

var idForm = regexp.MustCompile(`^[a-z0-9]{1,16}$`)

// ErrUnknownKey says that a value was sealed with a key that is not in the ring.
var ErrUnknownKey = errors.New("sealed: the key of this value is not configured")

// Keys is a ring of keys. The first one seals and hashes; all of them open and
// find.
type Keys struct{ ring []derived }

// derived is what a secret is used as: one key to encrypt, another to hash.
type derived struct {
	id   string
	aead cipher.AEAD
	hash []byte
}

// New makes a ring, the key in force first.
func New(keys ...Key) (*Keys, error) {
	if len(keys) == 0 {
		return nil, errors.New("sealed: at least one key is needed")
	}
	k := &Keys{}
	for _, key := range keys {
		if !idForm.MatchString(key.ID) {
			return nil, fmt.Errorf("sealed: key id %q is not 1 to 16 small letters and digits", key.ID)
		}
		if len(key.Secret) < secretMin {
			return nil, fmt.Errorf("sealed: key %s needs at least %d bytes", key.ID, secretMin)
		}
		if _, twice := k.find(key.ID); twice {
			return nil, fmt.Errorf("sealed: key id %s stands twice", key.ID)
		}
		d, err := derive(key)
		if err != nil {
			return nil, fmt.Errorf("sealed: key %s: %w", key.ID, err)
		}
		k.ring = append(k.ring, d)
	}
	return k, nil
}

// derive makes two keys of one secret (RFC 5869), so that a hash never tells
// anything about what encrypts.
func derive(key Key) (derived, error) {
	encrypt, err := hkdf.Key(sha256.New, key.Secret, nil, "lianxin sealed aes-256-gcm", 32)
	if err != nil {
		return derived{}, err
	}
	hash, err := hkdf.Key(sha256.New, key.Secret, nil, "lianxin sealed lookup", 32)
	if err != nil {
		return derived{}, err
	}
	block, err := aes.NewCipher(encrypt)
	if err != nil {
		return derived{}, err
	}
	// The nonce is random and stands before the text (NIST SP 800-38D, 8.2.2).
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return derived{}, err
	}
	return derived{id: key.ID, aead: aead, hash: hash}, nil
}

func (k *Keys) find(id string) (derived, bool) {
	for _, d := range k.ring {
		if d.id == id {
			return d, true
		}
	}
	return derived{}, false
}

// Place is where a value stands: a column of a table, as "people.phone", and
// the id of the record. A value opens only where it was sealed for.
type Place struct {
	Column   string
	RecordID string
}

func (p Place) bound() []byte { return []byte("lianxin\n" + p.Column + "\n" + p.RecordID) }

// Seal encrypts a text for its place with the key in force. Nothing stays nothing.
func (k *Keys) Seal(at Place, plain string) model.Sealed {
	if plain == "" {
		return ""
	}
	now := k.ring[0]
	box := now.aead.Seal(nil, nil, []byte(plain), at.bound()) //nolint:gosec // this AEAD draws the nonce itself and takes none
	return model.Sealed(now.id + "." + base64.RawURLEncoding.EncodeToString(box))
}

// Open gives the text back. It fails with ErrUnknownKey when the key is gone,
// and when the value was changed, or sealed for another place.
func (k *Keys) Open(at Place, value model.Sealed) (string, error) {
	if value == "" {
		return "", nil
	}
	id, text, _ := strings.Cut(string(value), ".")
	d, known := k.find(id)
	if !known {
		return "", fmt.Errorf("%s of %s: %w", at.Column, at.RecordID, ErrUnknownKey)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("sealed: %s of %s is not what was written", at.Column, at.RecordID)
	}
	plain, err := d.aead.Open(nil, nil, raw, at.bound())
	if err != nil {
		return "", fmt.Errorf("sealed: %s of %s does not open with key %s", at.Column, at.RecordID, id)
	}
	return string(plain), nil
}

// hashBytes is how much of a hash is kept: enough that no two texts meet.
const hashBytes = 16

// Hash is what a text is found by in a column, with the key in force. Without
// the key nobody can try out all phone numbers. Nothing stays nothing.
func (k *Keys) Hash(column, plain string) string {
	if plain == "" {
		return ""
	}
	return k.ring[0].hashOf(column, plain)
}

// Hashes are what a text may stand under in a column, with the key in force
// first: until a rotation is through, some rows still have an older hash.
func (k *Keys) Hashes(column, plain string) []string {
	all := make([]string, 0, len(k.ring))
	for _, d := range k.ring {
		all = append(all, d.hashOf(column, plain))
	}
	return all
}

func (d derived) hashOf(column, plain string) string {
	mac := hmac.New(sha256.New, d.hash)
	// A hash never fails to take bytes.
	_, _ = fmt.Fprintf(mac, "%s\n%s", column, plain)
	return d.id + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:hashBytes])
}
