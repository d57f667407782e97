// Package cached serves public reads from a short-lived memory and answers
// "not modified" to who has the answer already. It must only stand before
// routes whose answer is the same for everybody.
package cached

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/maypok86/otter/v2"

	"lianxin/handler/held"
)

type answer struct {
	contentType string
	etag        string
	body        []byte
}

// Life is how long an answer is served from memory. It is short, because every
// replica has a memory of its own.
const Life = 3 * time.Second

// Public makes the middleware for the routes that are public. It holds at most
// about 32 MB.
func Public(public func(c *gin.Context) bool) gin.HandlerFunc {
	memory := otter.Must(&otter.Options[string, answer]{
		MaximumWeight:    32 << 20,
		Weigher:          func(key string, a answer) uint32 { return uint32(min(len(key)+len(a.body)+200, 1<<30)) }, //nolint:gosec // bounded
		ExpiryCalculator: otter.ExpiryWriting[string, answer](Life),
	})
	return func(c *gin.Context) {
		if c.Request.Method != http.MethodGet || !public(c) {
			c.Next()
			return
		}
		key := c.Request.URL.Path + "?" + c.Request.URL.RawQuery
		if a, ok := memory.GetIfPresent(key); ok {
			a.serve(c)
			c.Abort()
			return
		}
		fresh := held.Take(c)
		c.Next()
		fresh.GiveBack(c)
		if fresh.Status() != http.StatusOK {
			fresh.Release()
			return
		}
		sum := sha256.Sum256(fresh.Body())
		a := answer{contentType: fresh.Header().Get("Content-Type"), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, body: fresh.Body()}
		memory.Set(key, a)
		a.serve(c)
	}
}

func (a answer) serve(c *gin.Context) {
	c.Header("ETag", a.etag)
	c.Header("Cache-Control", "public, max-age="+strconv.Itoa(int(Life.Seconds())))
	for _, tag := range strings.Split(c.GetHeader("If-None-Match"), ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == a.etag || tag == "*" {
			c.Writer.Header().Del("Content-Type")
			c.Status(http.StatusNotModified)
			c.Writer.WriteHeaderNow()
			return
		}
	}
	c.Data(http.StatusOK, a.contentType, a.body)
}
