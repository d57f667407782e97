package wechat_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestFiguresOfAnArticleAreThereTheNextMorning(t *testing.T) {
	w := newWorld(t, nil)
	g := w.gateway(nil)
	draft, _ := drafted(t, g)
	submitted, err := g.Publish(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	day := w.clock.now()
	public := w.control(http.MethodGet, "articles", nil)["articles"].([]any)[0].(map[string]any)["url"].(string)
	page := strings.Replace(public, "http://mp.weixin.qq.com", w.server.URL, 1)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page+"?from=message&as="+url.QueryEscape(who), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.ArticleFigures(t.Context(), day); !codeIs(err, 61501) {
		t.Errorf("on the same day: %v", err)
	}
	w.clock.advance(8 * time.Hour)
	for hour := range 24 {
		list, ready, err := g.ArticleFigures(t.Context(), day)
		if err != nil {
			t.Fatal(err)
		}
		if !ready {
			w.clock.advance(time.Hour)
			continue
		}
		if len(list) != 1 || list[0].DataID != submitted.DataID || list[0].Index != "1" || list[0].Address != public || len(list[0].Days) != 1 {
			t.Fatalf("after %d hours: %+v", hour, list)
		}
		if got := list[0].Days[0]; got.Readers != 1 || got.BySource["公众号消息"] != 1 || !got.Day.Before(w.clock.now()) {
			t.Errorf("figures %+v", got)
		}
		return
	}
	t.Error("the figures never came")
}
