package message_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/limit"
	"lianxin/service/message"
	"lianxin/service/outbox"
	"lianxin/service/sealed"
	"lianxin/service/sealed/sealedtest"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// town is a district with two representatives of one studio, a unit, and an
// officer of every kind. WeChat's check is played by keywords.
type town struct {
	tb     testing.TB
	db     *store.DB
	clock  *storetest.Clock
	svc    *message.Service
	outbox *outbox.Dispatcher

	wang, elder, zhang, li model.Actor // residents and representatives
	clerk, liaison, chief  model.Actor // unit officer, liaison officer, organisation officer
	zhangSeat, liSeat      string
	unit                   string
}

const (
	districtPath  = "d/"
	communityPath = "d/s/c/"
)

type keywordScreener struct{ down bool }

var errDown = errors.New("WeChat does not answer")

func (k *keywordScreener) CheckText(_ context.Context, openID, text string) (model.Suggestion, error) {
	switch {
	case k.down:
		return "", errDown
	case openID == "open-stale":
		return "", model.ErrNoRecentVisit
	case strings.Contains(text, "违规"):
		return model.SuggestRisky, nil
	case strings.Contains(text, "可疑"):
		return model.SuggestReview, nil
	}
	return model.SuggestPass, nil
}

func newTown(tb testing.TB) *town {
	tb.Helper()
	t := &town{tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 10:00"), zhangSeat: "rep-zhang", liSeat: "rep-li", unit: "unit-1"}
	if err := deadline.InstallCalendar(tb.Context(), t.db, t.clock.Now()); err != nil {
		tb.Fatal(err)
	}
	t.rebuild(&keywordScreener{})
	t.elder = t.person("elder", "13900000001")
	t.wang = t.person("wang", "13800000001")
	t.zhang = t.person("zhang", "", model.Grant{Role: model.RoleRepresentative, RepresentativeID: t.zhangSeat})
	t.li = t.person("li", "", model.Grant{Role: model.RoleRepresentative, RepresentativeID: t.liSeat})
	t.clerk = t.person("clerk", "", model.Grant{Role: model.RoleUnitOfficer, UnitID: t.unit})
	t.liaison = t.person("liaison", "", model.Grant{Role: model.RoleLiaisonOfficer, AreaID: "d", AreaPath: districtPath})
	t.chief = t.person("chief", "", model.Grant{Role: model.RoleOrganisationOfficer, AreaID: "d", AreaPath: districtPath})
	insert(t, &model.Area{ID: "d", Level: model.LevelDistrict, Name: "东湖区", Path: districtPath})
	insert(t, &model.Area{ID: "s", ParentID: "d", Level: model.LevelStreet, Name: "和平街道", Path: "d/s/"})
	insert(t, &model.Area{ID: "c", ParentID: "s", Level: model.LevelCommunity, Name: "建设社区", Path: communityPath})
	insert(t, &model.Topic{ID: "road", Name: "道路出行"})
	insert(t, &model.Studio{ID: "studio", AreaPath: communityPath, Name: "和平工作室"})
	insert(t, &model.Unit{ID: t.unit, AreaPath: districtPath, Name: "城管局", Active: true})
	t.seat(t.zhangSeat, "张三", "zhang")
	t.seat(t.liSeat, "李四", "li")
	for weekday := range 7 {
		insert(t, &model.StudioDuty{StudioID: "studio", Weekday: weekday + 1, RepresentativeID: t.liSeat})
	}
	return t
}

func (t *town) rebuild(screener message.Screener) {
	t.build(message.Options{Screener: screener})
}

// limit lets people send only so many messages.
func (t *town) limit(rates ...limit.Rate) {
	t.build(message.Options{Screener: &keywordScreener{}, Limits: rates})
}

func (t *town) build(o message.Options) {
	o.DB, o.Now, o.Keys, o.Cap = t.db, t.clock.Now, sealedtest.Keys(t.tb), 3
	t.svc = message.New(o)
	t.outbox = outbox.NewDispatcher(t.db, t.clock.Now, slog.New(slog.DiscardHandler), map[string]outbox.Handler{
		message.ScreenTask: t.svc.HandleScreen, message.ExportTask: t.svc.HandleExport, deadline.TaskKind: t.svc.HandleDeadline,
		"notice": func(context.Context, []byte) error { return nil },
	})
}

func insert[T any](t *town, row *T) {
	t.tb.Helper()
	err := store.InTx(t.tb.Context(), t.db, func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, row) })
	if err != nil {
		t.tb.Fatal(err)
	}
}

func change[T any](t *town, id, column string, value any) {
	t.tb.Helper()
	err := store.InTx(t.tb.Context(), t.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[T](tx).Where("id = ?", id).Update(ctx, column, value)
		return err
	})
	if err != nil {
		t.tb.Fatal(err)
	}
}

func all[T any](t *town, query string, args ...any) []T {
	t.tb.Helper()
	rows, err := store.From[T](t.db.Read()).Where(query, args...).Find(t.tb.Context())
	if err != nil {
		t.tb.Fatal(err)
	}
	return rows
}

func (t *town) person(id, phone string, grants ...model.Grant) model.Actor {
	t.tb.Helper()
	at := t.clock.Now()
	keys := sealedtest.Keys(t.tb)
	insert(t, &model.Person{ID: id, Name: id, Phone: keys.Seal(sealed.PhoneOf(id), phone), PhoneHash: keys.Hash(sealed.Phone, phone), CreatedAt: at})
	insert(t, &model.WeChatIdentity{ID: "mini-" + id, PersonID: id, Account: model.AccountMini, OpenID: "open-" + id, CreatedAt: at})
	grants = append(grants, model.Grant{Role: model.RoleResident})
	for i := range grants[:len(grants)-1] {
		grants[i].ID, grants[i].PersonID = model.NewID(), id
		insert(t, &grants[i])
	}
	return model.Actor{PersonID: id, Name: id, Grants: grants}
}

func (t *town) seat(id, name, person string) {
	insert(t, &model.Representative{
		ID: id, PersonID: person, AreaID: "c", AreaPath: communityPath, StudioID: "studio", Name: name, State: model.RepresentativeServing,
		CreatedAt: t.clock.Now(), UpdatedAt: t.clock.Now(),
	})
}

// settle lets everything that waits in the outbox happen.
func (t *town) settle() {
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

// pass lets time go by in steps of an hour, with clocks and outbox running.
func (t *town) pass(days int) {
	t.tb.Helper()
	for range days * 24 {
		t.clock.Advance(time.Hour)
		if _, err := deadline.Tick(t.tb.Context(), t.db, t.clock.Now()); err != nil {
			t.tb.Fatal(err)
		}
		t.settle()
	}
}

func (t *town) send(d message.Draft) message.Thread {
	t.tb.Helper()
	if d.RepresentativeID == "" {
		d.RepresentativeID = t.zhangSeat
	}
	if d.Body == "" {
		d.Body = "小区门口的路灯坏了三天，晚上出门不安全。"
	}
	thread, err := t.svc.Send(t.tb.Context(), t.wang, d)
	if err != nil {
		t.tb.Fatal(err)
	}
	t.settle()
	return t.read(t.wang, model.SideResident, thread.Message.ID)
}

func (t *town) read(by model.Actor, side model.Side, id string) message.Thread {
	t.tb.Helper()
	thread, err := t.svc.Read(t.tb.Context(), by, side, id)
	if err != nil {
		t.tb.Fatal(err)
	}
	return thread
}

// did fails the test when a deed did not succeed, and lets it take effect.
func (t *town) did(_ message.Thread, err error) {
	t.tb.Helper()
	if err != nil {
		t.tb.Fatal(err)
	}
	t.settle()
}

func (t *town) state(id string) model.MessageState {
	t.tb.Helper()
	return all[model.Message](t, "id = ?", id)[0].State
}

func (t *town) wantState(id string, want model.MessageState) {
	t.tb.Helper()
	if got := t.state(id); got != want {
		t.tb.Errorf("state is %s, want %s", got, want)
	}
}

// answered brings a fresh message to an answer by its representative.
func (t *town) answered() string {
	id := t.send(message.Draft{ConsentPublish: true}).Message.ID
	t.did(t.svc.Answer(t.tb.Context(), t.zhang, id, "已联系电力公司，今晚修好。", nil))
	t.wantState(id, model.MessageAnswered)
	return id
}

// accepted brings a fresh message to a unit that accepted it.
func (t *town) accepted() string {
	id := t.send(message.Draft{ConsentHandOver: true}).Message.ID
	t.did(t.svc.HandOver(t.tb.Context(), t.zhang, id, t.unit, "请尽快维修"))
	t.did(t.svc.Accept(t.tb.Context(), t.clerk, id))
	t.wantState(id, model.MessageAccepted)
	return id
}

// told lists the titles of the notices a person got.
func (t *town) told(who model.Actor) []string {
	var titles []string
	for _, n := range all[model.Notice](t, "person_id = ?", who.PersonID) {
		titles = append(titles, n.Title)
	}
	return titles
}

func encode(tb testing.TB, v any) string {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}
