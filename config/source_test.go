package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/config"
)

const sampleYAML = `
listen: 127.0.0.1:9100
public_url: https://lianxin.example.cn
upload_limit: 2000000
open_messages_cap: 15
jobs: off
trusted_proxies: [10.0.0.0/8, 127.0.0.1]
wechat:
  timeout: 7s
  mini:
    app_id: wx0123456789abcdef
    mode: plain
  official:
template:
  mini:
    progress: template-a
`

func TestTheFileOverrulesDefaultsAndTheEnvironmentOverrulesTheFile(t *testing.T) {
	t.Parallel()
	e := env{
		"LIANXIN_CONFIG": file(t, sampleYAML), "LIANXIN_LISTEN": ":9200", "LIANXIN_LINK_KEY": linkKey, "LIANXIN_FIELD_KEYS": fieldKey,
		"LIANXIN_WECHAT_MINI_SECRET": miniSecret, "LIANXIN_WECHAT_MINI_TOKEN": miniToken,
	}
	c := load(t, e)
	got := []any{
		c.Listen, c.WeChat.Timeout, c.Cap, c.UploadLimit, c.Jobs, len(c.TrustedProxies), c.WeChat.Mini.AppID, c.WeChat.Mini.Mode,
		c.Templates.Mini.Progress, c.SessionLife,
	}
	want := []any{
		":9200", 7 * time.Second, 15, int64(2_000_000), false, 2, "wx0123456789abcdef", config.Plain,
		"template-a", 2 * time.Hour,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestKeysTheFileMayNotHaveAreNamed(t *testing.T) {
	t.Parallel()
	e := production().with("LIANXIN_CONFIG", file(t, "lisen: x\nwechat:\n  mni:\n    app_id: x\nlisten_file: x\ndata: {dir: x}\n"))
	found := wrong(t, e)
	for _, key := range []string{`"lisen"`, `"wechat.mni.app_id"`, `"listen_file"`, `"data.dir"`} {
		if !strings.Contains(found["LIANXIN_CONFIG"], key) {
			t.Errorf("%s is not named in %q", key, found["LIANXIN_CONFIG"])
		}
	}
	if strings.Count(found["LIANXIN_CONFIG"], "\n") != 4 || len(found) != 1 {
		t.Errorf("mistakes are %v, want four about the file", found)
	}
}

func TestAFileThatCannotBeReadIsOneMistakeAndNotMany(t *testing.T) {
	t.Parallel()
	onlyMistake(t, env{"LIANXIN_CONFIG": filepath.Join(t.TempDir(), "gone.yaml")}, "LIANXIN_CONFIG", "文件不存在")
	onlyMistake(t, env{"LIANXIN_CONFIG": file(t, "listen: [1\nother: 2")}, "LIANXIN_CONFIG", "不是正确的 YAML")
	onlyMistake(t, env{"LIANXIN_CONFIG": file(t, "listen: a\nlisten: b\n")}, "LIANXIN_CONFIG", "第 2 行")
	_, err := config.Load(env{"LIANXIN_CONFIG": file(t, linkKey)}.lookup)
	if err == nil || strings.Contains(err.Error(), linkKey[:6]) {
		t.Errorf("a secret taken for a YAML file gave %v", err)
	}
}

func TestDigitsThatYAMLWouldSpoilMustBeQuoted(t *testing.T) {
	t.Parallel()
	onlyMistake(t, production().with("LIANXIN_WECHAT_MINI_TOKEN", "", "LIANXIN_CONFIG", file(t, "wechat:\n  mini:\n    token: 0123456\n")),
		"LIANXIN_WECHAT_MINI_TOKEN", "引号")
	onlyMistake(t, production().with("LIANXIN_CONFIG", file(t, "data: true\n")), "LIANXIN_DATA", "引号")
	onlyMistake(t, production().with("LIANXIN_CONFIG", file(t, "data: [a, b]\n")), "LIANXIN_DATA", "引号")
	onlyMistake(t, production().with("LIANXIN_CONFIG", file(t, "trusted_proxies: [1, 2]\n")), "LIANXIN_TRUSTED_PROXIES", "引号")
	load(t, production().with("LIANXIN_CONFIG", file(t, "jobs: true\nmin_sample: 6\n")))
}

func TestEverySecretCanComeFromAFile(t *testing.T) {
	t.Parallel()
	whole := everything()
	for _, s := range config.Settings() {
		if !s.Secret {
			continue
		}
		fromFile := whole.with(s.Env, "", s.Env+"_FILE", file(t, whole[s.Env]+"\n"))
		if diff := cmp.Diff(load(t, whole), load(t, fromFile), reveal(), netipEqual()); diff != "" {
			t.Errorf("%s from a file (-want +got):\n%s", s.Env, diff)
		}
		inYAML := whole.with(s.Env, "", "LIANXIN_CONFIG", file(t, s.Key+"_file: "+file(t, whole[s.Env]+"\r\n")+"\n"))
		if diff := cmp.Diff(load(t, whole), load(t, inYAML), reveal(), netipEqual()); diff != "" {
			t.Errorf("%s from a file named in YAML (-want +got):\n%s", s.Env, diff)
		}
	}
}

func TestOnlyOneLineBreakIsTakenFromASecretFile(t *testing.T) {
	t.Parallel()
	e := production().with("LIANXIN_LINK_KEY", "", "LIANXIN_LINK_KEY_FILE", file(t, linkKey+"\n\n"))
	onlyMistake(t, e, "LIANXIN_LINK_KEY", "空白")
}

func TestASecretAndItsFileTogetherAreRefused(t *testing.T) {
	t.Parallel()
	onlyMistake(t, production().with("LIANXIN_LINK_KEY_FILE", file(t, linkKey)), "LIANXIN_LINK_KEY", "只能设置一个")
	both := "link_key: " + linkKey + "\nlink_key_file: /x\n"
	onlyMistake(t, production().with("LIANXIN_LINK_KEY", "", "LIANXIN_CONFIG", file(t, both)), "LIANXIN_LINK_KEY", "只能设置一个")
}

func TestAVariableOverrulesTheFileThatYAMLNames(t *testing.T) {
	t.Parallel()
	c := load(t, production().with("LIANXIN_CONFIG", file(t, "link_key_file: "+file(t, "another key, with 32 bytes or more\n")+"\n")))
	if c.LinkKey.Reveal() != linkKey {
		t.Error("the file of the YAML file won over the environment")
	}
}

func TestASecretFileThatIsNotFitForASecretIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, words string }{
		"missing":        {filepath.Join(t.TempDir(), "gone"), "文件不存在"},
		"empty":          {file(t, "\n"), "是空的"},
		"a folder":       {t.TempDir(), "不是普通的小文件"},
		"huge":           {file(t, strings.Repeat("x", 1<<17)), "不是普通的小文件"},
		"world-readable": {open(t, file(t, linkKey)), "谁都能读"},
	} {
		t.Run(name, func(t *testing.T) {
			e := production().with("LIANXIN_LINK_KEY", "", "LIANXIN_LINK_KEY_FILE", c.path)
			onlyMistake(t, e, "LIANXIN_LINK_KEY", c.words)
		})
	}
}

func TestAFileReadableByTheGroupIsFine(t *testing.T) {
	t.Parallel()
	path := file(t, linkKey)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	load(t, production().with("LIANXIN_LINK_KEY", "", "LIANXIN_LINK_KEY_FILE", path))
}

func TestAYAMLFileWithSecretsMustNotBeOpenToAll(t *testing.T) {
	t.Parallel()
	e := production().with("LIANXIN_LINK_KEY", "", "LIANXIN_CONFIG", open(t, file(t, "link_key: "+linkKey+"\n")))
	onlyMistake(t, e, "LIANXIN_CONFIG", "谁都能读")
	load(t, production().with("LIANXIN_CONFIG", open(t, file(t, "listen: :9000\n"))))
}
