package simulator_test

import (
	"bytes"
	"image/jpeg"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"lianxin/simulator"
)

func session(s *stand, code string) answer {
	a := s.opts.Mini
	return s.get("/sns/jscode2session?grant_type=authorization_code&appid=" + a.AppID + "&secret=" + a.Secret + "&js_code=" + code)
}

func loginCode(s *stand) string {
	return s.control(http.MethodPost, "login-codes", answer{"account": "mini", "user": "张三"}).text("code")
}

func TestALoginCodeGivesTheOpenIDOnce(t *testing.T) {
	s := start(t)
	code := loginCode(s)
	out := session(s, code)
	if out.text("openid") != s.openID(simulator.MiniAccount, "张三") || out.text("unionid") == "" || len(out.text("session_key")) != 24 {
		t.Errorf("session %v", out)
	}
	s.wantCode(40163, session(s, code))
	s.wantCode(40029, session(s, "nonsense"))
	s.wantCode(41008, session(s, ""))
	late := loginCode(s)
	s.advance("5m")
	s.wantCode(40029, session(s, late))
}

func TestWithoutAnOpenPlatformThereIsNoUnionID(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Mini.Unbound = true })
	if out := session(s, loginCode(s)); out.text("unionid") != "" || out.text("openid") == "" {
		t.Errorf("session %v", out)
	}
}

func TestAPhoneCodeGivesTheNumberOnce(t *testing.T) {
	s := start(t)
	s.control(http.MethodPost, "users", answer{"name": "张三", "phone": "13900000001"})
	code := s.control(http.MethodPost, "phone-codes", answer{"user": "张三"}).text("code")
	path := s.api(simulator.MiniAccount, "/wxa/business/getuserphonenumber")
	out := s.post(path, answer{"code": code}).object("phone_info")
	if out.text("purePhoneNumber") != "13900000001" || out.object("watermark").text("appid") != s.opts.Mini.AppID {
		t.Errorf("phone_info %v", out)
	}
	s.wantCode(40029, s.post(path, answer{"code": code}))
	s.wantCode(40029, s.post(path, answer{"code": loginCode(s)}))
	s.control(http.MethodPut, "accounts/mini", answer{"verified": false})
	s.wantCode(48001, s.post(path, answer{"code": code}))
}

func TestACodePictureSaysItsScene(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Mini.Pages = []string{"pages/place"} })
	path := s.api(simulator.MiniAccount, "/wxa/getwxacodeunlimit")
	body := `{"scene":"place=0123456789","page":"pages/place","width":280}`
	_, kind, data := s.raw(http.MethodPost, path, []byte(body))
	if kind != "image/jpeg" {
		t.Fatalf("%s: %s", kind, data)
	}
	if picture, err := jpeg.Decode(bytes.NewReader(data)); err != nil || picture.Bounds().Dx() != 280 {
		t.Errorf("picture %v", err)
	}
	for body, want := range map[string]int{
		`{"page":"pages/place"}`:                      40129,
		`{"scene":""}`:                                40129,
		`{"scene":"a%20b"}`:                           40129,
		`{"scene":"门牌"}`:                              40129,
		`{"scene":"` + strings.Repeat("a", 33) + `"}`: 40169,
		`{"scene":"a","page":"/pages/place"}`:         41030,
		`{"scene":"a","page":"pages/place?x=1"}`:      41030,
		`{"scene":"a","page":"pages/other"}`:          41030,
		`{"scene":"a","width":279}`:                   40097,
		`{"scene":"a","env_version":"beta"}`:          40097,
		`{"scene":"scancode_time=1"}`:                 85096,
	} {
		s.wantCode(want, s.post(path, body))
	}
	if _, kind, _ := s.raw(http.MethodPost, path, []byte(`{"scene":"a","page":"pages/other","check_path":false}`)); kind != "image/jpeg" {
		t.Error("check_path false must allow an unpublished page")
	}
}

func TestTextVerdictsFollowTheRules(t *testing.T) {
	s := start(t)
	loginCode(s)
	path := s.api(simulator.MiniAccount, "/wxa/msg_sec_check")
	check := func(content string) answer {
		return s.post(path, answer{"version": 2, "openid": s.openID("mini", "张三"), "scene": 2, "content": content})
	}
	for content, want := range map[string]string{"路灯坏了": "pass 100", "违规的话": "risky 20006", "可疑的话": "review 21000"} {
		out := check(content)
		s.wantCode(0, out)
		if got := verdict(out.object("result")); got != want {
			t.Errorf("%s: %s, want %s", content, got, want)
		}
	}
	s.control(http.MethodPost, "text-rules", answer{"contains": "路灯", "suggest": "review", "label": 21000})
	if got := verdict(check("路灯坏了").object("result")); got != "review 21000" {
		t.Errorf("after the new rule: %s", got)
	}
	s.control(http.MethodPut, "text-rules", answer{"text_rules": []answer{}})
	if got := verdict(check("违规的话").object("result")); got != "pass 100" {
		t.Errorf("without rules: %s", got)
	}
	s.refused(http.StatusBadRequest, http.MethodPost, "text-rules", answer{"contains": "x", "suggest": "pass", "label": 20006})
}

func verdict(result answer) string {
	label := map[float64]string{100: "100", 20006: "20006", 21000: "21000", 20002: "20002"}[result.number("label")]
	return result.text("suggest") + " " + label
}

func TestTextIsOnlyCheckedForRecentVisitors(t *testing.T) {
	s := start(t)
	path := s.api(simulator.MiniAccount, "/wxa/msg_sec_check")
	body := func(openID string) answer {
		return answer{"version": 2, "openid": openID, "scene": 1, "content": "你好"}
	}
	mine := s.openID("mini", "张三")
	s.wantCode(61010, s.post(path, body(mine)))
	s.control(http.MethodPost, who("张三", "visits"), nil)
	s.wantCode(0, s.post(path, body(mine)))
	s.advance("110m")
	s.wantCode(0, s.post(path, body(mine)))
	s.advance("11m")
	s.wantCode(61010, s.post(s.api("mini", "/wxa/msg_sec_check"), body(mine)))
	path = s.api("mini", "/wxa/msg_sec_check")
	s.wantCode(43104, s.post(path, body(s.openID("official", "张三"))))
	s.wantCode(40003, s.post(path, body("oNobody")))
}

func TestTextRequestsAreChecked(t *testing.T) {
	s := start(t)
	loginCode(s)
	path := s.api(simulator.MiniAccount, "/wxa/msg_sec_check")
	whole := answer{"version": 2, "openid": s.openID("mini", "张三"), "scene": 1, "content": "你好"}
	for name, test := range map[string]struct {
		key   string
		value any
		want  int
	}{
		"version":       {"version", 1, 40035},
		"scene":         {"scene", 5, 40129},
		"empty content": {"content", "", 40035},
		"long content":  {"content", strings.Repeat("字", 2501), 45002},
		"longest":       {"content", strings.Repeat("字", 2500), 0},
	} {
		t.Run(name, func(*testing.T) {
			changed := maps.Clone(whole)
			changed[test.key] = test.value
			s.wantCode(test.want, s.post(path, changed))
		})
	}
}

func TestLinksEndWithinThirtyDays(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Mini.Pages = []string{"/pages/letter"} })
	link, scheme := s.api("mini", "/wxa/generate_urllink"), s.api("mini", "/wxa/generatescheme")
	at := func(step time.Duration) int64 { return opening.Add(step).Unix() }
	for _, test := range []struct {
		body answer
		want int
	}{
		{answer{"path": "pages/letter", "query": "id=1"}, 0},
		{answer{"path": "/pages/letter", "expire_type": 1, "expire_interval": 30}, 0},
		{answer{"path": "/pages/letter", "expire_type": 1, "expire_interval": 31}, 85401},
		{answer{"path": "/pages/letter", "expire_type": 2}, 85401},
		{answer{"path": "/pages/letter", "expire_time": at(31 * 24 * time.Hour)}, 85401},
		{answer{"path": "/pages/letter", "expire_time": at(30 * time.Second)}, 85401},
		{answer{"path": "/pages/letter", "expire_time": at(time.Hour)}, 0},
		{answer{"path": "/pages/other"}, 40165},
		{answer{"path": "/pages/letter?x=1"}, 40165},
		{answer{"path": "/pages/letter", "query": "名=1"}, 40212},
		{answer{"path": "/pages/letter", "env_version": "beta"}, 85402},
	} {
		s.wantCode(test.want, s.post(link, test.body))
		jump := answer{}
		whole := answer{"jump_wxa": jump}
		for key, value := range test.body {
			if strings.HasPrefix(key, "expire") {
				whole[key] = value
				continue
			}
			jump[key] = value
		}
		s.wantCode(test.want, s.post(scheme, whole))
	}
	if out := s.post(link, answer{"path": "pages/letter"}); !strings.HasPrefix(out.text("url_link"), "https://wxaurl.cn/") {
		t.Errorf("link %v", out)
	}
	if out := s.post(scheme, answer{}); !strings.HasPrefix(out.text("openlink"), "weixin://dl/business/?t=") {
		t.Errorf("scheme %v", out)
	}
	s.control(http.MethodPut, "accounts/mini", answer{"verified": false})
	s.wantCode(40002, s.post(link, answer{}))
}
