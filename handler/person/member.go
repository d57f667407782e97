package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/account"
	"lianxin/service/limit"
)

type membershipView struct {
	ElectingUnitID string    `json:"electing_unit_id"`
	Name           string    `json:"name" doc:"选举单位"`
	ConfirmedAt    time.Time `json:"confirmed_at"`
}

type membershipList struct {
	Items []membershipView `json:"items"`
}

func viewMemberships(found []account.Membership) []membershipView {
	all := make([]membershipView, 0, len(found))
	for _, m := range found {
		all = append(all, membershipView{m.ElectingUnitID, m.Name, m.ConfirmedAt.In(model.Shanghai)})
	}
	return all
}

// registerMemberships adds the way in which a member says that it is they who
// stand on the organisation's list.
func (r Room) registerMemberships(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/me/memberships/confirm", ID: "confirm-membership", Limit: limit.Invitation, Summary: "按组织名单上的姓名和手机号确认党员身份", Tag: "我的", Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *renameInput) (*endpoint.Body[membershipList], error) {
		found, err := r.Accounts.ConfirmMembership(ctx, by, in.Body.Name)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(membershipList{viewMemberships(found)}), nil
	})
}
