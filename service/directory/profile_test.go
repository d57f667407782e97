package directory_test

import (
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/directory"
)

func TestAProfileTellsWhoSomebodyIs(t *testing.T) {
	d := newDistrict(t)
	at := d.clock.Now()
	for id, state := range map[string]model.ArticleState{"a1": model.ArticleLive, "a2": model.ArticleDraft} {
		add(d, model.Article{ID: id, Kind: model.ArticleNews, Title: id, Body: "long", State: state, PublishedAt: &at, CreatedAt: at, UpdatedAt: at})
		add(d, model.ArticleRepresentative{ArticleID: id, RepresentativeID: "zhang"})
	}
	p, err := d.Profile(t.Context(), "zhang")
	wantNone(t, err)
	if p.Representative.Name != "张三" || p.Studio == nil || p.Studio.Name != "和平代表工作室" || len(p.Studio.Hours) != 1 {
		t.Errorf("got %+v", p)
	}
	if len(p.Articles) != 1 || p.Articles[0].ID != "a1" || p.Articles[0].Body != "" {
		t.Errorf("articles: %+v", p.Articles)
	}
	for _, id := range []string{"li", "nobody"} {
		_, err := d.Profile(t.Context(), id)
		wantFault(t, err, fault.KindNotFound)
	}
	_, err = d.Studio(t.Context(), "nowhere")
	wantFault(t, err, fault.KindNotFound)
}

func TestFiguresAreHiddenBelowTheMinimumSample(t *testing.T) {
	d := newDistrict(t)
	figures := func() *directory.Figures {
		p, err := d.Profile(t.Context(), "zhang")
		wantNone(t, err)
		return p.Figures
	}
	for range 3 {
		d.delivered(36 * time.Hour)
	}
	d.delivered(0)
	if f := figures(); f != nil {
		t.Errorf("four messages are shown: %+v", f)
	}
	d.delivered(12 * time.Hour)
	if f := figures(); f != nil {
		t.Errorf("what was counted a moment ago is counted again: %+v", f)
	}
	d.clock.Advance(10 * time.Minute)
	if f := figures(); f == nil || f.Received != 5 || f.Answered != 4 || f.MedianFirstTouchDays != nil {
		t.Errorf("got %+v, want no median of four", f)
	}
	d.delivered(12 * time.Hour)
	d.clock.Advance(10 * time.Minute)
	if f := figures(); f == nil || f.MedianFirstTouchDays == nil || *f.MedianFirstTouchDays != 1.5 {
		t.Errorf("got %+v, want a median of 1.5 days", f)
	}
}

func TestAnAbsenceIsShownUntilItIsOver(t *testing.T) {
	d := newDistrict(t)
	wantNone(t, d.SetAbsence(t.Context(), zhang, "zhang", "2026-11-25", " 外出学习 "))
	away := func() string {
		p, err := d.Profile(t.Context(), "zhang")
		wantNone(t, err)
		return p.Representative.AwayUntil + p.Representative.AwayNote
	}
	if got := away(); got != "2026-11-25外出学习" {
		t.Errorf("got %q", got)
	}
	d.clock.Advance(3 * 24 * time.Hour)
	if got := away(); got != "" {
		t.Errorf("after its end: %q", got)
	}
	wantNone(t, d.SetAbsence(t.Context(), liaison, "zhang", "2026-12-01", ""))
	wantNone(t, d.EndAbsence(t.Context(), zhang, "zhang"))
	if got := away(); got != "" {
		t.Errorf("after coming back: %q", got)
	}
	for _, until := range []string{"", "tomorrow", "2026-11-22", "2028-01-01", "2026-13-01"} {
		wantFault(t, d.SetAbsence(t.Context(), zhang, "zhang", until, ""), fault.KindInvalid)
	}
	wantFault(t, d.SetAbsence(t.Context(), system, "li", "2026-12-01", ""), fault.KindConflict)
}

func TestARepresentativeSetsHowTheyAreReached(t *testing.T) {
	d := newDistrict(t)
	want := directory.Preferences{MessageCap: 12, DailyDigest: false}
	wantNone(t, d.SetPreferences(t.Context(), zhang, "zhang", want))
	got, err := d.Preferences(t.Context(), zhang, "zhang")
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	wantFault(t, d.SetPreferences(t.Context(), zhang, "zhang", directory.Preferences{MessageCap: -1}), fault.KindInvalid)
}

func TestASeatThatIsNotYoursIsNotFound(t *testing.T) {
	d := newDistrict(t)
	for _, by := range []model.Actor{nobody, sitting("zeng"), distant, officer, staff(model.RoleAdministrator, "/d/")} {
		wantFault(t, d.SetAbsence(t.Context(), by, "zhang", "2026-12-01", ""), fault.KindNotFound)
		wantFault(t, d.EndAbsence(t.Context(), by, "zhang"), fault.KindNotFound)
		wantFault(t, d.SetPreferences(t.Context(), by, "zhang", directory.Preferences{}), fault.KindNotFound)
		_, err := d.Preferences(t.Context(), by, "zhang")
		wantFault(t, err, fault.KindNotFound)
	}
	wantFault(t, d.EndAbsence(t.Context(), liaison, "nobody"), fault.KindNotFound)
}

func TestThePublicSeesUnitsAndTopics(t *testing.T) {
	d := newDistrict(t)
	add(d, model.Unit{ID: "u1", AreaPath: peace, Name: "城管办", Duty: "市容", Active: true})
	add(d, model.Unit{ID: "u2", AreaPath: peace, Name: "旧单位"})
	units, err := d.Units(t.Context())
	if err != nil || len(units) != 1 || units[0].Duty != "市容" {
		t.Errorf("got %+v, %v", units, err)
	}
	topics, err := d.Topics(t.Context())
	if err != nil || len(topics) != 2 || topics[0].ID != "lift" {
		t.Errorf("got %+v, %v", topics, err)
	}
}
