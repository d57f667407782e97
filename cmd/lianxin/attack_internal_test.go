package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"lianxin/config"
	"lianxin/model"
)

// target is a route of the description with who may call it.
type target struct {
	method, path, who string
	stepUp            bool
}

func (t target) String() string { return t.method + " " + t.path }

// targets are all routes of the running program, those that only read first and
// those that end a session last.
func (a *arena) targets() []target {
	a.tb.Helper()
	doc := a.described()
	var all []target
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, target{method, path, fmt.Sprint(op.Extensions["x-permission"]), op.Extensions["x-step-up"] == true})
		}
	}
	slices.SortFunc(all, func(x, y target) int {
		return cmp.Or(cmp.Compare(x.order(), y.order()), cmp.Compare(x.path, y.path), cmp.Compare(x.method, y.method))
	})
	return all
}

// order puts last what ends the sessions of those who try.
func (t target) order() int {
	switch {
	case t.method == http.MethodGet:
		return 0
	case strings.HasSuffix(t.path, "/sign-out-everywhere"):
		return 4
	case t.path == "/api/v1/sessions/{id}":
		return 2
	case strings.Contains(t.path, "/sessions"), strings.HasSuffix(t.path, "/sign-out"):
		return 3
	case strings.HasSuffix(t.path, "/withdraw"), t.method == http.MethodDelete:
		return 2
	}
	return 1
}

// expected is what the matrix says about a caller and a record: a status of
// refusal, or 0 for being let in.
func (a *arena) expected(t target, at attempt, c caller, w which) int {
	switch {
	case t.who == "anyone":
		return 0
	case c.token == "":
		return http.StatusUnauthorized
	}
	reach := model.ReachOwn
	if t.who != "signed in" {
		reach = c.reach(model.Permission(t.who))
	}
	owner := a.owners[at.kind][w] == c.name
	switch {
	case reach == model.ReachNone:
		return http.StatusForbidden
	case at.refuse != nil && at.refuse(c, w) != 0:
		return at.refuse(c, w)
	case at.kind == "", owner, reach == model.ReachArea && (c.district || w != far):
		return 0
	}
	return http.StatusNotFound
}

// try sends an attempt.
func (a *arena) try(t target, at attempt, c caller, w which) answer {
	a.tb.Helper()
	id := a.records[at.kind][w]
	if at.fresh != nil && a.expected(t, at, c, w) == 0 {
		id = at.fresh(a, w)
	}
	kind := cmp.Or(at.of, "first_touch")
	path := strings.NewReplacer("{id}", id, "{seat_id}", id, "{area_id}", id, "{target_id}", id, "{code}", id, "{kind}", kind, "{year}", "2027", "{day}", "2027-05-03", "{n}", "0", "{part}", "0", "{weekday}", "2", "{cid}", id, "{door}", "publication").Replace(t.path) + at.query
	if t.order() >= 3 && c.token != "" {
		c.phone = c.stepUp(c.again())
	}
	switch {
	case at.raw != nil:
		return a.raw(t.method, a.app+path, c, at.raw(a))
	case at.body == nil:
		return a.ask(t.method, a.app+path, c.token, nil)
	}
	return a.ask(t.method, a.app+path, c.token, at.body(a, id))
}

// raw sends a file as the body.
func (a *arena) raw(method, address string, c caller, content []byte) answer {
	a.tb.Helper()
	request, err := http.NewRequestWithContext(a.tb.Context(), method, address, bytes.NewReader(content))
	if err != nil {
		a.tb.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/octet-stream")
	request.Header.Set("Idempotency-Key", model.NewID())
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return a.send(request)
}

// letIn reports whether an answer is one that only who was let in gets.
func (at attempt) letIn(got answer) bool {
	done := got.status >= 200 && got.status < 300 || got.status == http.StatusConflict || slices.Contains(at.also, got.status)
	return done || at.says != "" && strings.Contains(got.body, at.says)
}

// sees are the records whose words a caller may read in a list.
func (c caller) sees() []which {
	switch {
	case c.district && c.reach(model.PermitMessageOversee) == model.ReachArea:
		return []which{first, second, far}
	case c.reach(model.PermitMessageOversee) == model.ReachArea:
		return []which{first, second}
	}
	switch c.name {
	case string(model.RoleResident), string(model.RoleRepresentative), string(model.RoleUnitOfficer):
		return []which{first}
	case string(model.RoleMember):
		return []which{second}
	}
	return nil
}

// judge tries an attempt and says how it ended: ok or the status of refusal.
func (a *arena) judge(t *testing.T, to target, at attempt, c caller, w which) string {
	t.Helper()
	got, want := a.try(to, at, c, w), a.expected(to, at, c, w)
	where := fmt.Sprintf("%s on %s %d by %s", to, at.kind, w, c.name)
	if want == 0 {
		if !at.letIn(got) {
			t.Errorf("%s: got %d, want to be let in: %s", where, got.status, got.body)
		}
		if shown := a.told(got.body, c.sees()...); len(shown) > 0 && to.path != "/api/v1/reply-templates" {
			t.Errorf("%s: the answer shows %v", where, shown)
		}
		return "ok"
	}
	if got.status != want || got.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: got %d, want %d: %s", where, got.status, want, got.body)
	}
	if shown := a.told(got.body); len(shown) > 0 {
		t.Errorf("%s: the refusal shows %v", where, shown)
	}
	return fmt.Sprint(want)
}

// everybody is nobody and every caller.
func (a *arena) everybody() []caller {
	return append([]caller{{phone: phone{program: a.program, name: "nobody"}}}, a.callers...)
}

func TestEveryRouteRefusesWhomTheMatrixRefusesAndWhatIsNotTheirs(t *testing.T) {
	a := newArena(t)
	table := attacks()
	a.expectStepUp(t)
	a.stepUp()
	before := a.untouched()
	var lines []string
	for _, to := range a.targets() {
		attempts, decided := table[to.String()]
		delete(table, to.String())
		if !decided {
			t.Errorf("%s (%s) has no row in attacks(): decide who may call it on whose records", to, to.who)
		}
		for _, at := range attempts {
			lines = append(lines, a.attack(t, to, at))
		}
	}
	for route := range table {
		t.Errorf("attacks() has a row for %s, which does not exist", route)
	}
	if after := a.untouched(); after != before {
		t.Errorf("a refused attempt changed the stranger's letters:\n%s\n%s", before, after)
	}
	golden(t, "attacks.txt", a.legend()+strings.Join(sorted(lines), "\n")+"\n")
}

// expectStepUp demands that nobody does a dangerous act without proving lately
// that it is they, whatever they may do otherwise.
func (a *arena) expectStepUp(t *testing.T) {
	t.Helper()
	// Signing in is proof enough for some minutes.
	a.anonymous().must(http.StatusOK, a.ask(http.MethodPost, a.simulator+"/simulator/clock", "", map[string]any{"advance": "11m"}))
	dangerous := 0
	for _, to := range a.targets() {
		if !to.stepUp {
			continue
		}
		dangerous++
		for _, c := range a.callers {
			// Whom the matrix refuses hears of that first: nobody proves who they
			// are for what they may not do.
			code := `"code":"step_up_required"`
			if to.who != "signed in" && c.reach(model.Permission(to.who)) == model.ReachNone {
				code = `"code":"forbidden"`
			}
			path := strings.NewReplacer("{id}", "x", "{seat_id}", "x", "{area_id}", "x", "{kind}", "first_touch", "{part}", "0", "{weekday}", "2", "{year}", "2027", "{day}", "2027-05-03", "{door}", "publication").Replace(to.path)
			if got := a.ask(to.method, a.app+path, c.token, map[string]any{}); got.status != http.StatusForbidden || !strings.Contains(got.body, code) {
				t.Errorf("%s by %s before stepping up: got %d, want %s: %s", to, c.name, got.status, code, got.body)
			}
		}
	}
	if dangerous == 0 {
		t.Error("nothing is dangerous")
	}
}

// attack lets everybody try, and draws a line.
func (a *arena) attack(t *testing.T, to target, at attempt) string {
	t.Helper()
	records := []which{first, second, far}
	if at.kind == "" || a.records[at.kind][second] == "" {
		records = records[:1]
	}
	var cells []string
	for _, c := range a.everybody() {
		var tries []string
		for _, w := range records {
			tries = append(tries, a.judge(t, to, at, c, w))
		}
		if slices.Equal(tries, slices.Repeat(tries[:1], len(tries))) {
			tries = tries[:1]
		}
		cells = append(cells, strings.Join(tries, "/"))
	}
	return fmt.Sprintf("%-6s %-60s %-16s %s", to.method, to.path, cmp.Or(at.kind, "-"), strings.Join(cells, " | "))
}

// legend explains the columns.
func (a *arena) legend() string {
	var names []string
	for _, c := range a.everybody() {
		names = append(names, c.name)
	}
	return "# Who gets what, tried on the whole program. Columns: " + strings.Join(names, " | ") + ".\n" +
		"# Each tries the first record (the resident's, the representative's or the unit officer's), the second (the member's, same\n" +
		"# street) and the third (a stranger's, another street); one word stands for all three. ok: let in. 404: not theirs.\n"
}

// untouched shows the letters that nobody but an officer of the district may
// touch, as they are now.
func (a *arena) untouched() string {
	a.tb.Helper()
	liaison := a.officer(model.RoleLiaisonOfficer)
	var all []string
	for _, kind := range []string{"letter", "unit's letter"} {
		var letter struct {
			State          string
			Turns          []struct{ ID, Body, State string }
			Facts          []struct{ Deed, Actor string }
			Notes          []struct{ Body string }
			Holder         string
			Consents       map[string]bool
			Representative string
		}
		liaison.must(http.StatusOK, liaison.get("/api/v1/staff/messages/"+a.records[kind][far])).json(a.tb, &letter)
		encoded, err := json.Marshal(letter)
		if err != nil {
			a.tb.Fatal(err)
		}
		all = append(all, string(encoded))
	}
	return strings.Join(all, "\n")
}

// plain are the routes that are not in the description, with the decision for
// each: who may call it, and what stops the rest.
func plain() map[string]string {
	return map[string]string{
		"GET /":                             "anyone: greets",
		"GET /go/*page":                     "anyone: what is public",
		"GET /console/*file":                "anyone: the console's own files",
		"HEAD /console/*file":               "anyone: the console's own files",
		"GET /h5/*file":                     "anyone: the phone pages' own files",
		"HEAD /h5/*file":                    "anyone: the phone pages' own files",
		"GET /media/:id":                    "anyone with a signed link",
		"GET /wechat/mini":                  "WeChat, by its signature",
		"POST /wechat/mini":                 "WeChat, by its signature",
		"GET /wechat/official":              "WeChat, by its signature",
		"POST /wechat/official":             "WeChat, by its signature",
		"GET /healthz":                      "anyone: one word",
		"GET /readyz":                       "anyone: one word",
		"GET /openapi.json":                 "anyone: the description",
		"GET /openapi.yaml":                 "anyone: the description",
		"GET /openapi-3.0.json":             "anyone: the description",
		"GET /openapi-3.0.yaml":             "anyone: the description",
		"GET /api/v1/staff/roster/export":   "described",
		"GET /api/v1/staff/roster/template": "described",
		"POST /api/v1/staff/roster/import":  "described",
		"POST /api/v1/staff/roster/preview": "described",
		"POST /api/v1/pictures":             "described",
		"DELETE /api/v1/pictures/:id":       "described",
	}
}

// wired is the whole program, not running.
func wired(t *testing.T) *app {
	t.Helper()
	env := settings(t)
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	cfg, err := config.LoadServing(lookupIn(env))
	if err != nil {
		t.Fatal(err)
	}
	db, err := openDatabase(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	built, err := build(cfg, db, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		built.gateway.Close()
		if err := errors.Join(built.files.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return built
}

func TestEveryPlainRouteIsDecided(t *testing.T) {
	built := wired(t)
	decided := plain()
	for _, r := range built.surface.Routes {
		if _, described := built.surface.API.Route(r.Method, r.Path); described {
			continue
		}
		route := r.Method + " " + r.Path
		if decided[route] == "" {
			t.Errorf("%s has no row in plain(): decide who may call it", route)
		}
		delete(decided, route)
	}
	for route := range decided {
		t.Errorf("plain() has a row for %s, which does not exist", route)
	}
}

func TestWhatIsSignedIsRefusedWithoutItsSignature(t *testing.T) {
	p := demoCopy(t)
	for _, path := range []string{"/wechat/mini", "/wechat/official"} {
		for _, query := range []string{"", "?signature=x&timestamp=1&nonce=1&echostr=hello", "?msg_signature=0000000000000000000000000000000000000000&timestamp=1&nonce=1"} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				if a := p.ask(method, p.app+path+query, "", nil); a.status != http.StatusForbidden || a.body != "" {
					t.Errorf("%s %s%s: %d %q", method, path, query, a.status, a.body)
				}
			}
		}
	}
}
