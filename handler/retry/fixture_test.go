package retry_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"gorm.io/gorm"

	"lianxin/handler/endpoint"
	"lianxin/handler/problem"
	"lianxin/handler/retry"
	"lianxin/handler/session"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

const key = "key-0001"

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	problem.Install()
	m.Run()
}

// desk is a router with writes of every kind behind a keeper. What a write does
// is one line of the audit log.
type desk struct {
	t      *testing.T
	db     *store.DB
	clock  *storetest.Clock
	router *gin.Engine
	// check is run before the deed's transaction, before inside it, after once it
	// is committed.
	check, before, after func(ctx context.Context) error
}

type deedInput struct {
	Body struct {
		Words string `json:"words" minLength:"2"`
	}
}

type deedOutput struct {
	Words  string `json:"words"`
	Serial string `json:"serial"`
}

// newDesk makes a desk that waits for a twin as long as it takes.
func newDesk(t *testing.T) *desk {
	t.Helper()
	return newDeskOf(t, time.Minute)
}

func newDeskOf(t *testing.T, patience time.Duration) *desk {
	t.Helper()
	nothing := func(context.Context) error { return nil }
	d := &desk{t: t, db: storetest.Open(t), clock: storetest.NewClock(t, "2026-11-23 10:00"), router: gin.New(), check: nothing, before: nothing, after: nothing}
	log := slog.New(slog.DiscardHandler)
	d.router.ContextWithFallback = true
	var api endpoint.API
	keeper := retry.Keeper{DB: d.db, Now: d.clock.Now, Log: log, Patience: patience, Keyless: func(c *gin.Context) bool {
		r, found := api.Route(c.Request.Method, c.FullPath())
		return found && r.Keyless
	}}
	identify := func(_ context.Context, token string) (model.Actor, error) {
		return model.Actor{PersonID: token, Name: token}, nil
	}
	d.router.Use(gin.CustomRecoveryWithWriter(io.Discard, func(c *gin.Context, _ any) { c.AbortWithStatus(http.StatusInternalServerError) }))
	group := d.router.Group("", session.Middleware(identify), keeper.Middleware)
	api = endpoint.NewAPI(humagin.NewWithGroup(d.router, group, huma.DefaultConfig("test", "1")), log)
	route := func(method, path, id string) endpoint.Route {
		return endpoint.Route{Method: method, Path: path, ID: id, Who: endpoint.SignedIn()}
	}
	create := route(http.MethodPost, "/deeds", "create")
	create.Status = http.StatusCreated
	endpoint.Act(api, create, d.create)
	endpoint.Act(api, route(http.MethodPost, "/other-deeds", "create-other"), d.create)
	remove := route(http.MethodDelete, "/deeds", "remove")
	remove.Status = http.StatusNoContent
	endpoint.Act(api, remove, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Empty, error) {
		return &endpoint.Empty{}, d.deed(ctx, by, "removed")
	})
	endpoint.Act(api, route(http.MethodGet, "/deeds", "list"), func(ctx context.Context, _ model.Actor, _ *struct{}) (*endpoint.Body[int], error) {
		return endpoint.Of(d.deeds(ctx)), nil
	})
	keyless := route(http.MethodPost, "/keyless", "keyless")
	keyless.Keyless = true
	endpoint.Act(api, keyless, d.create)
	anonymous := route(http.MethodPost, "/anonymous", "anonymous")
	anonymous.Who = endpoint.Anyone()
	endpoint.Register(api, anonymous, func(ctx context.Context, in *deedInput) (*endpoint.Body[deedOutput], error) {
		return d.create(ctx, model.Actor{Name: "nobody"}, in)
	})
	group.POST("/upload", func(c *gin.Context) {
		by, err := session.Actor(c.Request.Context())
		if err == nil {
			err = d.deed(c.Request.Context(), by, "upload")
		}
		if err != nil {
			problem.Write(c, log, err)
			return
		}
		c.JSON(http.StatusCreated, gin.H{"id": model.NewID()})
	})
	return d
}

func (d *desk) create(ctx context.Context, by model.Actor, in *deedInput) (*endpoint.Body[deedOutput], error) {
	if err := d.deed(ctx, by, in.Body.Words); err != nil {
		return nil, err
	}
	return endpoint.Of(deedOutput{Words: in.Body.Words, Serial: model.NewID()}), nil
}

func (d *desk) deed(ctx context.Context, by model.Actor, words string) error {
	if strings.Contains(words, "不行") {
		return fault.Conflict("现在不能这样做。")
	}
	if err := d.check(ctx); err != nil {
		return err
	}
	err := store.InTx(ctx, d.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := d.before(ctx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "deed", audit.Target{Kind: "deed", Detail: string([]rune(words)[:1])}, d.clock.Now())
	})
	if err != nil {
		return err
	}
	return d.after(ctx)
}

// deeds counts what was really done.
func (d *desk) deeds(ctx context.Context) int {
	d.t.Helper()
	n, err := store.From[model.AuditLine](d.db.Read()).Where("action = ?", "deed").Count(ctx, "*")
	if err != nil {
		d.t.Fatal(err)
	}
	return int(n)
}

func (d *desk) wantDeeds(want int) {
	d.t.Helper()
	if got := d.deeds(d.t.Context()); got != want {
		d.t.Errorf("%d deeds were done, not %d", got, want)
	}
}

// request is a write; by is empty for nobody.
type request struct {
	method, path, by, key, kind, body string
}

// post is a deed of wang with the usual key.
func post(body string) request {
	return request{method: http.MethodPost, path: "/deeds", by: "wang", key: key, kind: "application/json", body: body}
}

func (d *desk) ask(r request) *httptest.ResponseRecorder {
	d.t.Helper()
	return d.askUnder(d.t.Context(), r)
}

func (d *desk) askUnder(ctx context.Context, r request) *httptest.ResponseRecorder {
	d.t.Helper()
	req := httptest.NewRequestWithContext(ctx, r.method, r.path, strings.NewReader(r.body))
	for name, value := range map[string]string{"Content-Type": r.kind, retry.Header: r.key} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if r.by != "" {
		req.Header.Set("Authorization", "Bearer "+r.by)
	}
	w := httptest.NewRecorder()
	d.router.ServeHTTP(w, req)
	return w
}

func (d *desk) want(r request, status int) *httptest.ResponseRecorder {
	d.t.Helper()
	w := d.ask(r)
	if w.Code != status {
		d.t.Fatalf("%s %s gave %d, not %d: %.300s", r.method, r.path, w.Code, status, w.Body)
	}
	return w
}

// wantSame says that the second answer is the first again.
func wantSame(t *testing.T, first, second *httptest.ResponseRecorder) {
	t.Helper()
	if first.Code != second.Code || first.Body.String() != second.Body.String() ||
		first.Header().Get("Content-Type") != second.Header().Get("Content-Type") {
		t.Errorf("first %d %q %.200s, then %d %q %.200s", first.Code, first.Header().Get("Content-Type"), first.Body,
			second.Code, second.Header().Get("Content-Type"), second.Body)
	}
}
