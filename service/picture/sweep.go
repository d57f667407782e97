package picture

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

const (
	// sweepAge is the least age of what a sweep takes: no upload takes so long,
	// so a file without a row is not one whose row is just being written. The
	// clock of a storage may be a quarter of an hour from ours at most, or it
	// would refuse us.
	sweepAge = time.Hour
	// sweepBatch is how many rows or files are looked at in one go.
	sweepBatch = 200
	// toldMax is how many lost files are named one by one.
	toldMax = 20
)

// Round says what a sweep takes: what was there before a time. A rehearsal only
// counts.
type Round struct {
	Before    time.Time
	Rehearsal bool
}

// Swept is what a sweep took, or would have taken. Lost is of how many pictures
// a file is missing, of which the first few are named; nothing is done about
// them.
type Swept struct {
	Pictures, Files int
	Lost            int
	LostIDs         []string
}

// Sweep is SweepUnused and SweepFiles, one after the other.
func (c *Custodian) Sweep(ctx context.Context, r Round) (Swept, error) {
	pictures, err := c.SweepUnused(ctx, r)
	if err != nil {
		return Swept{Pictures: pictures}, err
	}
	swept, err := c.SweepFiles(ctx, r)
	swept.Pictures = pictures
	return swept, err
}

// old keeps a round off what is younger than an hour, whatever it asks: it may
// belong to an upload that is still running.
func (c *Custodian) old(r Round) Round {
	if latest := c.now().Add(-sweepAge); r.Before.After(latest) {
		r.Before = latest
	}
	return r
}

// SweepUnused removes the pictures that nothing uses and says how many. Rows go
// before their files, so what is left after a crash is swept the next time.
func (c *Custodian) SweepUnused(ctx context.Context, r Round) (int, error) {
	swept := 0
	err := c.rows(ctx, unused+" AND created_at < ?", []any{c.old(r).Before}, func(p model.Picture) error {
		if r.Rehearsal {
			swept++
			return nil
		}
		removed, err := c.strike(ctx, p.ID)
		if removed {
			swept++
		}
		return err
	})
	return swept, err
}

func (c *Custodian) strike(ctx context.Context, id string) (bool, error) {
	removed := false
	err := store.InTx(ctx, c.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		removed, err = strike(ctx, tx, model.SystemActor("picture sweep"), strikeOut{id: id, action: "picture.sweep", at: c.now()})
		return err
	})
	if err != nil || !removed {
		return false, err
	}
	return true, removeFiles(ctx, c.keeper, id)
}

// SweepFiles removes the files that have no row, and finds the pictures that
// lack a file, which it only tells.
func (c *Custodian) SweepFiles(ctx context.Context, r Round) (Swept, error) {
	r = c.old(r)
	swept, seen := Swept{}, census{}
	pick := func(f filed, at time.Time) bool {
		seen.note(f)
		return at.Before(r.Before)
	}
	err := batches(ctx, c.keeper, pick, func(files []filed) error {
		n, err := c.sweepStrays(ctx, r, files)
		swept.Files += n
		return err
	})
	if err != nil {
		return swept, err
	}
	swept.LostIDs, swept.Lost, err = c.findLost(ctx, r, seen)
	if err == nil {
		c.lost.Store(int64(swept.Lost))
	}
	return swept, err
}

// sweepStrays removes those of the files whose picture has no row.
func (c *Custodian) sweepStrays(ctx context.Context, r Round, files []filed) (int, error) {
	rows, err := c.known(ctx, idsOf(files))
	if err != nil {
		return 0, err
	}
	swept := 0
	for _, f := range files {
		// What a broken putting left beside a whole file is a stray as well.
		whole := f.name == fileName(f.id, SizeFull) || f.name == fileName(f.id, SizeThumb)
		if _, kept := rows[f.id]; kept && whole {
			continue
		}
		if !r.Rehearsal {
			if err := c.keeper.Remove(ctx, f.name); err != nil {
				return swept, fmt.Errorf("picture: remove stray file: %w", err)
			}
		}
		swept++
	}
	return swept, nil
}

// findLost finds the pictures from before the round that lack a file.
func (c *Custodian) findLost(ctx context.Context, r Round, seen census) (named []string, lost int, err error) {
	seen.sort()
	tell := func(p model.Picture, size Size) {
		if lost++; lost <= toldMax {
			named = append(named, p.ID)
			c.log.ErrorContext(ctx, "file of a picture is lost", "picture", p.ID, "size", string(size))
		}
	}
	err = c.rows(ctx, "created_at < ?", []any{r.Before}, func(p model.Picture) error {
		for _, size := range []Size{SizeFull, SizeThumb} {
			if seen.has(p.ID, size) {
				continue
			}
			gone, err := c.isLost(ctx, p, size)
			if err != nil {
				return err
			}
			if gone {
				tell(p, size)
				return nil
			}
		}
		return nil
	})
	return named, lost, err
}

// isLost looks again: the list may be older than the file, and the row may have
// gone since it was read.
func (c *Custodian) isLost(ctx context.Context, p model.Picture, size Size) (bool, error) {
	body, err := c.keeper.Open(ctx, fileName(p.ID, size))
	if err == nil {
		return false, body.Close()
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("picture: look for file: %w", err)
	}
	rows, err := c.known(ctx, []string{p.ID})
	_, there := rows[p.ID]
	return there, err
}
