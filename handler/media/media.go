// Package media takes pictures in and hands them out: uploads, and what the
// links in other answers point to. These are plain Gin routes, because what
// passes here is not JSON.
//
// It refuses uploads of nobody before it reads them, and stops reading what is
// too large. It serves what a link permits and asks for nothing else; what it
// serves can run nothing and is never taken for another kind of content.
package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/model"
	"lianxin/service/picture"
)

// Where the routes stand. Links of service/picture point to the last.
const (
	pathPictures = "/api/v1/pictures"
	pathPicture  = "/api/v1/pictures/:id"
	pathMedia    = "/media/:id"
)

// cacheFor is how long a phone may show a picture again without asking: not
// much longer than it takes to refuse one.
const cacheFor = 5 * time.Minute

// Options wires Routes. Actor says who asks, or the fault that says why that is not known.
// Problem answers a request with what an error means to its sender.
type Options struct {
	Pictures *picture.Service
	Now      func() time.Time
	Actor    func(ctx context.Context) (model.Actor, error)
	Problem  func(c *gin.Context, err error)
}

// Routes are the routes of pictures.
type Routes struct {
	pictures *picture.Service
	now      func() time.Time
	actor    func(ctx context.Context) (model.Actor, error)
	problem  func(c *gin.Context, err error)
}

// New makes Routes. It fails when something is missing.
func New(o Options) (*Routes, error) {
	if o.Pictures == nil || o.Now == nil || o.Actor == nil || o.Problem == nil {
		return nil, errors.New("media: pictures, a clock, an actor and a way to write problems are needed")
	}
	return &Routes{pictures: o.Pictures, now: o.Now, actor: o.Actor, problem: o.Problem}, nil
}

// Guards are what stands before what a link permits, and before uploads and
// removals.
type Guards struct {
	Show   []gin.HandlerFunc
	Change []gin.HandlerFunc
}

// Mount puts the routes on a router.
func (r *Routes) Mount(router gin.IRoutes, g Guards) {
	router.POST(pathPictures, append(slices.Clip(g.Change), r.upload)...)
	router.DELETE(pathPicture, append(slices.Clip(g.Change), r.discard)...)
	router.GET(pathMedia, append(slices.Clip(g.Show), r.show)...)
}

// pictureView is a picture as the one who uploaded it sees it.
type pictureView struct {
	ID       string `json:"id" doc:"图片编号，写信时填入 picture_ids"`
	Width    int    `json:"width" doc:"宽度，像素"`
	Height   int    `json:"height" doc:"高度，像素"`
	URL      string `json:"url" doc:"图片地址，短时间内有效" format:"uri"`
	ThumbURL string `json:"thumb_url" doc:"缩略图地址，短时间内有效" format:"uri"`
	State    string `json:"state" doc:"内容检查的状态" enum:"checking,shown,held,refused"`
}

// signedIn gives the actor, or answers why there is none.
func (r *Routes) signedIn(c *gin.Context) (model.Actor, bool) {
	actor, err := r.actor(c.Request.Context())
	if err != nil {
		r.problem(c, err)
	}
	return actor, err == nil
}

func (r *Routes) upload(c *gin.Context) {
	actor, ok := r.signedIn(c)
	if !ok {
		return
	}
	in, err := receive(c, r.pictures.MaxBytes())
	if err != nil {
		r.problem(c, err)
		return
	}
	p, err := r.pictures.Upload(c.Request.Context(), actor, in)
	if err != nil {
		r.problem(c, in.explain(c.Request.Context(), err))
		return
	}
	now := r.now()
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusCreated, pictureView{
		ID: p.ID, Width: p.Width, Height: p.Height, State: string(p.Screening),
		URL: r.pictures.Link(p.ID, picture.SizeFull, now), ThumbURL: r.pictures.Link(p.ID, picture.SizeThumb, now),
	})
}

func (r *Routes) discard(c *gin.Context) {
	actor, ok := r.signedIn(c)
	if !ok {
		return
	}
	if err := r.pictures.Discard(c.Request.Context(), actor, c.Param("id")); err != nil {
		r.problem(c, err)
		return
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}

func (r *Routes) show(c *gin.Context) {
	// What cannot be read as a number is a link that is long over.
	until, err := strconv.ParseInt(c.Query("until"), 10, 64)
	if err != nil {
		until = 0
	}
	content, err := r.pictures.Open(c.Request.Context(), c.Param("id"), picture.Size(c.Query("size")), until, c.Query("sig"))
	if err != nil {
		r.problem(c, err)
		return
	}
	from := &source{from: content.Body}
	content.Body = from
	err = serve(c, content)
	if err = errors.Join(err, content.Body.Close()); err == nil {
		return
	}
	// Too late for a problem: the answer has begun. The line is cut, so that the
	// half is not taken for the whole and kept; the guard logs what is our doing.
	if from.failed == nil {
		panic(http.ErrAbortHandler)
	}
	panic(fmt.Errorf("media: serve picture: %w", from.failed))
}

// source remembers that it was the storage that failed, not the line.
type source struct {
	from   io.ReadCloser
	failed error
}

// Read reads on.
func (s *source) Read(b []byte) (int, error) {
	n, err := s.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// Close ends the reading.
func (s *source) Close() error { return s.from.Close() }

// serve writes a picture so that no browser takes it for anything else.
func serve(c *gin.Context, content picture.Content) error {
	h := c.Writer.Header()
	h.Set("Cache-Control", "private, max-age="+strconv.Itoa(int(cacheFor/time.Second)))
	h.Set("ETag", content.ETag)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Content-Disposition", "inline")
	if known(c.GetHeader("If-None-Match"), content.ETag) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	h.Set("Content-Type", content.Type)
	if content.Length >= 0 {
		h.Set("Content-Length", strconv.FormatInt(content.Length, 10))
	}
	c.Status(http.StatusOK)
	_, err := io.Copy(c.Writer, content.Body)
	return err
}

// known reports whether the asker has the content with this tag already.
func known(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}
