package conversation_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/conversation"
)

func TestWhoFollowsIsWelcomedAndKnown(t *testing.T) {
	d := newDesk(t)
	wantWords(t, d.answer(conversation.Push{Event: "subscribe"}), "欢迎关注", "例如", home)
	known := d.identity("o-wang")
	if known.Account != model.AccountOfficial || !known.Following || known.LastInboundAt == nil {
		t.Errorf("known as %+v", known)
	}
	if people := all[model.Person](d, "id = ?", known.PersonID); len(people) != 1 || people[0].Phone != "" {
		t.Errorf("people %+v", people)
	}
	if lines := d.audited("person.follow"); len(lines) != 1 || lines[0].TargetID != known.PersonID {
		t.Errorf("audited %+v", lines)
	}
}

func TestWhoFollowsByAPosterSeesWhoServesThere(t *testing.T) {
	d := newDesk(t)
	wantWords(t, d.answer(conversation.Push{Event: "subscribe", EventKey: "qrscene_s1", Scene: "s1"}), "欢迎关注", "和平社区", profile, "例如")
	wantWords(t, d.answer(conversation.Push{Event: "subscribe", FromUser: "o-li", Scene: "gone"}), "欢迎关注", "例如")
}

func TestAScanShowsTheRepresentativesWithoutAWelcome(t *testing.T) {
	d := newDesk(t)
	text := d.answer(conversation.Push{Event: "SCAN", EventKey: "s1", Scene: "s1"})
	wantWords(t, text, "和平社区", profile)
	if !d.identity("o-wang").Following {
		t.Error("who scans follows")
	}
	if got := d.answer(conversation.Push{Event: "SCAN", EventKey: "gone", Scene: "gone"}); got == text {
		t.Errorf("an old poster gave %s", got)
	}
}

func TestTwoAccountsWithTheSameUnionidAreOnePerson(t *testing.T) {
	d := newDesk(t)
	d.resident("wang", "13800000001")
	d.voice.union["o-wang"] = "u-wang"
	d.answer(conversation.Push{Event: "subscribe"})
	if known := d.identity("o-wang"); known.PersonID != "wang" || known.UnionID != "u-wang" {
		t.Errorf("known as %+v", known)
	}
	if n := len(all[model.Person](d, "1 = 1")); n != 1 {
		t.Errorf("%d people", n)
	}
	d.answer(conversation.Push{Event: "subscribe", FromUser: "o-other"})
	if d.identity("o-other").PersonID == "wang" {
		t.Error("somebody without a unionid became Wang")
	}
}

func TestWhoIsKnownIsNotAskedAboutAgain(t *testing.T) {
	d := newDesk(t)
	d.voice.union["o-wang"] = "u-wang"
	d.typed("你好")
	d.typed("你好")
	d.answer(conversation.Push{Event: "subscribe"})
	if d.voice.asked != 1 {
		t.Errorf("asked %d times", d.voice.asked)
	}
}

func TestAUnionidThatComesLaterIsNoted(t *testing.T) {
	d := newDesk(t)
	d.typed("你好")
	d.voice.union["o-wang"] = "u-wang"
	d.answer(conversation.Push{Event: "subscribe"})
	if got := d.identity("o-wang").UnionID; got != "u-wang" {
		t.Errorf("unionid %q", got)
	}
}

func TestAnAccountThatMayNotAskGetsOnWithout(t *testing.T) {
	d := newDesk(t)
	d.voice.unknown = model.ErrChannelUnavailable
	wantWords(t, d.answer(conversation.Push{Event: "subscribe"}), "欢迎关注")
	if known := d.identity("o-wang"); !known.Following || known.UnionID != "" {
		t.Errorf("known as %+v", known)
	}
}

func TestNobodyIsMadeTwiceBecauseWeChatWasBusy(t *testing.T) {
	d := newDesk(t)
	d.resident("wang", "")
	d.voice.unknown = errors.New("WeChat is busy")
	d.hear(conversation.Push{Event: "subscribe", FromUser: "o-wang"})
	d.wantSilence()
	d.voice.unknown, d.voice.union["o-wang"] = nil, "u-wang"
	d.clock.Advance(10 * time.Second)
	d.settle()
	if d.identity("o-wang").PersonID != "wang" || len(d.voice.said) != 1 {
		t.Errorf("known as %+v, said %q", d.identity("o-wang"), d.voice.said)
	}
}

func TestWhoLeavesIsNotFollowing(t *testing.T) {
	d := newDesk(t)
	d.answer(conversation.Push{Event: "subscribe"})
	d.clock.Advance(time.Minute)
	d.hear(conversation.Push{Event: "unsubscribe", FromUser: "o-wang"})
	if d.identity("o-wang").Following {
		t.Error("still following")
	}
	if len(d.audited("person.unfollow")) != 1 || len(d.voice.said) != 1 {
		t.Errorf("%d lines, said %q", len(d.audited("person.unfollow")), d.voice.said)
	}
	d.clock.Advance(time.Minute)
	d.answer(conversation.Push{Event: "subscribe"})
	if !d.identity("o-wang").Following || len(all[model.WeChatIdentity](d, "1 = 1")) != 1 {
		t.Error("not following after coming back")
	}
	d.hear(conversation.Push{Event: "unsubscribe", FromUser: "o-stranger"})
}

func TestPushesOutOfOrderDoNotUndoWhatCameLater(t *testing.T) {
	d := newDesk(t)
	d.answer(conversation.Push{Event: "subscribe"})
	d.clock.Advance(time.Hour)
	came, left := d.clock.Now().Add(-2*time.Minute), d.clock.Now().Add(-time.Minute)
	d.hear(conversation.Push{Event: "unsubscribe", FromUser: "o-wang", CreateTime: left})
	d.answer(conversation.Push{Event: "subscribe", CreateTime: came})
	if known := d.identity("o-wang"); known.Following || !known.LastInboundAt.Equal(left) {
		t.Errorf("known as %+v", known)
	}
}

func TestAFollowThatIsHeardAfterTheLeavingIsNoFollow(t *testing.T) {
	d := newDesk(t)
	d.voice.unknown = model.ErrNotFollowing
	d.voice.fail = model.ErrNotFollowing
	d.hear(conversation.Push{Event: "subscribe", FromUser: "o-wang"})
	if d.identity("o-wang").Following || len(d.audited("person.follow")) != 0 {
		t.Error("following")
	}
}

func TestTheLastWordIsNeverInTheFuture(t *testing.T) {
	d := newDesk(t)
	d.answer(conversation.Push{MsgType: "text", Content: "你好", CreateTime: d.clock.Now().Add(48 * time.Hour)})
	if at := d.identity("o-wang").LastInboundAt; at.After(d.clock.Now()) {
		t.Errorf("last word at %s", at)
	}
}

func TestTheFirstPushesOfSomebodyAtOnceMakeOnePerson(t *testing.T) {
	d := newDesk(t)
	for range 8 {
		d.receive(model.AccountOfficial, conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "你好"})
	}
	var wg sync.WaitGroup
	for _, task := range d.tasks() {
		wg.Go(func() {
			if err := d.service.Handle(t.Context(), []byte(task.Payload)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	d.identity("o-wang")
	if n := len(all[model.Person](d, "1 = 1")); n != 1 {
		t.Errorf("%d people", n)
	}
	if len(d.voice.said) != 8 {
		t.Errorf("%d answers", len(d.voice.said))
	}
}

func TestEightHandsOnTheSamePushAnswerOnce(t *testing.T) {
	d := newDesk(t)
	d.receive(model.AccountOfficial, conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "你好"})
	task := []byte(d.tasks()[0].Payload)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := d.service.Handle(t.Context(), task); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(d.voice.said) != 1 {
		t.Errorf("%d answers", len(d.voice.said))
	}
}

func TestWhoBlocksTheAccountIsNotFollowing(t *testing.T) {
	d := newDesk(t)
	d.answer(conversation.Push{Event: "subscribe"})
	for _, status := range []string{"success", "failed: system failed"} {
		d.hear(conversation.Push{Event: "TEMPLATESENDJOBFINISH", FromUser: "o-wang", MsgID: "17", Status: status})
		if !d.identity("o-wang").Following {
			t.Errorf("%q ended the following", status)
		}
	}
	wantWords(t, d.log.String(), "system failed", "msg_id=17")
	d.hear(conversation.Push{Event: "TEMPLATESENDJOBFINISH", FromUser: "o-wang", Status: "failed:user block"})
	if d.identity("o-wang").Following {
		t.Error("still following")
	}
}

func TestTheNewsroomHearsThatItsJobsAreDone(t *testing.T) {
	d := newDesk(t)
	d.hear(conversation.Push{Event: "PUBLISHJOBFINISH", FromUser: "mphelper", Publish: &conversation.Publish{ID: "2247000001"}})
	d.hear(conversation.Push{Event: "FREEPUBLISHJOBFINISH", FromUser: "mphelper", Publish: &conversation.Publish{ID: "2247000002"}})
	d.hear(conversation.Push{Event: "MASSSENDJOBFINISH", FromUser: "mphelper", MsgID: "7", Status: "send success", Mass: &conversation.Mass{Sent: 3}})
	if got := strings.Join(d.news.heard, ", "); got != "published 2247000001, published 2247000002, sent 7 send success 3" {
		t.Errorf("heard %q", got)
	}
}

func TestAFollowerWhoWasTwoPersonsBecomesOneByTheirUnionid(t *testing.T) {
	d := newDesk(t)
	d.resident("wang", "13800000001")
	d.answer(conversation.Push{Event: "subscribe"})
	before := d.identity("o-wang").PersonID
	if before == "wang" {
		t.Fatal("two persons were wanted")
	}
	// The official account was bound to the open platform since.
	d.voice.union["o-wang"] = "u-wang"
	d.clock.Advance(time.Minute)
	d.answer(conversation.Push{Event: "subscribe"})
	if now := d.identity("o-wang"); now.PersonID != "wang" {
		t.Errorf("still %s", now.PersonID)
	}
	if gone := all[model.Person](d, "id = ?", before); len(gone) != 1 || gone[0].MergedInto != "wang" {
		t.Errorf("the other is %+v", gone)
	}
	if lines := d.audited("person.link"); len(lines) != 1 || lines[0].Actor != "linking" {
		t.Errorf("audited %+v", lines)
	}
}
