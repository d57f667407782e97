package staff

import (
	"context"
	"net/http"
	"time"

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
	Verdict string          `json:"verdict" enum:"ok,warn,fail,skip,unasked" doc:"skip：没有配置；unasked：还没有问过微信"`
	Found   string          `json:"found"`
	Do      string          `json:"do,omitempty"`
	Fields  []TemplateField `json:"fields"`
}

// Online is what was found of WeChat and the way between.
type Online struct {
	Findings  []Finding       `json:"findings"`
	Templates []TemplateCheck `json:"templates"`
}

// VerdictUnasked is the verdict of what WeChat was not asked about yet.
const VerdictUnasked = "unasked"

// TemplateAccount is what was found of all templates of one account. Others are
// those at WeChat that no setting names.
type TemplateAccount struct {
	Account string          `json:"account"`
	Verdict string          `json:"verdict" enum:"ok,warn,fail,skip,unasked"`
	Found   string          `json:"found"`
	Do      string          `json:"do,omitempty"`
	Others  []OtherTemplate `json:"others" doc:"微信后台有、我们没有用的"`
}

// OtherTemplate is a template at WeChat that we do not use.
type OtherTemplate struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Fields string `json:"fields" doc:"有哪些字段"`
}

// NoticeTemplates are the templates of the settings; CheckedAt is nil when WeChat
// was not asked.
type NoticeTemplates struct {
	CheckedAt *time.Time        `json:"checked_at,omitempty"`
	Accounts  []TemplateAccount `json:"accounts"`
	Templates []TemplateCheck   `json:"templates"`
}

// registerTemplates adds the templates of notices: what the settings say, and, on
// demand, whether WeChat agrees.
func (r Room) registerTemplates(api endpoint.API) {
	const path = "/api/v1/staff/notice-templates"
	look := func(ask bool) func(context.Context, model.Actor, *struct{}) (*endpoint.Body[NoticeTemplates], error) {
		return func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[NoticeTemplates], error) {
			// It says whether the actor may, and asks WeChat only then.
			if _, err := r.Talk.Menu(ctx, by); err != nil {
				return nil, err
			}
			return endpoint.Of(r.NoticeTemplates(ctx, ask)), nil
		}
	}
	keep := endpoint.Needs(model.PermitOfficialAccount)
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: path, ID: "staff-notice-templates", Summary: "通知模板的配置", Tag: "公众号", Who: keep}, look(false))
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: path + "/check", ID: "check-notice-templates", Summary: "和微信后台核对通知模板", Tag: "公众号", Who: keep, Keyless: true,
	}, look(true))
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
