// Package backup writes everything a deployment keeps into one file while the
// deployment goes on working, and puts it back. The file is the same whatever
// engine it comes from, so it also carries a deployment from one engine to
// another.
//
// A backup is of one moment: rows are read in one snapshot, and the pictures
// they speak of are copied after it. It refuses to be half: the list of contents
// comes last, so a file that was cut short has none. Keys are not in it; what is
// sealed in the database stays sealed.
package backup

import (
	"context"
	"io"
	"time"
)

// Format is the form of the file that this package writes. It reads this one and
// those before.
const Format = 1

// The names of what is in the file. A picture's file has its own name under
// pictureFolder.
const (
	manifestName  = "manifest.json"
	tableFolder   = "tables/"
	tableSuffix   = ".jsonl"
	pictureFolder = "pictures/"
)

// pictures is the table whose rows have files beside them.
const pictures = "pictures"

// Manifest is the list of contents.
type Manifest struct {
	Format    int       `json:"format"`
	CreatedAt time.Time `json:"created_at"`
	// Engine is what the rows were read from, Schema the number of its newest
	// migration.
	Engine  string   `json:"engine"`
	Schema  int64    `json:"schema"`
	Tables  []Table  `json:"tables"`
	Members []Member `json:"members"`
	// Pictures says whether the files of the pictures are in the file, or are
	// kept elsewhere.
	Pictures PictureFiles `json:"pictures"`
}

// Table is a table with its columns, in the order of the values of each row.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
}

// Member is one part of the file.
type Member struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// PictureFiles says what became of the files of the pictures. Gone are the ids
// of those that somebody removed between the snapshot and the copying: they are
// left out when the rows are put back, as if they had been removed before. Lost
// are the ids of those whose files were missing though nobody had removed them.
type PictureFiles struct {
	Copied bool     `json:"copied"`
	Files  int      `json:"files"`
	Gone   []string `json:"gone,omitempty"`
	Lost   []string `json:"lost,omitempty"`
}

// Rows counts the rows of all tables.
func (m Manifest) Rows() int64 {
	var n int64
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// Keeper keeps the files of pictures. Open of an absent name fails with
// fs.ErrNotExist.
type Keeper interface {
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Put(ctx context.Context, name string, content []byte) error
}

// Pictures says where the files of pictures are and how they are named.
type Pictures struct {
	// Keeper is nil when the files are kept elsewhere, with backups of their own.
	Keeper Keeper
	// Names gives the files of a picture.
	Names func(id string) []string
}

// Progress is told what was done, now and then.
type Progress func(what string, number int64)

// often is how many rows or files go by between two tellings.
const often = 200_000
