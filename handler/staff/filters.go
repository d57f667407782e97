package staff

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/message"
)

// Filter is what the queue is narrowed to, under a name.
type Filter struct {
	Name    string        `json:"name" minLength:"1" maxLength:"12" doc:"自己认得的名称，同一个人的名称不能重复"`
	Which   message.Which `json:"which,omitempty" enum:",waiting,overdue,escalated,held,answered,ended,unassigned,unreachable" doc:"留空为全部"`
	AreaID  string        `json:"area_id,omitempty" maxLength:"36"`
	TopicID string        `json:"topic_id,omitempty" maxLength:"36"`
	Number  string        `json:"number,omitempty" maxLength:"20" pattern:"^[0-9A-Za-z-]*$"`

	States []model.MessageState `json:"states,omitempty" maxItems:"15" enum:"submitted,held,screened,refused,delivered,acknowledged,answered,handed_over,accepted,handling,unit_answered,confirmed,closed,out_of_scope,withdrawn" doc:"只看这些状态；不填为不限"`
}

func (b Filter) filter() message.Filter {
	return message.Filter{Name: b.Name, Wanted: message.Wanted{Which: b.Which, AreaID: b.AreaID, TopicID: b.TopicID, Number: b.Number, States: b.States}}
}

type filterInput struct{ Body Filter }

type filterChange struct {
	endpoint.ID
	Body Filter
}

type filterView struct {
	ID string `json:"id"`
	Filter
}

type filterList struct {
	Items []filterView `json:"items"`
}

func ofFilter(f model.SavedFilter) filterView {
	return filterView{ID: f.ID, Filter: Filter{Name: f.Name, Which: message.Which(f.Which), AreaID: f.AreaID, TopicID: f.TopicID, Number: f.Number, States: message.StatesOf(f)}}
}

// registerFilters keeps what an officer narrows the queue to again and again.
func (r Room) registerFilters(api endpoint.API) {
	own := func(method, path, id, summary string, status int) endpoint.Route {
		return endpoint.Route{
			Method: method, Path: "/api/v1/staff/filters" + path, ID: id, Summary: summary, Tag: tagQueue, Who: endpoint.Needs(model.PermitMessageOversee), Status: status,
		}
	}
	endpoint.Act(api, own(http.MethodGet, "", "saved-filters", "我的常用筛选", 0), func(ctx context.Context, by model.Actor, _ *endpoint.Empty) (*endpoint.Body[filterList], error) {
		found, err := r.Messages.Filters(ctx, by)
		if err != nil {
			return nil, err
		}
		list := filterList{Items: []filterView{}}
		for _, f := range found {
			list.Items = append(list.Items, ofFilter(f))
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, own(http.MethodPost, "", "save-filter", "存为常用筛选", http.StatusCreated), func(ctx context.Context, by model.Actor, in *filterInput) (*endpoint.Body[filterView], error) {
		saved, err := r.Messages.SaveFilter(ctx, by, in.Body.filter())
		if err != nil {
			return nil, err
		}
		return endpoint.Of(ofFilter(saved)), nil
	})
	endpoint.Act(api, own(http.MethodPut, "/{id}", "change-filter", "改名或改变常用筛选", 0), func(ctx context.Context, by model.Actor, in *filterChange) (*endpoint.Body[filterView], error) {
		changed, err := r.Messages.ChangeFilter(ctx, by, in.ID.ID, in.Body.filter())
		if err != nil {
			return nil, err
		}
		return endpoint.Of(ofFilter(changed)), nil
	})
	endpoint.Act(api, own(http.MethodDelete, "/{id}", "forget-filter", "删除常用筛选", http.StatusNoContent), func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
		return nil, r.Messages.ForgetFilter(ctx, by, in.ID)
	})
}
