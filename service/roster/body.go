package roster

import (
	"context"
	"slices"
	"time"

	"lianxin/model"
)

// OrganisationForm is what is said of a party organisation.
type OrganisationForm struct {
	Name     string
	Kind     model.OrganisationKind
	AreaID   string
	ParentID string
}

var organisationShelf = shelf[model.Organisation]{
	kind: "organisation", words: "该党组织", place: "area_id",
	all:  func(s *standing) []*model.Organisation { return s.organisations },
	mark: func(o *model.Organisation) (*string, *int) { return &o.ID, &o.Revision },
	path: func(s *standing, o *model.Organisation) string { return s.pathOf(o.AreaID) },
	columns: func(o *model.Organisation) map[string]any {
		return map[string]any{"name": o.Name, "kind": o.Kind, "area_id": o.AreaID, "parent_id": o.ParentID}
	},
}

// nowhere is the path of what lies in no area that there is: nobody may write it.
const nowhere = "-"

func (s *standing) pathOf(areaID string) string {
	if a := s.area[areaID]; a != nil {
		return a.Path
	}
	return nowhere
}

// SaveOrganisation adds or changes a party organisation. Faults: forbidden, not
// found, conflict, invalid (name, kind, area_id, parent_id).
func (s *Service) SaveOrganisation(ctx context.Context, by model.Actor, known Known, f OrganisationForm) (model.Organisation, error) {
	return save(ctx, s, by, organisationShelf, known, func(e *edit[model.Organisation]) {
		id := e.newID(known)
		e.now = model.Organisation{
			ID: id, Revision: e.now.Revision, Name: e.named(f.Name, 120), Kind: f.Kind, AreaID: e.areaNamed("area_id", f.AreaID).ID,
			ParentID: e.orNothing("parent_id", f.ParentID, e.organisation[f.ParentID] != nil),
		}
		if e.under(id, f.ParentID) {
			e.wrong("parent_id", "党组织不能在自己或自己的下级之下。")
		}
		e.once(e.now.Name, slices.ContainsFunc(e.organisations, func(o *model.Organisation) bool {
			return o.ID != id && o.AreaID == f.AreaID && o.ParentID == f.ParentID && key(o.Name) == key(e.now.Name)
		}))
	}, nil)
}

// newID is the id of the record that is edited, or a fresh one.
func (e *edit[T]) newID(known Known) string {
	if known.ID != "" {
		return known.ID
	}
	return model.NewID()
}

// once refuses a name that is there already.
func (w *wrongs) once(name string, twice bool) {
	if twice && name != "" {
		w.wrong("name", "已经有“%s”了。", name)
	}
}

// under reports whether a parent is the organisation itself or stands below it.
func (s *standing) under(id, parent string) bool {
	for steps := 0; parent != "" && steps <= len(s.organisations); steps++ {
		if parent == id {
			return true
		}
		above := s.organisation[parent]
		if above == nil {
			return false
		}
		parent = above.ParentID
	}
	return false
}

// ElectingUnitForm is what is said of an electing unit.
type ElectingUnitForm struct {
	Name           string
	AreaID         string
	OrganisationID string
}

var electingShelf = shelf[model.ElectingUnit]{
	kind: "electing_unit", words: "该选举单位", place: "area_id",
	all:  func(s *standing) []*model.ElectingUnit { return s.electing },
	mark: func(u *model.ElectingUnit) (*string, *int) { return &u.ID, &u.Revision },
	path: func(s *standing, u *model.ElectingUnit) string { return s.pathOf(u.AreaID) },
	columns: func(u *model.ElectingUnit) map[string]any {
		return map[string]any{"name": u.Name, "area_id": u.AreaID, "organisation_id": u.OrganisationID}
	},
}

// SaveElectingUnit adds or changes an electing unit. Faults: forbidden, not
// found, conflict, invalid (name, area_id, organisation_id).
func (s *Service) SaveElectingUnit(ctx context.Context, by model.Actor, known Known, f ElectingUnitForm) (model.ElectingUnit, error) {
	return save(ctx, s, by, electingShelf, known, func(e *edit[model.ElectingUnit]) {
		id := e.newID(known)
		e.now = model.ElectingUnit{
			ID: id, Revision: e.now.Revision, Name: e.named(f.Name, 120), AreaID: e.areaNamed("area_id", f.AreaID).ID,
			OrganisationID: e.orNothing("organisation_id", f.OrganisationID, e.organisation[f.OrganisationID] != nil),
		}
		e.once(e.now.Name, slices.ContainsFunc(e.electing, func(u *model.ElectingUnit) bool {
			return u.ID != id && u.AreaID == f.AreaID && key(u.Name) == key(e.now.Name)
		}))
	}, nil)
}

// UnitForm is what is said of a unit that handles messages.
type UnitForm struct {
	Name       string
	AreaID     string
	Duty       string
	OfficeLine string
	Active     bool
}

var unitShelf = shelf[model.Unit]{
	kind: "unit", words: "该承办单位", place: "area_id",
	all:  func(s *standing) []*model.Unit { return s.units },
	mark: func(u *model.Unit) (*string, *int) { return &u.ID, &u.Revision },
	path: func(_ *standing, u *model.Unit) string { return u.AreaPath },
	columns: func(u *model.Unit) map[string]any {
		return map[string]any{"name": u.Name, "area_id": u.AreaID, "area_path": u.AreaPath, "duty": u.Duty, "office_line": u.OfficeLine, "active": u.Active}
	},
}

// SaveUnit adds or changes a unit. Faults: forbidden, not found, conflict,
// invalid (name, area_id, duty, office_line).
func (s *Service) SaveUnit(ctx context.Context, by model.Actor, known Known, f UnitForm) (model.Unit, error) {
	return save(ctx, s, by, unitShelf, known, func(e *edit[model.Unit]) {
		id, area := e.newID(known), e.areaNamed("area_id", f.AreaID)
		e.now = model.Unit{
			ID: id, Revision: e.now.Revision, Name: e.named(f.Name, 120), AreaID: area.ID, AreaPath: area.Path,
			Duty: e.text("duty", f.Duty, 500, tidy), OfficeLine: e.line("office_line", f.OfficeLine), Active: f.Active,
		}
		e.once(e.now.Name, slices.ContainsFunc(e.units, func(u *model.Unit) bool {
			return u.ID != id && u.AreaID == f.AreaID && key(u.Name) == key(e.now.Name)
		}))
	}, nil)
}

// StudioForm is what is said of a studio.
type StudioForm struct {
	Name       string
	AreaID     string
	Address    string
	OfficeLine string
}

var studioShelf = shelf[model.Studio]{
	kind: "studio", words: "该工作室", place: "area_id",
	all:  func(s *standing) []*model.Studio { return s.studios },
	mark: func(t *model.Studio) (*string, *int) { return &t.ID, &t.Revision },
	path: func(_ *standing, t *model.Studio) string { return t.AreaPath },
	columns: func(t *model.Studio) map[string]any {
		return map[string]any{"name": t.Name, "area_id": t.AreaID, "area_path": t.AreaPath, "address": t.Address, "office_line": t.OfficeLine}
	},
}

// SaveStudio adds or changes a studio. Faults: forbidden, not found, conflict,
// invalid (name, area_id, address, office_line).
func (s *Service) SaveStudio(ctx context.Context, by model.Actor, known Known, f StudioForm) (model.Studio, error) {
	return save(ctx, s, by, studioShelf, known, func(e *edit[model.Studio]) {
		id, area := e.newID(known), e.areaNamed("area_id", f.AreaID)
		e.now = model.Studio{
			ID: id, Revision: e.now.Revision, Name: e.named(f.Name, 120), AreaID: area.ID, AreaPath: area.Path,
			Address: e.text("address", f.Address, 200, label), OfficeLine: e.line("office_line", f.OfficeLine),
		}
		e.once(e.now.Name, slices.ContainsFunc(e.studios, func(t *model.Studio) bool {
			return t.ID != id && t.AreaID == f.AreaID && key(t.Name) == key(e.now.Name)
		}))
	}, nil)
}

// TermForm is what is said of a term; days are written 2026-07-08.
type TermForm struct {
	Name     string
	StartsOn string
	EndsOn   string
}

var termShelf = shelf[model.Term]{
	kind: "term", words: "该届次",
	all:  func(s *standing) []*model.Term { return s.terms },
	mark: func(t *model.Term) (*string, *int) { return &t.ID, &t.Revision },
	path: func(*standing, *model.Term) string { return everywhere },
	columns: func(t *model.Term) map[string]any {
		return map[string]any{"name": t.Name, "starts_on": t.StartsOn, "ends_on": t.EndsOn}
	},
}

// SaveTerm adds or changes a term. Faults: forbidden, not found, conflict,
// invalid (name, starts_on, ends_on).
func (s *Service) SaveTerm(ctx context.Context, by model.Actor, known Known, f TermForm) (model.Term, error) {
	return save(ctx, s, by, termShelf, known, func(e *edit[model.Term]) {
		id := e.newID(known)
		e.now = model.Term{ID: id, Revision: e.now.Revision, Name: e.named(f.Name, 60), StartsOn: f.StartsOn, EndsOn: f.EndsOn}
		for _, day := range []struct{ field, text string }{{"starts_on", f.StartsOn}, {"ends_on", f.EndsOn}} {
			if _, err := time.Parse(time.DateOnly, day.text); err != nil {
				e.wrong(day.field, "请填写日期，如 2026-07-08。")
			}
		}
		if len(e.fields) == 0 && f.EndsOn <= f.StartsOn {
			e.wrong("ends_on", "结束日期应晚于开始日期。")
		}
		e.once(e.now.Name, slices.ContainsFunc(e.terms, func(t *model.Term) bool { return t.ID != id && key(t.Name) == key(e.now.Name) }))
	}, nil)
}

// DelegationForm is what is said of a delegation.
type DelegationForm struct {
	Name   string
	TermID string
}

var delegationShelf = shelf[model.Delegation]{
	kind: "delegation", words: "该代表团",
	all:     func(s *standing) []*model.Delegation { return s.delegations },
	mark:    func(d *model.Delegation) (*string, *int) { return &d.ID, &d.Revision },
	path:    func(*standing, *model.Delegation) string { return everywhere },
	columns: func(d *model.Delegation) map[string]any { return map[string]any{"name": d.Name} },
}

// SaveDelegation adds a delegation, or gives one another name: it stays in its
// term. Faults: forbidden, not found, conflict, invalid (name, term_id).
func (s *Service) SaveDelegation(ctx context.Context, by model.Actor, known Known, f DelegationForm) (model.Delegation, error) {
	return save(ctx, s, by, delegationShelf, known, func(e *edit[model.Delegation]) {
		e.now.ID, e.now.Name = e.newID(known), e.named(f.Name, 60)
		if e.was == nil {
			e.now.TermID = f.TermID
		}
		if !slices.ContainsFunc(e.terms, func(t *model.Term) bool { return t.ID == e.now.TermID }) {
			e.wrong("term_id", "请选择届次。")
		}
		e.once(e.now.Name, slices.ContainsFunc(e.delegations, func(d *model.Delegation) bool {
			return d.ID != e.now.ID && d.TermID == e.now.TermID && key(d.Name) == key(e.now.Name)
		}))
	}, nil)
}

// TopicForm is what is said of a topic.
type TopicForm struct {
	Name string
	Sort int
}

var topicShelf = shelf[model.Topic]{
	kind: "topic", words: "该事项",
	all:     func(s *standing) []*model.Topic { return s.topics },
	mark:    func(t *model.Topic) (*string, *int) { return &t.ID, &t.Revision },
	path:    func(*standing, *model.Topic) string { return everywhere },
	columns: func(t *model.Topic) map[string]any { return map[string]any{"name": t.Name, "sort": t.Sort} },
}

// SaveTopic adds or changes a topic. Faults: forbidden, not found, conflict,
// invalid (name).
func (s *Service) SaveTopic(ctx context.Context, by model.Actor, known Known, f TopicForm) (model.Topic, error) {
	return save(ctx, s, by, topicShelf, known, func(e *edit[model.Topic]) {
		id := e.newID(known)
		e.now = model.Topic{ID: id, Revision: e.now.Revision, Name: e.named(f.Name, 30), Sort: f.Sort}
		e.once(e.now.Name, slices.ContainsFunc(e.topics, func(t *model.Topic) bool { return t.ID != id && key(t.Name) == key(e.now.Name) }))
	}, nil)
}
