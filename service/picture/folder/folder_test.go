package folder_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/model/fault"
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

func TestAListPassesOverWhatIsNotOurs(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	if err := f.Put(t.Context(), "3f/a.jpg", []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, foreign := range []string{"3f/.hidden", "loose.jpg", "lost+found/c.jpg"} {
		path := filepath.Join(dir, foreign)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var found []string
	err := f.List(t.Context(), func(name string, _ int64, _ time.Time) error {
		found = append(found, name)
		return nil
	})
	if err != nil || !slices.Equal(found, []string{"3f/a.jpg"}) {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestACheckSaysInPlainWordsWhatIsWrong(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "in")
	f := open(t, dir)
	if err := f.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	err := f.Check(t.Context())
	if found := fault.Of(err); found == nil || found.Kind != fault.KindUnavailable || !strings.Contains(found.Words, "被移走") {
		t.Errorf("a folder that went gives %v", err)
	}
}
