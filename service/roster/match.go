package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianxin/model"
	"lianxin/service/roster/workbook"
)

// plan is what an import writes.
type plan struct {
	areas         changes[model.Area]
	terms         changes[model.Term]
	delegations   changes[model.Delegation]
	organisations changes[model.Organisation]
	electing      changes[model.ElectingUnit]
	units         changes[model.Unit]
	topics        changes[model.Topic]
	studios       changes[model.Studio]
	seats         changes[seat]
}

// changes are the records of one kind that are new or become different.
type changes[T any] struct {
	added   []*T
	changed []change[T]
}

type change[T any] struct{ was, now *T }

// matcher compares a file with the roster as it stands. It changes neither the
// file nor the records: whoever runs it again gets the same.
type matcher struct {
	*standing
	findings

	by      model.Actor
	today   string
	paper   *paper
	plan    plan
	entries []Entry
	// bad are the lines with something wrong, claimed the records that a line
	// speaks of.
	bad     map[*line]bool
	claimed map[string]*line
}

// match compares a file with the roster.
func match(by model.Actor, today string, p *paper, s *standing) *matcher {
	m := &matcher{
		standing: s, findings: p.copied(), by: by, today: today, paper: p,
		bad: map[*line]bool{}, claimed: map[string]*line{},
	}
	m.matchAreas()
	m.matchTerms()
	m.matchDelegations()
	m.matchOrganisations()
	m.matchElecting()
	m.matchUnits()
	m.matchTopics()
	m.matchStudios()
	m.matchSeats()
	order := map[string]int{}
	for i, l := range layouts() {
		order[l.sheet] = i
	}
	slices.SortStableFunc(m.entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(order[a.Sheet], order[b.Sheet]), cmp.Compare(a.Row, b.Row))
	})
	return m
}

// report tells what was found.
func (m *matcher) report(basis string) Report {
	return Report{
		Tallies: tallied(m.entries), Entries: m.entries, Problems: sorted(m.problems, m.paper.sheets), ProblemCount: m.problemCount,
		Notes: sorted(m.notes, m.paper.sheets), NoteCount: m.noteCount, Untouched: m.untouched(), Basis: basis,
	}
}

// reject notes something wrong with a column of a line.
func (m *matcher) reject(l *line, column, format string, args ...any) {
	m.bad[l] = true
	m.wrong(l.at(column), format, args...)
}

// may reports whether the actor may write in the area with this path.
func (m *matcher) may(path string) bool {
	return m.by.System != "" || m.by.PermitsIn(model.PermitRosterWrite, path)
}

// mayAll reports whether the actor may write what belongs to no area.
func (m *matcher) mayAll() bool {
	return m.by.System != "" || slices.ContainsFunc(m.areas, func(a *model.Area) bool { return a.ParentID == "" && m.may(a.Path) })
}

// everywhere stands for the path of what belongs to no area.
const everywhere = ""

// within refuses a line whose record does not lie in the actor's areas.
func (m *matcher) within(l *line, column string, paths ...string) {
	for _, path := range paths {
		if path != everywhere && !m.may(path) {
			m.reject(l, column, "这里不在您负责的区域内，不能导入。请删去这一行，或请上级组织部门导入。")
			return
		}
	}
}

// claim notes that a line speaks of a record, and refuses a second one.
func (m *matcher) claim(l *line, column, id, words string) {
	if first := m.claimed[id]; first != nil {
		if words == "" {
			words = "请只保留一行。"
		}
		m.reject(l, column, "与第 %d 行重复。%s", first.row, words)
		return
	}
	m.claimed[id] = l
}

// settle notes what becomes of a line and reports whether something is to be
// written. was is nil for something new.
func (m *matcher) settle(l *line, name string, was, now []string, global bool) bool {
	entry := Entry{Sheet: l.layout.sheet, In: l.sheet, Row: l.row, Name: name, Verdict: VerdictUnchanged}
	if was == nil {
		entry.Verdict = VerdictNew
		was = make([]string, len(now))
	}
	for i, c := range l.layout.columns {
		if was[i] == now[i] {
			continue
		}
		if entry.Verdict == VerdictUnchanged {
			entry.Verdict = VerdictChanged
		}
		change := Change{Column: c.name, Old: was[i], New: now[i]}
		if given, ok := l.cells[c.name]; ok {
			change.Cell = workbook.Name(given.column, l.row)
		}
		entry.Changes = append(entry.Changes, change)
	}
	if global && entry.Verdict != VerdictUnchanged && !m.mayAll() {
		m.reject(l, l.layout.columns[0].name, "届次、代表团和事项由区县一级的组织部门导入，您不能新增或修改。")
	}
	if m.bad[l] || l.wrong {
		entry.Verdict, entry.Changes = VerdictWrong, nil
	}
	m.entries = append(m.entries, entry)
	return entry.Verdict == VerdictNew || entry.Verdict == VerdictChanged
}

// spoilt notes a line that is too wrong to tell what it speaks of.
func (m *matcher) spoilt(l *line) {
	m.entries = append(m.entries, Entry{Sheet: l.layout.sheet, In: l.sheet, Row: l.row, Name: cut(label(l.cells[nameColumn(l.layout)].text), 30), Verdict: VerdictWrong})
}

func nameColumn(l *layout) string {
	if l.index(colPerson) >= 0 {
		return colPerson
	}
	return colName
}

// keep adds a record to what is written.
func keep[T any](to *changes[T], was, now *T) {
	if was == nil {
		to.added = append(to.added, now)
		return
	}
	to.changed = append(to.changed, change[T]{was, now})
}

// given is what a line says in a column; false when it says nothing.
func (l *line) given(column string) (cell, bool) {
	c, ok := l.cells[column]
	return c, ok && (c.text != "" || c.cleared)
}

// text sets a text from a line, unless it says nothing or the same.
func (m *matcher) text(l *line, column string, to *string, most int, clean func(string) string) {
	c, ok := l.given(column)
	if !ok {
		return
	}
	text := clean(c.text)
	if n := utf8.RuneCountInString(text); n > most {
		m.reject(l, column, "“%s”不能超过 %d 字，这里有 %d 字。", column, most, n)
		return
	}
	if clean(*to) != text {
		*to = text
	}
}

// name reads the name that a line must have.
func (m *matcher) name(l *line, most int) string {
	var name string
	m.text(l, colName, &name, most, label)
	if name == "" && !m.bad[l] && !l.wrong {
		m.reject(l, colName, "请填写“%s”。", colName)
	}
	return name
}

// choose reads one of the choices of a column; "" when the line says nothing.
func (m *matcher) choose(l *line, column string, to *string) {
	c, ok := l.given(column)
	if !ok {
		return
	}
	if c.cleared {
		*to = ""
		return
	}
	choices := l.layout.columns[l.layout.index(column)].choices
	value, known := choices.read(c.text)
	if !known {
		m.reject(l, column, "“%s”不是可用的%s，请写 %s。", cut(label(c.text), 20), column, joined(choices.list()))
		return
	}
	*to = value
}

func joined(all []string) string {
	last := len(all) - 1
	if last < 1 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:last], "、") + " 或 " + all[last]
}

// number reads a small number.
func (m *matcher) number(l *line, column string, to *int) {
	c, ok := l.given(column)
	if !ok {
		return
	}
	n, err := strconv.Atoi(label(c.text))
	if c.cleared {
		n, err = 0, nil
	}
	if err != nil || n < 0 || n > 1_000_000 {
		m.reject(l, column, "“%s”应是 0 到 1000000 的整数。", column)
		return
	}
	*to = n
}

// refer finds the one record that a text names; "" after saying what is wrong.
// where is the sheet that could hold it.
func (m *matcher) refer(l *line, column, text, what, where string, in *index, only func(id string) bool) string {
	ids := in.find(label(text))
	if only != nil {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !only(id) })
	}
	switch len(ids) {
	case 1:
		return ids[0]
	case 0:
		m.reject(l, column, "没有名为“%s”的%s。请改正名称，或先在“%s”工作表里添加。", cut(label(text), 30), what, where)
		return ""
	}
	m.reject(l, column, "有 %d 个名为“%s”的%s，请写成“上级/名称”，如“%s”。", len(ids), cut(label(text), 30), what, in.ref(ids[0]))
	return ""
}

// point reads a reference that may be missing or cleared.
func (m *matcher) point(l *line, column string, to *string, what, where string, in *index, only func(id string) bool) {
	c, ok := l.given(column)
	if !ok {
		return
	}
	*to = ""
	if !c.cleared {
		*to = m.refer(l, column, c.text, what, where, in, only)
	}
}

// inArea reads the area that a line must name.
func (m *matcher) inArea(l *line) *model.Area {
	const column = colArea
	c, ok := l.given(column)
	if !ok || c.cleared {
		if !l.wrong {
			m.reject(l, column, "请填写“%s”。", column)
		}
		return nil
	}
	area := m.area[m.refer(l, column, c.text, "区域", sheetAreas, m.areaAt, nil)]
	if area != nil {
		m.within(l, column, area.Path)
	}
	return area
}

// officeLine reads the public number of an office.
func (m *matcher) officeLine(l *line, to *string) {
	c, ok := l.given(colLine)
	if !ok {
		return
	}
	number := label(c.text)
	if !c.cleared && (utf8.RuneCountInString(number) > 32 || !lineForm.MatchString(number)) {
		m.reject(l, colLine, "“%s”不像电话号码，请写成 0571-86000112 的样子，不超过 32 个字。", cut(number, 32))
		return
	}
	if l.layout.sheet == sheetSeats && isMobile(number) {
		m.reject(l, colLine, "这里是手机号码。代表的私人手机不能公开，请填单位座机，或留空。")
		return
	}
	if label(*to) != number {
		*to = number
	}
}

// untouched counts the representatives in reach, of the terms that the file
// speaks of, that it says nothing about.
func (m *matcher) untouched() int {
	terms := map[string]bool{}
	for _, s := range m.seats {
		if m.claimed[s.ID] != nil {
			terms[s.TermID] = true
		}
	}
	open, n := model.RepresentativeFlow().Open(), 0
	for _, s := range m.seats {
		if terms[s.TermID] && m.claimed[s.ID] == nil && slices.Contains(open, s.State) && m.may(s.AreaPath) {
			n++
		}
	}
	return n
}

// detail is what the audit log keeps of an import: counts, no names.
func (r *Report) detail() string {
	var text strings.Builder
	for _, t := range r.Tallies {
		fmt.Fprintf(&text, "%s：新增 %d，修改 %d，不变 %d；", t.Sheet, t.New, t.Changed, t.Unchanged)
	}
	return text.String()
}
