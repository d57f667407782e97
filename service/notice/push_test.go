package notice_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/notice"
	"lianxin/service/store"
)

var errBusy = errors.New("system is busy (-1)")

func TestTheChannelsAreTriedInOrder(t *testing.T) {
	for _, tc := range []struct {
		closed []model.NoticeChannel
		want   model.NoticeChannel
	}{
		{nil, model.ChannelSubscribe},
		{[]model.NoticeChannel{model.ChannelSubscribe}, model.ChannelTemplate},
		{[]model.NoticeChannel{model.ChannelSubscribe, model.ChannelTemplate}, model.ChannelCustomer},
	} {
		post := newPost(t)
		for _, channel := range tc.closed {
			post.answers[channel] = model.ErrChannelUnavailable
		}
		post.tell("a")
		post.settle()
		post.wantPushes(string(tc.want))
		post.wantEnd("a", model.NoticePushed, tc.want)
		if post.notice("a").PushedAt == nil {
			t.Error("no time of the push")
		}
	}
}

func TestWhatIsForOneAccountGoesToNoOther(t *testing.T) {
	post := newPost(t)
	for account, happening := range map[model.WeChatAccount]string{model.AccountOfficial: "official", model.AccountMini: "mini"} {
		post.pushed = nil
		post.send(model.Notice{PersonID: "wang", Happening: happening, Template: model.TemplateProgress, Title: "已合并", OnlyOn: account})
		post.settle()
		if post.last.OpenID != "open-"+string(account) {
			t.Errorf("what is for %s went to %s", account, post.last.OpenID)
		}
	}
	// No grant of the mini-program is left: that says nothing about the person's reach.
	post.send(model.Notice{PersonID: "wang", Happening: "shut", Template: model.TemplateProgress, Title: "已合并", OnlyOn: model.AccountMini})
	post.settle()
	post.wantEnd("shut", model.NoticeLeft, model.ChannelInbox)
	if post.person().UnreachableSince != nil {
		t.Error("the person counts as unreachable")
	}
}

func TestEachChannelCarriesTheWords(t *testing.T) {
	post := newPost(t)
	post.tell("a")
	post.settle()
	if p := post.last; p.OpenID != "open-mini" || p.TemplateID != "mini-progress" || p.Page != "pages/message/detail?id=1" || p.OnceID != post.notice("a").ID {
		t.Errorf("subscribe carries %+v", p)
	}
	if v := post.last.Values; v["thing1"] != "来信 A-1" || v["phrase2"] != "已送达" || v["time3"] != "2026-11-23 10:00" || v["thing4"] != "请查看进展。" {
		t.Errorf("with %v", v)
	}
	post.tell("b") // no grant is left
	post.settle()
	if p := post.last; p.OpenID != "open-official" || p.TemplateID != "official-progress" {
		t.Errorf("template carries %+v", p)
	}
	post.answers[model.ChannelTemplate] = model.ErrChannelUnavailable
	post.tell("c")
	post.settle()
	for _, want := range []string{"来信已送达", "请查看进展。", `<a href="https://example.test/pages/message/detail?id=1">点这里查看</a>`} {
		if !strings.Contains(post.text, want) {
			t.Errorf("customer message %q lacks %q", post.text, want)
		}
	}
}

func TestOneHappeningMakesOneNoticeAndOnePush(t *testing.T) {
	post := newPost(t)
	for range 3 {
		post.tell("a")
		post.settle()
		post.clock.Advance(time.Hour)
	}
	post.wantPushes("subscribe")
	if err := post.pusher.Handle(t.Context(), fmt.Appendf(nil, `{"NoticeID":%q}`, post.notice("a").ID)); err != nil {
		t.Error(err)
	}
	post.wantPushes("subscribe")
}

func TestTransactionsThatTellTheSameAtOnceAllSucceed(t *testing.T) {
	post := newPost(t)
	var together sync.WaitGroup
	for range 6 {
		together.Go(func() {
			err := store.InTx(t.Context(), post.db, func(ctx context.Context, tx *gorm.DB) error {
				return notice.Send(ctx, tx, model.Notice{PersonID: "wang", Happening: "a", Template: model.TemplateProgress}, post.clock.Now())
			})
			if err != nil {
				t.Errorf("send: %v", err)
			}
		})
	}
	together.Wait()
	post.settle()
	post.wantPushes("subscribe")
}

func TestANoticeOfARolledBackCauseIsNeverToldAndNobodyIsNobody(t *testing.T) {
	post := newPost(t)
	err := store.InTx(t.Context(), post.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := notice.Send(ctx, tx, model.Notice{PersonID: "wang", Happening: "a", Template: model.TemplateProgress}, post.clock.Now()); err != nil {
			return err
		}
		return errBusy
	})
	if !errors.Is(err, errBusy) {
		t.Fatal(err)
	}
	post.send(model.Notice{Happening: "to nobody"})
	post.settle()
	post.wantPushes()
}

func TestTheLedgerFollowsWhatWasUsedAndWhatWeChatSays(t *testing.T) {
	post := newPost(t)
	post.grant("mini-progress")
	post.grant("mini-progress") // three in all
	post.tell("a")
	post.settle()
	if n := post.left("mini-progress"); n != 2 {
		t.Errorf("after a push %d are left", n)
	}
	post.answers[model.ChannelSubscribe] = model.ErrNoGrant
	post.tell("b")
	post.settle()
	if n := post.left("mini-progress"); n != 0 {
		t.Errorf("WeChat knows of none, the ledger of %d", n)
	}
	post.wantEnd("b", model.NoticePushed, model.ChannelTemplate)
}

func TestWhoNoLongerFollowsIsNotedAndNotSpokenToAgain(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe] = model.ErrNoGrant
	post.answers[model.ChannelTemplate] = model.ErrNotFollowing
	post.tell("a")
	post.settle()
	post.wantPushes()
	post.wantEnd("a", model.NoticeUnreachable, model.ChannelInbox)
	identity, err := store.From[model.WeChatIdentity](post.db.Read()).Where("id = ?", "wang-official").Take(t.Context())
	if err != nil || identity.Following {
		t.Errorf("still noted as a follower, %v", err)
	}
}

func TestACustomerMessageNeedsAWordWithinTwoDays(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe], post.answers[model.ChannelTemplate] = model.ErrNoGrant, model.ErrChannelUnavailable
	post.clock.Advance(46 * time.Hour) // the word was an hour before the start
	post.tell("in time")
	post.settle()
	post.clock.Advance(time.Hour)
	post.tell("too late")
	post.settle()
	post.wantPushes("customer")
	post.wantEnd("in time", model.NoticePushed, model.ChannelCustomer)
	post.wantEnd("too late", model.NoticeUnreachable, model.ChannelInbox)
}

func TestAFailureForAMomentPutsThePushOffAndMarksNothing(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe] = errBusy
	post.tell("a")
	post.settle()
	post.wantPushes()
	post.wantEnd("a", model.NoticeWaiting, model.ChannelInbox)
	if post.left("mini-progress") != 1 || post.person().UnreachableSince != nil {
		t.Error("something was marked")
	}
	delete(post.answers, model.ChannelSubscribe)
	post.clock.Advance(time.Minute)
	post.settle()
	post.wantPushes("subscribe")
}

func TestWhatAChannelRefusesGoesByTheNextAndIsLogged(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe] = model.ErrContentRefused
	post.tell("a")
	post.settle()
	post.wantPushes("template")
	if log := post.log.String(); !strings.Contains(log, "channel refused a notice") || strings.Contains(log, "open-mini") {
		t.Errorf("log: %s", log)
	}
}

func TestWhoCannotBeReachedIsMarkedOnceUntilTheNextPush(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe] = model.ErrNoGrant
	post.answers[model.ChannelTemplate] = model.ErrUnknownPerson
	post.answers[model.ChannelCustomer] = model.ErrWindowClosed
	post.tell("a")
	post.settle()
	post.wantEnd("a", model.NoticeUnreachable, model.ChannelInbox)
	first := post.person().UnreachableSince
	if first == nil {
		t.Fatal("staff do not see that the person cannot be reached")
	}
	post.clock.Advance(24 * time.Hour)
	post.tell("b")
	post.settle()
	if since := post.person().UnreachableSince; since == nil || !since.Equal(*first) {
		t.Errorf("since %v, first %v", since, first)
	}
	delete(post.answers, model.ChannelTemplate)
	post.tell("c")
	post.settle()
	if since := post.person().UnreachableSince; since != nil {
		t.Errorf("reached, and still marked since %s", since)
	}
}

func TestOldNewsIsNotPushedAndSaysNothingAboutTheReach(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe] = errBusy
	post.tell("a")
	post.settle()
	post.clock.Advance(73 * time.Hour)
	delete(post.answers, model.ChannelSubscribe)
	post.settle()
	post.wantPushes()
	post.wantEnd("a", model.NoticeUnreachable, model.ChannelInbox)
	if post.person().UnreachableSince != nil {
		t.Error("the person is marked as out of reach, though nobody tried")
	}
}

// A program that dies between a push and the note of it leaves the outcome
// unknown. Trying the rest of the chain then would push the same twice.
func TestAPushOfUnknownOutcomeIsNotMadeAgainByAnyOtherChannel(t *testing.T) {
	for channel, closed := range map[model.NoticeChannel][]model.NoticeChannel{
		model.ChannelSubscribe: nil,
		model.ChannelCustomer:  {model.ChannelSubscribe, model.ChannelTemplate},
	} {
		post := newPost(t)
		post.grant("mini-progress")
		for _, c := range closed {
			post.answers[c] = model.ErrChannelUnavailable
		}
		post.dies = channel
		post.tell("a")
		post.settle()
		post.dies = ""
		post.wantEnd("a", model.NoticeWaiting, channel)
		post.clock.Advance(time.Hour)
		post.settle()
		post.wantPushes(string(channel))
		post.wantEnd("a", model.NoticePushed, channel)
		if n := post.left("mini-progress"); channel == model.ChannelSubscribe && n != 1 {
			t.Errorf("%d grants are left of two", n)
		}
	}
}

func TestATemplateOfUnknownOutcomeIsPushedAgainUnderTheSameName(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe] = model.ErrNoGrant
	post.dies = model.ChannelTemplate
	post.tell("a")
	post.settle()
	first := post.last.OnceID
	post.dies = ""
	delete(post.answers, model.ChannelSubscribe)
	post.grant("mini-progress") // the better channel opens meanwhile, and is not taken
	post.clock.Advance(time.Minute)
	post.settle()
	post.wantPushes("template", "template")
	if post.last.OnceID != first || first == "" {
		t.Errorf("named %q, then %q: WeChat cannot drop the second", first, post.last.OnceID)
	}
	post.wantEnd("a", model.NoticePushed, model.ChannelTemplate)
}

func TestATemplateOfUnknownOutcomeIsNotPushedAgainOnceItsNameIsForgotten(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe] = model.ErrNoGrant
	post.dies = model.ChannelTemplate
	post.tell("a")
	post.settle()
	post.dies = ""
	post.clock.Advance(10 * time.Minute)
	post.settle()
	post.wantPushes("template")
	post.wantEnd("a", model.NoticePushed, model.ChannelTemplate)
}

func TestAPushThatWeChatDoesNotAnswerCountsAsGoneOutUnlessItKnowsRepetitions(t *testing.T) {
	post := newPost(t)
	post.answers[model.ChannelSubscribe] = model.ErrOutcomeUnknown
	post.tell("a")
	post.settle()
	post.wantEnd("a", model.NoticePushed, model.ChannelSubscribe)

	post = newPost(t)
	post.answers[model.ChannelSubscribe], post.answers[model.ChannelTemplate] = model.ErrNoGrant, model.ErrOutcomeUnknown
	post.tell("a")
	post.settle()
	post.wantEnd("a", model.NoticeWaiting, model.ChannelTemplate)
	delete(post.answers, model.ChannelTemplate)
	post.clock.Advance(time.Minute)
	post.settle()
	post.wantPushes("template")
	post.wantEnd("a", model.NoticePushed, model.ChannelTemplate)
}

func TestATaskThatCannotBeReadIsRefusedAndOneWithoutANoticeIsDone(t *testing.T) {
	post := newPost(t)
	if err := post.pusher.Handle(t.Context(), []byte("{")); err == nil {
		t.Error("no error")
	}
	if err := post.pusher.Handle(t.Context(), []byte(`{"NoticeID":"gone"}`)); err != nil {
		t.Error(err)
	}
}

func TestNewsGoesByAGrantForNewsOrStaysInTheInbox(t *testing.T) {
	post := newPost(t)
	news := model.Notice{PersonID: "wang", Happening: "a", Template: model.TemplateNews, Title: "您关注的张三代表有新动态", Body: "文章", Hint: "文章", Link: "pages/article/detail?id=1", Thing: "文章", Name: "张三代表"}
	post.send(news)
	post.settle()
	post.wantPushes() // neither the grant for progress nor the official account is for news
	post.wantEnd("a", model.NoticeLeft, model.ChannelInbox)
	person, err := store.From[model.Person](post.db.Read()).Where("id = ?", "wang").Take(t.Context())
	if err != nil || person.UnreachableSince != nil {
		t.Errorf("news that was left to the inbox makes the person unreachable: %v, %v", person.UnreachableSince, err)
	}
	post.grant("mini-news")
	news.Happening = "b"
	post.send(news)
	post.settle()
	post.wantPushes("subscribe")
	if v := post.last.Values; v["thing1"] != "文章" || v["thing2"] != "张三代表" {
		t.Errorf("carries %v", v)
	}
}
