package guard_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lianxin/handler/guard"
	"lianxin/handler/problem"
)

func problemOf(tb testing.TB, body []byte) problem.Problem {
	tb.Helper()
	var p problem.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		tb.Fatalf("%s is no problem: %v", body, err)
	}
	return p
}

func TestWordsOfEveryKindPass(t *testing.T) {
	g := newGate(t)
	for _, words := range []string{
		"路灯坏了\\n第二行\\t缩进\\r\\n", "👨‍👩‍👧 家庭", "𠮷野家", "مرحبا", "\\ud83c\\udfee", "", `引号\"和\\\\`, strings.Repeat("长", 2000), "\u200b\ufeff",
	} {
		if w := g.ask(note(`{"words":"` + words + `","tags":["一","二"],"place":{"road":"和平路"},"number":1e3}`)); w.Code != http.StatusOK {
			t.Errorf("%.40q gave %d %s", words, w.Code, w.Body)
		}
	}
}

func TestCharactersThatCannotBeShownAreRefusedByTheirPlace(t *testing.T) {
	g := newGate(t)
	for _, c := range []struct{ body, field string }{
		{`{"words":"\u0000"}`, "words"},
		{`{"words":"a\u0007b"}`, "words"},
		{`{"words":"\u007f"}`, "words"},
		{`{"words":"\u0085"}`, "words"},
		{`{"words":"\u202e"}`, "words"},
		{"{\"words\":\"\u202e反\"}", "words"},
		{`{"words":"\u2066"}`, "words"},
		{`{"words":"\ud800"}`, "words"},
		{"{\"words\":\"\ufffd\"}", "words"},
		{`{"words":"好","tags":["一","\u0000"]}`, "tags[1]"},
		{`{"tags":["一","二"],"words":"\u0000"}`, "words"},
		{`{"words":"好","place":{"road":"\u0000"}}`, "place.road"},
		{`{"place":{"road":"路"},"words":"\u0000"}`, "words"},
		{`{"number":1e999,"words":"\u0000"}`, "words"},
		{`{"words":"好","\u0000":1}`, "body"},
		{`{"place":{"\u0000":1}}`, "place"},
		{`"\u0000"`, "body"},
		{`[{"words":"\u0000"}]`, "[0].words"},
		{`{"` + strings.Repeat("名", 20) + `":"\u0000"}`, "body"},
		{strings.Repeat(`[`, 9000) + `"\u0000"`, strings.Repeat("[0]", 8)},
	} {
		w := g.ask(note(c.body))
		p := problemOf(t, w.Body.Bytes())
		if w.Code != http.StatusUnprocessableEntity || len(p.Errors) != 1 || p.Errors[0].Field != c.field {
			t.Errorf("%.60q gave %d %.200s, not %s", c.body, w.Code, w.Body, c.field)
		}
	}
	if len(g.got) != 0 {
		t.Errorf("the route got %+v", g.got)
	}
}

func TestBodiesNoRouteShouldLookAt(t *testing.T) {
	for _, c := range []struct {
		what, kind, packed, body string
		status                   int
		code                     string
	}{
		{"too large", "application/json", "", `{"words":"` + strings.Repeat("x", guard.BodyMax) + `"}`, http.StatusRequestEntityTooLarge, "too_large"},
		{"too large, no kind", "", "", strings.Repeat(" ", guard.BodyMax+1), http.StatusRequestEntityTooLarge, "too_large"},
		{"too large, kind cased", "Application/JSON", "", strings.Repeat(" ", guard.BodyMax+1), http.StatusRequestEntityTooLarge, "too_large"},
		{"not UTF-8", "application/json", "", "{\"words\":\"\xff\xfe\"}", http.StatusBadRequest, "broken"},
		{"GBK", "application/json; charset=gbk", "", "{\"words\":\"\xc2\xb7\xb5\xc6\"}", http.StatusBadRequest, "broken"},
		{"surrogate in UTF-8", "application/json", "", "{\"words\":\"\xed\xa0\x80\"}", http.StatusBadRequest, "broken"},
		{"control, kind cased", "Application/JSON", "", `{"words":"\u0000"}`, http.StatusUnprocessableEntity, "invalid"},
		{"control, no kind", "", "", `{"words":"\u0000"}`, http.StatusUnprocessableEntity, "invalid"},
		{"packed", "application/json", "gzip", "\x1f\x8b\x08", http.StatusUnsupportedMediaType, "unsupported"},
		{"very deep", "application/json", "", strings.Repeat(`{"place":`, 7000), http.StatusBadRequest, "broken"},
		{"deep and whole", "application/json", "", strings.Repeat("[", 30000) + strings.Repeat("]", 30000), http.StatusBadRequest, "broken"},
		{"trailing junk", "application/json", "", `{"words":"好"}]`, http.StatusBadRequest, "broken"},
		{"nothing", "application/json", "", "", http.StatusBadRequest, "broken"},
		{"text", "text/plain", "", `{"words":"好"}`, http.StatusUnsupportedMediaType, "unsupported"},
	} {
		g := newGate(t)
		r := note(c.body)
		r.header["Content-Type"], r.header["Content-Encoding"] = c.kind, c.packed
		w := g.ask(r)
		p := problemOf(t, w.Body.Bytes())
		if w.Code != c.status || p.Code != c.code || p.RequestID == "" || len(g.got) != 0 {
			t.Errorf("%s gave %d %.300s", c.what, w.Code, w.Body)
		}
	}
}

func TestABodyThatBreaksOffIsRefused(t *testing.T) {
	g := newGate(t)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/notes/1", io.MultiReader(strings.NewReader(`{"words":`), broken{}))
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	g.router.ServeHTTP(w, req)
	if p := problemOf(t, w.Body.Bytes()); w.Code != http.StatusBadRequest || p.Code != "broken" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

func TestUploadsPassUnread(t *testing.T) {
	g := newGate(t)
	for _, kind := range []string{"image/png", "multipart/form-data; boundary=x", "application/octet-stream"} {
		w := g.ask(request{method: http.MethodPost, path: "/upload", body: strings.Repeat("\x00\xff", guard.BodyMax), header: map[string]string{"Content-Type": kind}})
		if w.Code != http.StatusOK || w.Body.String() != `{"broken":false,"bytes":131072}` && w.Body.String() != `{"bytes":131072,"broken":false}` {
			t.Errorf("%s gave %d %s", kind, w.Code, w.Body)
		}
	}
}

func TestAddressesThatCannotBeShownAreRefused(t *testing.T) {
	g := newGate(t)
	for _, c := range []struct{ path, query string }{
		{"/notes/1", "q=%ff"},
		{"/notes/1", "q=%00"},
		{"/notes/1", "q=%1b"},
		{"/notes/1", "q=%e2%80%ae"},
		{"/notes/1", "%00=1"},
		{"/notes/1", "%ff"},
		{"/notes/1", "q=%zz"},
		{"/notes/1", "a;b"},
		{"/notes/\xff", ""},
		{"/notes/a\x00b", ""},
		{"/notes/a\x1bb", ""},
	} {
		r := note(`{"words":"好"}`)
		r.path, r.query = c.path, c.query
		w := g.ask(r)
		p := problemOf(t, w.Body.Bytes())
		if w.Code != http.StatusUnprocessableEntity || len(p.Errors) != 1 || p.Errors[0].Field != "query" {
			t.Errorf("%q?%s gave %d %s", c.path, c.query, w.Code, w.Body)
		}
	}
	r := note(`{"words":"好"}`)
	r.path, r.query = "/notes/张三", "q=%E5%BC%A0%E4%B8%89+%0a&q=2"
	if w := g.ask(r); w.Code != http.StatusOK {
		t.Errorf("a decent address gave %d %s", w.Code, w.Body)
	}
}

func FuzzBody(f *testing.F) {
	f.Add("application/json", "q=1", []byte(`{"words":"好","tags":["一"],"place":{"road":"路"}}`))
	f.Add("application/json", "", []byte(`{"words":"\u0000"}`))
	f.Add("", "q=%ff", []byte(`[[[["\ud800"]]]]`))
	f.Add("text/json; charset=gbk", "a;b=%", []byte("{\"\xff\":"))
	f.Add("application/merge-patch+json", "", []byte(`{"a":{"b":[{}, {"\u202e":1e999}]}} {}`))
	g := newGate(f)
	f.Fuzz(func(t *testing.T, kind, query string, body []byte) {
		g.t, g.got = t, nil
		g.logged.Reset()
		r := note(string(body))
		r.query, r.header["Content-Type"] = query, kind
		w := g.ask(r)
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("got %d %s", w.Code, w.Body)
		}
		if w.Code >= http.StatusBadRequest {
			if p := problemOf(t, w.Body.Bytes()); p.Status != w.Code || p.Detail == "" {
				t.Fatalf("got %d %s", w.Code, w.Body)
			}
			return
		}
		if len(g.got) != 1 || strings.ContainsAny(g.got[0].Words, "\x00\x1b\u202e\u2066") {
			t.Fatalf("the route got %+v", g.got)
		}
	})
}
