package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/directory"
)

// ReferralWords are what is said of a place where matters go.
type ReferralWords struct {
	Name    string `json:"name" maxLength:"200"`
	Purpose string `json:"purpose" maxLength:"500" doc:"办什么事"`
	Phone   string `json:"phone" maxLength:"100" doc:"可以直接拨打"`
	Address string `json:"address" maxLength:"500"`
	Hours   string `json:"hours" maxLength:"300" doc:"什么时候有人"`
	Sort    int    `json:"sort" doc:"1 到 99，小的排在前面"`
	Shown   bool   `json:"shown" doc:"在“该找谁”里列出"`
}

type referralView struct {
	Kind  model.Elsewhere `json:"kind" enum:"hotline_12345,petition_office,court,legal_aid,discipline,police_110,other"`
	Words string          `json:"words" doc:"这一种去处叫什么"`
	ReferralWords
	Own       bool          `json:"own" doc:"由这个区域自己设置"`
	From      string        `json:"from,omitempty" doc:"沿用哪个区域的；为空是全国通用的"`
	Above     ReferralWords `json:"above" doc:"自己不设置时会是什么"`
	AboveFrom string        `json:"above_from,omitempty"`
	Revision  int           `json:"revision" doc:"修改时原样带回；别人先改了会被拒绝"`
	UpdatedAt *time.Time    `json:"updated_at,omitempty" doc:"自己设置的，什么时候改的"`
}

type referralList struct {
	Items []referralView `json:"items"`
}

type referralInput struct {
	Area
	Kind model.Elsewhere `path:"kind" enum:"hotline_12345,petition_office,court,legal_aid,discipline,police_110,other"`
	Body struct {
		ReferralWords
		Revision int `json:"revision" minimum:"0" doc:"读到的版本；0 表示本区域从没有设置过"`
	}
}

type clearReferralInput struct {
	Area
	Kind     model.Elsewhere `path:"kind" enum:"hotline_12345,petition_office,court,legal_aid,discipline,police_110,other"`
	Revision int             `query:"revision" minimum:"1" required:"true" doc:"读到的版本；别人先改了会被拒绝"`
}

// registerReferrals says where matters go that no representative can settle.
func (r Room) registerReferrals(api endpoint.API) {
	const path = "/api/v1/staff/areas/{area_id}/referrals"
	route := func(method, path, id, summary string) endpoint.Route {
		return endpoint.Route{Method: method, Path: path, ID: id, Summary: summary, Tag: "该找谁", Who: endpoint.Needs(model.PermitReferralKeep)}
	}
	endpoint.Act(api, route(http.MethodGet, path, "staff-referrals", "一个区域的去处，和它们从哪里来"),
		func(ctx context.Context, by model.Actor, in *Area) (*endpoint.Body[referralList], error) {
			found, err := r.Directory.ReferralsOf(ctx, by, in.AreaID)
			if err != nil {
				return nil, err
			}
			list := referralList{Items: []referralView{}}
			for _, f := range found {
				list.Items = append(list.Items, viewReferral(f))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, route(http.MethodPut, path+"/{kind}", "set-referral", "设置一项去处"),
		func(ctx context.Context, by model.Actor, in *referralInput) (*endpoint.Body[referralView], error) {
			b := in.Body
			return ofReferral(r.Directory.KeepReferral(ctx, by, model.Referral{
				AreaID: in.AreaID, Kind: in.Kind, Name: b.Name, Purpose: b.Purpose, Phone: b.Phone, Address: b.Address, Hours: b.Hours, Sort: b.Sort, Shown: b.Shown,
				Revision: b.Revision,
			}))
		})
	endpoint.Act(api, route(http.MethodDelete, path+"/{kind}", "clear-referral", "恢复沿用上级或全国通用的去处"),
		func(ctx context.Context, by model.Actor, in *clearReferralInput) (*endpoint.Body[referralView], error) {
			return ofReferral(r.Directory.ClearReferral(ctx, by, in.AreaID, in.Kind, in.Revision))
		})
}

func ofReferral(f directory.Referral, err error) (*endpoint.Body[referralView], error) {
	if err != nil {
		return nil, err
	}
	return endpoint.Of(viewReferral(f)), nil
}

func viewReferral(f directory.Referral) referralView {
	v := referralView{
		Kind: f.Kind, Words: model.ElsewhereWords(f.Kind), ReferralWords: wordsOf(f.Referral), Own: f.Own, From: f.From.Name,
		Above: wordsOf(f.Above), AboveFrom: f.AboveFrom.Name, Revision: f.Revision,
	}
	if f.Own {
		v.UpdatedAt = model.InShanghai(&f.UpdatedAt)
	}
	return v
}

func wordsOf(r model.Referral) ReferralWords {
	return ReferralWords{r.Name, r.Purpose, r.Phone, r.Address, r.Hours, r.Sort, r.Shown}
}
