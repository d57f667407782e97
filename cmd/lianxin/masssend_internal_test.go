package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/newsroom"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// fan is the name of who follows the official account.
const fan = "关注者"

// follower lets somebody follow the official account, known to us too.
func (p *press) follower() {
	p.t.Helper()
	p.control(http.MethodPost, "users/"+url.PathEscape(fan)+"/follow", map[string]any{}, nil)
	put(p, model.WeChatIdentity{ID: model.NewID(), PersonID: model.NewID(), Account: model.AccountOfficial, OpenID: "o-" + fan, Following: true, CreatedAt: p.clock.Now()})
}

// received counts how often the follower was shown an article.
func (p *press) received() int {
	p.t.Helper()
	var got struct {
		Chat []struct{ Kind, Title string }
	}
	p.control(http.MethodGet, "users/"+url.PathEscape(fan)+"/chat", map[string]any{}, &got)
	n := 0
	for _, m := range got.Chat {
		if m.Kind == "news" {
			n++
		}
	}
	return n
}

// box lists the titles of the drafts that we made and WeChat still has.
func (p *press) box() []string {
	p.t.Helper()
	var titles []string
	for _, id := range p.knife.drafts {
		there, err := p.knife.HasDraft(p.t.Context(), id)
		p.sure(err)
		if there {
			titles = append(titles, p.knife.titles[id])
		}
	}
	return titles
}

// confirmed is an article whose mass send one officer asked for and another one
// confirmed.
func (p *press) confirmed() model.Article {
	p.t.Helper()
	a := p.approved(newsroom.Wishes{Feed: true})
	_, err := p.news.AskMassSend(p.t.Context(), p.writer, a.ID)
	p.sure(err)
	_, err = p.news.ConfirmMassSend(p.t.Context(), p.reviewer, a.ID)
	p.sure(err)
	return a
}

func (p *press) mass(id string) newsroom.Mass {
	p.t.Helper()
	m, err := p.news.MassSend(p.t.Context(), p.writer, id)
	p.sure(err)
	return m
}

func TestAMassSendTakesTwoOfficersAndHappensOnce(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	p.follower()
	a := p.approved(newsroom.Wishes{Feed: true})
	_, err := p.news.AskMassSend(t.Context(), p.writer, a.ID)
	p.sure(err)
	if _, err := p.news.ConfirmMassSend(t.Context(), p.writer, a.ID); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("confirmed by who asked: %v", err)
	}
	_, err = p.news.ConfirmMassSend(t.Context(), p.reviewer, a.ID)
	p.sure(err)
	p.run(time.Hour)
	if _, err := p.news.ConfirmMassSend(t.Context(), p.reviewer, a.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed twice: %v", err)
	}
	if _, err := p.news.AskMassSend(t.Context(), p.writer, a.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("asked for again: %v", err)
	}
	m := p.mass(a.ID)
	if ever, _ := p.public(); ever != 1 || p.received() != 1 || m.Last.State != model.MassSendSent || m.Last.Reach != 1 || m.Left() != 3 || m.Door.State != model.DoorOpen {
		t.Errorf("sent %d times, received %d, %+v", ever, p.received(), m)
	}
	p.sure(p.news.MassSendEnded(t.Context(), m.Door.JobID, "send success", 1))
	if got := p.mass(a.ID); got.Last.Sent != 1 {
		t.Errorf("reached %+v", got.Last)
	}
	_, err = p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	_, err = p.news.Withdraw(t.Context(), p.writer, a.ID, "写错了")
	p.sure(err)
	p.run(time.Hour)
	if _, now := p.public(); now != 0 || p.door(a.ID, model.DoorMassSend).State != model.DoorClosed {
		t.Errorf("%d left, %+v", now, p.door(a.ID, model.DoorMassSend))
	}
}

// sentOnce demands that an article went to all followers exactly once, or that
// the editor was clearly told that it did not.
func (p *press) sentOnce(where, id string, came int) {
	p.t.Helper()
	m := p.mass(id)
	switch {
	case came == 1 && m.Door.State == model.DoorOpen && m.Last.State == model.MassSendSent:
	case came == 0 && m.Door.State == model.DoorFailed && m.Last.State == model.MassSendFailed && m.Door.Problem != "":
	default:
		p.t.Errorf("%s: sent %d times, door %s at %s: %s; %s", where, came, m.Door.State, m.Door.Step, m.Door.Problem, m.Last.State)
	}
}

func TestAMassSendThatIsKilledAtAnyStepIsSentOnce(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 6; at++ {
		for _, after := range []bool{false, true} {
			p := newPress(t)
			p.follower()
			p.knife.at, p.knife.after = at, after
			a := p.confirmed()
			p.run(30 * time.Hour)
			ever, _ := p.public()
			where := fmt.Sprintf("killed at call %d, %s, after it was made: %t", at, p.knife.calls[at-1], after)
			p.sentOnce(where, a.ID, ever)
			if ever != 1 || p.received() != 1 {
				t.Errorf("%s: sent %d times, received %d times", where, ever, p.received())
			}
		}
	}
}

func TestAMassSendSurvivesEveryFaultOfEveryCall(t *testing.T) {
	t.Parallel()
	troubles := append(troubles(),
		trouble{name: "errcode 45028", fault: map[string]any{"errcode": 45028, "times": 1}},
		trouble{name: "errcode 45062", fault: map[string]any{"errcode": 45062, "times": 1}},
		trouble{name: "errcode 48021", fault: map[string]any{"errcode": 48021, "times": 1}},
		trouble{name: "errcode 89504", fault: map[string]any{"errcode": 89504, "times": 2}},
		trouble{name: "errcode 89505", fault: map[string]any{"errcode": 89505, "times": 2}},
		trouble{name: "cut after, twice", fault: map[string]any{"drop_after": true, "times": 2}},
	)
	for _, path := range []string{"/cgi-bin/media/uploadimg", "/cgi-bin/draft/add", "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/get"} {
		p := newPress(t)
		ever, _ := p.public()
		for _, w := range troubles {
			// Each in a month of its own: four are sent in a month.
			p.clock.Advance(32 * 24 * time.Hour)
			a := p.confirmed()
			p.strike(path, w)
			p.run(30 * time.Hour)
			p.control(http.MethodDelete, "faults", nil, nil)
			p.spoiling(nil)
			now, _ := p.public()
			p.sentOnce(path+" "+w.name, a.ID, now-ever)
			ever = now
		}
	}
}

func TestAMassSendThatWeChatRefusesSaysWhyAndCanBeAskedForAnew(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	p.follower()
	p.control(http.MethodPut, "publishing", map[string]any{"hold": true, "mass_status": "err(20013)"}, nil)
	a := p.confirmed()
	p.run(10 * time.Second)
	jobID := p.door(a.ID, model.DoorMassSend).JobID
	p.control(http.MethodPut, "publishing", map[string]any{"hold": false}, nil)
	p.sure(p.news.MassSendEnded(t.Context(), jobID, "err(20013)", 0))
	p.run(time.Hour)
	m := p.mass(a.ID)
	if m.Door.State != model.DoorFailed || !strings.Contains(m.Door.Problem, "版权") || m.Last.State != model.MassSendFailed {
		t.Errorf("ended %+v, %+v", m.Door, m.Last)
	}
	if _, err := p.news.AskMassSend(t.Context(), p.writer, a.ID); err != nil {
		t.Error(err)
	}
}

func TestAnEventEndsTheWaitAndATaskThatIsDoneTwiceAtOncePublishesOnce(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	p.control(http.MethodPut, "publishing", map[string]any{"hold": true}, nil)
	a := p.approved(newsroom.Wishes{Publication: true})
	_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	task, err := store.From[model.Task](p.db.Read()).Where("kind = ?", newsroom.DoorTask).Take(t.Context())
	p.sure(err)
	done := make(chan error, 4)
	for range 4 {
		go func() { done <- p.news.HandleDoor(t.Context(), []byte(task.Payload)) }()
	}
	for range 4 {
		if err := <-done; err == nil || outbox.Refused(err) {
			t.Errorf("a task that waits for WeChat says %v", err)
		}
	}
	d := p.door(a.ID, model.DoorPublication)
	if d.State != model.DoorSubmitted {
		t.Fatalf("door %+v", d)
	}
	p.control(http.MethodPut, "publishing", map[string]any{"hold": false}, nil)
	p.sure(p.news.PublicationEnded(t.Context(), d.JobID))
	p.sure(p.news.PublicationEnded(t.Context(), d.JobID))
	if _, err := p.outbox.Tick(t.Context()); err != nil {
		t.Error(err)
	}
	if ever, _ := p.public(); ever != 1 || p.door(a.ID, model.DoorPublication).State != model.DoorOpen {
		t.Errorf("published %d times, door %+v", ever, p.door(a.ID, model.DoorPublication))
	}
}

func TestAPublicationThatComesAfterItWasGivenUpIsFoundByItsEvent(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	p.control(http.MethodPut, "publishing", map[string]any{"hold": true}, nil)
	a := p.approved(newsroom.Wishes{Publication: true})
	p.strike("/cgi-bin/freepublish/submit", trouble{fault: map[string]any{"drop_after": true, "times": 1}})
	_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	p.run(time.Hour)
	if d := p.door(a.ID, model.DoorPublication); d.State != model.DoorFailed || p.state(a.ID) != model.ArticleFailed {
		t.Fatalf("while WeChat says nothing: %+v", d)
	}
	p.control(http.MethodPut, "publishing", map[string]any{"hold": false}, nil)
	p.sure(p.news.PublicationEnded(t.Context(), "2247000099"))
	p.run(time.Hour)
	if ever, _ := p.public(); ever != 1 || p.door(a.ID, model.DoorPublication).State != model.DoorOpen || p.state(a.ID) != model.ArticleLive {
		t.Errorf("published %d times, door %+v, article %s", ever, p.door(a.ID, model.DoorPublication), p.state(a.ID))
	}
}

func TestAnArticleIsWithdrawnEverywhereFromEveryState(t *testing.T) {
	t.Parallel()
	const submit, get, unpublish = "/cgi-bin/freepublish/submit", "/cgi-bin/freepublish/get", "/cgi-bin/freepublish/delete"
	for name, before := range map[string]func(p *press){
		"at once":                  func(*press) {},
		"while WeChat works":       func(p *press) { p.control(http.MethodPut, "publishing", map[string]any{"hold": true}, nil) },
		"unsure whether submitted": func(p *press) { p.strike(submit, trouble{fault: map[string]any{"drop_after": true, "times": 1}}) },
		"never submitted":          func(p *press) { p.strike(submit, trouble{fault: map[string]any{"drop": true, "times": 1}}) },
		"without the right":        func(p *press) { p.strike(submit, trouble{fault: map[string]any{"errcode": 48001}}) },
		"refused":                  func(p *press) { p.strike(submit, trouble{fault: map[string]any{"errcode": 53503}}) },
		"while nobody answers":     func(p *press) { p.strike(get, trouble{fault: map[string]any{"status": 500, "times": 5}}) },
		"when deleting fails":      func(p *press) { p.strike(unpublish, trouble{fault: map[string]any{"errcode": -1, "times": 3}}) },
		"when deleting is unsure":  func(p *press) { p.strike(unpublish, trouble{fault: map[string]any{"drop_after": true, "times": 1}}) },
	} {
		for _, ripe := range []time.Duration{0, time.Second, time.Hour} {
			p := newPress(t)
			before(p)
			a := p.approved(newsroom.Wishes{Feed: true, Publication: true})
			_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
			p.sure(err)
			p.run(ripe)
			_, err = p.news.Withdraw(t.Context(), p.writer, a.ID, "写错了")
			p.sure(err)
			if d := p.door(a.ID, model.DoorFeed); d.State != model.DoorClosed {
				t.Errorf("%s after %v: our feed is %s", name, ripe, d.State)
			}
			p.run(time.Minute)
			p.control(http.MethodPut, "publishing", map[string]any{"hold": false}, nil)
			p.run(time.Hour)
			if _, now := p.public(); now != 0 || p.door(a.ID, model.DoorPublication).State != model.DoorClosed {
				t.Errorf("%s after %v: %d left, door %+v", name, ripe, now, p.door(a.ID, model.DoorPublication))
			}
		}
	}
}

func TestWhatCannotBeTakenBackSaysSoAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	a := p.approved(newsroom.Wishes{Feed: true, Publication: true})
	_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	p.run(time.Hour)
	p.strike("/cgi-bin/freepublish/delete", trouble{fault: map[string]any{"errcode": 50002, "times": 1}})
	_, err = p.news.Withdraw(t.Context(), p.writer, a.ID, "写错了")
	p.sure(err)
	p.run(time.Hour)
	if d := p.door(a.ID, model.DoorPublication); d.State != model.DoorStuck || !strings.Contains(d.Problem, "手动删除") {
		t.Fatalf("door %+v", d)
	}
	_, err = p.news.Retry(t.Context(), p.writer, a.ID, model.DoorPublication)
	p.sure(err)
	p.run(time.Hour)
	if _, now := p.public(); now != 0 || p.door(a.ID, model.DoorPublication).State != model.DoorClosed {
		t.Errorf("%d left, door %+v", now, p.door(a.ID, model.DoorPublication))
	}
}

func TestACorrectionShowsInTheFeedAtOnceAndIsPublishedAnewAtWeChat(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	a := p.approved(newsroom.Wishes{Feed: true, Publication: true})
	_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	p.run(time.Hour)
	live, err := p.news.Article(t.Context(), a.ID)
	p.sure(err)
	correction := newsroom.Correction{Note: "地点有误", Text: newsroom.Text{Revision: live.Revision, Title: "和平路路灯修好了", Body: live.Body}}
	if _, err := p.news.Correct(t.Context(), p.reviewer, a.ID, correction); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("corrected by the reviewer: %v", err)
	}
	_, err = p.news.Correct(t.Context(), p.writer, a.ID, correction)
	p.sure(err)
	live, err = p.news.Article(t.Context(), a.ID)
	if err != nil || live.Title != "和平路路灯修好了" || live.Correction != "地点有误" || live.CorrectedAt == nil {
		t.Errorf("the feed shows %+v, %v", live, err)
	}
	d := p.door(a.ID, model.DoorPublication)
	if !newsroom.Outdated(live, d) || !strings.Contains(d.Problem, "不能修改") {
		t.Errorf("door %+v", d)
	}
	_, err = p.news.Retry(t.Context(), p.writer, a.ID, model.DoorPublication)
	p.sure(err)
	p.run(time.Hour)
	again := p.door(a.ID, model.DoorPublication)
	if ever, now := p.public(); ever != 2 || now != 1 || again.State != model.DoorOpen || again.RemoteID == d.RemoteID || newsroom.Outdated(live, again) {
		t.Errorf("%d ever, %d now, door %+v", ever, now, again)
	}
}

func TestADraftIsLeftForAPersonAndFollowsACorrection(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	p.control(http.MethodPut, "accounts/official", map[string]any{"publishes": false}, nil)
	a := p.approved(newsroom.Wishes{Feed: true, Publication: true})
	_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	p.run(time.Hour)
	d := p.door(a.ID, model.DoorPublication)
	if d.State != model.DoorByHand || !strings.Contains(d.Problem, "mp.weixin.qq.com") {
		t.Fatalf("door %+v", d)
	}
	live, err := p.news.Article(t.Context(), a.ID)
	p.sure(err)
	_, err = p.news.Correct(t.Context(), p.writer, a.ID, newsroom.Correction{Note: "改", Text: newsroom.Text{Revision: live.Revision, Title: "改过的题", Body: live.Body}})
	p.sure(err)
	p.run(time.Hour)
	if box := p.box(); len(box) != 1 || box[0] != "改过的题" || p.door(a.ID, model.DoorPublication).State != model.DoorByHand {
		t.Errorf("box %v, door %+v", p.box(), p.door(a.ID, model.DoorPublication))
	}
	// Once the account has the right, it is published by us.
	p.control(http.MethodPut, "accounts/official", map[string]any{"publishes": true}, nil)
	_, err = p.news.Retry(t.Context(), p.writer, a.ID, model.DoorPublication)
	p.sure(err)
	p.run(time.Hour)
	if ever, _ := p.public(); ever != 1 || len(p.box()) != 0 || p.door(a.ID, model.DoorPublication).State != model.DoorOpen {
		t.Errorf("published %d times, %d drafts left, door %+v", ever, len(p.box()), p.door(a.ID, model.DoorPublication))
	}
}

func TestAPreviewIsShownToOneFollowerAndItsDraftGoesWhenTheArticleDoes(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	a := p.approved(newsroom.Wishes{Feed: true})
	if err := p.news.Preview(t.Context(), p.writer, a.ID, ""); !fault.Is(err, fault.KindConflict) {
		t.Errorf("to nobody: %v", err)
	}
	if err := p.news.Preview(t.Context(), p.writer, a.ID, "陌生人"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("to a stranger: %v", err)
	}
	p.follower()
	for range 2 {
		p.sure(p.news.Preview(t.Context(), p.writer, a.ID, fan))
	}
	if ever, _ := p.public(); ever != 0 || len(p.box()) != 1 || p.received() != 2 {
		t.Errorf("%d public, %d drafts, %d previews", ever, len(p.box()), p.received())
	}
	_, err := p.news.PublishNow(t.Context(), p.writer, a.ID)
	p.sure(err)
	p.run(time.Hour)
	if left := p.box(); len(left) != 0 {
		t.Errorf("drafts are left: %v", left)
	}
}
