package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/follow"
)

type followArticle struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	PublishedAt *time.Time `json:"published_at"`
}

type followView struct {
	ID         string           `json:"id"`
	Kind       model.FollowKind `json:"kind" enum:"representative,area"`
	TargetID   string           `json:"target_id"`
	Name       string           `json:"name"`
	Detail     string           `json:"detail,omitempty" doc:"代表的单位和职务"`
	PictureURL string           `json:"picture_url,omitempty"`
	Gone       bool             `json:"gone" doc:"不会再有动态了，可以取消"`
	Since      time.Time        `json:"since"`
	Latest     *followArticle   `json:"latest,omitempty" doc:"最新的一篇"`
}

type followList struct {
	Items []followView `json:"items"`
}

type followInput struct {
	Body struct {
		Kind     model.FollowKind `json:"kind" enum:"representative,area"`
		TargetID string           `json:"target_id" minLength:"1" maxLength:"36" doc:"代表编号或区域编号"`
	}
}

func (r Room) viewFollow(c follow.Card) followView {
	v := followView{ID: c.ID, Kind: c.Kind, TargetID: c.TargetID, Name: c.Name, Detail: c.Detail, Gone: c.Gone, Since: c.CreatedAt.In(model.Shanghai)}
	if c.PictureID != "" {
		v.PictureURL, _ = r.Link(c.PictureID)
	}
	if c.Latest != nil {
		v.Latest = &followArticle{ID: c.Latest.ID, Title: c.Latest.Title}
		v.Latest.PublishedAt = model.InShanghai(c.Latest.PublishedAt)
	}
	return v
}

func (r Room) registerFollows(api endpoint.API) {
	const tag, base = "关注", "/api/v1/me/follows"
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: base, ID: "follows", Summary: "我关注的代表和区域", Tag: tag, Who: endpoint.SignedIn()},
		func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[followList], error) {
			found, err := r.Follows.Follows(ctx, by)
			if err != nil {
				return nil, err
			}
			list := followList{Items: []followView{}}
			for _, one := range found {
				list.Items = append(list.Items, r.viewFollow(one))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPut, Path: base, ID: "follow", Summary: "关注一位代表或一个区域", Tag: tag, Who: endpoint.SignedIn()},
		func(ctx context.Context, by model.Actor, in *followInput) (*endpoint.Body[followView], error) {
			one, err := r.Follows.Begin(ctx, by, in.Body.Kind, in.Body.TargetID)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(r.viewFollow(one)), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodDelete, Path: base + "/{id}", ID: "unfollow", Summary: "取消关注", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
			return nil, r.Follows.End(ctx, by, in.ID)
		})
}
