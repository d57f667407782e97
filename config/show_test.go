package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"lianxin/config"
)

func netipEqual() cmp.Option { return cmpopts.EquateComparable(netip.Prefix{}) }

// hidden is what must not appear anywhere.
func hidden() []string {
	return []string{miniSecret, miniToken, miniAESKey, linkKey, fieldKey[6:], "s3cretWord", "fedcba9876543210fedcba", "officialTokenXYZ", s3AccessKey, s3SecretKey, smsSecret}
}

func mustHide(t *testing.T, where, shown string) {
	t.Helper()
	for _, secret := range hidden() {
		if strings.Contains(shown, secret) {
			t.Errorf("%s shows a secret:\n%s", where, shown)
		}
	}
}

func TestNoSecretIsShownHoweverAConfigIsPrinted(t *testing.T) {
	t.Parallel()
	c := load(t, everything())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		mustHide(t, verb, fmt.Sprintf(verb, c))
		mustHide(t, verb+" of WeChat", fmt.Sprintf(verb, c.WeChat))
		mustHide(t, verb+" of the database", fmt.Sprintf(verb, c.Database))
		mustHide(t, verb+" of a secret", fmt.Sprintf(verb, c.LinkKey))
	}
	mustHide(t, "Redacted", fmt.Sprint(c.Redacted()))

	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	mustHide(t, "JSON", string(encoded))

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c, "account", c.WeChat.Mini, "key", c.LinkKey)
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "config", c, "account", c.WeChat.Mini, "key", c.LinkKey)
	mustHide(t, "the log", log.String())
}

func TestNoSecretIsShownInAMistake(t *testing.T) {
	t.Parallel()
	all := everything()
	spoiled := env{}
	for _, s := range config.Settings() {
		if s.Secret {
			spoiled[s.Env] = strings.TrimPrefix(all[s.Env], "mysql:") + "\t"
		}
	}
	spoiled["LIANXIN_PUBLIC_URL"] = "https://root:" + miniSecret + "@example.cn"
	_, err := config.LoadServing(spoiled.lookup)
	if err == nil {
		t.Fatal("spoiled secrets were accepted")
	}
	mustHide(t, "the error", err.Error())
}

func TestRedactedSaysWhatApplies(t *testing.T) {
	t.Parallel()
	shown := load(t, production()).Redacted()
	for name, want := range map[string]string{
		"LIANXIN_LISTEN":                 "127.0.0.1:8080",
		"LIANXIN_DATABASE":               "mysql:…@tcp(db.internal:3306)/lianxin",
		"LIANXIN_LINK_KEY":               "（已设置）",
		"LIANXIN_FIELD_KEYS":             "（已设置：2026a）",
		"LIANXIN_WECHAT_OFFICIAL_SECRET": "（未设置）",
		"LIANXIN_REFRESH_LIFE":           "720h",
		"LIANXIN_UPLOAD_LIMIT":           "10MiB",
		"LIANXIN_JOBS":                   "on",
		"LIANXIN_LOG_LEVEL":              "info",
	} {
		if shown[name] != want {
			t.Errorf("%s is shown as %q, want %q", name, shown[name], want)
		}
	}
	if got := (config.Config{}).Redacted()["LIANXIN_DATABASE"]; got != "（未设置）" {
		t.Errorf("no database is shown as %q", got)
	}
}

func TestTheTableIsWholeAndItsNamesAgree(t *testing.T) {
	t.Parallel()
	all := everything()
	help := config.Help()
	for i, s := range config.Settings() {
		if s.Meaning == "" || !strings.Contains(help, s.Env) || !strings.Contains(help, s.Meaning) {
			t.Errorf("%s is not explained", s.Env)
		}
		if i == 0 {
			if s.Env != "LIANXIN_CONFIG" || s.Key != "" {
				t.Errorf("the first setting is %+v, want the one that names the file", s)
			}
			continue
		}
		if want := "LIANXIN_" + strings.ToUpper(strings.ReplaceAll(s.Key, ".", "_")); s.Env != want {
			t.Errorf("%s has the key %s", s.Env, s.Key)
		}
		if all[s.Env] == "" || all[s.Env] == s.Default {
			t.Errorf("the sample leaves %s at its default", s.Env)
		}
		delete(all, s.Env)
	}
	if len(all) > 0 {
		t.Errorf("the table lacks %v", all)
	}
}

func TestEveryFieldIsSetByTheTable(t *testing.T) {
	t.Parallel()
	standard, err := config.Load(env{}.lookup)
	if err != nil {
		t.Fatal(err)
	}
	changed := load(t, everything())
	var walk func(path string, a, b reflect.Value)
	walk = func(path string, a, b reflect.Value) {
		if a.Kind() == reflect.Struct {
			for i := range a.NumField() {
				walk(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
			}
			return
		}
		if reflect.DeepEqual(a.Interface(), b.Interface()) {
			t.Errorf("%s is set by nothing in the table", path)
		}
	}
	walk("Config", reflect.ValueOf(standard), reflect.ValueOf(changed))
}

func TestEachSettingChangesItsOwnLineAndNoOther(t *testing.T) {
	t.Parallel()
	whole := everything()
	before := load(t, whole).Redacted()
	for name, other := range map[string]string{
		"LIANXIN_LISTEN": ":1", "LIANXIN_DATA": "x", "LIANXIN_TEMPLATE_MINI_TASK": "other", "LIANXIN_TEMPLATE_OFFICIAL_TASK": "other",
		"LIANXIN_WECHAT_MINI_MODE": "safe", "LIANXIN_WECHAT_OFFICIAL_MODE": "safe", "LIANXIN_SESSION_LIFE": "2h", "LIANXIN_MIN_SAMPLE": "9",
	} {
		after := load(t, whole.with(name, other)).Redacted()
		for line := range after {
			if (after[line] != before[line]) != (line == name) {
				t.Errorf("setting %s, line %s went from %q to %q", name, line, before[line], after[line])
			}
		}
	}
}

func TestWhateverIsSetLoadingNeitherPanicsNorShowsSecrets(t *testing.T) {
	t.Parallel()
	settings := config.Settings()[1:]
	rapid.Check(t, func(r *rapid.T) {
		e := everything()
		for range rapid.IntRange(0, 6).Draw(r, "changes") {
			s := rapid.SampledFrom(settings).Draw(r, "setting")
			e[s.Env] = rapid.OneOf(rapid.String(), rapid.StringMatching(`(sqlite|mysql|https?)?:?[a-z@/:().,0-9-]{0,20}`)).Draw(r, "value")
		}
		c, err := config.LoadServing(e.lookup)
		if err != nil {
			mustHide(t, "the error", err.Error())
			return
		}
		mustHide(t, "the config", c.String())
		again, err := config.LoadServing(env(c.Redacted()).with(secrets(e)...).lookup)
		if err != nil {
			r.Fatalf("what is shown cannot be read again: %v", err)
		}
		if diff := cmp.Diff(c, again, reveal(), netipEqual()); diff != "" {
			r.Fatalf("what is shown reads differently:\n%s", diff)
		}
	})
}

// secrets are the pairs of name and value that a table does not show.
func secrets(e env) []string {
	var pairs []string
	for _, s := range config.Settings() {
		if s.Secret {
			pairs = append(pairs, s.Env, e[s.Env])
		}
	}
	return pairs
}
