package workbook_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"lianxin/model/fault"
	"lianxin/service/roster/workbook"
)

// saved is a small file as excelize saves it.
func saved(tb testing.TB) []byte {
	tb.Helper()
	f := excelize.NewFile()
	if err := f.SetSheetRow("Sheet1", "B2", &[]any{"姓名", 12, 1.5, true, "𬭎㙍䶮"}); err != nil {
		tb.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// altered is a file with some of its parts replaced or added.
func altered(tb testing.TB, content []byte, parts map[string]string) []byte {
	tb.Helper()
	from, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		tb.Fatal(err)
	}
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	put := func(name string, r io.Reader) {
		w, err := to.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.Copy(w, r); err != nil {
			tb.Fatal(err)
		}
	}
	for _, part := range from.File {
		if _, replaced := parts[part.Name]; replaced {
			continue
		}
		r, err := part.Open()
		if err != nil {
			tb.Fatal(err)
		}
		put(part.Name, r)
	}
	for name, text := range parts {
		put(name, strings.NewReader(text))
	}
	if err := to.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func withSheet(tb testing.TB, xml string) []byte {
	tb.Helper()
	return altered(tb, saved(tb), map[string]string{"xl/worksheets/sheet1.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + xml + `</worksheet>`})
}

func read(content []byte) (*workbook.Book, error) {
	return workbook.Read(bytes.NewReader(content), int64(len(content)), workbook.DefaultLimits())
}

func TestCellsAreReadAsAPersonSeesThem(t *testing.T) {
	book, err := read(saved(t))
	if err != nil {
		t.Fatal(err)
	}
	row := book.Sheets[0].Rows[0]
	if got := fmt.Sprint(row.Number, row.Cells); got != "2 [{ } {姓名 } {12 } {1.5 } {是 } {𬭎㙍䶮 }]" {
		t.Errorf("got %s", got)
	}
}

func TestFilesThatAreSomethingElseAreRefusedWithTheWayOut(t *testing.T) {
	good := saved(t)
	for what, try := range map[string]struct {
		content []byte
		says    string
	}{
		"nothing":                   {nil, "文件是空的"},
		"an old .xls or a password": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"), "另存为 .xlsx"},
		"a page under that name":    {[]byte("<html><table><tr><td>姓名"), "另存为 .xlsx"},
		"a CSV file":                {[]byte("姓名,选举单位\n张三,某大会\n"), "CSV"},
		"a page with a file behind": {append([]byte("<html></html>"), good...), "不是 Excel 文件"},
		"a file with macros":        {altered(t, good, map[string]string{"xl/vbaProject.bin": "x"}), "宏"},
		"a Word file":               {altered(t, good, map[string]string{"word/document.xml": "x"}), "Word"},
		"an .xlsb file":             {altered(t, good, map[string]string{"xl/workbook.bin": "x"}), ".xlsb"},
		"an OpenDocument file":      {altered(t, good, map[string]string{"mimetype": "x"}), "OpenDocument"},
		"half a file":               {good[:len(good)/2], "没有保存完整"},
		"a bare archive":            {bare(t), "压缩包"},
		"broken cells":              {withSheet(t, `<sheetData><row r="1"><c r="1A"><v>1</v></c></row></sheetData>`), "已损坏"},
		"an entity":                 {withSheet(t, `<!DOCTYPE x [<!ENTITY a "aaaa">]><sheetData><row r="1"><c r="A1" t="str"><v>&a;</v></c></row></sheetData>`), "已损坏"},
	} {
		_, err := read(try.content)
		if !fault.Is(err, fault.KindInvalid) || !strings.Contains(fault.Of(err).Fields[0].Reason, try.says) {
			t.Errorf("%s: got %v, want it to say %q", what, fault.Of(err), try.says)
		}
	}
}

func bare(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	if _, err := to.Create("readme.txt"); err != nil {
		tb.Fatal(err)
	}
	if err := to.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestBombsAreRefused(t *testing.T) {
	empty := strings.Repeat(`<row>`+strings.Repeat(`<c/>`, 4000)+`</row>`, 500)
	for what, content := range map[string][]byte{
		"millions of empty cells":      withSheet(t, `<sheetData>`+empty+`</sheetData>`),
		"a text that unpacks to much":  altered(t, saved(t), map[string]string{"xl/sharedStrings.xml": `<sst><si><t>` + strings.Repeat("a", 41<<20) + `</t></si></sst>`}),
		"merged cells without end":     withSheet(t, `<sheetData>`+strings.Repeat(`<row><c><v>1</v></c></row>`, 15_000)+`</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>`),
		"more rows than anybody needs": withSheet(t, `<sheetData>`+strings.Repeat(`<row><c><v>1</v></c></row>`, 20_001)+`</sheetData>`),
	} {
		if _, err := read(content); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s (%d bytes): got %v", what, len(content), err)
		}
	}
	if _, err := workbook.Read(bytes.NewReader(saved(t)), 11<<20, workbook.DefaultLimits()); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a large file: got %v", err)
	}
}

func TestManyEmptyRowsBelowAreNoMatter(t *testing.T) {
	book, err := read(withSheet(t, `<sheetData><row r="1"><c r="A1"><v>1</v></c></row>`+strings.Repeat(`<row><c s="1"/></row>`, 100_000)+`</sheetData>`))
	if err != nil || len(book.Sheets[0].Rows) != 1 {
		t.Errorf("got %v", err)
	}
}

// FuzzReadWorkbook promises that whatever is uploaded is either read within the
// limits or refused in words.
func FuzzReadWorkbook(f *testing.F) {
	good := saved(f)
	for _, seed := range [][]byte{
		good, good[:len(good)/2], []byte("PK\x03\x04"), []byte("\xd0\xcf\x11\xe0"), []byte("<html>"), bare(f),
		withSheet(f, `<sheetData><row r="1"><c r="A1" t="s"><v>99</v></c><c r="C1"><f>1</f></c></row></sheetData><mergeCells><mergeCell ref="A1:C9"/></mergeCells>`),
	} {
		f.Add(seed)
	}
	limits := workbook.Limits{Bytes: 1 << 16, Unpacked: 1 << 18, Sheets: 4, Rows: 50, Columns: 20, Cells: 2000, Text: 100}
	f.Fuzz(func(t *testing.T, content []byte) {
		book, err := workbook.Read(bytes.NewReader(content), int64(len(content)), limits)
		if err != nil {
			if !fault.Is(err, fault.KindInvalid) {
				t.Fatalf("refused without words: %v", err)
			}
			return
		}
		for _, sheet := range book.Sheets {
			if len(sheet.Rows) > limits.Rows {
				t.Fatalf("%d rows", len(sheet.Rows))
			}
			for _, row := range sheet.Rows {
				if len(row.Cells) > limits.Columns {
					t.Fatalf("%d cells in row %d", len(row.Cells), row.Number)
				}
			}
		}
	})
}
