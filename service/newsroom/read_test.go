package newsroom_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

func (d *desk) opened(id, token string, from model.ReadOrigin) {
	d.t.Helper()
	if err := d.NoteRead(d.t.Context(), id, token, from); err != nil {
		d.t.Fatal(err)
	}
}

// readers gives what was counted, as day/origin/number.
func (d *desk) readers(id string) string {
	d.t.Helper()
	rows, err := d.Reads(d.t.Context(), system, id)
	if err != nil {
		d.t.Fatal(err)
	}
	words := ""
	for _, r := range rows {
		words += fmt.Sprintf("%s/%s/%d ", r.Day, r.Origin, r.Readers)
	}
	return words
}

func TestWhoOpensAnArticleAgainOnTheSameDayCountsOnce(t *testing.T) {
	d := newDesk(t)
	a, b := d.live("甲", "s", model.ArticleNews), d.live("乙", "s", model.ArticleNews)
	d.opened(a.ID, "phone-one-0000001", model.OriginFeed)
	d.opened(a.ID, "phone-one-0000001", model.OriginShare)
	d.opened(a.ID, "phone-two-0000002", model.OriginWeChat)
	d.opened(b.ID, "phone-one-0000001", model.OriginFeed)
	if got := d.readers(a.ID); got != "2026-11-23/feed/1 2026-11-23/wechat/1 " {
		t.Errorf("counted %s", got)
	}
	d.clock.Advance(24 * time.Hour)
	d.opened(a.ID, "phone-one-0000001", model.OriginFeed)
	if got := d.readers(a.ID); got != "2026-11-23/feed/1 2026-11-23/wechat/1 2026-11-24/feed/1 " {
		t.Errorf("counted %s the next day", got)
	}
}

func TestManyReadersAtOnceAreAllCounted(t *testing.T) {
	d := newDesk(t)
	a := d.live("甲", "s", model.ArticleNews)
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			if err := d.NoteRead(t.Context(), a.ID, fmt.Sprintf("phone-%010d", i/2), model.OriginFeed); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Wait()
	if got := d.readers(a.ID); got != "2026-11-23/feed/4 " {
		t.Errorf("four phones, twice each, counted %s", got)
	}
}

func TestWhatIsKeptOfAReaderTellsOfNoOtherArticleAndNotTheToken(t *testing.T) {
	d := newDesk(t)
	a, b := d.live("甲", "s", model.ArticleNews), d.live("乙", "s", model.ArticleNews)
	for _, id := range []string{a.ID, b.ID} {
		d.opened(id, "phone-one-0000001", model.OriginFeed)
	}
	marks, err := store.From[model.ReadMark](d.db.Read()).Find(t.Context())
	if err != nil || len(marks) != 2 || marks[0].Mark == marks[1].Mark || marks[0].Mark == "phone-one-0000001" {
		t.Errorf("kept %+v, %v", marks, err)
	}
}

func TestOnlyWhatThePublicReadsIsCounted(t *testing.T) {
	d := newDesk(t)
	if err := d.NoteRead(t.Context(), "none", "phone-one-0000001", model.OriginFeed); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := d.Reads(t.Context(), model.Actor{PersonID: "nobody"}, d.live("甲", "s", model.ArticleNews).ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("somebody reads the figures of another's article: %v", err)
	}
}
