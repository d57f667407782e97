// Package retry makes writes safe to repeat: a request that carries the same
// idempotency key again is answered as it was the first time, and its deed is
// not done twice. Key and deed are committed together (service/store).
package retry

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/handler/held"
	"lianxin/handler/problem"
	"lianxin/handler/session"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Header is where the key stands.
const Header = "Idempotency-Key"

// Replayed is set on an answer that is not new.
const Replayed = "Idempotency-Replayed"

var keyPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{8,64}$`)

// patience is how long a request waits for its twin that is still at work, when
// the Keeper does not say.
const patience = 3 * time.Second

// statusGone is the status of an answer nobody waited for; see problem.From.
const statusGone = 499

// Keeper remembers keys and answers.
type Keeper struct {
	DB  *store.DB
	Now func() time.Time
	Log *slog.Logger
	// Keyless tells which writes take no key.
	Keyless func(c *gin.Context) bool
	// Patience is how long a request waits for its twin that is still at work;
	// 3 seconds when 0.
	Patience time.Duration
}

// Middleware demands a key on every write of a signed-in person and keeps its
// promise. Writes of nobody (signing in) pass; their codes work once anyway.
func (k Keeper) Middleware(c *gin.Context) {
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, c.Request.Method) {
		c.Next()
		return
	}
	actor, err := session.Actor(c.Request.Context())
	if err != nil || k.Keyless(c) {
		c.Next()
		return
	}
	value := c.GetHeader(Header)
	if !keyPattern.MatchString(value) {
		problem.Write(c, k.Log, fault.InvalidField(Header, "请在请求头中提供 8 到 64 位的一次性编号（字母、数字和 . _ : -）。"))
		return
	}
	fingerprint, err := fingerprintOf(c.Request)
	if err != nil {
		problem.Write(c, k.Log, fault.InvalidField("body", "内容没有收全，请重试。"))
		return
	}
	key := &store.Key{PersonID: actor.PersonID, Value: value, Fingerprint: fingerprint, At: k.Now()}
	if k.replay(c, key) {
		return
	}
	k.do(c, key)
}

// do lets the request through and keeps what it answered.
func (k Keeper) do(c *gin.Context, key *store.Key) {
	c.Request = c.Request.WithContext(store.WithKey(c.Request.Context(), key))
	answer := held.Next(c)
	// A refusal may be the doing of a twin that was faster: then its answer counts.
	refused := answer.Status() >= http.StatusBadRequest
	if !key.Taken() && (key.Lost() || refused) && k.replay(c, key) {
		return
	}
	// The deed is done: its answer is kept even when the asker has gone. That the
	// asker has gone, or that something broke, is no answer to keep.
	if key.Taken() && answer.Status() < statusGone {
		ctx := context.WithoutCancel(c.Request.Context())
		if err := store.KeepAnswer(ctx, k.DB, key, answer.Status(), string(answer.Body())); err != nil {
			k.Log.ErrorContext(ctx, "answer of an idempotency key was not kept", "error", err)
		}
	}
	answer.Release()
}

// replay answers from what is known of the key; false when nothing is.
func (k Keeper) replay(c *gin.Context, key *store.Key) bool {
	ctx := c.Request.Context()
	until := time.NewTimer(cmp.Or(k.Patience, patience))
	defer until.Stop()
	for {
		known, found, err := store.FindKey(ctx, k.DB, key.PersonID, key.Value)
		switch {
		case err != nil:
			problem.Write(c, k.Log, err)
			return true
		case !found:
			return false
		case known.Fingerprint != key.Fingerprint:
			problem.Write(c, k.Log, fault.InvalidField(Header, "这个一次性编号已用于另一个请求，请换一个新的编号。"))
			return true
		case known.Status != 0:
			give(c, known)
			return true
		}
		// The deed is committed and its answer not yet kept: the twin is at work,
		// or the program stopped between the two.
		select {
		case <-until.C:
			problem.Write(c, k.Log, store.ErrKeyTaken)
			return true
		case <-ctx.Done():
			c.Abort()
			return true
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// give answers as the deed was answered the first time.
func give(c *gin.Context, known model.IdempotencyKey) {
	c.Header(Replayed, "true")
	c.Header("Cache-Control", "no-store")
	c.Abort()
	switch {
	case known.Answer == "":
		c.Status(known.Status)
		c.Writer.WriteHeaderNow()
	case known.Status >= http.StatusBadRequest:
		c.Data(known.Status, "application/problem+json", []byte(known.Answer))
	default:
		c.Data(known.Status, "application/json", []byte(known.Answer))
	}
}

// fingerprintOf hashes what makes a request the same: method, path, query and
// JSON body. Uploads count by their length: they are too large to read twice.
func fingerprintOf(r *http.Request) (string, error) {
	h := sha256.New()
	_, _ = io.WriteString(h, r.Method+"\n"+r.URL.Path+"\n"+r.URL.RawQuery+"\n")
	if r.Body == nil || !isJSON(r.Header.Get("Content-Type")) {
		_, _ = io.WriteString(h, strconv.FormatInt(r.ContentLength, 10))
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", err
	}
	_, _ = h.Write(body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return hex.EncodeToString(h.Sum(nil)), nil
}

// isJSON tells what the guard has read and limited: JSON, and what does not say
// what it is, which routes take for JSON.
func isJSON(contentType string) bool {
	return contentType == "" || strings.Contains(strings.ToLower(contentType), "json")
}
