package main

import (
	"net/url"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianxin/config"
	"lianxin/service/picture"
	"lianxin/service/picture/bucket"
	"lianxin/service/picture/folder"
)

// pictureStorage is what pictures are kept in, until it is closed.
type pictureStorage interface {
	picture.Keeper
	Close() error
}

// openStorage opens one of the kinds of storage that are set up. A bucket is
// not reached yet.
func openStorage(cfg config.Config, kind config.StorageKind, now func() time.Time) (pictureStorage, error) {
	if kind != config.StorageS3 {
		return folder.Open(filepath.Join(cfg.DataDir, "pictures"), now)
	}
	at, err := url.Parse(cfg.S3.Endpoint)
	if err != nil {
		return nil, err
	}
	return bucket.New(bucket.Options{
		Endpoint: at.Host, Secure: at.Scheme == "https", Region: cfg.S3.Region, Bucket: cfg.S3.Bucket, Prefix: cfg.S3.Prefix,
		AccessKey: cfg.S3.AccessKey.Reveal(), SecretKey: cfg.S3.SecretKey.Reveal(),
		PathStyle: cfg.S3.PathStyle, Encrypt: cfg.S3.Encryption, Timeout: cfg.S3.Timeout,
	})
}

// pictureFigures tells what the last look at all files found; nothing before it.
type pictureFigures struct{ custodian *picture.Custodian }

var lostPictures = prometheus.NewDesc("lianxin_pictures_lost", "Pictures of which a file is missing in the storage.", nil, nil)

// Describe names the figure.
func (f pictureFigures) Describe(to chan<- *prometheus.Desc) { to <- lostPictures }

// Collect gives the figure when there is one.
func (f pictureFigures) Collect(to chan<- prometheus.Metric) {
	if lost, known := f.custodian.Lost(); known {
		to <- prometheus.MustNewConstMetric(lostPictures, prometheus.GaugeValue, float64(lost))
	}
}
