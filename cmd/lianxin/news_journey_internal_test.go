package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"lianxin/cmd/lianxin/sample"
	"lianxin/model"
)

// newsArticle is an article as the newsroom's routes show it.
type newsArticle struct {
	ID, Title, State, Body string
	Revision               int
	Acts                   []string
	Doors                  []struct{ Door, State, Link, Problem string }
}

func (a newsArticle) door(name string) (state, link string) {
	for _, d := range a.Doors {
		if d.Door == name {
			return d.State, d.Link
		}
	}
	return "", ""
}

// editor signs one of the sample's officers in.
func (p *program) editor(login string) phone {
	p.tb.Helper()
	for _, l := range sample.Logins() {
		if l.Login == login {
			return p.signInStaff(l.Login, l.Password)
		}
	}
	p.tb.Fatalf("the sample has no %s", login)
	return phone{}
}

// article is what an answer of the newsroom shows.
func (p phone) article(a answer) newsArticle {
	p.tb.Helper()
	var shown newsArticle
	a.json(p.tb, &shown)
	return shown
}

func TestTheNewsroomOfTheDemoPublishesThroughEveryDoor(t *testing.T) {
	p := demoCopy(t)
	bai := p.editor("publicity")
	find := func(title string) newsArticle {
		var list struct{ Items []newsArticle }
		bai.must(http.StatusOK, bai.get("/api/v1/staff/articles?q="+url.QueryEscape(title))).json(t, &list)
		if len(list.Items) != 1 {
			t.Fatalf("%s: %+v", title, list)
		}
		return list.Items[0]
	}
	p.eventually("an article is out through every door", func() bool {
		a := find("十二米")
		published, link := a.door("publication")
		sent, _ := a.door("mass_send")
		return published == "open" && sent == "open" && strings.HasPrefix(link, "http")
	})
	for title, state := range map[string]string{"议事厅": "draft", "充电桩": "in_review", "便民地图": "returned", "供暖": "approved", "工作室，明天": "scheduled", "接待日改到": "corrected", "停水通知": "withdrawn"} {
		if got := find(title); got.State != state {
			t.Errorf("%s is %s", title, got.State)
		}
	}
}

func TestAnArticleIsWrittenReviewedPublishedAndWithdrawnOverHTTP(t *testing.T) {
	p := demoCopy(t)
	bai, jiang := p.editor("publicity"), p.editor("publicity.second")
	picture := bai.upload()
	const room = "/api/v1/staff/articles"
	district := p.district()
	a := bai.article(bai.must(http.StatusCreated, bai.post(room, map[string]any{"area_id": district, "kind": "news", "title": "新路灯"})))
	at := room + "/" + a.ID
	text := map[string]any{"revision": a.Revision, "title": "新路灯亮了", "body": `<div onclick="x()">亮了</div><p><img src="/media/` + picture + `"></p><iframe src="https://v.example"></iframe>`}
	saved := bai.must(http.StatusOK, bai.put(at+"/draft", text))
	if !strings.Contains(saved.body, "视频") || strings.Contains(saved.body, "onclick") {
		t.Errorf("saved %s", saved.body)
	}
	if again := bai.must(http.StatusOK, bai.put(at+"/draft", text)); again.field(t, "body") == "" {
		t.Error("the same text for the revision before is not taken for the same")
	}
	text["revision"], text["body"] = 0, "<p>旧</p>"
	bai.must(http.StatusConflict, bai.put(at+"/draft", text))
	bai.must(http.StatusOK, bai.post(at+"/submit", nil))
	bai.must(http.StatusForbidden, bai.post(at+"/approve", nil))
	jiang.must(http.StatusCreated, jiang.post(at+"/comments", map[string]any{"text": "好", "quote": "亮了"}))
	a = jiang.article(jiang.must(http.StatusOK, jiang.post(at+"/approve", nil)))
	if a.State != string(model.ArticleApproved) {
		t.Errorf("approved %+v", a)
	}
	bai.must(http.StatusOK, bai.put(at+"/doors", map[string]any{"feed": true, "draft": false, "publication": true}))
	a = bai.article(bai.must(http.StatusOK, bai.post(at+"/publish", nil)))
	if !slices.Contains(a.Acts, "correct") || !slices.Contains(a.Acts, "withdraw") {
		t.Errorf("acts %v", a.Acts)
	}
	public := p.anonymous().must(http.StatusOK, p.anonymous().get("/api/v1/articles/"+a.ID))
	if shown := public.field(t, "body"); !strings.Contains(shown, "/media/"+picture+"?") {
		t.Errorf("the public is shown %s", shown)
	}
	p.eventually("it is published at WeChat", func() bool {
		a = bai.article(bai.must(http.StatusOK, bai.get(at)))
		state, link := a.door("publication")
		return state == "open" && link != ""
	})
	var out struct {
		Articles []struct{ Title, Content string }
	}
	p.ask(http.MethodGet, p.simulator+"/simulator/articles", "", nil).json(t, &out)
	if !slices.ContainsFunc(out.Articles, func(shown struct{ Title, Content string }) bool {
		return shown.Title == "新路灯亮了" && strings.Contains(shown.Content, "mmbiz.qpic.cn")
	}) {
		t.Errorf("WeChat shows %+v", out)
	}
	jiang.must(http.StatusNotFound, jiang.get(room+"/"+model.NewID()))
	bai.must(http.StatusOK, bai.post(at+"/withdraw", map[string]any{"reason": "写错了"}))
	p.eventually("it is gone everywhere", func() bool {
		state, _ := bai.article(bai.must(http.StatusOK, bai.get(at))).door("publication")
		return state == "closed" && p.anonymous().get("/api/v1/articles/"+a.ID).status == http.StatusNotFound
	})
}
