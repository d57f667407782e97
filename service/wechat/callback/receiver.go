// Package callback reads what WeChat posts to us: the protocol part only, with
// no HTTP server, no store and no product in it.
//
// It exists because the SDK's servers accept a plain message where an encrypted
// one was agreed, any age of a request, and fail on WeChat's own JSON samples.
// It refuses everything that is not provably WeChat's under the mode that was
// configured, and says outwards only that it refused.
package callback

import (
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Mode is how pushes travel, as chosen in the account's console. It is
// configuration: what a request claims about itself changes nothing.
type Mode string

// The three modes of the console.
const (
	// Plain has no encryption, and a signature that does not cover the body:
	// whoever has seen one address can forge messages for the length of the
	// window. For tests only.
	Plain Mode = "plain"
	// Compatible carries the message twice; only the encrypted one is read.
	Compatible Mode = "compatible"
	// Safe carries it encrypted only.
	Safe Mode = "safe"
)

// Format is how pushes are written, as chosen in the account's console.
type Format string

// The two formats. The empty Format takes either, by the first byte.
const (
	XML  Format = "xml"
	JSON Format = "json"
)

const (
	// MaxBody is the largest push that Open reads, in bytes.
	MaxBody = 256 << 10

	defaultWindow = 10 * time.Minute

	maxParameter = 512
	maxEcho      = 256
	// maxTimestamp keeps the arithmetic on timestamps from overflowing.
	maxTimestamp = 11
)

// Options says what a Receiver expects.
type Options struct {
	// AppID of the account; what is encrypted for another one is refused.
	AppID string
	// OriginalID is the account's gh_… name; when set, a push to any other is refused.
	OriginalID string
	// Token is the one entered in the console. Required.
	Token string
	// EncodingAESKey has 43 characters. Required unless the mode is Plain.
	EncodingAESKey string
	// Mode has no default.
	Mode   Mode
	Format Format
	// Now is the clock. Required.
	Now func() time.Time
	// Window is how far a request's timestamp may be from now, either way; 10
	// minutes when zero. WeChat repeats a push within seconds.
	Window time.Duration
}

// Receiver reads the pushes of one account. It keeps nothing between calls and
// is safe for concurrent use; a push that comes again opens again, and its
// DedupeKey tells.
type Receiver struct {
	options Options
	cipher  *Cipher
}

// New checks the options and returns a Receiver.
func New(options Options) (*Receiver, error) {
	if options.AppID == "" || options.Token == "" || options.Now == nil {
		return nil, errors.New("callback: AppID, Token and Now are required")
	}
	if options.Window < 0 {
		return nil, errors.New("callback: Window is negative")
	}
	if options.Window == 0 {
		options.Window = defaultWindow
	}
	switch options.Format {
	case "", XML, JSON:
	default:
		return nil, fmt.Errorf("callback: %q is not a format", options.Format)
	}
	receiver := &Receiver{options: options}
	switch options.Mode {
	case Plain:
		return receiver, nil
	case Compatible, Safe:
	default:
		return nil, fmt.Errorf("callback: %q is not a mode", options.Mode)
	}
	box, err := NewCipher(options.AppID, options.EncodingAESKey)
	if err != nil {
		return nil, err
	}
	receiver.cipher = box
	return receiver, nil
}

// Verify answers the GET by which the console tries the address: it returns the
// text to answer, exactly, as text/plain. It is never encrypted.
//
// It fails with ErrRefused.
func (r *Receiver) Verify(query url.Values) (string, error) {
	if err := r.checkAge(query); err != nil {
		return "", err
	}
	if err := r.checkSignature(query); err != nil {
		return "", err
	}
	echo, ok := only(query, "echostr")
	if !ok || len(echo) > maxEcho || strings.ContainsFunc(echo, func(c rune) bool { return !isEchoSign(c) }) {
		return "", refuse("echostr is missing or strange")
	}
	return echo, nil
}

// Open checks a POST and returns what WeChat says in it.
//
// It fails with ErrRefused; Reason tells the log why.
func (r *Receiver) Open(query url.Values, contentType string, body []byte) (Push, error) {
	if len(body) == 0 || len(body) > MaxBody {
		return Push{}, refuse("body is empty or too large")
	}
	if !isUTF8(contentType) {
		return Push{}, refuse("content is not UTF-8")
	}
	// Both before the body is read: they are cheap, and reading is not.
	if err := r.checkAge(query); err != nil {
		return Push{}, err
	}
	if err := r.checkSignature(query); err != nil {
		return Push{}, err
	}
	message, to, err := r.uncover(query, body)
	if err != nil {
		return Push{}, err
	}
	push, err := readPush(message)
	if err != nil {
		return Push{}, err
	}
	if to != "" && to != push.ToUser {
		return Push{}, refuse("envelope and message name different accounts")
	}
	if r.options.OriginalID != "" && push.ToUser != r.options.OriginalID {
		return Push{}, refuse("message is for another account")
	}
	push.Account = r.options.AppID
	return push, nil
}

// uncover returns the message that counts, and the account that its envelope
// names, if it has one.
func (r *Receiver) uncover(query url.Values, body []byte) (*node, string, error) {
	outer, err := r.parse(body)
	if err != nil {
		return nil, "", err
	}
	kind, given := only(query, "encrypt_type")
	if r.options.Mode == Plain {
		if given && kind != "raw" {
			return nil, "", refuse("an encrypted push in plain mode")
		}
		return outer, "", nil
	}
	if kind != "aes" {
		return nil, "", refuse("push is not encrypted")
	}
	encrypted := outer.value("Encrypt")
	if encrypted == "" {
		return nil, "", refuse("envelope is empty")
	}
	if err := r.checkMessageSignature(query, encrypted); err != nil {
		return nil, "", err
	}
	message, err := r.cipher.Decrypt(encrypted)
	if err != nil {
		return nil, "", err
	}
	inner, err := r.parse(message)
	return inner, outer.value("ToUserName"), err
}

func (r *Receiver) parse(text []byte) (*node, error) {
	format, err := r.formatOf(text)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(text) {
		return nil, refuse("content is not UTF-8")
	}
	if format == JSON {
		return parseJSON(text)
	}
	return parseXML(text)
}

func (r *Receiver) formatOf(text []byte) (Format, error) {
	format := XML
	switch firstByte(text) {
	case '<':
	case '{':
		format = JSON
	default:
		return "", refuse("content is neither XML nor JSON")
	}
	if r.options.Format != "" && r.options.Format != format {
		return "", refuse("content is not in the configured format")
	}
	return format, nil
}

// checkAge refuses what is older, or newer, than the window.
func (r *Receiver) checkAge(query url.Values) error {
	text, ok := only(query, "timestamp")
	if !ok || len(text) > maxTimestamp {
		return refuse("timestamp is missing or strange")
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return refuse("timestamp is missing or strange")
	}
	age := r.options.Now().Sub(time.Unix(seconds, 0))
	if age.Abs() > r.options.Window {
		return refuse("timestamp is outside the window")
	}
	return nil
}

func (r *Receiver) checkSignature(query url.Values) error {
	return r.check(query, "signature")
}

func (r *Receiver) checkMessageSignature(query url.Values, encrypted string) error {
	return r.check(query, "msg_signature", encrypted)
}

func (r *Receiver) check(query url.Values, name string, covered ...string) error {
	given, ok := only(query, name)
	if !ok {
		return refuse(name + " is missing")
	}
	timestamp, hasTimestamp := only(query, "timestamp")
	nonce, hasNonce := only(query, "nonce")
	if !hasTimestamp || !hasNonce {
		return refuse("timestamp or nonce is missing")
	}
	right := Signature(append([]string{r.options.Token, timestamp, nonce}, covered...)...)
	if !same(given, right) {
		return refuse(name + " is wrong")
	}
	return nil
}

// only returns a parameter that is there once and no longer than anything
// WeChat sends.
func only(query url.Values, name string) (string, bool) {
	values := query[name]
	if len(values) != 1 || values[0] == "" || len(values[0]) > maxParameter {
		return "", false
	}
	return values[0], true
}

func isUTF8(contentType string) bool {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		// WeChat's Content-Type is not documented; the content decides.
		return true
	}
	charset, given := parameters["charset"]
	return !given || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

func firstByte(text []byte) byte {
	for _, b := range text {
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b
		}
	}
	return 0
}

// isEchoSign keeps the echo from being anything a browser would act on.
func isEchoSign(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("+/=_-.", c)
}
