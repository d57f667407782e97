// Package roster takes the roster in from an Excel file and gives it out as one:
// areas, terms and delegations, party organisations, electing units, the units
// that handle messages, topics, studios and representatives. A file is read (workbook, read.go),
// compared with what is there (match*.go) and written (apply.go), all of it or
// nothing; the same file twice changes nothing, and what was exported changes
// nothing when it is imported. What representatives write of themselves comes in
// here as well, once somebody has read it (introduction*.go).
//
// It refuses to delete: what a file does not speak of stays. It refuses to end a
// qualification, which has consequences that are not the roster's. It takes no
// private number of a representative, and nothing outside the actor's areas.
package roster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/roster/workbook"
	"lianxin/service/store"
)

// atOnce is how many files are read at the same time: each may take some tens
// of megabytes.
const atOnce = 2

// Options wires a Service. MaxBytes bounds a file; 10 MiB when 0. Screener checks
// what representatives write; without one a person looks at everything unchecked.
type Options struct {
	DB       *store.DB
	Now      func() time.Time
	MaxBytes int64
	Screener Screener
}

// Service is the desk where the roster is taken in and given out.
type Service struct {
	db     *store.DB
	clock  func() time.Time
	limits workbook.Limits
	places chan struct{}

	screener Screener
}

// New makes a Service. It fails when something it cannot do without is missing.
func New(o Options) (*Service, error) {
	if o.DB == nil || o.Now == nil {
		return nil, errors.New("roster: a database and a clock are needed")
	}
	s := &Service{db: o.DB, clock: o.Now, limits: workbook.DefaultLimits(), places: make(chan struct{}, atOnce), screener: o.Screener}
	if o.MaxBytes > 0 {
		s.limits.Bytes = o.MaxBytes
	}
	return s, nil
}

// MaxBytes is how large a file may be.
func (s *Service) MaxBytes() int64 { return s.limits.Bytes }

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// Preview tells what importing a file would do, and changes nothing. Problems in
// the rows are in the report. Faults: forbidden; invalid (file) when it is not a
// file to be read.
func (s *Service) Preview(ctx context.Context, by model.Actor, file []byte) (Report, error) {
	p, err := s.read(ctx, by, file)
	if err != nil {
		return Report{}, err
	}
	at, err := revision(ctx, s.db.Read())
	if err != nil {
		return Report{}, err
	}
	there, err := readStanding(ctx, s.db.Read())
	if err != nil {
		return Report{}, err
	}
	return match(by, model.Day(s.now()), p, there).report(basisOf(at)), nil
}

// Agreed is what an import is bound to: the basis of the preview that was agreed
// to, when it is not empty, and what the file is called.
type Agreed struct {
	Basis    string
	FileName string
}

// Import writes what a file says: all of it, or nothing when anything is wrong.
// The report is given in both cases. Faults: forbidden; invalid, with each problem by
// its cell; conflict when the roster was imported since the preview, or by
// somebody else at the same time.
func (s *Service) Import(ctx context.Context, by model.Actor, file []byte, to Agreed) (Report, error) {
	p, err := s.read(ctx, by, file)
	if err != nil {
		return Report{}, err
	}
	var report Report
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		at, err := revision(ctx, tx)
		if err != nil {
			return err
		}
		if to.Basis != "" && to.Basis != basisOf(at) {
			return fault.Conflict("预览之后名册又有变动，请重新预览后再导入。")
		}
		there, err := readStanding(ctx, tx)
		if err != nil {
			return err
		}
		m := match(by, model.Day(s.now()), p, there)
		if report = m.report(basisOf(at)); report.ProblemCount > 0 {
			return report.refusal()
		}
		return m.write(ctx, tx, &report, occasion{at, to.FileName, s.now()})
	})
	return report, err
}

// occasion is under which circumstances an import is written.
type occasion struct {
	revision int
	fileName string
	now      time.Time
}

// write writes what was found to be new or different, and that it was imported.
func (m *matcher) write(ctx context.Context, tx *gorm.DB, report *Report, w occasion) error {
	now := w.now
	if report.Changes() > 0 {
		if err := advance(ctx, tx, w.revision, now); err != nil {
			return err
		}
		if err := m.plan.apply(ctx, tx, m.by, now); err != nil {
			return err
		}
	}
	if err := m.remember(ctx, tx, report, w); err != nil {
		return err
	}
	return audit.Record(ctx, tx, m.by, "roster.import", audit.Target{
		Kind: "roster", ID: theRoster, AreaPath: topPath(m.by, m.standing), Detail: report.detail(),
	}, now)
}

// topPath is the area an import is noted under: the actor's own, or the topmost.
func topPath(by model.Actor, s *standing) string {
	if paths := by.AreaPaths(model.PermitRosterWrite); len(paths) > 0 {
		return paths[0]
	}
	for _, a := range s.areas {
		if a.ParentID == "" {
			return a.Path
		}
	}
	return ""
}

// read reads a file for who may import at all. It waits for its place.
func (s *Service) read(ctx context.Context, by model.Actor, file []byte) (*paper, error) {
	if by.System == "" && !by.Permits(model.PermitRosterWrite) {
		return nil, fault.Forbidden("您没有导入名册的权限。")
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return nil, fmt.Errorf("roster: wait for a place: %w", ctx.Err())
	}
	return readFile(file, s.limits)
}

func readFile(file []byte, limits workbook.Limits) (*paper, error) {
	book, err := workbook.Read(bytes.NewReader(file), int64(len(file)), limits)
	if err != nil {
		return nil, err
	}
	return readPaper(book), nil
}

// Export writes the roster of the actor's areas as a file that Import takes
// back. Fault: forbidden.
func (s *Service) Export(ctx context.Context, by model.Actor, to io.Writer) error {
	if by.System == "" && !by.Permits(model.PermitRosterRead) {
		return fault.Forbidden("您没有导出名册的权限。")
	}
	var there *standing
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		var err error
		if there, err = readStanding(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "roster.export", audit.Target{
			Kind: "roster", ID: theRoster, AreaPath: exportPath(by, there),
		}, s.now())
	})
	if err != nil {
		return err
	}
	return there.export(by, to)
}

func exportPath(by model.Actor, s *standing) string {
	if paths := by.AreaPaths(model.PermitRosterRead); len(paths) > 0 {
		return paths[0]
	}
	return topPath(by, s)
}
