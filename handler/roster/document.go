package roster

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"lianxin/handler/problem"
	"lianxin/model"
)

// Document adds the routes to the API's description, which cannot see plain
// routes by itself.
func Document(api huma.API) {
	schemas := api.OpenAPI().Components.Schemas
	preview := schemas.Schema(reflect.TypeFor[previewView](), true, "RosterPreview")
	taken := schemas.Schema(reflect.TypeFor[importView](), true, "RosterImport")
	text := &huma.Schema{Type: huma.TypeString}
	for _, op := range []*huma.Operation{
		{
			OperationID: "preview-roster", Method: http.MethodPost, Path: pathPreview, Summary: "预览导入名册",
			Description: "逐行说明导入后会怎样，不写入。带 basis 导入，可以确保导入的就是预览过的。",
			Parameters: []*huma.Param{
				query("offset", "从第几行起", &huma.Schema{Type: huma.TypeInteger}), query("limit", "最多几行，1 到 10000，默认 500", &huma.Schema{Type: huma.TypeInteger}),
				query("unchanged", "是否也列出不变的行", &huma.Schema{Type: huma.TypeBoolean}),
			},
			RequestBody: upload(), Extensions: needs(model.PermitRosterWrite), Responses: answers(api, "预览", "application/json", preview),
		},
		{
			OperationID: "import-roster", Method: http.MethodPost, Path: pathImport, Summary: "导入名册",
			Description: "全部导入，或在有误时什么都不导入。同一个文件再导入一次，不会有任何变化。",
			Parameters:  []*huma.Param{query("basis", "预览返回的 basis", text), query("name", "文件名，留在导入记录里", text), keyParameter()},
			RequestBody: upload(), Extensions: afterStepUp(model.PermitRosterWrite), Responses: answers(api, "已导入", "application/json", taken, http.StatusConflict),
		},
		{
			OperationID: "export-roster", Method: http.MethodGet, Path: pathExport, Summary: "导出名册",
			Description: "所负责区域的名册，格式与导入的相同。", Extensions: afterStepUp(model.PermitRosterRead), Responses: answers(api, "Excel 文件", xlsx, binary()),
		},
		{
			OperationID: "roster-template", Method: http.MethodGet, Path: pathTemplate, Summary: "名册的空白模板",
			Description: "带示例、下拉列表和填写说明。", Extensions: needs(model.PermitRosterRead), Responses: answers(api, "Excel 文件", xlsx, binary()),
		},
	} {
		op.Tags, op.Security = []string{"名册"}, []map[string][]string{{"bearer": {}}}
		api.OpenAPI().AddOperation(op)
	}
}

func binary() *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "Excel 文件（.xlsx）"}
}

func upload() *huma.RequestBody {
	form := &huma.Schema{Type: huma.TypeObject, Required: []string{field}, Properties: map[string]*huma.Schema{field: binary()}}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: form}, xlsx: {Schema: binary()}, "application/octet-stream": {Schema: binary()},
	}}
}

func query(name, doc string, schema *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: doc, Schema: schema}
}

func needs(p model.Permission) map[string]any { return map[string]any{"x-permission": string(p)} }

// afterStepUp marks what asks for a fresh proof (Guards.Export, Guards.Write).
func afterStepUp(p model.Permission) map[string]any {
	return map[string]any{"x-permission": string(p), "x-step-up": true}
}

func keyParameter() *huma.Param {
	least, most := 8, 64
	return &huma.Param{
		Name: "Idempotency-Key", In: "header", Required: true,
		Description: "由客户端生成的一次性编号。网络中断后用同一编号重发，不会重复执行。",
		Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &least, MaxLength: &most},
	}
}

// answers are the answer of success and the problems an operation can meet.
func answers(api huma.API, words, kind string, schema *huma.Schema, more ...int) map[string]*huma.Response {
	document := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[problem.Problem](), true, "Problem")
	all := map[string]*huma.Response{strconv.Itoa(http.StatusOK): {Description: words, Content: map[string]*huma.MediaType{kind: {Schema: schema}}}}
	for _, status := range append(more, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable) {
		all[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: document}},
		}
	}
	return all
}
