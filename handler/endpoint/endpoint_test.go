package endpoint_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"lianxin/handler/endpoint"
	"lianxin/handler/problem"
	"lianxin/handler/session"
	"lianxin/model"
	"lianxin/model/fault"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	problem.Install()
	m.Run()
}

// counter is a router with an endpoint for each rule of who may call.
type counter struct {
	t      *testing.T
	api    endpoint.API
	router *gin.Engine
	logged bytes.Buffer
	calls  []string
	fails  error
}

type noteInput struct {
	endpoint.ID
	endpoint.Paging
	Body struct {
		Words string `json:"words" minLength:"2"`
	}
}

// permission is the one that the liaison office has and a resident has not.
const permission = model.PermitMessageOversee

func newCounter(t *testing.T) *counter {
	t.Helper()
	c := &counter{t: t, router: gin.New()}
	log := slog.New(slog.NewTextHandler(&c.logged, nil))
	identify := func(_ context.Context, token string) (model.Actor, error) {
		by := model.Actor{PersonID: token, Grants: []model.Grant{{Role: model.RoleResident}}}
		switch token {
		case "stale":
			return model.Actor{}, fault.Unauthenticated("登录已过期，请重新登录。")
		case "down":
			return model.Actor{}, context.DeadlineExceeded
		case "enrolling":
			by.Enrolling = true
		case "officer":
			by.Grants[0] = model.Grant{Role: model.RoleLiaisonOfficer, AreaPath: "/d/"}
		}
		return by, nil
	}
	config := huma.DefaultConfig("test", "1")
	config.CreateHooks, config.RejectUnknownQueryParameters = nil, true
	c.api = endpoint.NewAPI(humagin.NewWithGroup(c.router, c.router.Group("", session.Middleware(identify)), config), log)
	act := func(r endpoint.Route) {
		endpoint.Act(c.api, r, func(_ context.Context, by model.Actor, in *noteInput) (*endpoint.Body[string], error) {
			c.calls = append(c.calls, by.PersonID+" "+in.ID.ID+" "+in.Body.Words)
			return endpoint.Of("好"), c.fails
		})
	}
	act(endpoint.Route{Method: http.MethodPost, Path: "/notes/{id}", ID: "signed", Tag: "notes", Summary: "记", Who: endpoint.SignedIn(), Status: http.StatusCreated})
	act(endpoint.Route{Method: http.MethodPut, Path: "/notes/{id}", ID: "permitted", Who: endpoint.Needs(permission)})
	stepping := c.api
	stepping.SteppedUp = func(_ context.Context, by model.Actor) error {
		if by.PersonID == "wang" {
			return fault.StepUp("请输入动态码后继续。")
		}
		return nil
	}
	danger := func(api endpoint.API, r endpoint.Route) {
		endpoint.Act(api, r, func(_ context.Context, by model.Actor, _ *struct{}) (*endpoint.Empty, error) {
			c.calls = append(c.calls, r.ID+" "+by.PersonID)
			return &endpoint.Empty{}, nil
		})
	}
	danger(stepping, endpoint.Route{Method: http.MethodPost, Path: "/danger", ID: "danger", Who: endpoint.SignedIn(), StepUp: true})
	danger(c.api, endpoint.Route{Method: http.MethodPost, Path: "/danger/unwired", ID: "unwired", Who: endpoint.SignedIn(), StepUp: true})
	danger(c.api, endpoint.Route{Method: http.MethodPost, Path: "/enrol", ID: "enrol", Who: endpoint.SignedIn(), Enrolment: true})
	act(endpoint.Route{Method: http.MethodPost, Path: "/once/{id}", ID: "keyless", Who: endpoint.SignedIn(), Keyless: true})
	open := endpoint.Route{Method: http.MethodGet, Path: "/open", ID: "open", Who: endpoint.Anyone(), Cached: true}
	endpoint.Register(c.api, open, func(ctx context.Context, in *struct{ endpoint.Paging }) (*endpoint.Body[int], error) {
		by, _ := session.Actor(ctx)
		c.calls = append(c.calls, by.PersonID)
		return endpoint.Of(in.Page().Limit), c.fails
	})
	return c
}

func (c *counter) ask(method, target, token string, body io.Reader) *httptest.ResponseRecorder {
	c.t.Helper()
	req := httptest.NewRequestWithContext(c.t.Context(), method, target, body)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	c.router.ServeHTTP(w, req)
	return w
}

// sealed is a body that nobody may open.
type sealed struct{ t *testing.T }

func (s sealed) Read([]byte) (int, error) {
	s.t.Error("the body was looked at")
	return 0, io.EOF
}

func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var p problem.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != status || p.Code != code || p.Status != status ||
		w.Header().Get("Content-Type") != "application/problem+json" || !slices.Equal(w.Header().Values("Cache-Control"), []string{"no-store"}) {
		t.Errorf("got %d %v %s, not %d %s (%v)", w.Code, w.Header(), w.Body, status, code, err)
	}
}

func TestNobodyIsStoppedBeforeTheirBodyIsLookedAt(t *testing.T) {
	c := newCounter(t)
	for _, token := range []string{"", "stale"} {
		for _, method := range []string{http.MethodPost, http.MethodPut} {
			w := c.ask(method, "/notes/1?junk=1", token, sealed{t})
			wantProblem(t, w, http.StatusUnauthorized, "unauthenticated")
			if w.Header().Get("WWW-Authenticate") == "" {
				t.Error("not told how to sign in")
			}
		}
	}
	if w := c.ask(http.MethodPost, "/notes/1", "stale", sealed{t}); !strings.Contains(w.Body.String(), "登录已过期") {
		t.Errorf("not told why: %s", w.Body)
	}
	wantProblem(t, c.ask(http.MethodPost, "/notes/1", "down", sealed{t}), http.StatusServiceUnavailable, "unavailable")
	if len(c.calls) != 0 {
		t.Errorf("called by %q", c.calls)
	}
}

func TestWhoHasNotThePermissionIsStoppedBeforeTheirBodyIsLookedAt(t *testing.T) {
	c := newCounter(t)
	wantProblem(t, c.ask(http.MethodPut, "/notes/1", "wang", sealed{t}), http.StatusForbidden, "forbidden")
	if w := c.ask(http.MethodPut, "/notes/1", "officer", strings.NewReader(`{"words":"记下"}`)); w.Code != http.StatusOK {
		t.Errorf("the officer got %d %s", w.Code, w.Body)
	}
	if !slices.Equal(c.calls, []string{"officer 1 记下"}) {
		t.Errorf("called by %q", c.calls)
	}
}

func TestWhoIsSignedInCallsAndIsNamed(t *testing.T) {
	c := newCounter(t)
	w := c.ask(http.MethodPost, "/notes/1", "wang", strings.NewReader(`{"words":"记下"}`))
	if w.Code != http.StatusCreated || strings.TrimSpace(w.Body.String()) != `"好"` || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
	if !slices.Equal(c.calls, []string{"wang 1 记下"}) {
		t.Errorf("called by %q", c.calls)
	}
}

func TestAStaleTokenShutsNobodyOutOfWhatIsPublic(t *testing.T) {
	c := newCounter(t)
	for _, token := range []string{"", "stale", "down", "wang"} {
		if w := c.ask(http.MethodGet, "/open", token, http.NoBody); w.Code != http.StatusOK {
			t.Errorf("%q got %d %s", token, w.Code, w.Body)
		}
	}
	if !slices.Equal(c.calls, []string{"", "", "", "wang"}) {
		t.Errorf("called by %q", c.calls)
	}
}

func TestADangerousActAsksForAFreshProof(t *testing.T) {
	c := newCounter(t)
	wantProblem(t, c.ask(http.MethodPost, "/danger", "", sealed{t}), http.StatusUnauthorized, "unauthenticated")
	wantProblem(t, c.ask(http.MethodPost, "/danger", "wang", sealed{t}), http.StatusForbidden, "step_up_required")
	wantProblem(t, c.ask(http.MethodPost, "/danger/unwired", "li", sealed{t}), http.StatusForbidden, "step_up_required")
	if w := c.ask(http.MethodPost, "/danger", "li", http.NoBody); w.Code != http.StatusNoContent {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if !slices.Equal(c.calls, []string{"danger li"}) {
		t.Errorf("called %q", c.calls)
	}
	if op := c.api.Huma.OpenAPI().Paths["/danger"].Post; op.Extensions["x-step-up"] != true {
		t.Errorf("the description does not say so: %v", op.Extensions)
	}
}

func TestWhoIsEnrollingCallsNothingElse(t *testing.T) {
	c := newCounter(t)
	for _, target := range []string{"/notes/1", "/danger", "/danger/unwired"} {
		wantProblem(t, c.ask(http.MethodPost, target, "enrolling", sealed{t}), http.StatusForbidden, "totp_required")
	}
	if w := c.ask(http.MethodPost, "/enrol", "enrolling", http.NoBody); w.Code != http.StatusNoContent {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if !slices.Equal(c.calls, []string{"enrol enrolling"}) {
		t.Errorf("called %q", c.calls)
	}
}

func TestWhatIsForAnyoneCannotAskForAProof(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("registered")
		}
	}()
	endpoint.Register(newCounter(t).api, endpoint.Route{Method: http.MethodGet, Path: "/x", ID: "x", Who: endpoint.Anyone(), StepUp: true},
		func(context.Context, *struct{}) (*endpoint.Empty, error) { return &endpoint.Empty{}, nil })
}

func TestWhatAHandlerFailsWithBecomesAProblem(t *testing.T) {
	c := newCounter(t)
	c.fails = fault.Conflict("来信已经撤回。")
	wantProblem(t, c.ask(http.MethodPost, "/notes/1", "wang", strings.NewReader(`{"words":"记下"}`)), http.StatusConflict, "conflict")
	if c.logged.Len() > 0 {
		t.Errorf("logged %s", &c.logged)
	}
	c.fails = errors.New("secret table dropped")
	w := c.ask(http.MethodPost, "/notes/1", "wang", strings.NewReader(`{"words":"记下"}`))
	wantProblem(t, w, http.StatusInternalServerError, "internal")
	if strings.Contains(w.Body.String(), "secret") || strings.Count(c.logged.String(), "secret") != 1 {
		t.Errorf("told %s, logged %s", w.Body, &c.logged)
	}
}

func TestWhatIsWrongWithARequestIsRefusedBeforeTheHandler(t *testing.T) {
	c := newCounter(t)
	for target, body := range map[string]string{"/notes/1": `{"words":"短"}`, "/notes/1?limit=101": `{"words":"记下"}`, "/notes/1?junk=1": `{"words":"记下"}`, "/notes/" + strings.Repeat("1", 37): `{"words":"记下"}`} {
		wantProblem(t, c.ask(http.MethodPost, target, "wang", strings.NewReader(body)), http.StatusUnprocessableEntity, "invalid")
	}
	if len(c.calls) != 0 {
		t.Errorf("called by %q", c.calls)
	}
}

func TestAPieceOfAListHasTwentyRowsUnlessAsked(t *testing.T) {
	c := newCounter(t)
	for target, want := range map[string]string{"/open": "20", "/open?limit=5": "5"} {
		if w := c.ask(http.MethodGet, target, "", http.NoBody); strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%s asks for %s", target, w.Body)
		}
	}
}

func TestARouteIsFoundByItsPattern(t *testing.T) {
	c := newCounter(t)
	if r, found := c.api.Route(http.MethodPut, "/notes/:id"); !found || r.ID != "permitted" {
		t.Errorf("found %v", r)
	}
	if r, found := c.api.Route(http.MethodGet, "/open"); !found || !r.Cached {
		t.Errorf("found %v", r)
	}
	for _, unknown := range [][2]string{{http.MethodGet, "/notes/:id"}, {http.MethodPut, "/notes/{id}"}, {http.MethodPut, ""}} {
		if r, found := c.api.Route(unknown[0], unknown[1]); found {
			t.Errorf("%q found %v", unknown, r)
		}
	}
	var ids []string
	for _, r := range c.api.Routes() {
		ids = append(ids, r.ID+": "+r.Who.String())
	}
	if want := []string{"danger: signed in", "unwired: signed in", "enrol: signed in", "signed: signed in", "permitted: " + string(permission), "keyless: signed in", "open: anyone"}; !slices.Equal(ids, want) {
		t.Errorf("routes %q", ids)
	}
}

func TestTheDescriptionSaysWhoMayCallAndHowItFails(t *testing.T) {
	paths := newCounter(t).api.Huma.OpenAPI().Paths
	signed, permitted, keyless, open := paths["/notes/{id}"].Post, paths["/notes/{id}"].Put, paths["/once/{id}"].Post, paths["/open"].Get
	for op, want := range map[*huma.Operation]string{signed: "signed in", permitted: string(permission), keyless: "signed in", open: "anyone"} {
		if op.Extensions["x-permission"] != want {
			t.Errorf("%s may be called by %v", op.OperationID, op.Extensions["x-permission"])
		}
		if _, needs := mapOf(op.Security)["bearer"]; needs != (op != open) {
			t.Errorf("%s has security %v", op.OperationID, op.Security)
		}
	}
	for op, want := range map[*huma.Operation]bool{signed: true, permitted: true, keyless: false, open: false} {
		i := slices.IndexFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" })
		if (i >= 0) != want || i >= 0 && (!op.Parameters[i].Required || op.Parameters[i].In != "header") {
			t.Errorf("%s has the key parameter %v", op.OperationID, op.Parameters)
		}
	}
	for op, statuses := range map[*huma.Operation][]string{
		signed: {"400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503"}, open: {"400", "422", "429", "500", "503"},
	} {
		for _, status := range statuses {
			r := op.Responses[status]
			if r == nil || r.Content["application/problem+json"] == nil || len(r.Content) != 1 ||
				r.Content["application/problem+json"].Schema.Ref != "#/components/schemas/Problem" {
				t.Errorf("%s %s is described as %v", op.OperationID, status, r)
			}
		}
		if op.Responses["default"] != nil || len(op.Responses) != len(statuses)+1 {
			t.Errorf("%s has %d answers", op.OperationID, len(op.Responses))
		}
	}
}

func TestTheProblemInTheDescriptionIsOurs(t *testing.T) {
	schema := newCounter(t).api.Huma.OpenAPI().Components.Schemas.Map()["Problem"]
	if schema == nil {
		t.Fatal("no Problem")
	}
	for _, name := range []string{"type", "title", "status", "detail", "code", "request_id", "errors"} {
		if schema.Properties[name] == nil {
			t.Errorf("%s is not described", name)
		}
	}
	if len(schema.Properties) != 7 {
		t.Errorf("described: %v", schema.Properties)
	}
	if errs := schema.Properties["errors"]; errs.Type != "array" || errs.Nullable {
		t.Errorf("errors is %s, nullable %v", errs.Type, errs.Nullable)
	}
}

func mapOf(security []map[string][]string) map[string][]string {
	if len(security) != 1 {
		return nil
	}
	return security[0]
}
