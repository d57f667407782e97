package roster

import (
	"slices"

	"lianxin/model"
	"lianxin/service/pinyin"
)

// who is what a line says about whose seat it is.
type who struct {
	line     *line
	name     string
	code     string
	term     string
	electing string
}

// same is what two lines share that speak of one person, or of two of one name.
func (w who) same() string { return w.term + "|" + w.electing + "|" + key(w.name) }

// seats finds representatives by what a line says of them.
type seats struct {
	byCode map[string]*seat
	bySame map[string][]*seat
	byName map[string][]*seat
	lines  map[string]int
}

func (s *seats) add(one *seat) {
	w := who{name: one.Name, term: one.TermID, electing: one.ElectingUnitID}
	if one.Code != "" {
		s.byCode[one.TermID+"|"+key(one.Code)] = one
	}
	s.bySame[w.same()] = append(s.bySame[w.same()], one)
	s.byName[one.TermID+"|"+key(one.Name)] = append(s.byName[one.TermID+"|"+key(one.Name)], one)
}

func (m *matcher) matchSeats() {
	s := &seats{byCode: map[string]*seat{}, bySame: map[string][]*seat{}, byName: map[string][]*seat{}, lines: map[string]int{}}
	for _, one := range m.seats {
		s.add(one)
	}
	var people []who
	for _, l := range m.paper.lines[sheetSeats] {
		w, ok := m.readWho(l)
		if !ok {
			m.readRest(l)
			m.spoilt(l)
			continue
		}
		s.lines[w.same()]++
		people = append(people, w)
	}
	for _, w := range people {
		was, ok := m.sameSeat(s, w)
		if !ok {
			m.spoilt(w.line)
			continue
		}
		m.matchSeat(s, w, was)
	}
}

// readWho reads whose seat a line speaks of; false after saying what is missing.
func (m *matcher) readWho(l *line) (who, bool) {
	w := who{line: l, name: personName(l.cells[colPerson].text), term: m.term(l)}
	if c := l.cells[colPerson]; c.cleared || !l.wrong || c.text != "" {
		if flaw := nameFlaw(w.name); flaw != "" {
			m.reject(l, colPerson, "%s", flaw)
		}
	}
	m.text(l, colCode, &w.code, 32, label)
	c, given := l.given(colElecting)
	switch {
	case given && !c.cleared:
		w.electing = m.refer(l, colElecting, c.text, "选举单位", sheetElecting, m.electingAt, nil)
	case !l.wrong:
		m.reject(l, colElecting, "请填写“%s”。", colElecting)
	}
	return w, w.name != "" && w.term != "" && w.electing != "" && !m.bad[l]
}

// readRest looks for what else is wrong in a line of which it cannot be told
// whose seat it speaks of.
func (m *matcher) readRest(l *line) {
	var nobody seat
	m.readPerson(l, &nobody)
	for _, column := range []string{colHome, colServes} {
		if c, ok := l.given(column); ok {
			m.referAll(l, column, c, "区域", sheetAreas, m.areaAt)
		}
	}
	if c, ok := l.given(colTopics); ok {
		m.referAll(l, colTopics, c, "事项", sheetTopics, m.topicAt)
	}
}

// sameSeat finds the representative that a line speaks of, nil for a new one;
// false after saying why it cannot be told.
func (m *matcher) sameSeat(s *seats, w who) (*seat, bool) {
	if w.code != "" {
		if one := s.byCode[w.term+"|"+key(w.code)]; one != nil {
			if key(one.Name) != key(w.name) && one.ElectingUnitID != w.electing {
				m.reject(w.line, colCode, "编号 %s 已是“%s”（%s）的，与这一行的姓名和选举单位都不同。请核对编号；如果这一列只是序号，请把列名改成“序号”。",
					w.code, one.Name, m.electingAt.ref(one.ElectingUnitID))
				return nil, false
			}
			return one, true
		}
	}
	namesakes := s.bySame[w.same()]
	if w.code != "" {
		namesakes = slices.DeleteFunc(slices.Clone(namesakes), func(one *seat) bool { return one.Code != "" })
		if len(namesakes) == 1 && s.lines[w.same()] > 1 {
			m.reject(w.line, colCode, "系统里有一位还没有编号的“%s”，文件里有 %d 行同名，不能判断是哪一行。请先只导入原有的那一位，为其登记编号，再导入其余的。",
				w.name, s.lines[w.same()])
			return nil, false
		}
	}
	switch len(namesakes) {
	case 0:
		return nil, true
	case 1:
		return namesakes[0], true
	}
	m.reject(w.line, colPerson, "同届同选举单位有 %d 位“%s”，请填写“%s”来区分。", len(namesakes), w.name, colCode)
	return nil, false
}

// matchSeat compares a line with a representative, or makes a new one.
func (m *matcher) matchSeat(s *seats, w who, was *seat) {
	l := w.line
	now := seat{Representative: model.Representative{ID: model.NewID(), TermID: w.term, ElectingUnitID: w.electing, State: model.RepresentativeServing}}
	var old []string
	if was != nil {
		old = m.seatCells(was)
		now = seat{Representative: was.Representative, serves: was.serves, topics: was.topics}
	}
	now.ElectingUnitID = w.electing
	if key(now.Name) != key(w.name) {
		now.Name = w.name
	}
	if key(now.Code) != key(w.code) && w.code != "" {
		now.Code = w.code
	}
	m.readPerson(l, &now)
	m.readPlaces(l, was, &now)
	m.readState(l, was, &now)
	m.claim(l, colPerson, now.ID, "如果是同一位代表，请删去一行；如果是同名的两位，请给两行填写不同的“"+colCode+"”。")
	if was == nil {
		m.noteNamesake(s, w)
		m.seats = append(m.seats, &now)
		s.add(&now)
	}
	cells := m.seatCells(&now)
	if was != nil && slices.Contains(model.RepresentativeFlow().Final, was.State) && !slices.Equal(old, cells) && !m.bad[l] {
		m.reject(l, colPerson, "“%s”的资格已经终止或届满，不能再修改。", was.Name)
	}
	if m.settle(l, w.name, old, cells, false) {
		pinyin.RefreshKeys(&now.Representative)
		keep(&m.plan.seats, was, &now)
	}
}

// noteNamesake says that somebody new has the name of somebody who is there.
func (m *matcher) noteNamesake(s *seats, w who) {
	for _, other := range s.byName[w.term+"|"+key(w.name)] {
		if other.ElectingUnitID != w.electing {
			m.note(w.line.at(colPerson), "同届已有同名的“%s”（%s）。如果是同一位代表，请核对选举单位，或填写代表编号。", w.name, m.electingAt.ref(other.ElectingUnitID))
			return
		}
	}
}

// readPerson reads what is said of the person.
func (m *matcher) readPerson(l *line, now *seat) {
	m.choose(l, colSex, &now.Sex)
	composition := string(now.Composition)
	m.choose(l, colComposition, &composition)
	now.Composition = model.Composition(composition)
	if c, ok := l.given(colBorn); ok {
		year, valid := bornYear(c.text)
		if !valid && !c.cleared {
			m.reject(l, colBorn, "“%s”不像出生年份，请写成 1984 的样子。", cut(label(c.text), 20))
		}
		now.BirthYear = year
	}
	m.text(l, colField, &now.Field, 60, label)
	m.text(l, colPost, &now.Post, 120, several)
	m.text(l, colEmployer, &now.Employer, 120, label)
	m.text(l, colIntroduction, &now.Introduction, model.IntroductionMax, tidy)
	m.officeLine(l, &now.OfficeLine)
}

// several is a text of one line in which line breaks part what belongs apart.
func several(s string) string {
	var all string
	for _, part := range list(s, func(string) bool { return true }) {
		if all != "" {
			all += "、"
		}
		all += part
	}
	return all
}

// readPlaces reads where a representative belongs.
func (m *matcher) readPlaces(l *line, was, now *seat) {
	term := m.termAt.line(now.TermID)
	m.point(l, colDelegation, &now.DelegationID, "代表团", sheetDelegations, m.delegationAt, func(id string) bool {
		return slices.Equal(m.delegationAt.nodes[id].above, term)
	})
	m.point(l, colStudio, &now.StudioID, "工作室", sheetStudios, m.studioAt, nil)
	m.readHome(l, was, now)
	m.readServes(l, was, now)
	if c, ok := l.given(colTopics); ok {
		now.topics = m.referAll(l, colTopics, c, "事项", sheetTopics, m.topicAt)
	}
}

// readHome reads the area a representative belongs to: without a word, that of
// the electing unit.
func (m *matcher) readHome(l *line, was, now *seat) {
	if was != nil {
		m.within(l, colPerson, was.AreaPath)
	}
	c, given := l.given(colHome)
	if given && c.cleared {
		m.reject(l, colHome, "“%s”不能清空。", colHome)
		return
	}
	switch {
	case given:
		now.AreaID = m.refer(l, colHome, c.text, "区域", sheetAreas, m.areaAt, nil)
	case was == nil:
		now.AreaID = m.electingUnit[now.ElectingUnitID].AreaID
	default:
		return
	}
	area := m.area[now.AreaID]
	if area == nil {
		if !m.bad[l] {
			m.reject(l, colHome, "请填写“%s”。", colHome)
		}
		return
	}
	if now.AreaPath = area.Path; !m.bad[l] {
		m.within(l, colHome, area.Path)
	}
}

// readServes reads the areas a representative serves: without a word, a new one
// serves the area it belongs to.
func (m *matcher) readServes(l *line, was, now *seat) {
	c, given := l.given(colServes)
	switch {
	case given:
		now.serves = m.referAll(l, colServes, c, "区域", sheetAreas, m.areaAt)
	case was == nil && now.AreaID != "":
		now.serves = []string{now.AreaID}
	}
	for _, id := range now.serves {
		area := m.area[id]
		if area == nil || was != nil && slices.Contains(was.serves, id) || m.bad[l] {
			continue
		}
		m.within(l, colServes, area.Path)
	}
}

// namesMax bounds the names in one cell.
const namesMax = 200

// referAll finds all records that a cell names.
func (m *matcher) referAll(l *line, column string, c cell, what, where string, in *index) []string {
	var ids []string
	names := list(c.text, func(one string) bool { return len(in.find(label(one))) > 0 })
	if len(names) > namesMax {
		m.reject(l, column, "“%s”最多写 %d 个。", column, namesMax)
		return nil
	}
	for _, name := range names {
		if id := m.refer(l, column, name, what, where, in, nil); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// readState moves a qualification along its workflow. What ends it has
// consequences beyond the roster and is not done here; somebody new may have
// been through all of it elsewhere.
func (m *matcher) readState(l *line, was, now *seat) {
	state := string(now.State)
	m.choose(l, colState, &state)
	to := model.RepresentativeState(state)
	if to == "" {
		m.reject(l, colState, "“%s”不能清空。", colState)
		return
	}
	if was == nil || to == was.State {
		now.State = to
		return
	}
	flow := model.RepresentativeFlow()
	for _, deed := range flow.Deeds(was.State) {
		if next, err := flow.Next(was.State, deed); err != nil || next != to {
			continue
		}
		if slices.Contains(flow.Final, to) {
			m.reject(l, colState, "终止资格和届满不能用导入名册办理：未办结的来信要移交，公示要撤下。请把这一格改回“%s”，到代表变动里办理。", stateWords.show(string(was.State)))
			return
		}
		now.State = to
		return
	}
	m.reject(l, colState, "资格状态不能从“%s”变为“%s”。", stateWords.show(string(was.State)), stateWords.show(state))
}
