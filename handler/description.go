package handler

import (
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// description begins the OpenAPI document; the endpoints complete it.
func description() huma.Config {
	config := huma.DefaultConfig("连心 Lianxin", "1")
	config.CreateHooks, config.SchemasPath, config.DocsPath = nil, "", ""
	config.OpenAPIPath = "/openapi"
	config.DefaultFormat = "application/json"
	config.RejectUnknownQueryParameters = true
	config.Info.Description = "党代表联系群众平台的接口。所有写操作都要带 Idempotency-Key；出错时返回 RFC 9457 格式的说明。"
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "登录后得到的 token"},
	}
	return config
}

// schemaName names a type by its audience and itself, so that two audiences may
// each have, say, their own view of a unit.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if room, ours := strings.CutPrefix(t.PkgPath(), "lianxin/handler/"); ours {
		room = path.Base(room)
		return strings.ToUpper(room[:1]) + room[1:] + name
	}
	return name
}
