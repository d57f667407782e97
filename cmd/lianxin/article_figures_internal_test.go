package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/newsroom"
	"lianxin/service/store"
)

// readBy lets somebody open an article in the browser phone.
func (p *press) readBy(who string, a model.Article) {
	p.t.Helper()
	p.control(http.MethodPost, "users", map[string]any{"name": who}, nil)
	path := strings.TrimPrefix(p.door(a.ID, model.DoorPublication).Link, "http://mp.weixin.qq.com")
	recorder := httptest.NewRecorder()
	p.sim.ServeHTTP(recorder, httptest.NewRequestWithContext(p.t.Context(), http.MethodGet, path+"?from=friend&as="+url.QueryEscape(who), nil))
	if recorder.Code != http.StatusOK {
		p.t.Fatalf("the article is not there: %d", recorder.Code)
	}
}

func TestReadingFiguresComeBackFromWeChatEveryMorning(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	a := p.approved(newsroom.Wishes{Feed: true, Publication: true})
	_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	p.run(time.Minute)
	p.readBy("甲", a)
	p.readBy("乙", a)
	figures := func() []model.ArticleFigures {
		p.sure(p.news.FiguresTick(t.Context()))
		found, err := p.news.Figures(t.Context(), p.writer, a.ID)
		p.sure(err)
		return found
	}
	if got := figures(); len(got) != 0 {
		t.Errorf("on the day itself: %+v", got)
	}
	p.clock.Advance(21 * time.Hour) // six in the morning
	if got := figures(); len(got) != 0 {
		t.Errorf("before eight: %+v", got)
	}
	p.readBy("甲", a)
	p.clock.Advance(3 * time.Hour)
	if got := figures(); len(got) != 1 || got[0].Readers != 2 || got[0].Door != model.DoorPublication {
		t.Fatalf("the next morning: %+v", got)
	}
	p.clock.Advance(24 * time.Hour)
	if got := figures(); len(got) != 2 || got[1].Readers != 3 {
		t.Errorf("a day later: %+v", got)
	}
	report, _, err := p.news.Report(t.Context(), p.writer, newsroom.Wanted{}, store.Page{})
	p.sure(err)
	if len(report) != 1 || report[0].ID != a.ID || report[0].Official.Readers != 3 {
		t.Errorf("a report counts a door's days twice: %+v", report)
	}
	calls := p.counted("/datacube/getarticletotaldetail")
	figures()
	if again := p.counted("/datacube/getarticletotaldetail"); again != calls {
		t.Errorf("what is known is fetched again: %d calls more", again-calls)
	}
	stranger := model.Actor{PersonID: "x", Grants: []model.Grant{{Role: model.RolePublicityOfficer, AreaPath: "/x/"}}}
	if _, err := p.news.Figures(t.Context(), stranger, a.ID); err == nil {
		t.Error("another area's officer reads them")
	}
}

// counted is how often a path of WeChat's was called.
func (p *press) counted(path string) int {
	p.t.Helper()
	var got struct {
		Calls []struct{ Path string }
	}
	p.control(http.MethodGet, "calls", map[string]any{}, &got)
	n := 0
	for _, c := range got.Calls {
		if c.Path == path {
			n++
		}
	}
	return n
}
