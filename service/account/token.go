package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// tokenSize is how many random bytes a token holds.
const tokenSize = 32

// newToken makes a token. crypto/rand never fails: it ends the program instead.
func newToken() string {
	raw := make([]byte, tokenSize)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// hashOf is what is kept of a token or a code. They hold enough chance that a
// plain hash cannot be turned back.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// codeAlphabet has no two characters that are taken for one another.
const codeAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// codeSize is how many characters an invitation has, half before the hyphen.
const codeSize = 10

// newCode makes an invitation code, such as "ABCDE-FGHJK".
func newCode() string {
	var code strings.Builder
	one := make([]byte, 1)
	for n := 0; n < codeSize; {
		_, _ = rand.Read(one)
		// Bytes beyond the last full round would favour the first characters.
		if int(one[0]) >= 256/len(codeAlphabet)*len(codeAlphabet) {
			continue
		}
		if n == codeSize/2 {
			code.WriteByte('-')
		}
		code.WriteByte(codeAlphabet[int(one[0])%len(codeAlphabet)])
		n++
	}
	return code.String()
}

// plainCode reads a code the way people type it: small letters, spaces, full
// width, with or without the hyphen.
func plainCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, typed)
}
