// Package problem turns every failure into an RFC 9457 problem document in
// Chinese. It is the one table from faults to HTTP; what nobody outside can act
// on becomes 500 with a request id and nothing of the inside.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"lianxin/model/fault"
	"lianxin/service/store"
)

// Problem is the document. Code is stable for programs, Detail and the errors
// are for the person.
type Problem struct {
	Type      string  `json:"type" doc:"始终为 about:blank" example:"about:blank"`
	Title     string  `json:"title" doc:"一句话说明" example:"填写的内容有问题"`
	Status    int     `json:"status" doc:"HTTP 状态码" example:"422"`
	Detail    string  `json:"detail" doc:"给用户看的说明"`
	Code      string  `json:"code" doc:"给程序判断的代码" example:"invalid"`
	RequestID string  `json:"request_id,omitempty" doc:"请求编号，报障时请提供"`
	Errors    []Field `json:"errors,omitempty" doc:"逐项的问题"`

	headers http.Header
}

// Field is one wrong place in a request.
type Field struct {
	Field   string `json:"field" doc:"有问题的字段" example:"body"`
	Message string `json:"message" doc:"怎么改" example:"请填写内容。"`
}

// Error makes a Problem an error.
func (p *Problem) Error() string { return strconv.Itoa(p.Status) + " " + p.Detail }

// GetStatus gives the HTTP status to huma.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders gives headers such as Retry-After to huma.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is the media type of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// answer is a row of the table: status, code and title.
type answer struct {
	status int
	code   string
	title  string
}

var byKind = map[fault.Kind]answer{
	fault.KindInvalid:         {http.StatusUnprocessableEntity, "invalid", "填写的内容有问题"},
	fault.KindUnauthenticated: {http.StatusUnauthorized, "unauthenticated", "请先登录"},
	fault.KindForbidden:       {http.StatusForbidden, "forbidden", "没有权限"},
	fault.KindStepUp:          {http.StatusForbidden, "step_up_required", "请再次验证身份"},
	fault.KindEnrol:           {http.StatusForbidden, "totp_required", "请先绑定身份验证器"},
	fault.KindNotFound:        {http.StatusNotFound, "not_found", "没有找到"},
	fault.KindConflict:        {http.StatusConflict, "conflict", "暂时不能这样操作"},
	fault.KindTooMany:         {http.StatusTooManyRequests, "too_many", "操作太频繁"},
	fault.KindUnavailable:     {http.StatusServiceUnavailable, "unavailable", "服务暂时不可用"},
}

type requestIDOf struct{}

// WithRequestID lets the problems under ctx name their request.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDOf{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDOf{}).(string)
	return id
}

// From turns an error into its document. What is not a fault is logged here,
// once, with the request's id; so is why something we need is not available.
func From(ctx context.Context, log *slog.Logger, err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		named := *p
		named.RequestID = requestID(ctx)
		return &named
	}
	if f := fault.Of(err); f != nil && byKind[f.Kind].status != 0 {
		if f.Kind == fault.KindUnavailable {
			log.WarnContext(ctx, "something we need does not serve", "request", requestID(ctx), "error", err)
		}
		return fromFault(ctx, f)
	}
	switch {
	case errors.Is(err, store.ErrKeyTaken):
		return New(ctx, http.StatusConflict, "already_done", "已经提交过", "这次操作已经完成，请刷新查看结果。")
	case errors.Is(err, context.Canceled):
		return New(ctx, 499, "cancelled", "请求已取消", "请求已取消。")
	case store.Unavailable(err):
		log.ErrorContext(ctx, "database unavailable", "request", requestID(ctx), "error", err)
		p := New(ctx, http.StatusServiceUnavailable, "unavailable", "服务暂时不可用", "系统正忙，请稍后再试。")
		p.headers.Set("Retry-After", "5")
		return p
	}
	log.ErrorContext(ctx, "request failed", "request", requestID(ctx), "error", err)
	return New(ctx, http.StatusInternalServerError, "internal", "系统出错了", "系统出错了，请稍后再试；如果一直不行，请把请求编号告诉我们。")
}

func fromFault(ctx context.Context, f *fault.Fault) *Problem {
	a := byKind[f.Kind]
	p := New(ctx, a.status, a.code, a.title, f.Words)
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, Field{Field: field.Name, Message: field.Reason})
	}
	if f.Kind == fault.KindTooMany || f.Kind == fault.KindUnavailable {
		p.headers.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(f.RetryAfter.Seconds())))))
	}
	if f.Kind == fault.KindUnauthenticated {
		p.headers.Set("WWW-Authenticate", `Bearer realm="lianxin"`)
	}
	return p
}

// New makes a document for what has no fault.
func New(ctx context.Context, status int, code, title, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: title, Status: status, Detail: detail, Code: code, RequestID: requestID(ctx), headers: http.Header{}}
}

// Write answers a plain Gin route with a document and ends the request.
func Write(c *gin.Context, log *slog.Logger, err error) {
	p := From(c.Request.Context(), log, err)
	maps.Copy(c.Writer.Header(), p.headers)
	c.Header("Cache-Control", "no-store")
	body, err := json.Marshal(p)
	if err != nil {
		log.ErrorContext(c.Request.Context(), "problem cannot be written", "error", err)
	}
	c.Data(p.Status, p.ContentType(""), body)
	c.Abort()
}

// Install makes huma speak our documents and our language. It sets what huma
// keeps as process globals, once; lists in answers are never null.
var Install = sync.OnceFunc(func() {
	speakChinese()
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = func(hc huma.Context, status int, msg string, errs ...error) huma.StatusError {
		p := ofHuma(status, msg, errs)
		if hc != nil {
			p.RequestID = requestID(hc.Context())
		}
		return p
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError { return ofHuma(status, msg, errs) }
})

// answers are what huma refuses by itself: code, title and words.
var answers = map[int]struct{ code, title, detail string }{
	http.StatusBadRequest:            {"broken", "请求无法识别", "请求的内容无法识别，请检查后重试。"},
	http.StatusNotFound:              {"not_found", "没有找到", "没有这个地址。"},
	http.StatusMethodNotAllowed:      {"method", "不支持这种请求", "这个地址不支持这种请求方式。"},
	http.StatusNotAcceptable:         {"not_acceptable", "无法按要求的格式回答", "没有所要求的格式。"},
	http.StatusRequestTimeout:        {"timeout", "请求超时", "网络太慢，内容没有收全，请重试。"},
	http.StatusRequestEntityTooLarge: {"too_large", "内容太大", "提交的内容太大，请减少后再试。"},
	http.StatusUnsupportedMediaType:  {"unsupported", "不支持的内容类型", "提交的内容不是所支持的格式。"},
	http.StatusUnprocessableEntity:   {"invalid", "填写的内容有问题", "填写的内容有问题，请按提示修改后再提交。"},
}

// ofHuma makes a document of what huma found wrong. Its own English message
// stays inside; the fields say what to do.
func ofHuma(status int, _ string, errs []error) *Problem {
	a, known := answers[status]
	switch {
	case known:
	case status >= http.StatusInternalServerError:
		a.code, a.title, a.detail = "internal", "系统出错了", "系统出错了，请稍后再试。"
	default:
		a.code, a.title, a.detail = "refused", "请求失败", "请求没有成功，请稍后再试。"
	}
	p := New(context.Background(), status, a.code, a.title, a.detail)
	if status != http.StatusUnprocessableEntity {
		return p
	}
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			p.Errors = append(p.Errors, fieldOf(d.ErrorDetail()))
		}
	}
	return p
}
