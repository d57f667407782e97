package simulator_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"lianxin/simulator"
)

func plainOfficial(o *simulator.Options) { o.Official.Mode = simulator.ModePlain }

func authorizeLink(s *stand, scope string) string {
	return "/connect/oauth2/authorize?appid=" + s.opts.Official.AppID + "&redirect_uri=" + url.QueryEscape("https://lianxin.test/h5?a=1") +
		"&response_type=code&scope=" + scope + "&state=xyz"
}

func webCode(s *stand, link string) string {
	s.t.Helper()
	status, _, where := s.raw(http.MethodGet, link+"&simulator_user="+url.QueryEscape("张三"), nil)
	target, err := url.Parse(string(where))
	if err != nil || status != http.StatusFound {
		s.t.Fatalf("%d %s", status, where)
	}
	if target.Host != "lianxin.test" || target.Query().Get("state") != "xyz" || target.Query().Get("a") != "1" {
		s.t.Errorf("sent to %s", target)
	}
	return target.Query().Get("code")
}

func webLogin(s *stand, code string) answer {
	a := s.opts.Official
	return s.get("/sns/oauth2/access_token?grant_type=authorization_code&appid=" + a.AppID + "&secret=" + a.Secret + "&code=" + code)
}

func TestAWebLoginGivesTheOpenID(t *testing.T) {
	s := start(t)
	code := webCode(s, authorizeLink(s, "snsapi_userinfo"))
	out := webLogin(s, code)
	mine := s.openID("official", "张三")
	if out.text("openid") != mine || out.text("unionid") == "" || out.text("scope") != "snsapi_userinfo" {
		t.Errorf("login %v", out)
	}
	s.wantCode(40163, webLogin(s, code))
	s.wantCode(40029, webLogin(s, "x"))
	pair := "access_token=" + out.text("access_token") + "&openid=" + mine
	if user := s.get("/sns/userinfo?lang=zh_CN&" + pair); user.text("nickname") != "张三" || user.text("unionid") != out.text("unionid") {
		t.Errorf("user %v", user)
	}
	s.wantCode(0, s.get("/sns/auth?"+pair))
	s.wantCode(40003, s.get("/sns/auth?access_token="+out.text("access_token")+"&openid=oOther"))
	s.wantCode(40001, s.get("/sns/userinfo?access_token=x&openid="+mine))
	refresh := "/sns/oauth2/refresh_token?grant_type=refresh_token&appid=" + s.opts.Official.AppID + "&refresh_token="
	s.advance("2h")
	s.wantCode(42001, s.get("/sns/userinfo?"+pair))
	fresh := s.get(refresh + out.text("refresh_token"))
	s.wantCode(0, s.get("/sns/auth?access_token="+fresh.text("access_token")+"&openid="+mine))
	s.wantCode(40030, s.get(refresh+"x"))
	s.advance("720h")
	s.wantCode(42002, s.get(refresh+out.text("refresh_token")))
}

func TestTheSilentScopeGivesNoName(t *testing.T) {
	s := start(t)
	out := webLogin(s, webCode(s, authorizeLink(s, "snsapi_base")))
	if out.text("unionid") != "" {
		t.Errorf("login %v", out)
	}
	s.wantCode(48001, s.get("/sns/userinfo?access_token="+out.text("access_token")+"&openid="+out.text("openid")))
	late := s.control(http.MethodPost, "login-codes", answer{"account": "official", "user": "张三"}).text("code")
	s.advance("5m")
	s.wantCode(42003, webLogin(s, late))
}

func TestASnapshotIsNobody(t *testing.T) {
	s := start(t)
	code := s.control(http.MethodPost, "login-codes", answer{"account": "official", "user": "张三", "scope": "snsapi_userinfo", "snapshot": true}).text("code")
	out := webLogin(s, code)
	if out.number("is_snapshotuser") != 1 || out.text("openid") == s.openID("official", "张三") || out.text("unionid") != "" {
		t.Errorf("login %v", out)
	}
}

func TestTheAuthorizePageIsStrict(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Official.OAuthDomain = "lianxin.test" })
	good := authorizeLink(s, "snsapi_base")
	if status, _, page := s.raw(http.MethodGet, good, nil); status != http.StatusOK || !strings.Contains(string(page), "王秀英") {
		t.Errorf("the page to pick from: %d %s", status, page)
	}
	for name, link := range map[string]string{
		"order":  strings.Replace(good, "&scope=snsapi_base&state=xyz", "&state=xyz&scope=snsapi_base", 1),
		"appid":  strings.Replace(good, s.opts.Official.AppID, s.opts.Mini.AppID, 1),
		"domain": strings.Replace(good, "lianxin.test", "elsewhere.test", 1),
		"scope":  strings.Replace(good, "snsapi_base", "snsapi_all", 1),
		"type":   strings.Replace(good, "response_type=code", "response_type=token", 1),
	} {
		if status, _, _ := s.raw(http.MethodGet, link, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	if out := s.control(http.MethodPost, who("张三", "enter"), answer{"url": "https://open.weixin.qq.com" + good}); !strings.Contains(out.text("redirect"), "code=") {
		t.Errorf("enter %v", out)
	}
	s.control(http.MethodPut, "accounts/official", answer{"kind": "subscription"})
	if status, _, _ := s.raw(http.MethodGet, good, nil); status != http.StatusBadRequest {
		t.Errorf("a subscription account: %d", status)
	}
}

func TestUserInfoKnowsFollowersOnly(t *testing.T) {
	s := start(t)
	path := s.api("official", "/cgi-bin/user/info") + "&lang=zh_CN&openid="
	mine := s.openID("official", "张三")
	if out := s.get(path + mine); out.number("subscribe") != 0 || out.text("unionid") != "" {
		t.Errorf("stranger %v", out)
	}
	s.follow()
	if out := s.get(path + mine); out.number("subscribe") != 1 || out.text("unionid") == "" || out.number("subscribe_time") != float64(opening.Unix()) {
		t.Errorf("follower %v", out)
	}
	s.wantCode(40003, s.get(path+"oNobody"))
	s.wantCode(40003, s.get(path+s.openID("mini", "张三")))
}

func TestAMenuIsCheckedKeptAndTapped(t *testing.T) {
	s := start(t, plainOfficial)
	token := s.token("official")
	s.wantCode(46003, s.get("/cgi-bin/menu/get?access_token="+token))
	menu := `{"button":[{"type":"click","name":"找代表","key":"find"},{"name":"更多","sub_button":[{"type":"view","name":"公示","url":"https://lianxin.test/a?b=1&c=2"},` +
		`{"type":"miniprogram","name":"写信","appid":"` + s.opts.Mini.AppID + `","pagepath":"pages/index","url":"https://lianxin.test"}]}]}`
	s.wantCode(0, s.post("/cgi-bin/menu/create?access_token="+token, menu))
	kept := s.get("/cgi-bin/menu/get?access_token=" + token).object("menu").list("button")
	if len(kept) != 2 || kept[1].list("sub_button")[0].text("url") != "https://lianxin.test/a?b=1&c=2" {
		t.Errorf("menu %v", kept)
	}
	s.refused(http.StatusConflict, http.MethodPost, who("张三", "click"), answer{"key": "find"})
	s.follow()
	for event, body := range map[string]answer{
		"CLICK": {"key": "find"}, "VIEW": {"url": "https://lianxin.test/a?b=1&c=2"}, "view_miniprogram": {"pagepath": "pages/index"},
	} {
		s.control(http.MethodPost, who("张三", "click"), body)
		if got := s.next().body; !strings.Contains(got, "<Event><![CDATA["+event+"]]></Event>") {
			t.Errorf("%s: %s", event, got)
		}
	}
	s.refused(http.StatusNotFound, http.MethodPost, who("张三", "click"), answer{"key": "other"})
	s.wantCode(0, s.get("/cgi-bin/menu/delete?access_token="+token))
	s.wantCode(46003, s.get("/cgi-bin/menu/get?access_token="+token))
}

func TestBadMenusAreRefused(t *testing.T) {
	s := start(t)
	path := s.api("official", "/cgi-bin/menu/create")
	one := `{"type":"click","name":"找","key":"k"}`
	entry := func(text string) string { return `{"button":[` + text + `]}` }
	for body, want := range map[string]int{
		entry(""): 40016,
		entry(one + "," + one + "," + one + "," + one):                                                     40016,
		entry(`{"type":"tap","name":"找","key":"k"}`):                                                       40017,
		entry(`{"type":"click","name":"名字太长了啊","key":"k"}`):                                                40018,
		entry(`{"type":"click","name":"找","key":""}`):                                                      40019,
		entry(`{"type":"click","name":"找","key":"` + strings.Repeat("k", 129) + `"}`):                      40019,
		entry(`{"type":"view","name":"找","url":"lianxin.test"}`):                                           40020,
		entry(`{"name":"找","sub_button":[` + strings.Repeat(one+",", 5) + one + `]}`):                      40023,
		entry(`{"type":"click","name":"\u627e","key":"k"}`):                                                40033,
		entry(`{"type":"view","name":"找","url":"https://x.test/?a=1\u0026b=2"}`):                           40033,
		entry(`{"type":"miniprogram","name":"找","appid":"wxother","pagepath":"p","url":"https://x.test"}`): 45064,
		entry(`{"type":"media_id","name":"找","media_id":"m"}`):                                             40007,
		entry(`{"type":"click","name":"\\u627e","key":"k"}`):                                               0,
	} {
		s.wantCode(want, s.post(path, body))
	}
}

func TestASceneCodeIsMadeShownAndScanned(t *testing.T) {
	s := start(t, plainOfficial)
	path := s.api("official", "/cgi-bin/qrcode/create")
	s.refused(http.StatusNotFound, http.MethodPost, who("张三", "scan"), answer{"scene": "place-1"})
	made := s.post(path, answer{"action_name": "QR_LIMIT_STR_SCENE", "action_info": answer{"scene": answer{"scene_str": "place-1"}}})
	status, kind, _ := s.raw(http.MethodGet, "/cgi-bin/showqrcode?ticket="+url.QueryEscape(made.text("ticket")), nil)
	if status != http.StatusOK || kind != "image/jpeg" {
		t.Errorf("picture %d %s", status, kind)
	}
	if status, _, _ := s.raw(http.MethodGet, "/cgi-bin/showqrcode?ticket=x", nil); status != http.StatusNotFound {
		t.Errorf("a wrong ticket gives %d", status)
	}
	s.control(http.MethodPost, who("张三", "scan"), answer{"scene": "place-1"})
	if got := s.next().body; !strings.Contains(got, "<Event><![CDATA[subscribe]]>") || !strings.Contains(got, "<EventKey><![CDATA[qrscene_place-1]]>") {
		t.Errorf("first scan %s", got)
	}
	s.control(http.MethodPost, who("张三", "scan"), answer{"scene": "place-1"})
	if got := s.next().body; !strings.Contains(got, "<Event><![CDATA[SCAN]]>") || !strings.Contains(got, "<EventKey><![CDATA[place-1]]>") || !strings.Contains(got, made.text("ticket")) {
		t.Errorf("second scan %s", got)
	}
	if got := s.get(s.api("official", "/cgi-bin/user/info") + "&openid=" + s.openID("official", "张三")); got.text("qr_scene_str") != "place-1" || got.text("subscribe_scene") != "ADD_SCENE_QR_CODE" {
		t.Errorf("follower %v", got)
	}
}

func TestSceneCodesAreCheckedAndExpire(t *testing.T) {
	s := start(t)
	path := s.api("official", "/cgi-bin/qrcode/create")
	body := func(action string, seconds int, scene answer) answer {
		return answer{"action_name": action, "expire_seconds": seconds, "action_info": answer{"scene": scene}}
	}
	for _, test := range []struct {
		body answer
		want int
	}{
		{body("QR_SCENE", 2592001, answer{"scene_id": 5}), 40053},
		{body("QR_SCENE", 60, answer{"scene_id": 0}), 40053},
		{body("QR_LIMIT_SCENE", 0, answer{"scene_id": 100001}), 40053},
		{body("QR_STR_SCENE", 60, answer{"scene_str": strings.Repeat("a", 65)}), 40053},
		{body("QR_STR_SCENE", 60, answer{"scene_id": 5}), 40053},
		{body("QR_OTHER", 60, answer{"scene_id": 5}), 40052},
		{body("QR_SCENE", 60, answer{"scene_id": 5}), 0},
	} {
		s.wantCode(test.want, s.post(path, test.body))
	}
	s.advance("1m")
	s.refused(http.StatusNotFound, http.MethodPost, who("张三", "scan"), answer{"scene": "5"})
}

func TestQuotasAreClearedTenTimesAMonth(t *testing.T) {
	s := start(t)
	path := s.api("official", "/cgi-bin/clear_quota")
	s.wantCode(40013, s.post(path, answer{"appid": s.opts.Mini.AppID}))
	for range 10 {
		s.wantCode(0, s.post(path, answer{"appid": s.opts.Official.AppID}))
	}
	s.wantCode(48006, s.post(path, answer{"appid": s.opts.Official.AppID}))
	if got := s.get(s.api("mini", "/cgi-bin/getcallbackip")); got["ip_list"] == nil {
		t.Errorf("addresses %v", got)
	}
}

func TestMessageIDsAreTooLongForJavaScript(t *testing.T) {
	s := start(t, plainOfficial)
	s.follow()
	s.control(http.MethodPost, who("张三", "messages"), answer{"type": "text", "text": "在吗"})
	_, rest, _ := strings.Cut(s.next().body, "<MsgId>")
	number, _, _ := strings.Cut(rest, "</MsgId>")
	if id, err := strconv.ParseInt(number, 10, 64); err != nil || id < 1<<53 {
		t.Errorf("MsgId %q", number)
	}
}
