// Package handler is the whole HTTP surface on one page.
package handler

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lianxin/handler/cached"
	"lianxin/handler/callback"
	"lianxin/handler/endpoint"
	"lianxin/handler/guard"
	"lianxin/handler/landing"
	"lianxin/handler/media"
	"lianxin/handler/newsroom"
	"lianxin/handler/open"
	"lianxin/handler/person"
	"lianxin/handler/problem"
	"lianxin/handler/representative"
	"lianxin/handler/resident"
	"lianxin/handler/retry"
	"lianxin/handler/roster"
	"lianxin/handler/session"
	"lianxin/handler/site"
	"lianxin/handler/staff"
	"lianxin/handler/unit"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/limit"
	"lianxin/service/store"
)

// Options is what the surface stands on.
type Options struct {
	DB             *store.DB
	Now            func() time.Time
	Log            *slog.Logger
	Registry       *prometheus.Registry
	TrustedProxies []netip.Prefix
	// HTTPS says that the public reaches us by https, through a proxy.
	HTTPS    bool
	Identify session.Identify
	Limiter  *limit.Limiter
	// SteppedUp says whether an actor proved lately that it is they.
	SteppedUp func(ctx context.Context, by model.Actor) error
	// Stopping says that the program was told to stop: it still serves, and no
	// longer calls itself ready.
	Stopping func() bool
	// Gate says how much is taken on at once.
	Gate guard.GateOptions
	// Edition names what is published now: it changes with whatever the public is
	// shown.
	Edition func(ctx context.Context) (string, error)
	// Wake is called after a write, so that what it caused begins at once.
	Wake func()

	Open           open.Room
	Person         person.Room
	Resident       resident.Room
	Representative representative.Room
	Unit           unit.Room
	Staff          staff.Room
	Roster         roster.Room
	Newsroom       newsroom.Room
	Landing        landing.Room
	Console        site.Room
	Phone          site.Room
	Media          media.Options
	Callback       callback.Options
}

// Surface is the router with the endpoints it serves.
type Surface struct {
	http.Handler

	API endpoint.API
	// Routes are all routes, those that the API does not describe among them.
	Routes gin.RoutesInfo
	// Figures serves what the program counts. It is not part of the router: the
	// world has no business there.
	Figures http.Handler
}

// New builds the router: guards first, then every room.
func New(o Options) (Surface, error) {
	problem.Install()
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed, engine.ContextWithFallback = true, true
	var proxies []string
	for _, p := range o.TrustedProxies {
		proxies = append(proxies, p.String())
	}
	if err := engine.SetTrustedProxies(proxies); err != nil {
		return Surface{}, err
	}
	var api endpoint.API
	keeper := retry.Keeper{DB: o.DB, Now: o.Now, Log: o.Log, Keyless: func(c *gin.Context) bool {
		r, found := api.Route(c.Request.Method, c.FullPath())
		return found && r.Keyless
	}}
	figures, browsers := guard.NewFigures(o.Registry), guard.Headers(o.HTTPS)
	closed := func(c *gin.Context) { browsers(c.Writer.Header()) }
	engine.Use(guard.Name, closed, figures.Watch(o.Log, o.Now), guard.Catch(o.Log))
	limits := guard.NewLimits(o.Registry, o.Limiter.Take)
	engine.NoRoute(o.refuse(http.StatusNotFound, "not_found", "没有找到", "没有这个地址，请检查后重试。"))
	engine.NoMethod(o.refuse(http.StatusMethodNotAllowed, "method", "不支持这种请求", "这个地址不支持这种请求方式。"))
	memory := cached.New(cached.Options{Now: o.Now, Edition: cached.NewEdition(o.Edition, o.Now).Current, Public: func(c *gin.Context) bool {
		r, found := api.Route(c.Request.Method, c.FullPath())
		return found && r.Cached
	}})
	api = endpoint.NewAPI(humagin.NewWithGroup(engine, engine.Group("", memory.Middleware, session.Middleware(o.Identify), limits.Keep(o.Log, func(c *gin.Context) limit.Class {
		r, _ := api.Route(c.Request.Method, c.FullPath())
		return r.Class()
	}), guard.BodyUpTo(o.Log, func(c *gin.Context) int64 {
		r, _ := api.Route(c.Request.Method, c.FullPath())
		return r.Largest()
	}), keeper.Middleware, o.wakeAfterWrites), description()), o.Log)

	api.SteppedUp = o.SteppedUp
	o.Open.Register(api)
	o.Open.RegisterFresh(api)
	o.Person.Register(api)
	o.Resident.Register(api)
	o.Representative.Register(api)
	o.Unit.Register(api)
	o.Staff.Register(api)
	o.Roster.Register(api)
	o.Newsroom.Register(api)

	if err := o.mountPictures(engine, api, keeper, limits); err != nil {
		return Surface{}, err
	}
	o.mountRoster(engine, api, keeper, limits)
	callback.Register(engine, o.Callback)
	o.Landing.Register(engine.Group("", limits.Keep(o.Log, func(*gin.Context) limit.Class { return limit.Read })))
	for _, front := range []site.Room{o.Console, o.Phone} {
		front.Log, front.Missing = o.Log, o.refuse(http.StatusNotFound, "not_found", "没有找到", "没有这个文件，请刷新页面后重试。")
		front.Register(engine)
	}
	o.mountProbes(engine)
	// What is in memory costs less than telling whether there is room for it.
	front := memory.Front(guard.NewGate(o.Gate, engine), func(h http.Header, r *http.Request) {
		guard.Stamp(h, r)
		browsers(h)
	}, figures.Count)
	return Surface{Handler: front, Routes: engine.Routes(), API: api, Figures: promhttp.HandlerFor(o.Registry, promhttp.HandlerOpts{})}, nil
}

func (o Options) mountPictures(engine *gin.Engine, api endpoint.API, keeper retry.Keeper, limits *guard.Limits) error {
	o.Media.Actor = session.Actor
	o.Media.Problem = func(c *gin.Context, err error) { problem.Write(c, o.Log, err) }
	pictures, err := media.New(o.Media)
	if err != nil {
		return err
	}
	upload, show := func(*gin.Context) limit.Class { return limit.Upload }, func(*gin.Context) limit.Class { return limit.Read }
	pictures.Mount(engine, media.Guards{
		// A browser that shows a picture says nothing of who asks: the address counts.
		Show:   []gin.HandlerFunc{limits.Keep(o.Log, show)},
		Change: []gin.HandlerFunc{session.Middleware(o.Identify), limits.Keep(o.Log, upload), guard.Body(o.Log), keeper.Middleware, o.wakeAfterWrites},
	})
	media.Document(api.Huma)
	return nil
}

func (o Options) mountRoster(engine *gin.Engine, api endpoint.API, keeper retry.Keeper, limits *guard.Limits) {
	o.Roster.Actor = session.Actor
	o.Roster.Problem = func(c *gin.Context, err error) { problem.Write(c, o.Log, err) }
	guards := func(class limit.Class, more ...gin.HandlerFunc) []gin.HandlerFunc {
		keep := limits.Keep(o.Log, func(*gin.Context) limit.Class { return class })
		return append([]gin.HandlerFunc{session.Middleware(o.Identify), keep, guard.Body(o.Log)}, more...)
	}
	// A preview changes nothing and needs no key.
	o.Roster.Mount(engine, roster.Guards{
		Read: guards(limit.Read), Export: guards(limit.Export, o.demandStepUp(model.PermitRosterRead)), Preview: guards(limit.Upload),
		Write: guards(limit.Upload, o.demandStepUp(model.PermitRosterWrite), keeper.Middleware, o.wakeAfterWrites),
	})
	roster.Document(api.Huma)
}

// demandStepUp stands before plain Gin routes that are dangerous; endpoints say
// so by Route.StepUp. As there, nobody proves who they are for what they may not do.
func (o Options) demandStepUp(p model.Permission) gin.HandlerFunc {
	return func(c *gin.Context) {
		by, err := session.Actor(c.Request.Context())
		if err == nil && !by.Permits(p) {
			err = fault.Forbidden("您没有这项操作的权限。")
		}
		if err == nil {
			err = o.SteppedUp(c.Request.Context(), by)
		}
		if err != nil {
			problem.Write(c, o.Log, err)
			return
		}
		c.Next()
	}
}

func (o Options) refuse(status int, code, title, detail string) gin.HandlerFunc {
	return func(c *gin.Context) {
		problem.Write(c, o.Log, problem.New(c.Request.Context(), status, code, title, detail))
	}
}

func (o Options) wakeAfterWrites(c *gin.Context) {
	c.Next()
	if !slices.Contains([]string{http.MethodGet, http.MethodHead}, c.Request.Method) && c.Writer.Status() < http.StatusBadRequest {
		o.Wake()
	}
}

// readyWithin is how long the database may take to answer a probe.
const readyWithin = 2 * time.Second

// mountProbes adds what machines ask: alive, ready.
func (o Options) mountProbes(engine *gin.Engine) {
	engine.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok") })
	engine.GET("/readyz", func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), readyWithin)
		defer cancel()
		if o.Stopping() {
			c.String(http.StatusServiceUnavailable, "stopping")
			return
		}
		if err := o.DB.Ping(ctx); err != nil {
			o.Log.ErrorContext(ctx, "not ready", "error", err)
			c.String(http.StatusServiceUnavailable, "database unavailable")
			return
		}
		c.String(http.StatusOK, "ready")
	})
}
