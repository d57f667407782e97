package conversation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/conversation"
	"lianxin/service/linking"
	"lianxin/service/outbox"
	"lianxin/service/sealed"
	"lianxin/service/sealed/sealedtest"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// desk is the official account's desk with a database of its own, a voice that
// is overheard and a directory of one district.
type desk struct {
	tb      testing.TB
	db      *store.DB
	clock   *storetest.Clock
	voice   *voice
	town    *town
	news    *newsroom
	board   *board
	log     *bytes.Buffer
	service *conversation.Service
	outbox  *outbox.Dispatcher
	pushes  int
}

// voice plays WeChat: it keeps what was said, and fails as told.
type voice struct {
	mu      sync.Mutex
	said    []said
	fail    error
	union   map[string]string
	unknown error
	asked   int
}

type said struct{ openID, text string }

func (v *voice) Say(_ context.Context, openID, text string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fail != nil {
		return fmt.Errorf("wechat: %w", v.fail)
	}
	v.said = append(v.said, said{openID, text})
	return nil
}

func (v *voice) Show(ctx context.Context, openID string, card conversation.Card) error {
	return v.Say(ctx, openID, card.Title+"|"+card.Words+"|"+card.URL)
}

func (v *voice) Follower(_ context.Context, openID string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked++
	return v.union[openID], v.unknown
}

// newsroom plays the newsroom: it writes down what it hears.
type newsroom struct{ heard []string }

func (n *newsroom) PublicationEnded(_ context.Context, jobID string) error {
	n.heard = append(n.heard, "published "+jobID)
	return nil
}

func (n *newsroom) MassSendEnded(_ context.Context, jobID, status string, sent int) error {
	n.heard = append(n.heard, fmt.Sprintf("sent %s %s %d", jobID, status, sent))
	return nil
}

// town plays the directory.
type town struct {
	fail   error
	typed  []string
	places map[string]conversation.Found
	scenes map[string]conversation.Found
	near   conversation.Found
	latest []conversation.Headline
}

func (t *town) Find(_ context.Context, typed string) (conversation.Found, error) {
	t.typed = append(t.typed, typed)
	return t.places[typed], t.fail
}

func (t *town) Scene(_ context.Context, code string) (conversation.Found, error) {
	found, known := t.scenes[code]
	if !known {
		return conversation.Found{}, fault.NotFound("这个二维码")
	}
	return found, t.fail
}

func (t *town) Near(_ context.Context, place model.Place) (conversation.Found, error) {
	if !place.IsInChina() {
		return conversation.Found{}, fault.InvalidField("latitude", "这个位置不在服务范围内。")
	}
	return t.near, t.fail
}

func (t *town) Latest(_ context.Context, n int) ([]conversation.Headline, error) {
	return t.latest[:min(n, len(t.latest))], t.fail
}

func people(n int) []conversation.Person {
	all := make([]conversation.Person, n)
	for i := range all {
		all[i] = conversation.Person{ID: fmt.Sprint("rep-", i+1), Name: fmt.Sprint("张三", i+1), Post: "社区医生", Where: "和平社区"}
	}
	return all
}

func newDesk(tb testing.TB) *desk {
	tb.Helper()
	d := &desk{
		tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 10:00"), voice: &voice{union: map[string]string{}},
		log: &bytes.Buffer{}, news: &newsroom{}, board: &board{},
		town: &town{
			places: map[string]conversation.Found{"和平社区": {Place: "和平社区", People: people(2)}},
			scenes: map[string]conversation.Found{"s1": {Place: "和平社区", People: people(2)}},
			latest: []conversation.Headline{{ID: "a1", Title: "路灯修好了"}, {ID: "a2", Title: "接待日安排"}},
		},
	}
	log := slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	linker, err := linking.New(sealedtest.Keys(tb), d.clock.Now)
	if err != nil {
		tb.Fatal(err)
	}
	d.service = conversation.New(conversation.Options{
		DB: d.db, Now: d.clock.Now, Log: log, Speaker: d.voice, Directory: d.town, Newsroom: d.news, Menus: d.board,
		Linker: linker,
		Link:   func(page string) string { return "https://lx.example.gov.cn/h5/#/" + page },
	})
	d.outbox = outbox.NewDispatcher(d.db, d.clock.Now, log, map[string]outbox.Handler{conversation.TaskKind: d.service.Handle})
	return d
}

// hear receives a push of the official account now and lets it take effect.
func (d *desk) hear(p conversation.Push) {
	d.tb.Helper()
	d.receive(model.AccountOfficial, p)
	d.settle()
}

// hearMini is hear for the mini-program.
func (d *desk) hearMini(p conversation.Push) {
	d.tb.Helper()
	d.receive(model.AccountMini, p)
	d.settle()
}

func (d *desk) receive(account model.WeChatAccount, p conversation.Push) {
	d.tb.Helper()
	d.pushes++
	if p.CreateTime.IsZero() {
		p.CreateTime = d.clock.Now().Truncate(time.Second)
	}
	if p.MsgType == "" {
		p.MsgType = "event"
	}
	fresh, err := d.service.Receive(d.tb.Context(), account, fmt.Sprint("key-", d.pushes), encode(d.tb, p))
	if err != nil || !fresh {
		d.tb.Fatalf("received: fresh %t, %v", fresh, err)
	}
}

func (d *desk) settle() {
	d.tb.Helper()
	for {
		n, err := d.outbox.Tick(d.tb.Context())
		if err != nil {
			d.tb.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// answer says something to the desk and returns the one answer to it.
func (d *desk) answer(p conversation.Push) string {
	d.tb.Helper()
	if p.FromUser == "" {
		p.FromUser = "o-wang"
	}
	before := len(d.voice.said)
	d.hear(p)
	if len(d.voice.said) != before+1 {
		d.tb.Fatalf("%d answers to %+v", len(d.voice.said)-before, p)
	}
	last := d.voice.said[before]
	if last.openID != p.FromUser {
		d.tb.Errorf("answered %s, want %s", last.openID, p.FromUser)
	}
	if runes := len([]rune(last.text)); runes > 600 || len(last.text) > 2048 {
		d.tb.Errorf("answer has %d characters, %d bytes", runes, len(last.text))
	}
	return last.text
}

func (d *desk) typed(text string) string {
	d.tb.Helper()
	return d.answer(conversation.Push{MsgType: "text", Content: text})
}

func (d *desk) wantSilence() {
	d.tb.Helper()
	if len(d.voice.said) != 0 {
		d.tb.Errorf("said %q", d.voice.said)
	}
}

// identity reads the one identity of an openid.
func (d *desk) identity(openID string) model.WeChatIdentity {
	d.tb.Helper()
	known := all[model.WeChatIdentity](d, "open_id = ?", openID)
	if len(known) != 1 {
		d.tb.Fatalf("%d identities of %s", len(known), openID)
	}
	return known[0]
}

func (d *desk) tasks() []model.Task { return all[model.Task](d, "kind = ?", conversation.TaskKind) }

func (d *desk) audited(action string) []model.AuditLine {
	return all[model.AuditLine](d, "action = ?", action)
}

func insert[T any](d *desk, row *T) {
	d.tb.Helper()
	err := store.InTx(d.tb.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, row) })
	if err != nil {
		d.tb.Fatal(err)
	}
}

func all[T any](d *desk, query string, args ...any) []T {
	d.tb.Helper()
	rows, err := store.From[T](d.db.Read()).Where(query, args...).Find(d.tb.Context())
	if err != nil {
		d.tb.Fatal(err)
	}
	return rows
}

// resident is somebody whom the mini-program knows.
func (d *desk) resident(id, phone string) {
	d.tb.Helper()
	at := d.clock.Now()
	keys := sealedtest.Keys(d.tb)
	insert(d, &model.Person{ID: id, Name: id, Phone: keys.Seal(sealed.PhoneOf(id), phone), PhoneHash: keys.Hash(sealed.Phone, phone), CreatedAt: at})
	insert(d, &model.WeChatIdentity{ID: "mini-" + id, PersonID: id, Account: model.AccountMini, OpenID: "m-" + id, UnionID: "u-" + id, CreatedAt: at})
}

func encode(tb testing.TB, v any) []byte {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func wantWords(tb testing.TB, text string, words ...string) {
	tb.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			tb.Errorf("answer lacks %q:\n%s", word, text)
		}
	}
}
