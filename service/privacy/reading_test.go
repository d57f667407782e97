package privacy_test

import (
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/store"
)

func TestAPersonSeesWhoLookedAtTheirsAndAtNobodyElses(t *testing.T) {
	town := newTown(t)
	for id, whose := range map[string][2]string{"mine": {"wang", "wang"}, "for-me": {"wang", "neighbour"}, "by-me": {"neighbour", "wang"}, "theirs": {"neighbour", "neighbour"}} {
		insert(town, &model.Message{ID: id, Number: "N-" + id, ResidentID: whose[0], WriterID: whose[1], SubmittedAt: town.clock.Now(), UpdatedAt: town.clock.Now()})
		for depth, by := range map[model.ReadingDepth]model.Actor{model.ReadingList: town.zhang, model.ReadingThread: town.clerk} {
			town.must(audit.Seen(t.Context(), town.db, by, audit.Look{Side: model.SideUnit, Depth: depth}, []audit.Sight{{MessageID: id, As: by.Name}}, town.clock.Now()))
		}
	}
	town.must(audit.Seen(t.Context(), town.db, town.wang, audit.Look{Side: model.SideStaff, Depth: model.ReadingList}, []audit.Sight{{MessageID: "mine", As: "自己"}}, town.clock.Now()))
	got, page := map[string]int{}, store.Page{Limit: 4}
	var last time.Time
	for {
		looks, next, err := town.desk.Looks(t.Context(), town.wang, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range looks {
			if !last.IsZero() && l.At.After(last) {
				t.Errorf("%v stands after %v", l.At, last)
			}
			last = l.At
			got[l.Number+" "+l.Reader]++
		}
		if page.After = next; next == "" {
			break
		}
	}
	want := []string{"N-mine 张三", "N-mine 李经办", "N-for-me 张三", "N-for-me 李经办", "N-by-me 张三", "N-by-me 李经办"}
	for _, w := range want {
		if got[w] != 1 {
			t.Errorf("%s stands %d times", w, got[w])
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
}

func TestOneLookWithManyMessagesAtTheSameMomentComesInPages(t *testing.T) {
	town := newTown(t)
	var sights []audit.Sight
	for i := range 7 {
		id := string(rune('a' + i))
		insert(town, &model.Message{ID: id, Number: "N-" + id, ResidentID: "wang", WriterID: "wang", SubmittedAt: town.clock.Now(), UpdatedAt: town.clock.Now()})
		sights = append(sights, audit.Sight{MessageID: id, As: "张三代表"}, audit.Sight{MessageID: id, As: "张三代表"})
	}
	town.must(audit.Seen(t.Context(), town.db, town.zhang, audit.Look{Side: model.SideRepresentative, Depth: model.ReadingList}, sights, town.clock.Now()))
	seen, page := map[string]bool{}, store.Page{Limit: 3}
	for {
		looks, next, err := town.desk.Looks(t.Context(), town.wang, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range looks {
			if seen[l.Number] {
				t.Errorf("%s twice", l.Number)
			}
			seen[l.Number] = true
		}
		if page.After = next; next == "" {
			break
		}
	}
	if len(seen) != 7 {
		t.Errorf("saw %d", len(seen))
	}
}
