package roster

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"lianxin/model"
)

// validatedRows is how far down a blank sheet offers its choices.
const validatedRows = 5001

// sheetRows are the rows of one sheet.
type sheetRows struct {
	layout  *layout
	rows    [][]string
	example bool
}

// export writes the records in the actor's areas.
func (s *standing) export(by model.Actor, to io.Writer) error {
	reach := func(path string) bool { return by.System != "" || by.PermitsIn(model.PermitRosterRead, path) }
	at := func(areaID string) bool { return s.area[areaID] != nil && reach(s.area[areaID].Path) }
	var sheets []sheetRows
	for _, l := range layouts() {
		one := sheetRows{layout: l}
		switch l.sheet {
		case sheetAreas:
			one.rows = rowsOf(s.areas, s.areaCells, func(a *model.Area) bool { return reach(a.Path) })
		case sheetTerms:
			one.rows = rowsOf(s.terms, s.termCells, nil)
		case sheetDelegations:
			one.rows = rowsOf(s.delegations, s.delegationCells, nil)
		case sheetOrganisations:
			one.rows = rowsOf(s.organisations, s.organisationCells, func(o *model.Organisation) bool { return at(o.AreaID) })
		case sheetElecting:
			one.rows = rowsOf(s.electing, s.electingCells, func(e *model.ElectingUnit) bool { return at(e.AreaID) })
		case sheetUnits:
			one.rows = rowsOf(s.units, s.unitCells, func(u *model.Unit) bool { return reach(u.AreaPath) })
		case sheetTopics:
			one.rows = rowsOf(s.topics, s.topicCells, nil)
		case sheetStudios:
			one.rows = rowsOf(s.studios, s.studioCells, func(t *model.Studio) bool { return reach(t.AreaPath) })
		case sheetSeats:
			one.rows = rowsOf(s.seatsInOrder(), s.seatCells, func(r *seat) bool { return reach(r.AreaPath) })
		}
		sheets = append(sheets, one)
	}
	return writeBook(to, sheets)
}

// seatsInOrder are the representatives by term, electing unit and name.
func (s *standing) seatsInOrder() []*seat {
	return slices.SortedStableFunc(slices.Values(s.seats), func(a, b *seat) int {
		return cmp.Or(
			cmp.Compare(s.termAt.ref(a.TermID), s.termAt.ref(b.TermID)),
			cmp.Compare(s.electingAt.ref(a.ElectingUnitID), s.electingAt.ref(b.ElectingUnitID)),
			cmp.Compare(a.Pinyin, b.Pinyin), cmp.Compare(a.ID, b.ID),
		)
	})
}

func rowsOf[T any](records []*T, cells func(*T) []string, keep func(*T) bool) [][]string {
	var rows [][]string
	for _, r := range records {
		if keep == nil || keep(r) {
			rows = append(rows, cells(r))
		}
	}
	return rows
}

// Template writes a blank file: the head of each sheet, an example that is
// skipped when it is imported, lists to choose from, and how to fill it in.
func Template(to io.Writer) error {
	var sheets []sheetRows
	for _, l := range layouts() {
		var example []string
		for _, c := range l.columns {
			example = append(example, c.example)
		}
		example[0] = "# 示例：" + example[0]
		sheets = append(sheets, sheetRows{layout: l, rows: [][]string{example}, example: true})
	}
	return writeBook(to, sheets)
}

// styles are how cells look.
type styles struct{ head, text, example, wrap int }

// writeBook writes sheets and the instructions, row by row.
func writeBook(to io.Writer, sheets []sheetRows) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	look, err := newStyles(book)
	if err != nil {
		return err
	}
	for i, one := range sheets {
		if i == 0 {
			err = book.SetSheetName("Sheet1", one.layout.sheet)
		} else {
			_, err = book.NewSheet(one.layout.sheet)
		}
		if err != nil {
			return fmt.Errorf("roster: add sheet: %w", err)
		}
		if err := writeSheet(book, look, one); err != nil {
			return fmt.Errorf("roster: write sheet: %w", err)
		}
	}
	if err := writeHelp(book, look); err != nil {
		return fmt.Errorf("roster: write instructions: %w", err)
	}
	if at, err := book.GetSheetIndex(sheetSeats); err == nil {
		book.SetActiveSheet(at)
	}
	if _, err := book.WriteTo(to); err != nil {
		return fmt.Errorf("roster: write file: %w", err)
	}
	return nil
}

func newStyles(book *excelize.File) (styles, error) {
	var look styles
	for _, one := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&look.head, &excelize.Style{
			Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"B22222"}},
			Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
		}},
		{&look.text, &excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&look.example, &excelize.Style{NumFmt: 49, Font: &excelize.Font{Italic: true, Color: "808080"}}},
		{&look.wrap, &excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
	} {
		id, err := book.NewStyle(one.style)
		if err != nil {
			return look, fmt.Errorf("roster: make style: %w", err)
		}
		*one.id = id
	}
	return look, nil
}

func writeSheet(book *excelize.File, look styles, one sheetRows) error {
	l := one.layout
	if err := offerChoices(book, l, max(validatedRows, len(one.rows)+1)); err != nil {
		return err
	}
	stream, err := book.NewStreamWriter(l.sheet)
	if err != nil {
		return err
	}
	head := make([]any, 0, len(l.columns))
	for i, c := range l.columns {
		if err := stream.SetColWidth(i+1, i+1, max(c.width, 8)); err != nil {
			return err
		}
		if err := stream.SetColStyle(i+1, i+1, look.text); err != nil {
			return err
		}
		head = append(head, excelize.Cell{StyleID: look.head, Value: c.title()})
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := stream.SetRow("A1", head, excelize.RowOpts{Height: 24}); err != nil {
		return err
	}
	style := look.text
	if one.example {
		style = look.example
	}
	for i, row := range one.rows {
		if err := stream.SetRow("A"+strconv.Itoa(i+2), l.values(row, style)); err != nil {
			return err
		}
	}
	return stream.Flush()
}

// title is the head of a column; a star marks what must be filled in.
func (c column) title() string {
	if c.need {
		return c.name + "*"
	}
	return c.name
}

// values are the cells of a row: texts, but for what is a number.
func (l *layout) values(row []string, style int) []any {
	values := make([]any, 0, len(row))
	for i, text := range row {
		var value any = guarded(text)
		if name := l.columns[i].name; name == colSort || name == colBorn {
			if n, err := strconv.Atoi(text); err == nil {
				value = n
			}
		}
		values = append(values, excelize.Cell{StyleID: style, Value: value})
	}
	return values
}

// offerChoices lets the cells of a column be chosen from a list.
func offerChoices(book *excelize.File, l *layout, rows int) error {
	for i, c := range l.columns {
		if c.choices == nil {
			continue
		}
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		list := excelize.NewDataValidation(true)
		list.Sqref = fmt.Sprintf("%s2:%s%d", letter, letter, rows)
		if err := list.SetDropList(c.choices.list()); err != nil {
			return err
		}
		// What is written otherwise is understood as well: a hint, no bar.
		list.SetError(excelize.DataValidationErrorStyleInformation, c.name, "请写 "+strings.Join(c.choices.list(), "、")+"。")
		if err := book.AddDataValidation(l.sheet, list); err != nil {
			return err
		}
	}
	return nil
}

// general is what holds for all sheets.
var general = []string{
	"第一行是列名，带 * 的必须填写；列的先后可以调整，不用的列可以删去，列名前可以有标题行。",
	"以“#”或“示例”开头的行不会导入。",
	"空白的格表示不改动；要清空一格，请写“清空”。",
	"文件里没有的人和单位保持不变，导入不会删除任何内容。",
	"导入前先预览：每一行会显示新增、修改、不变或有误；有一处有误，就什么都不导入。",
	"同一个文件再导入一次，不会有任何变化。",
	"代表的私人手机、身份证号和住址不要放进文件。",
}

func writeHelp(book *excelize.File, look styles) error {
	if _, err := book.NewSheet(sheetHelp); err != nil {
		return err
	}
	stream, err := book.NewStreamWriter(sheetHelp)
	if err != nil {
		return err
	}
	for i, width := range []float64{14, 16, 90} {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	for i, words := range Instructions() {
		style := look.wrap
		if i == 0 {
			style = look.head
		}
		var values []any
		for _, text := range words {
			values = append(values, excelize.Cell{StyleID: style, Value: text})
		}
		if err := stream.SetRow("A"+strconv.Itoa(i+1), values); err != nil {
			return err
		}
	}
	return stream.Flush()
}

// Instructions say how to fill in a file: sheet, column and what to write, the
// head first.
func Instructions() [][3]string {
	all := [][3]string{{"工作表", "列", "怎么填"}}
	for _, words := range general {
		all = append(all, [3]string{"全部", "", words})
	}
	for _, l := range layouts() {
		for _, c := range l.columns {
			all = append(all, [3]string{l.sheet, c.title(), c.help()})
		}
	}
	return all
}

// help says how to fill in a column.
func (c column) help() string {
	words := c.hint
	if c.choices != nil {
		words += "可写：" + strings.Join(c.choices.list(), "、") + "。"
	}
	if len(c.also) > 0 {
		words += "列名也可以是：" + strings.Join(c.also, "、") + "。"
	}
	return words
}
