package media

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"lianxin/handler/problem"
)

// Document adds uploading and removing to the API's description, which cannot
// see plain routes by itself.
func Document(api huma.API) {
	description := api.OpenAPI()
	view := description.Components.Schemas.Schema(reflect.TypeFor[pictureView](), true, "Picture")
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "JPG、PNG、GIF、BMP 或 WebP 图片"}
	form := &huma.Schema{Type: huma.TypeObject, Required: []string{field}, Properties: map[string]*huma.Schema{field: binary}}
	description.AddOperation(&huma.Operation{
		OperationID: "upload-picture", Method: http.MethodPost, Path: "/api/v1/pictures", Summary: "上传图片",
		Description: "图片会重新绘制，不保留拍摄地点等信息，并送内容检查。写信时在 picture_ids 中填写返回的编号。",
		Tags:        []string{"图片"}, Security: bearer(), Extensions: signedInOnly(), Parameters: []*huma.Param{keyParameter()},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"multipart/form-data":      {Schema: form, Encoding: map[string]*huma.Encoding{field: {ContentType: "image/*"}}},
			"image/*":                  {Schema: binary},
			"application/octet-stream": {Schema: binary},
		}},
		Responses: responses(api, http.StatusCreated, &huma.Response{
			Description: "图片已收下", Content: map[string]*huma.MediaType{"application/json": {Schema: view}},
		}, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusTooManyRequests),
	})
	description.AddOperation(&huma.Operation{
		OperationID: "discard-picture", Method: http.MethodDelete, Path: "/api/v1/pictures/{id}", Summary: "删除还没有使用的图片",
		Tags: []string{"图片"}, Security: bearer(), Extensions: signedInOnly(),
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Description: "图片编号", Schema: &huma.Schema{Type: huma.TypeString}},
			keyParameter(),
		},
		Responses: responses(api, http.StatusNoContent, &huma.Response{Description: "已删除"},
			http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests),
	})
}

func bearer() []map[string][]string { return []map[string][]string{{"bearer": {}}} }

func signedInOnly() map[string]any { return map[string]any{"x-permission": "signed in"} }

func keyParameter() *huma.Param {
	least, most := 8, 64
	return &huma.Param{
		Name: "Idempotency-Key", In: "header", Required: true,
		Description: "由客户端生成的一次性编号。网络中断后用同一编号重发，不会重复执行。",
		Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &least, MaxLength: &most},
	}
}

// responses are the answer of success and the problems an operation can meet.
func responses(api huma.API, status int, success *huma.Response, problems ...int) map[string]*huma.Response {
	document := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[problem.Problem](), true, "Problem")
	all := map[string]*huma.Response{strconv.Itoa(status): success}
	problems = append(problems, http.StatusUnauthorized, http.StatusInternalServerError, http.StatusServiceUnavailable)
	for _, p := range problems {
		all[strconv.Itoa(p)] = &huma.Response{
			Description: http.StatusText(p), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: document}},
		}
	}
	return all
}
