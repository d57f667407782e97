// Package bucket keeps files in a bucket of a storage that speaks S3: MinIO,
// Ceph, or what a cloud sells. A file is there as a whole or not at all: one
// request puts it, signed together with its digest.
//
// It refuses every name that is not two levels of plain characters. Nothing in
// the bucket needs to be public, and nothing here makes it so: it signs no
// addresses for others. No error of it tells a key.
package bucket

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the protocol checks bodies by it, beside SHA-256
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"
)

// plain is a name of two levels. No part begins with a dot.
var plain = regexp.MustCompile(`^[0-9a-z]{2}/[0-9a-zA-Z][0-9a-zA-Z._-]{0,199}$`)

var (
	// ErrName says that a name is not one this bucket keeps.
	ErrName = errors.New("bucket: name must be two levels of plain characters")
	// errSlow says that the storage did not go on in time.
	errSlow = errors.New("no answer in time")
)

const (
	defaultTimeout = 10 * time.Second
	// tries is how often a request is sent at most. The pauses between are of
	// a fraction of a second.
	tries = 3
)

// Options say where the bucket is. Endpoint is host and port; Secure asks for
// TLS. Prefix is what all keys begin with. PathStyle names the bucket in the
// path and not in the host. Encrypt asks the storage to encrypt what it keeps.
// Timeout bounds each step; zero takes 10 seconds. Dial reaches the storage;
// nil takes the usual way.
type Options struct {
	Endpoint, Region, Bucket, Prefix string
	AccessKey, SecretKey             string
	Secure, PathStyle, Encrypt       bool
	Timeout                          time.Duration
	Dial                             func(ctx context.Context, network, address string) (net.Conn, error)
}

// Bucket is a bucket that can be reached.
type Bucket struct {
	core    minio.Core
	name    string
	prefix  string
	encrypt encrypt.ServerSide
	timeout time.Duration
}

// New makes a Bucket. Nothing is reached yet. It fails when the options cannot
// be right.
func New(o Options) (*Bucket, error) {
	if o.Bucket == "" || o.AccessKey == "" || o.SecretKey == "" || o.Region == "" {
		return nil, errors.New("bucket: a bucket, its region and two keys are needed")
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	transport, err := minio.DefaultTransport(o.Secure)
	if err != nil {
		return nil, fmt.Errorf("bucket: %w", err)
	}
	transport.ResponseHeaderTimeout = o.Timeout
	transport.DialContext = (&net.Dialer{Timeout: o.Timeout / 2, KeepAlive: 30 * time.Second}).DialContext
	if o.Dial != nil {
		transport.DialContext = o.Dial
	}
	lookup := minio.BucketLookupDNS
	if o.PathStyle {
		lookup = minio.BucketLookupPath
	}
	core, err := minio.NewCore(o.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: o.Secure, Region: o.Region,
		Transport: transport, BucketLookup: lookup, MaxRetries: tries,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket: %w", err)
	}
	b := &Bucket{core: *core, name: o.Bucket, prefix: strings.Trim(o.Prefix, "/"), timeout: o.Timeout}
	if b.prefix != "" {
		b.prefix += "/"
	}
	if o.Encrypt {
		b.encrypt = encrypt.NewSSE()
	}
	return b, nil
}

// Put keeps content under a name, in place of what was there.
func (b *Bucket) Put(ctx context.Context, name string, content []byte) error {
	if !plain.MatchString(name) {
		return ErrName
	}
	return b.put(ctx, b.prefix+name, content)
}

func (b *Bucket) put(ctx context.Context, key string, content []byte) error {
	ctx, end := b.within(ctx)
	defer end()
	whole, short := sha256.Sum256(content), md5.Sum(content) //nolint:gosec // see the import
	_, err := b.core.PutObject(ctx, b.name, key, bytes.NewReader(content), int64(len(content)),
		base64.StdEncoding.EncodeToString(short[:]), hex.EncodeToString(whole[:]), minio.PutObjectOptions{
			ContentType: contentType(key), ServerSideEncryption: b.encrypt,
			// The digest of the whole is signed instead of piece by piece, which
			// not every storage understands.
			DisableContentSha256: true, DisableMultipart: true,
		})
	return b.trouble(ctx, "put", err)
}

func contentType(name string) string {
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// Open opens a file; fs.ErrNotExist when there is none. Reading from it fails
// when the storage stops in the middle: half a file is never taken for whole.
func (b *Bucket) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if !plain.MatchString(name) {
		return nil, ErrName
	}
	return b.open(ctx, b.prefix+name)
}

func (b *Bucket) open(ctx context.Context, key string) (io.ReadCloser, error) {
	watched, stop := context.WithCancelCause(ctx)
	w := watch{ctx: watched, stop: stop, limit: b.timeout, timer: time.AfterFunc(b.timeout, func() { stop(errSlow) })}
	body, _, _, err := b.core.GetObject(watched, b.name, key, minio.GetObjectOptions{})
	if err != nil {
		err = b.trouble(watched, "open", err)
		w.end()
		return nil, err
	}
	return &reading{bucket: b, body: body, watch: w}, nil
}

// Remove removes a file. That there is none is no error.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	if !plain.MatchString(name) {
		return ErrName
	}
	return b.remove(ctx, b.prefix+name)
}

func (b *Bucket) remove(ctx context.Context, key string) error {
	ctx, end := b.within(ctx)
	defer end()
	err := b.trouble(ctx, "remove", b.core.RemoveObject(ctx, b.name, key, minio.RemoveObjectOptions{}))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// List visits the files, page by page, with their size and when they were put
// by the clock of the storage. What has no plain name is passed over.
func (b *Bucket) List(ctx context.Context, visit func(name string, size int64, at time.Time) error) error {
	watched, stop := context.WithCancelCause(ctx)
	w := watch{ctx: watched, stop: stop, limit: b.timeout, timer: time.AfterFunc(b.timeout, func() { stop(errSlow) })}
	defer w.end()
	for object := range b.core.ListObjectsIter(watched, b.name, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
		if object.Err != nil {
			return b.trouble(watched, "list", object.Err)
		}
		// What the visit does is not the storage's time.
		w.timer.Stop()
		if name := strings.TrimPrefix(object.Key, b.prefix); plain.MatchString(name) {
			if err := visit(name, object.Size, object.LastModified); err != nil {
				return err
			}
		}
		w.timer.Reset(w.limit)
	}
	// A list that was stopped ends without a word.
	if watched.Err() != nil {
		return b.trouble(watched, "list", watched.Err())
	}
	return nil
}

// Close gives up nothing: connections that rest end by themselves.
func (b *Bucket) Close() error { return nil }

// within bounds a step that is one request.
func (b *Bucket) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, b.timeout, errSlow)
}

// watch ends a request that does not go on.
type watch struct {
	ctx   context.Context //nolint:containedctx // it lives as long as one answer is read
	stop  context.CancelCauseFunc
	timer *time.Timer
	limit time.Duration
}

func (w watch) end() {
	w.timer.Stop()
	w.stop(nil)
}

// reading is a file that is being read.
type reading struct {
	bucket *Bucket
	body   io.ReadCloser
	watch  watch
}

// Read reads on, and gives up when the storage does not.
func (r *reading) Read(p []byte) (int, error) {
	r.watch.timer.Reset(r.watch.limit)
	n, err := r.body.Read(p)
	r.watch.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		err = r.bucket.trouble(r.watch.ctx, "read", err)
	}
	return n, err
}

// Close ends the reading.
func (r *reading) Close() error {
	r.watch.end()
	if err := r.body.Close(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("bucket: close: %w", err)
	}
	return nil
}
