package trial_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
	"lianxin/simulator"
)

// built is the program as it is shipped, compiled once.
var built = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(insideDisk); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "lianxin-trial")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "lianxin")
	out, err := exec.Command("go", "build", "-o", path, "lianxin/cmd/lianxin").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := built(); err == nil && os.Getenv(insideDisk) == "" {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// place is a deployment: a database, the stand-in, and replicas of the program.
type place struct {
	tb        testing.TB
	database  string
	simulator string
	seat      string
	replicas  []*replica
}

// replica is one process of the program, which is killed and started again at
// one address.
type replica struct {
	tb      testing.TB
	address string
	// figures is where it tells its figures.
	figures string
	env     []string
	// wrap starts the program through another one; nil starts it directly.
	wrap []string
	log  *guarded
	cmd  *exec.Cmd
	gone chan struct{}
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

// freeAddress is an address nobody listens at.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// newPlace migrates and fills a database, as LIANXIN_DATABASE names it, and
// starts so many replicas on it.
func newPlace(tb testing.TB, database string, replicas int, more map[string]string) *place {
	tb.Helper()
	p := &place{tb: tb, database: database, seat: model.NewID()}
	for range replicas {
		p.replicas = append(p.replicas, &replica{tb: tb, address: freeAddress(tb), figures: freeAddress(tb), log: &guarded{}})
	}
	options := simulator.Defaults()
	options.AppURL = "http://" + p.replicas[0].address
	options.Mini.CallbackURL, options.Official.CallbackURL = options.AppURL+"/wechat/mini", options.AppURL+"/wechat/official"
	stand, err := simulator.New(options)
	if err != nil {
		tb.Fatal(err)
	}
	server := httptest.NewServer(stand)
	tb.Cleanup(func() { stand.Close(); server.Close() })
	p.simulator = server.URL
	for _, r := range p.replicas {
		r.env = p.settings(options, r, more)
	}
	p.command("migrate")
	p.fill()
	for _, r := range p.replicas {
		r.start()
	}
	return p
}

func (p *place) settings(o simulator.Options, r *replica, more map[string]string) []string {
	set := map[string]string{
		"LIANXIN_DATABASE": p.database, "LIANXIN_DATA": p.tb.TempDir(), "LIANXIN_LISTEN": r.address, "LIANXIN_METRICS_LISTEN": r.figures,
		"LIANXIN_PUBLIC_URL":       o.AppURL,
		"LIANXIN_WECHAT_SIMULATOR": p.simulator, "LIANXIN_LINK_KEY": rand.Text() + rand.Text(),
		"LIANXIN_FIELD_KEYS": "a:00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef",
		// A dozen phones send here what a town sends in a day.
		"LIANXIN_LIMIT_SCALE": "1000", "LIANXIN_LIMIT_MESSAGES": "off", "LIANXIN_ABUSE_BURST": "0",
		"LIANXIN_TRUSTED_PROXIES": "127.0.0.1/32", "LIANXIN_OPEN_MESSAGES_CAP": "10000", "LIANXIN_LOG_LEVEL": "warn",
	}
	for name, a := range map[string]simulator.Account{"MINI": o.Mini, "OFFICIAL": o.Official} {
		prefix := "LIANXIN_WECHAT_" + name + "_"
		set[prefix+"APP_ID"], set[prefix+"SECRET"], set[prefix+"TOKEN"] = a.AppID, a.Secret, a.Token
		set[prefix+"AES_KEY"], set[prefix+"MODE"] = a.EncodingAESKey, a.Mode
	}
	for _, kind := range []string{"progress", "answer", "task", "survey"} {
		set["LIANXIN_TEMPLATE_MINI_"+strings.ToUpper(kind)] = "mini-" + kind
		set["LIANXIN_TEMPLATE_OFFICIAL_"+strings.ToUpper(kind)] = "oa-" + kind
	}
	maps.Copy(set, more)
	var env []string
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return env
}

// command runs a command of the program to its end, which must be a good one.
func (p *place) command(args ...string) {
	p.tb.Helper()
	if out, err := p.said(args...); err != nil {
		p.tb.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// said runs a command of the program and gives what it said.
func (p *place) said(args ...string) (string, error) {
	p.tb.Helper()
	path, err := built()
	if err != nil {
		p.tb.Fatal(err)
	}
	cmd := exec.CommandContext(p.tb.Context(), path, args...)
	cmd.Env = p.replicas[0].env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// open looks into the database from outside.
func (p *place) open() *store.DB {
	p.tb.Helper()
	kind, dsn, _ := strings.Cut(p.database, ":")
	db, err := store.Open(context.WithoutCancel(p.tb.Context()), store.Kind(kind), dsn)
	if err != nil {
		p.tb.Fatal(err)
	}
	return db
}

// fill writes what messages need: an area and a seat.
func (p *place) fill() {
	p.tb.Helper()
	db := p.open()
	defer func() { _ = db.Close() }()
	area := model.Area{ID: model.NewID(), Name: "临江区", Level: model.LevelDistrict}
	area.Path = area.ID + "/"
	now := time.Now().UTC().Truncate(time.Millisecond)
	err := store.InTx(p.tb.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		if err := store.From[model.Area](tx).Create(ctx, &area); err != nil {
			return err
		}
		return store.From[model.Representative](tx).Create(ctx, &model.Representative{
			ID: p.seat, AreaID: area.ID, AreaPath: area.Path, Name: "张三", State: model.RepresentativeServing, MessageCap: 1_000_000, CreatedAt: now, UpdatedAt: now,
		})
	})
	if err != nil {
		p.tb.Fatal(err)
	}
}

// seatOf gives the seat to a person.
func (p *place) seatOf(personID string) {
	p.tb.Helper()
	db := p.open()
	defer func() { _ = db.Close() }()
	err := store.InTx(p.tb.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		if _, err := store.From[model.Representative](tx).Where("id = ?", p.seat).Update(ctx, "person_id", personID); err != nil {
			return err
		}
		return store.From[model.Grant](tx).Create(ctx, &model.Grant{
			ID: model.NewID(), PersonID: personID, Role: model.RoleRepresentative, RepresentativeID: p.seat,
		})
	})
	if err != nil {
		p.tb.Fatal(err)
	}
}

// start starts the process and waits until it is ready.
func (r *replica) start() {
	r.tb.Helper()
	path, err := built()
	if err != nil {
		r.tb.Fatal(err)
	}
	args := append(slices.Clone(r.wrap), path, "serve")
	cmd := exec.CommandContext(context.WithoutCancel(r.tb.Context()), args[0], args[1:]...)
	cmd.Env = append(slices.Clone(r.env), "PATH="+os.Getenv("PATH"))
	cmd.Stderr = r.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.tb.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	ready := lines.Scan() && strings.Contains(lines.Text(), `"ready":true`)
	gone := make(chan struct{})
	go func() { _ = cmd.Wait(); close(gone) }()
	r.cmd, r.gone = cmd, gone
	r.tb.Cleanup(func() { _ = cmd.Process.Kill(); <-gone })
	if !ready {
		r.tb.Fatalf("the program did not start:\n%s", r.log)
	}
}

// kill ends the process as a crash does.
func (r *replica) kill() {
	r.tb.Helper()
	if r.ended() {
		r.tb.Fatalf("the program ended by itself:\n%s", r.log)
	}
	if err := r.cmd.Process.Kill(); err != nil {
		r.tb.Fatal(err)
	}
	<-r.gone
}

func (r *replica) ended() bool {
	select {
	case <-r.gone:
		return true
	default:
		return false
	}
}

// patient waits for something another process brings about.
func (p *place) patient(limit time.Duration, what string, so func() bool) {
	p.tb.Helper()
	for end := time.Now().Add(limit); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			logs := ""
			for _, r := range p.replicas {
				log := r.log.String()
				logs += log[max(0, len(log)-4000):]
			}
			p.tb.Fatalf("not within %v: %s\n%s", limit, what, logs)
		}
	}
}

// asked is what came back; status 0 says that nothing did.
type asked struct {
	status int
	header http.Header
	body   []byte
}

func (a asked) into(tb testing.TB, v any) {
	tb.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		tb.Fatalf("answer %d %q: %v", a.status, a.body, err)
	}
}

// caller is the HTTP client of everybody here: no answer within the time of a
// patient phone is no answer.
var caller = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}

// control turns the stand-in's knobs.
func (p *place) control(method, path string, body any) asked {
	p.tb.Helper()
	a, err := ask(p.tb.Context(), method, p.simulator+"/simulator"+path, nil, body)
	if err != nil || a.status >= http.StatusBadRequest {
		p.tb.Fatalf("%s %s: %d %s %v", method, path, a.status, a.body, err)
	}
	return a
}

func ask(ctx context.Context, method, address string, header map[string]string, body any) (asked, error) {
	content, err := json.Marshal(body)
	if err != nil {
		return asked{}, err
	}
	if body == nil {
		content = nil
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(content))
	if err != nil {
		return asked{}, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := caller.Do(request)
	if err != nil {
		return asked{}, err
	}
	a := asked{status: response.StatusCode, header: response.Header}
	var read bytes.Buffer
	_, err = read.ReadFrom(response.Body)
	a.body = read.Bytes()
	return a, errors.Join(err, response.Body.Close())
}
