package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/go-cmp/cmp"

	"lianxin/model"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s changed; look at it, then run with -update:\n%s", name, diff)
	}
}

// described is our own description, as a program reads it.
func (p *program) described() *openapi3.T {
	p.tb.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(p.anonymous().get("/openapi.json").body))
	if err != nil {
		p.tb.Fatalf("the description cannot be read: %v", err)
	}
	return doc
}

func TestTheRoutesAndWhoMayCallThemAreAsAgreed(t *testing.T) {
	p := demoCopy(t)
	var b strings.Builder
	doc := p.described()
	for _, path := range doc.Paths.InMatchingOrder() {
		for method, op := range doc.Paths.Find(path).Operations() {
			who, ok := op.Extensions["x-permission"]
			if !ok {
				t.Errorf("%s %s does not say who may call it", method, path)
			}
			if op.Extensions["x-step-up"] == true {
				who = fmt.Sprint(who, ", after stepping up")
			}
			fmt.Fprintf(&b, "%-6s %-64s %v\n", method, path, who)
		}
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	golden(t, "routes.txt", strings.Join(sorted(lines), "\n")+"\n")
}

func TestEveryRouteThatNeedsSomebodyRefusesNobody(t *testing.T) {
	p := demoCopy(t)
	doc := p.described()
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Extensions["x-permission"] == "anyone" {
				continue
			}
			url := p.app + strings.NewReplacer("{id}", "x", "{seat_id}", "x", "{area_id}", "x", "{kind}", "x", "{year}", "2027", "{day}", "2027-05-03").Replace(path)
			a := p.ask(method, url, "", map[string]any{"nonsense": true})
			if a.status != http.StatusUnauthorized || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s as nobody: %d %s", method, path, a.status, a.body)
			}
		}
	}
}

func TestAResidentIsRefusedWhatOthersMayDo(t *testing.T) {
	p := demoCopy(t)
	resident := p.signIn("路人")
	doc := p.described()
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			who := fmt.Sprint(op.Extensions["x-permission"])
			if who == "anyone" || who == "signed in" || model.ReachOf(model.RoleResident, model.Permission(who)) != model.ReachNone {
				continue
			}
			url := p.app + strings.NewReplacer("{id}", "x", "{seat_id}", "x", "{area_id}", "x", "{kind}", "x", "{year}", "2027", "{day}", "2027-05-03").Replace(path)
			if a := p.ask(method, url, resident.token, map[string]any{}); a.status != http.StatusForbidden {
				t.Errorf("%s %s as a resident: %d %s", method, path, a.status, a.body)
			}
		}
	}
}

// badBodies are what no route may take, with a key to name each.
func badBodies() map[string][]byte {
	return map[string][]byte{
		"an unknown field":   []byte(`{"body":"x","surprise":1}`),
		"a wrong type":       []byte(`{"body":7,"reason":7,"code":7,"word":7,"days":"x","name":7,"plan":7,"template_ids":7,"kind":7,"unit_id":7,"message_cap":"x","until":7,"title":7,"csv":7,"login":7,"text":7,"representative_id":7,"where":7,"purpose":7,"refresh_token":7}`),
		"broken UTF-8":       []byte("{\"body\":\"\xff\xfe\"}"),
		"control characters": []byte(`{"body":"a\u0000b","reason":"\u202e"}`),
		"no JSON":            []byte(`{"body":`),
		"a list":             []byte(`[]`),
		"a huge body":        bytes.Repeat([]byte(`{"body":"`+strings.Repeat("好", 1000)+`"}`), 100),
		"deep nesting":       []byte(strings.Repeat("[", 20000)),
	}
}

func TestBadInputGetsAClearProblemAndNothingElse(t *testing.T) {
	p := demoCopy(t)
	seat, office := p.someone()
	actors := map[string]phone{
		"resident": p.signIn("捣乱"), "representative": p.bind("捣乱代表", "representative", seat), "unit": p.bind("捣乱经办", "unit_officer", office),
		"liaison": p.officer(model.RoleLiaisonOfficer), "admin": p.officer(model.RoleAdministrator),
	}
	doc := p.described()
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody == nil || op.RequestBody.Value.Content.Get("application/json") == nil || strings.HasSuffix(path, "/pictures") {
				continue
			}
			for what, body := range badBodies() {
				for who, actor := range actors {
					wantBadInput(t, p, actor, method, path, what+" by "+who, body)
				}
			}
		}
	}
	if log := p.stderr.String(); strings.Contains(log, "panic") {
		t.Error("something panicked")
	}
}

func wantBadInput(t *testing.T, p *program, actor phone, method, path, what string, body []byte) {
	t.Helper()
	url := p.app + strings.NewReplacer("{id}", "x", "{seat_id}", "x", "{area_id}", "x", "{kind}", "first_touch", "{year}", "2027", "{day}", "2027-05-03").Replace(path)
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+actor.token)
	request.Header.Set("Idempotency-Key", model.NewID())
	a := p.send(request)
	if a.status < 400 || a.status >= 500 || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s %s with %s: %d %s", method, path, what, a.status, a.body)
	}
}

func TestNonsenseAddressesAreAnsweredInWords(t *testing.T) {
	p := demoCopy(t)
	nobody := p.anonymous()
	for path, want := range map[string]int{
		"/api/v1/nothing": 404, "/api/v1/representatives?q=%ff": 422, "/api/v1/representatives?surprise=1": 422, "/api/v1/representatives?limit=1000": 422,
		"/api/v1/representatives?after=xxx": 422, "/api/v1/representatives/nobody": 404, "/api/v1/check-codes/AAAA-BBBB": 404, "/api/v1/scenes/none": 404, "/api/v1/areas/none": 404,
	} {
		if a := nobody.get(path); a.status != want || a.header.Get("Content-Type") != "application/problem+json" || !strings.ContainsAny(a.body, "没请地") {
			t.Errorf("%s: got %d, want %d: %s", path, a.status, want, a.body)
		}
	}
	if a := p.ask(http.MethodDelete, p.app+"/api/v1/representatives", "", nil); a.status != http.StatusMethodNotAllowed {
		t.Errorf("a strange method: %d %s", a.status, a.body)
	}
}

func TestPublicReadsAreTaggedAndNotSentTwice(t *testing.T) {
	p := demoCopy(t)
	for _, path := range []string{"/api/v1/areas", "/api/v1/topics", "/api/v1/representatives", "/api/v1/articles", "/api/v1/columns", "/api/v1/answers", "/api/v1/referrals"} {
		first := p.anonymous().get(path)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.app+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("If-None-Match", first.header.Get("ETag"))
		if second := p.send(request); first.header.Get("ETag") == "" || second.status != http.StatusNotModified || second.body != "" {
			t.Errorf("%s: first %d with tag %q, second %d", path, first.status, first.header.Get("ETag"), second.status)
		}
	}
}

func TestProbesAndFiguresAnswer(t *testing.T) {
	p := demoCopy(t)
	for address, word := range map[string]string{
		p.app + "/healthz": "ok", p.app + "/readyz": "ready", p.figures + "/metrics": "lianxin_outbox_ready", p.figures + "/debug/pprof/cmdline": "",
	} {
		if a := p.ask(http.MethodGet, address, "", nil); a.status != http.StatusOK || !strings.Contains(a.body, word) {
			t.Errorf("%s: %d", address, a.status)
		}
	}
}

func TestTheWorldIsNotShownTheFigures(t *testing.T) {
	p := demoCopy(t)
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap"} {
		if a := p.anonymous().get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// checked compares an answer with our own description.
func checked(t *testing.T, router routers.Router, request *http.Request, a answer) {
	t.Helper()
	route, params, err := router.FindRoute(request)
	if err != nil {
		t.Errorf("%s %s is not described: %v", request.Method, request.URL.Path, err)
		return
	}
	err = openapi3filter.ValidateResponse(context.WithoutCancel(request.Context()), (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route},
		Status:                 a.status, Header: a.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}).SetBodyBytes([]byte(a.body)))
	if err != nil {
		t.Errorf("%s %s answered %d unlike its description: %v\n%s", request.Method, request.URL.Path, a.status, err, a.body)
	}
}

func TestAnswersAreAsTheDescriptionSays(t *testing.T) {
	p := demoCopy(t)
	doc := p.described()
	doc.Servers = openapi3.Servers{{URL: p.app}}
	openapi3filter.RegisterBodyDecoder("application/problem+json", openapi3filter.JSONBodyDecoder)
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	if err != nil {
		t.Fatalf("the description is not sound: %v", err)
	}
	liaison := p.officer(model.RoleLiaisonOfficer)
	for _, try := range []struct {
		who  phone
		path string
	}{
		{p.anonymous(), "/api/v1/areas"},
		{p.anonymous(), "/api/v1/representatives"},
		{p.anonymous(), "/api/v1/representatives?q=zhang"},
		{p.anonymous(), "/api/v1/topics"},
		{p.anonymous(), "/api/v1/units"},
		{p.anonymous(), "/api/v1/articles"},
		{p.anonymous(), "/api/v1/columns"},
		{p.anonymous(), "/api/v1/answers"},
		{p.anonymous(), "/api/v1/articles/none"},
		{p.anonymous(), "/api/v1/messages"},
		{p.anonymous(), "/api/v1/representatives?limit=0"},
		{liaison, "/api/v1/me"},
		{liaison, "/api/v1/notices"},
		{liaison, "/api/v1/staff/messages"},
		{liaison, "/api/v1/staff/messages?which=overdue"},
		{liaison, "/api/v1/messages"},
		{liaison, "/api/v1/staff/audit"},
		{liaison, "/api/v1/reply-templates"},
		{liaison, "/api/v1/me/notice-templates"},
		{p.officer(model.RoleAuditor), "/api/v1/staff/audit"},
		{p.officer(model.RoleAdministrator), "/api/v1/staff/accounts"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.app+try.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if try.who.token != "" {
			request.Header.Set("Authorization", "Bearer "+try.who.token)
		}
		checked(t, router, request, p.send(request))
	}
	var queue struct{ Items []struct{ ID string } }
	liaison.get("/api/v1/staff/messages?limit=100").json(t, &queue)
	for _, m := range queue.Items {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.app+"/api/v1/staff/messages/"+m.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+liaison.token)
		checked(t, router, request, p.send(request))
	}
}
