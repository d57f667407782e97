package media_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"gorm.io/gorm"

	"lianxin/handler/media"
	"lianxin/model"
	"lianxin/service/store"
)

func TestAPhoneUploadsAFormAndABrowserTheBareContent(t *testing.T) {
	w := newWorld(t)
	for name, answer := range map[string]*httptest.ResponseRecorder{
		"form":                     w.form("file", photo(t)),
		"bare":                     w.raw("wang", "image/png", photo(t)),
		"bare with the wrong type": w.raw("wang", "image/heic; q=1", photo(t)),
		"bare without a type":      w.raw("wang", "application/octet-stream", photo(t)),
	} {
		if answer.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: may be stored", name)
		}
		v := w.uploaded(answer)
		if v.ID == "" || v.Width != 40 || v.Height != 30 || v.State != "checking" {
			t.Errorf("%s: %+v", name, v)
		}
		for link, width := range map[string]int{v.URL: 40, v.ThumbURL: 16} {
			shown, err := jpeg.DecodeConfig(w.follow(link, nil).Body)
			if err != nil || shown.Width != width {
				t.Errorf("%s: %s is %d wide, %v", name, link, shown.Width, err)
			}
		}
	}
}

func TestAnUploadOfNobodyIsNotEvenRead(t *testing.T) {
	w := newWorld(t)
	body := &counted{from: bytes.NewReader(photo(t))}
	w.refused(w.do(request{method: http.MethodPost, target: "/api/v1/pictures", kind: "image/png", body: body}), http.StatusUnauthorized, "请先登录")
	w.refused(w.do(request{method: http.MethodDelete, target: "/api/v1/pictures/some"}), http.StatusUnauthorized, "请先登录")
	if body.n != 0 {
		t.Errorf("%d bytes were read", body.n)
	}
}

type counted struct {
	from io.Reader
	n    int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n += n
	return n, err
}

func TestAnUploadThatIsTooLargeIsStoppedWhileItIsRead(t *testing.T) {
	w := newWorld(t)
	const words = "请选择 1MB 以内的照片"
	endless := &counted{from: zeros{}}
	w.refused(w.do(request{method: http.MethodPost, target: "/api/v1/pictures", by: "wang", kind: "image/png", body: endless}), http.StatusRequestEntityTooLarge, words)
	if endless.n > maxBytes+1<<17 {
		t.Errorf("%d bytes were read of an endless body", endless.n)
	}
	w.refused(w.raw("wang", "image/png", make([]byte, maxBytes+1)), http.StatusRequestEntityTooLarge, words)
	w.refused(w.form("file", make([]byte, maxBytes+1)), http.StatusRequestEntityTooLarge, words)
	w.refused(w.form("other", make([]byte, 2*maxBytes)), http.StatusRequestEntityTooLarge, words)
	body, kind := formOf(t, "other", make([]byte, 2*maxBytes))
	hidden := &counted{from: bytes.NewReader(body)} // its length is not said beforehand
	w.refused(w.do(request{method: http.MethodPost, target: "/api/v1/pictures", by: "wang", kind: kind, body: hidden}), http.StatusRequestEntityTooLarge, words)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestWhatCannotBeTakenIsRefusedByField(t *testing.T) {
	w := newWorld(t)
	body, kind := formOf(t, "file", photo(t))
	cut := request{method: http.MethodPost, target: "/api/v1/pictures", by: "wang", kind: kind, body: bytes.NewReader(body[:len(body)-60])}
	begun := request{method: http.MethodPost, target: "/api/v1/pictures", by: "wang", kind: kind, body: io.MultiReader(bytes.NewReader(body[:150]), brokenLine{})}
	broken := request{method: http.MethodPost, target: "/api/v1/pictures", by: "wang", kind: "image/png", body: io.MultiReader(bytes.NewReader(photo(t)[:30]), brokenLine{})}
	for words, answers := range map[string][]*httptest.ResponseRecorder{
		"这个文件不是图片":  {w.form("file", []byte("<script>")), w.raw("wang", "image/png", nil)},
		"请选择要上传的图片": {w.form("photo", photo(t))},
		"请用表单字段":    {w.raw("wang", "text/plain", photo(t)), w.raw("wang", "", photo(t)), w.raw("wang", "application/x-www-form-urlencoded", photo(t))},
		"表单无法识别":    {w.raw("wang", "multipart/form-data", photo(t))},
		"没有上传完整":    {w.do(cut), w.do(begun), w.do(broken)},
	} {
		for _, answer := range answers {
			w.refused(answer, http.StatusUnprocessableEntity, words)
			if !strings.Contains(answer.Body.String(), `"field":"file"`) {
				t.Errorf("%s: field is not named: %s", words, answer.Body)
			}
		}
	}
}

var errLine = errors.New("line to 10.0.0.7 broke")

type brokenLine struct{}

func (brokenLine) Read([]byte) (int, error) { return 0, errLine }

func TestAnAnswerWithAPictureCanRunNothingAndIsKeptForAWhile(t *testing.T) {
	w := newWorld(t)
	v := w.uploaded(w.raw("wang", "image/png", photo(t)))
	answer := w.follow(v.URL, nil)
	for header, want := range map[string]string{
		"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline",
		"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "Cache-Control": "private, max-age=300",
	} {
		if got := answer.Header().Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	etag := answer.Header().Get("ETag")
	for _, tags := range []string{etag, `"other", ` + etag, "W/" + etag, "*"} {
		again := w.follow(v.URL, http.Header{"If-None-Match": {tags}})
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 || again.Header().Get("ETag") != etag {
			t.Errorf("%s: %d with %d bytes", tags, again.Code, again.Body.Len())
		}
	}
	if thumb := w.follow(v.ThumbURL, http.Header{"If-None-Match": {etag}}); thumb.Code != http.StatusOK || thumb.Header().Get("ETag") == etag {
		t.Errorf("the thumbnail is taken for the picture: %d %s", thumb.Code, thumb.Header().Get("ETag"))
	}
}

func TestALinkThatIsOverForgedOrRefusedLeadsNowhere(t *testing.T) {
	w := newWorld(t)
	v := w.uploaded(w.raw("wang", "image/png", photo(t)))
	const words = "没有找到这张图片"
	for _, target := range []string{
		"/media/" + v.ID, "/media/" + v.ID + "?size=full&until=soon&sig=x", "/media/x?size=thumb&until=99999999999&sig=",
		"/media/..%5c..%5cetc?size=full&until=99999999999&sig=x", "/media/" + v.ID + "?size=..%2fa&until=99999999999&sig=x",
	} {
		w.refused(w.do(request{method: http.MethodGet, target: target, by: "wang"}), http.StatusNotFound, words)
	}
	w.refused(w.follow(strings.Replace(v.URL, "size=full", "size=thumb", 1), nil), http.StatusNotFound, words)
	refuse(w, v.ID)
	gone := w.follow(v.URL, http.Header{"If-None-Match": {"*"}})
	w.refused(gone, http.StatusNotFound, words)
	if gone.Header().Get("Cache-Control") != "no-store" {
		t.Error("the refusal may be stored")
	}
	w.clock.Advance(time.Hour)
	w.refused(w.follow(v.ThumbURL, nil), http.StatusNotFound, words)
}

func refuse(w *world, id string) {
	w.t.Helper()
	err := store.InTx(w.t.Context(), w.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Picture](tx).Where("id = ?", id).Update(ctx, "screening", model.ScreeningRefused)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAPictureIsDiscardedByWhoUploadedItOnly(t *testing.T) {
	w := newWorld(t)
	v := w.uploaded(w.raw("wang", "image/png", photo(t)))
	discard := func(by string) *httptest.ResponseRecorder {
		return w.do(request{method: http.MethodDelete, target: "/api/v1/pictures/" + v.ID, by: by})
	}
	w.refused(discard("li"), http.StatusNotFound, "没有找到这张图片")
	if answer := discard("wang"); answer.Code != http.StatusNoContent || answer.Body.Len() != 0 {
		t.Errorf("got %d %s", answer.Code, answer.Body)
	}
	w.refused(w.follow(v.URL, nil), http.StatusNotFound, "没有找到")
}

func TestWhoUploadsTooMuchIsToldWhenToComeBack(t *testing.T) {
	w := newWorld(t)
	for range 30 {
		w.uploaded(w.raw("wang", "image/png", photo(t)))
	}
	answer := w.raw("wang", "image/png", photo(t))
	w.refused(answer, http.StatusTooManyRequests, "还没有使用")
	if answer.Header().Get("Retry-After") == "" {
		t.Error("it is not said when")
	}
}

func TestGuardsStandBeforeUploadsAndNotBeforeLinks(t *testing.T) {
	shut := false
	w := newWorld(t, func(c *gin.Context) {
		if shut {
			c.AbortWithStatus(http.StatusTeapot)
		}
	})
	v := w.uploaded(w.raw("wang", "image/png", photo(t)))
	shut = true
	if answer := w.raw("wang", "image/png", photo(t)); answer.Code != http.StatusTeapot {
		t.Errorf("upload passed the guard: %d", answer.Code)
	}
	if answer := w.do(request{method: http.MethodDelete, target: "/api/v1/pictures/" + v.ID, by: "wang"}); answer.Code != http.StatusTeapot {
		t.Errorf("removal passed the guard: %d", answer.Code)
	}
	if answer := w.follow(v.URL, nil); answer.Code != http.StatusOK {
		t.Errorf("a link was stopped: %d", answer.Code)
	}
}

func TestRoutesAreNotMadeWithoutWhatTheyNeed(t *testing.T) {
	if _, err := media.New(media.Options{}); err == nil {
		t.Error("they were")
	}
}
