package roster

import (
	"cmp"
	"fmt"
	"slices"

	"lianxin/model/fault"
	"lianxin/service/roster/workbook"
)

// Verdict says what an import does with a row.
type Verdict string

// A row is about something new, changes something, or changes nothing; a wrong
// row stops the import.
const (
	VerdictNew       Verdict = "new"
	VerdictChanged   Verdict = "changed"
	VerdictUnchanged Verdict = "unchanged"
	VerdictWrong     Verdict = "wrong"
)

// Change is one cell that changes something, by its column and its place in the
// file. Old is empty for something new.
type Change struct {
	Column string
	Cell   string
	Old    string
	New    string
}

// Entry is what becomes of one row. In is what its sheet is called in this file.
type Entry struct {
	Sheet   string
	In      string
	Row     int
	Name    string
	Verdict Verdict
	Changes []Change
}

// Problem is something wrong in the file, or worth saying of it.
type Problem struct {
	Spot  Spot
	Words string
}

// Spot is a place in the file: a cell, or a sheet as a whole when Row is 0.
type Spot struct {
	Sheet  string
	Column int
	Row    int
}

// Cell names the cell as Excel does, "" for a sheet as a whole.
func (s Spot) Cell() string {
	if s.Row == 0 {
		return ""
	}
	return workbook.Name(s.Column, s.Row)
}

// String names the cell with its sheet: 代表!C7.
func (s Spot) String() string {
	if s.Row == 0 {
		return s.Sheet
	}
	return s.Sheet + "!" + s.Cell()
}

// Tally counts the rows of a sheet by verdict.
type Tally struct {
	Sheet     string
	New       int
	Changed   int
	Unchanged int
	Wrong     int
}

// Report is what an import does, or would do. Entries stand in the order of the
// file. Problems are bounded; ProblemCount counts them all. Notes say what was
// skipped or understood otherwise than written. Untouched counts the
// representatives in reach that the file does not speak of: they stay as they
// are. Basis names the state of the roster that was compared with.
type Report struct {
	Tallies      []Tally
	Entries      []Entry
	Problems     []Problem
	ProblemCount int
	Notes        []Problem
	NoteCount    int
	Untouched    int
	Basis        string
}

// Changes counts what is new or changed.
func (r *Report) Changes() int {
	n := 0
	for _, t := range r.Tallies {
		n += t.New + t.Changed
	}
	return n
}

// The bounds of what is told.
const (
	problemsMax = 500
	notesMax    = 200
	fieldsMax   = 100
)

// findings gathers everything wrong and everything worth saying.
type findings struct {
	problems     []Problem
	problemCount int
	notes        []Problem
	noteCount    int
}

func (f *findings) wrong(where Spot, format string, args ...any) {
	f.problemCount++
	if len(f.problems) < problemsMax {
		f.problems = append(f.problems, Problem{where, fmt.Sprintf(format, args...)})
	}
}

func (f *findings) note(where Spot, format string, args ...any) {
	f.noteCount++
	if len(f.notes) < notesMax {
		f.notes = append(f.notes, Problem{where, fmt.Sprintf(format, args...)})
	}
}

// copied gives findings that grow without changing these.
func (f *findings) copied() findings {
	return findings{slices.Clone(f.problems), f.problemCount, slices.Clone(f.notes), f.noteCount}
}

// sorted puts problems in the order of the file.
func sorted(all []Problem, sheets []string) []Problem {
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(sheets, a.Spot.Sheet), slices.Index(sheets, b.Spot.Sheet)),
			cmp.Compare(a.Spot.Row, b.Spot.Row), cmp.Compare(a.Spot.Column, b.Spot.Column),
		)
	})
	return all
}

// refusal is the fault of a file with problems: each by its place, bounded.
func (r *Report) refusal() error {
	var fields []fault.Field
	for _, p := range r.Problems[:min(len(r.Problems), fieldsMax)] {
		fields = append(fields, fault.Field{Name: p.Spot.String(), Reason: p.Words})
	}
	return &fault.Fault{
		Kind: fault.KindInvalid, Fields: fields,
		Words: fmt.Sprintf("文件里有 %d 处问题，没有导入任何内容。请按提示改正后重新导入。", r.ProblemCount),
	}
}

// tallied counts entries by sheet, in the order of the layouts.
func tallied(entries []Entry) []Tally {
	var tallies []Tally
	for _, l := range layouts() {
		t := Tally{Sheet: l.sheet}
		for _, e := range entries {
			if e.Sheet != l.sheet {
				continue
			}
			switch e.Verdict {
			case VerdictNew:
				t.New++
			case VerdictChanged:
				t.Changed++
			case VerdictUnchanged:
				t.Unchanged++
			case VerdictWrong:
				t.Wrong++
			}
		}
		if cmp.Or(t.New, t.Changed, t.Unchanged, t.Wrong) != 0 {
			tallies = append(tallies, t)
		}
	}
	return tallies
}
