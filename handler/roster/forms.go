package roster

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/roster"
)

// addInput is the form of a new record.
type addInput[F any] struct {
	Body F
}

// changeInput is the form of a record that is there, with the revision on which
// it was filled in.
type changeInput[F any] struct {
	endpoint.ID
	Revision int `query:"revision" minimum:"0" required:"true" doc:"打开表单时的 revision；之后有人改过就会被拒绝"`
	Body     F
}

// form is one kind of record with its way of saving.
type form[F, V any] struct {
	path, id, words string
	save            func(ctx context.Context, by model.Actor, known roster.Known, f F) (V, error)
}

// register adds the routes of a form: add, change.
func (f form[F, V]) register(api endpoint.API) {
	write := endpoint.Needs(model.PermitRosterWrite)
	path := "/api/v1/staff/roster/" + f.path
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path, ID: "add-" + f.id, Summary: "新增" + f.words, Tag: tag, Who: write, Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *addInput[F]) (*endpoint.Body[V], error) {
			return answered(f.save(ctx, by, roster.Known{}, in.Body))
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPut, Path: path + "/{id}", ID: "change-" + f.id, Summary: "修改" + f.words, Tag: tag, Who: write},
		func(ctx context.Context, by model.Actor, in *changeInput[F]) (*endpoint.Body[V], error) {
			return answered(f.save(ctx, by, roster.Known{ID: in.ID.ID, Revision: in.Revision}, in.Body))
		})
}

func answered[V any](v V, err error) (*endpoint.Body[V], error) {
	if err != nil {
		return nil, err
	}
	return endpoint.Of(v), nil
}

// seen turns what was saved into its view.
func seen[T, V any](record T, err error, view func(T) V) (V, error) {
	if err != nil {
		var none V
		return none, err
	}
	return view(record), nil
}

func (r Room) registerForms(api endpoint.API) {
	desk := r.Roster
	form[areaForm, areaView]{"areas", "area", "区域", func(ctx context.Context, by model.Actor, known roster.Known, f areaForm) (areaView, error) {
		in := roster.AreaForm{Name: f.Name, ParentID: f.ParentID, Sort: f.Sort, Centre: f.Centre}
		for _, a := range f.Addresses {
			in.Addresses = append(in.Addresses, roster.AddressForm(a))
		}
		area, err := desk.SaveArea(ctx, by, known, in)
		v, err := seen(area, err, func(a model.Area) areaView { return viewArea(a, true) })
		v.Addresses = append(v.Addresses, f.Addresses...)
		return v, err
	}}.register(api)
	form[OrganisationForm, organisationView]{"organisations", "organisation", "党组织", func(ctx context.Context, by model.Actor, known roster.Known, f OrganisationForm) (organisationView, error) {
		o, err := desk.SaveOrganisation(ctx, by, known, roster.OrganisationForm(f))
		return seen(o, err, viewOrganisation)
	}}.register(api)
	form[ElectingUnitForm, electingUnitView]{"electing-units", "electing-unit", "选举单位", func(ctx context.Context, by model.Actor, known roster.Known, f ElectingUnitForm) (electingUnitView, error) {
		e, err := desk.SaveElectingUnit(ctx, by, known, roster.ElectingUnitForm(f))
		return seen(e, err, viewElectingUnit)
	}}.register(api)
	form[UnitForm, unitView]{"units", "unit", "承办单位", func(ctx context.Context, by model.Actor, known roster.Known, f UnitForm) (unitView, error) {
		u, err := desk.SaveUnit(ctx, by, known, roster.UnitForm(f))
		return seen(u, err, viewUnit)
	}}.register(api)
	form[StudioForm, studioView]{"studios", "studio", "工作室", func(ctx context.Context, by model.Actor, known roster.Known, f StudioForm) (studioView, error) {
		t, err := desk.SaveStudio(ctx, by, known, roster.StudioForm(f))
		return seen(t, err, viewStudio)
	}}.register(api)
	form[TermForm, termView]{"terms", "term", "届次", func(ctx context.Context, by model.Actor, known roster.Known, f TermForm) (termView, error) {
		t, err := desk.SaveTerm(ctx, by, known, roster.TermForm(f))
		return seen(t, err, viewTerm)
	}}.register(api)
	form[DelegationForm, delegationView]{"delegations", "delegation", "代表团", func(ctx context.Context, by model.Actor, known roster.Known, f DelegationForm) (delegationView, error) {
		d, err := desk.SaveDelegation(ctx, by, known, roster.DelegationForm(f))
		return seen(d, err, viewDelegation)
	}}.register(api)
	form[TopicForm, topicView]{"topics", "topic", "事项", func(ctx context.Context, by model.Actor, known roster.Known, f TopicForm) (topicView, error) {
		t, err := desk.SaveTopic(ctx, by, known, roster.TopicForm(f))
		return seen(t, err, viewTopic)
	}}.register(api)
}
