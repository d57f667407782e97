package notice_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/notice"
	"lianxin/service/outbox"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// post is a pusher with its database and outbox, a resident who can be reached
// every way, and WeChat played by what each channel answers.
type post struct {
	tb     testing.TB
	db     *store.DB
	clock  *storetest.Clock
	pusher *notice.Pusher
	outbox *outbox.Dispatcher
	log    strings.Builder

	answers map[model.NoticeChannel]error
	dies    model.NoticeChannel // the program dies right after a push by it
	pushed  []string
	last    notice.Push
	text    string
}

var wang = model.Actor{PersonID: "wang", Name: "王女士"}

func newPost(tb testing.TB) *post {
	tb.Helper()
	p := &post{
		tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 10:00"), answers: map[model.NoticeChannel]error{},
	}
	templates := func(account string) map[model.NoticeTemplate]notice.Template {
		return map[model.NoticeTemplate]notice.Template{
			model.TemplateProgress: {ID: account + "-progress", Keys: []string{"thing1", "phrase2", "time3", "thing4"}},
			model.TemplateNews:     {ID: account + "-news", Keys: []string{"thing1", "thing2", "time3", "thing4"}},
			model.TemplateTask:     {ID: account + "-task", Keys: []string{"thing1", "time2", "phrase3", "thing4"}},
		}
	}
	log := slog.New(slog.NewTextHandler(&p.log, nil))
	p.pusher = notice.NewPusher(notice.Options{
		DB: p.db, Now: p.clock.Now, Log: log, Channels: p, Mini: templates("mini"), Official: templates("official"),
		Link: func(page string) string { return "https://example.test/" + page },
	})
	p.outbox = outbox.NewDispatcher(p.db, p.clock.Now, log, map[string]outbox.Handler{notice.TaskKind: p.pusher.Handle})
	at := p.clock.Now()
	spoken := at.Add(-time.Hour)
	create(p, &model.Person{ID: "wang", Name: "王女士", CreatedAt: at})
	create(p, &model.WeChatIdentity{ID: "wang-mini", PersonID: "wang", Account: model.AccountMini, OpenID: "open-mini", CreatedAt: at})
	create(p, &model.WeChatIdentity{
		ID: "wang-official", PersonID: "wang", Account: model.AccountOfficial, OpenID: "open-official", Following: true, LastInboundAt: &spoken, CreatedAt: at,
	})
	p.grant("mini-progress")
	return p
}

func (p *post) carry(channel model.NoticeChannel) error {
	if err := p.answers[channel]; err != nil {
		return fmt.Errorf("wechat: %w", err)
	}
	p.pushed = append(p.pushed, string(channel))
	if p.dies == channel {
		panic("the program dies")
	}
	return nil
}

func (p *post) PushSubscribe(_ context.Context, push notice.Push) error {
	p.last = push
	return p.carry(model.ChannelSubscribe)
}

func (p *post) PushTemplate(_ context.Context, push notice.Push) error {
	p.last = push
	return p.carry(model.ChannelTemplate)
}

func (p *post) PushCustomer(_ context.Context, openID, text string) error {
	p.last, p.text = notice.Push{OpenID: openID}, text
	return p.carry(model.ChannelCustomer)
}

func (p *post) inTx(fn func(ctx context.Context, tx *gorm.DB) error) {
	p.tb.Helper()
	if err := store.InTx(p.tb.Context(), p.db, fn); err != nil {
		p.tb.Fatal(err)
	}
}

func create[T any](p *post, row *T) {
	p.tb.Helper()
	p.inTx(func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, row) })
}

func (p *post) grant(templates ...string) {
	p.tb.Helper()
	if err := p.pusher.AddGrants(p.tb.Context(), wang, templates); err != nil {
		p.tb.Fatal(err)
	}
}

func (p *post) left(template string) int {
	p.tb.Helper()
	left, err := p.pusher.Grants(p.tb.Context(), wang)
	if err != nil {
		p.tb.Fatal(err)
	}
	return left[template]
}

func (p *post) send(n model.Notice) {
	p.tb.Helper()
	p.inTx(func(ctx context.Context, tx *gorm.DB) error { return notice.Send(ctx, tx, n, p.clock.Now()) })
}

// tell sends wang a notice of a happening.
func (p *post) tell(happening string) {
	p.tb.Helper()
	p.send(model.Notice{
		PersonID: "wang", Happening: happening, Template: model.TemplateProgress, Title: "来信已送达", Body: "请查看进展。",
		Link: "pages/message/detail?id=1", Thing: "来信 A-1", Phrase: "已送达",
	})
}

// settle lets everything that is due happen, the program dying included.
func (p *post) settle() {
	p.tb.Helper()
	for {
		n, err := p.outbox.Tick(p.tb.Context())
		if err != nil {
			p.tb.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (p *post) notice(happening string) model.Notice {
	p.tb.Helper()
	n, err := store.From[model.Notice](p.db.Read()).Where("happening = ?", happening).Take(p.tb.Context())
	if err != nil {
		p.tb.Fatal(err)
	}
	return n
}

func (p *post) person() model.Person {
	p.tb.Helper()
	who, err := store.From[model.Person](p.db.Read()).Where("id = ?", "wang").Take(p.tb.Context())
	if err != nil {
		p.tb.Fatal(err)
	}
	return who
}

func (p *post) wantPushes(want ...string) {
	p.tb.Helper()
	if fmt.Sprint(p.pushed) != fmt.Sprint(want) {
		p.tb.Errorf("pushed by %v, want %v", p.pushed, want)
	}
}

func (p *post) wantEnd(happening string, state model.NoticeState, channel model.NoticeChannel) {
	p.tb.Helper()
	if n := p.notice(happening); n.State != state || n.Channel != channel {
		p.tb.Errorf("%s is %s by %s, want %s by %s", happening, n.State, n.Channel, state, channel)
	}
}
