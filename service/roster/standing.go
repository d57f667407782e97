package roster

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// standing is the roster as it stands: the records of the database, and while a
// file is compared with it, those of the file as well.
type standing struct {
	areas         []*model.Area
	terms         []*model.Term
	delegations   []*model.Delegation
	organisations []*model.Organisation
	electing      []*model.ElectingUnit
	units         []*model.Unit
	topics        []*model.Topic
	studios       []*model.Studio
	seats         []*seat

	area         map[string]*model.Area
	areaAt       *index
	termAt       *index
	delegationAt *index
	organisation map[string]*model.Organisation
	orgAt        *index
	electingUnit map[string]*model.ElectingUnit
	electingAt   *index
	topicAt      *index
	studioAt     *index
}

// seat is a representative with the areas served and the topics known.
type seat struct {
	model.Representative

	serves []string
	topics []string
}

func newStanding() *standing {
	return &standing{
		area: map[string]*model.Area{}, organisation: map[string]*model.Organisation{}, electingUnit: map[string]*model.ElectingUnit{},
		areaAt: newIndex(), termAt: newIndex(), delegationAt: newIndex(), orgAt: newIndex(), electingAt: newIndex(),
		topicAt: newIndex(), studioAt: newIndex(),
	}
}

// readStanding reads the roster.
func readStanding(ctx context.Context, db *gorm.DB) (*standing, error) {
	s, err := readPlaces(ctx, db)
	if err != nil {
		return nil, err
	}
	return s, s.readSeats(ctx, db)
}

// readPlaces reads the roster without the people.
func readPlaces(ctx context.Context, db *gorm.DB) (*standing, error) {
	s := newStanding()
	areas, err := all[model.Area](ctx, db, "path")
	if err != nil {
		return nil, err
	}
	for _, a := range areas {
		s.addArea(a)
	}
	terms, err := all[model.Term](ctx, db, "starts_on, id")
	if err != nil {
		return nil, err
	}
	for _, t := range terms {
		s.addTerm(t)
	}
	return s, s.readBodies(ctx, db)
}

// readBodies reads what stands between areas and people.
func (s *standing) readBodies(ctx context.Context, db *gorm.DB) error {
	organisations, err := all[model.Organisation](ctx, db, "id")
	if err != nil {
		return err
	}
	for _, o := range organisations {
		s.organisation[o.ID] = o
	}
	for _, o := range organisations {
		s.addOrganisation(o)
	}
	delegations, err := all[model.Delegation](ctx, db, "name, id")
	if err != nil {
		return err
	}
	for _, d := range delegations {
		s.addDelegation(d)
	}
	electing, err := all[model.ElectingUnit](ctx, db, "name, id")
	if err != nil {
		return err
	}
	for _, e := range electing {
		s.addElecting(e)
	}
	if s.units, err = all[model.Unit](ctx, db, "name, id"); err != nil {
		return err
	}
	topics, err := all[model.Topic](ctx, db, "sort, id")
	if err != nil {
		return err
	}
	for _, t := range topics {
		s.addTopic(t)
	}
	studios, err := all[model.Studio](ctx, db, "name, id")
	for _, t := range studios {
		s.addStudio(t)
	}
	return err
}

func (s *standing) readSeats(ctx context.Context, db *gorm.DB) error {
	reps, err := all[model.Representative](ctx, db, "term_id, electing_unit_id, pinyin, id")
	if err != nil {
		return err
	}
	seats := make(map[string]*seat, len(reps))
	for _, r := range reps {
		one := &seat{Representative: *r}
		seats[r.ID] = one
		s.seats = append(s.seats, one)
	}
	serves, err := all[model.RepresentativeArea](ctx, db, "representative_id, area_id")
	if err != nil {
		return err
	}
	for _, x := range serves {
		if one := seats[x.RepresentativeID]; one != nil {
			one.serves = append(one.serves, x.AreaID)
		}
	}
	topics, err := all[model.RepresentativeTopic](ctx, db, "representative_id, topic_id")
	for _, x := range topics {
		if one := seats[x.RepresentativeID]; one != nil {
			one.topics = append(one.topics, x.TopicID)
		}
	}
	return err
}

// all reads every row of a table.
func all[T any](ctx context.Context, db *gorm.DB, order string) ([]*T, error) {
	rows, err := store.From[T](db).Order(order).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("roster: read standing: %w", err)
	}
	pointers := make([]*T, len(rows))
	for i := range rows {
		pointers[i] = &rows[i]
	}
	return pointers, nil
}

func (s *standing) addArea(a *model.Area) {
	s.areas = append(s.areas, a)
	s.area[a.ID] = a
	s.areaAt.add(a.ID, a.Name, s.areaAt.line(a.ParentID))
}

func (s *standing) addTerm(t *model.Term) {
	s.terms = append(s.terms, t)
	s.termAt.add(t.ID, t.Name, nil)
}

func (s *standing) addDelegation(d *model.Delegation) {
	s.delegations = append(s.delegations, d)
	s.delegationAt.add(d.ID, d.Name, s.termAt.line(d.TermID))
}

func (s *standing) addOrganisation(o *model.Organisation) {
	s.organisations = append(s.organisations, o)
	s.organisation[o.ID] = o
	s.orgAt.add(o.ID, o.Name, s.aboveOrganisation(o))
}

// aboveOrganisation lists the organisations above one and then its areas.
func (s *standing) aboveOrganisation(o *model.Organisation) []string {
	var above []string
	for parent, steps := s.organisation[o.ParentID], 0; parent != nil && steps < 20; parent, steps = s.organisation[parent.ParentID], steps+1 {
		above = append(above, parent.Name)
	}
	return append(above, s.areaAt.line(o.AreaID)...)
}

func (s *standing) addElecting(e *model.ElectingUnit) {
	s.electing = append(s.electing, e)
	s.electingUnit[e.ID] = e
	s.electingAt.add(e.ID, e.Name, s.areaAt.line(e.AreaID))
}

func (s *standing) addTopic(t *model.Topic) {
	s.topics = append(s.topics, t)
	s.topicAt.add(t.ID, t.Name, nil)
}

func (s *standing) addStudio(t *model.Studio) {
	s.studios = append(s.studios, t)
	s.studioAt.add(t.ID, t.Name, s.areaAt.line(t.AreaID))
}

// The cells of a record, in the order of its layout. What is exported and what
// is compared is the same, so that what was exported changes nothing.

func (s *standing) areaCells(a *model.Area) []string {
	return []string{levelWords.show(string(a.Level)), a.Name, s.areaAt.ref(a.ParentID), strconv.Itoa(a.Sort), a.Centre}
}

func (s *standing) termCells(t *model.Term) []string { return []string{t.Name, t.StartsOn, t.EndsOn} }

func (s *standing) delegationCells(d *model.Delegation) []string {
	return []string{s.termAt.ref(d.TermID), d.Name}
}

func (s *standing) organisationCells(o *model.Organisation) []string {
	return []string{o.Name, organisationWords.show(string(o.Kind)), s.areaAt.ref(o.AreaID), s.orgAt.ref(o.ParentID)}
}

func (s *standing) electingCells(e *model.ElectingUnit) []string {
	return []string{e.Name, s.areaAt.ref(e.AreaID), s.orgAt.ref(e.OrganisationID)}
}

func (s *standing) unitCells(u *model.Unit) []string {
	return []string{u.Name, s.areaAt.ref(u.AreaID), u.Duty, u.OfficeLine, activeWords.show(strconv.FormatBool(u.Active))}
}

func (s *standing) topicCells(t *model.Topic) []string { return []string{t.Name, strconv.Itoa(t.Sort)} }

func (s *standing) studioCells(t *model.Studio) []string {
	return []string{t.Name, s.areaAt.ref(t.AreaID), t.Address, t.OfficeLine}
}

func (s *standing) seatCells(r *seat) []string {
	born := ""
	if r.BirthYear != 0 {
		born = strconv.Itoa(r.BirthYear)
	}
	return []string{
		r.Code, r.Name, sexWords.show(r.Sex), born, s.termAt.ref(r.TermID), s.electingAt.ref(r.ElectingUnitID),
		s.delegationAt.ref(r.DelegationID), s.areaAt.ref(r.AreaID), s.areaAt.refs(r.serves), s.studioAt.ref(r.StudioID),
		compositionWords.show(string(r.Composition)), r.Field, r.Post, r.Employer, s.topicAt.refs(r.topics), r.Introduction,
		r.OfficeLine, stateWords.show(string(r.State)),
	}
}

// refs names several records, in an order that does not depend on their ids.
func (x *index) refs(ids []string) string {
	var names []string
	for _, id := range ids {
		if name := x.ref(id); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "；")
}
