package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
)

// ErrNotBackup says that a file is no backup, or one that was cut short.
var ErrNotBackup = errors.New("backup: the file is no backup, or was cut short")

// ErrTooNew says that a backup was written by a newer program.
var ErrTooNew = errors.New("backup: a newer program wrote this")

// manifestMax bounds the list of contents, in bytes: a line per picture.
const manifestMax = 1 << 30

// Archive is a backup that is open for reading.
type Archive struct {
	Manifest

	file  *zip.ReadCloser
	parts map[string]*zip.File
}

// Open opens a backup and reads its list of contents. It fails with
// ErrNotBackup, and with ErrTooNew for a form it does not know.
func Open(path string) (*Archive, error) {
	file, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrFormat) {
		return nil, fmt.Errorf("%w: %w", ErrNotBackup, err)
	}
	if err != nil {
		return nil, fmt.Errorf("backup: open: %w", err)
	}
	a := &Archive{file: file, parts: map[string]*zip.File{}}
	for _, part := range file.File {
		a.parts[part.Name] = part
	}
	if err := a.readManifest(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return a, nil
}

// Close closes the file.
func (a *Archive) Close() error {
	if err := a.file.Close(); err != nil {
		return fmt.Errorf("backup: close: %w", err)
	}
	return nil
}

func (a *Archive) readManifest() (err error) {
	part, there := a.parts[manifestName]
	if !there {
		return ErrNotBackup
	}
	content, err := part.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotBackup, err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	if err := json.NewDecoder(io.LimitReader(content, manifestMax)).Decode(&a.Manifest); err != nil {
		return fmt.Errorf("%w: %w", ErrNotBackup, err)
	}
	if a.Format > Format {
		return fmt.Errorf("%w: form %d", ErrTooNew, a.Format)
	}
	if a.Format < 1 || a.Schema < 1 {
		return ErrNotBackup
	}
	for _, t := range a.Tables {
		if err := t.check(); err != nil {
			return fmt.Errorf("%w: %w", ErrNotBackup, err)
		}
	}
	return nil
}

// Damage is what is wrong with a part of the file.
type Damage struct{ Member, Words string }

// Verify reads every part and compares it with the list of contents. It gives
// everything that is wrong; nothing when the file is as it was written.
func (a *Archive) Verify(ctx context.Context, told Progress) ([]Damage, error) {
	var found []Damage
	listed := map[string]bool{manifestName: true}
	for i, m := range a.Members {
		if err := ctx.Err(); err != nil {
			return found, fmt.Errorf("backup: verify: %w", err)
		}
		listed[m.Name] = true
		if words := a.damageOf(m); words != "" {
			found = append(found, Damage{m.Name, words})
		}
		if (i+1)%1000 == 0 {
			told("members verified", int64(i+1))
		}
	}
	for _, t := range a.Tables {
		if !listed[tableFolder+t.Name+tableSuffix] {
			found = append(found, Damage{t.Name, "清单里有这张表，文件里没有"})
		}
	}
	for name := range a.parts {
		if !listed[name] {
			found = append(found, Damage{name, "文件里有，清单里没有"})
		}
	}
	slices.SortFunc(found, func(a, b Damage) int { return strings.Compare(a.Member, b.Member) })
	return found, nil
}

func (a *Archive) damageOf(m Member) string {
	part, there := a.parts[m.Name]
	if !there {
		return "清单里有，文件里没有"
	}
	sum, size := sha256.New(), &counting{}
	if err := a.copyPart(part, sum, size, m.Bytes); err != nil {
		return "读不出来：" + err.Error()
	}
	if size.n != m.Bytes || hex.EncodeToString(sum.Sum(nil)) != m.SHA256 {
		return "内容与写入时不同"
	}
	return ""
}

// copyPart reads at most one byte beyond the size that is listed.
func (a *Archive) copyPart(part *zip.File, sum hash.Hash, size io.Writer, most int64) (err error) {
	content, err := part.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	_, err = io.Copy(io.MultiWriter(sum, size), io.LimitReader(content, most+1))
	return err
}

// picturesIn maps the names of picture files in the backup to their checksums.
func (a *Archive) picturesIn() map[string]string {
	found := map[string]string{}
	for _, m := range a.Members {
		if name, ok := strings.CutPrefix(m.Name, pictureFolder); ok {
			found[name] = m.SHA256
		}
	}
	return found
}
