package newsroom_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/newsroom"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// desk is a newsroom of a district with a street and a community, and another
// street beside it; 张三 sits for the street.
type desk struct {
	*newsroom.Service
	db    *store.DB
	clock *storetest.Clock
	t     *testing.T
}

var system = model.SystemActor("test")

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{db: storetest.Open(t), clock: storetest.NewClock(t, "2026-11-23 09:00"), t: t}
	service, err := newsroom.New(newsroom.Options{DB: d.db, Now: d.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	d.Service = service
	for id, path := range map[string]string{"d": "/d/", "s": "/d/s/", "c": "/d/s/c/", "x": "/d/x/"} {
		add(d, model.Area{ID: id, Name: id, Path: path})
	}
	add(d, model.Representative{ID: "zhang", Name: "张三"})
	return d
}

func add[T any](d *desk, row T) {
	d.t.Helper()
	err := store.InTx(d.t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[T](tx).Create(ctx, &row)
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// live publishes an article of an area, about the representatives named.
func (d *desk) live(title, areaID string, kind model.ArticleKind, about ...string) model.Article {
	d.t.Helper()
	article, err := d.Publish(d.t.Context(), system, newsroom.NewArticle{
		AreaID: areaID, Kind: kind, Title: title, Body: "<p>好</p>", RepresentativeIDs: about,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return article
}

func (d *desk) titles(find newsroom.Find) string {
	d.t.Helper()
	var titles []string
	page := store.Page{Limit: 2}
	for {
		articles, next, err := d.Articles(d.t.Context(), find, page)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, a := range articles {
			if a.Body != "" {
				d.t.Errorf("the list carries the body of %s", a.Title)
			}
			titles = append(titles, a.Title)
		}
		if next == "" {
			return strings.Join(titles, " ")
		}
		page.After = next
	}
}

func wantFault(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("got %v, want a fault %q", err, kind)
	}
}

func TestThePublicReadsWhatIsLiveNewestFirst(t *testing.T) {
	d := newDesk(t)
	d.live("one", "s", model.ArticleNews, "zhang")
	d.live("two", "d", model.ArticleGuide)
	d.live("three", "x", model.ArticleNews)
	d.live("four", "c", model.ArticleNews, "zhang", "zhang")
	at := d.clock.Now()
	add(d, model.Article{ID: "draft", AreaID: "s", AreaPath: "/d/s/", Title: "draft", State: model.ArticleDraft, CreatedAt: at, UpdatedAt: at})
	for _, c := range []struct {
		find newsroom.Find
		want string
	}{
		{newsroom.Find{}, "four three two one"},
		{newsroom.Find{Kind: model.ArticleNews}, "four three one"},
		{newsroom.Find{AreaID: "s"}, "four two one"},
		{newsroom.Find{AreaID: "c"}, "four two one"},
		{newsroom.Find{AreaID: "x"}, "three two"},
		{newsroom.Find{RepresentativeID: "zhang"}, "four one"},
	} {
		if got := d.titles(c.find); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.find, got, c.want)
		}
	}
	_, _, err := d.Articles(t.Context(), newsroom.Find{AreaID: "nowhere"}, store.Page{})
	wantFault(t, err, fault.KindNotFound)
	_, _, err = d.Articles(t.Context(), newsroom.Find{}, store.Page{After: "%"})
	wantFault(t, err, fault.KindInvalid)
}

func TestOnlyALiveArticleIsShownWhole(t *testing.T) {
	d := newDesk(t)
	article, err := d.Article(t.Context(), d.live("one", "s", model.ArticleNews).ID)
	if err != nil || article.Body != "<p>好</p>" || article.State != model.ArticleLive || article.AreaPath != "/d/s/" {
		t.Errorf("got %+v, %v", article, err)
	}
	at := d.clock.Now()
	for _, state := range []model.ArticleState{model.ArticleDraft, model.ArticleApproved, model.ArticleWithdrawn} {
		add(d, model.Article{ID: string(state), State: state, PublishedAt: &at, CreatedAt: at, UpdatedAt: at})
		_, err := d.Article(t.Context(), string(state))
		wantFault(t, err, fault.KindNotFound)
	}
}

func TestAPersonPublishesNothing(t *testing.T) {
	d := newDesk(t)
	by := model.Actor{PersonID: "p", Grants: []model.Grant{{Role: model.RolePublicityOfficer, AreaPath: "/d/"}}}
	_, err := d.Publish(t.Context(), by, newsroom.NewArticle{AreaID: "s", Kind: model.ArticleNews, Title: "x", Body: "y"})
	wantFault(t, err, fault.KindForbidden)
}

func TestAnArticleThatCannotBeTakenLeavesNothing(t *testing.T) {
	d := newDesk(t)
	good := newsroom.NewArticle{AreaID: "s", Kind: model.ArticleNews, Title: "x", Body: "y"}
	for kind, bend := range map[fault.Kind][]func(*newsroom.NewArticle){
		fault.KindNotFound: {
			func(n *newsroom.NewArticle) { n.AreaID = "nowhere" },
			func(n *newsroom.NewArticle) { n.RepresentativeIDs = []string{"zhang", "nobody"} },
		},
		fault.KindInvalid: {
			func(n *newsroom.NewArticle) { n.Title = "" },
			func(n *newsroom.NewArticle) { n.Body = "" },
			func(n *newsroom.NewArticle) { n.Kind = "poem" },
			func(n *newsroom.NewArticle) { n.PublishedAt = d.clock.Now().Add(time.Hour) },
		},
	} {
		for _, b := range bend {
			wish := good
			b(&wish)
			_, err := d.Publish(t.Context(), system, wish)
			wantFault(t, err, kind)
		}
	}
	if got := d.titles(newsroom.Find{}); got != "" {
		t.Errorf("got %q", got)
	}
}
