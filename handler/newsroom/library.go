package newsroom

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/newsroom"
)

const library = "/api/v1/staff/library"

type libraryInput struct {
	endpoint.Paging
	Text string `query:"q" maxLength:"60" doc:"说明、来源或图中人物里的字"`
}

type libraryView struct {
	ID        string    `json:"id"`
	PictureID string    `json:"picture_id" doc:"图片编号；正文里写作 /media/编号"`
	AreaID    string    `json:"area_id"`
	Caption   string    `json:"caption"`
	Source    string    `json:"source"`
	Licence   string    `json:"licence,omitempty"`
	Shows     string    `json:"shows,omitempty" doc:"图中人物，及是否同意"`
	Adder     string    `json:"adder"`
	URL       string    `json:"url"`
	ThumbURL  string    `json:"thumb_url"`
	CreatedAt time.Time `json:"created_at"`
}

type libraryList struct {
	Items []libraryView `json:"items"`
	Next  string        `json:"next,omitempty"`
}

type libraryAdd struct {
	Body struct {
		AreaID    string `json:"area_id" minLength:"1" maxLength:"36"`
		PictureID string `json:"picture_id" minLength:"1" maxLength:"36" doc:"已上传的图片"`
		Caption   string `json:"caption" minLength:"1" maxLength:"100"`
		Source    string `json:"source" minLength:"1" maxLength:"100"`
		Licence   string `json:"licence,omitempty" maxLength:"100"`
		Shows     string `json:"shows,omitempty" maxLength:"200"`
	}
}

func (r Room) viewLibrary(p model.LibraryPicture) libraryView {
	full, thumb := r.Link(p.PictureID)
	return libraryView{p.ID, p.PictureID, p.AreaID, p.Caption, p.Source, p.Licence, p.Shows, p.Adder, full, thumb, p.CreatedAt.In(model.Shanghai)}
}

func (r Room) registerLibrary(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: library, ID: "library", Summary: "图片库", Tag: tag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *libraryInput) (*endpoint.Body[libraryList], error) {
			pictures, next, err := r.Newsroom.Library(ctx, by, in.Text, in.Page())
			if err != nil {
				return nil, err
			}
			list := libraryList{Items: []libraryView{}, Next: next}
			for _, p := range pictures {
				list.Items = append(list.Items, r.viewLibrary(p))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: library, ID: "add-to-library", Summary: "放入图片库", Tag: tag, Who: writes(), Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *libraryAdd) (*endpoint.Body[libraryView], error) {
			p, err := r.Newsroom.AddPicture(ctx, by, newsroom.NewPicture{
				AreaID: in.Body.AreaID, PictureID: in.Body.PictureID, Caption: in.Body.Caption, Source: in.Body.Source, Licence: in.Body.Licence, Shows: in.Body.Shows,
			})
			if err != nil {
				return nil, err
			}
			return endpoint.Of(r.viewLibrary(p)), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodDelete, Path: library + "/{id}", ID: "remove-from-library", Summary: "移出图片库；用到它的文章不受影响", Tag: tag, Who: writes(), Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
			return nil, r.Newsroom.RemovePicture(ctx, by, in.ID)
		})
}
