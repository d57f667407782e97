package suggestion_test

import (
	"context"
	"strings"
	"testing"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
	"lianxin/service/suggestion"
)

// box is 东湖区 with two streets, each with a liaison officer.
type box struct {
	*suggestion.Service
	tb testing.TB
	db *store.DB
}

var (
	wang   = model.Actor{PersonID: "wang", Name: "王秀英", Grants: []model.Grant{{Role: model.RoleResident}}}
	zhao   = model.Actor{PersonID: "zhao", Name: "赵大爷", Grants: []model.Grant{{Role: model.RoleResident}}}
	chief  = officer("chief", "/d/")
	peace  = officer("peace", "/d/s/")
	remote = officer("remote", "/d/x/")
)

func officer(id, path string) model.Actor {
	return model.Actor{PersonID: id, Name: "联络员" + id, Grants: []model.Grant{{Role: model.RoleLiaisonOfficer, AreaPath: path}}}
}

func newBox(tb testing.TB) *box {
	tb.Helper()
	b := &box{tb: tb, db: storetest.Open(tb)}
	clock := storetest.NewClock(tb, "2026-11-23 10:00")
	b.Service = suggestion.New(suggestion.Options{DB: b.db, Now: clock.Now})
	for _, a := range []model.Area{{ID: "d", Name: "东湖区", Path: "/d/"}, {ID: "s", ParentID: "d", Name: "和平街道", Path: "/d/s/"}, {ID: "x", ParentID: "d", Name: "新华街道", Path: "/d/x/"}} {
		insert(b, a)
	}
	for _, who := range []model.Actor{chief, peace, remote} {
		insert(b, model.Grant{ID: model.NewID(), PersonID: who.PersonID, Role: model.RoleLiaisonOfficer, AreaPath: who.Grants[0].AreaPath})
	}
	return b
}

func insert[T any](b *box, row T) {
	b.tb.Helper()
	if err := store.InTx(b.tb.Context(), b.db, func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, &row) }); err != nil {
		b.tb.Fatal(err)
	}
}

// say sends a suggestion.
func (b *box) say(by model.Actor, body, areaID string) model.AppSuggestion {
	b.tb.Helper()
	one, err := b.Send(b.tb.Context(), by, suggestion.Words{Kind: model.SuggestionSuggestion, Body: body, AreaID: areaID})
	if err != nil {
		b.tb.Fatal(err)
	}
	return one
}

// told gives the titles of what a person was told.
func (b *box) told(by model.Actor) string {
	b.tb.Helper()
	rows, err := store.From[model.Notice](b.db.Read()).Where("person_id = ?", by.PersonID).Order("created_at, id").Find(b.tb.Context())
	if err != nil {
		b.tb.Fatal(err)
	}
	var titles []string
	for _, n := range rows {
		titles = append(titles, n.Title)
	}
	return strings.Join(titles, " ")
}

// heard gives what an officer is shown.
func (b *box) heard(by model.Actor, state model.SuggestionState) string {
	b.tb.Helper()
	rows, _, err := b.List(b.tb.Context(), by, state, store.Page{})
	if err != nil {
		b.tb.Fatal(err)
	}
	var bodies []string
	for _, one := range rows {
		bodies = append(bodies, one.Body)
	}
	return strings.Join(bodies, " ")
}

func wantFault(tb testing.TB, err error, kind fault.Kind) {
	tb.Helper()
	if !fault.Is(err, kind) {
		tb.Errorf("got %v, want a fault %q", err, kind)
	}
}

func TestASuggestionReachesTheOfficeAndItsReplyTheWriter(t *testing.T) {
	b := newBox(t)
	one := b.say(wang, " 字再大一点 ", "s")
	if b.told(peace) != "收到对平台的建议" || b.told(chief) != "收到对平台的建议" || b.told(remote) != "" {
		t.Errorf("told %q, %q and %q", b.told(peace), b.told(chief), b.told(remote))
	}
	if _, err := b.Reply(t.Context(), peace, one.ID, "下个版本就有。"); err != nil {
		t.Fatal(err)
	}
	mine, _, err := b.Mine(t.Context(), wang, store.Page{})
	if err != nil || len(mine) != 1 || mine[0].Body != "字再大一点" || mine[0].Reply != "下个版本就有。" || mine[0].State != model.SuggestionReplied || mine[0].RepliedAt == nil {
		t.Errorf("the writer sees %+v, %v", mine, err)
	}
	if b.told(wang) != "您对平台的建议有答复了" {
		t.Errorf("the writer was told %q", b.told(wang))
	}
	_, err = b.Reply(t.Context(), chief, one.ID, "又一个答复")
	wantFault(t, err, fault.KindConflict)
}

func TestEachOfficeHearsWhatIsSaidInItsAreas(t *testing.T) {
	b := newBox(t)
	one := b.say(wang, "街道的", "s")
	b.say(zhao, "全区的", "")
	if b.heard(peace, "") != "街道的" || b.heard(remote, "") != "" || len(strings.Fields(b.heard(chief, ""))) != 2 {
		t.Errorf("heard %q, %q and %q", b.heard(peace, ""), b.heard(remote, ""), b.heard(chief, ""))
	}
	_, err := b.Reply(t.Context(), remote, one.ID, "不归我管")
	wantFault(t, err, fault.KindNotFound)
	if _, err := b.Reply(t.Context(), peace, one.ID, "好"); err != nil {
		t.Fatal(err)
	}
	if b.heard(chief, model.SuggestionOpen) != "全区的" || b.heard(chief, model.SuggestionReplied) != "街道的" {
		t.Error("the states do not divide them")
	}
	if mine, _, err := b.Mine(t.Context(), zhao, store.Page{}); err != nil || len(mine) != 1 {
		t.Errorf("somebody sees %v, %v, want their own only", mine, err)
	}
}

func TestSuggestionsThatCannotBeAreRefusedInPlainWords(t *testing.T) {
	b := newBox(t)
	for name, w := range map[string]suggestion.Words{
		"nothing":         {Kind: model.SuggestionComplaint, Body: "  "},
		"too much":        {Kind: model.SuggestionComplaint, Body: strings.Repeat("字", 501)},
		"another kind":    {Kind: "praise", Body: "好"},
		"an unknown area": {Kind: model.SuggestionComplaint, Body: "好", AreaID: "none"},
	} {
		if _, err := b.Send(t.Context(), wang, w); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := b.Send(t.Context(), model.SystemActor("test"), suggestion.Words{Kind: model.SuggestionComplaint, Body: "好"})
	wantFault(t, err, fault.KindUnauthenticated)
	for range model.SuggestionOpenMax {
		b.say(wang, "一条", "")
	}
	_, err = b.Send(t.Context(), wang, suggestion.Words{Kind: model.SuggestionComplaint, Body: "第六条"})
	wantFault(t, err, fault.KindConflict)
}
