package simulator_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"lianxin/simulator"

	"github.com/google/go-cmp/cmp"
)

func progress() answer {
	return answer{
		"thing1": answer{"value": "人民路路灯不亮"}, "phrase2": answer{"value": "办理中"},
		"time3": answer{"value": "2026-11-22 09:00"}, "thing4": answer{"value": "三个工作日内答复"},
	}
}

func allow(s *stand, account, template string) {
	s.t.Helper()
	s.control(http.MethodPost, who("张三", "grants"), answer{"account": account, "template_ids": []string{template}})
	s.next()
}

func notices(s *stand) []answer {
	s.t.Helper()
	return s.control(http.MethodGet, who("张三", "notices"), nil).list("notices")
}

func TestOneGrantIsOneMessage(t *testing.T) {
	s := start(t)
	path := s.api("mini", "/cgi-bin/message/subscribe/send")
	body := answer{"touser": s.openID("mini", "张三"), "template_id": "mini-progress", "page": "pages/letter?id=1", "miniprogram_state": "formal", "data": progress()}
	refused := s.post(path, body)
	s.wantCode(43101, refused)
	if !strings.HasPrefix(refused.text("errmsg"), "user refuse to accept the msg rid: ") {
		t.Errorf("errmsg %q", refused.text("errmsg"))
	}
	allow(s, "mini", "mini-progress")
	allow(s, "mini", "mini-progress")
	s.wantCode(0, s.post(path, body))
	s.wantCode(0, s.post(path, body))
	s.wantCode(43101, s.post(path, body))
	got := notices(s)
	if len(got) != 2 {
		t.Fatalf("%d notices", len(got))
	}
	want := answer{"thing1": "人民路路灯不亮", "phrase2": "办理中", "time3": "2026-11-22 09:00", "thing4": "三个工作日内答复"}
	if diff := cmp.Diff(want, got[0].object("data")); diff != "" {
		t.Error(diff)
	}
	if got[0].text("channel") != "subscribe" || got[0].text("page") != "pages/letter?id=1" || got[0].text("title") != "留言办理进度通知" {
		t.Errorf("notice %v", got[0])
	}
}

func TestAGrantOfOneTemplateIsNoneOfAnother(t *testing.T) {
	s := start(t)
	allow(s, "mini", "mini-answer")
	s.wantCode(43101, s.post(s.api("mini", "/cgi-bin/message/subscribe/send"),
		answer{"touser": s.openID("mini", "张三"), "template_id": "mini-progress", "data": progress()}))
	s.control(http.MethodPost, who("张三", "grants"), answer{"account": "mini", "template_ids": []string{"mini-progress"}, "answer": "reject"})
	if got := s.control(http.MethodGet, who("张三", "grants"), nil).object("grants"); got.number("mini-progress") != 0 || got.number("mini-answer") != 1 {
		t.Errorf("grants %v", got)
	}
	s.control(http.MethodDelete, who("张三", "grants"), answer{"account": "mini", "template_ids": []string{"mini-answer"}})
	if got := s.control(http.MethodGet, who("张三", "grants"), nil).object("grants"); got.number("mini-answer") != 0 {
		t.Errorf("grants %v", got)
	}
	s.refused(http.StatusBadRequest, http.MethodPost, who("张三", "grants"), answer{"account": "mini", "template_ids": []string{"a", "b", "c", "d"}})
	s.refused(http.StatusBadRequest, http.MethodPost, who("张三", "grants"), answer{"account": "mini", "template_ids": []string{"oa-progress"}})
}

func TestSubscribeMessagesAreChecked(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Mini.Pages = []string{"pages/letter"} })
	allow(s, "mini", "mini-progress")
	path, mine := s.api("mini", "/cgi-bin/message/subscribe/send"), s.openID("mini", "张三")
	whole := answer{"touser": mine, "template_id": "mini-progress", "data": progress()}
	tests := map[string]struct {
		key   string
		value any
		want  int
		text  string
	}{
		"openid of the other account": {"touser", s.openID("official", "张三"), 40003, ""},
		"template":                    {"template_id", "oa-progress", 40037, ""},
		"page":                        {"page", "pages/other", 41030, ""},
		"state":                       {"miniprogram_state", "beta", 40035, ""},
		"language":                    {"lang", "zh", 40035, ""},
		"bad value":                   {"data", with("phrase2", "done"), 47003, "data.phrase2.value invalid"},
		"empty value":                 {"data", with("thing1", ""), 47003, emptyValue},
		"line break":                  {"data", with("thing4", "一\n二"), 47003, "data.thing4.value invalid"},
		"foreign key":                 {"data", with("thing9", "多余"), 47003, "data.thing9"},
		"no data":                     {"data", answer{}, 47003, emptyValue},
		"number as value":             {"data", answer{"thing1": answer{"value": 1}}, 47001, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			changed := maps.Clone(whole)
			changed[test.key] = test.value
			out := s.post(path, changed)
			s.wantCode(test.want, out)
			if !strings.Contains(out.text("errmsg"), test.text) {
				t.Errorf("errmsg %q", out.text("errmsg"))
			}
		})
	}
	s.wantCode(0, s.post(path, whole)) // no refusal used the grant up
}

// emptyValue has WeChat's own spelling.
const emptyValue = "data.thing1.value is emtpy" //nolint:misspell // WeChat's own

func with(key, value string) answer {
	data := progress()
	data[key] = answer{"value": value}
	return data
}

func TestTheTemplatesOfAnAccountAreListed(t *testing.T) {
	s := start(t)
	list := s.get(s.api("mini", "/wxaapi/newtmpl/gettemplate")).list("data")
	if len(list) != 5 || list[0].text("priTmplId") != "mini-progress" || !strings.HasPrefix(list[0].text("content"), "留言事项:{{thing1.DATA}}\n") {
		t.Errorf("templates %v", list)
	}
	if got := s.get(s.api("official", "/wxaapi/newtmpl/gettemplate")).list("data"); len(got) != 1 {
		t.Errorf("templates %v", got)
	}
}

func TestAFollowerGetsATemplateMessage(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Official.Mode = simulator.ModePlain })
	path := s.api("official", "/cgi-bin/message/template/send")
	body := answer{
		"touser": s.openID("official", "张三"), "template_id": "oa-progress", "url": "https://lianxin.test/1",
		"miniprogram": answer{"appid": "", "pagepath": ""}, "data": progress(), "client_msg_id": "m1",
	}
	s.wantCode(43004, s.post(path, body))
	s.follow()
	first := s.post(path, body)
	s.wantCode(0, first)
	event := s.next().body
	if !strings.Contains(event, "<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>") || !strings.Contains(event, "<Status><![CDATA[success]]></Status>") {
		t.Errorf("event %s", event)
	}
	if again := s.post(path, body); again["msgid"] != first["msgid"] {
		t.Errorf("a repeated client_msg_id gave %v", again)
	}
	if got := notices(s); len(got) != 1 || got[0].text("url") != "https://lianxin.test/1" || got[0].text("channel") != "template" {
		t.Errorf("notices %v", got)
	}
	s.advance("11m")
	s.wantCode(0, s.post(path, body))
	if got := notices(s); len(got) != 2 {
		t.Errorf("after ten minutes: %d notices", len(got))
	}
}

func TestTemplateMessagesAreChecked(t *testing.T) {
	s := start(t)
	s.follow()
	path := s.api("official", "/cgi-bin/message/template/send")
	whole := answer{"touser": s.openID("official", "张三"), "template_id": "oa-progress", "data": progress()}
	for key, test := range map[string]struct {
		value any
		want  int
	}{
		"touser":      {"oNobody", 40003},
		"template_id": {"mini-progress", 40037},
		"url":         {"lianxin.test", 40039},
		"miniprogram": {answer{"appid": "wxother"}, 40013},
		"data":        {with("first", "旧"), 47003},
	} {
		changed := maps.Clone(whole)
		changed[key] = test.value
		s.wantCode(test.want, s.post(path, changed))
	}
}

func TestTheProfileDecidesWhatAnAccountMayDo(t *testing.T) {
	s := start(t)
	token := s.token("official")
	right := func(path string) int { return s.post(path+"?access_token="+token, answer{}).code() }
	paths := map[string]string{
		"template": "/cgi-bin/message/template/send", "qrcode": "/cgi-bin/qrcode/create",
		"bizsend": "/cgi-bin/message/subscribe/bizsend", "menu": "/cgi-bin/menu/create", "custom": "/cgi-bin/message/custom/send",
	}
	s.control(http.MethodPut, "accounts/official", answer{"kind": "subscription"})
	for name, path := range paths {
		service := name == "template" || name == "qrcode"
		if got := right(path) == 48001; got != service {
			t.Errorf("verified subscription account, %s: refused %v", name, got)
		}
	}
	s.control(http.MethodPut, "accounts/official", answer{"kind": "service", "verified": false})
	for name, path := range paths {
		if got := right(path); got != 48001 {
			t.Errorf("unverified service account, %s: %d", name, got)
		}
	}
	s.wantCode(48001, s.get("/cgi-bin/user/info?access_token="+token+"&openid=x"))
	s.wantCode(48001, s.get("/cgi-bin/menu/get?access_token="+token))
}

func TestTheOfficialAccountSendsSubscribeMessagesToo(t *testing.T) {
	s := start(t)
	path := s.api("official", "/cgi-bin/message/subscribe/bizsend")
	body := answer{"touser": s.openID("official", "张三"), "template_id": "oa-subscribe-progress", "data": progress(), "miniprogram": answer{"appid": s.opts.Mini.AppID, "pagepath": "pages/letter"}}
	s.wantCode(43101, s.post(path, body))
	allow(s, "official", "oa-subscribe-progress")
	s.wantCode(0, s.post(path, body))
	if got := notices(s); len(got) != 1 || got[0].text("page") != "pages/letter" || got[0].text("account") != "official" {
		t.Errorf("notices %v", got)
	}
}
