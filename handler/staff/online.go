package staff

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
)

// Finding is one thing that was looked at, what was found, and what to do.
type Finding struct {
	Check   string `json:"check"`
	Verdict string `json:"verdict" enum:"ok,warn,fail,skip"`
	Found   string `json:"found"`
	Do      string `json:"do,omitempty"`
}

// TemplateField is one field of a template: what we fill in, under which key, and
// what WeChat has there.
type TemplateField struct {
	Means string `json:"means" doc:"我们填什么"`
	Key   string `json:"key" doc:"我们用的字段"`
	Label string `json:"label,omitempty" doc:"微信模板里的名称"`
	Wrong string `json:"wrong,omitempty"`
}

// TemplateCheck is one template of a notice in one account.
type TemplateCheck struct {
	Account string          `json:"account"`
	Notice  string          `json:"notice" doc:"用来通知什么"`
	Setting string          `json:"setting" doc:"在哪一项配置里"`
	ID      string          `json:"id,omitempty"`
	Title   string          `json:"title,omitempty" doc:"微信模板的标题"`
	Verdict string          `json:"verdict" enum:"ok,warn,fail,skip"`
	Found   string          `json:"found"`
	Do      string          `json:"do,omitempty"`
	Fields  []TemplateField `json:"fields"`
}

// Online is what was found of WeChat and the way between.
type Online struct {
	Findings  []Finding       `json:"findings"`
	Templates []TemplateCheck `json:"templates"`
}

func (r Room) registerOnline(api endpoint.API, route func(method, path, id, summary string) endpoint.Route) {
	check := route(http.MethodPost, "/check", "check-online", "检查微信接入：域名、回调、密钥、模板、菜单")
	check.Keyless = true
	endpoint.Act(api, check, func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[Online], error) {
		// It says whether the actor may, and asks WeChat only then.
		if _, err := r.Talk.Menu(ctx, by); err != nil {
			return nil, err
		}
		return endpoint.Of(r.Online(ctx)), nil
	})
}
