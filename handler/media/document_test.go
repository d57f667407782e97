package media_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"lianxin/handler/media"
)

// described gives the API's description of uploads and removals.
func described(t *testing.T) (all *huma.OpenAPI, upload, discard *huma.Operation) {
	t.Helper()
	config := huma.DefaultConfig("连心", "1")
	config.CreateHooks = nil
	api := humagin.New(gin.New(), config)
	media.Document(api)
	all = api.OpenAPI()
	return all, all.Paths["/api/v1/pictures"].Post, all.Paths["/api/v1/pictures/{id}"].Delete
}

func TestTheDescriptionTellsOfUploadsAndRemovals(t *testing.T) {
	all, upload, discard := described(t)
	for _, kind := range []string{"multipart/form-data", "image/*", "application/octet-stream"} {
		if upload.RequestBody.Content[kind] == nil {
			t.Errorf("uploading as %s is not described", kind)
		}
	}
	for _, operation := range []*huma.Operation{upload, discard} {
		keyed := slices.ContainsFunc(operation.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" && p.Required })
		if len(operation.Security) == 0 || !keyed {
			t.Errorf("%s: who may, and with which key, is not described", operation.OperationID)
		}
	}
	text, err := all.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range []string{`"#/components/schemas/PictureView"`, `"#/components/schemas/Problem"`} {
		if !strings.Contains(string(text), schema) {
			t.Errorf("%s is not in the description: %s", schema, text)
		}
	}
}

func TestWhatIsAnsweredIsWhatIsDescribed(t *testing.T) {
	w := newWorld(t)
	all, upload, discard := described(t)
	taken := w.raw("wang", "image/png", photo(t))
	answer := taken.Body.String()
	fits(t, all, upload, taken.Code, answer)
	for _, refusal := range []struct {
		by      string
		content []byte
	}{{"", photo(t)}, {"wang", []byte("text")}, {"wang", make([]byte, maxBytes+1)}} {
		refused := w.raw(refusal.by, "image/png", refusal.content)
		fits(t, all, upload, refused.Code, refused.Body.String())
	}
	var v view
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds nothing
		done := w.do(request{method: http.MethodDelete, target: "/api/v1/pictures/" + v.ID, by: "wang"})
		fits(t, all, discard, done.Code, done.Body.String())
	}
}

// fits checks an answer against the schema described for its status.
func fits(t *testing.T, all *huma.OpenAPI, operation *huma.Operation, status int, body string) {
	t.Helper()
	response := operation.Responses[strconv.Itoa(status)]
	if response == nil {
		t.Errorf("%s: %d is not described", operation.OperationID, status)
		return
	}
	if len(response.Content) == 0 {
		if body != "" {
			t.Errorf("%s: %d is described without content, and has %s", operation.OperationID, status, body)
		}
		return
	}
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatal(err)
	}
	for _, content := range response.Content {
		var result huma.ValidateResult
		path := huma.NewPathBuffer(nil, 0)
		huma.Validate(all.Components.Schemas, content.Schema, path, huma.ModeReadFromServer, value, &result)
		if len(result.Errors) > 0 {
			t.Errorf("%s: %d: %s is not as described: %v", operation.OperationID, status, body, result.Errors)
		}
	}
}
