package newsroom

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
)

const columns = "/api/v1/staff/columns"

type columnView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type columnList struct {
	Items []columnView `json:"items"`
}

type columnBody struct {
	Name string `json:"name" minLength:"1" maxLength:"20"`
}

type columnInput struct{ Body columnBody }

type columnChange struct {
	endpoint.ID
	Body columnBody
}

func (r Room) registerColumns(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: columns, ID: "columns", Summary: "栏目", Tag: tag, Who: reviews()},
		func(ctx context.Context, _ model.Actor, _ *struct{}) (*endpoint.Body[columnList], error) {
			found, err := r.Newsroom.Columns(ctx)
			if err != nil {
				return nil, err
			}
			list := columnList{Items: []columnView{}}
			for _, c := range found {
				list.Items = append(list.Items, columnView{c.ID, c.Name})
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: columns, ID: "add-column", Summary: "新增栏目", Tag: tag, Who: writes(), Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *columnInput) (*endpoint.Body[columnView], error) {
			c, err := r.Newsroom.AddColumn(ctx, by, in.Body.Name)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(columnView{c.ID, c.Name}), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPut, Path: columns + "/{id}", ID: "rename-column", Summary: "改栏目名", Tag: tag, Who: writes()},
		func(ctx context.Context, by model.Actor, in *columnChange) (*endpoint.Body[columnView], error) {
			c, err := r.Newsroom.RenameColumn(ctx, by, in.ID.ID, in.Body.Name)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(columnView{c.ID, c.Name}), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodDelete, Path: columns + "/{id}", ID: "remove-column", Summary: "删除没有文章的栏目", Tag: tag, Who: writes(), Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
			return nil, r.Newsroom.RemoveColumn(ctx, by, in.ID)
		})
}
