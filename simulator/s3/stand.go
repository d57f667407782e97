// Package s3 stands in for a storage that speaks Amazon's S3, for tests: one
// bucket in memory, reached over HTTP.
//
// It is strict on purpose, and knows nothing of who calls it. It refuses every
// request whose signature, date, region, digest or length is not right, and
// speaks the protocol's own errors. It can be told to fail in the ways that
// such storages fail.
package s3

import (
	"bytes"
	"cmp"
	"crypto/md5" //nolint:gosec // the protocol names objects by it
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options says what the stand-in serves, and to whom.
type Options struct {
	Bucket, Region, AccessKey, SecretKey string
	// Page is the most keys of one page of a list; 1000 when zero.
	Page int
	// Now is its clock, which judges the dates of requests. KeptAt dates objects;
	// nil takes Now.
	Now, KeptAt func() time.Time
}

// Object is what the bucket keeps under a key.
type Object struct {
	Content    []byte
	Type       string
	Encryption string
	At         time.Time
}

// Stand is a storage with one bucket.
type Stand struct {
	options Options
	mu      sync.Mutex
	objects map[string]Object
	faults  []*Fault
	calls   []string
}

// New makes a storage whose bucket is empty.
func New(o Options) *Stand {
	o.Page, o.Region = cmp.Or(o.Page, 1000), cmp.Or(o.Region, "us-east-1")
	if o.KeptAt == nil {
		o.KeptAt = o.Now
	}
	return &Stand{options: o, objects: map[string]Object{}}
}

// Object gives what is kept under a key.
func (s *Stand) Object(key string) (Object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, found := s.objects[key]
	return o, found
}

// Keys lists what is kept.
func (s *Stand) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys("")
}

// Place keeps an object as if somebody had put it.
func (s *Stand) Place(key string, o Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = o
}

// Calls lists the requests that came, as method and path.
func (s *Stand) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *Stand) keys(prefix string) []string {
	var all []string
	for key := range s.objects {
		if strings.HasPrefix(key, prefix) {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}

// bodyMax is the most a request may carry.
const bodyMax = 64 << 20

// ServeHTTP answers one request.
func (s *Stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if err != nil {
		refuse(w, r, http.StatusBadRequest, trouble{Code: "IncompleteBody"})
		return
	}
	fault := s.strike(r)
	if fault.happens(w, r) {
		return
	}
	if status, wrong := s.verify(r, body); wrong.Code != "" {
		refuse(w, r, status, wrong)
		return
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if name, found := strings.CutSuffix(r.Host, "."+virtualHost); found {
		bucket, key = name, strings.TrimPrefix(r.URL.Path, "/")
	}
	if bucket != s.options.Bucket {
		refuse(w, r, http.StatusNotFound, trouble{Code: "NoSuchBucket", Message: "The specified bucket does not exist"})
		return
	}
	s.serve(fault.cut(w, r), r, key, body)
}

// virtualHost is the host below which buckets are hosts of their own.
const virtualHost = "s3.example"

func (s *Stand) serve(w http.ResponseWriter, r *http.Request, key string, body []byte) {
	switch {
	case key == "" && r.Method == http.MethodGet:
		s.list(w, r)
	case key == "" && r.Method == http.MethodHead:
		w.WriteHeader(http.StatusOK)
	case key != "" && r.Method == http.MethodPut:
		s.put(w, r, key, body)
	case key != "" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		s.open(w, r, key)
	case key != "" && r.Method == http.MethodDelete:
		s.remove(key)
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, r, http.StatusMethodNotAllowed, trouble{Code: "MethodNotAllowed"})
	}
}

func (s *Stand) put(w http.ResponseWriter, r *http.Request, key string, body []byte) {
	sum := md5.Sum(body) //nolint:gosec // the protocol names objects by it
	if claimed := r.Header.Get("Content-Md5"); claimed != "" && claimed != base64.StdEncoding.EncodeToString(sum[:]) {
		refuse(w, r, http.StatusBadRequest, trouble{Code: "BadDigest"})
		return
	}
	s.Place(key, Object{
		Content: body, Type: r.Header.Get("Content-Type"), At: s.options.KeptAt(),
		Encryption: r.Header.Get("X-Amz-Server-Side-Encryption"),
	})
	w.Header().Set("ETag", etag(body))
	w.WriteHeader(http.StatusOK)
}

func (s *Stand) remove(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key)
}

func etag(content []byte) string {
	sum := md5.Sum(content) //nolint:gosec // the protocol names objects by it
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (s *Stand) open(w http.ResponseWriter, r *http.Request, key string) {
	o, found := s.Object(key)
	if !found {
		refuse(w, r, http.StatusNotFound, trouble{Code: "NoSuchKey", Message: "The specified key does not exist."})
		return
	}
	h := w.Header()
	h.Set("Content-Type", o.Type)
	h.Set("Content-Length", strconv.Itoa(len(o.Content)))
	h.Set("ETag", etag(o.Content))
	h.Set("Last-Modified", o.At.UTC().Format(http.TimeFormat))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		// Who hung up does not want it.
		_, _ = io.Copy(w, bytes.NewReader(o.Content))
	}
}

type listed struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Name                  string
	Prefix                string
	KeyCount              int
	MaxKeys               int
	IsTruncated           bool
	NextContinuationToken string `xml:",omitempty"`
	Contents              []entry
}

type entry struct {
	Key          string
	LastModified string
	ETag         string
	Size         int
}

// list is ListObjectsV2.
func (s *Stand) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("list-type") != "2" {
		refuse(w, r, http.StatusNotImplemented, trouble{Code: "NotImplemented"})
		return
	}
	page := s.options.Page
	if asked, err := strconv.Atoi(q.Get("max-keys")); err == nil && asked > 0 {
		page = min(page, asked)
	}
	after, err := base64.URLEncoding.DecodeString(q.Get("continuation-token"))
	if err != nil {
		refuse(w, r, http.StatusBadRequest, trouble{Code: "InvalidArgument"})
		return
	}
	writeXML(w, http.StatusOK, s.page(q.Get("prefix"), string(after), page))
}

// page is one page of a list: what comes after a key.
func (s *Stand) page(prefix, after string, page int) listed {
	s.mu.Lock()
	defer s.mu.Unlock()
	result := listed{Name: s.options.Bucket, Prefix: prefix, MaxKeys: page}
	for _, key := range s.keys(prefix) {
		if key <= after {
			continue
		}
		if len(result.Contents) == page {
			result.IsTruncated = true
			result.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(result.Contents[page-1].Key))
			break
		}
		o := s.objects[key]
		result.Contents = append(result.Contents, entry{key, o.At.UTC().Format("2006-01-02T15:04:05.000Z"), etag(o.Content), len(o.Content)})
	}
	result.KeyCount = len(result.Contents)
	return result
}

// trouble is an error as the protocol says it.
type trouble struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string `xml:",omitempty"`
	Resource  string
	RequestID string `xml:"RequestId"`
	Region    string `xml:",omitempty"`
}

func refuse(w http.ResponseWriter, r *http.Request, status int, t trouble) {
	t.Resource, t.RequestID = r.URL.Path, "STAND-IN-0001"
	if r.Method == http.MethodHead {
		w.WriteHeader(status)
		return
	}
	writeXML(w, status, t)
}

func writeXML(w http.ResponseWriter, status int, v any) {
	encoded, err := xml.Marshal(v)
	if err != nil {
		panic(fmt.Errorf("s3: %w", errors.Join(err, http.ErrAbortHandler)))
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte(xml.Header), encoded...)) //nolint:gosec // encoded XML, and nobody's browser reads it
}
