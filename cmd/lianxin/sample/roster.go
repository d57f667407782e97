package sample

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/pinyin"
	"lianxin/service/store"
)

// The name of the district, and the congress its representatives sit in.
const (
	district    = "临江区"
	termName    = "中国共产党临江区第十三次代表大会"
	termStarts  = "2026-07-08"
	termEnds    = "2031-07-07"
	insertBatch = 100
)

// roster is the standing of the district: every row of it, and the ids by the
// names under which the story speaks of them.
type roster struct {
	at    time.Time
	ids   map[string]string
	wrong []error

	areas           []model.Area
	paths           map[string]string
	addresses       []model.AreaAddress
	organisations   []model.Organisation
	term            model.Term
	delegations     []model.Delegation
	delegationOf    map[string]string
	electing        []model.ElectingUnit
	topics          []model.Topic
	units           []model.Unit
	studios         []model.Studio
	hours           []model.StudioHour
	duties          []model.StudioDuty
	representatives []model.Representative
	serves          []model.RepresentativeArea
	helps           []model.RepresentativeTopic
}

// kinds of names; a street and its studio are called the same.
const (
	anArea           = "area"
	anOrganisation   = "organisation"
	aDelegation      = "delegation"
	anElectingUnit   = "electing unit"
	aTopic           = "topic"
	aUnit            = "unit"
	aStudio          = "studio"
	aRepresentative  = "representative"
	officeLineFormat = "0000-86%06d"
)

// newRoster puts the district together out of the tables.
func newRoster(at time.Time) (*roster, error) {
	r := &roster{
		at: at, ids: map[string]string{}, paths: map[string]string{}, delegationOf: map[string]string{},
		term: model.Term{ID: model.NewID(), Name: termName, StartsOn: termStarts, EndsOn: termEnds},
	}
	for _, part := range []struct {
		file string
		add  func(i int, line row)
	}{
		{"areas.csv", r.addArea},
		{"addresses.csv", r.addAddress},
		{"electing.csv", r.addElecting},
		{"topics.csv", r.addTopic},
		{"units.csv", r.addUnit},
		{"studios.csv", r.addStudio},
		{"representatives.csv", r.addRepresentative},
		{"studios.csv", r.addRota},
	} {
		lines, err := table(part.file)
		if err != nil {
			return nil, err
		}
		for i, line := range lines {
			part.add(i, line)
		}
	}
	return r, errors.Join(r.wrong...)
}

// name gives a new id to a name of a kind.
func (r *roster) name(kind, name string) string {
	id := model.NewID()
	r.ids[kind+" "+name] = id
	return id
}

// find gives the id of a name; a name that there is not is noted as wrong.
func (r *roster) find(kind, name string) string {
	id, ok := r.ids[kind+" "+name]
	if !ok {
		r.wrong = append(r.wrong, fmt.Errorf("sample: no %s is called %q", kind, name))
	}
	return id
}

func (r *roster) addArea(i int, line row) {
	name, parent := line["name"], line["parent"]
	a := model.Area{ID: r.name(anArea, name), Level: model.AreaLevel(line["level"]), Name: name, Sort: i, Centre: line["centre"]}
	if parent != "" {
		a.ParentID = r.find(anArea, parent)
	}
	a.Pinyin, a.Initials = pinyin.Text(name)
	a.Path = r.paths[parent] + a.ID + "/"
	r.paths[name] = a.Path
	r.areas = append(r.areas, a)
	r.addOrganisations(i, a, parent)
}

// addOrganisations gives an area its party organisations: a committee to the
// district and each street, a committee or a general branch and two branches to
// each community.
func (r *roster) addOrganisations(i int, a model.Area, parent string) {
	switch a.Level {
	case model.LevelDistrict:
		r.organise(model.Organisation{AreaID: a.ID, Kind: model.OrganisationCommittee, Name: "中国共产党临江区委员会"})
	case model.LevelStreet:
		r.organise(model.Organisation{
			ParentID: r.organisations[0].ID, AreaID: a.ID, Kind: model.OrganisationCommittee, Name: streetCommittee(a.Name),
		})
	case model.LevelCommunity:
		kind, words := model.OrganisationCommittee, "委员会"
		if i%2 == 1 {
			kind, words = model.OrganisationGeneralBranch, "总支部委员会"
		}
		above := r.organise(model.Organisation{
			ParentID: r.find(anOrganisation, streetCommittee(parent)), AreaID: a.ID, Kind: kind, Name: "中共临江区" + parent + a.Name + words,
		})
		for _, which := range []string{"第一", "第二"} {
			r.organise(model.Organisation{ParentID: above, AreaID: a.ID, Kind: model.OrganisationBranch, Name: "中共" + a.Name + which + "支部委员会"})
		}
	}
}

func streetCommittee(street string) string { return "中共临江区" + street + "工作委员会" }

func (r *roster) organise(o model.Organisation) string {
	o.ID = r.name(anOrganisation, o.Name)
	r.organisations = append(r.organisations, o)
	return o.ID
}

func (r *roster) addAddress(_ int, line row) {
	r.addresses = append(r.addresses, model.AreaAddress{
		ID: model.NewID(), AreaID: r.find(anArea, line["community"]), Road: line["road"],
		FromNumber: r.number(line["from"]), ToNumber: r.number(line["to"]), Parity: r.number(line["parity"]),
	})
}

func (r *roster) number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		r.wrong = append(r.wrong, fmt.Errorf("sample: read number: %w", err))
	}
	return n
}

func (r *roster) addElecting(_ int, line row) {
	area := r.find(anArea, line["area"])
	organisation, known := r.ids[anOrganisation+" "+line["organisation"]]
	if !known {
		organisation = r.organise(model.Organisation{
			ParentID: r.organisations[0].ID, AreaID: area, Kind: model.OrganisationCommittee, Name: line["organisation"],
		})
	}
	r.electing = append(r.electing, model.ElectingUnit{
		ID: r.name(anElectingUnit, line["name"]), AreaID: area, OrganisationID: organisation, Name: line["name"],
	})
	d := model.Delegation{ID: r.name(aDelegation, line["delegation"]), TermID: r.term.ID, Name: line["delegation"]}
	r.delegations = append(r.delegations, d)
	r.delegationOf[line["name"]] = d.ID
}

func (r *roster) addTopic(i int, line row) {
	r.topics = append(r.topics, model.Topic{ID: r.name(aTopic, line["name"]), Name: line["name"], Sort: i})
}

func (r *roster) addUnit(_ int, line row) {
	r.units = append(r.units, model.Unit{
		ID: r.name(aUnit, line["name"]), AreaID: r.find(anArea, district), AreaPath: r.paths[district],
		Name: line["name"], Duty: line["duty"], OfficeLine: line["line"], Active: true,
	})
}

func (r *roster) addRepresentative(i int, line row) {
	name := line["name"]
	rep := model.Representative{
		ID: r.name(aRepresentative, name), Name: name, AreaID: r.find(anArea, line["home"]), AreaPath: r.paths[line["home"]],
		TermID: r.term.ID, ElectingUnitID: r.find(anElectingUnit, line["electing"]), DelegationID: r.delegationOf[line["electing"]],
		StudioID: r.find(aStudio, line["studio"]), Sex: line["sex"], BirthYear: r.number(line["born"]),
		Composition: model.Composition(line["composition"]), Field: line["field"], Post: line["post"], Employer: line["employer"],
		Introduction: line["introduction"], OfficeLine: fmt.Sprintf(officeLineFormat, 101+i),
		State: model.RepresentativeServing, CreatedAt: r.at, UpdatedAt: r.at,
	}
	pinyin.RefreshKeys(&rep)
	r.representatives = append(r.representatives, rep)
	for _, area := range line.list("serves") {
		r.serves = append(r.serves, model.RepresentativeArea{RepresentativeID: rep.ID, AreaID: r.find(anArea, area)})
	}
	for _, topic := range line.list("topics") {
		r.helps = append(r.helps, model.RepresentativeTopic{RepresentativeID: rep.ID, TopicID: r.find(aTopic, topic)})
	}
}

// insert writes the whole standing, up to the first table that fails.
func (r *roster) insert(ctx context.Context, tx *gorm.DB) error {
	for _, write := range []func(context.Context, *gorm.DB) error{
		writing(r.areas), writing(r.addresses), writing(r.organisations), writing([]model.Term{r.term}), writing(r.delegations),
		writing(r.electing), writing(r.topics), writing(r.units), writing(r.studios), writing(r.hours), writing(r.representatives),
		writing(r.duties), writing(r.serves), writing(r.helps),
	} {
		if err := write(ctx, tx); err != nil {
			return fmt.Errorf("sample: write roster: %w", err)
		}
	}
	return nil
}

func writing[T any](rows []T) func(context.Context, *gorm.DB) error {
	return func(ctx context.Context, tx *gorm.DB) error {
		return store.From[T](tx).CreateInBatches(ctx, &rows, insertBatch)
	}
}
