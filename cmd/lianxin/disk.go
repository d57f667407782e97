package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// diskFree is the room that is left for us where a folder is.
func diskFree(folder string) (uint64, error) {
	var at syscall.Statfs_t
	if err := syscall.Statfs(folder, &at); err != nil {
		return 0, fmt.Errorf("look at the disk of %s: %w", folder, err)
	}
	return at.Bavail * uint64(at.Bsize), nil //nolint:gosec // a block size is never negative
}

// backupSuffix ends the name of a backup that is whole; while it is written it has
// another one.
const backupSuffix = ".zip"

// newestBackup is the youngest backup in a folder; fs.ErrNotExist when there is
// none.
func newestBackup(folder string) (fs.FileInfo, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("look for backups: %w", err)
	}
	var newest fs.FileInfo
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), backupSuffix) || !entry.Type().IsRegular() {
			continue
		}
		found, err := entry.Info()
		if err != nil {
			return nil, fmt.Errorf("look at backup %s: %w", entry.Name(), err)
		}
		if newest == nil || found.ModTime().After(newest.ModTime()) {
			newest = found
		}
	}
	if newest == nil {
		return nil, fmt.Errorf("no backup in %s: %w", filepath.Clean(folder), fs.ErrNotExist)
	}
	return newest, nil
}
