package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gin-gonic/gin"

	"lianxin/handler/media"
	"lianxin/handler/problem"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/picture"
	"lianxin/service/picture/folder"
	"lianxin/service/picture/raster"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

const maxBytes = 1 << 20

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}

// world is the routes of pictures on a router of their own.
type world struct {
	t      *testing.T
	db     *store.DB
	clock  *storetest.Clock
	router *gin.Engine
	keeper *breakable
}

var errStorage = errors.New("disk of rack 7 broke")

// breakable is a keeper that can be broken: for good, or in the middle of a file.
type breakable struct {
	picture.Keeper
	broken bool
	after  int64
}

func (b *breakable) Put(ctx context.Context, name string, content []byte) error {
	if b.broken {
		return errStorage
	}
	return b.Keeper.Put(ctx, name, content)
}

func (b *breakable) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if b.broken {
		return nil, errStorage
	}
	body, err := b.Keeper.Open(ctx, name)
	if err != nil || b.after == 0 {
		return body, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(body, b.after), iotest.ErrReader(errStorage)), body}, nil
}

type silentChecker struct{}

func (silentChecker) CheckPicture(context.Context, string, string) (string, error) {
	return "trace", nil
}

// actor takes the bearer token for the person's id.
func actor(ctx context.Context) (model.Actor, error) {
	id, ok := ctx.Value(personKey{}).(string)
	if !ok {
		return model.Actor{}, fault.Unauthenticated("请先登录。")
	}
	return model.Actor{PersonID: id, Name: id}, nil
}

type personKey struct{}

func newWorld(t *testing.T, guards ...gin.HandlerFunc) *world {
	t.Helper()
	w := &world{t: t, db: storetest.Open(t), clock: storetest.NewClock(t, "2026-11-23 10:00"), router: gin.New()}
	keeper, err := folder.Open(t.TempDir(), w.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keeper.Close() })
	w.keeper = &breakable{Keeper: keeper}
	pictures, err := picture.New(picture.Options{
		DB: w.db, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler), Normalizer: raster.New(raster.Limits{Bytes: maxBytes, Side: 64, ThumbSide: 16}, 2), Keeper: w.keeper,
		Checker: silentChecker{}, LinkKey: bytes.Repeat([]byte("k"), 32), PublicURL: "https://lianxin.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	routes, err := media.New(media.Options{
		Pictures: pictures, Now: w.clock.Now, Actor: actor,
		Problem: func(c *gin.Context, err error) { problem.Write(c, slog.New(slog.DiscardHandler), err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	routes.Mount(w.router, media.Guards{Change: guards})
	return w
}

// request is one request of a person; by is empty for nobody.
type request struct {
	method, target, by, kind string
	body                     io.Reader
	header                   http.Header
}

func (w *world) do(r request) *httptest.ResponseRecorder {
	w.t.Helper()
	ctx := w.t.Context()
	if r.by != "" {
		ctx = context.WithValue(ctx, personKey{}, r.by)
	}
	req := httptest.NewRequestWithContext(ctx, r.method, r.target, r.body)
	if r.header != nil {
		req.Header = r.header.Clone()
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, req)
	return answer
}

// raw uploads content as the body itself.
func (w *world) raw(by, kind string, content []byte) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(request{method: http.MethodPost, target: "/api/v1/pictures", by: by, kind: kind, body: bytes.NewReader(content)})
}

// form uploads content as wang, in a field of a form, after a field of another name.
func (w *world) form(field string, content []byte) *httptest.ResponseRecorder {
	w.t.Helper()
	body, kind := formOf(w.t, field, content)
	return w.do(request{method: http.MethodPost, target: "/api/v1/pictures", by: "wang", kind: kind, body: bytes.NewReader(body)})
}

func formOf(t *testing.T, field string, content []byte) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("note", "from the phone"); err != nil {
		t.Fatal(err)
	}
	part, err := form.CreateFormFile(field, "../../etc/passwd.exe")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), form.FormDataContentType()
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// view is what an upload is answered with.
type view struct {
	ID       string `json:"id"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	URL      string `json:"url"`
	ThumbURL string `json:"thumb_url"`
	State    string `json:"state"`
}

func (w *world) uploaded(answer *httptest.ResponseRecorder) view {
	w.t.Helper()
	if answer.Code != http.StatusCreated {
		w.t.Fatalf("upload gave %d %s", answer.Code, answer.Body)
	}
	var v view
	decoder := json.NewDecoder(answer.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		w.t.Fatal(err)
	}
	return v
}

// follow fetches a link as a phone would, nobody being signed in.
func (w *world) follow(link string, header http.Header) *httptest.ResponseRecorder {
	w.t.Helper()
	target, ok := strings.CutPrefix(link, "https://lianxin.example")
	if !ok {
		w.t.Fatalf("link leads elsewhere: %s", link)
	}
	return w.do(request{method: http.MethodGet, target: target, header: header})
}

// refused checks that an answer is a problem with a status and words.
func (w *world) refused(answer *httptest.ResponseRecorder, status int, words string) {
	w.t.Helper()
	if answer.Code != status || answer.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(answer.Body.String(), words) {
		w.t.Errorf("got %d %s %s, want %d with %q", answer.Code, answer.Header().Get("Content-Type"), answer.Body, status, words)
	}
}
