// Package site serves a built front end from memory: files whose names carry
// their own hash may be kept for ever, everything else is asked for again each
// time. It runs nothing and knows nobody; what a page may do in a browser is said
// by its policy.
package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"lianxin/handler/problem"
)

// ConsolePolicy is what the staff console may do in a browser: run and style
// itself from its own files, show pictures of ours, and ask our API. Nothing is
// inline, nothing comes from elsewhere, nobody may frame it, and text becomes
// markup only through the library it is built on.
const ConsolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vue"

// PhonePolicy is what the pages for phones may do in a browser: as the console,
// and show pictures that were just picked (blob:) and articles whose styles are
// inline, as WeChat keeps them. They may be framed by who is named, such as the
// stand-in's browser phone; by nobody when nobody is.
func PhonePolicy(framedBy ...string) string {
	by := "'none'"
	if len(framedBy) > 0 {
		by = strings.Join(framedBy, " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' blob:; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors " + by
}

// Room serves one front end. Path is where it lives and ends in a slash. Files
// has an index.html, which answers for every page that the front end knows by
// itself. Missing answers for a file that is not there.
type Room struct {
	Path    string
	Files   fs.FS
	Policy  string
	Missing gin.HandlerFunc
	Log     *slog.Logger
}

// hashed is the folder of the files whose names change with what is in them.
const hashed = "assets/"

// How long browsers and what stands between may keep a file.
const (
	forEver   = "public, max-age=31536000, immutable"
	askAgain  = "no-cache"
	indexPage = "index.html"
)

// packable is from how many bytes on a file is packed.
const packable = 1024

// asset is a file as it is sent.
type asset struct {
	kind   string
	etag   string
	plain  []byte
	packed []byte
	keep   string
}

// Register adds the routes. The files are read when the first of them is asked
// for.
func (r Room) Register(on gin.IRoutes) {
	load := sync.OnceValues(func() (map[string]asset, error) { return read(r.Files) })
	serve := func(c *gin.Context) {
		assets, err := load()
		if err != nil {
			problem.Write(c, r.Log, err)
			return
		}
		name := strings.TrimPrefix(c.Param("file"), "/")
		found, ok := assets[name]
		if !ok && (strings.HasPrefix(name, hashed) || path.Ext(name) != "") {
			r.Missing(c)
			return
		}
		if !ok {
			found = assets[indexPage]
		}
		c.Header("Content-Security-Policy", r.Policy)
		found.serve(c)
	}
	on.GET(r.Path+"*file", serve)
	on.HEAD(r.Path+"*file", serve)
}

func read(files fs.FS) (map[string]asset, error) {
	assets := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		assets[name], err = made(name, content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("site: read files: %w", err)
	}
	if _, ok := assets[indexPage]; !ok {
		return nil, fmt.Errorf("site: there is no %s", indexPage)
	}
	return assets, nil
}

func made(name string, content []byte) (asset, error) {
	sum := sha256.Sum256(content)
	a := asset{kind: kindOf(name), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, plain: content, keep: askAgain}
	if strings.HasPrefix(name, hashed) {
		a.keep = forEver
	}
	if len(content) < packable {
		return a, nil
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return a, err
	}
	if _, err := w.Write(content); err != nil {
		return a, err
	}
	if err := w.Close(); err != nil {
		return a, err
	}
	if packed.Len() < len(content) {
		a.packed = packed.Bytes()
	}
	return a, nil
}

// kindOf names the media type. Machines disagree about some of them, so those
// that a front end has are named here.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

func (a asset) serve(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Cache-Control", a.keep)
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(c.GetHeader("If-None-Match"), a.etag) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return
	}
	body := a.plain
	if a.packed != nil && strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if c.Request.Method == http.MethodHead {
		h.Set("Content-Type", a.kind)
		c.Status(http.StatusOK)
		c.Writer.WriteHeaderNow()
		return
	}
	c.Data(http.StatusOK, a.kind, body)
}
