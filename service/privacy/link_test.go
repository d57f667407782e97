package privacy_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/linking"
	"lianxin/service/sealed"
	"lianxin/service/sealed/sealedtest"
)

const oldName, oldPhone = "王阿婆", "13700000007"

// joined makes somebody who used the official account under another name and
// number one with 王秀英.
func (t *town) joined() model.PersonLink {
	t.tb.Helper()
	keys, at := sealedtest.Keys(t.tb), t.clock.Now()
	insert(t, &model.Person{ID: "wang-2", Name: oldName, Phone: keys.Seal(sealed.PhoneOf("wang-2"), oldPhone), PhoneHash: keys.Hash(sealed.Phone, oldPhone), CreatedAt: at})
	insert(t, &model.WeChatIdentity{ID: "official-wang", PersonID: "wang-2", Account: model.AccountOfficial, OpenID: "o-wang", UnionID: "unionid-wang", CreatedAt: at})
	insert(t, &model.AuditLine{ID: model.NewID(), At: at, ActorID: "wang-2", Actor: oldName, Action: "person.rename", TargetID: "wang-2", Detail: oldName})
	linker, err := linking.New(keys, t.clock.Now)
	t.must(err)
	t.tx(func(ctx context.Context, tx *gorm.DB) error {
		_, err := linker.Unite(ctx, tx, "wang", "unionid-wang")
		return err
	})
	links := all[model.PersonLink](t, "kept_id = ?", "wang")
	if len(links) != 1 {
		t.tb.Fatalf("%d links", len(links))
	}
	return links[0]
}

// holding names the columns that still hold one of the texts.
func (t *town) holding(texts ...string) []string {
	t.tb.Helper()
	var found []string
	for column, values := range t.cells() {
		for _, v := range values {
			for _, text := range texts {
				if strings.Contains(v, text) {
					found = append(found, column+": "+v)
				}
			}
		}
	}
	return found
}

func TestErasingAPersonErasesWhomeverWasJoinedIntoThem(t *testing.T) {
	town := newTown(t)
	town.life()
	town.joined()
	keys := sealedtest.Keys(t)
	hash, aside := keys.Hash(sealed.Phone, oldPhone), keys.Hash(sealed.PhoneAside, oldPhone)
	if found := town.holding(aside); len(found) != 1 {
		t.Fatalf("of two numbers one was to be put aside: %v", found)
	}
	town.erase()
	if left := town.holding(oldName, oldPhone, hash, aside, "o-wang"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if p := all[model.Person](town, "id = ?", "wang-2")[0]; p.Name != "" || p.Phone != "" || p.MergedInto != "wang" {
		t.Errorf("the joined one is %+v", p)
	}
	if n := len(all[model.PersonLink](town, "1 = 1")) + len(all[model.LinkedRow](town, "1 = 1")); n != 0 {
		t.Errorf("%d rows tell of the link", n)
	}
}

func TestAfterThirtyDaysTheRecordOfALinkEnds(t *testing.T) {
	town := newTown(t)
	link := town.joined()
	if n := len(all[model.LinkedRow](town, "link_id = ?", link.ID)); n == 0 {
		t.Fatal("no row was written down")
	}
	town.clock.Advance(29 * 24 * time.Hour)
	if n := town.due()["person_links"]; n != 0 {
		t.Errorf("%d are due early", n)
	}
	town.clock.Advance(25 * time.Hour)
	if n := town.due()["person_links"]; n != 1 {
		t.Errorf("%d are due", n)
	}
	if _, err := town.desk.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(all[model.PersonLink](town, "1 = 1")) + len(all[model.LinkedRow](town, "1 = 1")); n != 0 {
		t.Errorf("%d rows tell of the link", n)
	}
	if p := all[model.Person](town, "id = ?", "wang-2")[0]; p.Name != "" || p.Phone != "" || p.MergedInto != "wang" {
		t.Errorf("the joined one is %+v", p)
	}
}

func TestMyDataTellsOfAccountsThatWereJoined(t *testing.T) {
	town := newTown(t)
	town.joined()
	asked, err := town.desk.AskCopy(t.Context(), town.wang)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range town.fetch(town.wang, asked.ID) {
		if name != "messages.jsonl" && !strings.HasPrefix(name, "pictures/") && !strings.Contains(text, oldPhone) {
			t.Errorf("%s does not tell of the number put aside", name)
		}
	}
	found, err := town.desk.Overview(t.Context(), town.wang)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range found {
		if c.Name == "links" && c.Count == 1 {
			return
		}
	}
	t.Errorf("the overview is %+v", found)
}
