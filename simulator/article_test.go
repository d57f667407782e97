package simulator_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"lianxin/simulator"
)

const png = "\x89PNG\r\n\x1a\n"

// upload sends one file as a form does.
func (s *stand) upload(path, name string, data []byte) answer {
	s.t.Helper()
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	part, err := writer.CreateFormFile("media", name)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		s.t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, &form)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", writer.FormDataContentType())
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	var out answer
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
		s.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *stand) thumb() string {
	s.t.Helper()
	return s.upload(s.api("official", "/cgi-bin/material/add_material")+"&type=image", "a.png", []byte(png)).text("media_id")
}

func article(thumb string, more answer) answer {
	out := answer{"title": "路灯修好了", "author": "李编辑", "content": "<p>三月五日，路灯亮了。</p>", "thumb_media_id": thumb}
	maps.Copy(out, more)
	return out
}

func (s *stand) draft(more answer) answer {
	s.t.Helper()
	return s.post(s.api("official", "/cgi-bin/draft/add"), answer{"articles": []answer{article(s.thumb(), more)}})
}

func (s *stand) publishing(change answer) {
	s.t.Helper()
	s.control(http.MethodPut, "publishing", change)
}

func TestAPictureIsTakenInTheFormsThatWeChatTakes(t *testing.T) {
	s := start(t)
	plain, library := s.api("official", "/cgi-bin/media/uploadimg"), s.api("official", "/cgi-bin/material/add_material")
	large := []byte(png + strings.Repeat("x", 1<<20))
	for _, test := range []struct {
		path, name string
		data       []byte
		want       int
	}{
		{plain, "a.png", []byte(png), 0},
		{plain, "a.gif", []byte("GIF89a"), 40005},
		{plain, "a.png", []byte("text"), 40005},
		{plain, "a.png", large, 40009},
		{plain, "a.png", nil, 41005},
		{library + "&type=image", "a.gif", []byte("GIF89a"), 0},
		{library + "&type=image", "a.png", large, 0},
		{library + "&type=thumb", "a.jpg", append([]byte("\xff\xd8\xff"), large[:64<<10]...), 40009},
		{library + "&type=else", "a.png", []byte(png), 40004},
		{library, "a.png", []byte(png), 40004},
		{library + "&type=video", "a.mp4", []byte("x"), 40035},
	} {
		got := s.upload(test.path, test.name, test.data)
		if got.code() != test.want || test.want == 0 && !strings.HasPrefix(got.text("url"), "http://mmbiz.qpic.cn/") {
			t.Errorf("%s %s: %v, want %d", test.path[:28], test.name, got, test.want)
		}
	}
}

func TestADraftIsCheckedAsWeChatSays(t *testing.T) {
	s := start(t)
	for name, test := range map[string]struct {
		more answer
		want int
	}{
		"whole":          {answer{}, 0},
		"long title":     {answer{"title": strings.Repeat("题", 33)}, 45003},
		"long author":    {answer{"author": strings.Repeat("人", 17)}, 45110},
		"long digest":    {answer{"digest": strings.Repeat("摘", 129)}, 45004},
		"no content":     {answer{"content": ""}, 44004},
		"long content":   {answer{"content": strings.Repeat("字", 20000)}, 45002},
		"long source":    {answer{"content_source_url": "https://a/" + strings.Repeat("x", 1024)}, 45005},
		"odd source":     {answer{"content_source_url": "ftp://a/"}, 41039},
		"no thumb":       {answer{"thumb_media_id": ""}, 40007},
		"foreign thumb":  {answer{"thumb_media_id": "elsewhere"}, 40007},
		"odd type":       {answer{"article_type": "x"}, 40035},
		"no pictures":    {answer{"article_type": "newspic"}, 45008},
		"other pictures": {answer{"article_type": "newspic", "image_info": answer{"image_list": []answer{{"image_media_id": "x"}}}}, 40007},
	} {
		t.Run(name, func(*testing.T) { s.wantCode(test.want, s.draft(test.more)) })
	}
	s.wantCode(45008, s.post(s.api("official", "/cgi-bin/draft/add"), answer{"articles": []answer{}}))
	s.wantCode(40033, s.post(s.api("official", "/cgi-bin/draft/add"), `{"articles":[{"title":"\u8def"}]}`))
	if got := s.get(s.api("official", "/cgi-bin/draft/count")); got.number("total_count") != 1 {
		t.Errorf("count %v", got)
	}
}

func TestADraftKeepsOnlyWhatWeChatKeeps(t *testing.T) {
	s := start(t)
	picture := s.upload(s.api("official", "/cgi-bin/media/uploadimg"), "a.png", []byte(png)).text("url")
	made := s.draft(answer{"content": `<section class="x" style="color:red" onclick="x"><script>1</script><img src="` + picture + `"><img src="https://example.org/a.png">` +
		`<a href="https://example.org/">外</a><a href="https://mp.weixin.qq.com/s/a">内</a></section>`})
	path := s.api("official", "/cgi-bin/draft/get")
	got := s.post(path, answer{"media_id": made.text("media_id")}).list("news_item")
	want := `<section style="color:red"><img src="` + picture + `"/><a>外</a><a href="https://mp.weixin.qq.com/s/a">内</a></section>`
	if len(got) != 1 || got[0].text("content") != want || got[0].text("digest") != "外内" {
		t.Errorf("kept %v", got)
	}
	update := s.api("official", "/cgi-bin/draft/update")
	s.wantCode(40114, s.post(update, answer{"media_id": made.text("media_id"), "index": 1, "articles": article(s.thumb(), nil)}))
	s.wantCode(0, s.post(update, answer{"media_id": made.text("media_id"), "index": 0, "articles": article(s.thumb(), answer{"title": "改"})}))
	if again := s.post(path, answer{"media_id": made.text("media_id")}).list("news_item"); again[0].text("title") != "改" {
		t.Errorf("updated %v", again)
	}
	s.wantCode(0, s.post(s.api("official", "/cgi-bin/draft/delete"), answer{"media_id": made.text("media_id")}))
	s.wantCode(40007, s.post(path, answer{"media_id": made.text("media_id")}))
}

func TestAPublicationEndsLaterAndIsTold(t *testing.T) {
	s := start(t, plainOfficial)
	s.publishing(answer{"hold": true})
	draft := answer{"media_id": s.draft(nil).text("media_id")}
	made := s.post(s.api("official", "/cgi-bin/freepublish/submit"), draft)
	id := answer{"publish_id": made["publish_id"]}
	read := func() answer { return s.post(s.api("official", "/cgi-bin/freepublish/get"), id) }
	if got := read(); got.number("publish_status") != 1 {
		t.Errorf("before %v", got)
	}
	s.publishing(answer{"hold": false})
	if got := s.next().body; !strings.Contains(got, "PUBLISHJOBFINISH") || !strings.Contains(got, "<publish_status>0</publish_status>") || !strings.Contains(got, "<FromUserName><![CDATA[mphelper]]>") {
		t.Errorf("event %s", got)
	}
	done := read()
	if done.number("publish_status") != 0 || done.object("article_detail").number("count") != 1 {
		t.Errorf("after %v", done)
	}
	s.wantCode(40007, s.post(s.api("official", "/cgi-bin/freepublish/submit"), draft))
	article := answer{"article_id": done.text("article_id")}
	if got := s.post(s.api("official", "/cgi-bin/freepublish/getarticle"), article).list("news_item"); len(got) != 1 || got[0].text("title") != "路灯修好了" {
		t.Errorf("article %v", got)
	}
	listed := s.post(s.api("official", "/cgi-bin/freepublish/batchget"), answer{"offset": 0, "count": 20, "no_content": 1})
	if got := listed.list("item"); len(got) != 1 || got[0].text("article_id") != article["article_id"] || got[0].object("content").list("news_item")[0]["content"] != nil {
		t.Errorf("listed %v", listed)
	}
	s.wantCode(40035, s.post(s.api("official", "/cgi-bin/freepublish/batchget"), answer{"count": 21}))
	s.wantCode(0, s.post(s.api("official", "/cgi-bin/freepublish/delete"), article))
	s.wantCode(53600, s.post(s.api("official", "/cgi-bin/freepublish/getarticle"), article))
	if got := read(); got.number("publish_status") != 5 {
		t.Errorf("deleted %v", got)
	}
	if got := s.control(http.MethodGet, "articles", nil).list("articles"); len(got) != 1 || got[0]["deleted"] != true {
		t.Errorf("articles %v", got)
	}
}

func TestAPublicationFailsAsTheStandInIsTold(t *testing.T) {
	s := start(t, plainOfficial)
	s.publishing(answer{"publish_status": 4, "text_ids": true})
	draft := answer{"media_id": s.draft(nil).text("media_id")}
	made := s.post(s.api("official", "/cgi-bin/freepublish/submit"), draft)
	if made.text("publish_id") == "" {
		t.Errorf("id %v", made)
	}
	if got := s.next().body; !strings.Contains(got, "<publish_status>4</publish_status>") || !strings.Contains(got, "<fail_idx>1</fail_idx>") {
		t.Errorf("event %s", got)
	}
	s.wantCode(0, s.post(s.api("official", "/cgi-bin/draft/get"), draft))
	s.refused(http.StatusBadRequest, http.MethodPut, "publishing", answer{"publish_status": 1})
	s.refused(http.StatusBadRequest, http.MethodPut, "publishing", answer{"mass_status": "well"})
}

func TestTheRightToPublishIsASwitch(t *testing.T) {
	s := start(t)
	s.control(http.MethodPut, "accounts/official", answer{"publishes": false})
	for _, path := range []string{"freepublish/submit", "freepublish/get", "freepublish/delete", "freepublish/getarticle", "message/mass/sendall", "message/mass/preview"} {
		s.wantCode(48001, s.post(s.api("official", "/cgi-bin/"+path), answer{}))
	}
	s.wantCode(0, s.draft(nil))
	s.control(http.MethodPut, "accounts/official", answer{"publishes": true, "kind": simulator.KindSubscription})
	s.wantCode(48001, s.post(s.api("official", "/cgi-bin/message/mass/send"), answer{}))
	s.wantCode(40007, s.post(s.api("official", "/cgi-bin/freepublish/submit"), answer{"media_id": "x"}))
	s.control(http.MethodPut, "accounts/official", answer{"verified": false})
	s.wantCode(48001, s.post(s.api("official", "/cgi-bin/freepublish/submit"), answer{"media_id": "x"}))
}

func (s *stand) mass(client string) answer {
	s.t.Helper()
	return s.post(s.api("official", "/cgi-bin/message/mass/sendall"), answer{
		"filter": answer{"is_to_all": true}, "mpnews": answer{"media_id": s.draft(nil).text("media_id")}, "msgtype": "mpnews", "clientmsgid": client,
	})
}

func TestAMassSendReachesFollowersOnceForAClientID(t *testing.T) {
	s := start(t, plainOfficial)
	s.follow()
	made := s.mass("a")
	s.wantCode(0, made)
	if got := s.next().body; !strings.Contains(got, "MASSSENDJOBFINISH") || !strings.Contains(got, "<SentCount>1</SentCount>") || !strings.Contains(got, "send success") {
		t.Errorf("event %s", got)
	}
	s.wantCode(45066, s.mass("a"))
	s.advance("2m")
	if again := s.mass("a"); again.code() != 45065 || again["msg_id"] != made["msg_id"] {
		t.Errorf("again %v", again)
	}
	lines := 0
	for _, line := range s.control(http.MethodGet, who("张三", "chat"), nil).list("chat") {
		if line.text("title") == "路灯修好了" {
			lines++
		}
	}
	if lines != 1 {
		t.Errorf("the follower has %d", lines)
	}
	id := answer{"msg_id": made["msg_id"]}
	if got := s.post(s.api("official", "/cgi-bin/message/mass/get"), id); got.text("msg_status") != "SEND_SUCCESS" {
		t.Errorf("status %v", got)
	}
	s.wantCode(0, s.post(s.api("official", "/cgi-bin/message/mass/delete"), id))
	if got := s.post(s.api("official", "/cgi-bin/message/mass/get"), id); got.text("msg_status") != "DELETE" {
		t.Errorf("status %v", got)
	}
	s.wantCode(40059, s.post(s.api("official", "/cgi-bin/message/mass/get"), answer{"msg_id": 1}))
	s.wantCode(45067, s.mass(strings.Repeat("x", 33)))
}

func TestMassSendsHaveTheirQuota(t *testing.T) {
	s := start(t, plainOfficial)
	s.follow()
	for range 4 {
		s.wantCode(0, s.mass(""))
	}
	s.wantCode(45028, s.mass(""))
	s.advance("240h")
	s.wantCode(0, s.mass(""))
	s.control(http.MethodPut, "accounts/official", answer{"kind": simulator.KindSubscription})
	s.wantCode(45028, s.mass(""))
	s.advance("24h")
	s.wantCode(0, s.mass(""))
}

func TestAFailedMassSendKeepsItsDraftAndItsQuota(t *testing.T) {
	s := start(t, plainOfficial)
	s.follow()
	s.publishing(answer{"mass_status": "err(10001)"})
	for range 5 {
		s.wantCode(0, s.mass(""))
		if got := s.next().body; !strings.Contains(got, "err(10001)") || !strings.Contains(got, "<SentCount>0</SentCount>") {
			t.Errorf("event %s", got)
		}
	}
}

func TestAPreviewGoesToOnePerson(t *testing.T) {
	s := start(t, plainOfficial)
	draft := answer{"media_id": s.draft(nil).text("media_id")}
	path := s.api("official", "/cgi-bin/message/mass/preview")
	body := answer{"touser": s.openID("official", "张三"), "mpnews": draft, "msgtype": "mpnews"}
	s.wantCode(43004, s.post(path, body))
	s.follow()
	s.wantCode(0, s.post(path, body))
	s.wantCode(0, s.post(path, answer{"towxname": "张三", "mpnews": draft, "msgtype": "mpnews"}))
	s.wantCode(40003, s.post(path, answer{"touser": "nobody", "mpnews": draft, "msgtype": "mpnews"}))
	for range 98 {
		s.wantCode(0, s.post(path, body))
	}
	s.wantCode(45009, s.post(path, body))
}

func TestEveryErrorOfArticlesCanBeProvokedInWeChatsWords(t *testing.T) {
	s := start(t)
	path := s.api("official", "/cgi-bin/draft/add")
	for _, code := range []int{
		40004, 40005, 40007, 40009, 40059, 40114, 40130, 41005, 41039, 45002, 45003, 45004, 45005, 45028, 45062, 45065, 45066, 45067, 45110, 45166,
		48001, 48021, 53404, 53405, 53406, 53503, 53504, 53505, 53600, 88000, 89504, 89505,
	} {
		s.control(http.MethodPut, "faults", answer{"path": "/cgi-bin/draft/add", "errcode": code, "times": 1})
		got := s.post(path, answer{})
		if got.code() != code || strings.HasPrefix(got.text("errmsg"), "simulated") {
			t.Errorf("%d: %v", code, got)
		}
	}
}

func TestAnArticleIsReadAsItIsShown(t *testing.T) {
	s := start(t)
	s.control(http.MethodPost, "users/%E5%BC%A0%E4%B8%89/follow", answer{})
	picture := s.upload(s.api("official", "/cgi-bin/media/uploadimg"), "a.png", []byte(png+"inside")).text("url")
	draft := s.draft(answer{"content": `<p style="color:red">灯亮了<script>alert(1)</script><img src="` + picture + `"></p>`, "content_source_url": "https://example.org/articles/1"})
	s.wantCode(0, s.post(s.api("official", "/cgi-bin/freepublish/submit"), draft))
	public := s.control(http.MethodGet, "articles", nil).list("articles")[0]
	path := strings.TrimPrefix(public.text("url"), "http://mp.weixin.qq.com")
	status, _, shown := s.raw(http.MethodGet, path+"?as=%E5%BC%A0%E4%B8%89&from=profile", nil)
	page := string(shown)
	local := strings.TrimPrefix(picture, "http://mmbiz.qpic.cn")
	for _, want := range []string{"路灯修好了", `style="color:red"`, `src="` + local + `"`, "阅读原文", "https://example.org/articles/1", "阅读 1"} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d, without %q", status, want)
		}
	}
	if strings.Contains(page, "alert(1)") {
		t.Error("the page may run something")
	}
	if status, kind, data := s.raw(http.MethodGet, local, nil); status != http.StatusOK || kind != "image/png" || string(data) != png+"inside" {
		t.Errorf("picture: %d %v %q", status, kind, data)
	}
	s.wantCode(0, s.post(s.api("official", "/cgi-bin/freepublish/delete"), answer{"article_id": public.text("article_id")}))
	if status, _, page := s.raw(http.MethodGet, path, nil); status != http.StatusNotFound || !strings.Contains(string(page), "该内容已被发布者删除") {
		t.Errorf("deleted: %d", status)
	}
}

func TestFiguresOfAnArticleComeTheNextMorning(t *testing.T) {
	s := start(t)
	figures := func(day string) answer {
		return s.post(s.api("official", "/datacube/getarticletotaldetail"), answer{"begin_date": day, "end_date": day})
	}
	s.control(http.MethodPost, "clock", answer{"set": "2027-03-01T10:00:00+08:00"})
	made := s.post(s.api("official", "/cgi-bin/freepublish/submit"), s.draft(nil))
	address := s.control(http.MethodGet, "articles", nil).list("articles")[0].text("url")
	path := strings.TrimPrefix(address, "http://mp.weixin.qq.com")
	for _, who := range []string{"a", "a", "b"} {
		s.control(http.MethodPost, "users", answer{"name": who})
		s.raw(http.MethodGet, path+"?from=moments&as="+who, nil)
	}
	s.control(http.MethodPost, "users/a/shares", answer{"url": address})
	s.wantCode(61501, figures("2027-03-01"))
	s.wantCode(61500, figures("1 March"))
	s.control(http.MethodPost, "clock", answer{"set": "2027-03-02T07:59:00+08:00"})
	s.wantCode(61503, figures("2027-03-01"))
	s.raw(http.MethodGet, path+"?as=a", nil)
	s.control(http.MethodPost, "clock", answer{"set": "2027-03-03T08:00:00+08:00"})
	list := figures("2027-03-01").list("list")
	if len(list) != 1 {
		t.Fatalf("list %v", list)
	}
	if want := strconv.FormatInt(int64(made.number("msg_data_id")), 10) + "_1"; list[0].text("msgid") != want || list[0].number("publish_type") != 1 {
		t.Errorf("msgid %v, want %s", list[0], want)
	}
	days := list[0].list("detail_list")
	if len(days) != 2 || days[0].number("read_user") != 2 || days[1].number("read_user") != 3 || days[1].number("share_user") != 1 {
		t.Errorf("days %v", days)
	}
	if got := days[1].list("read_user_source"); len(got) != 3 || got[1].text("scene_desc") != "朋友圈" || got[1].number("user_count") != 2 {
		t.Errorf("sources %v", got)
	}
	if got := figures("2027-02-28").list("list"); len(got) != 0 {
		t.Errorf("another day: %v", got)
	}
}
