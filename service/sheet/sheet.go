// Package sheet writes a list as an Excel file of one sheet, row by row, so that a
// long list never stands in memory as a whole.
package sheet

import (
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"lianxin/model"
)

// Column is a column of a list: its heading, its width in characters, and what
// stands in it.
type Column[T any] struct {
	Title string
	Width float64
	Value func(T) any
}

// Col is a Column in one line.
func Col[T any](title string, width float64, value func(T) any) Column[T] {
	return Column[T]{Title: title, Width: width, Value: value}
}

// Write writes the rows under headings that stay in sight, and says how many it
// wrote. It stops at the first row that is an error. Words that people chose are
// made inert.
func Write[T any](to io.Writer, name string, columns []Column[T], rows iter.Seq2[T, error]) (written int, err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil && closing != nil {
			err = fmt.Errorf("sheet: close: %w", closing)
		}
	}()
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return 0, fmt.Errorf("sheet: name: %w", err)
	}
	sheet, err := open(book, name, columns)
	if err != nil {
		return 0, fmt.Errorf("sheet: open: %w", err)
	}
	if written, err = fill(sheet, columns, rows); err != nil {
		return written, err
	}
	if err := sheet.Flush(); err != nil {
		return written, fmt.Errorf("sheet: end: %w", err)
	}
	if _, err := book.WriteTo(to); err != nil {
		return written, fmt.Errorf("sheet: write: %w", err)
	}
	return written, nil
}

func fill[T any](sheet *excelize.StreamWriter, columns []Column[T], rows iter.Seq2[T, error]) (written int, err error) {
	values := make([]any, len(columns))
	for row, failed := range rows {
		if failed != nil {
			return written, failed
		}
		for i, c := range columns {
			values[i] = c.Value(row)
			if words, ok := values[i].(string); ok {
				values[i] = Inert(words)
			}
		}
		if err := sheet.SetRow("A"+strconv.Itoa(written+2), values); err != nil {
			return written, fmt.Errorf("sheet: write row: %w", err)
		}
		written++
	}
	return written, nil
}

func open[T any](book *excelize.File, name string, columns []Column[T]) (*excelize.StreamWriter, error) {
	sheet, err := book.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	head := make([]any, len(columns))
	for i, c := range columns {
		if err := sheet.SetColWidth(i+1, i+1, c.Width); err != nil {
			return nil, err
		}
		head[i] = excelize.Cell{StyleID: bold, Value: c.Title}
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	return sheet, sheet.SetRow("A1", head)
}

// Moment is a moment in Shanghai to the minute; none is an empty cell.
func Moment(at *time.Time) string {
	if at == nil {
		return ""
	}
	return model.Minute(*at)
}

// Inert keeps words that people chose from being taken for a formula, also when
// the file is saved as something else.
func Inert(words string) string {
	if words != "" && strings.ContainsRune("=+-@\t\r", rune(words[0])) {
		return "'" + words
	}
	return words
}
