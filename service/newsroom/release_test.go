package newsroom_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/follow"
	"lianxin/service/newsroom"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// tick does what is due in the outbox.
func (d *desk) tick() {
	d.t.Helper()
	dispatcher := outbox.NewDispatcher(d.db, d.clock.Now, slog.New(slog.DiscardHandler), map[string]outbox.Handler{
		newsroom.DoorTask: d.HandleDoor, newsroom.ScheduleTask: d.HandleSchedule,
	})
	for {
		n, err := dispatcher.Tick(d.t.Context())
		if err != nil {
			d.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func TestAnArticleIsPublishedWhenItsTimeComesAndNotBefore(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	a := d.approved(bai, jiang)
	_, err := d.Schedule(t.Context(), bai, a.ID, d.clock.Now().Add(-time.Minute))
	wantFault(t, err, fault.KindInvalid)
	for _, in := range []time.Duration{time.Hour, 2 * time.Hour} { // the second replaces the first
		if a, err = d.Schedule(t.Context(), bai, a.ID, d.clock.Now().Add(in)); err != nil {
			t.Fatal(err)
		}
	}
	d.clock.Advance(90 * time.Minute)
	d.tick()
	if got := d.titles(newsroom.Find{}); got != "" {
		t.Errorf("too early: %s", got)
	}
	d.clock.Advance(time.Hour)
	d.tick()
	if got := d.titles(newsroom.Find{}); got != "路灯修好了" {
		t.Errorf("in the feed: %q", got)
	}
}

func TestAnArticleThatIsTakenBackIsNotPublishedByItsSchedule(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	for _, back := range []func(id string) error{
		func(id string) error { _, err := d.Unschedule(t.Context(), bai, id); return err },
		func(id string) error { _, err := d.Revise(t.Context(), bai, id); return err },
		func(id string) error { _, err := d.Withdraw(t.Context(), bai, id, "不发了"); return err },
	} {
		a := d.approved(bai, jiang)
		_, err := d.Schedule(t.Context(), bai, a.ID, d.clock.Now().Add(time.Hour))
		must(d, err, a)
		if err := back(a.ID); err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(2 * time.Hour)
		d.tick()
	}
	if got := d.titles(newsroom.Find{}); got != "" {
		t.Errorf("in the feed: %q", got)
	}
}

func TestAWithdrawnArticleIsGoneFromTheFeedAtOnceWithItsReasonKept(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	a := d.approved(bai, jiang)
	_, err := d.PublishNow(t.Context(), bai, a.ID)
	must(d, err, a)
	before, err := d.Edition(t.Context())
	must(d, err, before)
	_, err = d.Withdraw(t.Context(), bai, a.ID, " ")
	wantFault(t, err, fault.KindInvalid)
	_, err = d.Withdraw(t.Context(), bai, a.ID, "数字有误")
	must(d, err, a)
	_, err = d.Article(t.Context(), a.ID)
	wantFault(t, err, fault.KindNotFound)
	w := d.whole(bai, a.ID)
	if after, err := d.Edition(t.Context()); err != nil || after == before || w.Reason != "数字有误" || w.Doors[0].State != model.DoorClosed {
		t.Errorf("edition %s then %s, %v; %+v", before, after, err, w.Doors[0])
	}
	_, err = d.Withdraw(t.Context(), bai, a.ID, "再来一次")
	wantFault(t, err, fault.KindConflict)
}

func TestWhatTheSystemBroughtAlongIsWithdrawnToo(t *testing.T) {
	d := newDesk(t)
	bai := d.officer("bai", "/d/")
	a := d.live("旧文", "s", model.ArticleNews)
	if doors := d.whole(bai, a.ID).Doors; doors[0].State != model.DoorOpen {
		t.Errorf("doors %+v", doors)
	}
	_, err := d.Withdraw(t.Context(), bai, a.ID, "过时")
	must(d, err, a)
	if got := d.titles(newsroom.Find{}); got != "" {
		t.Errorf("in the feed: %q", got)
	}
}

func TestWithoutAnOfficialAccountOnlyOurOwnFeedIsThere(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	a := d.approved(bai, jiang)
	_, err := d.ChooseDoors(t.Context(), bai, a.ID, newsroom.Wishes{Feed: true, Publication: true})
	wantFault(t, err, fault.KindInvalid)
	_, err = d.ChooseDoors(t.Context(), bai, a.ID, newsroom.Wishes{})
	wantFault(t, err, fault.KindInvalid)
	_, err = d.AskMassSend(t.Context(), bai, a.ID)
	wantFault(t, err, fault.KindConflict)
	wantFault(t, d.Preview(t.Context(), bai, a.ID, "谁"), fault.KindConflict)
	_, err = d.Retry(t.Context(), bai, a.ID, model.DoorPublication)
	wantFault(t, err, fault.KindNotFound)
	payload, err := json.Marshal(map[string]any{"ArticleID": a.ID, "Door": model.DoorPublication, "Round": 1})
	must(d, err, payload)
	if err := d.HandleDoor(t.Context(), payload); !outbox.Refused(err) {
		t.Errorf("a task for no account: %v", err)
	}
}

func TestNothingGoesOutThatNobodyElseApproved(t *testing.T) {
	d := newDesk(t)
	bai := d.officer("bai", "/d/")
	a := d.saved(bai, d.begun(bai, "s"), "<p>好</p>")
	_, err := d.PublishNow(t.Context(), bai, a.ID)
	wantFault(t, err, fault.KindConflict)
	_, err = d.Schedule(t.Context(), bai, a.ID, d.clock.Now().Add(time.Hour))
	wantFault(t, err, fault.KindConflict)
	_, err = d.Submit(t.Context(), bai, a.ID)
	must(d, err, a)
	_, err = d.PublishNow(t.Context(), bai, a.ID)
	wantFault(t, err, fault.KindConflict)
}

func TestTheLibraryKeepsPicturesForAnArea(t *testing.T) {
	d := newDesk(t)
	street, colleague, other := d.officer("s1", "/d/s/"), d.officer("s2", "/d/s/"), d.officer("x1", "/d/x/")
	own, private := d.picture("s1"), d.picture("resident")
	wish := newsroom.NewPicture{AreaID: "s", PictureID: own, Caption: "路灯", Source: "本报", Shows: "王师傅（已同意）"}
	kept, err := d.AddPicture(t.Context(), street, wish)
	must(d, err, kept)
	_, err = d.AddPicture(t.Context(), street, wish)
	wantFault(t, err, fault.KindConflict)
	stolen := wish
	stolen.PictureID = private
	_, err = d.AddPicture(t.Context(), street, stolen)
	wantFault(t, err, fault.KindNotFound)
	unnamed := wish
	unnamed.Caption = ""
	_, err = d.AddPicture(t.Context(), street, unnamed)
	wantFault(t, err, fault.KindInvalid)
	for by, want := range map[*model.Actor]int{&street: 1, &colleague: 1, &other: 0} {
		found, _, err := d.Library(t.Context(), *by, "王师傅", store.Page{})
		if err != nil || len(found) != want {
			t.Errorf("%s finds %d, %v", by.Name, len(found), err)
		}
	}
	// A colleague may show it in an article, and keeps it there when it goes.
	a := d.saved(colleague, d.begun(colleague, "s"), `<p><img src="/media/`+own+`"/></p>`)
	if !strings.Contains(a.Body, own) {
		t.Errorf("the article shows %s", a.Body)
	}
	wantFault(t, d.RemovePicture(t.Context(), other, kept.ID), fault.KindNotFound)
	if err := d.RemovePicture(t.Context(), colleague, kept.ID); err != nil {
		t.Error(err)
	}
	if a = d.saved(colleague, a, a.Body+"<p>好</p>"); !strings.Contains(a.Body, own) {
		t.Errorf("afterwards it shows %s", a.Body)
	}
}

func TestWhatAnEditorLosesIsSaid(t *testing.T) {
	d := newDesk(t)
	bai := d.officer("bai", "/d/")
	a := d.begun(bai, "s")
	for dirty, want := range map[string]string{
		`<img src="https://elsewhere.example/x.png">`:              "1 张图片",
		`<iframe src="https://v.example"></iframe><video></video>`: "2 处视频",
		`<a href="javascript:alert(1)">点</a>`:                      "1 个链接",
		`<svg><circle/></svg>`:                                     "矢量图",
	} {
		saved, err := d.Save(t.Context(), bai, a.ID, newsroom.Text{Revision: a.Revision, Title: "题", Body: "<p>字</p>" + dirty})
		must(d, err, saved)
		a = saved.Article
		if len(saved.Changed) != 1 || !strings.Contains(saved.Changed[0], want) {
			t.Errorf("%s: told %q", dirty, saved.Changed)
		}
	}
	saved, err := d.Save(t.Context(), bai, a.ID, newsroom.Text{Revision: a.Revision, Title: "题", Body: `<p class="MsoNormal" style="mso-x:1"><o:p></o:p>字<img></p>`})
	if err != nil || len(saved.Changed) != 0 {
		t.Errorf("what only drew is missed: %q, %v", saved.Changed, err)
	}
}

func TestAnArticleThatGoesOutIsToldToThoseWhoFollow(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	a := d.approved(bai, jiang)
	_, err := d.PublishNow(t.Context(), bai, a.ID)
	must(d, err, a)
	waiting, err := store.From[model.Task](d.db.Read()).Where("kind = ? AND dedupe_key = ?", follow.ArticleTask, a.ID).Count(t.Context(), "*")
	must(d, err, a)
	if waiting != 1 {
		t.Errorf("%d tasks tell of it, want one", waiting)
	}
}
