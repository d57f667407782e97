package picture

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"lianxin/model"
)

// movers is how many files are moved at the same time.
const movers = 4

// Moved is what a move did. Spoiled files are not what their row says, and were
// left where they are. Lost is of how many pictures a file is missing here
// afterwards.
type Moved struct {
	Copied, There, Stray int
	Bytes                int64
	Spoiled              []string
	Lost                 int
	LostIDs              []string
}

// errChanged says that a storage gave back something else than it was given.
var errChanged = errors.New("picture: what was put is not what can be read")

// MoveFrom copies the files of another keeper that have a row, and compares
// each by its SHA-256: with the row before it is copied, and by reading it back
// after. What is here already as it should be is not copied again, so a move
// that was cut short goes on where it stopped. Nothing is removed from the other
// keeper. tell is called after every batch with what was done so far.
func (c *Custodian) MoveFrom(ctx context.Context, from Keeper, tell func(Moved)) (Moved, error) {
	var moved Moved
	everything := func(filed, time.Time) bool { return true }
	err := batches(ctx, from, everything, func(files []filed) error {
		err := c.moveBatch(ctx, from, files, &moved)
		tell(moved)
		return err
	})
	if err != nil {
		return moved, err
	}
	swept, err := c.SweepFiles(ctx, Round{Before: c.now(), Rehearsal: true})
	moved.Lost, moved.LostIDs = swept.Lost, swept.LostIDs
	return moved, err
}

func (c *Custodian) moveBatch(ctx context.Context, from Keeper, files []filed, moved *Moved) error {
	rows, err := c.known(ctx, idsOf(files))
	if err != nil {
		return err
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(movers)
	for _, f := range files {
		group.Go(func() error {
			p, known := rows[f.id]
			one, err := Moved{Stray: 1}, error(nil)
			if known && (f.name == fileName(f.id, SizeFull) || f.name == fileName(f.id, SizeThumb)) {
				one, err = c.moveFile(ctx, from, f, p)
			}
			mu.Lock()
			defer mu.Unlock()
			moved.add(one)
			return err
		})
	}
	return group.Wait()
}

func (m *Moved) add(one Moved) {
	m.Copied, m.There, m.Stray, m.Bytes = m.Copied+one.Copied, m.There+one.There, m.Stray+one.Stray, m.Bytes+one.Bytes
	m.Spoiled = append(m.Spoiled, one.Spoiled...)
}

func (c *Custodian) moveFile(ctx context.Context, from Keeper, f filed, p model.Picture) (Moved, error) {
	content, sum, err := readWhole(ctx, from, f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return Moved{}, nil // it was removed while we went along
	}
	if err != nil {
		return Moved{}, err
	}
	if f.name == fileName(f.id, SizeFull) && sum != p.SHA256 {
		return Moved{Spoiled: []string{f.name}}, nil
	}
	if _, there, err := readWhole(ctx, c.keeper, f.name); err == nil && there == sum {
		return Moved{There: 1}, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Moved{}, err
	}
	if err := c.keeper.Put(ctx, f.name, content); err != nil {
		return Moved{}, fmt.Errorf("picture: move %s: %w", f.name, err)
	}
	if _, there, err := readWhole(ctx, c.keeper, f.name); err != nil || there != sum {
		return Moved{}, fmt.Errorf("picture: move %s: %w", f.name, errors.Join(errChanged, err))
	}
	return Moved{Copied: 1, Bytes: int64(len(content))}, nil
}

// readWhole reads a file and its digest.
func readWhole(ctx context.Context, keeper Keeper, name string) ([]byte, string, error) {
	body, err := keeper.Open(ctx, name)
	if err != nil {
		return nil, "", fmt.Errorf("picture: read %s: %w", name, err)
	}
	content, err := io.ReadAll(body)
	if err = errors.Join(err, body.Close()); err != nil {
		return nil, "", fmt.Errorf("picture: read %s: %w", name, err)
	}
	sum := sha256.Sum256(content)
	return content, hex.EncodeToString(sum[:]), nil
}
