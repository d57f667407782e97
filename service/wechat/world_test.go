package wechat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/service/wechat"
	"lianxin/simulator"
)

// who is the person of these tests.
const who = "王秀英"

// world is a stand-in for WeChat with everything a gateway needs around it.
type world struct {
	t       *testing.T
	sim     *simulator.Simulator
	server  *httptest.Server
	clock   *clock
	store   *store
	log     *logBook
	options simulator.Options

	mu       sync.Mutex
	asked    []asked
	override func(w http.ResponseWriter, r *http.Request) bool
	secrets  map[string]bool
}

// asked is one request as it reached the stand-in.
type asked struct {
	path, host, body string
	query            url.Values
}

func newWorld(t *testing.T, change func(*simulator.Options)) *world {
	t.Helper()
	w := &world{
		t:       t,
		clock:   &clock{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)},
		store:   &store{tokens: map[string]wechat.Token{}},
		log:     &logBook{},
		options: simulator.Defaults(),
		secrets: map[string]bool{},
	}
	w.options.Now = w.clock.now
	if change != nil {
		change(&w.options)
	}
	sim, err := simulator.New(w.options)
	if err != nil {
		t.Fatal(err)
	}
	w.sim = sim
	w.server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(func() {
		w.server.CloseClientConnections()
		w.server.Close()
		sim.Close()
	})
	w.keepSecret(w.options.Mini.Secret, w.options.Official.Secret)
	return w
}

// gateway makes one replica; all replicas of a world share its store.
func (w *world) gateway(change func(*wechat.Options)) *wechat.Gateway {
	w.t.Helper()
	options := wechat.Options{
		Mini:     wechat.Account{AppID: w.options.Mini.AppID, Secret: w.options.Mini.Secret},
		Official: wechat.Account{AppID: w.options.Official.AppID, Secret: w.options.Official.Secret},
		BaseURL:  w.server.URL,
		Tokens:   w.store,
		Now:      w.clock.now,
		Log:      slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&options)
	}
	gateway, err := wechat.New(options)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(gateway.Close)
	return gateway
}

// serve watches what passes, and lets a test answer in the stand-in's place.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/simulator/") {
		w.sim.ServeHTTP(rw, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(rw, "unreadable", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	query := r.URL.Query()
	w.keepSecret(query.Get("access_token"), query.Get("js_code"), query.Get("code"), query.Get("secret"))
	w.mu.Lock()
	w.asked = append(w.asked, asked{path: r.URL.Path, host: r.Header.Get("X-Original-Host"), body: string(body), query: query})
	override := w.override
	w.mu.Unlock()
	if override != nil && override(rw, r) {
		return
	}
	recorder := &answerRecorder{ResponseWriter: rw}
	w.sim.ServeHTTP(recorder, r)
	w.keepAnswer(recorder.body.Bytes())
}

type answerRecorder struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (r *answerRecorder) Write(text []byte) (int, error) {
	r.body.Write(text)
	return r.ResponseWriter.Write(text)
}

func (w *world) keepAnswer(text []byte) {
	var answer map[string]any
	if json.Unmarshal(text, &answer) != nil {
		return
	}
	for _, name := range []string{"access_token", "session_key", "refresh_token"} {
		if secret, ok := answer[name].(string); ok {
			w.keepSecret(secret)
		}
	}
}

func (w *world) keepSecret(secrets ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, secret := range secrets {
		if secret != "" {
			w.secrets[secret] = true
		}
	}
}

// answerWith lets the test answer WeChat's part; nil gives it back.
func (w *world) answerWith(override func(rw http.ResponseWriter, r *http.Request) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.override = override
}

// calls returns what was asked under a path.
func (w *world) calls(path string) []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []asked
	for _, one := range w.asked {
		if one.path == path {
			found = append(found, one)
		}
	}
	return found
}

// last returns the newest request under a path, its body decoded.
func (w *world) last(path string) map[string]any {
	w.t.Helper()
	calls := w.calls(path)
	if len(calls) == 0 {
		w.t.Fatalf("nothing was asked under %s", path)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(calls[len(calls)-1].body), &body); err != nil {
		w.t.Fatal(err)
	}
	return body
}

const stableToken = "/cgi-bin/stable_token"

func (w *world) tokenFetches() int { return len(w.calls(stableToken)) }

// control uses the stand-in's control API.
func (w *world) control(method, path string, body any) map[string]any {
	w.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	address, err := url.Parse("/simulator/" + path)
	if err != nil {
		w.t.Fatal(err)
	}
	request := &http.Request{Method: method, URL: address, Host: "simulator", Body: io.NopCloser(bytes.NewReader(text))}
	recorder := httptest.NewRecorder()
	w.sim.ServeHTTP(recorder, request)
	var answer map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || recorder.Code != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s", method, path, recorder.Code, recorder.Body)
	}
	return answer
}

type body map[string]any

func (w *world) fault(fault body) { w.t.Helper(); w.control(http.MethodPut, "faults", fault) }

func (w *world) loginCode(account string, more body) string {
	w.t.Helper()
	asked := body{"account": account, "user": who}
	maps.Copy(asked, more)
	code := w.control(http.MethodPost, "login-codes", asked)["code"].(string)
	w.keepSecret(code)
	return code
}

func (w *world) phoneCode() string {
	w.t.Helper()
	code := w.control(http.MethodPost, "phone-codes", body{"user": who})["code"].(string)
	w.keepSecret(code)
	return code
}

// openID is the person's at one of the accounts.
func (w *world) openID(account string) string {
	w.t.Helper()
	user := w.control(http.MethodGet, "users/"+url.PathEscape(who), body{})
	return user["openids"].(map[string]any)[account].(string)
}

func (w *world) act(what string, more body) {
	w.t.Helper()
	w.control(http.MethodPost, "users/"+url.PathEscape(who)+"/"+what, more)
}

func (w *world) notices() []any {
	w.t.Helper()
	return w.control(http.MethodGet, "users/"+url.PathEscape(who)+"/notices", body{})["notices"].([]any)
}

// clock is moved by hand and shared by WeChat and us.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// store is the table that replicas share.
type store struct {
	mu      sync.Mutex
	tokens  map[string]wechat.Token
	loads   int
	dropped []string
	broken  error
}

func (s *store) LoadToken(_ context.Context, appID string) (wechat.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	return s.tokens[appID], s.broken
}

func (s *store) SaveToken(_ context.Context, appID string, token wechat.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil && s.tokens[appID].ExpiresAt.Before(token.ExpiresAt) {
		s.tokens[appID] = token
	}
	return s.broken
}

func (s *store) DropToken(_ context.Context, appID, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil && s.tokens[appID].Value == value {
		delete(s.tokens, appID)
		s.dropped = append(s.dropped, value)
	}
	return s.broken
}

func (s *store) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = err
}

func (s *store) value(appID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[appID].Value
}

// logBook is a writer for logs that many goroutines use.
type logBook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logBook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
