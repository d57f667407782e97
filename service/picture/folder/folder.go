// Package folder keeps files in a folder of this machine. A file is there as a
// whole or not at all, also after a power cut. It refuses every name that is
// not two levels of plain characters, and never leaves its folder, not even by
// a link that somebody put there.
package folder

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"time"
)

// plain is a name of two levels. No part begins with a dot.
var plain = regexp.MustCompile(`^[0-9a-z]{2}/[0-9a-zA-Z][0-9a-zA-Z._-]{0,199}$`)

// ErrName says that a name is not one this folder keeps.
var ErrName = errors.New("folder: name must be two levels of plain characters")

// Folder is an open folder.
type Folder struct {
	root *os.Root
	now  func() time.Time
}

// Open opens a folder, and makes it when it is not there. The times of its
// files are of the clock given.
func Open(dir string, now func() time.Time) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("folder: make: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("folder: open: %w", err)
	}
	return &Folder{root: root, now: now}, nil
}

// Close gives the folder up.
func (f *Folder) Close() error {
	if err := f.root.Close(); err != nil {
		return fmt.Errorf("folder: close: %w", err)
	}
	return nil
}

// Put keeps content under a name, in place of what was there. What a crash
// leaves unfinished has the name with a suffix, and List shows it.
func (f *Folder) Put(ctx context.Context, name string, content []byte) error {
	if err := f.check(ctx, name); err != nil {
		return err
	}
	shard := path.Dir(name)
	if err := f.makeShard(shard); err != nil {
		return err
	}
	part := name + ".part" + strings.ToLower(rand.Text()[:12])
	if err := f.write(part, content); err != nil {
		return errors.Join(err, f.drop(part))
	}
	if err := f.root.Rename(part, name); err != nil {
		return errors.Join(fmt.Errorf("folder: name file: %w", err), f.drop(part))
	}
	return f.syncFolder(shard)
}

func (f *Folder) makeShard(name string) error {
	err := f.root.Mkdir(name, 0o750)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("folder: make shard: %w", err)
	}
	return f.syncFolder(".")
}

func (f *Folder) write(name string, content []byte) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return fmt.Errorf("folder: begin file: %w", err)
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("folder: write file: %w", err)
	}
	now := f.now()
	if err := f.root.Chtimes(name, now, now); err != nil {
		return fmt.Errorf("folder: date file: %w", err)
	}
	return nil
}

// syncFolder makes the names in a folder last.
func (f *Folder) syncFolder(name string) error {
	dir, err := f.root.Open(name)
	if err != nil {
		return fmt.Errorf("folder: open to sync: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("folder: sync: %w", err)
	}
	return nil
}

// Open opens a file; fs.ErrNotExist when there is none.
func (f *Folder) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := f.check(ctx, name); err != nil {
		return nil, err
	}
	file, err := f.root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("folder: open file: %w", err)
	}
	return file, nil
}

// Remove removes a file. That there is none is no error.
func (f *Folder) Remove(ctx context.Context, name string) error {
	if err := f.check(ctx, name); err != nil {
		return err
	}
	return f.drop(name)
}

func (f *Folder) drop(name string) error {
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("folder: remove file: %w", err)
	}
	return nil
}

// List visits the files with their size and when they were put, also those whose
// putting was cut short. What has no plain name is passed over.
func (f *Folder) List(ctx context.Context, visit func(name string, size int64, at time.Time) error) error {
	files := f.root.FS()
	shards, err := fs.ReadDir(files, ".")
	if err != nil {
		return fmt.Errorf("folder: list: %w", err)
	}
	for _, shard := range shards {
		if !shard.IsDir() {
			continue
		}
		if err := listShard(ctx, files, shard.Name(), visit); err != nil {
			return err
		}
	}
	return nil
}

func listShard(ctx context.Context, files fs.FS, shard string, visit func(name string, size int64, at time.Time) error) error {
	entries, err := fs.ReadDir(files, shard)
	if err != nil {
		return fmt.Errorf("folder: list shard: %w", err)
	}
	for _, entry := range entries {
		if ctx.Err() != nil {
			return fmt.Errorf("folder: list: %w", context.Cause(ctx))
		}
		name := shard + "/" + entry.Name()
		if !entry.Type().IsRegular() || !plain.MatchString(name) {
			continue
		}
		known, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // it went while we looked
		}
		if err != nil {
			return fmt.Errorf("folder: look at file: %w", err)
		}
		if err := visit(name, known.Size(), known.ModTime()); err != nil {
			return err
		}
	}
	return nil
}

func (f *Folder) check(ctx context.Context, name string) error {
	if !plain.MatchString(name) {
		return ErrName
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("folder: %w", context.Cause(ctx))
	}
	return nil
}
