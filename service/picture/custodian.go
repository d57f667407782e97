package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"lianxin/model"
	"lianxin/service/store"
)

// Custodian keeps rows and files of pictures in step: it clears away what
// nothing uses and what has no row, tells which files are lost, and moves files
// from one keeper to another. Replicas, a command and uploads may all be at work
// at the same time.
type Custodian struct {
	db     *store.DB
	clock  func() time.Time
	log    *slog.Logger
	keeper Keeper
	lost   atomic.Int64
}

// NewCustodian makes a Custodian. It fails when something is missing.
func NewCustodian(db *store.DB, now func() time.Time, log *slog.Logger, keeper Keeper) (*Custodian, error) {
	if db == nil || now == nil || log == nil || keeper == nil {
		return nil, errors.New("picture: a database, a clock, a log and a keeper are needed")
	}
	c := &Custodian{db: db, clock: now, log: log, keeper: keeper}
	c.lost.Store(-1)
	return c, nil
}

// now is the moment in UTC, as fine as every database keeps it.
func (c *Custodian) now() time.Time { return c.clock().UTC().Truncate(time.Millisecond) }

// Lost says of how many pictures a file was missing when this process last
// looked at all of them; false when it has not yet.
func (c *Custodian) Lost() (int, bool) {
	n := c.lost.Load()
	return int(n), n >= 0
}

// rows visits the pictures in the order of their ids, page by page.
func (c *Custodian) rows(ctx context.Context, condition string, args []any, visit func(model.Picture) error) error {
	last := ""
	for {
		found, err := store.From[model.Picture](c.db.Read()).Where("id > ?", last).Where(condition, args...).Order("id").Limit(sweepBatch).Find(ctx)
		if err != nil {
			return fmt.Errorf("picture: read rows: %w", err)
		}
		for _, p := range found {
			if err := visit(p); err != nil {
				return err
			}
			last = p.ID
		}
		if len(found) < sweepBatch {
			return nil
		}
	}
}

// known finds the rows of the pictures that files belong to, by id.
func (c *Custodian) known(ctx context.Context, ids []string) (map[string]model.Picture, error) {
	found, err := store.From[model.Picture](c.db.Read()).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("picture: look for rows of files: %w", err)
	}
	rows := make(map[string]model.Picture, len(found))
	for _, p := range found {
		rows[p.ID] = p
	}
	return rows, nil
}

// filed is a file whose name tells the picture.
type filed struct{ name, id string }

// batches collects the files of a keeper into batches. Names that are not ours
// are passed over.
func batches(ctx context.Context, keeper Keeper, pick func(f filed, at time.Time) bool, use func([]filed) error) error {
	var batch []filed
	err := keeper.List(ctx, func(name string, _ int64, at time.Time) error {
		id, ours := idIn(name)
		if !ours || !pick(filed{name, id}, at) {
			return nil
		}
		if batch = append(batch, filed{name, id}); len(batch) < sweepBatch {
			return nil
		}
		full := batch
		batch = nil
		return use(full)
	})
	if err != nil {
		return fmt.Errorf("picture: list files: %w", err)
	}
	if len(batch) == 0 {
		return nil
	}
	return use(batch)
}

func idsOf(files []filed) []string {
	ids := make([]string, 0, len(files))
	for _, f := range files {
		ids = append(ids, f.id)
	}
	return ids
}

// census remembers which pictures have which file, in 16 bytes each: a million
// pictures are 32 MB for as long as a round takes.
type census map[Size][]uuid.UUID

func (c census) note(f filed) {
	id, err := uuid.Parse(f.id)
	if err != nil {
		return
	}
	for _, size := range []Size{SizeFull, SizeThumb} {
		if f.name == fileName(f.id, size) {
			c[size] = append(c[size], id)
		}
	}
}

func byBytes(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

func (c census) sort() {
	for size := range c {
		slices.SortFunc(c[size], byBytes)
	}
}

// has reports whether a picture has a file; only after sort.
func (c census) has(pictureID string, size Size) bool {
	id, err := uuid.Parse(pictureID)
	if err != nil {
		return false
	}
	_, found := slices.BinarySearchFunc(c[size], id, byBytes)
	return found
}
