// Package landing receives whoever taps a link of ours outside the mini-program.
// Inside WeChat it leads on to the pages for phones; in a browser it shows what is
// public on a plain page and says how to go on.
package landing

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"lianxin/handler/problem"
	"lianxin/service/directory"
)

//go:embed page.html
var pageHTML string

var page = template.Must(template.New("page").Parse(pageHTML))

// Room serves the landing page. Phone is where the pages for phones are. MiniLink makes a link that opens a page of the
// mini-program; it may be nil.
type Room struct {
	Directory *directory.Service
	Phone     string
	MiniLink  func(ctx context.Context, path, query string) (string, error)
	Log       *slog.Logger
}

// Path is where the page lives; what follows it is a path of the mini-program.
const Path = "/go/"

const profilePage = "pages/representative/profile"

// pagePath is what a page of the mini-program is called; for anything else no
// link is asked of WeChat, which counts them.
var pagePath = regexp.MustCompile(`^pages(/[a-z0-9][a-z0-9_-]{0,30}){1,3}$`)

// queryMax is how much of a query is passed on to the mini-program.
const queryMax = 200

type shown struct {
	Home     bool
	Profile  *directory.Profile
	Problem  *problem.Problem
	MiniLink string
	// Phone is where the profile is among the pages for phones.
	Phone string
}

// Register adds the routes.
func (r Room) Register(on gin.IRoutes) {
	on.GET(Path+"*page", r.show)
	on.GET("/", r.home)
}

// home greets who opens the bare address.
func (r Room) home(c *gin.Context) {
	if insideWeChat(c) {
		c.Redirect(http.StatusFound, r.Phone)
		return
	}
	r.write(c, http.StatusOK, shown{Home: true})
}

// insideWeChat tells whether a page opens in WeChat, or in the frame of the
// stand-in's phone. Who pretends it sees the same pages.
func insideWeChat(c *gin.Context) bool {
	return strings.Contains(c.Request.UserAgent(), "MicroMessenger") || c.GetHeader("Sec-Fetch-Dest") == "iframe"
}

// phonePage is the address of a page among the pages for phones.
func (r Room) phonePage(path, query string) string {
	if !pagePath.MatchString(path) {
		return r.Phone
	}
	if query != "" {
		query = "?" + query
	}
	return r.Phone + "#/" + path + query
}

func (r Room) show(c *gin.Context) {
	path, query, ctx := strings.TrimPrefix(c.Param("page"), "/"), c.Request.URL.RawQuery, c.Request.Context()
	if insideWeChat(c) {
		c.Redirect(http.StatusFound, r.phonePage(path, query))
		return
	}
	if path != profilePage {
		r.write(c, http.StatusOK, shown{MiniLink: r.link(ctx, path, query)})
		return
	}
	id := c.Query("id")
	profile, err := r.Directory.Profile(ctx, id)
	if err != nil {
		p := problem.From(ctx, r.Log, err)
		r.write(c, p.Status, shown{Problem: p})
		return
	}
	own := url.Values{"id": {id}}.Encode()
	r.write(c, http.StatusOK, shown{Profile: &profile, MiniLink: r.link(ctx, path, own), Phone: r.phonePage(path, own)})
}

// link gives an address that opens the mini-program; empty when there is none:
// the page is of use without the button.
func (r Room) link(ctx context.Context, path, query string) string {
	if r.MiniLink == nil || !pagePath.MatchString(path) || len(query) > queryMax {
		return ""
	}
	link, err := r.MiniLink(ctx, path, query)
	if err != nil {
		r.Log.WarnContext(ctx, "no link into the mini-program", "error", err)
		return ""
	}
	return link
}

func (r Room) write(c *gin.Context, status int, view shown) {
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		problem.Write(c, r.Log, err)
		return
	}
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	c.Header("Cache-Control", "no-cache")
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
}
