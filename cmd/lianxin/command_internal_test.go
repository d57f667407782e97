package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

func settings(tb testing.TB) map[string]string {
	tb.Helper()
	dir := tb.TempDir()
	return map[string]string{
		"LIANXIN_DATABASE": storetest.Unmigrated(tb), "LIANXIN_DATA": dir, "LIANXIN_LISTEN": "127.0.0.1:0",
		"LIANXIN_METRICS_LISTEN": "127.0.0.1:0", "LIANXIN_SHUTDOWN_DELAY": "0s",
		"LIANXIN_PUBLIC_URL": "https://lianxin.example", "LIANXIN_LINK_KEY": rand.Text() + rand.Text(), "LIANXIN_FIELD_KEYS": newFieldKey("t1"), "LIANXIN_STAFF_TOTP": "optional",
		"LIANXIN_WECHAT_MINI_APP_ID": "wx0123456789abcdef", "LIANXIN_WECHAT_MINI_SECRET": strings.Repeat("5", 32),
		"LIANXIN_WECHAT_MINI_TOKEN": "token", "LIANXIN_WECHAT_MINI_AES_KEY": strings.Repeat("a", 43),
	}
}

func TestCheckReportsEveryMistakeAtOnceAndExitsWithTwo(t *testing.T) {
	env := settings(t)
	env["LIANXIN_DATABASE"], env["LIANXIN_PUBLIC_URL"], env["LIANXIN_LINK_KEY"] = "postgres://x", "ftp://x", "short"
	code, _, stderr := command(t, env, "", "check")
	if code != 2 {
		t.Errorf("exit code %d", code)
	}
	for _, name := range []string{"LIANXIN_DATABASE", "LIANXIN_PUBLIC_URL", "LIANXIN_LINK_KEY"} {
		if !strings.Contains(stderr, name) {
			t.Errorf("%s is not reported in: %s", name, stderr)
		}
	}
}

func TestCheckShowsSettingsButNoSecret(t *testing.T) {
	env := settings(t)
	code, stdout, stderr := command(t, env, "", "check")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, secret := range []string{env["LIANXIN_LINK_KEY"], env["LIANXIN_WECHAT_MINI_SECRET"], env["LIANXIN_WECHAT_MINI_AES_KEY"]} {
		if strings.Contains(stdout+stderr, secret) {
			t.Errorf("a secret is shown in: %s", stdout)
		}
	}
}

func TestServeRefusesAStaleSchemaAndSaysWhatToDo(t *testing.T) {
	code, _, stderr := command(t, settings(t), "", "serve")
	if code != 1 || !strings.Contains(stderr, "lianxin migrate") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestMigrateShowsThenAppliesThenHasNothingToDo(t *testing.T) {
	env := settings(t)
	for i, step := range []struct {
		args []string
		says string
	}{
		{[]string{"migrate", "--dry-run"}, "待执行：0001_"},
		{[]string{"migrate", "--dry-run"}, "待执行：0001_"},
		{[]string{"migrate"}, "已执行：0001_"},
		{[]string{"migrate"}, "已是最新"},
	} {
		code, stdout, stderr := command(t, env, "", step.args...)
		if code != 0 || !strings.Contains(stdout+stderr, step.says) {
			t.Errorf("step %d: exit code %d, said %s %s", i, code, stdout, stderr)
		}
	}
}

func TestTheFirstAdministratorIsMadeAtTheCommandLineAndSignsIn(t *testing.T) {
	env := settings(t)
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	add := []string{"admin", "add", "--login", "admin", "--name", "张三", "--area", "临江区"}
	if code, _, stderr := command(t, env, "short\n", add...); code != 2 || !strings.Contains(stderr, "password") {
		t.Errorf("a short password: exit code %d: %s", code, stderr)
	}
	if code, _, stderr := command(t, env, "a-long-enough-password\n", add...); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	p := start(t, env, "serve")
	admin := p.signInStaff("admin", "a-long-enough-password")
	admin.must(http.StatusOK, admin.get("/api/v1/staff/accounts"))
	admin.must(http.StatusForbidden, admin.get("/api/v1/staff/messages"))
	if code := p.end(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
}

func TestACalendarIsImportedFromAFile(t *testing.T) {
	env := settings(t)
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	file := filepath.Join(t.TempDir(), "2027.csv")
	if err := os.WriteFile(file, []byte("day,working,name\n2027-01-01,false,元旦\n2027-01-02,sometimes,元旦\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, env, "", "calendar", "import", file); code != 2 || !strings.Contains(stderr, "line 3") {
		t.Errorf("a wrong line: exit code %d: %s", code, stderr)
	}
	if err := os.WriteFile(file, []byte("day,working,name\n2027-01-01,false,元旦\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := command(t, env, "", "calendar", "import", file); code != 0 {
		t.Errorf("exit code %d: %s %s", code, stdout, stderr)
	}
}

func TestAKeyIsReplacedWhileTheServiceGoesOn(t *testing.T) {
	env := settings(t)
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	older := env["LIANXIN_FIELD_KEYS"]
	withClearPhone(t, env, "13800138000")
	if code, _, stderr := command(t, env, "", "serve"); code == 0 || !strings.Contains(stderr, "没有加密") {
		t.Errorf("serving with a number in clear: exit code %d: %s", code, stderr)
	}
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatalf("sealing what is clear: %s", stderr)
	}
	_, fresh, _ := command(t, env, "", "keys", "new")
	fresh = strings.TrimSpace(fresh)
	env["LIANXIN_FIELD_KEYS"] = fresh
	if code, _, stderr := command(t, env, "", "serve"); code == 0 || !strings.Contains(stderr, "没有这个密钥") {
		t.Errorf("serving without the key: exit code %d: %s", code, stderr)
	}
	env["LIANXIN_FIELD_KEYS"] = fresh + "," + older
	for _, step := range []struct{ command, says string }{{"status", "1 条用密钥 t1"}, {"rotate", "共换 1 条"}, {"rotate", "共换 0 条"}} {
		if code, stdout, stderr := command(t, env, "", "keys", step.command); code != 0 || !strings.Contains(stdout+stderr, step.says) {
			t.Errorf("%s: exit code %d: %s %s", step.command, code, stdout, stderr)
		}
	}
	env["LIANXIN_FIELD_KEYS"] = fresh
	p := start(t, env, "serve")
	if code := p.end(); code != 0 {
		t.Errorf("serving with the new key alone: exit code %d: %s", code, p.stderr)
	}
}

// withClearPhone writes a person as an earlier version did, with the number in clear.
func withClearPhone(tb testing.TB, env map[string]string, number string) {
	tb.Helper()
	cfg, err := config.Load(lookupIn(env))
	if err != nil {
		tb.Fatal(err)
	}
	db, err := openDatabase(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = store.InTx(tb.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Person](tx).Create(ctx, &model.Person{ID: model.NewID(), Name: "旧人", Phone: model.Sealed(number), CreatedAt: clock()})
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func TestHelpTeaches(t *testing.T) {
	_, stdout, stderr := command(t, nil, "", "--help")
	for _, word := range []string{"demo", "serve", "migrate", "check", "admin", "calendar", "keys"} {
		if !strings.Contains(stdout+stderr, word) {
			t.Errorf("help does not name %s", word)
		}
	}
	if code, _, stderr := command(t, nil, "", "nonsense"); code == 0 || stderr == "" {
		t.Errorf("an unknown command gave %d %q", code, stderr)
	}
}
