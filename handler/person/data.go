package person

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/privacy"
)

type categoryView struct {
	Name  string `json:"name"`
	What  string `json:"what" doc:"保存的是什么"`
	Why   string `json:"why" doc:"用来做什么"`
	Keep  string `json:"keep" doc:"保存多久"`
	Count int64  `json:"count"`
}

type overviewView struct {
	Items []categoryView `json:"items"`
}

type copyView struct {
	ID     string    `json:"id" doc:"用 GET /api/v1/me/data/exports/{id} 下载；只有本人登录后才能下载"`
	EndsAt time.Time `json:"ends_at" doc:"在此之前可以下载，最多 5 次"`
}

type erasureView struct {
	State   model.ErasureState `json:"state" enum:"waiting,running"`
	AskedAt time.Time          `json:"asked_at"`
	DueAt   time.Time          `json:"due_at" doc:"在此之前可以撤回"`
}

type forecastView struct {
	Roles    []model.Role `json:"roles" doc:"担任的职务；有职务时不能注销"`
	Open     int64        `json:"open" doc:"还没办结的来信，注销时一并撤回"`
	Erased   int64        `json:"erased" doc:"没有答复过的来信，内容全部删除"`
	Kept     int64        `json:"kept" doc:"答复过的来信，隐去身份后封存"`
	Pictures int64        `json:"pictures" doc:"您上传的图片"`
	Cards    int64        `json:"cards" doc:"公开的问答，注销时删除"`
	Goes     []string     `json:"goes" doc:"会删除什么"`
	Stays    []string     `json:"stays" doc:"什么会留下、为什么"`
	Pending  *erasureView `json:"pending,omitempty" doc:"等待生效的注销申请"`
}

func viewErasure(e model.Erasure) *erasureView {
	return &erasureView{e.State, e.AskedAt.In(model.Shanghai), e.DueAt.In(model.Shanghai)}
}

func (r Room) registerData(api endpoint.API) {
	const tag, path = "我的数据", "/api/v1/me/data"
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: path, ID: "my-data", Summary: "保存了我的什么、为什么、多久", Tag: tag, Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[overviewView], error) {
		found, err := r.Privacy.Overview(ctx, by)
		if err != nil {
			return nil, err
		}
		v := overviewView{Items: []categoryView{}}
		for _, c := range found {
			v.Items = append(v.Items, categoryView(c))
		}
		return endpoint.Of(v), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: path + "/exports", ID: "ask-copy", Summary: "申请下载我的数据，每天一次", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusCreated, StepUp: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[copyView], error) {
		asked, err := r.Privacy.AskCopy(ctx, by)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(copyView{asked.ID, asked.EndsAt.In(model.Shanghai)}), nil
	})
	r.registerFetch(api)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: path + "/erasure", ID: "foresee-erasure", Summary: "注销会删除什么、留下什么", Tag: tag, Who: endpoint.SignedIn(),
	}, r.foresee)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: path + "/erasure", ID: "ask-erasure", Summary: "申请注销，72 小时后生效", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusCreated, StepUp: true,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[erasureView], error) {
		e, err := r.Privacy.AskErasure(ctx, by)
		if err != nil {
			return nil, err
		}
		return &endpoint.Body[erasureView]{Body: *viewErasure(e)}, nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: path + "/erasure", ID: "take-back-erasure", Summary: "撤回注销申请", Tag: tag, Who: endpoint.SignedIn(), Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Empty, error) {
		return nil, r.Privacy.TakeBack(ctx, by)
	})
}

// registerFetch adds the download. It is made while it is sent, so its answer
// begins only when nothing stands against it any more.
func (r Room) registerFetch(api endpoint.API) {
	route := endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/me/data/exports/{id}", ID: "fetch-copy", Summary: "下载我的数据（zip：网页、JSON 和图片）", Tag: "我的数据", Who: endpoint.SignedIn(),
	}
	endpoint.Act(api, route, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*huma.StreamResponse, error) {
		ready, err := r.Privacy.OpenCopy(ctx, by, in.ID)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) { r.stream(ctx, hc, by, ready) }}, nil
	})
}

// fetchLife bounds how long one download may take.
const fetchLife = 30 * time.Minute

func (r Room) stream(ctx context.Context, hc huma.Context, by model.Actor, ready privacy.Ready) {
	hc.SetHeader("Content-Type", "application/zip")
	hc.SetHeader("Content-Disposition", `attachment; filename="lianxin-data.zip"`)
	w := hc.BodyWriter()
	if rw, ok := w.(http.ResponseWriter); ok {
		// The server's own limit is meant for short answers.
		_ = http.NewResponseController(rw).SetWriteDeadline(r.Now().Add(fetchLife))
	}
	if err := ready.Write(ctx, w); err != nil {
		r.Log.ErrorContext(ctx, "a copy of a person's data was cut short", "person", by.PersonID, "error", err)
		panic(http.ErrAbortHandler) // the half must not be taken for the whole
	}
}

func (r Room) foresee(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[forecastView], error) {
	f, err := r.Privacy.Foresee(ctx, by)
	if err != nil {
		return nil, err
	}
	v := forecastView{
		Roles: []model.Role{}, Open: f.Open, Erased: f.Erased, Kept: f.Kept, Pictures: f.Pictures, Cards: f.Cards,
		Goes: privacy.Goes(), Stays: privacy.Stays(),
	}
	v.Roles = append(v.Roles, f.Roles...)
	if f.Pending != nil {
		v.Pending = viewErasure(*f.Pending)
	}
	return endpoint.Of(v), nil
}
