package simulator_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"lianxin/simulator"
	"lianxin/simulator/envelope"
)

// sealedPush is what the app finds in a push, in either format.
type sealedPush struct {
	To      string `xml:"ToUserName" json:"ToUserName"`
	From    string `xml:"FromUserName" json:"FromUserName"`
	Content string `xml:"Content" json:"Content"`
	Encrypt string `xml:"Encrypt" json:"Encrypt"`
}

func parse(t *testing.T, format string, data []byte) sealedPush {
	t.Helper()
	var out sealedPush
	var err error
	if format == simulator.FormatJSON {
		err = json.Unmarshal(data, &out)
	} else {
		err = xml.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return out
}

func sealerOf(t *testing.T, a simulator.Account) *envelope.Sealer {
	t.Helper()
	sealer, err := envelope.New(a.Token, a.EncodingAESKey, a.AppID)
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

func TestPushesAreSignedAndSealedInEveryModeAndFormat(t *testing.T) {
	for _, mode := range []string{simulator.ModePlain, simulator.ModeCompatible, simulator.ModeSafe} {
		for _, format := range []string{simulator.FormatXML, simulator.FormatJSON} {
			t.Run(mode+" "+format, func(t *testing.T) {
				s := start(t, func(o *simulator.Options) { o.Mini.Mode, o.Mini.Format = mode, format })
				s.control(http.MethodPost, who("张三", "messages"), answer{"account": "mini", "type": "text", "text": "你好 ]]> <b>&"})
				checkPush(t, s, s.next(), mode, format)
			})
		}
	}
}

func checkPush(t *testing.T, s *stand, got received, mode, format string) {
	t.Helper()
	sealer := sealerOf(t, s.opts.Mini)
	timestamp, nonce := got.query.Get("timestamp"), got.query.Get("nonce")
	if got.query.Get("signature") != sealer.Sign(timestamp, nonce) || got.query.Get("openid") != s.openID("mini", "张三") {
		t.Errorf("query %v", got.query)
	}
	if wanted := map[string]string{simulator.FormatXML: "text/xml", simulator.FormatJSON: "application/json"}[format]; got.kind != wanted {
		t.Errorf("Content-Type %q", got.kind)
	}
	outer := parse(t, format, []byte(got.body))
	if (outer.Content != "") != (mode != simulator.ModeSafe) || (outer.Encrypt != "") != (mode != simulator.ModePlain) || outer.To == "" {
		t.Fatalf("body %s", got.body)
	}
	inner := outer
	if mode != simulator.ModePlain {
		if got.query.Get("encrypt_type") != "aes" || got.query.Get("msg_signature") != sealer.Sign(timestamp, nonce, outer.Encrypt) {
			t.Errorf("query %v", got.query)
		}
		opened, err := sealer.Open(outer.Encrypt)
		if err != nil {
			t.Fatal(err)
		}
		inner = parse(t, format, opened)
	}
	if inner.Content != "你好 ]]> <b>&" || inner.From != s.openID("mini", "张三") {
		t.Errorf("message %+v", inner)
	}
}

func pushes(s *stand) []answer {
	s.t.Helper()
	return s.control(http.MethodGet, "pushes", nil).list("pushes")
}

func chat(s *stand) []answer {
	s.t.Helper()
	return s.control(http.MethodGet, who("张三", "chat"), nil).list("chat")
}

func (s *stand) settled(state string) answer {
	s.t.Helper()
	var last answer
	s.until("a push that is "+state, func() bool {
		all := pushes(s)
		if len(all) == 0 {
			return false
		}
		last = all[len(all)-1]
		return last.text("state") == state
	})
	return last
}

func TestAFailedPushIsTriedThreeTimesWithTheSameBytes(t *testing.T) {
	s := start(t, plainOfficial)
	s.follow()
	s.settled("delivered")
	s.app.answer = func(received) (int, string) { return http.StatusInternalServerError, "" }
	s.control(http.MethodPost, who("张三", "messages"), answer{"type": "text", "text": "在吗"})
	first, second, third := s.next(), s.next(), s.next()
	if first.body != second.body || second.body != third.body || first.query.Encode() != third.query.Encode() {
		t.Error("the attempts differ")
	}
	if got := len(s.settled("failed").list("attempts")); got != 3 {
		t.Errorf("%d attempts", got)
	}
	said := chat(s)
	if last := said[len(said)-1]; last.text("text") != "该公众号提供的服务出现故障，请稍后再试" || last.text("from") != "system" {
		t.Errorf("chat %v", said)
	}
}

func TestAPushThatSucceedsAtLastIsDelivered(t *testing.T) {
	s := start(t)
	var tries atomic.Int32
	s.app.answer = func(received) (int, string) {
		if tries.Add(1) < 3 {
			return http.StatusBadGateway, ""
		}
		return http.StatusOK, ""
	}
	s.control(http.MethodPost, who("张三", "follow"), nil)
	if got := len(s.settled("delivered").list("attempts")); got != 3 {
		t.Errorf("%d attempts", got)
	}
}

func TestACallbackThatDoesNotListenFails(t *testing.T) {
	s := start(t)
	s.sim.SetCallback(simulator.OfficialAccount, "http://127.0.0.1:1/")
	s.control(http.MethodPost, who("张三", "follow"), nil)
	for _, tried := range s.settled("failed").list("attempts") {
		if tried.text("problem") == "" {
			t.Errorf("attempt %v", tried)
		}
	}
	s.sim.SetCallback(simulator.OfficialAccount, "")
	s.control(http.MethodPost, who("张三", "unfollow"), nil)
	s.settled("unsent")
}

func textReply(s *stand, words string) string {
	return fmt.Sprintf("<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content><![CDATA[%s]]></Content></xml>",
		s.openID("official", "张三"), s.control(http.MethodGet, "accounts/official", nil).text("original_id"), words)
}

func TestAPassiveReplyShowsInTheChat(t *testing.T) {
	s := start(t, plainOfficial)
	said := textReply(s, "欢迎")
	s.app.answer = func(received) (int, string) { return http.StatusOK, said }
	s.control(http.MethodPost, who("张三", "follow"), nil)
	s.settled("delivered")
	all := chat(s)
	if last := all[len(all)-1]; last.text("text") != "欢迎" || last.text("from") != "official" {
		t.Errorf("chat %v", all)
	}
}

func TestASealedReplyIsOpenedAndAClearOneRefused(t *testing.T) {
	s := start(t)
	sealer := sealerOf(t, s.opts.Official)
	encrypted, err := sealer.Seal([16]byte{1}, []byte(textReply(s, "欢迎")))
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(signature string) string {
		return "<xml><Encrypt>" + encrypted + "</Encrypt><MsgSignature>" + signature + "</MsgSignature><TimeStamp>17</TimeStamp><Nonce>n</Nonce></xml>"
	}
	for text, state := range map[string]string{
		sealed(sealer.Sign("17", "n", encrypted)): "delivered",
		sealed("0000"):     "failed",
		textReply(s, "明文"): "failed",
	} {
		s.app.answer = func(received) (int, string) { return http.StatusOK, text }
		s.control(http.MethodPost, who("张三", "follow"), nil)
		s.settled(state)
		s.app.answer = func(received) (int, string) { return http.StatusOK, "success" }
		s.control(http.MethodPost, who("张三", "unfollow"), nil)
		s.settled("delivered")
	}
}

func TestBadRepliesAreRefused(t *testing.T) {
	s := start(t, plainOfficial)
	s.control(http.MethodPost, who("张三", "follow"), nil)
	s.settled("delivered")
	good := textReply(s, "好")
	for name, text := range map[string]string{
		"junk":          "ok",
		"json":          `{"a":1}`,
		"empty content": textReply(s, ""),
		"not swapped":   strings.Replace(good, s.openID("official", "张三"), "oOther", 1),
		"unknown type":  strings.Replace(good, ">text<", ">poem<", 1),
		"no time":       strings.Replace(good, "<CreateTime>1</CreateTime>", "", 1),
	} {
		t.Run(name, func(*testing.T) {
			s.app.answer = func(received) (int, string) { return http.StatusOK, text }
			s.control(http.MethodPost, who("张三", "messages"), answer{"type": "text", "text": "在吗"})
			s.settled("failed")
		})
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	s := start(t)
	s.app.answer = func(received) (int, string) { return http.StatusFound, "" }
	s.control(http.MethodPost, who("张三", "follow"), nil)
	s.settled("failed")
}

func TestEveryKindOfMessageIsPushed(t *testing.T) {
	s := start(t, plainOfficial)
	s.follow()
	for _, test := range []struct {
		body answer
		want []string
	}{
		{answer{"type": "image"}, []string{"<MsgType><![CDATA[image]]>", "<PicUrl><![CDATA[http://127.0.0.1:", "<MediaId>"}},
		{answer{"type": "voice", "recognition": "你好"}, []string{"<Format><![CDATA[amr]]>", "<Recognition><![CDATA[你好]]>"}},
		{answer{"type": "location", "latitude": 31.2, "longitude": 121.5, "label": "广场"}, []string{"<Location_X><![CDATA[31.200000]]>", "<Scale>15</Scale>", "<Label><![CDATA[广场]]>"}},
		{answer{"type": "link", "title": "新闻", "url": "https://x.test/"}, []string{"<Title><![CDATA[新闻]]>", "<Url><![CDATA[https://x.test/]]>"}},
	} {
		s.control(http.MethodPost, who("张三", "messages"), test.body)
		got := s.next().body
		for _, part := range test.want {
			if !strings.Contains(got, part) {
				t.Errorf("%v: no %s in %s", test.body, part, got)
			}
		}
	}
	said := chat(s)
	_, path, _ := strings.Cut(said[1].text("url"), "//")
	_, path, _ = strings.Cut(path, "/")
	if status, kind, _ := s.raw(http.MethodGet, "/"+path, nil); status != http.StatusOK || kind != "image/jpeg" {
		t.Errorf("the picture gives %d %s", status, kind)
	}
	for _, body := range []answer{{"type": "poem"}, {"type": "text"}, {"type": "link", "title": "x", "url": "x"}, {"type": "location", "latitude": 91}} {
		s.refused(http.StatusBadRequest, http.MethodPost, who("张三", "messages"), body)
	}
}

func TestTheSubscribeEventsHaveTheFormOfTheSamples(t *testing.T) {
	s := start(t, plainMini, plainOfficial)
	grant := func(account string, ids ...string) string {
		s.control(http.MethodPost, who("张三", "grants"), answer{"account": account, "template_ids": ids})
		return s.next().body
	}
	one, two := grant("mini", "mini-progress"), grant("mini", "mini-progress", "mini-answer")
	if !strings.Contains(one, `"List":{"TemplateId":"mini-progress","SubscribeStatusString":"accept","PopupScene":"0"}`) || !strings.Contains(one, `"CreateTime":"`) {
		t.Errorf("one: %s", one)
	}
	if !strings.Contains(two, `"List":[{`) {
		t.Errorf("two: %s", two)
	}
	if got := grant("official", "oa-subscribe-progress"); !strings.Contains(got, "<SubscribeMsgPopupEvent><List><TemplateId>") {
		t.Errorf("xml: %s", got)
	}
}

func TestAnythingCanBePushedAndPushedAgain(t *testing.T) {
	s := start(t, plainMini, plainOfficial)
	s.control(http.MethodPost, "pushes", answer{"account": "mini", "user": "张三", "fields": answer{
		"MsgType": "event", "Event": "user_authorization_revoke", "OpenID": s.openID("mini", "张三"), "RevokeInfo": "8", "CreateTime": 5,
		"List": []answer{{"A": "1"}, {"A": "2"}}, "Inner": answer{"B": 9007199254740993},
	}})
	first := s.next()
	for _, part := range []string{`"RevokeInfo":"8"`, `"CreateTime":5`, `"List":[{"A":"1"},{"A":"2"}]`, `"B":9007199254740993`} {
		if !strings.Contains(first.body, part) {
			t.Errorf("no %s in %s", part, first.body)
		}
	}
	id := int64(s.settled("delivered").number("id"))
	s.control(http.MethodPost, fmt.Sprintf("pushes/%d/resend", id), nil)
	if same := s.next(); same.body != first.body || same.query.Encode() != first.query.Encode() {
		t.Error("a resent push differs")
	}
	s.control(http.MethodPost, fmt.Sprintf("pushes/%d/resend", id), answer{"fresh": true})
	if fresh := s.next(); fresh.body != first.body || fresh.query.Get("nonce") == first.query.Get("nonce") {
		t.Error("a fresh push is not signed anew")
	}
	s.control(http.MethodPost, "pushes", answer{"account": "official", "body": "<xml>x</xml>", "mode": "safe", "copies": 2})
	a, b := s.next(), s.next()
	if a.body != b.body || a.query.Get("encrypt_type") != "aes" {
		t.Errorf("copies %v %v", a, b)
	}
	for _, body := range []answer{{"account": "mini"}, {"account": "mini", "fields": answer{}}, {"account": "mini", "body": "x", "mode": "odd"}, {"account": "mini", "user": "张三", "fields": answer{"A": true}}} {
		s.refused(http.StatusBadRequest, http.MethodPost, "pushes", body)
	}
	s.refused(http.StatusNotFound, http.MethodPost, "pushes/999999/resend", nil)
}

func TestTheCallbackIsVerifiedByItsEcho(t *testing.T) {
	s := start(t)
	s.app.answer = func(r received) (int, string) { return http.StatusOK, r.query.Get("echostr") }
	if out := s.control(http.MethodPost, "accounts/mini/verify", nil); out["ok"] != true {
		t.Errorf("verify %v", out)
	}
	got := s.next()
	if got.method != http.MethodGet || got.query.Get("signature") != sealerOf(t, s.opts.Mini).Sign(got.query.Get("timestamp"), got.query.Get("nonce")) {
		t.Errorf("request %v", got)
	}
	s.app.answer = func(r received) (int, string) { return http.StatusOK, r.query.Get("echostr") + "\n" }
	if out := s.control(http.MethodPost, "accounts/mini/verify", nil); out["ok"] != false || out.text("problem") == "" {
		t.Errorf("verify %v", out)
	}
	s.sim.SetCallback("mini", "")
	s.refused(http.StatusConflict, http.MethodPost, "accounts/mini/verify", nil)
}

func TestAfterCloseNothingIsPushed(t *testing.T) {
	s := start(t)
	s.sim.Close()
	s.control(http.MethodPost, who("张三", "follow"), nil)
	s.settled("unsent")
}
