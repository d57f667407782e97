package problem_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"lianxin/handler/problem"
)

type place struct {
	Road string `json:"road" maxLength:"5"`
}

// form has a field of every sort that a request can get wrong.
type form struct {
	Limit int       `query:"limit" minimum:"1" maximum:"100"`
	Deep  bool      `query:"deep"`
	Since time.Time `query:"since"`
	Share float64   `query:"share"`
	Topic string    `query:"topic" enum:"road,light"`
	Count int       `header:"X-Count"`
	Body  struct {
		Body   string    `json:"body" minLength:"2" maxLength:"5"`
		Kind   string    `json:"kind,omitempty" enum:"one,two"`
		Rating int       `json:"rating,omitempty" minimum:"1" maximum:"5"`
		Hidden bool      `json:"hidden,omitempty"`
		Code   string    `json:"code,omitempty" pattern:"^[a-z]+$"`
		At     time.Time `json:"at,omitzero"`
		Mail   string    `json:"mail,omitempty" format:"email"`
		Site   string    `json:"site,omitempty" format:"uri"`
		ID     string    `json:"id,omitempty" format:"uuid"`
		Tags   []string  `json:"tags,omitempty" minItems:"1" maxItems:"2" uniqueItems:"true"`
		Place  *place    `json:"place,omitempty"`
		Path   *place    `json:"query,omitempty"`
	}
}

func newForm(t *testing.T) *gin.Engine {
	t.Helper()
	router := gin.New()
	router.Use(func(c *gin.Context) {
		c.Request = c.Request.WithContext(problem.WithRequestID(c.Request.Context(), requestID))
	})
	config := huma.DefaultConfig("test", "1")
	config.RejectUnknownQueryParameters = true
	op := huma.Operation{OperationID: "fill", Method: http.MethodPost, Path: "/forms", MaxBodyBytes: 1 << 10}
	huma.Register(humagin.New(router, config), op, func(context.Context, *form) (*struct{}, error) { return &struct{}{}, nil })
	return router
}

func fill(t *testing.T, router http.Handler, query, kind, body string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/forms"+query, strings.NewReader(body))
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	router.ServeHTTP(w, req)
	return w
}

func TestAFormThatIsRightIsTaken(t *testing.T) {
	router := newForm(t)
	for _, kind := range []string{"application/json", "application/json; charset=utf-8", ""} {
		if w := fill(t, router, "?limit=3", kind, `{"body":"路灯坏了","at":"2026-11-23T09:00:00+08:00"}`); w.Code != http.StatusNoContent {
			t.Errorf("%q gave %d %s", kind, w.Code, w.Body)
		}
	}
}

func TestEveryWrongFieldIsNamedAndToldInChinese(t *testing.T) {
	router := newForm(t)
	for _, c := range []struct{ query, body, field string }{
		{"", `{}`, "body"},
		{"", `{"body":1}`, "body"},
		{"", `{"body":null}`, "body"},
		{"", `{"body":"短"}`, "body"},
		{"", `{"body":"这句话太长了"}`, "body"},
		{"", `{"body":"路灯","extra":1}`, "extra"},
		{"", `{"body":"路灯","kind":"three"}`, "kind"},
		{"", `{"body":"路灯","rating":0}`, "rating"},
		{"", `{"body":"路灯","rating":6}`, "rating"},
		{"", `{"body":"路灯","rating":1.5}`, "rating"},
		{"", `{"body":"路灯","rating":"5"}`, "rating"},
		{"", `{"body":"路灯","hidden":"yes"}`, "hidden"},
		{"", `{"body":"路灯","code":"A1"}`, "code"},
		{"", `{"body":"路灯","at":"yesterday"}`, "at"},
		{"", `{"body":"路灯","mail":"wang"}`, "mail"},
		{"", `{"body":"路灯","mail":"Wang <wang@example.org>"}`, "mail"},
		{"", `{"body":"路灯","site":"%zz"}`, "site"},
		{"", `{"body":"路灯","id":"1"}`, "id"},
		{"", `{"body":"路灯","tags":[]}`, "tags"},
		{"", `{"body":"路灯","tags":["a","b","c"]}`, "tags"},
		{"", `{"body":"路灯","tags":["a","a"]}`, "tags"},
		{"", `{"body":"路灯","tags":["a",1]}`, "tags[1]"},
		{"", `{"body":"路灯","place":{}}`, "place.road"},
		{"", `{"body":"路灯","place":{"road":"和平路和平里"}}`, "place.road"},
		{"", `{"body":"路灯","place":3}`, "place"},
		{"", `{"body":"路灯","query":{"road":1}}`, "query.road"},
		{"", `[]`, "body"},
		{"", `"text"`, "body"},
		{"?limit=0", `{"body":"路灯"}`, "limit"},
		{"?limit=ten", `{"body":"路灯"}`, "limit"},
		{"?deep=maybe", `{"body":"路灯"}`, "deep"},
		{"?since=yesterday", `{"body":"路灯"}`, "since"},
		{"?share=half", `{"body":"路灯"}`, "share"},
		{"?topic=other", `{"body":"路灯"}`, "topic"},
		{"?junk=1", `{"body":"路灯"}`, "junk"},
	} {
		w := fill(t, router, c.query, "application/json", c.body)
		p := document(t, w)
		fields, _ := p["errors"].([]any)
		if w.Code != http.StatusUnprocessableEntity || p["code"] != "invalid" || p["request_id"] != requestID || len(fields) != 1 {
			t.Errorf("%s %s gave %d %s", c.query, c.body, w.Code, w.Body)
			continue
		}
		if got := fields[0].(map[string]any)["field"]; got != c.field {
			t.Errorf("%s %s names %v, not %s", c.query, c.body, got, c.field)
		}
	}
}

func TestAMissingFieldIsToldLikeThis(t *testing.T) {
	p := document(t, fill(t, newForm(t), "", "application/json", `{"place":{}}`))
	want := []any{
		map[string]any{"field": "body", "message": "请填写。"}, map[string]any{"field": "place.road", "message": "请填写。"},
	}
	if diff := cmp.Diff(want, p["errors"]); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoFormAtAllIsRefusedInChinese(t *testing.T) {
	router := newForm(t)
	for _, c := range []struct {
		what, kind, body, code string
		status                 int
	}{
		{"not JSON", "application/json", "hello", "broken", http.StatusBadRequest},
		{"cut short", "application/json", `{"body":"路灯"`, "broken", http.StatusBadRequest},
		{"trailing junk", "application/json", `{"body":"路灯"}x`, "broken", http.StatusBadRequest},
		{"two of them", "application/json", `{"body":"路灯"}{"body":"路灯"}`, "broken", http.StatusBadRequest},
		{"very deep", "application/json", strings.Repeat("[", 1000), "broken", http.StatusBadRequest},
		{"empty", "application/json", "", "broken", http.StatusBadRequest},
		{"a form", "application/x-www-form-urlencoded", "body=路灯", "unsupported", http.StatusUnsupportedMediaType},
		{"plain text", "text/plain", `{"body":"路灯"}`, "unsupported", http.StatusUnsupportedMediaType},
		{"too large", "application/json", `{"body":"` + strings.Repeat("长", 1<<10) + `"}`, "too_large", http.StatusRequestEntityTooLarge},
	} {
		w := fill(t, router, "", c.kind, c.body)
		p := document(t, w)
		if w.Code != c.status || p["code"] != c.code || p["request_id"] != requestID || p["errors"] != nil {
			t.Errorf("%s gave %d %s", c.what, w.Code, w.Body)
		}
	}
}

func TestHumaItselfSpeaksOurDocuments(t *testing.T) {
	for status := 400; status < 600; status++ {
		p, ok := huma.NewError(status, "english words", &huma.ErrorDetail{Location: "body.x", Message: "more english"}).(*problem.Problem)
		if !ok || p.GetStatus() != status || p.Code == "" {
			t.Fatalf("%d became %v", status, p)
		}
		wantChinese(t, p.Title)
		wantChinese(t, p.Detail)
		for _, f := range p.Errors {
			wantChinese(t, f.Message)
		}
	}
	if p, ok := huma.NewErrorWithContext(nil, http.StatusBadRequest, "x").(*problem.Problem); !ok || p.RequestID != "" {
		t.Errorf("without a request: %v", p)
	}
}

// messages are all of huma's words about wrong values, with the number of
// things each names.
var messages = map[*string]int{
	&validation.MsgUnexpectedProperty: 0, &validation.MsgExpectedRFC3339DateTime: 0, &validation.MsgExpectedRFC1123DateTime: 0,
	&validation.MsgExpectedRFC3339Date: 0, &validation.MsgExpectedRFC3339Time: 0, &validation.MsgExpectedRFC5322Email: 1,
	&validation.MsgExpectedRFC5322EmailBare: 0, &validation.MsgExpectedRFC5890Hostname: 0, &validation.MsgExpectedRFC2673IPv4: 0,
	&validation.MsgExpectedRFC2373IPv6: 0, &validation.MsgExpectedRFCIPAddr: 0, &validation.MsgExpectedRFC3986URI: 1,
	&validation.MsgExpectedRFC3986AbsoluteURI: 0, &validation.MsgExpectedRFC4122UUID: 1, &validation.MsgExpectedRFC6570URITemplate: 0,
	&validation.MsgExpectedRFC6901JSONPointer: 0, &validation.MsgExpectedRFC6901RelativeJSONPointer: 0, &validation.MsgExpectedRegexp: 1,
	&validation.MsgExpectedMatchAtLeastOneSchema: 0, &validation.MsgExpectedMatchExactlyOneSchema: 0, &validation.MsgExpectedNotMatchSchema: 0,
	&validation.MsgExpectedPropertyNameInObject: 0, &validation.MsgExpectedBoolean: 0, &validation.MsgExpectedDuration: 1,
	&validation.MsgExpectedNumber: 0, &validation.MsgExpectedInteger: 0, &validation.MsgExpectedString: 0, &validation.MsgExpectedBase64String: 0,
	&validation.MsgExpectedArray: 0, &validation.MsgExpectedObject: 0, &validation.MsgExpectedArrayItemsUnique: 0, &validation.MsgExpectedOneOf: 1,
	&validation.MsgExpectedConst: 1, &validation.MsgExpectedMinimumNumber: 1, &validation.MsgExpectedExclusiveMinimumNumber: 1,
	&validation.MsgExpectedMaximumNumber: 1, &validation.MsgExpectedExclusiveMaximumNumber: 1, &validation.MsgExpectedNumberBeMultipleOf: 1,
	&validation.MsgExpectedMinLength: 1, &validation.MsgExpectedMaxLength: 1, &validation.MsgExpectedBePattern: 1,
	&validation.MsgExpectedMatchPattern: 1, &validation.MsgExpectedMinItems: 1, &validation.MsgExpectedMaxItems: 1,
	&validation.MsgExpectedMinProperties: 1, &validation.MsgExpectedMaxProperties: 1, &validation.MsgExpectedRequiredProperty: 1,
	&validation.MsgExpectedDependentRequiredProperty: 2, &validation.MsgExpectedResolvableSchemaRef: 1,
}

func TestAllWordsOfHumaAreChineseAndNameAsMuch(t *testing.T) {
	for message, named := range messages {
		// A number fits every verb that we use; what is named too often or not
		// at all, Go writes into the text as %!.
		args := make([]any, named)
		for i := range args {
			args[i] = 7
		}
		got := huma.ErrorFormatter(strings.NewReplacer("%s", "%d", "%.0s", "%.0d").Replace(*message), args...)
		wantChinese(t, got)
		if strings.Contains(got, "!") {
			t.Errorf("%q", got)
		}
	}
}
