package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"lianxin/config"
	"lianxin/service/store"
)

// ownEnv is what a command needs to work on the data of a demo.
func (p *program) ownEnv() map[string]string {
	p.tb.Helper()
	key, err := os.ReadFile(filepath.Join(p.data, "field.key"))
	if err != nil {
		p.tb.Fatal(err)
	}
	return map[string]string{
		"LIANXIN_DATABASE": "sqlite:" + filepath.Join(p.data, "lianxin.db"), "LIANXIN_DATA": p.data, "LIANXIN_FIELD_KEYS": strings.TrimSpace(string(key)),
	}
}

// must runs a command that is expected to succeed, and gives what it said.
func must(tb testing.TB, env map[string]string, args ...string) string {
	tb.Helper()
	code, stdout, stderr := command(tb, env, "", args...)
	if code != 0 {
		tb.Fatalf("%v: exit code %d: %s%s", args, code, stdout, stderr)
	}
	return stdout + stderr
}

// mustNot runs a command that is expected to be refused with some words.
func mustNot(tb testing.TB, env map[string]string, words string, args ...string) {
	tb.Helper()
	code, stdout, stderr := command(tb, env, "", args...)
	if code == 0 || !strings.Contains(stderr, words) {
		tb.Errorf("%v: exit code %d, want it to say %q: %s%s", args, code, words, stdout, stderr)
	}
}

func TestABackupOfAServiceAtWorkIsRestoredElsewhereWithEverythingInIt(t *testing.T) {
	p := demoCopy(t)
	seat, _ := p.someone()
	resident := p.signIn("备份时写信的人")
	send := func(words string) string {
		body := map[string]any{"representative_id": seat, "body": words, "picture_ids": []string{resident.upload()}}
		return resident.must(http.StatusCreated, resident.post("/api/v1/messages", body)).field(t, "id")
	}
	before := send("备份之前的来信")
	file := filepath.Join(t.TempDir(), "backup.zip")
	var meanwhile sync.WaitGroup
	meanwhile.Go(func() {
		for i := range 6 {
			send(fmt.Sprint("备份期间的来信 ", i))
		}
	})
	must(t, p.ownEnv(), "backup", file)
	meanwhile.Wait()
	if said := must(t, p.ownEnv(), "restore", file, "--check"); !strings.Contains(said, "都对得上") || !strings.Contains(said, "能打开备份里的手机号") {
		t.Errorf("the check said: %s", said)
	}
	mustNot(t, p.ownEnv(), "服务还在运行", "restore", file, "--force")
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.MkdirAll(elsewhere, 0o750); err != nil {
		t.Fatal(err)
	}
	env := p.ownEnv()
	env["LIANXIN_DATABASE"], env["LIANXIN_DATA"] = "sqlite:"+filepath.Join(elsewhere, "lianxin.db"), elsewhere
	must(t, env, "restore", file)
	for _, key := range []string{"field.key", "link.key"} {
		content, err := os.ReadFile(filepath.Join(p.data, key))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(elsewhere, key), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code := p.end(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	restored := startDemo(t, elsewhere)
	again := phone{program: restored, name: resident.name, token: resident.token}
	a := again.must(http.StatusOK, again.get("/api/v1/messages/"+before))
	if !strings.Contains(a.body, "备份之前的来信") {
		t.Errorf("it came back as %s", a.body)
	}
	link := regexp.MustCompile(`"thumb_url":"([^"]+)"`).FindStringSubmatch(a.body)
	if link == nil {
		t.Fatalf("it came back without its picture: %s", a.body)
	}
	if shown := restored.ask(http.MethodGet, strings.ReplaceAll(link[1], `\u0026`, "&"), again.token, nil); shown.status != http.StatusOK {
		t.Errorf("its picture %s: %d", link[1], shown.status)
	}
}

// furnished is a migrated database with an administrator in it.
func furnished(tb testing.TB) map[string]string {
	tb.Helper()
	env := settings(tb)
	must(tb, env, "migrate")
	if code, _, stderr := command(tb, env, "a-long-enough-password\n", "admin", "add", "--login", "admin", "--name", "张三", "--area", "临江区"); code != 0 {
		tb.Fatal(stderr)
	}
	return env
}

func TestARestoreTakesNoPlaceThatWasNotGiven(t *testing.T) {
	env := furnished(t)
	file := filepath.Join(t.TempDir(), "backup.zip")
	must(t, env, "backup", file)
	mustNot(t, env, "已经存在", "backup", file)
	must(t, env, "backup", file, "--force")
	mustNot(t, env, "人员 1、区域 1", "restore", file)
	if said := must(t, env, "restore", file, "--force"); !strings.Contains(said, "人员 1、区域 1") || !strings.Contains(said, "恢复完成") {
		t.Errorf("it said: %s", said)
	}
	other := settings(t)
	other["LIANXIN_FIELD_KEYS"] = env["LIANXIN_FIELD_KEYS"]
	must(t, other, "restore", file)
	p := start(t, other, "serve")
	admin := p.signInStaff("admin", "a-long-enough-password")
	if a := admin.must(http.StatusOK, admin.get("/api/v1/staff/accounts")); !strings.Contains(a.body, "张三") {
		t.Errorf("accounts: %s", a.body)
	}
}

func TestADamagedBackupChangesNothing(t *testing.T) {
	env := furnished(t)
	file := filepath.Join(t.TempDir(), "backup.zip")
	must(t, env, "backup", file)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		content[len(content)/3+i] ^= 0xff
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"restore", file, "--check"}, {"restore", file, "--force"}} {
		if code, stdout, stderr := command(t, env, "", args...); code != 1 {
			t.Errorf("%v: exit code %d: %s%s", args, code, stdout, stderr)
		}
	}
	p := start(t, env, "serve")
	p.signInStaff("admin", "a-long-enough-password")
	mustNot(t, env, "没有文件", "restore", file+".none", "--check")
}

func TestADatabaseThatIsHalfRestoredIsNotServedAndTheRestoreBeginsAnew(t *testing.T) {
	env := furnished(t)
	file := filepath.Join(t.TempDir(), "backup.zip")
	must(t, env, "backup", file)
	cfg, err := config.Load(lookupIn(env))
	if err != nil {
		t.Fatal(err)
	}
	db, err := openDatabase(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func(context.Context, *store.DB) error{store.BeginRestore, store.Empty} {
		if err := step(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"migrate"}, {"backup", file + ".other.zip"}} {
		mustNot(t, env, "没有完成的恢复", args...)
	}
	if _, err := os.Stat(file + ".other.zip.part"); err == nil {
		t.Error("a backup that was refused left a part behind")
	}
	must(t, env, "restore", file)
	start(t, env, "serve").signInStaff("admin", "a-long-enough-password")
}

func TestTheKeysThatABackupNeedsAreAskedForBeforeItIsRestored(t *testing.T) {
	p := demoCopy(t)
	file := filepath.Join(t.TempDir(), "backup.zip")
	must(t, p.ownEnv(), "backup", file)
	env := maps.Clone(p.ownEnv())
	env["LIANXIN_FIELD_KEYS"] = newFieldKey("other")
	mustNot(t, env, "不在 LIANXIN_FIELD_KEYS 里", "restore", file, "--check")
	must(t, env, "restore", file, "--check", "--force")
}

func TestABackupIntoAFolderIsNamedByItsTimeAndKnownByItsAge(t *testing.T) {
	env := furnished(t)
	folder := t.TempDir()
	must(t, env, "backup", folder)
	newest, err := newestBackup(folder)
	if err != nil || !strings.HasPrefix(newest.Name(), "lianxin-") || newest.Mode().Perm() != 0o600 {
		t.Errorf("it is %v, %v", newest, err)
	}
	env["LIANXIN_BACKUP"] = folder
	p := start(t, env, "serve")
	if told := p.scrape(); !strings.Contains(told, "lianxin_backup_timestamp_seconds 1.") || !strings.Contains(told, "lianxin_disk_free_bytes{of=\"backup\"}") {
		t.Errorf("the figures do not know it: %s", told)
	}
}
