package roster

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"lianxin/service/roster/workbook"
)

// headerWithin is how far down the head of a table is looked for.
const headerWithin = 30

// line is one row of the file that speaks of something. It remembers what has
// been found wrong with it.
type line struct {
	layout *layout
	// sheet is what the sheet is called in this file.
	sheet string
	row   int
	cells map[string]cell
	wrong bool
}

// cell is what a row says in one column. Cleared says that the column is to be
// emptied.
type cell struct {
	text    string
	cleared bool
	column  int
}

// at names the place of a column in the line; the line's first when the column
// is not in the file.
func (l *line) at(column string) Spot {
	if c, ok := l.cells[column]; ok {
		return Spot{l.sheet, c.column, l.row}
	}
	return Spot{l.sheet, l.first(), l.row}
}

func (l *line) first() int {
	first := -1
	for _, c := range l.cells {
		if first < 0 || c.column < first {
			first = c.column
		}
	}
	return max(first, 0)
}

// paper is the file, read: its lines by sheet of the layout, and what was found
// on the way.
type paper struct {
	findings

	sheets []string
	lines  map[string][]*line
}

// head is where the columns of a table stand.
type head struct {
	layout  *layout
	row     int
	columns map[int]string
	// titles are the heads as they are written.
	titles map[int]string
}

// readPaper sorts the rows of a workbook into lines.
func readPaper(book *workbook.Book) *paper {
	p := &paper{lines: map[string][]*line{}}
	tables := 0
	for i := range book.Sheets {
		p.sheets = append(p.sheets, book.Sheets[i].Name)
		if p.readSheet(&book.Sheets[i]) {
			tables++
		}
	}
	switch {
	case len(p.lines) > 0 || p.problemCount > 0:
	case tables > 0:
		p.wrong(Spot{Sheet: "文件"}, "没有要导入的行（以“#”或“示例”开头的行不算）。")
	default:
		p.wrong(Spot{Sheet: "文件"}, "没有找到名册。工作表应名为“代表”“区域”等，第一行写列名；可以用“lianxin export roster --template”或控制台的“下载模板”得到空白模板。")
	}
	return p
}

// readSheet reads the table of a sheet; false when there is none.
func (p *paper) readSheet(sheet *workbook.Sheet) bool {
	if key(sheet.Name) == sheetHelp {
		return false
	}
	if sheet.Hidden {
		p.note(Spot{Sheet: sheet.Name}, "隐藏的工作表没有读取。需要导入时请先取消隐藏。")
		return false
	}
	h, ok := p.findHead(sheet)
	if !ok {
		return false
	}
	p.remark(sheet, h)
	var banners, hidden []int
	for i := range sheet.Rows {
		row := &sheet.Rows[i]
		switch {
		case row.Number <= h.row, isRemark(row), repeatsHead(row, h):
			continue
		case row.Banner:
			banners = append(banners, row.Number)
			continue
		case row.Hidden:
			hidden = append(hidden, row.Number)
		}
		if l := p.readLine(sheet.Name, row, h); l != nil {
			p.lines[h.layout.sheet] = append(p.lines[h.layout.sheet], l)
		}
	}
	if len(banners) > 0 {
		p.note(Spot{Sheet: sheet.Name}, "第 %s 行是合并成一格的小标题，已跳过。", numbers(banners))
	}
	if len(hidden) > 0 {
		p.note(Spot{Sheet: sheet.Name}, "第 %s 行是隐藏行，也已读取。不需要时请删除这些行。", numbers(hidden))
	}
	return true
}

// numbers lists the first few numbers.
func numbers(all []int) string {
	var parts []string
	for _, n := range all[:min(len(all), 10)] {
		parts = append(parts, strconv.Itoa(n))
	}
	if len(all) > 10 {
		return strings.Join(parts, "、") + " 等 " + strconv.Itoa(len(all))
	}
	return strings.Join(parts, "、")
}

// findHead finds which table a sheet holds and where its head is. A sheet of
// another name is a table of representatives if its columns say so.
func (p *paper) findHead(sheet *workbook.Sheet) (head, bool) {
	name := key(sheet.Name)
	for _, l := range layouts() {
		if key(l.sheet) != name && !slices.ContainsFunc(l.also, func(a string) bool { return key(a) == name }) {
			continue
		}
		h := bestHead(sheet, l)
		missing := h.missing()
		switch {
		case len(sheet.Rows) == 0:
			return h, false
		case len(h.columns) == 0 || len(missing) == len(needed(l)):
			p.wrong(Spot{Sheet: sheet.Name}, "没有找到列名。请在表头写上“%s”等列名。", strings.Join(needed(l), "”“"))
			return h, false
		case len(missing) > 0:
			p.wrong(Spot{sheet.Name, 0, h.row}, "缺少“%s”一列。", strings.Join(missing, "”“"))
			return h, false
		}
		return h, true
	}
	if h := bestHead(sheet, seatLayout()); len(h.columns) > 0 && len(h.missing()) == 0 {
		p.note(Spot{Sheet: sheet.Name}, "按列名认作“代表”工作表。")
		return h, true
	}
	if len(sheet.Rows) > 0 {
		p.note(Spot{Sheet: sheet.Name}, "不认识的工作表，没有读取。")
	}
	return head{}, false
}

func needed(l *layout) []string {
	var names []string
	for _, c := range l.columns {
		if c.need {
			names = append(names, c.name)
		}
	}
	return names
}

func (h head) missing() []string {
	return slices.DeleteFunc(needed(h.layout), func(name string) bool {
		for _, there := range h.columns {
			if there == name {
				return true
			}
		}
		return false
	})
}

// bestHead is the row, of the first few, that names the most columns.
func bestHead(sheet *workbook.Sheet, l *layout) head {
	best := head{layout: l}
	for i := range sheet.Rows[:min(len(sheet.Rows), headerWithin)] {
		row := &sheet.Rows[i]
		columns, titles := map[int]string{}, map[int]string{}
		for at, c := range row.Cells {
			if name := l.find(c.Text); name != "" {
				columns[at], titles[at] = name, c.Text
			}
		}
		if h := (head{l, row.Number, columns, titles}); len(columns) > 0 && (len(h.missing()) < len(best.missing()) || len(best.columns) == 0 ||
			len(h.missing()) == len(best.missing()) && len(columns) > len(best.columns)) {
			best = h
		}
	}
	return best
}

// find tells which column a head names, "" for none. A column's own name goes
// before what another may be called too.
func (l *layout) find(text string) string {
	name := header(text)
	if name == "" {
		return ""
	}
	for _, c := range l.columns {
		if header(c.name) == name {
			return c.name
		}
	}
	for _, c := range l.columns {
		if slices.ContainsFunc(c.also, func(a string) bool { return header(a) == name }) {
			return c.name
		}
	}
	return ""
}

// remark says what of a table is not used, and refuses what cannot be told
// apart.
func (p *paper) remark(sheet *workbook.Sheet, h head) {
	if sheet.Beyond {
		p.note(Spot{Sheet: sheet.Name}, "太靠右的列没有读取。")
	}
	seen := map[string]int{}
	at := slices.IndexFunc(sheet.Rows, func(r workbook.Row) bool { return r.Number == h.row })
	for c, cell := range sheet.Rows[at].Cells {
		where := Spot{sheet.Name, c, h.row}
		name, known := h.columns[c]
		first, twice := seen[name]
		switch {
		case known && twice:
			p.wrong(where, "“%s”出现了两次（另一处在 %s），请只保留一列。", name, workbook.Name(first, h.row))
		case known:
			seen[name] = c
			if slices.Contains(sheet.HiddenColumns, c) {
				p.note(where, "“%s”是隐藏列，也已读取。", name)
			}
		case isIn(privates, cell.Text):
			p.note(where, "“%s”一列没有读取：代表的私人电话、证件和住址不进入系统，群众通过系统、办公电话或工作室联系代表。", label(cell.Text))
		case !cell.Empty() && !isIn(strangers, cell.Text):
			p.note(where, "不认识“%s”这一列，没有读取。", cut(label(cell.Text), 20))
		}
	}
}

func isIn(names []string, text string) bool {
	asked := header(text)
	return asked != "" && slices.ContainsFunc(names, func(n string) bool { return header(n) == asked })
}

func cut(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most]) + "…"
}

// isRemark tells rows that are there for people: examples, sums and notes.
func isRemark(row *workbook.Row) bool {
	for _, c := range row.Cells {
		if c.Empty() {
			continue
		}
		text := key(c.Text)
		for _, start := range []string{"#", "示例", "合计", "总计", "共计", "小计", "备注:", "注:", "说明:", "填表说明", "填表人", "制表人", "审核人"} {
			if strings.HasPrefix(text, start) {
				return true
			}
		}
		return false
	}
	return true
}

// repeatsHead tells a head that was repeated for the next page.
func repeatsHead(row *workbook.Row, h head) bool {
	same := 0
	for c := range h.columns {
		if c < len(row.Cells) && row.Cells[c].Text == h.titles[c] {
			same++
		}
	}
	return same >= 2 && same*2 > len(h.columns)
}

// readLine reads one row; nil when it says nothing in any known column.
func (p *paper) readLine(sheet string, row *workbook.Row, h head) *line {
	l := &line{layout: h.layout, sheet: sheet, row: row.Number, cells: map[string]cell{}}
	said := false
	for _, c := range slices.Sorted(maps.Keys(h.columns)) {
		name, entry := h.columns[c], cell{column: c}
		if c < len(row.Cells) {
			raw := row.Cells[c]
			where := Spot{sheet, c, row.Number}
			switch raw.Flaw {
			case workbook.FlawNone:
				entry.text = unguarded(raw.Text)
			case workbook.FlawNoValue:
				l.spoil(p, where, "这里是公式，但文件里没有保存计算结果。请在 Excel 里打开并保存一次，或把公式粘贴为数值。")
			case workbook.FlawError:
				l.spoil(p, where, "公式出错（%s），请改正。", cut(raw.Text, 20))
			case workbook.FlawTooLong:
				l.spoil(p, where, "内容太长，请缩短。")
			}
			said = said || !raw.Empty()
		}
		if tidy(entry.text) == "" {
			entry.text = ""
		}
		if key(entry.text) == cleared {
			entry.text, entry.cleared = "", true
		}
		l.cells[name] = entry
	}
	if !said {
		return nil
	}
	return l
}

// spoil notes something wrong with a line.
func (l *line) spoil(p *paper, where Spot, format string, args ...any) {
	l.wrong = true
	p.wrong(where, format, args...)
}
