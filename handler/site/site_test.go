package site_test

import (
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"

	"lianxin/handler/site"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}

var script = strings.Repeat("console.log('好');", 200)

// served is a front end of three files at /desk/.
func served(files fstest.MapFS) http.Handler {
	engine := gin.New()
	site.Room{
		Path: "/desk/", Files: files, Policy: site.ConsolePolicy, Log: slog.New(slog.DiscardHandler),
		Missing: func(c *gin.Context) { c.String(http.StatusNotFound, "没有") },
	}.Register(engine)
	return engine
}

func desk() http.Handler {
	return served(fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html>")}, "icon.svg": {Data: []byte("<svg/>")}, "assets/_app-1a2b.js": {Data: []byte(script)},
	})
}

func ask(t *testing.T, h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFilesNamedByTheirHashAreKeptForEverAndPagesAreNot(t *testing.T) {
	for path, want := range map[string]string{
		"/desk/assets/_app-1a2b.js": "public, max-age=31536000, immutable", "/desk/": "no-cache", "/desk/icon.svg": "no-cache", "/desk/messages/17": "no-cache",
	} {
		r := ask(t, desk(), http.MethodGet, path)
		if r.Code != http.StatusOK || r.Header().Get("Cache-Control") != want || r.Header().Get("Content-Security-Policy") != site.ConsolePolicy {
			t.Errorf("%s: %d, %v", path, r.Code, r.Header())
		}
	}
}

func TestEveryPageOfTheFrontEndIsAnsweredByItsIndexAndNoFileIs(t *testing.T) {
	for _, page := range []string{"/desk/", "/desk/messages", "/desk/messages/17"} {
		if r := ask(t, desk(), http.MethodGet, page); r.Body.String() != "<!doctype html>" || r.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %v", page, r.Header())
		}
	}
	for _, file := range []string{"/desk/assets/gone.js", "/desk/assets/gone", "/desk/gone.png", "/desk/../go.mod"} {
		if r := ask(t, desk(), http.MethodGet, file); r.Code != http.StatusNotFound {
			t.Errorf("%s: %d", file, r.Code)
		}
	}
}

func TestAFileIsPackedForWhoTakesItPackedOnly(t *testing.T) {
	plain := ask(t, desk(), http.MethodGet, "/desk/assets/_app-1a2b.js")
	if got := plain.Body.String(); got != script || plain.Header().Get("Content-Encoding") != "" || plain.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("plain: %v, %d bytes", plain.Header(), len(got))
	}
	packed := ask(t, desk(), http.MethodGet, "/desk/assets/_app-1a2b.js", "Accept-Encoding", "br, gzip")
	unpacked, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(unpacked)
	if err != nil || string(got) != script || packed.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("packed: %v, %v", packed.Header(), err)
	}
}

func TestWhoHasAFileAlreadyIsToldSo(t *testing.T) {
	first := ask(t, desk(), http.MethodGet, "/desk/")
	again := ask(t, desk(), http.MethodGet, "/desk/", "If-None-Match", first.Header().Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.String() != "" {
		t.Errorf("%d %v", again.Code, again.Header())
	}
	head := ask(t, desk(), http.MethodHead, "/desk/")
	if head.Code != http.StatusOK || head.Header().Get("Content-Length") != "15" || head.Body.String() != "" {
		t.Errorf("%d %v", head.Code, head.Header())
	}
}

func TestAFrontEndWithoutItsPageIsAnError(t *testing.T) {
	if r := ask(t, served(fstest.MapFS{}), http.MethodGet, "/desk/"); r.Code != http.StatusInternalServerError {
		t.Errorf("%d", r.Code)
	}
}
