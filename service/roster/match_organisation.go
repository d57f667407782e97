package roster

import (
	"slices"

	"lianxin/model"
)

// matchOrganisations goes from those whose parent is known to those below them,
// whatever the order of the lines.
func (m *matcher) matchOrganisations() {
	waiting := slices.Clone(m.paper.lines[sheetOrganisations])
	reserved := m.reserve(waiting)
	for progress := true; progress && len(waiting) > 0; {
		progress = false
		var later []*line
		for _, l := range waiting {
			c, given := l.given(colParent)
			if given && !c.cleared && len(m.orgAt.find(label(c.text))) == 0 {
				later = append(later, l)
				continue
			}
			m.matchOrganisation(l, reserved)
			progress = true
		}
		waiting = later
	}
	for _, l := range waiting {
		m.matchOrganisation(l, reserved) // says that there is no such parent
	}
}

// reserve notes the organisations that a line names exactly, with the one above
// them, so that no other line takes them for one that was moved.
func (m *matcher) reserve(lines []*line) map[string]*line {
	reserved := map[string]*line{}
	for _, l := range lines {
		c, given := l.given(colParent)
		for _, o := range m.namesakes(l) {
			if !given || slices.Contains(m.orgAt.find(label(c.text)), o.ParentID) || c.cleared && o.ParentID == "" {
				if reserved[o.ID] == nil && given {
					reserved[o.ID] = l
				}
			}
		}
	}
	return reserved
}

// namesakes are the organisations with the name and the area of a line.
func (m *matcher) namesakes(l *line) []*model.Organisation {
	var found []*model.Organisation
	areas := m.areaAt.find(label(l.cells[colArea].text))
	for _, id := range m.orgAt.byName[key(l.cells[colName].text)] {
		if o := m.organisation[id]; slices.Contains(areas, o.AreaID) {
			found = append(found, o)
		}
	}
	return found
}

func (m *matcher) matchOrganisation(l *line, reserved map[string]*line) {
	name, area := m.name(l, 120), m.inArea(l)
	var parent string
	c, given := l.given(colParent)
	if given && !c.cleared {
		parent = m.refer(l, colParent, c.text, "党组织", sheetOrganisations, m.orgAt, nil)
	}
	if name == "" || area == nil {
		m.spoilt(l)
		return
	}
	was, ok := m.sameOrganisation(l, reserved, parent, given)
	if !ok {
		m.spoilt(l)
		return
	}
	now := model.Organisation{ID: model.NewID(), AreaID: area.ID, Name: name}
	var old []string
	if was != nil {
		now, old = *was, m.organisationCells(was)
	}
	kind := string(now.Kind)
	m.choose(l, colKind, &kind)
	if now.Kind = model.OrganisationKind(kind); kind == "" && !m.bad[l] && !l.wrong {
		m.reject(l, colKind, "请填写“%s”：%s。", colKind, joined(organisationWords.list()))
	}
	if given {
		now.ParentID = parent
	}
	if was != nil && m.circular(now.ID, parent) {
		m.reject(l, colParent, "党组织不能在自己的下级之下。")
	}
	m.claim(l, colName, now.ID, "如果是两个党组织，请填写不同的“"+colParent+"”。")
	if was == nil {
		m.addOrganisation(&now)
	}
	if m.settle(l, name, old, m.organisationCells(&now), false) {
		keep(&m.plan.organisations, was, &now)
	}
}

// sameOrganisation finds the organisation that a line speaks of, nil for a new
// one; false after saying why it cannot be told.
func (m *matcher) sameOrganisation(l *line, reserved map[string]*line, parent string, given bool) (*model.Organisation, bool) {
	namesakes := m.namesakes(l)
	if given {
		for _, o := range namesakes {
			if o.ParentID == parent {
				return o, true
			}
		}
		namesakes = slices.DeleteFunc(namesakes, func(o *model.Organisation) bool { return reserved[o.ID] != nil || m.claimed[o.ID] != nil })
	}
	switch len(namesakes) {
	case 0:
		return nil, true
	case 1:
		return namesakes[0], true
	}
	m.reject(l, colParent, "这个区域里有 %d 个同名的党组织，请填写“%s”。", len(namesakes), colParent)
	return nil, false
}

// circular reports whether a parent stands below the organisation itself.
func (m *matcher) circular(id, parent string) bool {
	for steps := 0; parent != "" && steps <= len(m.organisations); steps++ {
		if parent == id {
			return true
		}
		above := m.organisation[parent]
		if above == nil {
			return false
		}
		parent = above.ParentID
	}
	return false
}

func (m *matcher) matchElecting() {
	for _, l := range m.paper.lines[sheetElecting] {
		name, area := m.name(l, 120), m.inArea(l)
		if name == "" || area == nil {
			m.spoilt(l)
			continue
		}
		var was *model.ElectingUnit
		for _, id := range m.electingAt.byName[key(name)] {
			if e := m.electingUnit[id]; e.AreaID == area.ID {
				was = e
			}
		}
		now := model.ElectingUnit{ID: model.NewID(), AreaID: area.ID, Name: name}
		var old []string
		if was != nil {
			now, old = *was, m.electingCells(was)
		}
		m.point(l, colOrganisation, &now.OrganisationID, "党组织", sheetOrganisations, m.orgAt, nil)
		m.claim(l, colName, now.ID, "")
		if was == nil {
			m.addElecting(&now)
		}
		if m.settle(l, name, old, m.electingCells(&now), false) {
			keep(&m.plan.electing, was, &now)
		}
	}
}
