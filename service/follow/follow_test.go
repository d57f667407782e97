package follow_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/follow"
	"lianxin/service/outbox"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// town has 和平街道 with 建设社区, and 张三 and 李四, who serve there.
type town struct {
	*follow.Service
	tb     testing.TB
	db     *store.DB
	clock  *storetest.Clock
	outbox *outbox.Dispatcher
}

var wang, zhao = resident("wang"), resident("zhao")

func resident(id string) model.Actor {
	return model.Actor{PersonID: id, Name: id, Grants: []model.Grant{{Role: model.RoleResident}}}
}

func newTown(tb testing.TB) *town {
	tb.Helper()
	t := &town{tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 10:00")}
	t.Service = follow.New(follow.Options{DB: t.db, Now: t.clock.Now})
	t.outbox = outbox.NewDispatcher(t.db, t.clock.Now, slog.New(slog.DiscardHandler), map[string]outbox.Handler{
		follow.ArticleTask: t.HandleArticle, follow.TurnoverTask: t.HandleTurnover,
	})
	for _, a := range []model.Area{{ID: "d", Name: "东湖区", Path: "/d/"}, {ID: "s", Name: "和平街道", Path: "/d/s/"}, {ID: "c", Name: "建设社区", Path: "/d/s/c/"}, {ID: "x", Name: "新华街道", Path: "/d/x/"}} {
		insert(t, a)
	}
	for id, name := range map[string]string{"zhang": "张三", "li": "李四"} {
		insert(t, model.Representative{ID: id, AreaID: "c", AreaPath: "/d/s/c/", Name: name, Employer: "第一小学", Post: "校长", State: model.RepresentativeServing, CreatedAt: t.clock.Now(), UpdatedAt: t.clock.Now()})
	}
	return t
}

func insert[T any](t *town, row T) {
	t.tb.Helper()
	t.tx(func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, &row) })
}

func (t *town) tx(do func(ctx context.Context, tx *gorm.DB) error) {
	t.tb.Helper()
	if err := store.InTx(t.tb.Context(), t.db, do); err != nil {
		t.tb.Fatal(err)
	}
}

func (t *town) follow(by model.Actor, kind model.FollowKind, id string) follow.Card {
	t.tb.Helper()
	card, err := t.Begin(t.tb.Context(), by, kind, id)
	if err != nil {
		t.tb.Fatal(err)
	}
	return card
}

// publish lets an article of 建设社区 out, as the newsroom does.
func (t *town) publish(id string, about ...string) {
	t.tb.Helper()
	at := t.clock.Now()
	insert(t, model.Article{ID: id, AreaID: "c", AreaPath: "/d/s/c/", Kind: model.ArticleNews, Title: "文章" + id, State: model.ArticleLive, PublishedAt: &at, CreatedAt: at, UpdatedAt: at})
	for _, rep := range about {
		insert(t, model.ArticleRepresentative{ArticleID: id, RepresentativeID: rep})
	}
	t.tx(func(ctx context.Context, tx *gorm.DB) error { return follow.News(ctx, tx, id, at) })
	t.work()
}

// work does what is due.
func (t *town) work() {
	t.tb.Helper()
	for {
		n, err := t.outbox.Tick(t.tb.Context())
		if err != nil {
			t.tb.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// told gives what a person was told, as title and body.
func (t *town) told(by model.Actor) []string {
	t.tb.Helper()
	rows, err := store.From[model.Notice](t.db.Read()).Where("person_id = ?", by.PersonID).Order("created_at, id").Find(t.tb.Context())
	if err != nil {
		t.tb.Fatal(err)
	}
	words := []string{}
	for _, n := range rows {
		words = append(words, n.Title+"："+n.Body)
	}
	return words
}

func TestWhoFollowsHearsOfAnArticleAboutARepresentativeOrAnArea(t *testing.T) {
	town := newTown(t)
	town.follow(wang, model.FollowRepresentative, "zhang")
	town.follow(zhao, model.FollowArea, "s")
	far := resident("far")
	town.follow(far, model.FollowArea, "x")
	town.follow(far, model.FollowRepresentative, "li")
	town.publish("a1", "zhang")
	for who, want := range map[*model.Actor][]string{
		&wang: {"您关注的张三代表有新动态：文章a1"}, &zhao: {"您关注的和平街道有新动态：文章a1"}, &far: {},
	} {
		if got := town.told(*who); !slices.Equal(got, want) {
			t.Errorf("%s was told %v, want %v", who.PersonID, got, want)
		}
	}
}

func TestNobodyHearsOfMoreThanOneArticleADay(t *testing.T) {
	town := newTown(t)
	town.follow(wang, model.FollowRepresentative, "zhang")
	town.follow(wang, model.FollowArea, "c")
	town.publish("a1", "zhang")
	town.publish("a2", "zhang")
	if got := town.told(wang); len(got) != 1 {
		t.Errorf("was told %v, want one", got)
	}
	town.clock.Advance(24 * time.Hour)
	town.publish("a3", "zhang")
	if got := town.told(wang); len(got) != 2 {
		t.Errorf("was told %v, want one more the next day", got)
	}
}

func TestNewsOfTheEveningWaitsForTheMorningAndIsDroppedWithItsArticle(t *testing.T) {
	town := newTown(t)
	town.follow(wang, model.FollowRepresentative, "zhang")
	town.clock.Advance(12 * time.Hour)
	town.publish("a1", "zhang")
	if got := town.told(wang); len(got) != 0 {
		t.Errorf("was told %v at ten in the evening", got)
	}
	town.clock.Advance(11 * time.Hour)
	town.work()
	if got := town.told(wang); len(got) != 1 {
		t.Errorf("was told %v in the morning, want one", got)
	}
	town.clock.Advance(13 * time.Hour)
	town.publish("a2", "zhang")
	town.tx(func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Article](tx).Where("id = ?", "a2").Update(ctx, "state", model.ArticleWithdrawn)
		return err
	})
	town.clock.Advance(12 * time.Hour)
	town.work()
	if got := town.told(wang); len(got) != 1 {
		t.Errorf("was told %v, of an article that is gone", got)
	}
}

func TestAFollowIsMadeOnceSeenWithItsNewestArticleAndEnded(t *testing.T) {
	town := newTown(t)
	first := town.follow(wang, model.FollowRepresentative, "zhang")
	if again := town.follow(wang, model.FollowRepresentative, "zhang"); again.ID != first.ID {
		t.Error("a second tap made a second follow")
	}
	town.publish("a1", "zhang")
	cards, err := town.Follows(t.Context(), wang)
	if err != nil || len(cards) != 1 || cards[0].Name != "张三" || cards[0].Detail != "第一小学 校长" || cards[0].Latest == nil || cards[0].Latest.ID != "a1" {
		t.Fatalf("got %+v, %v", cards, err)
	}
	if err := town.End(t.Context(), zhao, first.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("somebody else ended it: %v", err)
	}
	if err := town.End(t.Context(), wang, first.ID); err != nil {
		t.Fatal(err)
	}
	if cards, err := town.Follows(t.Context(), wang); err != nil || len(cards) != 0 {
		t.Errorf("still follows %v, %v", cards, err)
	}
}

func TestWhatCannotBeFollowedIsRefusedInPlainWords(t *testing.T) {
	town := newTown(t)
	insert(town, model.Representative{ID: "gone", State: model.RepresentativeEnded, Name: "离任", CreatedAt: town.clock.Now(), UpdatedAt: town.clock.Now()})
	for _, id := range []string{"gone", "none"} {
		if _, err := town.Begin(t.Context(), wang, model.FollowRepresentative, id); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := town.Begin(t.Context(), wang, "topic", "zhang"); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a kind that is not there: %v", err)
	}
	if _, err := town.Begin(t.Context(), model.SystemActor("test"), model.FollowArea, "c"); !fault.Is(err, fault.KindUnauthenticated) {
		t.Errorf("nobody: %v", err)
	}
	for i := range model.FollowsMax {
		insert(town, model.Follow{ID: fmt.Sprint(i), PersonID: "wang", Kind: model.FollowArea, TargetID: fmt.Sprint(i), CreatedAt: town.clock.Now()})
	}
	if _, err := town.Begin(t.Context(), wang, model.FollowArea, "c"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("one too many: %v", err)
	}
}

// leave ends 张三's qualification as the message room does.
func (t *town) leave(successor string) {
	t.tb.Helper()
	t.tx(func(ctx context.Context, tx *gorm.DB) error {
		if _, err := store.From[model.Representative](tx).Where("id = ?", "zhang").Update(ctx, "state", model.RepresentativeEnded); err != nil {
			return err
		}
		return follow.Turn(ctx, tx, model.Representative{ID: "zhang", AreaID: "c", AreaPath: "/d/s/c/"}, successor, t.clock.Now())
	})
	t.work()
}

func TestFollowsOfWhoLeavesAreAboutTheSuccessorAndTheFollowersAreTold(t *testing.T) {
	town := newTown(t)
	town.follow(wang, model.FollowRepresentative, "zhang")
	town.follow(zhao, model.FollowRepresentative, "zhang")
	town.follow(zhao, model.FollowRepresentative, "li")
	town.leave("li")
	for _, who := range []model.Actor{wang, zhao} {
		cards, err := town.Follows(t.Context(), who)
		if err != nil || len(cards) != 1 || cards[0].TargetID != "li" || cards[0].Gone {
			t.Errorf("%s follows %+v, %v", who.PersonID, cards, err)
		}
		want := []string{"您关注的代表有变动：张三代表不再履职，您的关注已改为李四代表。不想再关注，可以随时取消。"}
		if got := town.told(who); !slices.Equal(got, want) {
			t.Errorf("%s was told %v", who.PersonID, got)
		}
	}
}

func TestWithoutASuccessorTheFollowIsAboutTheArea(t *testing.T) {
	town := newTown(t)
	town.follow(wang, model.FollowRepresentative, "zhang")
	town.leave("")
	cards, err := town.Follows(t.Context(), wang)
	if err != nil || len(cards) != 1 || cards[0].Kind != model.FollowArea || cards[0].Name != "建设社区" {
		t.Errorf("follows %+v, %v", cards, err)
	}
	if got := town.told(wang); len(got) != 1 {
		t.Errorf("was told %v", got)
	}
}
