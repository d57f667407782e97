// Package roster serves the roster rooms of the console. It takes roster files in
// and gives them out: a preview that shows what every row would do, the import,
// the export and the blank template are plain Gin routes, because what passes
// there is an Excel file. Lists and forms of single records are endpoints.
//
// It refuses who has no permission before it reads what they sent, and stops
// reading what is too large. Nothing that was uploaded is kept.
package roster

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message"
	"lianxin/service/roster"
)

// Where the routes stand.
const (
	pathPreview  = "/api/v1/staff/roster/preview"
	pathImport   = "/api/v1/staff/roster/import"
	pathExport   = "/api/v1/staff/roster/export"
	pathTemplate = "/api/v1/staff/roster/template"
)

// xlsx is the media type of the files.
const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Room wires the routes. Actor says who asks, or the fault that says why that is
// not known. Problem answers a request with what an error means to its sender.
// Link gives the addresses of a picture. Messages ends qualifications, on which
// open messages hang.
type Room struct {
	Roster   *roster.Service
	Messages *message.Service
	Link     func(id string) (full, thumb string)
	Actor    func(ctx context.Context) (model.Actor, error)
	Problem  func(c *gin.Context, err error)
}

// Guards are what stands before each kind of route.
type Guards struct {
	Read    []gin.HandlerFunc
	Export  []gin.HandlerFunc
	Preview []gin.HandlerFunc
	Write   []gin.HandlerFunc
}

// Mount puts the routes on a router.
func (r Room) Mount(router gin.IRoutes, g Guards) {
	router.POST(pathPreview, append(g.Preview, r.preview)...)
	router.POST(pathImport, append(g.Write, r.take)...)
	router.GET(pathExport, append(g.Export, r.export)...)
	router.GET(pathTemplate, append(g.Read, r.template)...)
}

// permitted gives the actor, or answers why they may not.
func (r Room) permitted(c *gin.Context, p model.Permission) (model.Actor, bool) {
	actor, err := r.Actor(c.Request.Context())
	if err == nil && !actor.Permits(p) {
		err = fault.Forbidden("您没有这项操作的权限。")
	}
	if err != nil {
		r.Problem(c, err)
	}
	return actor, err == nil
}

func (r Room) preview(c *gin.Context) {
	by, ok := r.permitted(c, model.PermitRosterWrite)
	if !ok {
		return
	}
	asked, err := pieceOf(c.Request.URL.Query())
	if err != nil {
		r.Problem(c, err)
		return
	}
	file, err := receive(c, r.Roster.MaxBytes())
	if err != nil {
		r.Problem(c, err)
		return
	}
	report, err := r.Roster.Preview(c.Request.Context(), by, file)
	if err != nil {
		r.Problem(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, viewPreview(report, asked))
}

func (r Room) take(c *gin.Context) {
	by, ok := r.permitted(c, model.PermitRosterWrite)
	if !ok {
		return
	}
	file, err := receive(c, r.Roster.MaxBytes())
	if err != nil {
		r.Problem(c, err)
		return
	}
	// Who leaves the page has not changed their mind: the import goes on, and is
	// found among the imports afterwards.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), importWithin)
	defer cancel()
	report, err := r.Roster.Import(ctx, by, file, roster.Agreed{Basis: c.Query("basis"), FileName: c.Query("name")})
	if err != nil {
		r.Problem(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, viewImport(report))
}

func (r Room) export(c *gin.Context) {
	by, ok := r.permitted(c, model.PermitRosterRead)
	if !ok {
		return
	}
	r.give(c, "名册.xlsx", func(to io.Writer) error { return r.Roster.Export(c.Request.Context(), by, to) })
}

func (r Room) template(c *gin.Context) {
	if _, ok := r.permitted(c, model.PermitRosterRead); ok {
		r.give(c, "名册模板.xlsx", roster.Template)
	}
}

// importWithin is how long an import may take.
const importWithin = 50 * time.Second

// give answers with a file that no browser opens by itself. It is whole before
// the first byte goes out.
func (r Room) give(c *gin.Context, name string, write func(io.Writer) error) {
	var file bytes.Buffer
	if err := write(&file); err != nil {
		r.Problem(c, err)
		return
	}
	c.Header("Content-Disposition", `attachment; filename="roster.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Content-Security-Policy", "default-src 'none'; sandbox")
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, xlsx, file.Bytes())
}

// The bounds of the rows of one answer.
const (
	rowsDefault = 500
	rowsMax     = 10_000
)

// piece says which rows of a preview are asked for.
type piece struct {
	offset, limit int
	unchanged     bool
}

// pieceOf reads which rows are asked for. Fault: invalid (offset, limit,
// unchanged).
func pieceOf(query url.Values) (piece, error) {
	p := piece{limit: rowsDefault}
	var wrong []fault.Field
	number := func(name string, to *int, least, most int) {
		if !query.Has(name) {
			return
		}
		n, err := strconv.Atoi(query.Get(name))
		if err != nil || n < least || n > most {
			wrong = append(wrong, fault.Field{Name: name, Reason: "应是 " + strconv.Itoa(least) + " 到 " + strconv.Itoa(most) + " 的整数。"})
		}
		*to = n
	}
	number("offset", &p.offset, 0, 1_000_000)
	number("limit", &p.limit, 1, rowsMax)
	if query.Has("unchanged") {
		var err error
		if p.unchanged, err = strconv.ParseBool(query.Get("unchanged")); err != nil {
			wrong = append(wrong, fault.Field{Name: "unchanged", Reason: "应是 true 或 false。"})
		}
	}
	if len(wrong) > 0 {
		return p, fault.Invalid(wrong...)
	}
	return p, nil
}

// field is the name of the form field that holds the file; wrapping is how much
// of a request may be other than the file.
const (
	field    = "file"
	wrapping = 64 << 10
)

// receive reads the file in a request: the form field file, or the body itself.
// Fault: invalid (file).
func receive(c *gin.Context, limit int64) ([]byte, error) {
	body := http.MaxBytesReader(c.Writer, c.Request.Body, limit+wrapping)
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	switch {
	case err == nil && kind == "multipart/form-data":
		c.Request.Body = body
		return fromForm(c, limit)
	case err == nil && (kind == xlsx || kind == "application/octet-stream"):
		return whole(body, limit)
	}
	return nil, fault.InvalidField(field, "请用表单字段 file 上传 Excel 文件（.xlsx），或直接提交文件内容。")
}

func fromForm(c *gin.Context, limit int64) ([]byte, error) {
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return nil, fault.InvalidField(field, "上传的表单无法识别，请重新上传。")
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, fault.InvalidField(field, "请选择要上传的文件。")
		case err != nil:
			return nil, unread(err)
		case part.FormName() == field:
			return whole(part, limit)
		}
	}
}

// whole reads one byte more than the limit, so that the service sees and says
// that it is too much.
func whole(from io.Reader, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return nil, unread(err)
	}
	return content, nil
}

func unread(err error) error {
	if _, tooMuch := errors.AsType[*http.MaxBytesError](err); tooMuch {
		return fault.InvalidField(field, "文件太大，请删去图片和无关的工作表后再上传。")
	}
	return fault.InvalidField(field, "文件没有上传完整，请检查网络后重新上传。")
}
