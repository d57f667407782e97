package workbook

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// columnsMax is the last column Excel has, XFD.
const columnsMax = 16384

// mergesMax bounds the merged ranges of a sheet.
const mergesMax = 50_000

// merge is a range of cells that shows one; all counted from 0, both ends in.
type merge struct{ top, left, bottom, right int }

// sheetReader is a sheet while it is being read.
type sheetReader struct {
	*parcel

	sheet  *Sheet
	row    Row
	at     int
	column int
	merges []merge
}

// readSheet reads the rows with content of one sheet.
func (p *parcel) readSheet(part string, sheet *Sheet) error {
	r := &sheetReader{parcel: p, sheet: sheet}
	err := p.scan(part, func(d *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "col":
			r.hideColumns(e)
		case "row":
			return r.beginRow(e)
		case "c":
			return r.readCell(d, e)
		case "mergeCell":
			return r.addMerge(attr(e, "ref"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.endRow(); err != nil {
		return err
	}
	return r.fillMerges()
}

func (r *sheetReader) hideColumns(e xml.StartElement) {
	if !truth(attr(e, "hidden")) {
		return
	}
	first, err1 := strconv.Atoi(attr(e, "min"))
	last, err2 := strconv.Atoi(attr(e, "max"))
	if err1 != nil || err2 != nil {
		return
	}
	for c := max(first, 1); c <= min(last, r.limits.Columns); c++ {
		if !slices.Contains(r.sheet.HiddenColumns, c-1) {
			r.sheet.HiddenColumns = append(r.sheet.HiddenColumns, c-1)
		}
	}
}

// take counts a row or a cell against the limit.
func (r *sheetReader) take() error {
	if r.cells--; r.cells < 0 {
		return errUnpacked
	}
	return nil
}

func (r *sheetReader) beginRow(e xml.StartElement) error {
	if err := r.endRow(); err != nil {
		return err
	}
	if err := r.take(); err != nil {
		return err
	}
	number := r.at + 1
	if ref := attr(e, "r"); ref != "" {
		n, err := strconv.Atoi(ref)
		if err != nil || n < number || n > 1<<20 {
			return errBroken()
		}
		number = n
	}
	r.at, r.column = number, 0
	r.row = Row{Number: number, Hidden: truth(attr(e, "hidden"))}
	return nil
}

// endRow keeps the row that was read, if there is anything in it.
func (r *sheetReader) endRow() error {
	if !slices.ContainsFunc(r.row.Cells, func(c Cell) bool { return !c.Empty() }) {
		r.row = Row{}
		return nil
	}
	if len(r.sheet.Rows) >= r.limits.Rows {
		return Refuse("工作表“%s”的行太多，不能超过 %d 行。请分成几个文件导入。", r.sheet.Name, r.limits.Rows)
	}
	r.sheet.Rows = append(r.sheet.Rows, r.row)
	r.row = Row{}
	return nil
}

func (r *sheetReader) readCell(d *xml.Decoder, e xml.StartElement) error {
	if err := r.take(); err != nil {
		return err
	}
	column := r.column
	if ref := attr(e, "r"); ref != "" {
		c, _, ok := reference(ref)
		if !ok {
			return errBroken()
		}
		column = c
	}
	r.column = column + 1
	cell, err := r.cell(d, e)
	if err != nil || cell.Empty() || r.row.Number == 0 {
		return err
	}
	if column >= r.limits.Columns {
		r.sheet.Beyond = true
		return nil
	}
	for len(r.row.Cells) <= column {
		r.row.Cells = append(r.row.Cells, Cell{})
	}
	r.row.Cells[column] = cell
	return nil
}

// content is what stands inside a cell.
type content struct {
	value, inline   string
	formula, valued bool
}

// cell reads the inside of a cell.
func (r *sheetReader) cell(d *xml.Decoder, e xml.StartElement) (Cell, error) {
	var in content
	for {
		token, err := d.RawToken()
		if err != nil {
			return Cell{}, broken(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "c" {
				return r.show(attr(e, "t"), attr(e, "s"), in), nil
			}
		case xml.StartElement:
			if err := in.take(d, t.Name.Local); err != nil {
				return Cell{}, err
			}
		}
	}
}

// take reads one element of a cell.
func (c *content) take(d *xml.Decoder, element string) error {
	var err error
	switch element {
	case "f":
		c.formula = true
	case "v":
		c.valued = true
		c.value, err = plainText(d, "v")
	case "is":
		c.inline, err = richText(d, "is")
	}
	return err
}

// show makes of a cell what a person sees.
func (r *sheetReader) show(kind, style string, in content) Cell {
	var text string
	value := in.value
	switch {
	case in.formula && value == "" && (!in.valued || kind != "str"):
		// A formula that gives an empty text has a value, an empty one.
		return Cell{Flaw: FlawNoValue}
	case kind == "inlineStr":
		text = in.inline
	case kind == "s":
		at, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || at < 0 || at >= len(r.strings) {
			return Cell{}
		}
		text = r.strings[at]
	case kind == "str":
		text = unescape(value)
	case kind == "b":
		text = map[bool]string{true: "是", false: "否"}[truth(value)]
	case kind == "e":
		return Cell{Text: value, Flaw: FlawError}
	case kind == "d":
		text = strings.TrimSuffix(strings.Replace(value, "T", " ", 1), " 00:00:00")
	default:
		text = r.number(strings.TrimSpace(value), style)
	}
	if utf8.RuneCountInString(text) > r.limits.Text {
		return Cell{Flaw: FlawTooLong}
	}
	if strings.TrimSpace(text) == "" {
		return Cell{}
	}
	return Cell{Text: strings.ToValidUTF8(text, "\uFFFD")}
}

// reference reads "B3" as column 1 and row 3.
func reference(ref string) (column, row int, ok bool) {
	at := 0
	for at < len(ref) && at < 4 {
		letter := ref[at] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
		at++
	}
	row, err := strconv.Atoi(ref[at:])
	return column - 1, row, at > 0 && err == nil && row > 0 && row <= 1<<20 && column <= columnsMax
}

// Name names a cell as Excel does: column 1 of row 3 is B3.
func Name(column, row int) string {
	var letters string
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return letters + strconv.Itoa(row)
}

func (r *sheetReader) addMerge(ref string) error {
	from, to, found := strings.Cut(strings.ReplaceAll(ref, "$", ""), ":")
	if !found {
		return nil
	}
	left, top, ok1 := reference(from)
	right, bottom, ok2 := reference(to)
	if !ok1 || !ok2 || left > right || top > bottom {
		return errBroken()
	}
	if r.merges = append(r.merges, merge{top, left, bottom, right}); len(r.merges) > mergesMax {
		return errUnpacked
	}
	return nil
}

// fillMerges shows the one cell of a merged range in all of it.
func (r *sheetReader) fillMerges() error {
	for _, m := range r.merges {
		first, found := slices.BinarySearchFunc(r.sheet.Rows, m.top, func(row Row, n int) int { return row.Number - n })
		if !found || m.left >= len(r.sheet.Rows[first].Cells) {
			continue
		}
		cell := r.sheet.Rows[first].Cells[m.left]
		if cell.Empty() {
			continue
		}
		if m.left < m.right && alone(r.sheet.Rows[first].Cells, m) {
			r.sheet.Rows[first].Banner = true
		}
		if err := r.fill(m, first, cell); err != nil {
			return err
		}
	}
	return nil
}

// fill writes a cell into the rows of a range; rows without any other content
// are not there, and stay so.
func (r *sheetReader) fill(m merge, first int, cell Cell) error {
	right := min(m.right, r.limits.Columns-1)
	for i := first; i < len(r.sheet.Rows) && r.sheet.Rows[i].Number <= m.bottom; i++ {
		row := &r.sheet.Rows[i]
		for c := m.left; c <= right; c++ {
			if err := r.take(); err != nil {
				return err
			}
			for len(row.Cells) <= c {
				row.Cells = append(row.Cells, Cell{})
			}
			if row.Cells[c].Empty() {
				row.Cells[c] = cell
			}
		}
	}
	return nil
}

// alone reports whether a row has no content beside a merged range.
func alone(cells []Cell, m merge) bool {
	for c, cell := range cells {
		if !cell.Empty() && c != m.left {
			return false
		}
	}
	return true
}
