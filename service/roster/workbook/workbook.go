// Package workbook reads the cells of an .xlsx file as a person sees them: the
// values of formulas as Excel last worked them out, dates as days, numbers
// without noise, merged cells filled, hidden rows and columns noted.
//
// It refuses what is not a plain .xlsx: the old .xls, files with a password or
// with macros, and files that are something else under that name. It reads one
// element at a time and stops at its limits, so that a small file cannot unpack
// into a large memory (docs/adr/0014). It never runs a formula and follows no
// link to another file.
package workbook

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"

	"lianxin/model/fault"
)

// Limits bound what is read. Bytes is the size of the file, Unpacked that of
// all parts read, Sheets the sheets, Rows the rows with content of one sheet,
// Columns the columns looked at, Cells all cells of the file, with content or
// without, Text the characters of one cell.
type Limits struct {
	Bytes    int64
	Unpacked int64
	Sheets   int
	Rows     int
	Columns  int
	Cells    int
	Text     int
}

// DefaultLimits fit a city's roster several times over.
func DefaultLimits() Limits {
	return Limits{Bytes: 10 << 20, Unpacked: 40 << 20, Sheets: 30, Rows: 20_000, Columns: 100, Cells: 1_000_000, Text: 5000}
}

// Book is a file that was read.
type Book struct {
	Sheets []Sheet
}

// Sheet is one worksheet. A hidden one has no rows: it is not read. Beyond says
// that there was content right of the last column looked at.
type Sheet struct {
	Name          string
	Hidden        bool
	HiddenColumns []int
	Beyond        bool
	Rows          []Row
}

// Row is a row with content, by the number that Excel shows. Cells[0] is column
// A. Banner says that one cell merged over several columns is all its content:
// a heading between rows.
type Row struct {
	Number int
	Hidden bool
	Banner bool
	Cells  []Cell
}

// Flaw says why a cell has no text that could be used.
type Flaw string

// The flaws: a formula that was saved without its value, an error such as #REF!,
// more characters than the limit.
const (
	FlawNone    Flaw = ""
	FlawNoValue Flaw = "no_value"
	FlawError   Flaw = "error"
	FlawTooLong Flaw = "too_long"
)

// Cell is what a cell shows. A cell with a flaw has a Text only for FlawError.
type Cell struct {
	Text string
	Flaw Flaw
}

// Empty reports whether there is nothing in a cell.
func (c Cell) Empty() bool { return c.Text == "" && c.Flaw == FlawNone }

// Refuse is the fault of a file that is not taken, with words that say what to do.
func Refuse(format string, args ...any) error {
	return fault.InvalidField("file", fmt.Sprintf(format, args...))
}

var errUnpacked = errors.New("workbook: unpacks into more than the limit")

// Read reads a file. Fault: invalid (file), with what to do about it.
func Read(file io.ReaderAt, size int64, limits Limits) (*Book, error) {
	if size > limits.Bytes {
		return nil, Refuse("文件太大，不能超过 %d MB。请删去图片和无关的工作表后再试。", max(1, limits.Bytes>>20))
	}
	if err := sniff(file, size); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, errBroken()
	}
	p := &parcel{limits: limits, left: limits.Unpacked, cells: limits.Cells}
	if err := p.open(archive); err != nil {
		return nil, explain(err)
	}
	book, err := p.book()
	if err != nil {
		return nil, explain(err)
	}
	return book, nil
}

// errBroken says that a file is damaged.
func errBroken() error {
	return Refuse("文件已损坏或没有保存完整，请用 Excel 或 WPS 打开后另存为 .xlsx 再试。")
}

// explain puts everything that can go wrong while reading into words.
func explain(err error) error {
	switch {
	case fault.Of(err) != nil:
		return err
	case errors.Is(err, errUnpacked):
		return Refuse("文件解开后太大。请只保留名册的工作表，删去图片和多余的空行后另存为 .xlsx 再试。")
	}
	return errBroken()
}

// sniff looks at the first bytes, for the words that help most.
func sniff(file io.ReaderAt, size int64) error {
	head := make([]byte, min(size, 8))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("workbook: read: %w", err)
	}
	switch {
	case size == 0:
		return Refuse("文件是空的，请检查后重新选择。")
	case hasPrefix(head, "PK\x03\x04"):
		return nil
	case hasPrefix(head, "\xd0\xcf\x11\xe0"):
		return Refuse("这是旧的 .xls 文件，或是加了密码的文件。请在 Excel 或 WPS 里取消密码，另存为 .xlsx 再试。")
	}
	return Refuse("这不是 Excel 文件（.xlsx）。如果是 CSV、网页或文本，请用 Excel 或 WPS 打开后另存为 .xlsx 再试。")
}

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}
