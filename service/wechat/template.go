package wechat

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"
)

const (
	apiSubscribeTemplates = "wxaapi/newtmpl/gettemplate"
	apiFollowerTemplates  = "cgi-bin/template/get_all_private_template"
)

// Template is a template that notices of an account can be written on.
type Template struct {
	ID    string
	Title string
	// Keys are the names of its fields, in their order, Labels what people read
	// beside each.
	Keys   []string
	Labels []string
}

// TemplateList is what an account has, and WeChat's clock when it said so. The
// clock is zero when WeChat did not tell it.
type TemplateList struct {
	Templates []Template
	At        time.Time
}

var templateKey = regexp.MustCompile(`([^\n{}]*?)[:：]?\s*\{\{(\w+)\.DATA\}\}`)

// Templates lists the templates of an account that this program sends by: those
// of subscribe messages for the mini-program, those for followers for the
// official account. It is a real exchange, so it also shows whether the secret,
// the address of this machine and the rights of the account are in order. When
// it fails the list still holds WeChat's clock, if WeChat answered at all.
func (g *Gateway) Templates(ctx context.Context, kind AccountKind) (TemplateList, error) {
	var list TemplateList
	var answer struct {
		Subscribe []struct {
			ID      string `json:"priTmplId"`
			Title   string `json:"title"`
			Content string `json:"content"`
		} `json:"data"`
		Follower []struct {
			ID      string `json:"template_id"`
			Title   string `json:"title"`
			Content string `json:"content"`
		} `json:"template_list"`
	}
	api := apiSubscribeTemplates
	if kind == OfficialAccount {
		api = apiFollowerTemplates
	}
	if err := g.fetchBy(ctx, kind, call{api: api, at: &list.At}, url.Values{}, &answer); err != nil {
		return list, err
	}
	for _, t := range answer.Subscribe {
		list.Templates = append(list.Templates, templateOf(t.ID, t.Title, t.Content))
	}
	for _, t := range answer.Follower {
		list.Templates = append(list.Templates, templateOf(t.ID, t.Title, t.Content))
	}
	return list, nil
}

func templateOf(id, title, content string) Template {
	t := Template{ID: id, Title: title}
	for _, found := range templateKey.FindAllStringSubmatch(content, -1) {
		t.Labels, t.Keys = append(t.Labels, strings.TrimSpace(found[1])), append(t.Keys, found[2])
	}
	return t
}
