package sheet_test

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"lianxin/service/sheet"
)

var columns = []sheet.Column[string]{
	sheet.Col("名称", 12, func(s string) any { return s }),
	sheet.Col("字数", 6, func(s string) any { return len([]rune(s)) }),
}

func each(rows ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestAListBecomesASheetUnderItsHeadings(t *testing.T) {
	var file bytes.Buffer
	written, err := sheet.Write(&file, "清单", columns, each("路灯", "=HYPERLINK(\"http://x\")"))
	if err != nil || written != 2 {
		t.Fatal(written, err)
	}
	book, err := excelize.OpenReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("清单")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"名称", "字数"}, {"路灯", "2"}, {"'=HYPERLINK(\"http://x\")", "22"}}
	if !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("wrote %q, want %q", rows, want)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestARowThatCannotBeReadEndsTheFile(t *testing.T) {
	broken := errors.New("broken")
	var file bytes.Buffer
	written, err := sheet.Write(&file, "清单", columns, func(yield func(string, error) bool) {
		_ = yield("路灯", nil) && yield("", broken)
	})
	if !errors.Is(err, broken) || written != 1 || file.Len() != 0 {
		t.Errorf("%d rows, %d bytes, %v", written, file.Len(), err)
	}
}
