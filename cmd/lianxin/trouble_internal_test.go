package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lianxin/simulator"
)

// trouble makes every call of a path of the stand-in fail in one way.
func (p *program) trouble(fault map[string]any) {
	p.tb.Helper()
	p.anonymous().must(http.StatusOK, p.ask(http.MethodPut, p.simulator+"/simulator/faults", "", fault))
}

func (p *program) noTrouble() {
	p.tb.Helper()
	p.ask(http.MethodDelete, p.simulator+"/simulator/faults", "", nil)
}

func TestWeChatsTroublesDelayAMessageAndLoseNothingAndTellNoSecret(t *testing.T) {
	p := demoCopy(t)
	seat, _ := p.someone()
	resident := p.signIn("耐心的人")
	for what, fault := range map[string]map[string]any{
		"busy":        {"path": "/wxa/msg_sec_check", "errcode": -1},
		"500":         {"path": "/wxa/msg_sec_check", "status": 500},
		"dropped":     {"path": "/wxa/msg_sec_check", "drop": true},
		"dead token":  {"path": "/wxa/msg_sec_check", "revoke_token": true, "times": 1},
		"rate":        {"path": "/wxa/msg_sec_check", "errcode": 45009},
		"no token":    {"path": "/cgi-bin/stable_token", "errcode": 40164},
		"wrong token": {"path": "/wxa/msg_sec_check", "errcode": 40001, "times": 1},
	} {
		t.Run(what, func(t *testing.T) {
			p.trouble(fault)
			id := resident.must(http.StatusCreated, resident.post("/api/v1/messages", map[string]any{"representative_id": seat, "body": "有点着急：" + what})).field(t, "id")
			if _, once := fault["times"]; !once && fault["path"] == "/wxa/msg_sec_check" {
				p.eventually("the check was tried", func() bool {
					return strings.Contains(p.ask(http.MethodGet, p.simulator+"/simulator/calls", "", nil).body, "msg_sec_check")
				})
			}
			p.noTrouble()
			resident.waitFor("/api/v1/messages/"+id, "delivered")
		})
	}
	defaults := simulator.Defaults()
	log := p.stderr.String()
	for what, secret := range map[string]string{
		"mini secret": defaults.Mini.Secret, "official secret": defaults.Official.Secret, "callback token": defaults.Mini.Token, "AES key": defaults.Mini.EncodingAESKey,
		"session token": resident.token, "access token in an address": "access_token=", "login code in an address": "js_code=", "words of a resident": "有点着急",
	} {
		if strings.Contains(log, secret) {
			t.Errorf("the log tells the %s", what)
		}
	}
}

func TestSigningInSaysWhatToDoWhenWeChatRefuses(t *testing.T) {
	p := demoCopy(t)
	nobody := p.anonymous()
	spent := nobody.must(http.StatusUnauthorized, nobody.post("/api/v1/sessions/wechat", map[string]any{"code": "made-up"}))
	if !strings.Contains(spent.body, "重新进入小程序") {
		t.Errorf("a made-up code: %s", spent.body)
	}
	p.trouble(map[string]any{"path": "/sns/jscode2session", "errcode": 40226})
	nobody.must(http.StatusForbidden, nobody.post("/api/v1/sessions/wechat", map[string]any{"code": "risky"}))
	p.noTrouble()
	p.trouble(map[string]any{"path": "/sns/jscode2session", "status": 500})
	if a := nobody.post("/api/v1/sessions/wechat", map[string]any{"code": "whatever"}); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("WeChat down: %d %s", a.status, a.body)
	}
}

// built is the program as it is shipped, compiled once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lianxin-built")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "lianxin")
	return path, exec.Command("go", "build", "-o", path, ".").Run()
})

func TestTheBinaryIsReadyWithinTwoSecondsAndEndsWellOnSIGTERM(t *testing.T) {
	if os.Getenv("LIANXIN_TEST_DSN") != "" {
		t.Skip("the demo keeps its data in SQLite, whatever server is tested")
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(path)) })
	// Other tests share the machine: one undisturbed start of several shows it.
	const limit, starts = 2 * time.Second, 8
	best := time.Hour
	for try := 0; try < starts && best > limit; try++ {
		cmd := exec.CommandContext(t.Context(), path, "demo", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 300)
		n, err := out.Read(line)
		best = min(best, time.Since(began))
		if err != nil || !strings.Contains(string(line[:n]), `"ready":true`) {
			t.Fatalf("ready line %q: %v", line[:n], err)
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("ended with %v", err)
		}
	}
	t.Logf("ready after %v at best", best)
	if best > limit {
		t.Errorf("ready after %v at best of %d starts, want %v", best, starts, limit)
	}
}
