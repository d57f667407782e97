package newsroom_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/comparison"
	"lianxin/service/newsroom"
	"lianxin/service/store"
)

// officer is a publicity officer of an area.
func (d *desk) officer(id, areaPath string) model.Actor {
	return d.hired(id, areaPath, model.RolePublicityOfficer)
}

func (d *desk) hired(id, areaPath string, role model.Role) model.Actor {
	d.t.Helper()
	add(d, model.Person{ID: id, Name: id + "同志", CreatedAt: d.clock.Now()})
	return model.Actor{PersonID: id, Name: id + "同志", Grants: []model.Grant{{Role: role, AreaPath: areaPath}}}
}

// must gives what was done, or ends the test.
func must[T any](d *desk, err error, done T) T {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return done
}

func (d *desk) begun(by model.Actor, areaID string) model.Article {
	d.t.Helper()
	a, err := d.Begin(d.t.Context(), by, areaID, model.ArticleNews, "路灯修好了")
	return must(d, err, a)
}

func (d *desk) saved(by model.Actor, a model.Article, body string) model.Article {
	d.t.Helper()
	saved, err := d.Save(d.t.Context(), by, a.ID, newsroom.Text{Revision: a.Revision, Title: a.Title, Body: body})
	return must(d, err, saved).Article
}

// approved is an article that one officer wrote and another one approved.
func (d *desk) approved(writer, reviewer model.Actor) model.Article {
	d.t.Helper()
	a := d.saved(writer, d.begun(writer, "s"), "<p>好</p>")
	_, err := d.Submit(d.t.Context(), writer, a.ID)
	must(d, err, a)
	a, err = d.Approve(d.t.Context(), reviewer, a.ID)
	return must(d, err, a)
}

func (d *desk) whole(by model.Actor, id string) newsroom.Whole {
	d.t.Helper()
	w, err := d.Whole(d.t.Context(), by, id)
	return must(d, err, w)
}

func (d *desk) picture(owner string) string {
	d.t.Helper()
	id := model.NewID()
	add(d, model.Picture{ID: id, OwnerID: owner, Screening: model.ScreeningShown, CreatedAt: d.clock.Now()})
	return id
}

func TestAnArticleGoesFromDraftThroughReviewToApproved(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	a := d.saved(bai, d.begun(bai, "s"), "<p>昨天，<b>路灯</b>修好了。</p>")
	if a.Body != "<p>昨天，<strong>路灯</strong>修好了。</p>" || a.Revision != 2 {
		t.Errorf("kept %+v", a)
	}
	_, err := d.Submit(t.Context(), bai, a.ID)
	must(d, err, a)
	c, err := d.Comment(t.Context(), jiang, a.ID, "写明哪条路", "昨天")
	must(d, err, c)
	if _, err := d.Return(t.Context(), jiang, a.ID, "缺地点"); err != nil {
		t.Fatal(err)
	}
	w := d.whole(bai, a.ID)
	if w.State != model.ArticleReturned || w.Reason != "缺地点" || len(w.Comments) != 1 || w.Comments[0].Quote != "昨天" {
		t.Errorf("returned %+v", w)
	}
	d.saved(bai, w.Article, "<p>昨天，和平路的路灯修好了。</p>")
	if err := d.Settle(t.Context(), bai, a.ID, c.ID); err != nil {
		t.Error(err)
	}
	_, err = d.Submit(t.Context(), bai, a.ID)
	must(d, err, a)
	_, err = d.Approve(t.Context(), bai, a.ID)
	wantFault(t, err, fault.KindForbidden)
	a, err = d.Approve(t.Context(), jiang, a.ID)
	must(d, err, a)
	if w = d.whole(bai, a.ID); w.State != model.ArticleApproved || w.Reviewer != "jiang同志" || w.Reason != "" || w.Comments[0].SettledBy != "bai同志" {
		t.Errorf("approved %+v", w)
	}
}

func TestWhoeverWroteInAnArticleCannotApproveIt(t *testing.T) {
	d := newDesk(t)
	bai, jiang, fang := d.officer("bai", "/d/"), d.officer("jiang", "/d/"), d.hired("fang", "/d/", model.RoleOrganisationOfficer)
	a := d.saved(bai, d.begun(bai, "s"), "<p>一</p>")
	d.saved(jiang, a, "<p>一二</p>")
	_, err := d.Submit(t.Context(), bai, a.ID)
	must(d, err, a)
	for _, by := range []model.Actor{bai, jiang} {
		_, err := d.Approve(t.Context(), by, a.ID)
		wantFault(t, err, fault.KindForbidden)
		if acts := fmt.Sprint(d.whole(by, a.ID).Acts); strings.Contains(acts, string(newsroom.ActApprove)) {
			t.Errorf("%s is offered %s", by.Name, acts)
		}
	}
	if acts := d.whole(fang, a.ID).Acts; !cmp.Equal(acts, []newsroom.Act{newsroom.ActComment, newsroom.ActReturn, newsroom.ActApprove}) {
		t.Errorf("the organisation officer is offered %v", acts)
	}
	if _, err := d.Approve(t.Context(), fang, a.ID); err != nil {
		t.Error(err)
	}
}

func TestAStreetSeesNothingOfAnotherStreetsArticles(t *testing.T) {
	d := newDesk(t)
	street, other, district := d.officer("s1", "/d/s/"), d.officer("x1", "/d/x/"), d.officer("d1", "/d/")
	a := d.begun(street, "c")
	_, err := d.Begin(t.Context(), other, "s", model.ArticleNews, "越界")
	wantFault(t, err, fault.KindNotFound)
	for name, deed := range map[string]func() error{
		"whole":   func() error { _, err := d.Whole(t.Context(), other, a.ID); return err },
		"save":    func() error { _, err := d.Save(t.Context(), other, a.ID, newsroom.Text{Revision: 1}); return err },
		"submit":  func() error { _, err := d.Submit(t.Context(), other, a.ID); return err },
		"comment": func() error { _, err := d.Comment(t.Context(), other, a.ID, "x", ""); return err },
		"version": func() error { _, err := d.Version(t.Context(), other, a.ID, 0); return err },
		"list": func() error {
			_, _, err := d.List(t.Context(), other, newsroom.Wanted{AreaID: "s"}, store.Page{})
			return err
		},
	} {
		if err := deed(); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for by, want := range map[*model.Actor]int{&street: 1, &other: 0, &district: 1} {
		rows, _, err := d.List(t.Context(), *by, newsroom.Wanted{}, store.Page{})
		if err != nil || len(rows) != want {
			t.Errorf("%s sees %d articles, %v", by.Name, len(rows), err)
		}
	}
}

func TestASaveThatComesTooLateLosesNothingAndOneThatComesTwiceIsOne(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	a := d.begun(bai, "s")
	text := newsroom.Text{Revision: 1, Title: "新题", Body: "<p>一</p>"}
	for range 2 {
		saved, err := d.Save(t.Context(), bai, a.ID, text)
		if err != nil || saved.Article.Revision != 2 {
			t.Fatalf("saved %+v, %v", saved, err)
		}
	}
	_, err := d.Save(t.Context(), jiang, a.ID, newsroom.Text{Revision: 1, Title: "别的", Body: "<p>二</p>"})
	wantFault(t, err, fault.KindConflict)
	if words := fault.Of(err).Words; !strings.Contains(words, "bai同志") {
		t.Errorf("told %q", words)
	}
	if got := d.whole(bai, a.ID); got.Title != "新题" || got.Body != "<p>一</p>" {
		t.Errorf("kept %+v", got.Article)
	}
}

func TestAnArticleShowsOnlyPicturesThatItsWriterMayShow(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	own, private := d.picture("bai"), d.picture("resident")
	body := func(ids ...string) string {
		html := "<p>看</p>"
		for _, id := range ids {
			html += `<p><img src="/media/` + id + `"/></p>`
		}
		return html
	}
	a := d.begun(bai, "s")
	saved, err := d.Save(t.Context(), bai, a.ID, newsroom.Text{Revision: 1, Title: "图", CoverID: private, Body: body(own, private) + `<img src="https://elsewhere.example/x.png"/>`})
	must(d, err, saved)
	if strings.Contains(saved.Article.Body, private) || !strings.Contains(saved.Article.Body, own) || saved.Article.CoverID != "" || len(saved.Changed) != 3 {
		t.Errorf("kept %s, cover %q, told %q", saved.Article.Body, saved.Article.CoverID, saved.Changed)
	}
	again, err := d.Save(t.Context(), jiang, a.ID, newsroom.Text{Revision: 2, Title: "图", CoverID: own, Body: body(own)})
	if err != nil || again.Article.CoverID != own || len(again.Changed) != 0 {
		t.Errorf("a colleague keeps %+v, %v", again, err)
	}
}

func TestVersionsAreKeptComparedAndRestored(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	a := d.saved(bai, d.begun(bai, "s"), "<p>第一段。</p><p>路灯坏了三天。</p>")
	a = d.saved(bai, a, "<p>第一段。</p><p>路灯坏了五天。</p>")
	versions := func() string {
		all, err := d.Versions(t.Context(), bai, a.ID)
		must(d, err, all)
		var out []string
		for _, v := range all {
			out = append(out, fmt.Sprintf("%d %s %s", v.Number, v.Cause, v.Author))
		}
		return strings.Join(out, ", ")
	}
	if got := versions(); got != "1 autosave bai同志" {
		t.Errorf("within ten minutes: %s", got)
	}
	a = d.saved(jiang, a, "<p>第一段。</p><p>路灯坏了五天，修好了。</p>")
	d.clock.Advance(11 * time.Minute)
	a = d.saved(jiang, a, "<p>第一段。</p><p>路灯坏了五天，昨天修好了。</p>")
	if got := versions(); got != "4 autosave jiang同志, 3 autosave jiang同志, 2 autosave bai同志, 1 autosave bai同志" {
		t.Errorf("by two: %s", got)
	}
	paragraphs, err := d.Compare(t.Context(), bai, a.ID, 1, 0)
	must(d, err, paragraphs)
	want := []comparison.Paragraph{
		{Pieces: []comparison.Piece{{Kind: comparison.Same, Text: "路灯修好了"}}},
		{Pieces: []comparison.Piece{{Kind: comparison.Same, Text: "第一段。"}}},
		{Pieces: []comparison.Piece{
			{Kind: comparison.Same, Text: "路灯坏了"},
			{Kind: comparison.Removed, Text: "三"},
			{Kind: comparison.Added, Text: "五"},
			{Kind: comparison.Same, Text: "天"},
			{Kind: comparison.Added, Text: "，昨天修好了"},
			{Kind: comparison.Same, Text: "。"},
		}},
	}
	if diff := cmp.Diff(want, paragraphs); diff != "" {
		t.Error(diff)
	}
	restored, err := d.Restore(t.Context(), bai, a.ID, 1)
	if err != nil || !strings.Contains(restored.Body, "三天") || restored.Revision != a.Revision+1 {
		t.Errorf("restored %+v, %v", restored, err)
	}
	kept, err := d.Version(t.Context(), bai, a.ID, restored.Version-1)
	if err != nil || !strings.Contains(kept.Body, "昨天") {
		t.Errorf("what was there is lost: %+v, %v", kept, err)
	}
}

func TestColumnsBelongToTheWholeDistrict(t *testing.T) {
	d := newDesk(t)
	street, district := d.officer("s1", "/d/s/"), d.officer("d1", "/d/")
	_, err := d.AddColumn(t.Context(), street, "代表故事")
	wantFault(t, err, fault.KindForbidden)
	column, err := d.AddColumn(t.Context(), district, " 代表故事 ")
	must(d, err, column)
	_, err = d.AddColumn(t.Context(), district, "代表故事")
	wantFault(t, err, fault.KindInvalid)
	a := d.begun(street, "s")
	_, err = d.Save(t.Context(), street, a.ID, newsroom.Text{Revision: 1, Title: "x", ColumnID: column.ID})
	must(d, err, a)
	wantFault(t, d.RemoveColumn(t.Context(), district, column.ID), fault.KindConflict)
	_, err = d.Save(t.Context(), street, a.ID, newsroom.Text{Revision: 2, Title: "x"})
	must(d, err, a)
	if err := d.RemoveColumn(t.Context(), district, column.ID); err != nil {
		t.Error(err)
	}
	wantFault(t, d.RemoveColumn(t.Context(), district, column.ID), fault.KindNotFound)
}

func TestReadersSeeTheColumnsThatHaveSomethingToRead(t *testing.T) {
	d := newDesk(t)
	bai := d.officer("bai", "/d/")
	names := map[string]string{}
	for _, name := range []string{"代表故事", "政策解读", "空栏目"} {
		column, err := d.AddColumn(t.Context(), bai, name)
		names[name] = must(d, err, column).ID
	}
	d.change(d.live("十二米的回家路亮了", "s", model.ArticleNews).ID, "column_id", names["代表故事"])
	d.change(d.live("夜谈第三十次", "s", model.ArticleNews).ID, "column_id", names["代表故事"])
	gone := d.live("供暖怎样反映", "s", model.ArticleGuide)
	d.change(gone.ID, "column_id", names["政策解读"])
	d.change(d.begun(bai, "s").ID, "column_id", names["空栏目"])
	if got := d.columns(); got != "代表故事 政策解读" {
		t.Errorf("columns %s", got)
	}
	if got := d.titles(newsroom.Find{ColumnID: names["代表故事"]}); got != "夜谈第三十次 十二米的回家路亮了" {
		t.Errorf("articles of the column: %s", got)
	}
	_, err := d.Withdraw(t.Context(), bai, gone.ID, "过时")
	must(d, err, gone)
	if got := d.columns(); got != "代表故事" {
		t.Errorf("columns %s after the last article of one was withdrawn", got)
	}
}

func (d *desk) columns() string {
	d.t.Helper()
	columns, err := d.OpenColumns(d.t.Context())
	var names []string
	for _, c := range must(d, err, columns) {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

// change changes columns of an article behind the desk's back.
func (d *desk) change(id, column string, value any) {
	d.t.Helper()
	err := store.InTx(d.t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Article](tx).Where("id = ?", id).Update(ctx, column, value)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestOnlyDraftsAreWrittenIn(t *testing.T) {
	d := newDesk(t)
	bai := d.officer("bai", "/d/")
	a := d.begun(bai, "s")
	for _, state := range model.ArticleFlow().States() {
		if state == model.ArticleDraft || state == model.ArticleReturned {
			continue
		}
		d.change(a.ID, "state", state)
		_, err := d.Save(t.Context(), bai, a.ID, newsroom.Text{Revision: 1, Title: "改"})
		wantFault(t, err, fault.KindConflict)
	}
}

func TestWhatWasApprovedIsReviewedAnewWhenItIsChanged(t *testing.T) {
	d := newDesk(t)
	bai, jiang := d.officer("bai", "/d/"), d.officer("jiang", "/d/")
	a := d.approved(bai, jiang)
	a, err := d.Revise(t.Context(), bai, a.ID)
	if err != nil || a.State != model.ArticleDraft || d.whole(bai, a.ID).Reviewer != "" {
		t.Errorf("taken back %+v, %v", a, err)
	}
	_, err = d.Approve(t.Context(), jiang, a.ID)
	wantFault(t, err, fault.KindConflict)
}
