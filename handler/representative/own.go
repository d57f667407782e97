package representative

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/directory"
)

// Codes paints scene codes that can be scanned.
type Codes interface {
	// OfficialImage gives the address of a picture for the official account.
	OfficialImage(ctx context.Context, scene string) (string, error)
	// MiniImage gives a JPEG for the mini-program.
	MiniImage(ctx context.Context, scene string) ([]byte, error)
}

type ownTopic struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type ownHour struct {
	Weekday int    `json:"weekday" minimum:"1" maximum:"7" doc:"1 是周一"`
	Opens   string `json:"opens" minLength:"5" maxLength:"5" example:"09:00"`
	Closes  string `json:"closes" minLength:"5" maxLength:"5" example:"11:30"`
}

type ownPlace struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type ownStudio struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Address string    `json:"address,omitempty"`
	Hours   []ownHour `json:"hours" doc:"工作室的开放时间，由联络办维护"`
}

type ownProfile struct {
	Name         string     `json:"name"`
	Post         string     `json:"post,omitempty"`
	Employer     string     `json:"employer,omitempty"`
	ElectingUnit string     `json:"electing_unit,omitempty"`
	Term         string     `json:"term,omitempty"`
	Delegation   string     `json:"delegation,omitempty"`
	PictureURL   string     `json:"picture_url,omitempty"`
	Introduction string     `json:"introduction,omitempty" doc:"名册里的个人简介，要改请联系联络办"`
	OfficeLine   string     `json:"office_line,omitempty"`
	Places       []ownPlace `json:"places" doc:"联系的区域"`
	Studio       *ownStudio `json:"studio,omitempty"`
	Topics       []ownTopic `json:"topics" doc:"可以帮忙的主题，自己可以改"`
	Hours        []ownHour  `json:"hours" doc:"自己的接待时间，自己可以改"`
	Revision     int        `json:"revision" doc:"保存时带上"`
}

type ownProfileInput struct {
	Seat
	Body struct {
		TopicIDs []string  `json:"topic_ids" maxItems:"10" uniqueItems:"true" doc:"见 /api/v1/topics"`
		Hours    []ownHour `json:"hours" maxItems:"14"`
		Revision int       `json:"revision" minimum:"0" doc:"读到的版本；名册先改了会被拒绝"`
	}
}

type ownFigures struct {
	Since              time.Time `json:"since" doc:"从这一天起，共十二个月"`
	Received           int       `json:"received" doc:"由您办理的来信"`
	AcknowledgedInTime int       `json:"acknowledged_in_time" doc:"期限内有回应的"`
	Answered           int       `json:"answered"`
	HandedOver         int       `json:"handed_over" doc:"转交承办单位的"`
	Solved             int       `json:"solved" doc:"居民自己说“已解决”的"`
	Partly             int       `json:"partly"`
	NotSolved          int       `json:"not_solved"`
}

type codeInput struct {
	Seat

	Kind   model.SceneKind `query:"kind" enum:"person,place" default:"person" doc:"person：自己的码；place：所在区域的码"`
	AreaID string          `query:"area_id" maxLength:"36" doc:"哪个区域，应是自己联系的；留空为当选的区域"`
}

type codeView struct {
	Kind        model.SceneKind `json:"kind" enum:"person,place"`
	Name        string          `json:"name" doc:"写在码下面的名字"`
	Code        string          `json:"code"`
	Scans       int             `json:"scans" doc:"被扫过几次"`
	OfficialURL string          `json:"official_url,omitempty" doc:"公众号带参数二维码的图片地址；公众号不能生成时没有"`
	MiniJPEG    []byte          `json:"mini_jpeg,omitempty" doc:"小程序码，Base64 的 JPEG；小程序不能生成时没有"`
}

func (r Room) registerOwn(api endpoint.API) {
	set := endpoint.Needs(model.PermitAbsenceSet)
	route := func(method, name, id, summary string) endpoint.Route {
		return endpoint.Route{Method: method, Path: "/api/v1/representative/seats/{seat_id}/" + name, ID: id, Summary: summary, Tag: "代表", Who: set}
	}
	endpoint.Act(api, route(http.MethodGet, "profile", "own-profile", "自己的资料"), func(ctx context.Context, by model.Actor, in *Seat) (*endpoint.Body[ownProfile], error) {
		return r.ownProfile(ctx, by, in.SeatID)
	})
	endpoint.Act(api, route(http.MethodPut, "profile", "set-own-profile", "选择可以帮忙的主题和接待时间"), func(ctx context.Context, by model.Actor, in *ownProfileInput) (*endpoint.Body[ownProfile], error) {
		words := directory.OwnWords{TopicIDs: in.Body.TopicIDs, Revision: in.Body.Revision}
		for _, h := range in.Body.Hours {
			words.Hours = append(words.Hours, model.RepresentativeHour{Weekday: h.Weekday, Opens: h.Opens, Closes: h.Closes})
		}
		if err := r.Directory.SetOwnProfile(ctx, by, in.SeatID, words); err != nil {
			return nil, err
		}
		return r.ownProfile(ctx, by, in.SeatID)
	})
	endpoint.Act(api, route(http.MethodGet, "figures", "own-figures", "自己十二个月的履职数字，不与任何人比较"), func(ctx context.Context, by model.Actor, in *Seat) (*endpoint.Body[ownFigures], error) {
		f, err := r.Directory.OwnFigures(ctx, by, in.SeatID)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(ownFigures(f)), nil
	})
	endpoint.Act(api, route(http.MethodGet, "code", "own-code", "自己的码或所在区域的码，可以给人扫"), func(ctx context.Context, by model.Actor, in *codeInput) (*endpoint.Body[codeView], error) {
		scene, name, err := r.Directory.SeatScene(ctx, by, in.SeatID, in.Kind, in.AreaID)
		if err != nil {
			return nil, err
		}
		view := codeView{Kind: scene.Kind, Name: name, Code: scene.Code, Scans: scene.Scans}
		if err := r.paint(ctx, &view); err != nil {
			return nil, err
		}
		return endpoint.Of(view), nil
	})
}

// paint asks both accounts for a picture. One that an account may not make is
// left out: the other can still be scanned.
func (r Room) paint(ctx context.Context, v *codeView) error {
	official, noOfficial := r.Codes.OfficialImage(ctx, v.Code)
	mini, noMini := r.Codes.MiniImage(ctx, v.Code)
	v.OfficialURL, v.MiniJPEG = official, mini
	if noOfficial != nil && noMini != nil {
		return errors.Join(noMini, noOfficial)
	}
	if missing := errors.Join(noOfficial, noMini); missing != nil {
		r.Log.WarnContext(ctx, "one of two codes could not be painted", slog.String("scene", v.Code), slog.Any("error", missing))
	}
	return nil
}

func (r Room) ownProfile(ctx context.Context, by model.Actor, seatID string) (*endpoint.Body[ownProfile], error) {
	p, err := r.Directory.OwnProfile(ctx, by, seatID)
	if err != nil {
		return nil, err
	}
	rep := p.Representative
	v := ownProfile{
		Name: rep.Name, Post: rep.Post, Employer: rep.Employer, ElectingUnit: p.ElectingUnit, Term: p.Term, Delegation: p.Delegation,
		Introduction: rep.Introduction, OfficeLine: rep.OfficeLine, Places: []ownPlace{}, Topics: []ownTopic{}, Hours: []ownHour{}, Revision: p.Revision,
	}
	if rep.PictureID != "" {
		v.PictureURL, _ = r.Link(rep.PictureID)
	}
	for _, a := range p.Areas {
		v.Places = append(v.Places, ownPlace{a.ID, a.Name})
	}
	for _, t := range p.Topics {
		v.Topics = append(v.Topics, ownTopic{t.ID, t.Name})
	}
	for _, h := range p.Hours {
		v.Hours = append(v.Hours, ownHour{h.Weekday, h.Opens, h.Closes})
	}
	if p.Studio != nil {
		v.Studio = &ownStudio{ID: p.Studio.ID, Name: p.Studio.Name, Address: p.Studio.Address, Hours: []ownHour{}}
		for _, h := range p.Studio.Hours {
			v.Studio.Hours = append(v.Studio.Hours, ownHour{h.Weekday, h.Opens, h.Closes})
		}
	}
	return endpoint.Of(v), nil
}
