package roster

import (
	"slices"
	"strconv"

	"lianxin/model"
	"lianxin/service/pinyin"
)

// levels are the levels of areas, top down.
func levels() []model.AreaLevel {
	return []model.AreaLevel{model.LevelDistrict, model.LevelStreet, model.LevelCommunity}
}

// matchAreas goes top down, so that whatever the order of the lines an area
// stands before those below it.
func (m *matcher) matchAreas() {
	byLevel := map[model.AreaLevel][]*line{}
	for _, l := range m.paper.lines[sheetAreas] {
		var level string
		m.choose(l, colLevel, &level)
		if level == "" {
			if !m.bad[l] && !l.wrong {
				m.reject(l, colLevel, "请填写“%s”：区县、街道 或 社区。", colLevel)
			}
			m.spoilt(l)
			continue
		}
		byLevel[model.AreaLevel(level)] = append(byLevel[model.AreaLevel(level)], l)
	}
	for i, level := range levels() {
		for _, l := range byLevel[level] {
			var above model.AreaLevel
			if i > 0 {
				above = levels()[i-1]
			}
			m.matchArea(l, level, above)
		}
	}
}

func (m *matcher) matchArea(l *line, level, above model.AreaLevel) {
	name := m.name(l, 60)
	parent, ok := m.parentArea(l, above)
	if name == "" || !ok {
		m.spoilt(l)
		return
	}
	var was *model.Area
	for _, id := range m.areaAt.byName[key(name)] {
		if a := m.area[id]; a.Level == level && a.ParentID == parent.ID {
			was = a
		}
	}
	now := model.Area{ID: model.NewID(), ParentID: parent.ID, Level: level, Name: name}
	if was != nil {
		now = *was
	} else {
		keys := pinyin.PlaceKeysFor(name)
		now.Path, now.Pinyin, now.Initials = parent.Path+now.ID+"/", keys.Pinyin, keys.Initials
		if len(now.Path) > 255 {
			m.reject(l, colName, "区域的层级太多。")
		}
	}
	m.number(l, colSort, &now.Sort)
	m.centre(l, &now.Centre)
	m.claim(l, colName, now.ID, "")
	m.within(l, colName, now.Path)
	var old []string
	if was != nil {
		old = m.areaCells(was)
	} else {
		m.addArea(&now)
	}
	if m.settle(l, name, old, m.areaCells(&now), false) {
		keep(&m.plan.areas, was, &now)
	}
}

// centre reads where the middle of an area is.
func (m *matcher) centre(l *line, to *string) {
	c, ok := l.given(colCentre)
	if !ok {
		return
	}
	text := c.text
	if c.cleared {
		text = ""
	}
	centre, ok := readCentre(text)
	if !ok {
		m.reject(l, colCentre, "%s", wrongCentre)
		return
	}
	*to = centre
}

// parentArea finds the area above; none for the topmost level.
func (m *matcher) parentArea(l *line, above model.AreaLevel) (model.Area, bool) {
	c, given := l.given(colAbove)
	if above == "" {
		if given && !c.cleared {
			m.reject(l, colAbove, "区县没有上级区域，请留空。")
		}
		return model.Area{}, true
	}
	if !given || c.cleared {
		m.reject(l, colAbove, "请填写“%s”。", colAbove)
		return model.Area{}, false
	}
	what := levelWords.show(string(above))
	id := m.refer(l, colAbove, c.text, what, sheetAreas, m.areaAt, func(id string) bool { return m.area[id].Level == above })
	if id == "" {
		return model.Area{}, false
	}
	return *m.area[id], true
}

func (m *matcher) matchTerms() {
	for _, l := range m.paper.lines[sheetTerms] {
		name := m.name(l, 60)
		if name == "" {
			m.spoilt(l)
			continue
		}
		var was *model.Term
		if at := slices.IndexFunc(m.terms, func(t *model.Term) bool { return key(t.Name) == key(name) }); at >= 0 {
			was = m.terms[at]
		}
		now := model.Term{ID: model.NewID(), Name: name}
		var old []string
		if was != nil {
			now, old = *was, m.termCells(was)
		}
		m.dayOf(l, colStarts, &now.StartsOn)
		m.dayOf(l, colEnds, &now.EndsOn)
		if now.StartsOn != "" && now.EndsOn != "" && now.EndsOn <= now.StartsOn {
			m.reject(l, colEnds, "结束日期应晚于开始日期。")
		}
		m.claim(l, colName, now.ID, "")
		if was == nil {
			m.addTerm(&now)
		}
		if m.settle(l, name, old, m.termCells(&now), true) {
			keep(&m.plan.terms, was, &now)
		}
	}
}

// dayOf reads a day that must be there.
func (m *matcher) dayOf(l *line, column string, to *string) {
	c, ok := l.given(column)
	if !ok && *to != "" || l.wrong {
		return
	}
	date, valid := day(c.text)
	if !valid {
		m.reject(l, column, "“%s”应是日期，如 2026-07-08。", column)
		return
	}
	*to = date
}

// term finds the term a line speaks of: the one it names, the only one, or the
// one of today.
func (m *matcher) term(l *line) string {
	if c, ok := l.given(colTerm); ok && !c.cleared {
		return m.refer(l, colTerm, c.text, "届次", sheetTerms, m.termAt, nil)
	}
	if len(m.terms) == 1 {
		return m.terms[0].ID
	}
	var now []string
	for _, t := range m.terms {
		if t.StartsOn <= m.today && m.today <= t.EndsOn {
			now = append(now, t.ID)
		}
	}
	switch {
	case len(now) == 1:
		return now[0]
	case len(m.terms) == 0:
		m.reject(l, colTerm, "系统里还没有届次，请在“%s”工作表里添加。", sheetTerms)
	default:
		m.reject(l, colTerm, "系统里有多个届次，请填写“%s”。", colTerm)
	}
	return ""
}

func (m *matcher) matchDelegations() {
	for _, l := range m.paper.lines[sheetDelegations] {
		name, term := m.name(l, 60), m.term(l)
		if name == "" || term == "" {
			m.spoilt(l)
			continue
		}
		var was *model.Delegation
		for _, d := range m.delegations {
			if d.TermID == term && key(d.Name) == key(name) {
				was = d
			}
		}
		now := model.Delegation{ID: model.NewID(), TermID: term, Name: name}
		var old []string
		if was != nil {
			now, old = *was, m.delegationCells(was)
		} else {
			m.addDelegation(&now)
		}
		m.claim(l, colName, now.ID, "")
		if m.settle(l, name, old, m.delegationCells(&now), true) {
			keep(&m.plan.delegations, was, &now)
		}
	}
}

func (m *matcher) matchTopics() {
	for _, l := range m.paper.lines[sheetTopics] {
		name := m.name(l, 30)
		if name == "" {
			m.spoilt(l)
			continue
		}
		var was *model.Topic
		for _, t := range m.topics {
			if key(t.Name) == key(name) {
				was = t
			}
		}
		now := model.Topic{ID: model.NewID(), Name: name}
		var old []string
		if was != nil {
			now, old = *was, m.topicCells(was)
		}
		m.number(l, colSort, &now.Sort)
		m.claim(l, colName, now.ID, "")
		if was == nil {
			m.addTopic(&now)
		}
		if m.settle(l, name, old, m.topicCells(&now), true) {
			keep(&m.plan.topics, was, &now)
		}
	}
}

func (m *matcher) matchUnits() {
	for _, l := range m.paper.lines[sheetUnits] {
		name, area := m.name(l, 120), m.inArea(l)
		if name == "" || area == nil {
			m.spoilt(l)
			continue
		}
		at := slices.IndexFunc(m.units, func(u *model.Unit) bool { return u.AreaID == area.ID && key(u.Name) == key(name) })
		var was *model.Unit
		now := model.Unit{ID: model.NewID(), AreaID: area.ID, AreaPath: area.Path, Name: name, Active: true}
		var old []string
		if at >= 0 {
			was = m.units[at]
			now, old = *was, m.unitCells(was)
		}
		m.text(l, colDuty, &now.Duty, 500, tidy)
		m.officeLine(l, &now.OfficeLine)
		active := strconv.FormatBool(now.Active)
		m.choose(l, colActive, &active)
		now.Active = active == "true"
		m.claim(l, colName, now.ID, "")
		if was == nil {
			m.units = append(m.units, &now)
		}
		if m.settle(l, name, old, m.unitCells(&now), false) {
			keep(&m.plan.units, was, &now)
		}
	}
}

func (m *matcher) matchStudios() {
	for _, l := range m.paper.lines[sheetStudios] {
		name, area := m.name(l, 120), m.inArea(l)
		if name == "" || area == nil {
			m.spoilt(l)
			continue
		}
		at := slices.IndexFunc(m.studios, func(t *model.Studio) bool { return t.AreaID == area.ID && key(t.Name) == key(name) })
		var was *model.Studio
		now := model.Studio{ID: model.NewID(), AreaID: area.ID, AreaPath: area.Path, Name: name}
		var old []string
		if at >= 0 {
			was = m.studios[at]
			now, old = *was, m.studioCells(was)
		}
		m.text(l, colAddress, &now.Address, 200, label)
		m.officeLine(l, &now.OfficeLine)
		m.claim(l, colName, now.ID, "")
		if was == nil {
			m.addStudio(&now)
		}
		if m.settle(l, name, old, m.studioCells(&now), false) {
			keep(&m.plan.studios, was, &now)
		}
	}
}
