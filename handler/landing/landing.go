// Package landing shows a plain page to whoever taps a link outside the
// mini-program: in a chat with the official account, or in a browser. It shows
// what is public and says how to go on.
package landing

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"lianxin/handler/problem"
	"lianxin/service/directory"
)

//go:embed page.html
var pageHTML string

var page = template.Must(template.New("page").Parse(pageHTML))

// Room serves the landing page. MiniLink makes a link that opens a page of the
// mini-program; it may be nil.
type Room struct {
	Directory *directory.Service
	MiniLink  func(ctx context.Context, path, query string) (string, error)
	Log       *slog.Logger
}

// Path is where the page lives; what follows it is a path of the mini-program.
const Path = "/go/"

type shown struct {
	Profile  *directory.Profile
	MiniLink string
}

// Register adds the route.
func (r Room) Register(on gin.IRoutes) {
	on.GET(Path+"*page", r.show)
}

func (r Room) show(c *gin.Context) {
	path, ctx := strings.TrimPrefix(c.Param("page"), "/"), c.Request.Context()
	var view shown
	if path == "pages/representative/profile" {
		profile, err := r.Directory.Profile(ctx, c.Query("id"))
		if err != nil {
			problem.Write(c, r.Log, err)
			return
		}
		view.Profile = &profile
	}
	if r.MiniLink != nil {
		link, err := r.MiniLink(ctx, path, c.Request.URL.RawQuery)
		if err != nil {
			// The page is of use without the button.
			r.Log.WarnContext(ctx, "no link into the mini-program", "error", err)
		}
		view.MiniLink = link
	}
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		problem.Write(c, r.Log, err)
		return
	}
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors 'self'")
	c.Header("Cache-Control", "no-cache")
	c.Data(http.StatusOK, "text/html; charset=utf-8", b.Bytes())
}
