// Package endpoint registers typed handlers: description, validation, who may
// call, and the mapping of errors are one thing. A route that does not say who
// may call it cannot be registered.
package endpoint

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"lianxin/handler/problem"
	"lianxin/handler/session"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/limit"
)

// API is where endpoints are registered. It remembers the routes by method and
// pattern, so that what stands before all routes knows about each.
type API struct {
	Huma huma.API
	Log  *slog.Logger
	// SteppedUp says whether an actor proved lately that it is they; without it
	// nobody did.
	SteppedUp func(ctx context.Context, by model.Actor) error
	routes    map[string]Route
}

// NewAPI makes an API that has no endpoints yet.
func NewAPI(on huma.API, log *slog.Logger) API {
	return API{Huma: on, Log: log, routes: map[string]Route{}}
}

// Route finds an endpoint by its method and its pattern as Gin writes it.
func (a API) Route(method, pattern string) (Route, bool) {
	r, found := a.routes[method+" "+pattern]
	return r, found
}

// Routes lists the endpoints by path and method.
func (a API) Routes() []Route {
	return slices.SortedFunc(maps.Values(a.routes), func(x, y Route) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Method, y.Method))
	})
}

var ginPattern = strings.NewReplacer("{", ":", "}", "")

// Who says who may call an endpoint.
type Who struct {
	anyone     bool
	permission model.Permission
}

// Anyone may call without signing in.
func Anyone() Who { return Who{anyone: true} }

// SignedIn may be called by everybody who is signed in.
func SignedIn() Who { return Who{} }

// Needs may be called by who has the permission somewhere; where it reaches is
// the service's to decide.
func Needs(p model.Permission) Who { return Who{permission: p} }

// String names the rule for the route list.
func (w Who) String() string {
	switch {
	case w.anyone:
		return "anyone"
	case w.permission != "":
		return string(w.permission)
	}
	return "signed in"
}

// Route is one endpoint. Route.Path begins with /api/v1.
type Route struct {
	Method  string
	Path    string
	ID      string
	Summary string
	Tag     string
	Who     Who
	// Status is the status of success; 200 when 0.
	Status int
	// Keyless marks a write that takes no idempotency key: it cannot be repeated
	// (signing in with a one-time code) or changes nothing.
	Keyless bool
	// Cached marks a read whose answer is the same for everybody.
	Cached bool
	// Limit is the class by which requests are limited; see Class.
	Limit limit.Class
	// StepUp marks a dangerous act: the actor must have proved within the last
	// minutes that it is they.
	StepUp bool
	// MaxBody is the largest body in bytes, where it is not the usual one.
	MaxBody int64
	// Enrolment marks what who must set up their second factor may do already.
	Enrolment bool
}

// Class is what a request for the route counts as: what Limit says, or else
// reading or writing by its method.
func (r Route) Class() limit.Class {
	switch {
	case r.Limit != "":
		return r.Limit
	case slices.Contains(writes, r.Method):
		return limit.Write
	}
	return limit.Read
}

// usualBody is the largest body of most routes: guard.BodyMax.
const usualBody = 64 << 10

// Largest is the largest body that the route takes, in bytes.
func (r Route) Largest() int64 { return cmp.Or(r.MaxBody, usualBody) }

// writes are the methods that change something.
var writes = []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// Register adds an endpoint. The handler's errors become problem documents.
func Register[In, Out any](api API, r Route, handle func(ctx context.Context, in *In) (*Out, error)) {
	op := huma.Operation{
		OperationID: r.ID, Method: r.Method, Path: r.Path, Summary: r.Summary, Tags: []string{r.Tag}, DefaultStatus: r.Status,
		MaxBodyBytes: r.Largest(), Errors: r.errors(), Metadata: map[string]any{"who": r.Who.String()},
		Extensions: map[string]any{"x-permission": r.Who.String()},
	}
	op.Middlewares = huma.Middlewares{unstored}
	if r.Who.anyone && (r.StepUp || r.Enrolment) {
		panic(r.ID + " is for anyone: nobody is there to step up or enrol")
	}
	if !r.Who.anyone {
		op.Security = []map[string][]string{{"bearer": {}}}
		op.Middlewares = append(op.Middlewares, admit(api, r))
	}
	if r.StepUp {
		op.Extensions["x-step-up"] = true
	}
	if slices.Contains(writes, r.Method) && !r.Keyless {
		op.Parameters = append(op.Parameters, keyParameter())
	}
	api.routes[r.Method+" "+ginPattern.Replace(r.Path)] = r
	huma.Register(api.Huma, op, func(ctx context.Context, in *In) (*Out, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, problem.From(ctx, api.Log, err)
		}
		return out, nil
	})
}

// Act adds an endpoint that a signed-in actor calls.
func Act[In, Out any](api API, r Route, handle func(ctx context.Context, by model.Actor, in *In) (*Out, error)) {
	Register(api, r, func(ctx context.Context, in *In) (*Out, error) {
		by, err := r.actor(ctx)
		if err != nil {
			return nil, err
		}
		return handle(ctx, by, in)
	})
}

// errors are the statuses an endpoint can answer with besides success.
func (r Route) errors() []int {
	statuses := map[int]bool{http.StatusBadRequest: true, http.StatusUnprocessableEntity: true, http.StatusInternalServerError: true, http.StatusServiceUnavailable: true}
	statuses[http.StatusTooManyRequests] = true
	if !r.Who.anyone {
		statuses[http.StatusUnauthorized], statuses[http.StatusForbidden] = true, true
	}
	if strings.Contains(r.Path, "{") {
		statuses[http.StatusNotFound] = true
	}
	if slices.Contains(writes, r.Method) {
		statuses[http.StatusNotFound], statuses[http.StatusConflict], statuses[http.StatusRequestEntityTooLarge] = true, true, true
		statuses[http.StatusUnauthorized], statuses[http.StatusUnsupportedMediaType] = true, true
	}
	return slices.Sorted(maps.Keys(statuses))
}

func keyParameter() *huma.Param {
	least, most := 8, 64
	return &huma.Param{
		Name: "Idempotency-Key", In: "header", Required: true,
		Description: "由客户端生成的一次性编号。网络中断后用同一编号重发，不会重复执行。",
		Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &least, MaxLength: &most},
	}
}

// unstored keeps answers out of the memories on their way; what may be kept is
// said by the room that keeps it (handler/cached).
func unstored(hc huma.Context, next func(huma.Context)) {
	hc.SetHeader("Cache-Control", "no-store")
	next(hc)
}

// actor gives who calls the route.
func (r Route) actor(ctx context.Context) (model.Actor, error) {
	if r.Enrolment {
		return session.Enrolling(ctx)
	}
	return session.Actor(ctx)
}

// admit stops who is not signed in, has no such permission anywhere, or did not
// prove lately that it is they, before anything they sent is looked at.
func admit(api API, r Route) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		actor, err := r.actor(hc.Context())
		if err == nil && r.Who.permission != "" && !actor.Permits(r.Who.permission) {
			err = fault.Forbidden("您没有这项操作的权限。")
		}
		if err == nil && r.StepUp {
			err = api.steppedUp(hc.Context(), actor)
		}
		if err != nil {
			refuse(api, hc, err)
			return
		}
		next(hc)
	}
}

func (a API) steppedUp(ctx context.Context, by model.Actor) error {
	if a.SteppedUp == nil {
		return fault.StepUp("这项操作需要确认是您本人，请再次验证后继续。")
	}
	return a.SteppedUp(ctx, by)
}

func refuse(api API, hc huma.Context, err error) {
	p := problem.From(hc.Context(), api.Log, err)
	for name, values := range p.GetHeaders() {
		hc.SetHeader(name, values[0])
	}
	hc.SetHeader("Content-Type", p.ContentType(""))
	hc.SetStatus(p.Status)
	if err := api.Huma.Marshal(hc.BodyWriter(), "application/json", p); err != nil {
		api.Log.ErrorContext(hc.Context(), "problem cannot be written", "status", strconv.Itoa(p.Status), "error", err)
	}
}
