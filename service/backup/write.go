package backup

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// writer is a backup that is being written.
type writer struct {
	db       *store.DB
	zip      *zip.Writer
	pictures Pictures
	told     Progress
	now      time.Time
	manifest Manifest
	ids      []string
}

// Write writes a backup of the database and the pictures. Memory stays small
// however much there is; others go on writing meanwhile.
func Write(ctx context.Context, db *store.DB, to io.Writer, p Pictures, now time.Time, told Progress) (Manifest, error) {
	w := &writer{db: db, zip: zip.NewWriter(to), pictures: p, told: told, now: now}
	// The disk is the slow part, and pictures do not get smaller.
	w.zip.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	w.manifest = Manifest{Format: Format, CreatedAt: now, Engine: string(db.Kind()), Pictures: PictureFiles{Copied: p.Keeper != nil}}
	tables, err := tablesOf(ctx, db)
	if err != nil {
		return Manifest{}, err
	}
	if w.manifest.Schema, err = store.Version(ctx, db); err != nil {
		return Manifest{}, err
	}
	// The snapshot comes first: each of its pictures has had its files since
	// before its row was written.
	err = store.InSnapshot(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		for _, t := range tables {
			if err := w.table(ctx, tx, t, conditions[t.Name]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	if p.Keeper != nil {
		if err := w.files(ctx); err != nil {
			return Manifest{}, err
		}
	}
	return w.manifest, w.finish()
}

// member writes one part of the file and notes its size and checksum.
func (w *writer) member(name string, method uint16, fill func(to io.Writer) error) error {
	part, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: w.now})
	if err != nil {
		return fmt.Errorf("backup: begin %s: %w", name, err)
	}
	sum, size := sha256.New(), &counting{}
	if err := fill(io.MultiWriter(part, sum, size)); err != nil {
		return fmt.Errorf("backup: write %s: %w", name, err)
	}
	w.manifest.Members = append(w.manifest.Members, Member{Name: name, Bytes: size.n, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

type counting struct{ n int64 }

func (c *counting) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// conditions leave out the rows that belong to the moment and not to the
// deployment: WeChat's tokens, which are secrets besides, and who holds a job.
//
//nolint:gosec // a table and a condition, no secret
var conditions = map[string]string{"wechat_tokens": " WHERE 1 = 0", "leases": " WHERE 1 = 0", "queues": " WHERE 1 = 0"}

// table writes the rows of a table.
func (w *writer) table(ctx context.Context, tx *gorm.DB, t Table, condition string) error {
	err := w.member(tableFolder+t.Name+tableSuffix, zip.Deflate, func(to io.Writer) (err error) {
		rows, err := tx.WithContext(ctx).Raw("SELECT " + columnList(t.Columns) + " FROM `" + t.Name + "`" + condition).Rows()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		return errors.Join(w.rows(rows, &t, to), rows.Err())
	})
	if err != nil {
		return err
	}
	w.manifest.Tables = append(w.manifest.Tables, t)
	w.told(t.Name, t.Rows)
	return nil
}

// rowSource is what a query gives.
type rowSource interface {
	Next() bool
	Scan(into ...any) error
}

// rows writes rows as one JSON array in a line each, and counts them.
func (w *writer) rows(from rowSource, t *Table, to io.Writer) error {
	out := bufio.NewWriterSize(to, 64<<10)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	values, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range values {
		into[i] = &values[i]
	}
	for from.Next() {
		if err := from.Scan(into...); err != nil {
			return err
		}
		var err error
		for i := range values {
			if values[i], err = plain(values[i]); err != nil {
				return fmt.Errorf("column %s: %w", t.Columns[i], err)
			}
		}
		if err := lines.Encode(values); err != nil {
			return err
		}
		w.note(*t, values)
		if t.Rows++; t.Rows%often == 0 {
			w.told(t.Name, t.Rows)
		}
	}
	return out.Flush()
}

// note remembers the pictures whose files come later.
func (w *writer) note(t Table, values []any) {
	if t.Name != pictures || w.pictures.Keeper == nil {
		return
	}
	for i, column := range t.Columns {
		if id, ok := values[i].(string); ok && column == "id" {
			w.ids = append(w.ids, id)
		}
	}
}

// bytesValue is a text that JSON could not hold.
type bytesValue struct {
	Base64 string `json:"b64"`
}

// plain makes of what a driver gives what JSON holds: whole numbers, texts,
// moments to the millisecond in UTC. Engines that have no truth value keep 0 and
// 1, so that is what a truth value becomes.
func plain(value any) (any, error) {
	switch v := value.(type) {
	case nil, int64:
		return v, nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	case string:
		return text([]byte(v)), nil
	case []byte:
		return text(v), nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be kept", value)
}

func text(content []byte) any {
	if utf8.Valid(content) {
		return string(content)
	}
	return bytesValue{base64.StdEncoding.EncodeToString(content)}
}

// files copies the files of the pictures that the snapshot speaks of.
func (w *writer) files(ctx context.Context) error {
	for _, id := range w.ids {
		err := w.filesOf(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			err = w.missing(ctx, id)
		}
		if err != nil {
			return fmt.Errorf("backup: copy picture %s: %w", id, err)
		}
	}
	w.told("picture files", int64(w.manifest.Pictures.Files))
	return nil
}

func (w *writer) filesOf(ctx context.Context, id string) error {
	for _, name := range w.pictures.Names(id) {
		content, err := w.read(ctx, name)
		if err != nil {
			return err
		}
		err = w.member(pictureFolder+name, zip.Store, func(to io.Writer) error { _, err := to.Write(content); return err })
		if err != nil {
			return err
		}
		w.manifest.Pictures.Files++
	}
	return nil
}

// read takes a picture's file into memory: no upload is larger than what fits.
func (w *writer) read(ctx context.Context, name string) (_ []byte, err error) {
	file, err := w.pictures.Keeper.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(file)
}

// missing notes a picture without its files: gone, when its row is gone by now
// as well, and else lost. A lost file does not keep everything else from being
// kept; whoever reads the list of contents is told.
func (w *writer) missing(ctx context.Context, id string) error {
	n, err := store.From[model.Picture](w.db.Read()).Where("id = ?", id).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("backup: look for picture %s: %w", id, err)
	}
	if n > 0 {
		w.manifest.Pictures.Lost = append(w.manifest.Pictures.Lost, id)
	} else {
		w.manifest.Pictures.Gone = append(w.manifest.Pictures.Gone, id)
	}
	return nil
}

// finish writes the list of contents, the last part of the file.
func (w *writer) finish() error {
	part, err := w.zip.CreateHeader(&zip.FileHeader{Name: manifestName, Method: zip.Deflate, Modified: w.now})
	if err != nil {
		return fmt.Errorf("backup: begin %s: %w", manifestName, err)
	}
	lines := json.NewEncoder(part)
	lines.SetIndent("", " ")
	if err := lines.Encode(w.manifest); err != nil {
		return fmt.Errorf("backup: write %s: %w", manifestName, err)
	}
	if err := w.zip.Close(); err != nil {
		return fmt.Errorf("backup: end: %w", err)
	}
	return nil
}
