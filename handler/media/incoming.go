package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"lianxin/handler/problem"
	"lianxin/model/fault"
)

// field is the name of the form field that holds the picture.
const field = "file"

// wrapping is how much of a request may be other than the picture.
const wrapping = 64 << 10

var errTooMuch = errors.New("media: upload is larger than a picture may be")

// incoming is the picture inside a request. It stops at its limit, and
// remembers when it was the sender or the line that failed.
type incoming struct {
	from   io.Reader
	limit  int64
	read   int64
	failed error
}

// Read reads on until there is more than the limit.
func (in *incoming) Read(b []byte) (int, error) {
	n, err := in.from.Read(b)
	in.read += int64(n)
	if in.read > in.limit {
		err = errTooMuch
	}
	if err != nil && !errors.Is(err, io.EOF) {
		in.failed = err
	}
	return n, err
}

// receive finds the picture in a request: the form field file, or the body
// itself. It reads no more than the beginning. Fault: invalid; a problem when
// the request says of itself that it is too large.
func receive(c *gin.Context, limit int64) (*incoming, error) {
	if c.Request.ContentLength > limit+wrapping {
		return nil, tooLarge(c.Request.Context(), limit)
	}
	body := http.MaxBytesReader(c.Writer, c.Request.Body, limit+wrapping)
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	switch {
	case err == nil && kind == "multipart/form-data":
		c.Request.Body = body
		return fromForm(c, limit)
	case err == nil && (strings.HasPrefix(kind, "image/") || kind == "application/octet-stream"):
		return &incoming{from: body, limit: limit}, nil
	}
	return nil, fault.InvalidField(field, "请用表单字段 file 上传图片，或直接提交图片内容。")
}

// fromForm finds the field in a form, part by part, so that nothing is kept in
// memory or on disk that is not the picture.
func fromForm(c *gin.Context, limit int64) (*incoming, error) {
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return nil, fault.InvalidField(field, "上传的表单无法识别，请重新上传。")
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, fault.InvalidField(field, "请选择要上传的图片。")
		case isTooMuch(err):
			return nil, tooLarge(c.Request.Context(), limit)
		case err != nil:
			return nil, cutShort()
		case part.FormName() == field:
			return &incoming{from: part, limit: limit}, nil
		}
	}
}

// explain gives the sender the reason when an upload failed while it was read.
func (in *incoming) explain(ctx context.Context, err error) error {
	switch {
	case in.failed == nil || !errors.Is(err, in.failed):
		return err
	case isTooMuch(in.failed):
		return tooLarge(ctx, in.limit)
	case ctx.Err() != nil:
		return err
	}
	return cutShort()
}

func isTooMuch(err error) bool {
	_, cut := errors.AsType[*http.MaxBytesError](err)
	return cut || errors.Is(err, errTooMuch)
}

func cutShort() error {
	return fault.InvalidField(field, "图片没有上传完整，请检查网络后重新上传。")
}

func tooLarge(ctx context.Context, limit int64) error {
	words := fmt.Sprintf("图片太大，请选择 %dMB 以内的照片。", limit>>20)
	return problem.New(ctx, http.StatusRequestEntityTooLarge, "too_large", "图片太大", words)
}
