package config_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianxin/config"
)

// env is an environment for a test.
type env map[string]string

func (e env) lookup(name string) (string, bool) {
	value, ok := e[name]
	return value, ok
}

// with returns the environment with pairs of name and value changed. An empty
// value unsets.
func (e env) with(pairs ...string) env {
	changed := maps.Clone(e)
	for i := 0; i < len(pairs); i += 2 {
		changed[pairs[i]] = pairs[i+1]
	}
	return changed
}

const (
	miniSecret  = "0123456789abcdef0123456789abcdef"
	miniToken   = "miniTokenXYZ"
	miniAESKey  = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	linkKey     = "f00dfacecafe0123456789beefdeadf00d"
	fieldKey    = "2026a:00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef"
	s3AccessKey = "AKIDofTheBucketXYZ"
	s3SecretKey = "wJalrXUtnFEMI+K7MDENG/bPxRfiCYzzz"
	smsSecret   = "quiet-gateway-secret-7261"
	databaseDSN = "lianxin:s3cretWord@tcp(db.internal:3306)/lianxin?parseTime=true"
)

// production is a deployment with a mini-program against the real WeChat.
func production() env {
	return env{
		"LIANXIN_PUBLIC_URL":          "https://lianxin.example.cn",
		"LIANXIN_DATABASE":            "mysql:" + databaseDSN,
		"LIANXIN_LINK_KEY":            linkKey,
		"LIANXIN_FIELD_KEYS":          fieldKey,
		"LIANXIN_WECHAT_MINI_APP_ID":  "wx0123456789abcdef",
		"LIANXIN_WECHAT_MINI_SECRET":  miniSecret,
		"LIANXIN_WECHAT_MINI_TOKEN":   miniToken,
		"LIANXIN_WECHAT_MINI_AES_KEY": miniAESKey,
	}
}

// everything sets every setting to something that is not its default.
func everything() env {
	all := production()
	maps.Copy(all, env{
		"LIANXIN_LISTEN":                     "0.0.0.0:9000",
		"LIANXIN_DATA":                       "/srv/lianxin",
		"LIANXIN_TRUSTED_PROXIES":            "10.0.0.0/8,192.168.1.5/32",
		"LIANXIN_STORAGE":                    "s3",
		"LIANXIN_S3_ENDPOINT":                "http://storage.internal:9000",
		"LIANXIN_S3_REGION":                  "cn-north-1",
		"LIANXIN_S3_BUCKET":                  "lianxin-pictures",
		"LIANXIN_S3_PREFIX":                  "linjiang/pictures",
		"LIANXIN_S3_ACCESS_KEY":              s3AccessKey,
		"LIANXIN_S3_SECRET_KEY":              s3SecretKey,
		"LIANXIN_S3_PATH_STYLE":              "off",
		"LIANXIN_S3_ENCRYPTION":              "on",
		"LIANXIN_S3_ALLOW_HTTP":              "on",
		"LIANXIN_S3_TIMEOUT":                 "4s",
		"LIANXIN_WECHAT_MINI_MODE":           "compatible",
		"LIANXIN_WECHAT_OFFICIAL_APP_ID":     "wxfedcba9876543210",
		"LIANXIN_WECHAT_OFFICIAL_SECRET":     "fedcba9876543210fedcba9876543210",
		"LIANXIN_WECHAT_OFFICIAL_TOKEN":      "officialTokenXYZ",
		"LIANXIN_WECHAT_OFFICIAL_AES_KEY":    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg",
		"LIANXIN_WECHAT_OFFICIAL_MODE":       "plain",
		"LIANXIN_WECHAT_SIMULATOR":           "http://simulator.test:7000",
		"LIANXIN_ALLOW_REMOTE_SIMULATOR":     "on",
		"LIANXIN_WECHAT_TIMEOUT":             "3s",
		"LIANXIN_SMS_URL":                    "https://sms.test/send",
		"LIANXIN_SMS_SECRET":                 smsSecret,
		"LIANXIN_TEMPLATE_MINI_PROGRESS":     "template-mini-progress",
		"LIANXIN_TEMPLATE_MINI_ANSWER":       "template-mini-answer",
		"LIANXIN_TEMPLATE_MINI_TASK":         "template-mini-task",
		"LIANXIN_TEMPLATE_MINI_SURVEY":       "template-mini-survey",
		"LIANXIN_TEMPLATE_MINI_NEWS":         "template-mini-news",
		"LIANXIN_TEMPLATE_OFFICIAL_PROGRESS": "template-official-progress",
		"LIANXIN_TEMPLATE_OFFICIAL_ANSWER":   "template-official-answer",
		"LIANXIN_TEMPLATE_OFFICIAL_TASK":     "template-official-task",
		"LIANXIN_TEMPLATE_OFFICIAL_SURVEY":   "template-official-survey",
		"LIANXIN_SESSION_LIFE":               "1h30m",
		"LIANXIN_REFRESH_LIFE":               "240h",
		"LIANXIN_UPLOAD_LIMIT":               "5MiB",
		"LIANXIN_STAFF_TOTP":                 "optional",
		"LIANXIN_OPEN_MESSAGES_CAP":          "12",
		"LIANXIN_MIN_SAMPLE":                 "7",
		"LIANXIN_LOG_LEVEL":                  "warn",
		"LIANXIN_LOG_FORMAT":                 "json",
		"LIANXIN_METRICS_LISTEN":             "off",
		"LIANXIN_BACKUP":                     "/srv/backup",
		"LIANXIN_SHUTDOWN_DELAY":             "0s",
		"LIANXIN_SHUTDOWN_GRACE":             "45s",
		"LIANXIN_JOBS":                       "off",
		"LIANXIN_ABUSE_SAME_TEXT":            "2",
		"LIANXIN_ABUSE_SAME_TEXT_REFUSE":     "20",
		"LIANXIN_ABUSE_BURST":                "30",
		"LIANXIN_ABUSE_COPIED":               "40",
		"LIANXIN_ABUSE_ADVERT":               "off",
		"LIANXIN_LOAD_AT_WORK":               "64",
		"LIANXIN_LOAD_WAIT":                  "100ms",
		"LIANXIN_LOAD_DEADLINE":              "20s",
		"LIANXIN_LOAD_CONNECTIONS":           "500",
		"LIANXIN_LIMIT_SCALE":                "3",
		"LIANXIN_LIMIT_MESSAGES":             "5/1h",
		"LIANXIN_LIMIT_SIGN_IN_WECHAT":       "person=7/1s device=8/1s address=1/9m",
		"LIANXIN_LIMIT_SIGN_IN_STAFF":        "person=7/1s device=8/1s address=2/9m",
		"LIANXIN_LIMIT_REFRESH":              "person=7/1s device=8/1s address=3/9m",
		"LIANXIN_LIMIT_INVITATION":           "person=4/9m device=40/2h address=400/3d",
		"LIANXIN_LIMIT_SEND":                 "person=5/9m device=41/2h address=401/3d",
		"LIANXIN_LIMIT_TURN":                 "person=6/9m device=42/2h address=402/3d",
		"LIANXIN_LIMIT_UPLOAD":               "person=7/9m device=43/2h address=403/3d",
		"LIANXIN_LIMIT_SIMILAR":              "person=8/9m device=44/2h address=404/3d",
		"LIANXIN_LIMIT_CHECK_CODE":           "person=9/9m device=45/2h address=405/3d",
		"LIANXIN_LIMIT_SEARCH":               "person=10/9m device=46/2h address=406/3d",
		"LIANXIN_LIMIT_READ":                 "person=11/9m device=47/2h address=407/3d",
		"LIANXIN_LIMIT_EXPORT":               "person=12/9m device=48/2h address=408/3d",
		"LIANXIN_LIMIT_WRITE":                "person=13/9m device=49/2h address=409/3d",
	})
	return all
}

func load(t *testing.T, e env) config.Config {
	t.Helper()
	c, err := config.LoadServing(e.lookup)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wrong loads an environment that must be refused, and returns the words of
// the mistakes by the setting they name.
func wrong(t *testing.T, e env) map[string]string {
	t.Helper()
	_, err := config.LoadServing(e.lookup)
	var invalid config.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("the environment was not refused: %v", err)
	}
	words := map[string]string{}
	for _, m := range invalid.Mistakes {
		words[m.Setting] += m.Words + "\n"
	}
	return words
}

// onlyMistake demands one mistake, at a setting, with some words in it.
func onlyMistake(t *testing.T, e env, setting, words string) {
	t.Helper()
	found := wrong(t, e)
	if len(found) != 1 || !strings.Contains(found[setting], words) || strings.Count(found[setting], "\n") != 1 {
		t.Errorf("mistakes are %v; want one at %s with %q", found, setting, words)
	}
}

// file writes a file that only its owner can read.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "setting")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// open lets everybody read the file.
func open(t *testing.T, path string) string {
	t.Helper()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
