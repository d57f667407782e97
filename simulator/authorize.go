package simulator

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var authorizePage = template.Must(template.ParseFS(phoneFiles, "phone/authorize.html"))

// authorizeQuery is the query of the authorize page, without what is ours.
type authorizeQuery struct {
	redirect *url.URL
	state    string
	scope    string
}

var authorizeOrder = []string{"appid", "redirect_uri", "response_type", "scope", "state"}

// authorize is open.weixin.qq.com's page: a service account only, the parameters in WeChat's
// order. It shows the people to pick from; ?simulator_user=NAME at the end picks at once.
func (s *Simulator) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	asked, problem := s.readAuthorize(r.URL.RawQuery)
	names := slices.Clone(s.names)
	target := ""
	name := r.URL.Query().Get("simulator_user")
	if problem == "" && name != "" {
		if err := checkName(name); err != nil {
			problem = "名字无效：" + err.Error()
		} else {
			target = s.grantLogin(asked, s.person(name), false)
		}
	}
	s.record(callRecord{Path: r.URL.Path, Account: OfficialAccount, At: s.now()})
	s.mu.Unlock()
	if target != "" {
		http.Redirect(w, r, target, http.StatusFound) //nolint:gosec // sending people where redirect_uri says is the protocol
		return
	}
	s.showAuthorize(w, r, problem, names, asked.scope)
}

func (s *Simulator) showAuthorize(w http.ResponseWriter, r *http.Request, problem string, names []string, scope string) {
	type choice struct{ Name, Link string }
	view := struct {
		Problem, Scope string
		People         []choice
	}{Problem: problem, Scope: scope}
	for _, name := range names {
		view.People = append(view.People, choice{Name: name, Link: r.URL.Path + "?" + r.URL.RawQuery + "&simulator_user=" + url.QueryEscape(name)})
	}
	var out bytes.Buffer
	if err := authorizePage.Execute(&out, view); err != nil {
		s.log.ErrorContext(r.Context(), "authorize page not drawn", "error", err)
		http.Error(w, "page not drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if problem != "" {
		w.WriteHeader(http.StatusBadRequest)
	}
	_, _ = w.Write(out.Bytes())
}

// grantLogin mints a code and says where the person is sent with it.
func (s *Simulator) grantLogin(asked authorizeQuery, p *person, snapshot bool) string {
	minted := s.mint(code{use: webCode, person: p, scope: asked.scope, snapshot: snapshot})
	target := *asked.redirect
	query := target.Query()
	query.Set("code", minted)
	query.Set("state", asked.state)
	target.RawQuery = query.Encode()
	return target.String()
}

// readAuthorize says in Chinese what is wrong, or nothing.
func (s *Simulator) readAuthorize(raw string) (authorizeQuery, string) {
	a := s.accounts[OfficialAccount]
	values, err := url.ParseQuery(raw)
	if err != nil {
		return authorizeQuery{}, "链接参数无法解析"
	}
	redirect, err := url.Parse(values.Get("redirect_uri"))
	switch {
	case !a.verifiedService():
		return authorizeQuery{}, "该公众号没有网页授权权限（48001）：只有已认证的服务号可以使用"
	case values.Get("appid") != a.AppID:
		return authorizeQuery{}, "appid 参数错误（10013）"
	case !inOrder(raw):
		return authorizeQuery{}, "参数顺序错误：应为 appid、redirect_uri、response_type、scope、state"
	case err != nil || !isWebAddress(values.Get("redirect_uri")) || !a.allowsRedirect(redirect):
		return authorizeQuery{}, "redirect_uri 域名与后台配置不一致（10003）"
	case values.Get("response_type") != "code":
		return authorizeQuery{}, "response_type 应为 code"
	case values.Get("scope") != scopeBase && values.Get("scope") != scopeUser:
		return authorizeQuery{}, "scope 参数错误或没有 scope 权限（10005）"
	case len(values.Get("state")) > 128:
		return authorizeQuery{}, "state 最多 128 字节"
	}
	return authorizeQuery{redirect: redirect, state: values.Get("state"), scope: values.Get("scope")}, ""
}

// inOrder tells whether the known parameters come in WeChat's order; state may be missing.
func inOrder(raw string) bool {
	var seen []string
	for pair := range strings.SplitSeq(raw, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if slices.Contains(authorizeOrder, key) {
			seen = append(seen, key)
		}
	}
	return slices.Equal(seen, authorizeOrder) || slices.Equal(seen, authorizeOrder[:4])
}
