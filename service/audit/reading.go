package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// Look is one look at messages that are not the viewer's own: from which side,
// and how much was shown.
type Look struct {
	Side  model.Side
	Depth model.ReadingDepth
}

// Sight is a message that was shown, with what its viewer is called in function.
type Sight struct {
	MessageID string
	As        string
}

// seenTries bounds how often a look that met another one of the same reader
// writes again.
const seenTries = 3

// Seen writes down that somebody was shown messages, before they are. A look
// that is the reader's first of the day costs a transaction, another one a read,
// or nothing where this process knows of it.
func Seen(ctx context.Context, db *store.DB, by model.Actor, look Look, sights []Sight, at time.Time) error {
	key := func(s Sight) []string {
		return []string{"readings", by.PersonID, model.Day(at), s.MessageID, string(look.Depth)}
	}
	if !slices.ContainsFunc(sights, func(s Sight) bool { return !db.Known(key(s)...) }) {
		return nil
	}
	if err := write(ctx, db, by, look, sights, at); err != nil {
		return err
	}
	for _, s := range sights {
		db.Know(key(s)...)
	}
	return nil
}

func write(ctx context.Context, db *store.DB, by model.Actor, look Look, sights []Sight, at time.Time) error {
	fresh, err := unseen(ctx, db.Read(), by, look, sights, at)
	if err != nil || len(fresh) == 0 {
		return err
	}
	for try := 1; ; try++ {
		err = store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error { return SeenIn(ctx, tx, by, look, sights, at) })
		if !store.IsDuplicate(err) || try == seenTries {
			return err
		}
	}
}

// SeenIn is Seen in the transaction of the look.
func SeenIn(ctx context.Context, tx *gorm.DB, by model.Actor, look Look, sights []Sight, at time.Time) error {
	fresh, err := unseen(ctx, tx, by, look, sights, at)
	if err != nil || len(fresh) == 0 {
		return err
	}
	rows := make([]model.Reading, len(fresh))
	for i, s := range fresh {
		rows[i] = model.Reading{ReaderID: by.PersonID, Day: model.Day(at), MessageID: s.MessageID, Depth: look.Depth, Reader: s.As, Side: look.Side, At: at}
	}
	if err := store.From[model.Reading](tx).CreateInBatches(ctx, &rows, len(rows)); err != nil {
		return fmt.Errorf("audit: write reading: %w", err)
	}
	return nil
}

// unseen drops what stands in the readings of the day already.
func unseen(ctx context.Context, db *gorm.DB, by model.Actor, look Look, sights []Sight, at time.Time) ([]Sight, error) {
	if len(sights) == 0 {
		return nil, nil
	}
	ids := make([]string, len(sights))
	for i, s := range sights {
		ids[i] = s.MessageID
	}
	known, err := store.From[model.Reading](db).Select("message_id").
		Where("reader_id = ? AND day = ? AND message_id IN ? AND depth = ?", by.PersonID, model.Day(at), ids, look.Depth).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("audit: look for readings: %w", err)
	}
	seen := map[string]bool{}
	for _, k := range known {
		seen[k.MessageID] = true
	}
	var fresh []Sight
	for _, s := range sights {
		if !seen[s.MessageID] {
			seen[s.MessageID] = true
			fresh = append(fresh, s)
		}
	}
	return fresh, nil
}
