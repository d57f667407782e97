package picture

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strconv"
	"time"

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

// Open opens what a link points to. Faults: not found for a link that is over,
// was not made here, or points to a picture that was refused, removed or lost:
// they are not told apart; unavailable when the storage does not serve now.
func (s *Service) Open(ctx context.Context, id string, size Size, until int64, sig string) (Content, error) {
	gone := fault.NotFound("这张图片")
	genuine := hmac.Equal([]byte(sig), []byte(s.sign(id, size, until)))
	if !genuine || s.now().Unix() >= until {
		return Content{}, gone
	}
	p, err := store.From[model.Picture](s.db.Read()).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && p.Screening == model.ScreeningRefused {
		return Content{}, gone
	}
	if err != nil {
		return Content{}, fmt.Errorf("picture: find: %w", err)
	}
	body, err := openBegun(ctx, s.keeper, fileName(id, size))
	if errors.Is(err, fs.ErrNotExist) {
		s.log.ErrorContext(ctx, "file of a picture is lost", "picture", id, "size", string(size))
		return Content{}, gone
	}
	if err != nil {
		return Content{}, unkept(ctx, "open "+string(size)+" file", err)
	}
	content := Content{Body: body, Type: "image/jpeg", Length: -1, ETag: `"` + p.SHA256 + "-" + string(size) + `"`}
	if size == SizeFull {
		content.Length = int64(p.Size)
	}
	return content, nil
}

// openBegun opens a file and reads its beginning, so that a storage that does
// not give it is found out while there is still an answer for that.
func openBegun(ctx context.Context, keeper Keeper, name string) (io.ReadCloser, error) {
	body, err := keeper.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	begun := bufio.NewReaderSize(body, 32<<10)
	if _, err := begun.Peek(1); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, body.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{begun, body}, nil
}
