// Package cached serves public reads from a short-lived memory and answers
// "not modified" to who has the answer already. It must only stand before
// routes whose answer is the same for everybody. Only success is remembered.
package cached

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/maypok86/otter/v2"

	"lianxin/handler/held"
)

type answer struct {
	header http.Header
	etag   string
	body   []byte
}

// Life is how long an answer is served from memory. It is short, because every
// replica has a memory of its own.
const Life = 3 * time.Second

// memoryMax is about how many bytes of answers are held.
const memoryMax = 32 << 20

// overhead is about what an answer takes beside its address and body.
const overhead = 600

// Public makes the middleware for the routes that are public. It holds at most
// about 32 MB.
func Public(public func(c *gin.Context) bool) gin.HandlerFunc {
	return of(otter.Options[string, answer]{}, public)
}

func of(o otter.Options[string, answer], public func(c *gin.Context) bool) gin.HandlerFunc {
	o.MaximumWeight, o.Weigher, o.ExpiryCalculator = memoryMax, weigh, otter.ExpiryWriting[string, answer](Life)
	memory := otter.Must(&o)
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
		fresh := held.Next(c)
		if fresh.Status() != http.StatusOK {
			fresh.Release()
			return
		}
		a := remember(fresh)
		memory.Set(key, a)
		a.serve(c)
	}
}

func weigh(key string, a answer) uint32 {
	return uint32(min(len(key)+len(a.body)+overhead, 1<<30))
}

func remember(fresh *held.Writer) answer {
	sum := sha256.Sum256(fresh.Body())
	a := answer{header: fresh.Header().Clone(), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, body: fresh.Body()}
	a.header.Set("ETag", a.etag)
	a.header.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(Life.Seconds())))
	return a
}

func (a answer) serve(c *gin.Context) {
	maps.Copy(c.Writer.Header(), a.header.Clone())
	if a.known(c.Request.Header.Values("If-None-Match")) {
		c.Writer.Header().Del("Content-Type")
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return
	}
	c.Status(http.StatusOK)
	_, _ = c.Writer.Write(a.body) // the asker may have gone
}

// known reports whether the asker has the answer already.
func (a answer) known(tags []string) bool {
	for tag := range strings.SplitSeq(strings.Join(tags, ","), ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == a.etag || tag == "*" {
			return true
		}
	}
	return false
}
