package landing_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"gorm.io/gorm"

	"lianxin/handler/landing"
	"lianxin/handler/problem"
	"lianxin/model"
	"lianxin/service/directory"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}

// door is the landing page with one representative who likes strange characters.
type door struct {
	t     *testing.T
	db    *store.DB
	asked []string // for links into the mini-program
	fails error
	room  landing.Room
}

const (
	miniLink  = "https://wxaurl.cn/abc"
	phoneLink = "/h5/#/pages/representative/profile?id=zhang"
)

func newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{t: t, db: storetest.Open(t)}
	clock := storetest.NewClock(t, "2026-11-23 10:00")
	service, err := directory.New(directory.Options{DB: d.db, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	d.room = landing.Room{Directory: service, Phone: "/h5/", Log: slog.New(slog.DiscardHandler), MiniLink: func(_ context.Context, path, query string) (string, error) {
		d.asked = append(d.asked, path+"?"+query)
		return miniLink, d.fails
	}}
	add(d, model.Area{ID: "d", Level: model.LevelDistrict, Name: "东湖区", Path: "/d/"})
	add(d, model.Studio{ID: "studio", AreaID: "d", AreaPath: "/d/", Name: "和平代表工作室", Address: "建设路1号", OfficeLine: "010-12345678"})
	seat := model.Representative{
		ID: "zhang", AreaID: "d", AreaPath: "/d/", StudioID: "studio", Name: `张<script>alert(1)</script>三`, Post: `教师 & "校长"`, Employer: "第一小学",
		Introduction: `<img src=x onerror=alert(2)>热心`, State: model.RepresentativeServing, CreatedAt: clock.Now(), UpdatedAt: clock.Now(),
	}
	add(d, seat)
	seat.ID, seat.Name, seat.State = "ended", "李四", model.RepresentativeEnded
	add(d, seat)
	add(d, model.RepresentativeArea{RepresentativeID: "zhang", AreaID: "d"})
	return d
}

func add[T any](d *door, row T) {
	d.t.Helper()
	err := store.InTx(d.t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, &row) })
	if err != nil {
		d.t.Fatal(err)
	}
}

var elsewhere = regexp.MustCompile(`<[^>]*\b(?:src|href|action)\s*=\s*"?([^"\s>]+)|url\(|@import|<script|<iframe|<link`)

// open opens an address and says what is so of every page.
func (d *door) open(target string, status int) string {
	d.t.Helper()
	router := gin.New()
	router.Use(func(c *gin.Context) {
		c.Request = c.Request.WithContext(problem.WithRequestID(c.Request.Context(), "request-1"))
	})
	d.room.Register(router)
	w := httptest.NewRecorder()
	router.ServeHTTP(w, httptest.NewRequestWithContext(d.t.Context(), http.MethodGet, target, http.NoBody))
	page, csp := w.Body.String(), w.Header().Get("Content-Security-Policy")
	if w.Code != status || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Cache-Control") != "no-cache" {
		d.t.Errorf("%s gave %d %v", target, w.Code, w.Header())
	}
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script-src") || strings.Contains(csp, "http") {
		d.t.Errorf("%s has the policy %s", target, csp)
	}
	for _, found := range elsewhere.FindAllStringSubmatch(page, -1) {
		if found[1] != miniLink && found[1] != phoneLink {
			d.t.Errorf("%s leads elsewhere: %s", target, found[0])
		}
	}
	if !strings.HasSuffix(page, "</html>\n") || !strings.Contains(page, "紧急情况请拨打") {
		d.t.Errorf("%s is not whole: %s", target, page)
	}
	return page
}

func wantWords(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("%q is missing in %s", w, page)
		}
	}
}

func TestTheProfileShowsWhatIsPublicAndRunsNothing(t *testing.T) {
	d := newDoor(t)
	page := d.open("/go/pages/representative/profile?id=zhang&utm=junk", http.StatusOK)
	wantWords(t, page, "张&lt;script&gt;alert(1)&lt;/script&gt;三 代表", "教师 &amp; &#34;校长&#34;", "&lt;img src=x onerror=alert(2)&gt;热心", "东湖区",
		"和平代表工作室", "010-12345678", `<a class="main" href="`+miniLink+`">`, "小程序写信", phoneLink)
	if strings.Contains(page, "<img") {
		t.Errorf("not escaped: %s", page)
	}
	if !slices.Equal(d.asked, []string{"pages/representative/profile?id=zhang"}) {
		t.Errorf("asked WeChat for %q", d.asked)
	}
}

func TestWhoIsNotThereIsToldOnAPage(t *testing.T) {
	d := newDoor(t)
	for _, query := range []string{"?id=nobody", "?id=ended", "?id=", "", "?id=%3Cscript%3E"} {
		page := d.open("/go/pages/representative/profile"+query, http.StatusNotFound)
		wantWords(t, page, "<h1>没有找到</h1>", "可能已被移除", "request-1")
		if strings.Contains(page, "李四") {
			t.Errorf("%s shows one who has ended", query)
		}
	}
	if len(d.asked) != 0 {
		t.Errorf("asked WeChat for %q", d.asked)
	}
}

func TestOtherPagesSayWhereToLook(t *testing.T) {
	d := newDoor(t)
	page := d.open("/go/pages/message/detail?id=m1", http.StatusOK)
	wantWords(t, page, "请在小程序中查看", "只有您本人登录后才能看到", miniLink)
	if strings.Contains(page, "m1") || !slices.Equal(d.asked, []string{"pages/message/detail?id=m1"}) {
		t.Errorf("asked WeChat for %q, shown %s", d.asked, page)
	}
}

func TestWhatIsNoPageCostsNoLink(t *testing.T) {
	d := newDoor(t)
	for _, target := range []string{
		"/go/", "/go/x", "/go/wp-login.php", "/go/pages", "/go/pages/", "/go/pages/../admin", "/go/pages/a//b", "/go/pages/%3Cscript%3E", "/go/https://evil.example",
		"/go/pages/a/b/c/d", "/go/pages/" + strings.Repeat("a", 99), "/go/pages/message/detail?" + strings.Repeat("q", 201),
	} {
		wantWords(t, d.open(target, http.StatusOK), "请在小程序中查看", "请在微信中搜索“连心”小程序")
	}
	if len(d.asked) != 0 {
		t.Errorf("asked WeChat for %q", d.asked)
	}
}

func TestWithoutALinkThePageSaysWhatToSearchFor(t *testing.T) {
	d := newDoor(t)
	d.fails = errors.New("45009 reach max api daily quota limit")
	page := d.open("/go/pages/message/detail?id=m1", http.StatusOK)
	if strings.Contains(page, "45009") || strings.Contains(page, "<a ") {
		t.Errorf("shown: %s", page)
	}
	d.room.MiniLink = nil
	page = d.open("/go/pages/representative/profile?id=zhang", http.StatusOK)
	wantWords(t, page, "请在微信中搜索“连心”小程序，给张")
	if strings.Contains(page, `<a class="main"`) {
		t.Errorf("there is a button: %s", page)
	}
}

func TestWhenTheDatabaseIsAwayThePageAsksForPatience(t *testing.T) {
	d := newDoor(t)
	if err := d.db.Close(); err != nil {
		t.Fatal(err)
	}
	page := d.open("/go/pages/representative/profile?id=zhang", http.StatusInternalServerError)
	wantWords(t, page, "系统出错了", "request-1")
	if strings.Contains(page, "sql") {
		t.Errorf("shown: %s", page)
	}
}

func TestInsideWeChatALinkOpensThePagesForPhones(t *testing.T) {
	d := newDoor(t)
	router := gin.New()
	d.room.Register(router)
	for target, want := range map[string]string{
		"/":                               "/h5/",
		"/go/pages/message/detail?id=m1":  "/h5/#/pages/message/detail?id=m1",
		"/go/https://evil.example?id=x":   "/h5/",
		"/go//evil.example/pages/x?id=m1": "/h5/",
	} {
		for name, value := range map[string]string{"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50", "Sec-Fetch-Dest": "iframe"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
			r.Header.Set(name, value)
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			if w.Code != http.StatusFound || w.Header().Get("Location") != want {
				t.Errorf("%s with %s led to %d %s, want %s", target, name, w.Code, w.Header().Get("Location"), want)
			}
		}
	}
	if len(d.asked) != 0 {
		t.Errorf("asked WeChat for %q", d.asked)
	}
}

func TestTheBareAddressGreetsAndLeadsToTheDescription(t *testing.T) {
	engine := gin.New()
	landing.Room{Log: slog.New(slog.DiscardHandler)}.Register(engine)
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "/openapi.json") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
