package picture_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/service/picture"
	"lianxin/service/picture/bucket"
	"lianxin/service/picture/folder"
	"lianxin/simulator/s3"
)

// standIn starts a storage that speaks S3, strictly, and a bucket in it.
func standIn(tb testing.TB, now func() time.Time) (*s3.Stand, *bucket.Bucket) {
	tb.Helper()
	// Requests are dated by the real clock; what is kept, by the test's.
	stand := s3.New(s3.Options{Bucket: "pictures", AccessKey: "AKIDTEST", SecretKey: "wJalrXUtnFEMI/K7MDENG", Page: 3, Now: time.Now, KeptAt: now})
	server := httptest.NewServer(stand)
	tb.Cleanup(server.Close)
	b, err := bucket.New(bucket.Options{
		Endpoint: server.Listener.Addr().String(), Region: "us-east-1", Bucket: "pictures", Prefix: "linjiang/pictures",
		AccessKey: "AKIDTEST", SecretKey: "wJalrXUtnFEMI/K7MDENG", PathStyle: true, Timeout: 5 * time.Second,
		Dial: (&net.Dialer{}).DialContext,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return stand, b
}

func newFolder(tb testing.TB, now func() time.Time) *folder.Folder {
	tb.Helper()
	f, err := folder.Open(tb.TempDir(), now)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	return f
}

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// onEachKeeper runs a promise on everything that keeps pictures.
func onEachKeeper(t *testing.T, promise func(t *testing.T, keeper picture.Keeper)) {
	t.Helper()
	now := func() time.Time { return noon }
	t.Run("folder", func(t *testing.T) { promise(t, newFolder(t, now)) })
	t.Run("bucket", func(t *testing.T) {
		_, b := standIn(t, now)
		promise(t, b)
	})
}

func put(t *testing.T, keeper picture.Keeper, name, content string) {
	t.Helper()
	if err := keeper.Put(t.Context(), name, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, keeper picture.Keeper, name string) string {
	t.Helper()
	file, err := keeper.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func names(t *testing.T, keeper picture.Keeper) []string {
	t.Helper()
	var found []string
	err := keeper.List(t.Context(), func(name string, size int64, at time.Time) error {
		found = append(found, name+" "+strconv.FormatInt(size, 10)+" "+at.UTC().Format(time.RFC3339))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWhatIsKeptCanBeReadReplacedAndRemoved(t *testing.T) {
	onEachKeeper(t, func(t *testing.T, keeper picture.Keeper) {
		t.Helper()
		put(t, keeper, "3f/a.jpg", "first")
		put(t, keeper, "3f/a.jpg", "second")
		if got := read(t, keeper, "3f/a.jpg"); got != "second" {
			t.Errorf("read %q", got)
		}
		for range 2 { // a second removal finds nothing, which is fine
			if err := keeper.Remove(t.Context(), "3f/a.jpg"); err != nil {
				t.Fatal(err)
			}
		}
		for what, name := range map[string]string{"gone": "3f/a.jpg", "never there": "00/never.jpg"} {
			if _, err := keeper.Open(t.Context(), name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("open of what is %s: %v", what, err)
			}
		}
		put(t, keeper, "00/empty.jpg", "")
		if got := read(t, keeper, "00/empty.jpg"); got != "" {
			t.Errorf("an empty file reads %q", got)
		}
	})
}

func TestNoNameLeadsElsewhere(t *testing.T) {
	onEachKeeper(t, func(t *testing.T, keeper picture.Keeper) {
		t.Helper()
		for _, name := range []string{
			"", "a.jpg", "../out.jpg", "3f/../../out.jpg", "/etc/passwd", "3f/.hidden", "3f//a", "3f/a/b", "3F/a", "abc/a", `3f\a`, "3f/a\x00", "3f/a\n", "..//out.jpg", "3f/a?acl",
		} {
			_, err := keeper.Open(t.Context(), name)
			for deed, err := range map[string]error{"open": err, "put": keeper.Put(t.Context(), name, nil), "remove": keeper.Remove(t.Context(), name)} {
				if !errors.Is(err, folder.ErrName) && !errors.Is(err, bucket.ErrName) {
					t.Errorf("%s %q: %v", deed, name, err)
				}
			}
		}
	})
}

func TestAListShowsEveryFileWithSizeAndTime(t *testing.T) {
	onEachKeeper(t, func(t *testing.T, keeper picture.Keeper) {
		t.Helper()
		var want []string
		for i := range 10 { // more than the pages of the stand-in hold
			name := strconv.Itoa(i) + "f/a.jpg"
			put(t, keeper, name, strings.Repeat("x", i))
			want = append(want, name+" "+strconv.Itoa(i)+" 2026-11-23T04:00:00Z")
		}
		if got := names(t, keeper); !slices.Equal(got, want) {
			t.Errorf("there are %v, want %v", got, want)
		}
	})
}

func TestAListStopsWhenItIsTold(t *testing.T) {
	onEachKeeper(t, func(t *testing.T, keeper picture.Keeper) {
		t.Helper()
		for i := range 5 {
			put(t, keeper, "3f/"+strconv.Itoa(i)+".jpg", "x")
		}
		enough, visits := errors.New("enough"), 0
		err := keeper.List(t.Context(), func(string, int64, time.Time) error {
			visits++
			return enough
		})
		if !errors.Is(err, enough) || visits != 1 {
			t.Errorf("%d visits, %v", visits, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err = keeper.List(ctx, func(string, int64, time.Time) error {
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in the middle: %v", err)
		}
		if err := keeper.Put(ctx, "3f/c.jpg", nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if _, err := keeper.Open(ctx, "3f/0.jpg"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestAReaderNeverSeesHalfAFile(t *testing.T) {
	onEachKeeper(t, func(t *testing.T, keeper picture.Keeper) {
		t.Helper()
		one, two := bytes.Repeat([]byte("1"), 1<<16), bytes.Repeat([]byte("2"), 1<<16)
		put(t, keeper, "3f/a.jpg", string(one))
		var writer sync.WaitGroup
		writer.Go(func() {
			for i := range 40 {
				content := one
				if i%2 == 0 {
					content = two
				}
				if err := keeper.Put(t.Context(), "3f/a.jpg", content); err != nil {
					t.Error(err)
				}
			}
		})
		for range 100 {
			if got := read(t, keeper, "3f/a.jpg"); got != string(one) && got != string(two) {
				t.Fatalf("read a mixture of %d bytes", len(got))
			}
		}
		writer.Wait()
		if got := names(t, keeper); len(got) != 1 {
			t.Errorf("left are %v", got)
		}
	})
}

func TestACheckTriesEverythingAndLeavesNothing(t *testing.T) {
	onEachKeeper(t, func(t *testing.T, keeper picture.Keeper) {
		t.Helper()
		if err := keeper.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := names(t, keeper); len(got) != 0 {
			t.Errorf("left are %v", got)
		}
	})
}
