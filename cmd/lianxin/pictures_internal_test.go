package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lianxin/simulator"
	"lianxin/simulator/s3"
)

// withBucket adds a strict bucket to the settings of a program.
func withBucket(tb testing.TB, env map[string]string) *s3.Stand {
	tb.Helper()
	stand := s3.New(s3.Options{Bucket: "pictures", AccessKey: "AKIDOFTHETEST", SecretKey: "wJalrXUtnFEMI/K7MDENG", Now: time.Now})
	server := httptest.NewServer(stand)
	tb.Cleanup(server.Close)
	env["LIANXIN_S3_ENDPOINT"], env["LIANXIN_S3_BUCKET"] = server.URL, "pictures"
	env["LIANXIN_S3_ACCESS_KEY"], env["LIANXIN_S3_SECRET_KEY"] = "AKIDOFTHETEST", "wJalrXUtnFEMI/K7MDENG"
	return stand
}

// says runs a command and demands its exit code and words.
func says(t *testing.T, env map[string]string, code int, words string, args ...string) {
	t.Helper()
	got, stdout, stderr := command(t, env, "", args...)
	if got != code || !strings.Contains(stdout+stderr, words) {
		t.Errorf("%v: exit code %d, want %d with %q: %s%s", args, got, code, words, stdout, stderr)
	}
	if strings.Contains(stdout+stderr, "wJalrXUtnFEMI") {
		t.Errorf("%v tells a secret: %s%s", args, stdout, stderr)
	}
}

func TestPicturesMoveToABucketAndBackAndNothingIsLost(t *testing.T) {
	p := demoCopy(t)
	resident := p.signIn("摄影者")
	resident.upload()
	p.end()
	env := settings(t)
	env["LIANXIN_DATABASE"], env["LIANXIN_DATA"] = "sqlite:"+p.data+"/lianxin.db", p.data
	says(t, env, 2, "请先设置 LIANXIN_S3_ENDPOINT", "pictures", "move", "--to", "s3")
	stand := withBucket(t, env)
	says(t, env, 2, "--to 只能是", "pictures", "move", "--to", "ftp")
	says(t, env, 0, "没有丢失的图片文件", "pictures", "move", "--to", "s3")
	kept := len(stand.Keys())
	if kept < 2 {
		t.Fatalf("the bucket holds %v", stand.Keys())
	}
	says(t, env, 0, "复制 0 个", "pictures", "move", "--to", "s3")
	says(t, env, 0, "复制 0 个", "pictures", "move", "--to", "folder")

	env["LIANXIN_STORAGE"] = "s3"
	says(t, env, 0, "图片存储可以使用", "pictures", "check")
	says(t, env, 0, "将清理没有使用的图片 0 张", "pictures", "sweep", "--dry-run")
	says(t, env, 0, "没有丢失的图片文件", "pictures", "sweep")
	if len(stand.Keys()) != kept {
		t.Errorf("the bucket holds %v", stand.Keys())
	}
	env["LIANXIN_S3_SECRET_KEY"] = "another"
	says(t, env, 1, "LIANXIN_S3_SECRET_KEY 不对", "pictures", "check")
	says(t, env, 1, "LIANXIN_S3_SECRET_KEY 不对", "pictures", "move", "--to", "folder")
}

// serveSimulated runs `lianxin serve` on a fresh database, with a stand-in for
// WeChat beside it.
func serveSimulated(t *testing.T, env map[string]string) *program {
	t.Helper()
	standIn := simulator.Defaults()
	sim, err := simulator.New(standIn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	env["LIANXIN_WECHAT_SIMULATOR"], env["LIANXIN_LOG_LEVEL"] = server.URL, "debug"
	for name, a := range map[string]simulator.Account{"MINI": standIn.Mini, "OFFICIAL": standIn.Official} {
		prefix := "LIANXIN_WECHAT_" + name + "_"
		env[prefix+"APP_ID"], env[prefix+"SECRET"], env[prefix+"TOKEN"], env[prefix+"AES_KEY"] = a.AppID, a.Secret, a.Token, a.EncodingAESKey
	}
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	p := start(t, env, "serve")
	p.simulator = server.URL
	return p
}

func TestTheProgramKeepsPicturesInABucketAndSurvivesItsOutage(t *testing.T) {
	env := settings(t)
	stand := withBucket(t, env)
	env["LIANXIN_STORAGE"] = "s3"
	p := serveSimulated(t, env)
	resident := p.signIn("摄影者")
	first := resident.must(http.StatusCreated, resident.uploadPicture())
	if len(stand.Keys()) != 2 {
		t.Fatalf("the bucket holds %v", stand.Keys())
	}
	link := p.app + strings.TrimPrefix(first.field(t, "url"), env["LIANXIN_PUBLIC_URL"])
	p.anonymous().must(http.StatusOK, p.ask(http.MethodGet, link, "", nil))

	stand.Fail(s3.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"})
	for what, a := range map[string]answer{"upload": resident.uploadPicture(), "link": p.ask(http.MethodGet, link, "", nil)} {
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("%s while the bucket is away: %d %v %s", what, a.status, a.header, a.body)
		}
	}
	if !strings.Contains(p.stderr.String(), "SlowDown") {
		t.Error("the log does not say why")
	}
	stand.Mend()
	resident.must(http.StatusCreated, resident.uploadPicture())
	p.anonymous().must(http.StatusOK, p.ask(http.MethodGet, link, "", nil))

	sig := link[strings.Index(link, "sig=")+4:]
	figures := p.scrape()
	for what, secret := range map[string]string{"signature of a link": sig[:20], "secret of the bucket": "wJalrXUtnFEMI", "picture": first.field(t, "id")} {
		if strings.Contains(p.stderr.String(), secret) || strings.Contains(figures, secret) {
			t.Errorf("log or figures tell the %s", what)
		}
	}
}
