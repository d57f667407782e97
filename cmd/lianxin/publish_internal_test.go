package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/newsroom"
	"lianxin/service/outbox"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
	"lianxin/service/token"
	"lianxin/service/wechat"
	"lianxin/simulator"
)

// press is a newsroom at the stand-in for WeChat, on one clock, whose tasks are
// done when the test says so. What passes to WeChat can be spoilt, and the work
// killed at any call.
type press struct {
	t      *testing.T
	clock  *storetest.Clock
	db     *store.DB
	sim    *simulator.Simulator
	news   *newsroom.Service
	outbox *outbox.Dispatcher
	knife  *knife

	mu    sync.Mutex
	spoil func(w http.ResponseWriter, r *http.Request, serve http.Handler) bool

	writer, reviewer model.Actor
}

// snapshot gives every picture the same small photo.
type snapshot struct{ content []byte }

func (s snapshot) Small(context.Context, string, int) ([]byte, error) { return s.content, nil }

func newPress(t *testing.T) *press {
	t.Helper()
	p := &press{t: t, clock: storetest.NewClock(t, "2026-11-23 09:00"), db: storetest.Open(t)}
	options := simulator.Defaults()
	options.Now = p.clock.Now
	var err error
	if p.sim, err = simulator.New(options); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		p.sim.Close()
	})
	gateway, err := wechat.New(wechat.Options{
		Official: wechat.Account{AppID: options.Official.AppID, Secret: options.Official.Secret}, BaseURL: server.URL,
		Tokens: tokens{token.New(p.db)}, Now: p.clock.Now, Log: slog.New(slog.DiscardHandler), Timeout: 300 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gateway.Close)
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	p.knife = &knife{Official: officialDesk{gateway}, titles: map[string]string{}}
	p.news, err = newsroom.New(newsroom.Options{
		DB: p.db, Now: p.clock.Now, Official: p.knife, AppID: options.Official.AppID, Pictures: snapshot{photo.Bytes()},
		Link: func(page string) string { return "https://lianxin.example/go/" + page },
	})
	if err != nil {
		t.Fatal(err)
	}
	p.outbox = outbox.NewDispatcher(p.db, p.clock.Now, slog.New(slog.DiscardHandler), map[string]outbox.Handler{
		newsroom.DoorTask: p.news.HandleDoor, newsroom.ScheduleTask: p.news.HandleSchedule,
	})
	p.staffed()
	return p
}

// staffed writes the area and the two officers.
func (p *press) staffed() {
	p.t.Helper()
	put(p, model.Area{ID: "d", Name: "区", Path: "/d/"})
	for _, who := range []*model.Actor{&p.writer, &p.reviewer} {
		*who = model.Actor{PersonID: model.NewID(), Name: "同志", Grants: []model.Grant{{Role: model.RolePublicityOfficer, AreaPath: "/d/"}}}
		put(p, model.Person{ID: who.PersonID, Name: who.Name, CreatedAt: p.clock.Now()})
	}
}

// picture is one that the writer uploaded.
func (p *press) picture() string {
	p.t.Helper()
	id := model.NewID()
	put(p, model.Picture{ID: id, OwnerID: p.writer.PersonID, Screening: model.ScreeningShown, CreatedAt: p.clock.Now()})
	return id
}

func put[T any](p *press, row T) {
	p.t.Helper()
	err := store.InTx(p.t.Context(), p.db, func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, &row) })
	if err != nil {
		p.t.Fatal(err)
	}
}

// serve lets a test stand between the gateway and WeChat.
func (p *press) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	spoil := p.spoil
	p.mu.Unlock()
	if spoil == nil || !spoil(w, r, p.sim) {
		p.sim.ServeHTTP(w, r)
	}
}

func (p *press) spoiling(spoil func(w http.ResponseWriter, r *http.Request, serve http.Handler) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spoil = spoil
}

// control uses the stand-in's control API.
func (p *press) control(method, path string, body, into any) {
	p.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.sim.ServeHTTP(w, httptest.NewRequestWithContext(p.t.Context(), method, "/simulator/"+path, bytes.NewReader(text)))
	if w.Code != http.StatusOK {
		p.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		p.t.Fatal(err)
	}
}

// public counts what the account ever made public by a publication or a mass
// send, and what of it is still there.
func (p *press) public() (ever, now int) {
	p.t.Helper()
	var got struct {
		Articles []struct{ Deleted bool }
	}
	p.control(http.MethodGet, "articles", nil, &got)
	for _, a := range got.Articles {
		if !a.Deleted {
			now++
		}
	}
	return len(got.Articles), now
}

// approved is an article with two pictures that was reviewed and goes to the
// official account alone.
func (p *press) approved(w newsroom.Wishes) model.Article {
	p.t.Helper()
	ctx := p.t.Context()
	first, second := p.picture(), p.picture()
	a, err := p.news.Begin(ctx, p.writer, "d", model.ArticleNews, "路灯修好了")
	p.sure(err)
	body := `<p>昨天修好了。</p><p><img src="/media/` + first + `"/></p><p><img src="/media/` + second + `"/></p>`
	_, err = p.news.Save(ctx, p.writer, a.ID, newsroom.Text{Revision: 1, Title: "路灯修好了", Body: body, CoverID: first})
	p.sure(err)
	_, err = p.news.Submit(ctx, p.writer, a.ID)
	p.sure(err)
	_, err = p.news.Approve(ctx, p.reviewer, a.ID)
	p.sure(err)
	a, err = p.news.ChooseDoors(ctx, p.writer, a.ID, w)
	p.sure(err)
	return a
}

func (p *press) sure(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *press) door(id string, name model.Door) model.ArticleDoor {
	p.t.Helper()
	w, err := p.news.Whole(p.t.Context(), p.writer, id)
	p.sure(err)
	for _, d := range w.Doors {
		if d.Door == name {
			return d
		}
	}
	return model.ArticleDoor{}
}

func (p *press) state(id string) model.ArticleState {
	p.t.Helper()
	w, err := p.news.Whole(p.t.Context(), p.writer, id)
	p.sure(err)
	return w.State
}

// run does what is due, and lets time pass, until there is nothing left to do or
// the time is over.
func (p *press) run(most time.Duration) {
	p.t.Helper()
	for until := p.clock.Now().Add(most); p.clock.Now().Before(until); {
		n, err := p.outbox.Tick(p.t.Context())
		p.sure(err)
		if n > 0 {
			continue
		}
		left, err := store.From[model.Task](p.db.Read()).Where("state IN ?", []model.TaskState{model.TaskReady, model.TaskRunning}).Count(p.t.Context(), "*")
		p.sure(err)
		if left == 0 {
			return
		}
		p.clock.Advance(20 * time.Second)
	}
}

// knife kills the work at a call: before it is made, or after it was made and
// before anybody can write down what came of it.
type knife struct {
	newsroom.Official

	mu    sync.Mutex
	calls []string
	// drafts are those that were made, and titles what they say now.
	drafts []string
	titles map[string]string
	// at is the call that is the last one, from 1; 0 for none.
	at    int
	after bool
}

// killed is what a panic is made of when the work is killed.
type killed struct{ at string }

// cut counts a call and dies when it is its turn.
func cut[T any](k *knife, name string, call func() (T, error)) (T, error) {
	k.mu.Lock()
	k.calls = append(k.calls, name)
	mine := k.at > 0 && len(k.calls) == k.at
	after := k.after
	k.mu.Unlock()
	if mine && !after {
		panic(killed{name})
	}
	got, err := call()
	if mine {
		panic(killed{name})
	}
	return got, err
}

func only(err error) (struct{}, error) { return struct{}{}, err }

func (k *knife) UploadPicture(ctx context.Context, b []byte) (string, error) {
	return cut(k, "UploadPicture", func() (string, error) { return k.Official.UploadPicture(ctx, b) })
}

func (k *knife) UploadCover(ctx context.Context, b []byte) (string, error) {
	return cut(k, "UploadCover", func() (string, error) { return k.Official.UploadCover(ctx, b) })
}

func (k *knife) AddDraft(ctx context.Context, p newsroom.Paper) (string, error) {
	return cut(k, "AddDraft", func() (string, error) {
		id, err := k.Official.AddDraft(ctx, p)
		if err == nil {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.drafts, k.titles[id] = append(k.drafts, id), p.Title
		}
		return id, err
	})
}

func (k *knife) UpdateDraft(ctx context.Context, id string, p newsroom.Paper) error {
	err := k.Official.UpdateDraft(ctx, id, p)
	if err == nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.titles[id] = p.Title
	}
	return err
}

func (k *knife) Publish(ctx context.Context, id string) (newsroom.Receipt, error) {
	return cut(k, "Publish", func() (newsroom.Receipt, error) { return k.Official.Publish(ctx, id) })
}

func (k *knife) Publication(ctx context.Context, id string) (newsroom.Publication, error) {
	return cut(k, "Publication", func() (newsroom.Publication, error) { return k.Official.Publication(ctx, id) })
}

func (k *knife) Unpublish(ctx context.Context, id string) error {
	_, err := cut(k, "Unpublish", func() (struct{}, error) { return only(k.Official.Unpublish(ctx, id)) })
	return err
}

func (k *knife) MassSend(ctx context.Context, id, once string) (newsroom.Receipt, error) {
	return cut(k, "MassSend", func() (newsroom.Receipt, error) { return k.Official.MassSend(ctx, id, once) })
}

func (k *knife) MassState(ctx context.Context, id string) (newsroom.Outcome, error) {
	return cut(k, "MassState", func() (newsroom.Outcome, error) { return k.Official.MassState(ctx, id) })
}

// onceOnly demands that an article went out exactly once, or that the editor was
// clearly told that it did not.
func (p *press) onceOnly(where string, d model.ArticleDoor) {
	p.t.Helper()
	ever, _ := p.public()
	switch {
	case d.State == model.DoorOpen && ever == 1:
	case d.State == model.DoorFailed && ever == 0 && d.Problem != "":
	case d.State == model.DoorByHand && ever == 0 && strings.Contains(d.Problem, "手动"):
	default:
		p.t.Errorf("%s: %d publications, door %s at %s: %s", where, ever, d.State, d.Step, d.Problem)
	}
}

func TestAnArticleGoesOutThroughTheOfficialAccount(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	a := p.approved(newsroom.Wishes{Feed: true, Publication: true})
	_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	if got := p.state(a.ID); got != model.ArticleLive {
		t.Errorf("our feed waits for WeChat: %s", got)
	}
	p.run(time.Hour)
	d := p.door(a.ID, model.DoorPublication)
	if ever, _ := p.public(); ever != 1 || d.State != model.DoorOpen || d.Link == "" || d.RemoteID == "" || d.DataID == "" {
		t.Errorf("%d publications, door %+v", ever, d)
	}
	want := []string{"UploadPicture", "UploadPicture", "UploadCover", "AddDraft", "Publish", "Publication"}
	if !slices.Equal(p.knife.calls, want) {
		t.Errorf("calls %v", p.knife.calls)
	}
	_, err = p.news.Withdraw(t.Context(), p.writer, a.ID, "写错了")
	p.sure(err)
	p.run(time.Hour)
	if _, now := p.public(); now != 0 || p.door(a.ID, model.DoorPublication).State != model.DoorClosed || p.door(a.ID, model.DoorFeed).State != model.DoorClosed {
		t.Errorf("%d left, doors %+v", now, p.door(a.ID, model.DoorPublication))
	}
}

func TestPublishingThatIsKilledAtAnyStepEndsInOnePublicationOrOneClearFailure(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 6; at++ {
		for _, after := range []bool{false, true} {
			p := newPress(t)
			a := p.approved(newsroom.Wishes{Publication: true})
			p.knife.at, p.knife.after = at, after
			_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
			p.sure(err)
			p.run(3 * time.Hour)
			where := fmt.Sprintf("killed at call %d, %s, after it was made: %t", at, p.knife.calls[at-1], after)
			d := p.door(a.ID, model.DoorPublication)
			p.onceOnly(where, d)
			// Only a submission that never reached WeChat must be left to a person.
			if neverSent := p.knife.calls[at-1] == "Publish" && !after; (d.State == model.DoorFailed) != neverSent {
				t.Errorf("%s: ended %s: %s", where, d.State, d.Problem)
			}
		}
	}
}

// trouble is a way in which a call to WeChat goes wrong.
type trouble struct {
	name  string
	fault map[string]any
	// spoil answers in WeChat's place; done says that WeChat does what was asked
	// all the same.
	spoil, done bool
	times       int
}

func troubles() []trouble {
	var all []trouble
	for _, code := range []int{-1, 40001, 40007, 40009, 40164, 45002, 45003, 45009, 45011, 45166, 48001, 50002, 53503, 53504, 53505} {
		for _, times := range []int{1, 3} {
			all = append(all, trouble{name: fmt.Sprintf("errcode %d", code), fault: map[string]any{"errcode": code, "times": times}, times: times})
		}
	}
	return append(all,
		trouble{name: "status 502", fault: map[string]any{"status": 502, "times": 2}},
		trouble{name: "cut before", fault: map[string]any{"drop": true, "times": 2}},
		trouble{name: "cut after", fault: map[string]any{"drop_after": true, "times": 1}},
		trouble{name: "timeout before", fault: map[string]any{"delay_ms": 600, "drop": true, "times": 1}},
		trouble{name: "garbage before", spoil: true, times: 1},
		trouble{name: "garbage after", spoil: true, done: true, times: 1},
	)
}

// strike makes a call go wrong.
func (p *press) strike(path string, w trouble) {
	if !w.spoil {
		fault := map[string]any{"path": path}
		maps.Copy(fault, w.fault)
		p.control(http.MethodPut, "faults", fault, nil)
		return
	}
	left := w.times
	p.spoiling(func(rw http.ResponseWriter, r *http.Request, serve http.Handler) bool {
		if r.URL.Path != path || left == 0 {
			return false
		}
		left--
		if w.done {
			serve.ServeHTTP(httptest.NewRecorder(), r)
		}
		_, err := io.WriteString(rw, "<html>502 Bad Gateway</html>")
		return err == nil
	})
}

func TestPublishingSurvivesEveryFaultOfEveryCall(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/cgi-bin/media/uploadimg", "/cgi-bin/material/add_material", "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit", "/cgi-bin/freepublish/get"} {
		p := newPress(t)
		ever, _ := p.public()
		for _, w := range troubles() {
			a := p.approved(newsroom.Wishes{Publication: true})
			p.strike(path, w)
			_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
			p.sure(err)
			p.run(3 * time.Hour)
			p.control(http.MethodDelete, "faults", nil, nil)
			p.spoiling(nil)
			d := p.door(a.ID, model.DoorPublication)
			now, _ := p.public()
			came := now - ever
			ever = now
			ended := d.State == model.DoorOpen && came == 1 || d.State == model.DoorFailed && came <= 1 && d.Problem != "" ||
				d.State == model.DoorByHand && came == 0 && strings.Contains(d.Problem, "公众平台")
			if !ended || d.State == model.DoorFailed && came == 1 && path != "/cgi-bin/freepublish/get" {
				t.Errorf("%s %s ×%d: %d publications, door %s at %s: %s", path, w.name, w.times, came, d.State, d.Step, d.Problem)
			}
			// Tried again by the editor, it is out exactly once.
			if d.State == model.DoorFailed {
				_, err := p.news.Retry(t.Context(), p.writer, a.ID, model.DoorPublication)
				p.sure(err)
				p.run(3 * time.Hour)
				now, _ = p.public()
				came += now - ever
				ever = now
				if d = p.door(a.ID, model.DoorPublication); came != 1 || d.State != model.DoorOpen {
					t.Errorf("%s %s ×%d, tried again: %d publications, door %s: %s", path, w.name, w.times, came, d.State, d.Problem)
				}
			}
		}
	}
}
