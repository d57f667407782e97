package config_test

import "testing"

// bucketed is a deployment that keeps pictures in a bucket.
func bucketed() env {
	return production().with(
		"LIANXIN_STORAGE", "s3", "LIANXIN_S3_ENDPOINT", "https://s3.example.cn", "LIANXIN_S3_BUCKET", "lianxin-pictures",
		"LIANXIN_S3_ACCESS_KEY", s3AccessKey, "LIANXIN_S3_SECRET_KEY", s3SecretKey,
	)
}

func TestABucketIsSetAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	c := load(t, bucketed())
	if c.Storage != "s3" || !c.S3.Configured() || !c.S3.PathStyle || c.S3.Region != "us-east-1" || c.S3.Prefix != "pictures" {
		t.Errorf("storage is %q with %+v", c.Storage, c.S3)
	}
	// A folder beside a bucket is what a move needs.
	load(t, bucketed().with("LIANXIN_STORAGE", "folder"))
	onlyMistake(t, production().with("LIANXIN_STORAGE", "s3"), "LIANXIN_S3_ENDPOINT", "LIANXIN_STORAGE 是 s3 时必填")
	for _, name := range []string{"LIANXIN_S3_BUCKET", "LIANXIN_S3_ACCESS_KEY", "LIANXIN_S3_SECRET_KEY"} {
		onlyMistake(t, bucketed().with(name, ""), name, "设置了 LIANXIN_S3_ENDPOINT 就必须填")
		onlyMistake(t, production().with(name, "lianxin-pictures"), "LIANXIN_S3_ENDPOINT", "却填了 "+name)
	}
}

func TestPicturesDoNotTravelOpenlyByMistake(t *testing.T) {
	t.Parallel()
	plain := bucketed().with("LIANXIN_S3_ENDPOINT", "http://10.0.0.9:9000")
	onlyMistake(t, plain, "LIANXIN_S3_ENDPOINT", "LIANXIN_S3_ALLOW_HTTP=on")
	load(t, plain.with("LIANXIN_S3_ALLOW_HTTP", "on"))
	load(t, bucketed().with("LIANXIN_S3_ENDPOINT", "http://127.0.0.1:9000"))
}

func TestABucketIsNamedInAWayThatWorks(t *testing.T) {
	t.Parallel()
	onlyMistake(t, bucketed().with("LIANXIN_S3_BUCKET", "Lianxin_Pictures"), "LIANXIN_S3_BUCKET", "3 到 63 个小写字母")
	onlyMistake(t, bucketed().with("LIANXIN_S3_PREFIX", "/pictures/"), "LIANXIN_S3_PREFIX", "首尾不带斜线")
	onlyMistake(t, bucketed().with("LIANXIN_S3_PREFIX", "a/../b"), "LIANXIN_S3_PREFIX", "首尾不带斜线")
	onlyMistake(t, bucketed().with("LIANXIN_S3_REGION", "华北"), "LIANXIN_S3_REGION", "cn-north-1")
	onlyMistake(t, bucketed().with("LIANXIN_S3_ENDPOINT", "https://key:word@s3.example.cn"), "LIANXIN_S3_ENDPOINT", "https://")
	dotted := bucketed().with("LIANXIN_S3_BUCKET", "pictures.lianxin")
	load(t, dotted)
	onlyMistake(t, dotted.with("LIANXIN_S3_PATH_STYLE", "off"), "LIANXIN_S3_BUCKET", "LIANXIN_S3_PATH_STYLE=on")
}
