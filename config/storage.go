package config

import (
	"regexp"
	"strings"
)

// The forms that storages accept everywhere.
var (
	regionForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,40}$`)
	bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixForm = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}){0,5}$`)
)

// storageRules hold for the bucket of pictures.
func storageRules() []rule {
	return []rule{
		about(chosenStorageIsSet, "storage", "s3.endpoint"),
		about(bucketIsWhole, "s3.endpoint", "s3.bucket", "s3.access_key", "s3.secret_key"),
		about(picturesTravelSafely, "s3.endpoint", "s3.allow_http"),
		about(dottedBucketStaysInPath, "s3.endpoint", "s3.bucket", "s3.path_style"),
	}
}

func chosenStorageIsSet(c Config, found *mistakes) {
	if c.Storage == StorageS3 && !c.S3.Configured() {
		found.add(envOf("s3.endpoint"), "%s 是 s3 时必填", envOf("storage"))
	}
}

// bucketIsWhole demands all of a bucket or nothing of it.
func bucketIsWhole(c Config, found *mistakes) {
	parts := []struct {
		key string
		set bool
	}{{"s3.bucket", c.S3.Bucket != ""}, {"s3.access_key", c.S3.AccessKey != ""}, {"s3.secret_key", c.S3.SecretKey != ""}}
	for _, part := range parts {
		switch {
		case c.S3.Configured() && !part.set:
			found.add(envOf(part.key), "设置了 %s 就必须填", envOf("s3.endpoint"))
		case !c.S3.Configured() && part.set && c.Storage != StorageS3:
			found.add(envOf("s3.endpoint"), "没有填，却填了 %s", envOf(part.key))
			return
		}
	}
}

func picturesTravelSafely(c Config, found *mistakes) {
	if !strings.HasPrefix(c.S3.Endpoint, "http://") || nearby(c.S3.Endpoint) || c.S3.AllowHTTP {
		return
	}
	found.add(envOf("s3.endpoint"), "没有用 https，图片会不加密地经过网络；只在可信的内网里设置 %s=on", envOf("s3.allow_http"))
}

// dottedBucketStaysInPath: no certificate covers a host with more dots.
func dottedBucketStaysInPath(c Config, found *mistakes) {
	if strings.HasPrefix(c.S3.Endpoint, "https://") && !c.S3.PathStyle && strings.Contains(c.S3.Bucket, ".") {
		found.add(envOf("s3.bucket"), "桶名带点时不能写在域名里，证书会不符；请设置 %s=on 或换一个桶", envOf("s3.path_style"))
	}
}
