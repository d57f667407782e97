// Package directory says who serves whom: areas and their addresses, the
// representatives that serve them, their studios and topics, and the codes on
// posters that lead to them; and where matters go that none of them can settle.
// Representatives keep here what they say about themselves: absence, preferences
// and prepared answers.
//
// It refuses to show the public anything private: no phone number of a person,
// no person ids, nobody who does not serve now, and no figures below the
// minimum sample. It never ranks: lists run by nearness and name only.
//
// Who serves an area is what representative_areas says, and nothing else.
package directory

import (
	"errors"
	"log/slog"
	"time"

	"github.com/maypok86/otter/v2"

	"lianxin/service/store"
)

// defaultMinSample hides figures of fewer records where Options says nothing
// (product.md rule 1).
const defaultMinSample = 5

// Options wires a Service. MinSample is the least number of records a figure is
// shown for; zero takes 5. Log hears of scans that could not be counted; nil is
// silence.
type Options struct {
	DB        *store.DB
	Now       func() time.Time
	MinSample int
	Log       *slog.Logger
}

// Service is the desk where people ask who serves them.
type Service struct {
	db        *store.DB
	clock     func() time.Time
	minSample int
	log       *slog.Logger
	// told keeps the figures of representatives for a while.
	told *otter.Cache[string, toldFigures]
}

// New makes a Service. It fails when something it cannot do without is missing.
func New(o Options) (*Service, error) {
	if o.DB == nil || o.Now == nil {
		return nil, errors.New("directory: a database and a clock are needed")
	}
	if o.MinSample < 0 {
		return nil, errors.New("directory: the minimum sample cannot be negative")
	}
	s := &Service{db: o.DB, clock: o.Now, minSample: o.MinSample, log: o.Log, told: newTold()}
	if s.minSample == 0 {
		s.minSample = defaultMinSample
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s, nil
}

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }
