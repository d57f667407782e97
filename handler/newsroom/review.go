package newsroom

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
)

type commentInput struct {
	endpoint.ID
	Body struct {
		Text  string `json:"text" minLength:"1" maxLength:"1000"`
		Quote string `json:"quote,omitempty" maxLength:"2000" doc:"批注针对的原文"`
	}
}

type settleInput struct {
	endpoint.ID
	CommentID string `path:"cid" minLength:"1" maxLength:"36"`
}

func (r Room) registerReview(api endpoint.API) {
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/return", ID: "return-article", Summary: "退回修改", Who: reviews()},
		func(in *reasonInput) string { return in.ID.ID }, func(ctx context.Context, by model.Actor, in *reasonInput) error {
			_, err := r.Newsroom.Return(ctx, by, in.ID.ID, in.Body.Reason)
			return err
		})
	act(api, r, endpoint.Route{Method: http.MethodPost, Path: one + "/approve", ID: "approve-article", Summary: "审核通过；写过的人不能审核", Who: reviews()}, idOf,
		func(ctx context.Context, by model.Actor, in *endpoint.ID) error {
			_, err := r.Newsroom.Approve(ctx, by, in.ID)
			return err
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: one + "/comments", ID: "comment-article", Summary: "批注", Tag: tag, Who: reviews(), Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *commentInput) (*endpoint.Body[commentView], error) {
			c, err := r.Newsroom.Comment(ctx, by, in.ID.ID, in.Body.Text, in.Body.Quote)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(viewComment(c, by.PersonID)), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: one + "/comments/{cid}/settle", ID: "settle-comment", Summary: "批注已处理", Tag: tag, Who: reviews(), Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *settleInput) (*endpoint.Empty, error) {
			return nil, r.Newsroom.Settle(ctx, by, in.ID.ID, in.CommentID)
		})
}
