package raster

import (
	"context"
	"fmt"
	"io"
)

// readUpTo reads all of r, and stops one byte after the limit.
func readUpTo(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(patient{ctx: ctx, from: r}, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, ErrTooLarge
	}
	return data, nil
}

// patient reads until its context ends. Decoders take no context; they read
// through one of these so that a cancelled upload stops being decoded.
type patient struct {
	ctx  context.Context //nolint:containedctx // io.Reader has no place for it, and it lives for one call
	from io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if p.ctx.Err() != nil {
		return 0, context.Cause(p.ctx)
	}
	return p.from.Read(b)
}
