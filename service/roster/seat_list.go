package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/pinyin"
	"lianxin/service/store"
)

// Sought narrows a list of representatives; what is empty does not matter. Text
// is a name, its pinyin or initials, a code, a post or an employer. Binding is
// bound, invited or unbound.
type Sought struct {
	Text           string
	AreaID         string
	TermID         string
	ElectingUnitID string
	State          model.RepresentativeState
	Binding        Binding
}

// Binding says whether a seat or a unit has somebody's WeChat.
type Binding string

// A seat is bound, waits for somebody to use the code that was issued, has a code
// that is over, or nothing.
const (
	BindingBound   Binding = "bound"
	BindingInvited Binding = "invited"
	BindingExpired Binding = "expired"
	BindingNone    Binding = "none"
)

// Line is a representative in a list. Until is how long an open code is good.
type Line struct {
	model.Representative

	Term         string
	ElectingUnit string
	Area         string
	Binding      Binding
	Until        *time.Time
}

// Found is a piece of a list, how many there are in all, and where the next piece
// begins.
type Found struct {
	Lines []Line
	Total int
	Next  string
}

// Seats lists the representatives within the actor's areas, by the reading of
// their names. Faults: forbidden, not found for an area that there is not,
// invalid (after).
func (s *Service) Seats(ctx context.Context, by model.Actor, sought Sought, page store.Page) (Found, error) {
	if !by.Permits(model.PermitRosterRead) {
		return Found{}, fault.Forbidden("您没有查看名册的权限。")
	}
	q, err := s.seeking(ctx, by, sought)
	if err != nil {
		return Found{}, err
	}
	total, err := q.Count(ctx, "*")
	if err != nil {
		return Found{}, fmt.Errorf("roster: count representatives: %w", err)
	}
	if page.After != "" {
		spelling, id, err := page.Split()
		if err != nil {
			return Found{}, err
		}
		q = q.Where("(pinyin > ? OR (pinyin = ? AND id > ?))", spelling, spelling, id)
	}
	reps, err := q.Order("pinyin, id").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return Found{}, fmt.Errorf("roster: list representatives: %w", err)
	}
	reps, after := store.Cut(reps, page, func(r model.Representative) string { return store.Cursor(r.Pinyin, r.ID) })
	lines, err := s.lines(ctx, reps)
	return Found{Lines: lines, Total: int(total), Next: after}, err
}

// seeking is the question to the database.
func (s *Service) seeking(ctx context.Context, by model.Actor, sought Sought) (store.Query[model.Representative], error) {
	q := store.From[model.Representative](s.db.Read()).Where(store.WithinAny("area_path", by.AreaPaths(model.PermitRosterRead)))
	if sought.AreaID != "" {
		area, err := store.From[model.Area](s.db.Read()).Where("id = ?", sought.AreaID).Take(ctx)
		if store.IsAbsent(err) {
			return q, fault.NotFound("该区域")
		}
		if err != nil {
			return q, fmt.Errorf("roster: find area: %w", err)
		}
		q = q.Where(store.WithinAny("area_path", []string{area.Path}))
	}
	for column, value := range map[string]string{"term_id": sought.TermID, "electing_unit_id": sought.ElectingUnitID, "state": string(sought.State)} {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	if text := strings.TrimSpace(sought.Text); text != "" {
		condition, args := seekingText(text)
		q = q.Where(condition, args...)
	}
	const invited = "SELECT target_id FROM invitations WHERE kind = ? AND accepted_at IS NULL AND expires_at > ?"
	switch sought.Binding {
	case BindingBound:
		q = q.Where("person_id <> ''")
	case BindingInvited:
		q = q.Where("person_id = '' AND id IN ("+invited+")", model.InvitationRepresentative, s.now())
	case BindingNone, BindingExpired:
		q = q.Where("person_id = '' AND id NOT IN ("+invited+")", model.InvitationRepresentative, s.now())
	}
	return q, nil
}

func seekingText(text string) (string, []any) {
	escape := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace
	within := "%" + escape(text) + "%"
	conditions := []string{"name LIKE ? ESCAPE '!'", "post LIKE ? ESCAPE '!'", "employer LIKE ? ESCAPE '!'", "code = ?"}
	args := []any{within, within, within, text}
	if key := escape(pinyin.Fold(text)); key != "" {
		conditions = append(conditions, "search_keys LIKE ? ESCAPE '!'", "search_keys LIKE ? ESCAPE '!'")
		args = append(args, key+"%", "% "+key+"%")
	}
	return "(" + strings.Join(conditions, " OR ") + ")", args
}

// lines adds the names of what representatives belong to.
func (s *Service) lines(ctx context.Context, reps []model.Representative) ([]Line, error) {
	var ids, areas, terms, electing []string
	for _, r := range reps {
		ids, areas, terms, electing = append(ids, r.ID), append(areas, r.AreaID), append(terms, r.TermID), append(electing, r.ElectingUnitID)
	}
	areaNames, err := namesOf(ctx, s.db.Read(), areas, func(a model.Area) (string, string) { return a.ID, a.Name })
	if err != nil {
		return nil, err
	}
	termNames, err := namesOf(ctx, s.db.Read(), terms, func(t model.Term) (string, string) { return t.ID, t.Name })
	if err != nil {
		return nil, err
	}
	electingNames, err := namesOf(ctx, s.db.Read(), electing, func(e model.ElectingUnit) (string, string) { return e.ID, e.Name })
	if err != nil {
		return nil, err
	}
	open, err := s.openInvitations(ctx, model.InvitationRepresentative, ids)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, 0, len(reps))
	for _, r := range reps {
		line := Line{Representative: r, Term: termNames[r.TermID], ElectingUnit: electingNames[r.ElectingUnitID], Area: areaNames[r.AreaID]}
		line.Binding, line.Until = s.binding(open, r.ID, r.PersonID != "")
		lines = append(lines, line)
	}
	return lines, nil
}

// binding says where a seat or a unit stands with its code.
func (s *Service) binding(open map[string]model.Invitation, id string, bound bool) (Binding, *time.Time) {
	invitation, issued := open[id]
	switch {
	case issued && invitation.ExpiresAt.After(s.now()) && !bound:
		return BindingInvited, &invitation.ExpiresAt
	case bound:
		return BindingBound, nil
	case issued:
		return BindingExpired, nil
	}
	return BindingNone, nil
}

// openInvitations are the codes that were issued and not used, by their target.
func (s *Service) openInvitations(ctx context.Context, kind model.InvitationKind, ids []string) (map[string]model.Invitation, error) {
	open := map[string]model.Invitation{}
	for some := range slices.Chunk(ids, batch) {
		found, err := store.From[model.Invitation](s.db.Read()).Where("kind = ? AND target_id IN ? AND accepted_at IS NULL", kind, some).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("roster: read invitations: %w", err)
		}
		for _, one := range found {
			open[one.TargetID] = one
		}
	}
	return open, nil
}

func namesOf[T any](ctx context.Context, db *gorm.DB, ids []string, name func(T) (id, words string)) (map[string]string, error) {
	names := map[string]string{}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return names, nil
	}
	rows, err := store.From[T](db).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("roster: read names: %w", err)
	}
	for _, row := range rows {
		id, words := name(row)
		names[id] = words
	}
	return names, nil
}

// Sheet is all that the roster says of one representative. Spelled is how the
// tables read the name; Open counts the messages that wait for this
// representative. Deeds are the steps of the qualification from here.
type Sheet struct {
	Line

	Serves  []string
	Topics  []string
	Spelled string
	Open    int
	Deeds   []model.RepresentativeDeed
}

// Seat shows a representative, and notes that it was looked at. Fault: not found
// outside the actor's areas.
func (s *Service) Seat(ctx context.Context, by model.Actor, id string) (Sheet, error) {
	var one *seat
	var open int64
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		var err error
		if one, err = seatIn(ctx, tx, by, model.PermitRosterRead, id); err != nil {
			return err
		}
		open, err = store.From[model.Message](tx).Where("holder_id = ? AND state IN ?", id, model.MessageFlow().Open()).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("roster: count open messages: %w", err)
		}
		return audit.Record(ctx, tx, by, "representative.read", audit.Target{Kind: "representative", ID: id, AreaPath: one.AreaPath}, s.now())
	})
	if err != nil {
		return Sheet{}, err
	}
	lines, err := s.lines(ctx, []model.Representative{one.Representative})
	if err != nil {
		return Sheet{}, err
	}
	return Sheet{
		Line: lines[0], Serves: one.serves, Topics: one.topics, Spelled: pinyin.Spelled(one.Name), Open: int(open),
		Deeds: model.RepresentativeFlow().Deeds(one.State),
	}, nil
}

// Places is everything between areas and people, by kind. All of it can be
// named in forms; what may be changed is said by the actor's areas.
type Places struct {
	Areas         []model.Area
	Addresses     []model.AreaAddress
	Organisations []model.Organisation
	ElectingUnits []model.ElectingUnit
	Units         []UnitLine
	Studios       []model.Studio
	Terms         []model.Term
	Delegations   []model.Delegation
	Topics        []model.Topic
	// Everywhere says that the actor may change what belongs to no area.
	Everywhere bool
}

// UnitLine is a unit with how many officers are bound, and its open code.
type UnitLine struct {
	model.Unit

	Officers int
	Binding  Binding
	Until    *time.Time
}

// Places lists areas, bodies, terms and topics. Fault: forbidden.
func (s *Service) Places(ctx context.Context, by model.Actor) (Places, error) {
	if !by.Permits(model.PermitRosterRead) {
		return Places{}, fault.Forbidden("您没有查看名册的权限。")
	}
	there, err := readPlaces(ctx, s.db.Read())
	if err != nil {
		return Places{}, err
	}
	p := Places{
		Areas: flat(there.areas), Organisations: flat(there.organisations), ElectingUnits: flat(there.electing), Studios: flat(there.studios),
		Terms: flat(there.terms), Delegations: flat(there.delegations), Topics: flat(there.topics), Everywhere: there.mayEverywhere(by),
	}
	if p.Addresses, err = store.From[model.AreaAddress](s.db.Read()).Order("area_id, road, from_number").Find(ctx); err != nil {
		return Places{}, fmt.Errorf("roster: read addresses: %w", err)
	}
	p.Units, err = s.unitLines(ctx, there.units)
	return p, err
}

func flat[T any](all []*T) []T {
	rows := make([]T, 0, len(all))
	for _, one := range all {
		rows = append(rows, *one)
	}
	return rows
}

func (s *Service) unitLines(ctx context.Context, units []*model.Unit) ([]UnitLine, error) {
	var ids []string
	for _, u := range units {
		ids = append(ids, u.ID)
	}
	open, err := s.openInvitations(ctx, model.InvitationUnitOfficer, ids)
	if err != nil {
		return nil, err
	}
	grants, err := store.From[model.Grant](s.db.Read()).Where("role = ?", model.RoleUnitOfficer).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("roster: count officers: %w", err)
	}
	officers := map[string]int{}
	for _, g := range grants {
		officers[g.UnitID]++
	}
	lines := make([]UnitLine, 0, len(units))
	for _, u := range units {
		line := UnitLine{Unit: *u, Officers: officers[u.ID]}
		line.Binding, line.Until = s.binding(open, u.ID, false)
		if line.Binding == BindingNone && line.Officers > 0 {
			line.Binding = BindingBound
		}
		lines = append(lines, line)
	}
	return lines, nil
}
