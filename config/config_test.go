package config_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lianxin/config"
)

func TestAnEmptyEnvironmentGivesTheDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Load(env{}.lookup)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Listen:        "127.0.0.1:8080",
		Database:      config.Database{Kind: config.SQLite, DSN: "lianxin-data/lianxin.db"},
		DataDir:       "lianxin-data",
		Storage:       config.StorageFolder,
		S3:            config.S3{Region: "us-east-1", Prefix: "pictures", PathStyle: true, Timeout: 10 * time.Second},
		WeChat:        config.WeChat{Mini: config.Account{Mode: config.Safe}, Official: config.Account{Mode: config.Safe}, Timeout: 5 * time.Second},
		SessionLife:   2 * time.Hour,
		RefreshLife:   720 * time.Hour,
		StaffTOTP:     config.Required,
		UploadLimit:   10 << 20,
		Cap:           30,
		MinSample:     5,
		LogLevel:      slog.LevelInfo,
		LogFormat:     config.LogText,
		MetricsListen: "127.0.0.1:9090",
		ShutdownDelay: 3 * time.Second,
		ShutdownGrace: 20 * time.Second,
		Jobs:          true,
		Limits:        standardLimits(),
		Abuse:         config.Abuse{SameText: 4, SameTextRefuse: 10, Burst: 12, Copied: 10, Advert: true},
		Load:          config.Capacity{Wait: 250 * time.Millisecond, Deadline: 15 * time.Second, Connections: 20000},
	}
	if diff := cmp.Diff(want, c, reveal(), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func standardLimits() config.Limits {
	rate := func(times int, per time.Duration) config.Rate { return config.Rate{Times: times, Per: per} }
	return config.Limits{
		Scale: 1, Messages: []config.Rate{rate(10, 10*time.Minute), rate(50, 24*time.Hour)},
		SignInWeChat: config.Limit{Address: rate(600, time.Minute)},
		SignInStaff:  config.Limit{Address: rate(300, 10*time.Minute)},
		Refresh:      config.Limit{Address: rate(1200, time.Minute)},
		Invitation:   config.Limit{Person: rate(30, time.Hour)},
		Send:         config.Limit{Person: rate(30, time.Minute)},
		Turn:         config.Limit{Person: rate(30, 10*time.Minute)},
		Upload:       config.Limit{Person: rate(120, 10*time.Minute)},
		Similar:      config.Limit{Person: rate(120, time.Minute), Address: rate(1200, time.Minute)},
		CheckCode:    config.Limit{Person: rate(60, time.Minute), Address: rate(600, time.Minute)},
		Search:       config.Limit{Person: rate(240, time.Minute), Address: rate(6000, time.Minute)},
		Read:         config.Limit{Person: rate(1200, time.Minute), Device: rate(900, time.Minute), Address: rate(12000, time.Minute)},
		Export:       config.Limit{Person: rate(20, time.Hour)},
		Write:        config.Limit{Person: rate(600, time.Minute), Device: rate(450, time.Minute), Address: rate(1200, time.Minute)},
	}
}

// reveal lets cmp look into secrets, which do not show themselves.
func reveal() cmp.Option {
	return cmp.Transformer("reveal", config.Secret.Reveal)
}

func TestTheEnvironmentSetsEverything(t *testing.T) {
	t.Parallel()
	c := load(t, everything())
	for name, pair := range map[string][2]any{
		"listen":     {c.Listen, "0.0.0.0:9000"},
		"public url": {c.PublicURL, "https://lianxin.example.cn"},
		"database":   {c.Database.DSN.Reveal(), databaseDSN},
		"kind":       {c.Database.Kind, config.MySQL},
		"secret":     {c.WeChat.Mini.Secret.Reveal(), miniSecret},
		"token":      {c.WeChat.Mini.Token.Reveal(), miniToken},
		"aes key":    {c.WeChat.Mini.EncodingAESKey.Reveal(), miniAESKey},
		"mode":       {c.WeChat.Official.Mode, config.Plain},
		"template":   {c.Templates.Official.Survey, "template-official-survey"},
		"proxies":    {fmt.Sprint(c.TrustedProxies), "[10.0.0.0/8 192.168.1.5/32]"},
		"limit":      {c.UploadLimit, int64(5 << 20)},
		"level":      {c.LogLevel, slog.LevelWarn},
		"jobs":       {c.Jobs, false},
		"link key":   {c.LinkKey.Reveal(), linkKey},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

func TestValuesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	c := load(t, production().with(
		"LIANXIN_REFRESH_LIFE", "30d", "LIANXIN_UPLOAD_LIMIT", "1000000", "LIANXIN_JOBS", "false", "LIANXIN_LISTEN", "  :8080 ",
		"LIANXIN_PUBLIC_URL", "https://Lianxin.Example.cn/", "LIANXIN_TRUSTED_PROXIES", "127.0.0.1, ::1, 10.1.2.3/8",
	))
	if c.RefreshLife != 720*time.Hour || c.UploadLimit != 1_000_000 || c.Jobs || c.Listen != ":8080" || c.PublicURL != "https://lianxin.example.cn" {
		t.Errorf("read as %v %v %v %q %q", c.RefreshLife, c.UploadLimit, c.Jobs, c.Listen, c.PublicURL)
	}
	if got := fmt.Sprint(c.TrustedProxies); got != "[127.0.0.1/32 ::1/128 10.0.0.0/8]" {
		t.Errorf("proxies are %s", got)
	}
}

func TestATemplateMayNameTheFieldsItHas(t *testing.T) {
	t.Parallel()
	const named = "template-1:thing3,phrase1,time5,character_string7"
	if c := load(t, production().with("LIANXIN_TEMPLATE_MINI_TASK", named)); c.Templates.Mini.Task != named {
		t.Errorf("read as %q", c.Templates.Mini.Task)
	}
}

func TestAnEmptyVariableIsNotSet(t *testing.T) {
	t.Parallel()
	c := load(t, production().with("LIANXIN_LISTEN", "", "LIANXIN_LINK_KEY_FILE", "", "LIANXIN_CONFIG", " "))
	if c.Listen != "127.0.0.1:8080" {
		t.Errorf("an empty variable made %q of the default", c.Listen)
	}
}

func TestEveryMistakeIsReportedAtOnceByItsVariable(t *testing.T) {
	t.Parallel()
	found := wrong(t, production().with(
		"LIANXIN_LISTEN", "8080", "LIANXIN_DATABASE", "postgres://x", "LIANXIN_SESSION_LIFE", "two hours",
		"LIANXIN_JOBS", "maybe", "LIANXIN_LINK_KEY", "short", "LIANXIN_WECHAT_MINI_AES_KEY", "tooshort",
		"LIANXIN_WECHAT_OFFICIAL_APP_ID", "gh_0123456789ab",
	))
	var names []string
	for name := range found {
		names = append(names, name)
	}
	want := []string{
		"LIANXIN_DATABASE", "LIANXIN_JOBS", "LIANXIN_LINK_KEY", "LIANXIN_LISTEN", "LIANXIN_SESSION_LIFE",
		"LIANXIN_WECHAT_MINI_AES_KEY", "LIANXIN_WECHAT_OFFICIAL_APP_ID",
	}
	if diff := cmp.Diff(want, names, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("settings with mistakes (-want +got):\n%s", diff)
	}
}

func TestEachWrongValueIsExplained(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ setting, value, words string }{
		{"LIMIT_SCALE", "0", "整数"},
		{"LIMIT_MESSAGES", "many", "次数/时长"},
		{"LIMIT_MESSAGES", "5/1m 0/1d", "次数/时长"},
		{"LIMIT_READ", "600/1m", "person=30/1m"},
		{"LIMIT_READ", "person=1/1m person=2/1m", "每种至多一次"},
		{"LIMIT_READ", "person=1/99d", "最长 31d"},
		{"LIMIT_READ", "address=1/1ms", "最短 1s"},
		{"LISTEN", "localhost", "主机:端口"},
		{"LISTEN", "localhost:http", "端口"},
		{"PUBLIC_URL", "lianxin.example.cn", "https://域名"},
		{"PUBLIC_URL", "https://lianxin.example.cn/app", "不带路径"},
		{"PUBLIC_URL", "https://user:pass@lianxin.example.cn", "不带路径"},
		{"PUBLIC_URL", "http://lianxin.example.cn", "必须以 https:// 开头"},
		{"PUBLIC_URL", "", "连接真实微信时必填"},
		{"DATABASE", "lianxin.db", "sqlite: 或 mysql:"},
		{"DATABASE", "sqlite:", "文件的路径"},
		{"DATABASE", "sqlite::memory:", "内存数据库"},
		{"DATABASE", "mysql:root", "用户:密码@tcp"},
		{"DATABASE", "mysql:root:pw@tcp(db:3306)", "用户:密码@tcp"},
		{"DATABASE", "mysql:root:pw@tcp(db:3306)/", "缺库名"},
		{"DATABASE", "mysql::pw@tcp(db:3306)/lianxin", "缺用户名"},
		{"DATABASE", "mysql:root:pw@db:3306/lianxin", "tcp("},
		{"DATABASE", "mysql:root:pw@tcp(db)/lianxin", "主机:端口"},
		{"DATABASE", "mysql:root:pw@tcp(db1:3306,db2)/lianxin", "主机:端口"},
		{"TRUSTED_PROXIES", "10.0.0.0/8;127.0.0.1", "用逗号分开"},
		{"TRUSTED_PROXIES", "0.0.0.0/0", "不能信任所有地址"},
		{"WECHAT_MINI_APP_ID", "gh_0123456789ab", "原始 ID"},
		{"WECHAT_MINI_APP_ID", "0123456789abcdef", "以 wx 开头"},
		{"WECHAT_MINI_APP_ID", "wx0123456789", "16 位"},
		{"WECHAT_MINI_SECRET", miniSecret[:31], "31 位"},
		{"WECHAT_MINI_SECRET", miniSecret + " ", "首尾有空白"},
		{"WECHAT_MINI_TOKEN", "a b", "字母或数字"},
		{"WECHAT_MINI_AES_KEY", miniAESKey[:42], "43"},
		{"WECHAT_MINI_AES_KEY", miniAESKey[:42] + "!", "不该有的字符"},
		{"WECHAT_MINI_MODE", "secure", "plain、compatible、safe"},
		{"WECHAT_SIMULATOR", "localhost:7000", "https://域名"},
		{"WECHAT_TIMEOUT", "0s", "1s 到 1m"},
		{"TEMPLATE_MINI_TASK", "模板", "模板 ID"},
		{"TEMPLATE_MINI_TASK", "template-1:", "模板 ID"},
		{"TEMPLATE_MINI_TASK", "template-1:thing1,,time2", "模板 ID"},
		{"SESSION_LIFE", "48h", "24h"},
		{"REFRESH_LIFE", "1.5d", "30d"},
		{"LINK_KEY", "0123456789abcdef", "至少 32 字节"},
		{"LINK_KEY", strings.Repeat("ab", 20), "不像随机"},
		{"LINK_KEY", linkKey[:16] + "\n" + linkKey, "换行"},
		{"FIELD_KEYS", fieldKey[6:], "编号:密钥"},
		{"FIELD_KEYS", "Key 1:" + fieldKey[6:], "小写字母或数字"},
		{"FIELD_KEYS", fieldKey[:60], "64 位十六进制"},
		{"FIELD_KEYS", "a:" + strings.Repeat("ab", 32), "不像随机"},
		{"FIELD_KEYS", fieldKey + "," + fieldKey, "相同"},
		{"FIELD_KEYS", fieldKey + ",b:" + strings.ToUpper(fieldKey[6:]), "相同"},
		{"UPLOAD_LIMIT", "10MB", "10MiB"},
		{"UPLOAD_LIMIT", "1GiB", "10MiB"},
		{"UPLOAD_LIMIT", "9000000000000MiB", "100MiB"},
		{"UPLOAD_LIMIT", "1", "64KiB"},
		{"OPEN_MESSAGES_CAP", "0", "1 到 10000"},
		{"MIN_SAMPLE", "1", "3 到 1000"},
		{"LOG_LEVEL", "loud", "debug、info"},
		{"LOG_FORMAT", "xml", "text、json"},
		{"METRICS_LISTEN", "9090", "主机:端口"},
		{"SHUTDOWN_DELAY", "2m", "1m"},
		{"SHUTDOWN_GRACE", "1h", "5m"},
		{"ALLOW_REMOTE_SIMULATOR", "yes", "on 或 off"},
	} {
		t.Run(c.setting+"="+c.value, func(t *testing.T) {
			onlyMistake(t, production().with("LIANXIN_"+c.setting, c.value), "LIANXIN_"+c.setting, c.words)
		})
	}
}

func TestSettingsThatContradictEachOtherAreRefused(t *testing.T) {
	t.Parallel()
	second := production().with(
		"LIANXIN_WECHAT_OFFICIAL_APP_ID", "wxfedcba9876543210", "LIANXIN_WECHAT_OFFICIAL_SECRET", miniSecret,
		"LIANXIN_WECHAT_OFFICIAL_TOKEN", "other", "LIANXIN_WECHAT_OFFICIAL_AES_KEY", miniAESKey)
	load(t, second)
	none := env{"LIANXIN_LINK_KEY": linkKey, "LIANXIN_FIELD_KEYS": fieldKey}
	for name, c := range map[string]struct {
		env            env
		setting, words string
	}{
		"one app id for two accounts": {second.with("LIANXIN_WECHAT_OFFICIAL_APP_ID", "wx0123456789abcdef"), "LIANXIN_WECHAT_OFFICIAL_APP_ID", "相同"},
		"safe mode without a key":     {production().with("LIANXIN_WECHAT_MINI_AES_KEY", ""), "LIANXIN_WECHAT_MINI_AES_KEY", "safe 时必填"},
		"compatible without a key": {
			production().with("LIANXIN_WECHAT_MINI_AES_KEY", "", "LIANXIN_WECHAT_MINI_MODE", "compatible"),
			"LIANXIN_WECHAT_MINI_AES_KEY", "compatible 时必填",
		},
		"no token":                 {production().with("LIANXIN_WECHAT_MINI_TOKEN", ""), "LIANXIN_WECHAT_MINI_TOKEN", "必须填"},
		"no secret":                {production().with("LIANXIN_WECHAT_MINI_SECRET", ""), "LIANXIN_WECHAT_MINI_SECRET", "必须填"},
		"a secret without account": {production().with("LIANXIN_WECHAT_OFFICIAL_SECRET", miniSecret), "LIANXIN_WECHAT_OFFICIAL_APP_ID", "没有填"},
		"a template without account": {
			production().with("LIANXIN_TEMPLATE_OFFICIAL_TASK", "template-1"), "LIANXIN_WECHAT_OFFICIAL_APP_ID", "LIANXIN_TEMPLATE_OFFICIAL_",
		},
		"a renewal shorter than a session": {
			production().with("LIANXIN_REFRESH_LIFE", "1h"), "LIANXIN_REFRESH_LIFE", "不能短于",
		},
		"a simulator elsewhere": {
			production().with("LIANXIN_WECHAT_SIMULATOR", "https://elsewhere.example"), "LIANXIN_WECHAT_SIMULATOR", "不在本机",
		},
		"a host that only starts like this machine": {
			production().with("LIANXIN_WECHAT_SIMULATOR", "http://127.0.0.1.example.com"), "LIANXIN_WECHAT_SIMULATOR", "不在本机",
		},
		"nobody to serve": {none, "LIANXIN_WECHAT_MINI_APP_ID", "至少配置一个"},
		"no link key":     {production().with("LIANXIN_LINK_KEY", ""), "LIANXIN_LINK_KEY", "必填"},
		"no field keys":   {production().with("LIANXIN_FIELD_KEYS", ""), "LIANXIN_FIELD_KEYS", "另存一份"},
	} {
		t.Run(name, func(t *testing.T) { onlyMistake(t, c.env, c.setting, c.words) })
	}
}

func TestASimulatorOnThisMachineNeedsNoPublicAddressAndNoRealIdentifiers(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"http://127.0.0.1:7000", "http://localhost:7000", "http://[::1]:7000", "http://wechat.localhost"} {
		c := load(t, production().with("LIANXIN_WECHAT_SIMULATOR", where, "LIANXIN_PUBLIC_URL", "",
			"LIANXIN_WECHAT_MINI_APP_ID", "wxdemo0001", "LIANXIN_WECHAT_MINI_SECRET", "demo"))
		if c.WeChat.Simulator != where {
			t.Errorf("the simulator is at %q, want %q", c.WeChat.Simulator, where)
		}
	}
	load(t, production().with("LIANXIN_PUBLIC_URL", "http://127.0.0.1:8080"))
	load(t, production().with("LIANXIN_WECHAT_SIMULATOR", "https://elsewhere.example", "LIANXIN_ALLOW_REMOTE_SIMULATOR", "true"))
}

func TestTheFirstFieldKeyIsTheOneInForceAndOlderOnesStay(t *testing.T) {
	t.Parallel()
	older := "2025:" + strings.Repeat("0123456789abcdef", 4)
	c := load(t, production().with("LIANXIN_FIELD_KEYS", fieldKey+", "+older))
	if len(c.FieldKeys) != 2 || c.FieldKeys[0].ID != "2026a" || c.FieldKeys[1].ID != "2025" || c.FieldKeys[0].Secret.Reveal() != fieldKey[6:] {
		t.Errorf("read as %v", c.FieldKeys)
	}
}

func TestPlainModeNeedsNoAESKey(t *testing.T) {
	t.Parallel()
	load(t, production().with("LIANXIN_WECHAT_MINI_MODE", "plain", "LIANXIN_WECHAT_MINI_AES_KEY", ""))
}

func TestOnlyServingDemandsWhatOnlyServingNeeds(t *testing.T) {
	t.Parallel()
	if _, err := config.Load(env{"LIANXIN_DATABASE": "sqlite:/srv/x.db"}.lookup); err != nil {
		t.Errorf("a migration was refused: %v", err)
	}
	found := wrong(t, env{})
	if len(found) != 3 || found["LIANXIN_LINK_KEY"] == "" || found["LIANXIN_FIELD_KEYS"] == "" || found["LIANXIN_WECHAT_MINI_APP_ID"] == "" {
		t.Errorf("serving with nothing set gives %v", found)
	}
}
