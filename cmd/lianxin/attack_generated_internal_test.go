package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"lianxin/model"
)

// generated is a request made from our own description: nearly right, or wrong
// in every way that occurred to us.
type generated struct {
	operation operation
	by        int
	path      string
	query     url.Values
	kind, key string
	body      []byte
}

// operation is a described way to call us.
type operation struct {
	method, path string
	*openapi3.Operation
}

// waysIn are all of the description but those that would sign the attackers
// out.
func waysIn(doc *openapi3.T) []operation {
	var all []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if path != "/api/v1/sessions/current" && !strings.Contains(path, "sign-out") {
				all = append(all, operation{method, path, op})
			}
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return all
}

// wildTexts are what has broken programs before.
var wildTexts = []string{
	"", " ", "null", "0", "-1", "x", "' OR '1'='1", "\"; DROP TABLE messages; --", "%", "_", "\\", "%_\\%", "../../etc/passwd", "{{7*7}}", "${jndi:ldap://x}",
	"<script>alert(1)</script>", "𠮷野家", "👨\u200d👩\u200d👧", "ﷺ", "\u202e反", "\u0000", "a\u0000b", "\ufffd", "\ufeff", "\u0301\u0301\u0301", "ÀÀ", "１２３", "zs",
	"2026-02-30", "0000-00-00", "9999-12-31", "99999-01-01", "1e400", "9223372036854775808", "AAAA-BBBB", "01a217e7-a608-7e1f-aeff-2310ba721d6a",
	strings.Repeat("好", 2001), strings.Repeat("a", 70_000), strings.Repeat("%", 300),
}

var wildValues = []any{
	nil, true, false, 0, -1, 1, 1 << 31, -1 << 63, json.Number("9223372036854775808"), json.Number("1e400"), 0.1, json.Number("-0"),
	[]any{},
	map[string]any{},
	[]any{nil, []any{[]any{}}},
	map[string]any{"a": map[string]any{"b": []any{1}}},
}

// maker makes values by schemas, with ids that exist among others.
type maker struct {
	t       *rapid.T
	a       *arena
	callers []caller
	table   map[string][]attempt
	ids     []string
}

func (m maker) chance(percent int, what string) bool {
	return rapid.IntRange(0, 99).Draw(m.t, what) < percent
}

func (m maker) text(what string) string {
	if m.chance(30, "wild "+what) {
		return rapid.SampledFrom(wildTexts).Draw(m.t, what)
	}
	if m.chance(40, "known "+what) {
		return rapid.SampledFrom(m.ids).Draw(m.t, what)
	}
	return rapid.StringN(0, 60, -1).Draw(m.t, what)
}

func (m maker) value(name string, ref *openapi3.SchemaRef, depth int) any {
	if m.chance(6, "odd "+name) || ref == nil || ref.Value == nil || depth > 6 {
		return rapid.SampledFrom(wildValues).Draw(m.t, name)
	}
	s := ref.Value
	switch {
	case len(s.Enum) > 0 && m.chance(85, "listed "+name):
		return rapid.SampledFrom(s.Enum).Draw(m.t, name)
	case s.Type.Includes("object"):
		return m.object(s, depth)
	case s.Type.Includes("array"):
		list := []any{}
		for range rapid.IntRange(0, 4).Draw(m.t, "length of "+name) {
			list = append(list, m.value(name, s.Items, depth+1))
		}
		return list
	case s.Type.Includes("boolean"):
		return rapid.Bool().Draw(m.t, name)
	case s.Type.Includes("integer"), s.Type.Includes("number"):
		if m.chance(70, "small "+name) {
			return rapid.IntRange(0, 60).Draw(m.t, name)
		}
		return rapid.Int64().Draw(m.t, name)
	}
	return m.string(name, s)
}

// string makes text that a schema would take, most of the time.
func (m maker) string(name string, s *openapi3.Schema) string {
	switch {
	case strings.HasSuffix(name, "id") && m.chance(70, "known "+name):
		return rapid.SampledFrom(m.ids).Draw(m.t, name)
	case s.Format == "date" && m.chance(70, "date "+name):
		return time.Now().AddDate(0, 0, rapid.IntRange(-40, 400).Draw(m.t, name)).Format(time.DateOnly)
	}
	text := m.text(name)
	if s.MaxLength != nil && m.chance(80, "short "+name) {
		runes := []rune(strings.ToValidUTF8(text, ""))
		text = string(runes[:min(len(runes), int(*s.MaxLength))])
	}
	return text
}

func (m maker) object(s *openapi3.Schema, depth int) map[string]any {
	object := map[string]any{}
	for _, name := range sortedKeys(s.Properties) {
		likely := 50
		if slices.Contains(s.Required, name) {
			likely = 97
		}
		if m.chance(likely, "has "+name) {
			object[name] = m.value(name, s.Properties[name], depth+1)
		}
	}
	if m.chance(4, "surprise") {
		object[m.text("name")] = rapid.SampledFrom(wildValues).Draw(m.t, "surprise")
	}
	return object
}

func sortedKeys[V any](of map[string]V) []string {
	var names []string
	for name := range of {
		names = append(names, name)
	}
	return sorted(names)
}

// permitted are the callers who may do an operation somewhere.
func (m maker) permitted(op operation) []int {
	who := fmt.Sprint(op.Extensions["x-permission"])
	var all []int
	for i, c := range m.callers {
		if who == "anyone" || c.token != "" && (who == "signed in" || c.reach(model.Permission(who)) != model.ReachNone) {
			all = append(all, i)
		}
	}
	return all
}

// request makes one for an operation.
func (m maker) request(operations []operation) generated {
	op := rapid.SampledFrom(operations).Draw(m.t, "operation")
	g := generated{operation: op, by: rapid.IntRange(0, len(m.callers)-1).Draw(m.t, "caller"), path: op.path, query: url.Values{}}
	if m.chance(70, "permitted") {
		g.by = rapid.SampledFrom(m.permitted(op)).Draw(m.t, "caller")
	}
	// A known way to call it is where a part of the requests begins.
	known := attempt{}
	if ways := m.table[op.method+" "+op.path]; len(ways) > 0 {
		known = rapid.SampledFrom(ways).Draw(m.t, "way")
	}
	own := m.a.records[known.kind][first]
	for _, p := range op.Parameters {
		switch p.Value.In {
		case "path":
			id := m.pathValue(p.Value.Name, own, known)
			g.path = strings.ReplaceAll(g.path, "{"+p.Value.Name+"}", url.PathEscape(id[:min(len(id), 4000)]))
		case "query":
			if m.chance(40, "asks "+p.Value.Name) {
				text := fmt.Sprint(m.value(p.Value.Name, p.Value.Schema, 5))
				g.query.Set(p.Value.Name, text[:min(len(text), 6000)])
			}
		}
	}
	g.key = "key-" + rapid.StringMatching(`[a-z0-9]{16}`).Draw(m.t, "key")
	if m.chance(3, "bad key") {
		g.key = rapid.SampledFrom([]string{"", "short", strings.Repeat("k", 65), "钥匙钥匙钥匙"}).Draw(m.t, "key")
	}
	if op.RequestBody != nil {
		m.fill(&g, known, own)
	}
	return g
}

func (m maker) pathValue(name, own string, known attempt) string {
	switch {
	case name == "kind" && m.chance(80, "right kind"):
		return cmp.Or(known.of, "first_touch")
	case own != "" && m.chance(65, "own "+name):
		return own
	case m.chance(70, "known "+name):
		return rapid.SampledFrom(m.ids).Draw(m.t, name)
	}
	return m.text(name) + "x" // an empty part would be another address
}

// fill gives a request its body.
func (m maker) fill(g *generated, known attempt, own string) {
	g.kind = "application/json"
	described := g.operation.RequestBody.Value.Content.Get("application/json")
	switch {
	case described == nil:
		g.kind = rapid.SampledFrom([]string{"application/octet-stream", "image/png", "multipart/form-data; boundary=x", "multipart/form-data"}).Draw(m.t, "kind")
		g.body = m.file(known)
		return
	case known.body != nil && m.chance(60, "known body"):
		g.body = m.changed(known.body(m.a, own), described)
	default:
		g.body = encoded(m.value("body", described.Schema, 0))
	}
	if m.chance(3, "other kind") {
		g.kind = rapid.SampledFrom([]string{"", "text/plain", "application/xml", "application/json; charset=gbk", "application/problem+json", "a/b/c", "multipart/form-data; boundary=x"}).Draw(m.t, "kind")
	}
	if m.chance(5, "spoiled") {
		g.body = m.spoil(g.body)
	}
}

// changed is a body that is right, or wrong in one place.
func (m maker) changed(body map[string]any, described *openapi3.MediaType) []byte {
	if names := sortedKeys(described.Schema.Value.Properties); len(names) > 0 && m.chance(60, "changed") {
		name := rapid.SampledFrom(names).Draw(m.t, "changed")
		body[name] = m.value(name, described.Schema.Value.Properties[name], 1)
	}
	return encoded(body)
}

// file is a real file, whole or damaged in one place, or none at all.
func (m maker) file(known attempt) []byte {
	if known.raw == nil || m.chance(20, "no file") {
		return []byte(m.text("upload"))
	}
	content := known.raw(m.a)
	if m.chance(30, "whole") {
		return content
	}
	at := rapid.IntRange(0, len(content)-1).Draw(m.t, "damaged at")
	if m.chance(40, "cut") {
		return content[:at]
	}
	content[at] ^= byte(rapid.IntRange(1, 255).Draw(m.t, "damage"))
	return content
}

func encoded(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		return []byte(`{"number":1e400}`)
	}
	return body
}

func (m maker) spoil(body []byte) []byte {
	switch rapid.IntRange(0, 5).Draw(m.t, "spoil") {
	case 0:
		return body[:len(body)/2]
	case 1:
		return append(body, body...)
	case 2:
		return bytes.ReplaceAll(body, []byte(`"`), []byte("\xff"))
	case 3:
		return []byte(strings.Repeat("[", 9000) + strings.Repeat("]", 9000))
	case 4:
		return nil
	}
	return bytes.ReplaceAll(body, []byte(`:"`), []byte(`:"\ud800`))
}

// slowest is how long any answer may take, on a machine that does much else.
const slowest = 10 * time.Second

// challenge sends a request and says what is wrong with the answer; empty when
// nothing is.
func (a *arena) challenge(g generated, callers []caller) string {
	address := a.app + g.path
	if len(g.query) > 0 {
		address += "?" + g.query.Encode()
	}
	var body io.Reader
	if g.body != nil {
		body = bytes.NewReader(g.body)
	}
	request, err := http.NewRequestWithContext(a.tb.Context(), g.operation.method, address, body)
	if err != nil {
		return "" // not even a request
	}
	request.Header.Set("Content-Type", g.kind)
	if g.key != "" {
		request.Header.Set("Idempotency-Key", g.key)
	}
	if token := callers[g.by].token; token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	began := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "no answer: " + err.Error()
	}
	content, err := io.ReadAll(response.Body)
	if closed := response.Body.Close(); err != nil || closed != nil {
		return fmt.Sprintf("the answer broke off: %v %v", err, closed)
	}
	if took := time.Since(began); took > slowest {
		return "it took " + took.String()
	}
	a.met[response.StatusCode]++
	if response.StatusCode < 300 {
		a.done[g.operation.method+" "+g.operation.path] = true
	}
	return wrongWith(answer{response.StatusCode, response.Header, string(content)})
}

// wrongWith says what no answer may be.
func wrongWith(got answer) string {
	var problem struct{ Title, Detail, Code string }
	switch {
	case got.status >= 500:
		return fmt.Sprintf("%d %s", got.status, got.body)
	case got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("X-Request-Id") == "":
		return fmt.Sprintf("%d lacks headers: %v", got.status, got.header)
	case got.status < 400:
		return ""
	case got.header.Get("Content-Type") != "application/problem+json":
		return fmt.Sprintf("%d is %s: %s", got.status, got.header.Get("Content-Type"), got.body)
	}
	if err := json.Unmarshal([]byte(got.body), &problem); err != nil || problem.Title == "" || problem.Detail == "" || problem.Code == "" {
		return fmt.Sprintf("%d is no problem document: %s", got.status, got.body)
	}
	return ""
}

// The same requests each time, some two dozen for an operation, unless flags ask
// for others: a change that has
// nothing to do with it does not turn red. -rapid.seed and -rapid.checks find new ones.
const (
	generatedSeed   = "20261126"
	generatedChecks = "96"
	requestsPerTest = 100
)

func seedGenerated(t *testing.T) {
	t.Helper()
	asked := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { asked[f.Name] = true })
	for name, value := range map[string]string{"rapid.seed": generatedSeed, "rapid.checks": generatedChecks} {
		if asked[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("-rapid.seed=%s -rapid.checks=%s", flag.Lookup("rapid.seed").Value, flag.Lookup("rapid.checks").Value)
}

func TestGeneratedRequestsFindNoFailureOfOurs(t *testing.T) {
	seedGenerated(t)
	a := newArena(t)
	all, callers, table, ids := waysIn(a.described()), a.everybody(), attacks(), []string{"first_touch", "none"}
	for _, kind := range sortedKeys(a.records) {
		for _, id := range a.records[kind] {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	a.met, a.done = map[int]int{}, map[string]bool{}
	rapid.Check(t, func(r *rapid.T) {
		m := maker{r, a, callers, table, ids}
		for range requestsPerTest {
			g := m.request(all)
			if wrong := a.challenge(g, callers); wrong != "" {
				r.Fatalf("%s %s by %s, %q: %.200q\n%.2000s", g.operation.method, g.path, callers[g.by].name, g.query.Encode(), g.body, wrong)
			}
		}
	})
	t.Logf("answers by status: %v; %d of %d operations succeeded at least once", a.met, len(a.done), len(all))
	if len(a.done) < len(all)/2 {
		t.Errorf("only %d of %d operations were done: the generator stays at the door", len(a.done), len(all))
	}
	for line := range strings.Lines(a.stderr.String()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic") {
			t.Errorf("the log says %.1000s", line)
		}
	}
}
