package guard_test

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
	"github.com/prometheus/client_golang/prometheus"

	"lianxin/handler/endpoint"
	"lianxin/handler/guard"
	"lianxin/handler/problem"
	"lianxin/service/store/storetest"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	problem.Install()
	m.Run()
}

// gate is a router behind every guard, with a few routes of each sort.
type gate struct {
	t        testing.TB
	router   *gin.Engine
	registry *prometheus.Registry
	logged   bytes.Buffer
	got      []noteBody
}

type noteBody struct {
	Words string   `json:"words"`
	Tags  []string `json:"tags,omitempty"`
	Place struct {
		Road string `json:"road,omitempty"`
	} `json:"place,omitzero"`
	Number float64 `json:"number,omitempty"`
}

type noteInput struct {
	Q    string `query:"q"`
	Body noteBody
}

func newGate(tb testing.TB) *gate {
	tb.Helper()
	g := &gate{t: tb, router: gin.New(), registry: prometheus.NewRegistry()}
	log := slog.New(slog.NewJSONHandler(&g.logged, nil))
	clock := storetest.NewClock(tb, "2026-11-23 10:00")
	g.router.HandleMethodNotAllowed = true
	g.router.Use(guard.Name, func(c *gin.Context) { guard.Headers(true)(c.Writer.Header()) }, guard.NewFigures(g.registry).Watch(log, clock.Now), guard.Catch(log), guard.Body(log))
	config := huma.DefaultConfig("test", "1")
	config.CreateHooks = nil
	api := endpoint.NewAPI(humagin.New(g.router, config), log)
	note := endpoint.Route{Method: http.MethodPost, Path: "/notes/{id}", ID: "note", Who: endpoint.Anyone()}
	endpoint.Register(api, note, func(_ context.Context, in *struct {
		endpoint.ID
		noteInput
	},
	) (*endpoint.Body[string], error) {
		g.got = append(g.got, in.Body)
		return endpoint.Of(in.Body.Words), nil
	})
	g.router.GET("/panics", func(*gin.Context) { panic("secret of the inside") })
	g.router.GET("/panics-late", func(c *gin.Context) {
		c.String(http.StatusOK, "half")
		c.Writer.Flush()
		panic("secret of the inside")
	})
	g.router.GET("/aborts", func(*gin.Context) { panic(http.ErrAbortHandler) })
	g.router.POST("/upload", func(c *gin.Context) {
		n, err := io.Copy(io.Discard, c.Request.Body)
		c.JSON(http.StatusOK, gin.H{"bytes": n, "broken": err != nil})
	})
	return g
}

type request struct {
	method, path, query, body string
	header                    map[string]string
}

func note(body string) request {
	return request{method: http.MethodPost, path: "/notes/1", body: body, header: map[string]string{"Content-Type": "application/json"}}
}

func (g *gate) ask(r request) *httptest.ResponseRecorder {
	g.t.Helper()
	req := httptest.NewRequestWithContext(g.t.Context(), http.MethodGet, "/", strings.NewReader(r.body))
	req.Method, req.URL.Path, req.URL.RawQuery = r.method, r.path, r.query
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	g.router.ServeHTTP(w, req)
	return w
}

func (g *gate) get(path string) *httptest.ResponseRecorder {
	g.t.Helper()
	return g.ask(request{method: http.MethodGet, path: path})
}

// series are the labels under which requests were counted.
func (g *gate) series() []string {
	g.t.Helper()
	families, err := g.registry.Gather()
	if err != nil {
		g.t.Fatal(err)
	}
	var all []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			all = append(all, strings.Join(labels, " "))
		}
	}
	slices.Sort(all)
	return all
}

func TestARequestKeepsItsDecentNameOrGetsOne(t *testing.T) {
	g := newGate(t)
	for given, kept := range map[string]bool{
		"gateway-1.2_3": true, "12345678": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false,
		"": false, "short": false, "with space": false, "zeile\tbruch": false, "名字名字名字名字": false, "a<script>b": false,
	} {
		w := g.ask(request{method: http.MethodGet, path: "/nowhere", header: map[string]string{guard.RequestIDHeader: given}})
		id := w.Header().Get(guard.RequestIDHeader)
		if (id == given) != kept || id == "" {
			t.Errorf("%q became %q", given, id)
		}
	}
	if a, b := g.get("/").Header().Get(guard.RequestIDHeader), g.get("/").Header().Get(guard.RequestIDHeader); a == b {
		t.Errorf("two requests are called %s", a)
	}
}

func TestEveryAnswerForbidsGuessingAndTelling(t *testing.T) {
	g := newGate(t)
	for _, path := range []string{"/nowhere", "/panics"} {
		h := g.get(path).Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || h.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s answered %v", path, h)
		}
	}
}

func TestAProblemNamesItsRequest(t *testing.T) {
	g := newGate(t)
	r := note(`{"words":1}`)
	r.header[guard.RequestIDHeader] = "gateway-1"
	if w := g.ask(r); !strings.Contains(w.Body.String(), `"request_id":"gateway-1"`) {
		t.Errorf("got %s", w.Body)
	}
}

func TestAPanicIsAnOrdinary500AndTheProgramLives(t *testing.T) {
	g := newGate(t)
	w := g.get("/panics")
	var p problem.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusInternalServerError || p.Code != "internal" || p.RequestID == "" ||
		strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "goroutine") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if logged := g.logged.String(); strings.Count(logged, "secret of the inside") != 1 || !strings.Contains(logged, "guard_test.go") || !strings.Contains(logged, p.RequestID) {
		t.Errorf("logged %s", logged)
	}
	if w := g.ask(note(`{"words":"好"}`)); w.Code != http.StatusOK {
		t.Errorf("afterwards %d", w.Code)
	}
}

func TestAPanicAfterTheAnswerBeganCutsTheLine(t *testing.T) {
	g := newGate(t)
	server := httptest.NewServer(g.router)
	defer server.Close()
	for _, path := range []string{"/panics-late", "/aborts"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Client().Do(req)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			err = errors.Join(err, resp.Body.Close())
		}
		if err == nil {
			t.Errorf("%s came through whole", path)
		}
	}
	server.Close()
	if logged := g.logged.String(); strings.Count(logged, "secret of the inside") != 1 || strings.Count(logged, `"msg":"request"`) != 2 {
		t.Errorf("logged %s", logged)
	}
}

func TestTheLogLineHasTheRouteAndNothingPrivate(t *testing.T) {
	g := newGate(t)
	r := note(`{"words":"私密的话"}`)
	r.path, r.query = "/notes/01890000-secret-id", "q=张三13800000001"
	g.ask(r)
	g.get("/nowhere/secret-id")
	g.ask(request{method: "SECRET", path: "/notes/secret-id"})
	lines := strings.Split(strings.TrimSpace(g.logged.String()), "\n")
	for _, private := range []string{"secret", "SECRET", "张三", "138", "私密"} {
		if strings.Contains(g.logged.String(), private) {
			t.Errorf("%s is in the log: %s", private, g.logged.String())
		}
	}
	for i, route := range []string{"/notes/:id", "none", "none"} {
		var line map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil || line["route"] != route || line["request"] == "" || line["status"] == nil {
			t.Errorf("line %d is %s", i, lines[i])
		}
	}
}

func TestTheFiguresHaveFewLabels(t *testing.T) {
	g := newGate(t)
	for _, path := range []string{"/a", "/b", "/c", "/wp-login.php", "/notes"} {
		g.get(path)
		for _, method := range []string{"BREW", "PROPFIND", "X" + path[1:], "get"} {
			g.ask(request{method: method, path: path})
		}
	}
	for _, id := range []string{"1", "2", "3"} {
		r := note(`{"words":"好"}`)
		r.path += id
		g.ask(r)
	}
	g.get("/notes/1")
	want := []string{"GET none 404", "GET none 405", "POST /notes/:id 200", "other none 404"}
	if got := g.series(); !slices.Equal(got, want) {
		t.Errorf("counted as %q", got)
	}
}
