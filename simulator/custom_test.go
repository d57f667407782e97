package simulator_test

import (
	"net/http"
	"strings"
	"testing"
)

func custom(s *stand, account string) int {
	s.t.Helper()
	return s.post(s.api(account, "/cgi-bin/message/custom/send"),
		answer{"touser": s.openID(account, "张三"), "msgtype": "text", "text": answer{"content": "您好"}}).code()
}

func write(s *stand, body answer) {
	s.t.Helper()
	s.control(http.MethodPost, who("张三", "messages"), body)
	s.next()
}

func TestAMessageOpensFiveRepliesForTwoDays(t *testing.T) {
	s := start(t)
	s.follow()
	s.advance("2m")
	if got := custom(s, "official"); got != 45015 {
		t.Errorf("before any message: %d", got)
	}
	write(s, answer{"type": "text", "text": "在吗"})
	for range 5 {
		if got := custom(s, "official"); got != 0 {
			t.Errorf("within the quota: %d", got)
		}
	}
	if got := custom(s, "official"); got != 45047 {
		t.Errorf("the sixth: %d", got)
	}
	write(s, answer{"type": "text", "text": "还在吗"})
	s.advance("47h59m")
	if got := custom(s, "official"); got != 0 {
		t.Errorf("just before two days: %d", got)
	}
	s.advance("1m")
	if got := custom(s, "official"); got != 45015 {
		t.Errorf("after two days: %d", got)
	}
}

func TestAFollowOpensThreeRepliesForOneMinute(t *testing.T) {
	s := start(t)
	s.follow()
	for range 3 {
		if got := custom(s, "official"); got != 0 {
			t.Errorf("within the quota: %d", got)
		}
	}
	if got := custom(s, "official"); got != 45047 {
		t.Errorf("the fourth: %d", got)
	}
	s.advance("1m")
	if got := custom(s, "official"); got != 45015 {
		t.Errorf("after a minute: %d", got)
	}
}

func TestNobodyWhoLeftIsWrittenTo(t *testing.T) {
	s := start(t)
	s.follow()
	write(s, answer{"type": "text", "text": "在吗"})
	s.control(http.MethodPost, who("张三", "unfollow"), nil)
	if got := custom(s, "official"); got != 45015 {
		t.Errorf("after leaving: %d", got)
	}
	s.refused(http.StatusConflict, http.MethodPost, who("张三", "messages"), answer{"type": "text", "text": "在吗"})
}

func TestTheMiniProgramAnswersItsCustomers(t *testing.T) {
	s := start(t)
	if got := custom(s, "mini"); got != 45015 {
		t.Errorf("before any message: %d", got)
	}
	write(s, answer{"account": "mini", "type": "text", "text": "在吗"})
	if got := custom(s, "mini"); got != 0 {
		t.Errorf("after the message: %d", got)
	}
	if got := notices(s); len(got) != 1 || got[0].text("channel") != "customer" || got[0].text("text") != "您好" {
		t.Errorf("notices %v", got)
	}
}

func TestCustomMessagesAreChecked(t *testing.T) {
	s := start(t)
	s.follow()
	write(s, answer{"type": "image"})
	media := s.control(http.MethodGet, "pushes", nil).list("pushes")
	body := media[len(media)-1].text("body")
	_, rest, _ := strings.Cut(body, "<MediaId><![CDATA[")
	id, _, _ := strings.Cut(rest, "]]>")
	article := answer{"title": "怎样找代表", "description": "三步", "url": "https://lianxin.test/guide"}
	tests := []struct {
		name, account string
		body          answer
		want          int
	}{
		{"text", "official", answer{"msgtype": "text", "text": answer{"content": "好"}}, 0},
		{"empty", "official", answer{"msgtype": "text", "text": answer{"content": ""}}, 44004},
		{"long", "official", answer{"msgtype": "text", "text": answer{"content": strings.Repeat("长", 700)}}, 45002},
		{"news", "official", answer{"msgtype": "news", "news": answer{"articles": []answer{article}}}, 0},
		{"two news", "official", answer{"msgtype": "news", "news": answer{"articles": []answer{article, article}}}, 45008},
		{"image", "official", answer{"msgtype": "image", "image": answer{"media_id": id}}, 0},
		{"foreign image", "official", answer{"msgtype": "image", "image": answer{"media_id": "x"}}, 40007},
		{"voice without id", "official", answer{"msgtype": "voice"}, 40007},
		{"article", "official", answer{"msgtype": "mpnewsarticle", "mpnewsarticle": answer{"article_id": "x"}}, 40007},
		{"menu", "official", answer{"msgtype": "msgmenu", "msgmenu": answer{"head_content": "满意吗", "list": []answer{{"id": "1", "content": "满意"}}}}, 0},
		{"page", "official", answer{"msgtype": "miniprogrampage", "miniprogrampage": answer{"title": "写信", "appid": s.opts.Mini.AppID, "pagepath": "pages/index", "thumb_media_id": id}}, 0},
		{"foreign page", "official", answer{"msgtype": "miniprogrampage", "miniprogrampage": answer{"title": "写信", "appid": "wxother", "thumb_media_id": id}}, 40013},
		{"type", "official", answer{"msgtype": "mpnews"}, 40008},
		{"link is for the mini-program", "official", answer{"msgtype": "link", "link": article}, 40008},
		{"voice is for the official account", "mini", answer{"msgtype": "voice", "voice": answer{"media_id": id}}, 40008},
	}
	write(s, answer{"account": "mini", "type": "text", "text": "在吗"})
	for _, test := range tests {
		t.Run(test.name, func(*testing.T) {
			test.body["touser"] = s.openID(test.account, "张三")
			s.wantCode(test.want, s.post(s.api(test.account, "/cgi-bin/message/custom/send"), test.body))
		})
	}
	s.wantCode(40003, s.post(s.api("official", "/cgi-bin/message/custom/send"), answer{"touser": "x", "msgtype": "text"}))
}
