package roster

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/roster"
)

// tag groups the routes in the description.
const tag = "名册"

// Register adds what is not a file: lists, forms and the imports of the past.
func (r Room) Register(api endpoint.API) {
	read := endpoint.Needs(model.PermitRosterRead)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/roster/places", ID: "roster-places", Summary: "区域、党组织、选举单位、承办单位、工作室、届次、代表团和事项", Tag: tag, Who: read,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[placesView], error) {
		places, err := r.Roster.Places(ctx, by)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(viewPlaces(by, places)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/roster/imports", ID: "roster-imports", Summary: "导入记录", Tag: tag, Who: endpoint.Needs(model.PermitRosterWrite),
	}, func(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[takenList], error) {
		rows, next, err := r.Roster.Imports(ctx, by, in.Page())
		if err != nil {
			return nil, err
		}
		list := takenList{Items: []takenView{}, Next: next}
		for _, row := range rows {
			list.Items = append(list.Items, takenView{
				ID: row.ID, Actor: row.Actor, FileName: row.FileName, Added: row.Added, Changed: row.Changed, Detail: row.Detail, At: row.At.In(model.Shanghai),
			})
		}
		return endpoint.Of(list), nil
	})
	r.registerForms(api)
	r.registerIntroductions(api)
	r.registerSeats(api)
	r.registerEnd(api)
}

type takenView struct {
	ID       string    `json:"id"`
	Actor    string    `json:"actor" doc:"谁导入的"`
	FileName string    `json:"file_name"`
	Added    int       `json:"added" doc:"新增的行数"`
	Changed  int       `json:"changed" doc:"修改的行数"`
	Detail   string    `json:"detail" doc:"每个工作表各多少行"`
	At       time.Time `json:"at"`
}

type takenList struct {
	Items []takenView `json:"items"`
	Next  string      `json:"next,omitempty"`
}

type areaForm struct {
	Name      string        `json:"name" maxLength:"200"`
	ParentID  string        `json:"parent_id" maxLength:"36" doc:"上级区域；社区可以改属另一个街道"`
	Sort      int           `json:"sort" minimum:"0" maximum:"1000000" doc:"显示的先后"`
	Centre    string        `json:"centre" maxLength:"64" doc:"中心的“纬度,经度”，可以为空"`
	Addresses []addressForm `json:"addresses" maxItems:"500" doc:"社区的门牌号，全部"`
}

type addressForm struct {
	Road   string `json:"road" maxLength:"200"`
	From   int    `json:"from"`
	To     int    `json:"to"`
	Parity int    `json:"parity" minimum:"0" maximum:"2" doc:"0 全部，1 单号，2 双号"`
}

type areaView struct {
	ID        string          `json:"id"`
	Revision  int             `json:"revision" doc:"保存时原样带回"`
	Level     model.AreaLevel `json:"level" enum:"district,street,community"`
	Name      string          `json:"name"`
	ParentID  string          `json:"parent_id"`
	Sort      int             `json:"sort"`
	Centre    string          `json:"centre"`
	Writable  bool            `json:"writable" doc:"在您负责的区域内"`
	Addresses []addressForm   `json:"addresses"`
}

// OrganisationForm is what is said of a party organisation, in a request and in views.
type OrganisationForm struct {
	Name     string                 `json:"name" maxLength:"400"`
	Kind     model.OrganisationKind `json:"kind" enum:"committee,general_branch,branch"`
	AreaID   string                 `json:"area_id" maxLength:"36"`
	ParentID string                 `json:"parent_id" maxLength:"36" doc:"上级党组织，可以为空"`
}

type organisationView struct {
	OrganisationForm

	ID       string `json:"id"`
	Revision int    `json:"revision"`
}

// ElectingUnitForm is what is said of an electing unit, in a request and in views.
type ElectingUnitForm struct {
	Name           string `json:"name" maxLength:"400"`
	AreaID         string `json:"area_id" maxLength:"36"`
	OrganisationID string `json:"organisation_id" maxLength:"36" doc:"所属党组织，可以为空"`
}

type electingUnitView struct {
	ElectingUnitForm

	ID       string `json:"id"`
	Revision int    `json:"revision"`
}

// UnitForm is what is said of a unit, in a request and in views.
type UnitForm struct {
	Name       string `json:"name" maxLength:"400"`
	AreaID     string `json:"area_id" maxLength:"36"`
	Duty       string `json:"duty" maxLength:"2000" doc:"办理哪些事，群众看得到"`
	OfficeLine string `json:"office_line" maxLength:"100"`
	Active     bool   `json:"active" doc:"停用后不能再交办给它"`
}

type unitView struct {
	UnitForm

	ID       string         `json:"id"`
	Revision int            `json:"revision"`
	Officers int            `json:"officers" doc:"已绑定的经办人数"`
	Binding  roster.Binding `json:"binding" enum:"bound,invited,expired,none"`
	Until    *time.Time     `json:"until,omitempty" doc:"邀请码有效到什么时候"`
}

// StudioForm is what is said of a studio, in a request and in views.
type StudioForm struct {
	Name       string `json:"name" maxLength:"400"`
	AreaID     string `json:"area_id" maxLength:"36"`
	Address    string `json:"address" maxLength:"800"`
	OfficeLine string `json:"office_line" maxLength:"100"`
}

type studioView struct {
	StudioForm

	ID       string `json:"id"`
	Revision int    `json:"revision"`
}

// TermForm is what is said of a term, in a request and in views.
type TermForm struct {
	Name     string `json:"name" maxLength:"200"`
	StartsOn string `json:"starts_on" maxLength:"10" doc:"如 2026-07-08"`
	EndsOn   string `json:"ends_on" maxLength:"10"`
}

type termView struct {
	TermForm

	ID       string `json:"id"`
	Revision int    `json:"revision"`
}

// DelegationForm is what is said of a delegation, in a request and in views.
type DelegationForm struct {
	Name   string `json:"name" maxLength:"200"`
	TermID string `json:"term_id" maxLength:"36"`
}

type delegationView struct {
	DelegationForm

	ID       string `json:"id"`
	Revision int    `json:"revision"`
}

// TopicForm is what is said of a topic, in a request and in views.
type TopicForm struct {
	Name string `json:"name" maxLength:"100"`
	Sort int    `json:"sort" minimum:"0" maximum:"1000000"`
}

type topicView struct {
	TopicForm

	ID       string `json:"id"`
	Revision int    `json:"revision"`
}

type placesView struct {
	Areas         []areaView         `json:"areas"`
	Organisations []organisationView `json:"organisations"`
	ElectingUnits []electingUnitView `json:"electing_units"`
	Units         []unitView         `json:"units"`
	Studios       []studioView       `json:"studios"`
	Terms         []termView         `json:"terms"`
	Delegations   []delegationView   `json:"delegations"`
	Topics        []topicView        `json:"topics"`
	Everywhere    bool               `json:"everywhere" doc:"可以修改届次、代表团和事项"`
}

func viewPlaces(by model.Actor, p roster.Places) placesView {
	v := placesView{
		Areas: []areaView{}, Organisations: []organisationView{}, ElectingUnits: []electingUnitView{}, Units: []unitView{}, Studios: []studioView{},
		Terms: []termView{}, Delegations: []delegationView{}, Topics: []topicView{}, Everywhere: p.Everywhere,
	}
	at := map[string][]addressForm{}
	for _, a := range p.Addresses {
		at[a.AreaID] = append(at[a.AreaID], addressForm{a.Road, a.FromNumber, a.ToNumber, a.Parity})
	}
	for _, a := range p.Areas {
		one := viewArea(a, by.PermitsIn(model.PermitRosterWrite, a.Path))
		one.Addresses = append(one.Addresses, at[a.ID]...)
		v.Areas = append(v.Areas, one)
	}
	for _, o := range p.Organisations {
		v.Organisations = append(v.Organisations, viewOrganisation(o))
	}
	for _, e := range p.ElectingUnits {
		v.ElectingUnits = append(v.ElectingUnits, viewElectingUnit(e))
	}
	for _, u := range p.Units {
		one := viewUnit(u.Unit)
		one.Officers, one.Binding, one.Until = u.Officers, u.Binding, u.Until
		v.Units = append(v.Units, one)
	}
	for _, t := range p.Studios {
		v.Studios = append(v.Studios, viewStudio(t))
	}
	for _, t := range p.Terms {
		v.Terms = append(v.Terms, viewTerm(t))
	}
	for _, d := range p.Delegations {
		v.Delegations = append(v.Delegations, viewDelegation(d))
	}
	for _, t := range p.Topics {
		v.Topics = append(v.Topics, viewTopic(t))
	}
	return v
}

func viewArea(a model.Area, writable bool) areaView {
	return areaView{ID: a.ID, Revision: a.Revision, Level: a.Level, Name: a.Name, ParentID: a.ParentID, Sort: a.Sort, Centre: a.Centre, Writable: writable, Addresses: []addressForm{}}
}

func viewOrganisation(o model.Organisation) organisationView {
	return organisationView{OrganisationForm{o.Name, o.Kind, o.AreaID, o.ParentID}, o.ID, o.Revision}
}

func viewElectingUnit(e model.ElectingUnit) electingUnitView {
	return electingUnitView{ElectingUnitForm{e.Name, e.AreaID, e.OrganisationID}, e.ID, e.Revision}
}

func viewUnit(u model.Unit) unitView {
	return unitView{UnitForm: UnitForm{u.Name, u.AreaID, u.Duty, u.OfficeLine, u.Active}, ID: u.ID, Revision: u.Revision, Binding: roster.BindingNone}
}

func viewStudio(t model.Studio) studioView {
	return studioView{StudioForm{t.Name, t.AreaID, t.Address, t.OfficeLine}, t.ID, t.Revision}
}

func viewTerm(t model.Term) termView {
	return termView{TermForm{t.Name, t.StartsOn, t.EndsOn}, t.ID, t.Revision}
}

func viewDelegation(d model.Delegation) delegationView {
	return delegationView{DelegationForm{d.Name, d.TermID}, d.ID, d.Revision}
}

func viewTopic(t model.Topic) topicView {
	return topicView{TopicForm{t.Name, t.Sort}, t.ID, t.Revision}
}
