package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
	"lianxin/simulator"
)

// fullEnv is the configuration of a demo, as a deployment would write it down.
func (p *program) fullEnv() map[string]string {
	p.tb.Helper()
	env := p.ownEnv()
	key, err := os.ReadFile(filepath.Join(p.data, "link.key"))
	if err != nil {
		p.tb.Fatal(err)
	}
	maps.Copy(env, map[string]string{
		"LIANXIN_PUBLIC_URL": p.app, "LIANXIN_WECHAT_SIMULATOR": p.simulator, "LIANXIN_LINK_KEY": strings.TrimSpace(string(key)),
	})
	standIn := simulator.Defaults()
	for name, a := range map[string]simulator.Account{"MINI": standIn.Mini, "OFFICIAL": standIn.Official} {
		at := "LIANXIN_WECHAT_" + name + "_"
		env[at+"APP_ID"], env[at+"SECRET"], env[at+"TOKEN"], env[at+"AES_KEY"] = a.AppID, a.Secret, a.Token, a.EncodingAESKey
	}
	for _, kind := range []string{"progress", "answer", "task", "survey"} {
		env["LIANXIN_TEMPLATE_MINI_"+strings.ToUpper(kind)] = "mini-" + kind
		env["LIANXIN_TEMPLATE_OFFICIAL_"+strings.ToUpper(kind)] = "oa-" + kind
	}
	return env
}

// examineAt runs the doctor at a moment and gives its findings and exit code.
func examineAt(tb testing.TB, env map[string]string, now func() time.Time) ([]finding, int) {
	tb.Helper()
	var out, problems bytes.Buffer
	w := world{lookup: lookupIn(env), now: now, stdin: strings.NewReader(""), stdout: &out, stderr: &problems}
	code := run(tb.Context(), w, []string{"doctor", "--json"})
	var findings []finding
	if err := json.Unmarshal(out.Bytes(), &findings); err != nil {
		tb.Fatalf("%v: %s%s", err, out.String(), problems.String())
	}
	return findings, code
}

// finds fails unless the doctor found something with some words, to some verdict,
// and says what to do about it.
func finds(tb testing.TB, findings []finding, v verdict, check, words string) {
	tb.Helper()
	for _, f := range findings {
		if f.Verdict == v && strings.Contains(f.Check, check) && strings.Contains(f.Found, words) && (v == verdictOK || v == verdictSkip || f.Do != "") {
			return
		}
	}
	tb.Errorf("no %s about %s with %q in %+v", v, check, words, findings)
}

// change changes the data of a demo behind its back.
func (p *program) change(statement string) {
	p.tb.Helper()
	p.inside(func(ctx context.Context, tx *gorm.DB) error {
		return tx.WithContext(ctx).Exec(statement).Error
	})
}

func (p *program) inside(do func(ctx context.Context, tx *gorm.DB) error) {
	p.tb.Helper()
	db, err := store.Open(p.tb.Context(), store.SQLite, filepath.Join(p.data, "lianxin.db"))
	if err != nil {
		p.tb.Fatal(err)
	}
	if err := errors.Join(store.InTx(p.tb.Context(), db, do), db.Close()); err != nil {
		p.tb.Fatal(err)
	}
}

func TestAHealthyDeploymentHasNoFault(t *testing.T) {
	p := demoCopy(t)
	env := p.fullEnv()
	env["LIANXIN_BACKUP"] = t.TempDir()
	must(t, env, "backup", env["LIANXIN_BACKUP"])
	p.change("UPDATE calendar_days SET provisional = 0")
	findings, code := examineAt(t, env, clock)
	for _, f := range findings {
		if f.Verdict == verdictFail || f.Verdict == verdictWarn && !strings.HasPrefix(f.Check, "磁盘") && f.Check != "待发任务" {
			t.Errorf("it complains: %+v", f)
		}
	}
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, check := range []string{"配置", "数据库（SQLite）", "数据库结构", "密钥", "图片存储", "微信（小程序）", "微信（公众号）", "通知模板（小程序）", "通知模板（公众号）", "微信时钟（小程序）", "期限", "后台任务", "节假日安排", "备份"} {
		finds(t, findings, verdictOK, check, "")
	}
	finds(t, findings, verdictSkip, "微信回调（小程序）", "测不了")
	code, stdout, _ := command(t, env, "", "doctor")
	if code != 0 || !strings.Contains(stdout, "[正常] 配置：没有问题") {
		t.Errorf("for people it says, with %d: %s", code, stdout)
	}
	for _, secret := range []string{env["LIANXIN_LINK_KEY"], env["LIANXIN_FIELD_KEYS"], env["LIANXIN_WECHAT_MINI_SECRET"]} {
		if strings.Contains(stdout, secret) {
			t.Error("it tells a secret")
		}
	}
}

func TestTheDoctorFindsWhatWeChatRefusesAndSaysWhatToDo(t *testing.T) {
	p := demoCopy(t)
	env := p.fullEnv()
	forget := func() { p.change("DELETE FROM wechat_tokens") }
	for words, fault := range map[string]map[string]any{
		"不在白名单":  {"path": "/cgi-bin/stable_token", "errcode": 40164},
		"限额":     {"path": "/wxaapi/newtmpl/gettemplate", "errcode": 45009},
		"没有接口权限": {"path": "/wxaapi/newtmpl/gettemplate", "errcode": 48001},
		"连不上微信":  {"path": "*", "drop": true},
	} {
		forget()
		p.trouble(fault)
		findings, code := examineAt(t, env, clock)
		finds(t, findings, verdictFail, "微信（小程序）", words)
		if code != 1 {
			t.Errorf("%s: exit code %d", words, code)
		}
		p.noTrouble()
	}
	forget()
	wrong := maps.Clone(env)
	wrong["LIANXIN_WECHAT_MINI_SECRET"] = strings.Repeat("0", 32)
	findings, _ := examineAt(t, wrong, clock)
	finds(t, findings, verdictFail, "微信（小程序）", "AppSecret 不对")
	wrong = maps.Clone(env)
	wrong["LIANXIN_TEMPLATE_MINI_TASK"], wrong["LIANXIN_TEMPLATE_OFFICIAL_TASK"] = "mini-nothing", "oa-task:thing9"
	findings, _ = examineAt(t, wrong, clock)
	finds(t, findings, verdictFail, "通知模板（小程序）", "mini-nothing 在微信后台不存在")
	finds(t, findings, verdictFail, "通知模板（公众号）", "我们填的是 thing9")
	findings, _ = examineAt(t, env, func() time.Time { return clock().Add(-10 * time.Minute) })
	finds(t, findings, verdictFail, "微信时钟（小程序）", "相差")
}

func TestTheDoctorFindsWorkThatIsNotDone(t *testing.T) {
	p := demoCopy(t)
	env := p.fullEnv()
	if code := p.end(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	past := clock().Add(-3 * time.Hour)
	p.inside(func(ctx context.Context, tx *gorm.DB) error {
		return errors.Join(
			outbox.Enqueue(ctx, tx, outbox.Task{Kind: "screen_turn", DedupeKey: "late", RunAt: past}),
			store.From[model.Task](tx).Create(ctx, &model.Task{ID: model.NewID(), Kind: "push", DedupeKey: "no", State: model.TaskRefused, RunAt: past, LastError: "errcode 40037", CreatedAt: past}),
			store.From[model.Task](tx).Create(ctx, &model.Task{ID: model.NewID(), Kind: "push", DedupeKey: "lost", State: model.TaskRunning, RunAt: past, LeaseUntil: &past, CreatedAt: past}),
			store.From[model.Deadline](tx).Create(ctx, &model.Deadline{ID: model.NewID(), Kind: model.DeadlineFinish, State: model.DeadlineRunning, StartedAt: past, DueAt: past, NextAt: &past}),
		)
	})
	p.change("DELETE FROM calendar_days WHERE provisional = 0")
	p.change("UPDATE people SET phone = 'old.sealed' WHERE id = (SELECT id FROM people WHERE phone <> '' LIMIT 1)")
	env["LIANXIN_BACKUP"] = t.TempDir()
	findings, code := examineAt(t, env, clock)
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	finds(t, findings, verdictFail, "待发任务", "screen_turn：最早的一件 3h")
	finds(t, findings, verdictWarn, "待发任务", "errcode 40037")
	finds(t, findings, verdictWarn, "待发任务", "push：1 件被一个已停止的进程占着")
	finds(t, findings, verdictFail, "期限", "晚了 3h")
	finds(t, findings, verdictWarn, "后台任务", "没有进程")
	finds(t, findings, verdictFail, "节假日", "一年也没有")
	finds(t, findings, verdictFail, "密钥", "密钥 old")
	finds(t, findings, verdictFail, "备份", "没有备份")
}

func TestTheDoctorTellsTheAgeOfTheBackup(t *testing.T) {
	d := &doctor{w: world{now: clock}, cfg: config.Config{BackupDir: t.TempDir()}}
	path := filepath.Join(d.cfg.BackupDir, "a.zip")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.cfg.BackupDir, "b.zip.part"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for age, want := range map[time.Duration]verdict{time.Hour: verdictOK, 30 * time.Hour: verdictWarn, 8 * 24 * time.Hour: verdictFail} {
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		d.findings = nil
		d.backups()
		finds(t, d.findings, want, "备份", "a.zip")
	}
}

func TestTheDoctorFindsADatabaseThatIsNotThereNotUpToDateOrBroken(t *testing.T) {
	env := settings(t)
	env["LIANXIN_WECHAT_SIMULATOR"] = "http://127.0.0.1:1"
	findings, code := examineAt(t, env, clock)
	if strings.HasPrefix(env["LIANXIN_DATABASE"], "sqlite:") {
		finds(t, findings, verdictFail, "数据库", "打不开数据库文件")
		path := strings.TrimPrefix(env["LIANXIN_DATABASE"], "sqlite:")
		if _, err := os.Stat(path); err == nil || code != 1 {
			t.Errorf("looking made a database, exit code %d", code)
		}
		if err := os.WriteFile(path, []byte(strings.Repeat("this is no database. ", 500)), 0o600); err != nil {
			t.Fatal(err)
		}
		findings, _ = examineAt(t, env, clock)
		finds(t, findings, verdictFail, "数据库", "not a database")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(lookupIn(env))
		if err != nil {
			t.Fatal(err)
		}
		db, err := openDatabase(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		findings, _ = examineAt(t, env, clock)
	}
	finds(t, findings, verdictFail, "数据库结构", "迁移没有执行")
	must(t, env, "migrate")
	findings, _ = examineAt(t, env, clock)
	finds(t, findings, verdictOK, "数据库结构", "最新")
	finds(t, findings, verdictFail, "微信（小程序）", "连不上微信")
	if !strings.HasPrefix(env["LIANXIN_DATABASE"], "sqlite:") {
		finds(t, findings, verdictOK, "数据库字符集", "utf8mb4_bin")
		finds(t, findings, verdictOK, "数据库时钟", "一致")
	}
}

func TestTheDoctorReportsEveryMistakeOfTheConfigurationAndLooksOn(t *testing.T) {
	env := furnished(t)
	delete(env, "LIANXIN_LINK_KEY")
	findings, code := examineAt(t, env, clock)
	finds(t, findings, verdictFail, "配置", "LIANXIN_LINK_KEY")
	finds(t, findings, verdictOK, "数据库结构", "")
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	env["LIANXIN_DATABASE"] = "postgres://x"
	findings, _ = examineAt(t, env, clock)
	if !slices.ContainsFunc(findings, func(f finding) bool { return strings.Contains(f.Found, "LIANXIN_DATABASE") }) {
		t.Errorf("found %+v", findings)
	}
}
