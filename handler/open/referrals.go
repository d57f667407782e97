package open

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/directory"
)

const tagElsewhere = "该找谁"

// referralView is a place where matters go, as the public sees it.
type referralView struct {
	Kind    model.Elsewhere `json:"kind" enum:"hotline_12345,petition_office,court,legal_aid,discipline,police_110,other"`
	Name    string          `json:"name"`
	Purpose string          `json:"purpose,omitempty" doc:"办什么事"`
	Phone   string          `json:"phone,omitempty" doc:"可以直接拨打"`
	Address string          `json:"address,omitempty"`
	Hours   string          `json:"hours,omitempty" doc:"什么时候有人"`
	Shown   bool            `json:"shown" doc:"在“该找谁”里列出；没有列出的，只给被指到那里的来信人看"`
	From    string          `json:"from,omitempty" doc:"哪个区域说的；没有则全国通用"`
}

type referralList struct {
	Area  *AreaView      `json:"area,omitempty" doc:"说的是哪个区域"`
	Items []referralView `json:"items"`
}

// registerReferrals adds where matters go that no representative can settle.
func (r Room) registerReferrals(api endpoint.API) {
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/referrals", ID: "referrals", Summary: "代表办不了的事该找谁：最上一级区域的", Tag: tagElsewhere, Who: endpoint.Anyone(), Cached: true,
	}, func(ctx context.Context, _ *struct{}) (*endpoint.Body[referralList], error) {
		return ofReferrals(r.Directory.Referrals(ctx, ""))
	})
	endpoint.Register(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/areas/{id}/referrals", ID: "area-referrals", Summary: "代表办不了的事该找谁：一个区域的", Tag: tagElsewhere, Who: endpoint.Anyone(), Cached: true,
	}, func(ctx context.Context, in *endpoint.ID) (*endpoint.Body[referralList], error) {
		return ofReferrals(r.Directory.Referrals(ctx, in.ID))
	})
}

func ofReferrals(area model.Area, found []directory.Referral, err error) (*endpoint.Body[referralList], error) {
	if err != nil {
		return nil, err
	}
	list := referralList{Items: []referralView{}}
	if area.ID != "" {
		v := viewArea(area)
		list.Area = &v
	}
	for _, f := range found {
		list.Items = append(list.Items, referralView{f.Kind, f.Name, f.Purpose, f.Phone, f.Address, f.Hours, f.Shown, f.From.Name})
	}
	return endpoint.Of(list), nil
}
