package bucket_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lianxin/model/fault"
	"lianxin/service/picture/bucket"
	"lianxin/simulator/s3"
)

const (
	accessKey = "AKIDOFTHETEST"
	secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE"
	region    = "cn-north-1"
)

// world is a storage and where it listens.
type world struct {
	*s3.Stand
	address string
	late    time.Duration
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	w.Stand = s3.New(s3.Options{Bucket: "pictures", Region: region, AccessKey: accessKey, SecretKey: secretKey, Now: func() time.Time { return time.Now().Add(w.late) }})
	server := httptest.NewServer(w.Stand)
	t.Cleanup(server.Close)
	w.address = server.Listener.Addr().String()
	return w
}

func (w *world) options() bucket.Options {
	return bucket.Options{
		Endpoint: w.address, Region: region, Bucket: "pictures", Prefix: "p", AccessKey: accessKey, SecretKey: secretKey,
		PathStyle: true, Timeout: 2 * time.Second,
	}
}

func (w *world) open(t *testing.T, spoil ...func(*bucket.Options)) *bucket.Bucket {
	t.Helper()
	o := w.options()
	for _, s := range spoil {
		s(&o)
	}
	b, err := bucket.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAFileIsPutWithItsKindAndEncryptedWhenThatIsAsked(t *testing.T) {
	w := newWorld(t)
	if err := w.open(t).Put(t.Context(), "3f/a.jpg", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if o, _ := w.Object("p/3f/a.jpg"); o.Type != "image/jpeg" || o.Encryption != "" {
		t.Errorf("kept as %+v", o)
	}
	encrypted := w.open(t, func(o *bucket.Options) { o.Encrypt = true })
	if err := encrypted.Put(t.Context(), "3f/b.jpg", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if o, _ := w.Object("p/3f/b.jpg"); o.Encryption != "AES256" {
		t.Errorf("kept as %+v", o)
	}
}

func TestABucketCanBeNamedInTheHost(t *testing.T) {
	w := newWorld(t)
	var asked []string
	b := w.open(t, func(o *bucket.Options) {
		o.Endpoint, o.PathStyle = "s3.example", false
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			asked = append(asked, address)
			return (&net.Dialer{}).DialContext(ctx, network, w.address)
		}
	})
	if err := b.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(asked) == 0 || asked[0] != "pictures.s3.example:80" {
		t.Errorf("dialled %v", asked)
	}
}

func TestABucketIsNotOpenedWithoutWhatItNeeds(t *testing.T) {
	for name, spoil := range map[string]func(*bucket.Options){
		"no bucket": func(o *bucket.Options) { o.Bucket = "" }, "no key": func(o *bucket.Options) { o.AccessKey = "" },
		"no secret": func(o *bucket.Options) { o.SecretKey = "" }, "no region": func(o *bucket.Options) { o.Region = "" },
		"a path": func(o *bucket.Options) { o.Endpoint = "s3.example/path" },
	} {
		o := newWorld(t).options()
		spoil(&o)
		if _, err := bucket.New(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAHiccupIsTriedAgainAndATroubleThatStaysIsNotForEver(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	w.Fail(s3.Fault{Method: http.MethodPut, Status: 503, Code: "SlowDown", Times: 2})
	if err := b.Put(t.Context(), "3f/a.jpg", []byte("x")); err != nil {
		t.Errorf("after two hiccups: %v", err)
	}
	before := len(w.Calls())
	w.Fail(s3.Fault{Method: http.MethodPut, Status: 503, Code: "SlowDown"})
	if err := b.Put(t.Context(), "3f/a.jpg", []byte("x")); err == nil {
		t.Error("a storage that is always busy took a file")
	}
	if tries := len(w.Calls()) - before; tries != 3 {
		t.Errorf("it was tried %d times", tries)
	}
}

func TestAStorageThatStandsStillHoldsNobodyUp(t *testing.T) {
	w := newWorld(t)
	quick := func(o *bucket.Options) { o.Timeout = 200 * time.Millisecond }
	b := w.open(t, quick)
	if err := b.Put(t.Context(), "3f/a.jpg", []byte(strings.Repeat("x", 1000))); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]s3.Fault{"at once": {Hang: true}, "in the middle": {Method: http.MethodGet, After: 100, Stall: true}} {
		t.Run(name, func(t *testing.T) {
			w.Fail(f)
			defer w.Mend()
			began := time.Now()
			deeds := map[string]error{"open": readAll(t, b, "3f/a.jpg"), "list": b.List(t.Context(), func(string, int64, time.Time) error { return nil })}
			if f.Hang {
				deeds["put"], deeds["remove"] = b.Put(t.Context(), "3f/b.jpg", nil), b.Remove(t.Context(), "3f/a.jpg")
			}
			for deed, err := range deeds {
				if err == nil || errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v", deed, err)
				}
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func readAll(t *testing.T, b *bucket.Bucket, name string) error {
	t.Helper()
	body, err := b.Open(t.Context(), name)
	if err != nil {
		return err
	}
	_, err = io.ReadAll(body)
	return errors.Join(err, body.Close())
}

func TestHalfAnAnswerIsAnError(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	if err := b.Put(t.Context(), "3f/a.jpg", []byte(strings.Repeat("x", 1000))); err != nil {
		t.Fatal(err)
	}
	w.Fail(s3.Fault{Method: http.MethodGet, After: 100})
	if err := readAll(t, b, "3f/a.jpg"); err == nil {
		t.Error("half a file was read as a whole")
	}
	if err := b.List(t.Context(), func(string, int64, time.Time) error { return nil }); err == nil {
		t.Error("half a list was read as a whole")
	}
}

func TestACheckSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a port that nobody listens on
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(*bucket.Options)
		fault s3.Fault
		late  time.Duration
		words string
	}{
		"nobody listens":   {spoil: func(o *bucket.Options) { o.Endpoint = nobody }, words: "连不上存储"},
		"no such host":     {spoil: func(o *bucket.Options) { o.Dial = noSuchHost }, words: "找不到存储的主机"},
		"no answer":        {spoil: func(o *bucket.Options) { o.Timeout = 100 * time.Millisecond }, fault: s3.Fault{Hang: true}, words: "没有在限定时间内应答"},
		"no bucket":        {spoil: func(o *bucket.Options) { o.Bucket = "elsewhere" }, words: "存储桶不存在"},
		"wrong key id":     {spoil: func(o *bucket.Options) { o.AccessKey = "AKIDOTHER" }, words: "LIANXIN_S3_ACCESS_KEY"},
		"wrong secret":     {spoil: func(o *bucket.Options) { o.SecretKey = "another" }, words: "LIANXIN_S3_SECRET_KEY"},
		"wrong region":     {spoil: func(o *bucket.Options) { o.Region = "us-east-1" }, words: "LIANXIN_S3_REGION"},
		"our clock":        {late: time.Hour, words: "校准本机时间"},
		"may not list":     {fault: s3.Fault{Method: http.MethodGet, Path: "list-type", Status: 403, Code: "AccessDenied"}, words: "不能列出：没有权限"},
		"may not write":    {fault: s3.Fault{Method: http.MethodPut, Status: 403, Code: "AccessDenied"}, words: "不能写入：没有权限"},
		"may not read":     {fault: s3.Fault{Method: http.MethodGet, Path: "check-", Status: 403, Code: "AccessDenied"}, words: "不能读取：没有权限"},
		"may not remove":   {fault: s3.Fault{Method: http.MethodDelete, Status: 403, Code: "AccessDenied"}, words: "不能删除：没有权限"},
		"full":             {fault: s3.Fault{Method: http.MethodPut, Status: 507, Code: "XMinioStorageFull"}, words: "存储已满"},
		"no encryption":    {fault: s3.Fault{Method: http.MethodPut, Status: 501, Code: "NotImplemented"}, words: "LIANXIN_S3_ENCRYPTION"},
		"another place":    {fault: s3.Fault{Status: 301, Code: "PermanentRedirect"}, words: "别的区域或地址"},
		"not S3":           {fault: s3.Fault{Status: 404, HTML: true}, words: "LIANXIN_S3_ENDPOINT 指向的不是 S3 接口"},
		"busy":             {fault: s3.Fault{Status: 503, Code: "SlowDown"}, words: "要求放慢"},
		"a proxy is down":  {fault: s3.Fault{Status: 502, HTML: true}, words: "暂时不可用"},
		"the line breaks":  {fault: s3.Fault{Drop: true}, words: "断开了连接"},
		"TLS is not there": {spoil: func(o *bucket.Options) { o.Secure = true }, words: "http:// 开头"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.late = c.late
			b := w.open(t, func(o *bucket.Options) {
				if c.spoil != nil {
					c.spoil(o)
				}
			})
			if c.fault != (s3.Fault{}) {
				w.Fail(c.fault)
			}
			err := b.Check(t.Context())
			f := fault.Of(err)
			if f == nil || f.Kind != fault.KindUnavailable || !strings.Contains(f.Words, c.words) {
				t.Errorf("want %q, got %v", c.words, err)
			}
			if err != nil && (strings.Contains(err.Error(), secretKey) || strings.Contains(err.Error(), accessKey)) {
				t.Errorf("the error tells a key: %v", err)
			}
		})
	}
}

func noSuchHost(context.Context, string, string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "s3.nowhere", IsNotFound: true}}
}

func TestAStorageThatGivesBackSomethingElseIsFoundOut(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "check-") {
			rw.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
			_, _ = io.WriteString(rw, "<html>cached elsewhere</html>")
			return
		}
		w.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	b := w.open(t, func(o *bucket.Options) { o.Endpoint = server.Listener.Addr().String() })
	if err := b.Check(t.Context()); err == nil || !strings.Contains(fault.Of(err).Words, "读出的内容与写入的不同") {
		t.Errorf("got %v", err)
	}
}

func TestAForeignCertificateIsNotTrusted(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewUnstartedServer(w.Stand)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	b := w.open(t, func(o *bucket.Options) { o.Endpoint, o.Secure = server.Listener.Addr().String(), true })
	if err := b.Check(t.Context()); err == nil || !strings.Contains(fault.Of(err).Words, "受信任的机构") {
		t.Errorf("got %v", err)
	}
}
