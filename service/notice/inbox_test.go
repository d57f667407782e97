package notice_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/notice"
	"lianxin/service/store"
)

func TestInboxPagesStayStableWhileNoticesArrive(t *testing.T) {
	post := newPost(t)
	for i := range 10 {
		post.tell(fmt.Sprint(i))
	}
	var seen []string
	page := store.Page{Limit: 3}
	for turn := 0; ; turn++ {
		rows, next, _, err := notice.Inbox(t.Context(), post.db, wang, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range rows {
			seen = append(seen, n.Happening)
		}
		post.tell(fmt.Sprint("new ", turn))
		if next == "" {
			break
		}
		page.After = next
	}
	if got := strings.Join(seen, ""); got != "9876543210" {
		t.Errorf("saw %s", got)
	}
}

func TestAnInboxIsOnesOwnAndCountsTheUnread(t *testing.T) {
	post := newPost(t)
	post.tell("a")
	post.tell("b")
	post.send(model.Notice{PersonID: "somebody else", Happening: "c", Template: model.TemplateTask})
	if err := notice.MarkRead(t.Context(), post.db, wang, post.notice("c").ID, post.clock.Now()); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("somebody else's: %v", err)
	}
	if err := notice.MarkRead(t.Context(), post.db, wang, "no such notice", post.clock.Now()); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("none at all: %v", err)
	}
	if err := notice.MarkRead(t.Context(), post.db, wang, post.notice("a").ID, post.clock.Now()); err != nil {
		t.Fatal(err)
	}
	read := post.notice("a").ReadAt
	post.clock.Advance(time.Hour)
	if err := notice.MarkRead(t.Context(), post.db, wang, post.notice("a").ID, post.clock.Now()); err != nil {
		t.Errorf("read twice: %v", err)
	}
	if again := post.notice("a").ReadAt; read == nil || !again.Equal(*read) {
		t.Errorf("read at %v, then at %v", read, again)
	}
	rows, _, unread, err := notice.Inbox(t.Context(), post.db, wang, store.Page{})
	if err != nil || len(rows) != 2 || unread != 1 {
		t.Errorf("%d rows, %d unread, %v", len(rows), unread, err)
	}
	if err := notice.MarkAllRead(t.Context(), post.db, wang, post.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if post.notice("b").ReadAt == nil || post.notice("c").ReadAt != nil {
		t.Error("all of one's own, and no other, should be read")
	}
	if _, _, _, err := notice.Inbox(t.Context(), post.db, wang, store.Page{After: "nonsense"}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a cursor that is none: %v", err)
	}
}

func TestGrantsAreForOurTemplatesOneEach(t *testing.T) {
	post := newPost(t)
	err := post.pusher.AddGrants(t.Context(), wang, []string{"mini-task", "somebody-elses"})
	if !fault.Is(err, fault.KindInvalid) || post.left("mini-task") != 0 {
		t.Errorf("%d left, %v", post.left("mini-task"), err)
	}
	post.grant("mini-task", "mini-progress", "mini-task")
	if post.left("mini-task") != 1 || post.left("mini-progress") != 2 {
		t.Errorf("task %d, progress %d", post.left("mini-task"), post.left("mini-progress"))
	}
}

func TestGrantsGivenAtOnceAllCount(t *testing.T) {
	post := newPost(t)
	var together sync.WaitGroup
	for range 6 {
		together.Go(func() {
			if err := post.pusher.AddGrants(t.Context(), wang, []string{"mini-task"}); err != nil {
				t.Errorf("grant: %v", err)
			}
		})
	}
	together.Wait()
	if n := post.left("mini-task"); n != 6 {
		t.Errorf("%d of 6", n)
	}
}

func TestVeryLongWordsFitTheColumns(t *testing.T) {
	post := newPost(t)
	long := strings.Repeat("很长的话", 500)
	post.send(model.Notice{
		PersonID: "wang", Happening: "a", Template: model.TemplateProgress, Title: long, Body: long, Thing: long, Phrase: long, Name: long,
	})
	n := post.notice("a")
	for field, words := range map[string]string{"title": n.Title, "body": n.Body, "thing": n.Thing, "phrase": n.Phrase, "name": n.Name} {
		if limit := map[string]int{"title": 60, "body": 500, "thing": 60, "phrase": 20, "name": 60}[field]; utf8.RuneCountInString(words) > limit || !strings.HasSuffix(words, "…") {
			t.Errorf("%s has %d characters: %s", field, utf8.RuneCountInString(words), words)
		}
	}
	post.settle()
	post.wantPushes("subscribe")
}

// digests lists the digests made, with their words.
func (p *post) digests() []string {
	p.tb.Helper()
	rows, err := store.From[model.Notice](p.db.Read()).Where("happening LIKE ?", "digest/%").Order("id").Find(p.tb.Context())
	if err != nil {
		p.tb.Fatal(err)
	}
	var words []string
	for _, n := range rows {
		words = append(words, n.Happening+": "+n.Body)
	}
	return words
}

func (p *post) digestTick() {
	p.tb.Helper()
	if err := notice.DigestTick(p.tb.Context(), p.db, p.clock.Now()); err != nil {
		p.tb.Fatal(err)
	}
	p.settle()
}

func TestADigestGathersUntilHalfPastEightAndComesOnceADay(t *testing.T) {
	post := newPost(t) // Monday at ten
	create(post, &model.Representative{ID: "seat", PersonID: "wang", DailyDigest: true, State: model.RepresentativeServing})
	post.tell("a")
	post.tell("b")
	post.settle()
	post.digestTick() // today's half past eight is over: what came at ten waits for tomorrow
	post.wantPushes()
	post.clock.Advance(22 * time.Hour)
	post.tell("c")
	post.digestTick() // eight o'clock
	if got := post.digests(); len(got) != 0 {
		t.Errorf("before half past eight: %v", got)
	}
	post.clock.Advance(31 * time.Minute)
	post.digestTick()
	post.tell("d")
	post.digestTick()
	post.clock.Advance(5 * time.Hour)
	post.digestTick()
	if got := fmt.Sprint(post.digests()); got != "[digest/2026-11-24: 您有 3 条新消息，请及时查看。]" {
		t.Errorf("on Tuesday: %s", got)
	}
	post.wantPushes("template")
	post.wantEnd("a", model.NoticePushed, model.ChannelInbox)
	post.wantEnd("d", model.NoticeDigest, model.ChannelInbox)
	post.clock.Advance(24 * time.Hour)
	post.digestTick()
	post.clock.Advance(24 * time.Hour)
	post.digestTick() // nothing new
	if got := post.digests(); len(got) != 2 {
		t.Errorf("by Thursday: %v", got)
	}
}

func TestADigestLeavesOutWhatWasRead(t *testing.T) {
	post := newPost(t)
	create(post, &model.Representative{ID: "seat", PersonID: "wang", DailyDigest: true, State: model.RepresentativeServing})
	post.tell("a")
	if err := notice.MarkAllRead(t.Context(), post.db, wang, post.clock.Now()); err != nil {
		t.Fatal(err)
	}
	post.clock.Advance(24 * time.Hour)
	post.digestTick()
	if got := post.digests(); len(got) != 0 {
		t.Errorf("all was read, and still: %v", got)
	}
}

func TestTwoReplicasMakeOneDigest(t *testing.T) {
	post := newPost(t)
	create(post, &model.Representative{ID: "seat", PersonID: "wang", DailyDigest: true, State: model.RepresentativeServing})
	post.tell("a")
	post.clock.Advance(24 * time.Hour)
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() {
			if err := notice.DigestTick(t.Context(), post.db, post.clock.Now()); err != nil {
				t.Errorf("tick: %v", err)
			}
		})
	}
	together.Wait()
	post.settle()
	post.wantPushes("template")
}
