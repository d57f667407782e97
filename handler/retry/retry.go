// Package retry makes writes safe to repeat: a request that carries the same
// idempotency key again is answered as it was the first time, and its deed is
// not done twice. Key and deed are committed together (service/store).
package retry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/handler/held"
	"lianxin/handler/problem"
	"lianxin/handler/session"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Header is where the key stands.
const Header = "Idempotency-Key"

// Replayed is set on an answer that is not new.
const Replayed = "Idempotency-Replayed"

var keyPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{8,64}$`)

// patience is how long a request waits for its twin that is still at work.
const patience = 3 * time.Second

// Keeper remembers keys and answers.
type Keeper struct {
	DB  *store.DB
	Now func() time.Time
	Log *slog.Logger
	// Keyless tells which writes take no key.
	Keyless func(c *gin.Context) bool
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
	answer := held.Take(c)
	c.Request = c.Request.WithContext(store.WithKey(c.Request.Context(), key))
	c.Next()
	answer.GiveBack(c)
	if key.Lost() && k.replay(c, key) {
		return
	}
	if key.Taken() && answer.Status() < http.StatusInternalServerError {
		// The deed is done: its answer is kept even when the asker has gone.
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
	until := time.NewTimer(patience)
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
			c.Header(Replayed, "true")
			c.Data(known.Status, contentType(known.Status), []byte(known.Answer))
			c.Abort()
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

func contentType(status int) string {
	if status >= http.StatusBadRequest {
		return "application/problem+json"
	}
	return "application/json"
}

// fingerprintOf hashes what makes a request the same: method, path, query and
// JSON body. Uploads count by their length: they are too large to read twice.
func fingerprintOf(r *http.Request) (string, error) {
	h := sha256.New()
	_, _ = io.WriteString(h, r.Method+"\n"+r.URL.Path+"\n"+r.URL.RawQuery+"\n")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return "", err
		}
		_, _ = h.Write(body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	} else {
		_, _ = io.WriteString(h, r.Header.Get("Content-Length"))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
