package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/model"
)

// program is the real program running on free ports, reached over HTTP only.
type program struct {
	tb        testing.TB
	data      string
	app       string
	simulator string
	figures   string
	stderr    *guarded
	stop      context.CancelFunc
	code      chan int
}

// guarded is a buffer that the program writes while the test reads.
type guarded struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.Write(p)
}

func (g *guarded) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.String()
}

// startDemo starts `lianxin demo` on a data folder and waits until it is ready.
func startDemo(tb testing.TB, data string) *program {
	tb.Helper()
	return startDemoWith(tb, data, nil)
}

func startDemoWith(tb testing.TB, data string, env map[string]string) *program {
	tb.Helper()
	p := start(tb, env, "demo", "--data", data, "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0", "--verbose")
	p.data = data
	return p
}

func start(tb testing.TB, env map[string]string, args ...string) *program {
	tb.Helper()
	ctx, stop := context.WithCancel(context.Background())
	read, write := io.Pipe()
	p := &program{tb: tb, stderr: &guarded{}, stop: stop, code: make(chan int, 1)}
	w := world{lookup: lookupIn(env), now: clock, stdin: strings.NewReader(""), stdout: write, stderr: p.stderr}
	go func() {
		p.code <- run(ctx, w, args)
		_ = write.Close()
	}()
	tb.Cleanup(func() { p.end() })
	line := bufio.NewScanner(read)
	if !line.Scan() {
		tb.Fatalf("the program did not start: %s", p.stderr)
	}
	var ready readyLine
	if err := json.Unmarshal(line.Bytes(), &ready); err != nil || !ready.Ready {
		tb.Fatalf("ready line %q: %v", line.Text(), err)
	}
	p.app, p.simulator, p.figures = ready.App, ready.Simulator, ready.Figures
	return p
}

// end stops the program, as SIGTERM does, and gives its exit code.
func (p *program) end() int {
	p.stop()
	code := <-p.code
	p.code <- code
	return code
}

func lookupIn(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
}

// command runs a command that ends by itself.
func command(tb testing.TB, env map[string]string, stdin string, args ...string) (code int, stdout, stderr string) {
	tb.Helper()
	var out, problems bytes.Buffer
	w := world{lookup: lookupIn(env), now: clock, stdin: strings.NewReader(stdin), stdout: &out, stderr: &problems}
	code = run(tb.Context(), w, args)
	return code, out.String(), problems.String()
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(tb testing.TB, into any) {
	tb.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		tb.Fatalf("answer %d %q: %v", a.status, a.body, err)
	}
}

// field gives a string of the answer by its path of names.
func (a answer) field(tb testing.TB, path ...string) string {
	tb.Helper()
	var v any
	a.json(tb, &v)
	for _, name := range path {
		object, ok := v.(map[string]any)
		if !ok {
			tb.Fatalf("no %v in %s", path, a.body)
		}
		v = object[name]
	}
	return fmt.Sprint(v)
}

// phone is a caller of the API with a token of its own.
type phone struct {
	*program
	name  string
	token string
}

func (p *program) anonymous() phone { return phone{program: p} }

// signIn opens the mini-program as a person of the stand-in.
func (p *program) signIn(name string) phone {
	p.tb.Helper()
	code := p.ask(http.MethodPost, p.simulator+"/simulator/login-codes", "", map[string]any{"account": "mini", "user": name}).field(p.tb, "code")
	a := p.ask(http.MethodPost, p.app+"/api/v1/sessions/wechat", "", map[string]any{"code": code})
	if a.status != http.StatusCreated {
		p.tb.Fatalf("sign in as %s: %d %s", name, a.status, a.body)
	}
	return phone{program: p, name: name, token: a.field(p.tb, "token")}
}

// signInStaff opens the console.
func (p *program) signInStaff(login, password string) phone {
	p.tb.Helper()
	a := p.ask(http.MethodPost, p.app+"/api/v1/sessions/staff", "", map[string]any{"login": login, "password": password})
	if a.status != http.StatusCreated {
		p.tb.Fatalf("sign in as %s: %d %s", login, a.status, a.body)
	}
	return phone{program: p, name: login, token: a.field(p.tb, "token")}
}

func (p phone) get(path string) answer { return p.ask(http.MethodGet, p.app+path, p.token, nil) }

func (p phone) post(path string, body any) answer {
	return p.ask(http.MethodPost, p.app+path, p.token, body)
}

func (p phone) put(path string, body any) answer {
	return p.ask(http.MethodPut, p.app+path, p.token, body)
}

// must fails the test when the status is another one.
func (p phone) must(status int, a answer) answer {
	p.tb.Helper()
	if a.status != status {
		p.tb.Fatalf("%s: got %d, want %d: %s", p.name, a.status, status, a.body)
	}
	return a
}

// ask sends one request; writes carry a fresh idempotency key.
func (p *program) ask(method, url, token string, body any) answer {
	p.tb.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			p.tb.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(p.tb.Context(), method, url, content)
	if err != nil {
		p.tb.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if method != http.MethodGet {
		request.Header.Set("Idempotency-Key", model.NewID())
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return p.send(request)
}

func (p *program) send(request *http.Request) answer {
	p.tb.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		p.tb.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(content)}
}

// eventually asks until it is so, for at most half a minute.
func (p *program) eventually(what string, so func() bool) {
	p.tb.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !so() {
		if time.Now().After(deadline) {
			p.tb.Fatalf("%s: not within half a minute; log:\n%s", what, p.stderr)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// sampled is where sampleFolder filled it, to be removed at the end.
var sampled string

// sampleFolder is a data folder filled once per test process; each test that
// asks gets a copy.
var sampleFolder = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lianxin-sample")
	if err != nil {
		return "", err
	}
	sampled = dir
	ctx, stop := context.WithCancel(context.Background())
	read, write := io.Pipe()
	var problems guarded
	w := world{lookup: lookupIn(nil), now: clock, stdin: strings.NewReader(""), stdout: write, stderr: &problems}
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, w, []string{"demo", "--data", dir, "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0"})
		_ = write.Close()
	}()
	ready := bufio.NewScanner(read).Scan()
	stop()
	if c := <-code; !ready || c != 0 {
		return "", errors.New("the sample was not filled: " + problems.String())
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if sampled != "" {
		_ = os.RemoveAll(sampled)
	}
	os.Exit(code)
}

// demoCopy starts the demo on a copy of the sample.
func demoCopy(tb testing.TB) *program {
	tb.Helper()
	return demoCopyWith(tb, nil)
}

// demoCopyWith is demoCopy with settings from the environment.
func demoCopyWith(tb testing.TB, env map[string]string) *program {
	tb.Helper()
	if os.Getenv("LIANXIN_TEST_DSN") != "" {
		tb.Skip("the demo keeps its data in SQLite, whatever server is tested")
	}
	from, err := sampleFolder()
	if err != nil {
		tb.Fatal(err)
	}
	data := tb.TempDir()
	if err := os.CopyFS(filepath.Join(data, "copy"), os.DirFS(from)); err != nil {
		tb.Fatal(err)
	}
	return startDemoWith(tb, filepath.Join(data, "copy"), env)
}

func sorted(lines []string) []string {
	slices.Sort(lines)
	return lines
}
