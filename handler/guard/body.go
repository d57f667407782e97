package guard

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"lianxin/handler/problem"
	"lianxin/model/fault"
)

// BodyMax is the largest JSON body, in bytes: a message of 2,000 characters of
// four bytes each with everything around it fits several times over.
const BodyMax = 64 << 10

// Body refuses JSON bodies that are too large, packed, not UTF-8, or carry
// control characters, and addresses that do, before any route sees them.
func Body(log *slog.Logger) gin.HandlerFunc {
	return BodyUpTo(log, func(*gin.Context) int64 { return BodyMax })
}

// BodyUpTo is Body with a limit for each route.
func BodyUpTo(log *slog.Logger, most func(*gin.Context) int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !decent(c.Request.URL) {
			problem.Write(c, log, fault.InvalidField("query", "地址里有无法识别的文字。"))
			return
		}
		if !isJSON(c.GetHeader("Content-Type")) || c.Request.Body == nil || c.Request.Body == http.NoBody {
			c.Next()
			return
		}
		body, err := read(c, most(c))
		if err != nil {
			problem.Write(c, log, err)
			return
		}
		c.Request.Body = io.NopCloser(bytes.NewReader(body))
		c.Next()
	}
}

// isJSON tells JSON, and what does not say what it is, which routes take for
// JSON.
func isJSON(contentType string) bool {
	return contentType == "" || strings.Contains(strings.ToLower(contentType), "json")
}

// read reads a body and says what no route should have to.
func read(c *gin.Context, most int64) ([]byte, error) {
	ctx := c.Request.Context()
	if packed := c.GetHeader("Content-Encoding"); packed != "" && !strings.EqualFold(packed, "identity") {
		return nil, problem.New(ctx, http.StatusUnsupportedMediaType, "unsupported", "不支持的内容类型", "不支持压缩的内容。")
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, most))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, problem.New(ctx, http.StatusRequestEntityTooLarge, "too_large", "内容太大", "提交的内容太大，请减少后再试。")
	}
	if err != nil {
		return nil, problem.New(ctx, http.StatusBadRequest, "broken", "请求无法识别", "内容没有收全，请重试。")
	}
	if !utf8.Valid(body) {
		return nil, problem.New(ctx, http.StatusBadRequest, "broken", "请求无法识别", "内容里有无法识别的文字。")
	}
	if field := controlIn(body); field != "" {
		return nil, fault.InvalidField(field, "含有无法显示的字符，请删去后再提交。")
	}
	return body, nil
}

func decent(u *url.URL) bool {
	if strings.ContainsFunc(u.Path, control) {
		return false
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return false
	}
	for name, all := range values {
		if strings.ContainsFunc(name, control) {
			return false
		}
		for _, value := range all {
			if strings.ContainsFunc(value, control) {
				return false
			}
		}
	}
	return true
}

// control reports characters that have no place in anybody's text: control
// characters but line breaks and tabs, the marks that turn text around, and
// what stands for bytes that are not UTF-8.
func control(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	case '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069', utf8.RuneError:
		return true
	}
	return unicode.IsControl(r)
}
