package roster

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/message"
	"lianxin/service/roster"
)

type seatsInput struct {
	endpoint.Paging
	Text           string                    `query:"q" maxLength:"60" doc:"姓名、拼音、首字母、编号、职务或单位"`
	AreaID         string                    `query:"area_id" maxLength:"36"`
	TermID         string                    `query:"term_id" maxLength:"36"`
	ElectingUnitID string                    `query:"electing_unit_id" maxLength:"36"`
	State          model.RepresentativeState `query:"state" enum:"elected,serving,suspended,ended,term_over"`
	Binding        roster.Binding            `query:"binding" enum:"bound,invited,none"`
}

type seatLine struct {
	ID           string                    `json:"id"`
	Code         string                    `json:"code"`
	Name         string                    `json:"name"`
	Post         string                    `json:"post"`
	Employer     string                    `json:"employer"`
	Term         string                    `json:"term"`
	ElectingUnit string                    `json:"electing_unit"`
	Area         string                    `json:"area"`
	State        model.RepresentativeState `json:"state" enum:"elected,serving,suspended,ended,term_over"`
	Binding      roster.Binding            `json:"binding" enum:"bound,invited,expired,none" doc:"微信是否已绑定"`
	Until        *time.Time                `json:"until,omitempty" doc:"邀请码有效到什么时候"`
	ThumbURL     string                    `json:"thumb_url,omitempty"`
}

type seatList struct {
	Items []seatLine `json:"items"`
	Total int        `json:"total" doc:"符合条件的人数"`
	Next  string     `json:"next,omitempty"`
}

// SeatForm is what the roster says of a representative, in a request and in views.
type SeatForm struct {
	Code           string            `json:"code" maxLength:"100"`
	Name           string            `json:"name" maxLength:"200"`
	Reading        string            `json:"reading" maxLength:"200" doc:"姓名的读音，每个字一个音节，用空格分开；系统读得对就留空"`
	Sex            string            `json:"sex" enum:",male,female"`
	BirthYear      int               `json:"birth_year" doc:"0 为不填"`
	TermID         string            `json:"term_id" maxLength:"36" doc:"只在新增时有用"`
	ElectingUnitID string            `json:"electing_unit_id" maxLength:"36"`
	DelegationID   string            `json:"delegation_id" maxLength:"36"`
	AreaID         string            `json:"area_id" maxLength:"36"`
	Serves         []string          `json:"serves" maxItems:"200" doc:"联系的区域"`
	StudioID       string            `json:"studio_id" maxLength:"36"`
	Composition    model.Composition `json:"composition" enum:",cadre,professional,model,military"`
	Field          string            `json:"field" maxLength:"200"`
	Post           string            `json:"post" maxLength:"400"`
	Employer       string            `json:"employer" maxLength:"400"`
	Topics         []string          `json:"topics" maxItems:"200"`
	Introduction   string            `json:"introduction" maxLength:"5000"`
	OfficeLine     string            `json:"office_line" maxLength:"100"`
	PictureID      string            `json:"picture_id" maxLength:"36"`
}

type seatSheet struct {
	SeatForm

	ID         string                     `json:"id"`
	Revision   int                        `json:"revision" doc:"保存时原样带回"`
	State      model.RepresentativeState  `json:"state" enum:"elected,serving,suspended,ended,term_over"`
	Term       string                     `json:"term"`
	Binding    roster.Binding             `json:"binding" enum:"bound,invited,expired,none"`
	Until      *time.Time                 `json:"until,omitempty"`
	Spelled    string                     `json:"spelled" doc:"系统怎么读这个姓名"`
	Open       int                        `json:"open" doc:"手上没有办结的来信"`
	Deeds      []model.RepresentativeDeed `json:"deeds" doc:"资格可以怎样变动"`
	PictureURL string                     `json:"picture_url,omitempty"`
	UpdatedAt  time.Time                  `json:"updated_at"`
}

type seatSaved struct {
	ID string `json:"id"`
}

type moveInput struct {
	endpoint.ID
	Revision int `query:"revision" minimum:"0" required:"true"`
	Body     struct {
		Deed   model.RepresentativeDeed `json:"deed" enum:"confirm_election,suspend,restore"`
		Reason string                   `json:"reason" maxLength:"2000"`
	}
}

type endInput struct {
	endpoint.ID
	Revision int `query:"revision" minimum:"0" required:"true"`
	Body     struct {
		Deed        model.RepresentativeDeed `json:"deed" enum:"end_service,end_term" doc:"终止资格或届满"`
		SuccessorID string                   `json:"successor_id,omitempty" maxLength:"36" doc:"由哪位代表接手；不填则由工作室值班代表或联络办接手"`
		Reason      string                   `json:"reason" maxLength:"2000"`
	}
}

type endedView struct {
	Moved int `json:"moved" doc:"移交了几封没有办结的来信"`
}

// pathSeats is where representatives are kept.
const pathSeats = "/api/v1/staff/roster/representatives"

func (r Room) registerSeats(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: pathSeats, ID: "roster-representatives", Summary: "所负责区域的代表", Tag: tag, Who: endpoint.Needs(model.PermitRosterRead),
	}, r.seats)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: pathSeats + "/{id}", ID: "roster-representative", Summary: "一位代表", Tag: tag, Who: endpoint.Needs(model.PermitRosterRead),
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[seatSheet], error) {
		one, err := r.Roster.Seat(ctx, by, in.ID)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(r.viewSheet(one)), nil
	})
	form[SeatForm, seatSaved]{"representatives", "representative", "代表", func(ctx context.Context, by model.Actor, known roster.Known, f SeatForm) (seatSaved, error) {
		id, err := r.Roster.SaveRepresentative(ctx, by, known, roster.RepresentativeForm(f))
		return seatSaved{id}, err
	}}.register(api)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: pathSeats + "/{id}/move", ID: "move-representative", Summary: "确认当选、暂停或恢复履职", Tag: tag, Who: endpoint.Needs(model.PermitRosterWrite), Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, in *moveInput) (*endpoint.Empty, error) {
		return nil, r.Roster.MoveRepresentative(ctx, by, roster.Known{ID: in.ID.ID, Revision: in.Revision}, in.Body.Deed, in.Body.Reason)
	})
}

// registerEnd adds what ends a qualification.
func (r Room) registerEnd(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: pathSeats + "/{id}/end", ID: "end-representative", Summary: "终止代表资格或届满，移交没有办结的来信", Tag: tag, Who: endpoint.Needs(model.PermitRosterWrite), StepUp: true,
	}, func(ctx context.Context, by model.Actor, in *endInput) (*endpoint.Body[endedView], error) {
		moved, err := r.Messages.EndQualification(ctx, by, message.Ending{
			RepresentativeID: in.ID.ID, Revision: in.Revision, Deed: in.Body.Deed, SuccessorID: in.Body.SuccessorID, Reason: strings.TrimSpace(in.Body.Reason),
		})
		return answered(endedView{moved}, err)
	})
}

func (r Room) seats(ctx context.Context, by model.Actor, in *seatsInput) (*endpoint.Body[seatList], error) {
	found, err := r.Roster.Seats(ctx, by, roster.Sought{
		Text: in.Text, AreaID: in.AreaID, TermID: in.TermID, ElectingUnitID: in.ElectingUnitID, State: in.State, Binding: in.Binding,
	}, in.Page())
	if err != nil {
		return nil, err
	}
	list := seatList{Items: []seatLine{}, Total: found.Total, Next: found.Next}
	for _, l := range found.Lines {
		one := seatLine{
			ID: l.ID, Code: l.Code, Name: l.Name, Post: l.Post, Employer: l.Employer, Term: l.Term, ElectingUnit: l.ElectingUnit, Area: l.Area,
			State: l.State, Binding: l.Binding, Until: l.Until,
		}
		if l.PictureID != "" {
			_, one.ThumbURL = r.Link(l.PictureID)
		}
		list.Items = append(list.Items, one)
	}
	return endpoint.Of(list), nil
}

func (r Room) viewSheet(s roster.Sheet) seatSheet {
	v := seatSheet{
		SeatForm: SeatForm{
			Code: s.Code, Name: s.Name, Reading: s.Reading, Sex: s.Sex, BirthYear: s.BirthYear, TermID: s.TermID, ElectingUnitID: s.ElectingUnitID,
			DelegationID: s.DelegationID, AreaID: s.AreaID, Serves: append([]string{}, s.Serves...), StudioID: s.StudioID, Composition: s.Composition,
			Field: s.Field, Post: s.Post, Employer: s.Employer, Topics: append([]string{}, s.Topics...), Introduction: s.Introduction,
			OfficeLine: s.OfficeLine, PictureID: s.PictureID,
		},
		ID: s.ID, Revision: s.Revision, State: s.State, Term: s.Term, Binding: s.Binding, Until: s.Until, Spelled: s.Spelled, Open: s.Open,
		Deeds: append([]model.RepresentativeDeed{}, s.Deeds...), UpdatedAt: s.UpdatedAt.In(model.Shanghai),
	}
	if s.PictureID != "" {
		v.PictureURL, _ = r.Link(s.PictureID)
	}
	return v
}
