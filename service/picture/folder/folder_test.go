package folder_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"lianxin/service/picture/folder"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string) *folder.Folder {
	t.Helper()
	f, err := folder.Open(dir, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func put(t *testing.T, f *folder.Folder, name, content string) {
	t.Helper()
	if err := f.Put(t.Context(), name, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, f *folder.Folder, name string) string {
	t.Helper()
	file, err := f.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func names(t *testing.T, f *folder.Folder, before time.Time) []string {
	t.Helper()
	var found []string
	err := f.List(t.Context(), before, func(name string) error {
		found = append(found, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

func TestWhatIsPutCanBeReadReplacedAndRemoved(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "deep", "pictures"))
	put(t, f, "3f/a.jpg", "first")
	put(t, f, "3f/a.jpg", "second")
	if got := read(t, f, "3f/a.jpg"); got != "second" {
		t.Errorf("read %q", got)
	}
	for range 2 { // a second removal finds nothing, which is fine
		if err := f.Remove(t.Context(), "3f/a.jpg"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Open(t.Context(), "3f/a.jpg"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open of what is gone: %v", err)
	}
	if _, err := f.Open(t.Context(), "00/never.jpg"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open of what never was: %v", err)
	}
}

func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	dir := t.TempDir()
	f := open(t, filepath.Join(dir, "in"))
	if err := os.WriteFile(filepath.Join(dir, "out.jpg"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"", "a.jpg", "../out.jpg", "3f/../../out.jpg", "/etc/passwd", "3f/.hidden", "3f//a", "3f/a/b", "3F/a", "abc/a", `3f\a`, "3f/a\x00", "3f/a\n", "..//out.jpg",
	} {
		if _, err := f.Open(t.Context(), name); !errors.Is(err, folder.ErrName) {
			t.Errorf("open %q: %v", name, err)
		}
		if err := f.Put(t.Context(), name, nil); !errors.Is(err, folder.ErrName) {
			t.Errorf("put %q: %v", name, err)
		}
		if err := f.Remove(t.Context(), name); !errors.Is(err, folder.ErrName) {
			t.Errorf("remove %q: %v", name, err)
		}
	}
}

func TestALinkInsideDoesNotLeadOutEither(t *testing.T) {
	dir := t.TempDir()
	f := open(t, filepath.Join(dir, "in"))
	if err := os.Mkdir(filepath.Join(dir, "out"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "out", "a.jpg"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../out", filepath.Join(dir, "in", "3f")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open(t.Context(), "3f/a.jpg"); err == nil {
		t.Error("it was opened")
	}
	if err := f.Put(t.Context(), "3f/b.jpg", []byte("x")); err == nil {
		t.Error("it was written")
	}
}

func TestAListShowsWhatWasPutBeforeATime(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	put(t, f, "3f/a.jpg", "x")
	put(t, f, "a0/b.jpg", "x")
	for _, foreign := range []string{"3f/.hidden", "loose.jpg", "lost+found/c.jpg"} {
		path := filepath.Join(dir, foreign)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, noon, noon); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, f, noon); len(got) != 0 {
		t.Errorf("before noon there were %v", got)
	}
	if got := names(t, f, noon.Add(time.Second)); !slices.Equal(got, []string{"3f/a.jpg", "a0/b.jpg"}) {
		t.Errorf("a second later there are %v", got)
	}
}

func TestAListStopsWhenItIsTold(t *testing.T) {
	f := open(t, t.TempDir())
	put(t, f, "3f/a.jpg", "x")
	put(t, f, "3f/b.jpg", "x")
	enough, visits := errors.New("enough"), 0
	err := f.List(t.Context(), noon.Add(time.Second), func(string) error {
		visits++
		return enough
	})
	if !errors.Is(err, enough) || visits != 1 {
		t.Errorf("%d visits, %v", visits, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.List(ctx, noon.Add(time.Second), func(string) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := f.Put(ctx, "3f/c.jpg", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAReaderNeverSeesHalfAFile(t *testing.T) {
	f := open(t, t.TempDir())
	one, two := bytes.Repeat([]byte("1"), 1<<16), bytes.Repeat([]byte("2"), 1<<16)
	put(t, f, "3f/a.jpg", string(one))
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range 40 {
			content := one
			if i%2 == 0 {
				content = two
			}
			if err := f.Put(t.Context(), "3f/a.jpg", content); err != nil {
				t.Error(err)
			}
		}
	})
	for range 200 {
		if got := read(t, f, "3f/a.jpg"); got != string(one) && got != string(two) {
			t.Fatalf("read a mixture of %d bytes", len(got))
		}
	}
	writer.Wait()
	if got := names(t, f, noon.Add(time.Second)); len(got) != 1 {
		t.Errorf("left are %v", got)
	}
}
