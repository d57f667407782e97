package simulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianxin/simulator"
)

var opening = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

const patience = 5 * time.Second

// stand is a stand-in with an app behind its callbacks, told as the tests speak.
type stand struct {
	t    *testing.T
	sim  *simulator.Simulator
	url  string
	app  *app
	opts simulator.Options
}

// app is the callback: it hands every push to the test and answers what the test wants.
type app struct {
	url    string
	got    chan received
	answer func(received) (int, string)
}

type received struct {
	query  url.Values
	method string
	kind   string
	body   string
}

func start(t *testing.T, changes ...func(*simulator.Options)) *stand {
	t.Helper()
	opts := simulator.Defaults()
	opts.Now = func() time.Time { return opening }
	opts.RetryPause = time.Millisecond
	for _, change := range changes {
		change(&opts)
	}
	sim, err := simulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	s := &stand{t: t, sim: sim, url: server.URL, app: newApp(t), opts: opts}
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	sim.SetCallback(simulator.MiniAccount, s.app.url+"/mini")
	sim.SetCallback(simulator.OfficialAccount, s.app.url+"/official")
	return s
}

func newApp(t *testing.T) *app {
	t.Helper()
	a := &app{got: make(chan received, 100), answer: func(received) (int, string) { return http.StatusOK, "success" }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		one := received{query: r.URL.Query(), method: r.Method, kind: r.Header.Get("Content-Type"), body: string(body)}
		status, text := a.answer(one)
		a.got <- one
		w.WriteHeader(status)
		if _, err := io.WriteString(w, text); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

// next is the next push that reached the app.
func (s *stand) next() received {
	s.t.Helper()
	select {
	case one := <-s.app.got:
		return one
	case <-time.After(patience):
		s.t.Fatal("no push came")
		return received{}
	}
}

// until waits for something that happens in the background.
func (s *stand) until(what string, happened func() bool) {
	s.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !happened() {
		select {
		case <-tick.C:
		case <-deadline:
			s.t.Fatal("waited in vain for " + what)
		}
	}
}

type answer map[string]any

func (a answer) code() int {
	number, ok := a["errcode"].(float64)
	if !ok {
		return 0
	}
	return int(number)
}

func (a answer) text(key string) string {
	text, _ := a[key].(string)
	return text
}

func (a answer) number(key string) float64 {
	number, _ := a[key].(float64)
	return number
}

func (a answer) object(key string) answer {
	object, _ := a[key].(map[string]any)
	return object
}

func (a answer) list(key string) []answer {
	items, _ := a[key].([]any)
	out := make([]answer, 0, len(items))
	for _, item := range items {
		object, _ := item.(map[string]any)
		out = append(out, object)
	}
	return out
}

// raw makes a request and gives back status, Content-Type and body.
func (s *stand) raw(method, path string, body []byte) (int, string, []byte) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		s.t.Fatal(err)
	}
	if where := response.Header.Get("Location"); where != "" {
		data = []byte(where)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), data
}

func (s *stand) ask(method, path string, body any) (int, answer) {
	s.t.Helper()
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	default:
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(b); err != nil {
			s.t.Fatal(err)
		}
		data = out.Bytes()
	}
	status, kind, text := s.raw(method, path, data)
	if !strings.HasPrefix(kind, "application/json") {
		s.t.Fatalf("%s %s answered %d %s: %s", method, path, status, kind, text)
	}
	var out answer
	if err := json.Unmarshal(text, &out); err != nil {
		s.t.Fatalf("%s %s answered %s", method, path, text)
	}
	return status, out
}

func (s *stand) get(path string) answer {
	s.t.Helper()
	_, out := s.ask(http.MethodGet, path, nil)
	return out
}

func (s *stand) post(path string, body any) answer {
	s.t.Helper()
	_, out := s.ask(http.MethodPost, path, body)
	return out
}

// control calls the control API and expects it to agree.
func (s *stand) control(method, path string, body any) answer {
	s.t.Helper()
	status, out := s.ask(method, "/simulator/"+path, body)
	if status != http.StatusOK {
		s.t.Fatalf("%s %s: %d %v", method, path, status, out)
	}
	return out
}

// refused calls the control API and expects the given status.
func (s *stand) refused(status int, method, path string, body any) {
	s.t.Helper()
	if got, out := s.ask(method, "/simulator/"+path, body); got != status || out.text("error") == "" {
		s.t.Errorf("%s %s: %d %v, want %d", method, path, got, out, status)
	}
}

func (s *stand) advance(step string) {
	s.t.Helper()
	s.control(http.MethodPost, "clock", answer{"advance": step})
}

func (s *stand) account(name string) simulator.Account {
	if name == simulator.MiniAccount {
		return s.opts.Mini
	}
	return s.opts.Official
}

func (s *stand) token(name string) string {
	s.t.Helper()
	a := s.account(name)
	out := s.get("/cgi-bin/token?grant_type=client_credential&appid=" + a.AppID + "&secret=" + a.Secret)
	if out.text("access_token") == "" {
		s.t.Fatalf("no token: %v", out)
	}
	return out.text("access_token")
}

// api is a path with a fresh token of an account.
func (s *stand) api(name, path string) string {
	s.t.Helper()
	return path + "?access_token=" + s.token(name)
}

func (s *stand) person(name string) answer {
	s.t.Helper()
	return s.control(http.MethodPost, "users", answer{"name": name})
}

func (s *stand) openID(account, name string) string {
	s.t.Helper()
	return s.person(name).object("openids").text(account)
}

func (s *stand) follow() {
	s.t.Helper()
	s.control(http.MethodPost, who("张三", "follow"), nil)
	s.next()
}

func who(name, deed string) string {
	return "users/" + url.PathEscape(name) + "/" + deed
}

func (s *stand) wantCode(want int, got answer) {
	s.t.Helper()
	if got.code() != want {
		s.t.Errorf("errcode %d, want %d: %v", got.code(), want, got)
	}
}
