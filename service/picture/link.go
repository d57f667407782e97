package picture

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Link is where a file of a picture can be fetched for a while, by anybody who
// has the link: it is handed to those who may see the picture, and is the
// authorisation. It ends with a whole minute, so that a screen that is drawn
// again soon asks for the same address and finds it in its cache.
func (s *Service) Link(id string, size Size, now time.Time) string {
	return s.link(id, size, now.Add(s.linkLife+time.Minute-1).Truncate(time.Minute))
}

func (s *Service) link(id string, size Size, until time.Time) string {
	query := url.Values{"size": {string(size)}, "until": {strconv.FormatInt(until.Unix(), 10)}, "sig": {s.sign(id, size, until.Unix())}}
	return s.publicURL + "/media/" + url.PathEscape(id) + "?" + query.Encode()
}

// sign binds a link to picture, size and end. None of them can hold a newline
// in a link that was made here, so no two links share what is signed.
func (s *Service) sign(id string, size Size, until int64) string {
	mac := hmac.New(sha256.New, s.linkKey)
	// A hash never fails to take bytes.
	_, _ = fmt.Fprintf(mac, "lianxin picture\n%s\n%s\n%d", id, size, until)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Content is a file of a picture. Body must be closed. Length is -1 when it is
// not known before the file was read.
type Content struct {
	Body   io.ReadCloser
	Type   string
	Length int64
	ETag   string
}

// Open opens what a link points to. A link that is over, was not made here, or
// points to a picture that was refused or removed, is the fault not found: they
// are not told apart.
func (s *Service) Open(ctx context.Context, id string, size Size, until int64, sig string) (Content, error) {
	gone := fault.NotFound("这张图片")
	genuine := hmac.Equal([]byte(sig), []byte(s.sign(id, size, until)))
	if !genuine || s.now().Unix() >= until {
		return Content{}, gone
	}
	p, err := gorm.G[model.Picture](s.db.Read()).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && p.Screening == model.ScreeningRefused {
		return Content{}, gone
	}
	if err != nil {
		return Content{}, fmt.Errorf("picture: find: %w", err)
	}
	body, err := s.keeper.Open(ctx, fileName(id, size))
	if err != nil {
		return Content{}, fmt.Errorf("picture: open %s file: %w", size, err)
	}
	content := Content{Body: body, Type: "image/jpeg", Length: -1, ETag: `"` + p.SHA256 + "-" + string(size) + `"`}
	if size == SizeFull {
		content.Length = int64(p.Size)
	}
	return content, nil
}
