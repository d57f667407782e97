package privacy_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/outbox"
	"lianxin/service/privacy"
	"lianxin/service/store"
)

// The words of a person's life here, each to be found again wherever it is kept.
const (
	openWords   = "尚未答复的心事"
	keptWords   = "已经答复的往事"
	placeWords  = "槐树胡同七号"
	ratingWords = "办得很快谢谢"
	wantedWords = "请改成王秀兰"
)

// life gives wang messages with everything that is made of them, and the
// neighbour one that wang wrote.
func (t *town) life() {
	at := t.clock.Now()
	t.message("m-open", model.MessageHandedOver, "wang", "wang", openWords)
	t.message("m-kept", model.MessageConfirmed, "wang", "wang", keptWords)
	t.message("m-by-neighbour", model.MessageDelivered, "wang", "neighbour", openWords)
	t.message("m-for-neighbour", model.MessageDelivered, "neighbour", "wang", "邻居的事")
	for _, who := range []model.Actor{t.wang, t.neighbour} {
		insert(t, &model.Session{ID: model.NewID(), PersonID: who.PersonID, Kind: model.SessionMini, TokenHash: "t" + who.PersonID, RefreshHash: "r" + who.PersonID, ExpiresAt: at, RefreshExpiresAt: at, CreatedAt: at})
		insert(t, &model.NoticeGrant{PersonID: who.PersonID, TemplateID: "progress", Remaining: 1, UpdatedAt: at})
		insert(t, &model.AppSuggestion{ID: model.NewID(), PersonID: who.PersonID, AreaPath: path, Kind: model.SuggestionComplaint, State: model.SuggestionOpen, Body: "我是" + who.Name + "，字太小了", CreatedAt: at})
		insert(t, &model.Introduction{ID: model.NewID(), RepresentativeID: "left", AreaPath: path, PersonID: who.PersonID, Body: "我是" + who.Name + "，当过代表", State: model.IntroductionLapsed, CreatedAt: at, EndedAt: &at})
		insert(t, &model.Follow{ID: model.NewID(), PersonID: who.PersonID, Kind: model.FollowRepresentative, TargetID: "rep-zhang", CreatedAt: at})
		insert(t, &model.IdempotencyKey{PersonID: who.PersonID, Value: "key-1", Answer: `{"name":"` + who.Name + `"}`, CreatedAt: at})
		insert(t, &model.Inbound{ID: model.NewID(), Account: model.AccountOfficial, DedupeKey: "msg" + who.PersonID, Payload: `{"from":"openid-` + who.PersonID + `","text":"我是` + who.Name + `"}`, ReceivedAt: at})
		insert(t, &model.Picture{ID: "unused-" + who.PersonID, OwnerID: who.PersonID, SHA256: "x", Screening: model.ScreeningShown, CreatedAt: at})
		t.files["unused-"+who.PersonID] = "jpeg"
		t.tx(func(ctx context.Context, tx *gorm.DB) error {
			return audit.Record(ctx, tx, who, "person.rename", audit.Target{Kind: "person", ID: who.PersonID, Detail: who.Name}, at)
		})
	}
	insert(t, &model.Session{ID: model.NewID(), PersonID: "wang", Kind: model.SessionOfficial, TokenHash: "to-wang", RefreshHash: "ro-wang", ExpiresAt: at, RefreshExpiresAt: at, CreatedAt: at})
	insert(t, &model.Correction{ID: model.NewID(), PersonID: "wang", MessageID: "m-kept", AreaPath: path, Field: model.CorrectName, Wanted: wantedWords, State: model.CorrectionOpen, CreatedAt: at})
	insert(t, &model.IdempotencyKey{PersonID: "zhang", Value: "key-2", Answer: `{"id":"m-open","name":"` + wangName + `","body":"` + openWords + `"}`, CreatedAt: at})
}

func (t *town) tx(do func(ctx context.Context, tx *gorm.DB) error) {
	t.tb.Helper()
	t.must(store.InTx(t.tb.Context(), t.db, do))
}

// message writes one down as the rest of the house leaves it.
func (t *town) message(id string, state model.MessageState, resident, writer, words string) {
	t.tb.Helper()
	at := t.clock.Now()
	name := map[string]string{"wang": wangName, "neighbour": "邻居甲"}[resident]
	m := model.Message{
		ID: id, Number: "N-" + id, ResidentID: resident, WriterID: writer, ResidentName: name, RepresentativeID: "rep-zhang", HolderID: "rep-zhang", UnitID: "unit-1",
		AreaPath: path, Place: placeWords, State: state, Round: 1, SubmittedAt: at, DeliveredAt: &at, RatingComment: ratingWords, UpdatedAt: at, DueAt: &at, HandOverConsented: true,
	}
	if state == model.MessageConfirmed {
		m.AnsweredAt, m.ClosedAt, m.DueAt = &at, &at, nil
	} else {
		insert(t, &model.Deadline{ID: "clock-" + id, Kind: model.DeadlineFinish, TargetKind: "message", TargetID: id, State: model.DeadlineRunning, StartedAt: at, DueAt: at, Reason: "等" + name + "补充"})
	}
	insert(t, &m)
	code := "CODE" + id[2:min(len(id), 6)] + id[len(id)-2:]
	insert(t, &model.Turn{ID: "opening-" + id, MessageID: id, Round: 1, Side: model.SideResident, AuthorID: writer, Author: name, Body: words + "，我是" + name + "，电话" + wangPhone, Effect: model.EffectOpen, Screening: model.ScreeningShown, CreatedAt: at})
	insert(t, &model.Turn{ID: "reply-" + id, MessageID: id, Round: 1, Side: model.SideRepresentative, AuthorID: "zhang", Author: "张三代表", Body: name + "您好，" + words, Effect: model.EffectAnswer, Screening: model.ScreeningShown, CheckCode: &code, CreatedAt: at})
	insert(t, &model.Fact{ID: model.NewID(), MessageID: id, Round: 1, Deed: model.DeedSubmit, ToState: state, Side: model.SideResident, ActorID: writer, Actor: name, Note: "致电" + name, At: at})
	insert(t, &model.Note{ID: model.NewID(), MessageID: id, AuthorID: "liaison", Author: "赵联络", Body: "已电话联系" + name + wangPhone, CreatedAt: at})
	insert(t, &model.Picture{ID: "picture-" + id, OwnerID: writer, MessageID: id, TurnID: "opening-" + id, SHA256: "x", Screening: model.ScreeningShown, CreatedAt: at})
	t.files["picture-"+id] = "jpeg"
	for _, person := range []string{resident, "zhang"} {
		insert(t, &model.Notice{ID: model.NewID(), PersonID: person, Happening: id + "/x", Template: model.TemplateProgress, Title: "来信", Body: name + "来信", Name: name, MessageID: id, State: model.NoticePushed, Channel: model.ChannelInbox, CreatedAt: at})
	}
	insert(t, &model.AnsweredCard{ID: "card-" + id, MessageID: id, Title: name + "的问题", Question: words, Answer: "答", PublishedAt: at})
	insert(t, &model.AnsweredGram{CardID: "card-" + id, Gram: words[:6]})
	insert(t, &model.Consent{ID: model.NewID(), PersonID: writer, Purpose: model.ConsentHandOver, TargetID: id, Wording: "2026-11", Given: true, At: at})
	insert(t, &model.TurnMark{TurnID: "opening-" + id, AuthorID: writer, Mark: "mark", CreatedAt: at})
	insert(t, &model.TurnFinding{ID: model.NewID(), TurnID: "opening-" + id, MessageID: id, Evidence: words, CreatedAt: at})
	t.tx(func(ctx context.Context, tx *gorm.DB) error {
		return audit.Record(ctx, tx, model.Actor{PersonID: writer, Name: map[string]string{"wang": wangName, "neighbour": "邻居甲"}[writer]}, "message.submit", audit.Target{Kind: "message", ID: id, AreaPath: path}, at)
	})
}

// settle removes the files that the outbox was told to.
func (t *town) settle() {
	t.tb.Helper()
	for _, task := range all[model.Task](t, "kind = ?", privacy.PictureTask) {
		t.must(t.desk.HandlePicture(t.tb.Context(), []byte(task.Payload)))
	}
}

// cells gives every text of the database as "table.column" and value.
func (t *town) cells() map[string][]string {
	t.tb.Helper()
	db := t.db.Read().WithContext(t.tb.Context())
	tables, err := db.Migrator().GetTables()
	if err != nil {
		t.tb.Fatal(err)
	}
	found := map[string][]string{}
	for _, table := range tables {
		if !strings.HasPrefix(table, "sqlite_") {
			t.readTable(db, table, found)
		}
	}
	return found
}

func (t *town) readTable(db *gorm.DB, table string, into map[string][]string) {
	t.tb.Helper()
	rows, err := db.Raw("SELECT * FROM " + table).Rows()
	if err != nil {
		t.tb.Fatal(err)
	}
	defer func() { t.must(rows.Close()) }()
	columns, err := rows.Columns()
	t.must(err)
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		to := make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		t.must(rows.Scan(to...))
		for i, v := range values {
			into[table+"."+columns[i]] = append(into[table+"."+columns[i]], v.String)
		}
	}
	t.must(rows.Err())
}

// stays says where a trace may stand after an erasure, and on what ground.
var stays = map[string]map[string]string{
	keptWords: {"turns.body": "an answered message is an archived record (档案法); nameless and locked"},
	"picture-m-open": {
		"tasks.payload": "the number of a file that is gone, for the outbox", "tasks.dedupe_key": "the number of a file that is gone, for the outbox",
	},
}

func TestNothingOfAnErasedPersonIsLeftInAnyColumnButWhatTheLawLetsStay(t *testing.T) {
	town := newTown(t)
	town.life()
	hash := all[model.Person](town, "id = ?", "wang")[0].PhoneHash
	if _, err := town.desk.AskErasure(t.Context(), town.wang); err != nil {
		t.Fatal(err)
	}
	town.clock.Advance(privacy.CoolingOff + time.Minute)
	town.must(town.desk.Tick(t.Context()))
	town.settle()
	traces := []string{
		wangName, wangPhone, hash, "openid-wang", "unionid-wang", openWords, keptWords, placeWords, ratingWords, wantedWords, "picture-m-open", "picture-m-kept", "unused-wang",
	}
	// The neighbour lives at the same place and has written alike.
	spared := func(table, value string) bool {
		return strings.HasPrefix(table, "messages.") && (value == placeWords || value == ratingWords) && len(all[model.Message](town, "place = ?", placeWords)) == 1
	}
	neighbours := map[string]bool{}
	for _, turn := range all[model.Turn](town, "message_id = ?", "m-for-neighbour") {
		neighbours[turn.Body] = true
	}
	for _, n := range all[model.Note](town, "message_id = ?", "m-for-neighbour") {
		neighbours[n.Body] = true
	}
	for column, values := range town.cells() {
		for _, value := range values {
			for _, trace := range traces {
				if !strings.Contains(value, trace) || neighbours[value] || spared(column, value) {
					continue
				}
				ground := stays[trace][column]
				if strings.HasPrefix(trace, "picture-") || strings.HasPrefix(trace, "unused-") {
					ground = stays["picture-m-open"][column]
				}
				if ground == "" {
					t.Errorf("%s still holds %q: %s", column, trace, value)
				}
			}
		}
	}
	for id := range town.files {
		if strings.Contains(id, "wang") || id != "picture-m-for-neighbour" && id != "unused-neighbour" {
			t.Errorf("file %s is still there", id)
		}
	}
	if len(town.files) != 2 {
		t.Errorf("files left: %v", town.files)
	}
	if done := all[model.Erasure](town, "person_id = ?", "wang")[0]; done.State != model.ErasureDone || done.Kept != 1 || done.Erased != 2 {
		t.Errorf("erasure is %+v", done)
	}
	wantNeighbourUntouched(t, town)
}

func wantNeighbourUntouched(t *testing.T, town *town) {
	t.Helper()
	if m := all[model.Message](town, "id = ?", "m-for-neighbour")[0]; m.ResidentName != "邻居甲" || m.RestrictedAt != nil || m.WriterID != "" || m.State != model.MessageDelivered {
		t.Errorf("the neighbour's message is %+v", m)
	}
	for what, n := range map[string]int{
		"sessions": len(all[model.Session](town, "person_id = ?", "neighbour")), "identities": len(all[model.WeChatIdentity](town, "person_id = ?", "neighbour")),
		"pushes": len(all[model.Inbound](town, "dedupe_key = ?", "msgneighbour")), "cards": len(all[model.AnsweredCard](town, "message_id = ?", "m-for-neighbour")),
	} {
		if n != 1 {
			t.Errorf("the neighbour has %d %s", n, what)
		}
	}
	if p := all[model.Person](town, "id = ?", "neighbour")[0]; p.Name != "邻居甲" || p.ErasedAt != nil {
		t.Errorf("the neighbour is %+v", p)
	}
}

func TestWhatWasOpenIsWithdrawnAndItsHoldersAreToldWithoutAName(t *testing.T) {
	town := newTown(t)
	town.life()
	town.erase()
	m := all[model.Message](town, "id = ?", "m-open")[0]
	if m.State != model.MessageWithdrawn || m.RestrictedAt == nil || m.EmptiedAt == nil || m.DueAt != nil {
		t.Errorf("the message is %+v", m)
	}
	if kept := all[model.Message](town, "id = ?", "m-kept")[0]; kept.State != model.MessageConfirmed || kept.RestrictedAt == nil || kept.EmptiedAt != nil {
		t.Errorf("the answered one is %+v", kept)
	}
	if d := all[model.Deadline](town, "id = ?", "clock-m-open")[0]; d.State == model.DeadlineRunning {
		t.Error("its clock still runs")
	}
	for _, who := range []string{"zhang", "clerk"} {
		told := all[model.Notice](town, "person_id = ? AND message_id = ?", who, "m-open")
		if len(told) != 1 || !strings.Contains(told[0].Body, "无需再处理") || strings.Contains(told[0].Body, wangName) {
			t.Errorf("%s was told %+v", who, told)
		}
	}
}

func (t *town) erase() {
	t.tb.Helper()
	if _, err := t.desk.AskErasure(t.tb.Context(), t.wang); err != nil {
		t.tb.Fatal(err)
	}
	t.clock.Advance(privacy.CoolingOff + time.Minute)
	t.must(t.desk.Tick(t.tb.Context()))
	t.settle()
}

func TestAnErasureWaitsAndCanBeTakenBack(t *testing.T) {
	town := newTown(t)
	town.life()
	first, err := town.desk.AskErasure(t.Context(), town.wang)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := town.desk.AskErasure(t.Context(), town.wang); err != nil || again.ID != first.ID {
		t.Errorf("asked twice: %v, %v", again, err)
	}
	told := all[model.Notice](town, "happening = ?", "erasure/"+first.ID)
	if len(told) != 1 || !strings.Contains(told[0].Body, "撤回") {
		t.Errorf("told %+v", told)
	}
	town.must(town.desk.Tick(t.Context()))
	if f, err := town.desk.Foresee(t.Context(), town.wang); err != nil || f.Pending == nil || f.Open != 2 || f.Erased != 2 || f.Kept != 1 || f.Pictures != 3 || f.Cards != 3 {
		t.Errorf("foresees %+v, %v", f, err)
	}
	town.must(town.desk.TakeBack(t.Context(), town.wang))
	town.clock.Advance(2 * privacy.CoolingOff)
	town.must(town.desk.Tick(t.Context()))
	if p := all[model.Person](town, "id = ?", "wang")[0]; p.Name != wangName || p.ErasedAt != nil {
		t.Errorf("wang is %+v", p)
	}
	if err := town.desk.TakeBack(t.Context(), town.wang); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("taken back twice: %v", err)
	}
}

func TestWhoActsInFunctionIsToldThatOfficialActsStay(t *testing.T) {
	town := newTown(t)
	for _, who := range []model.Actor{town.zhang, town.clerk, town.liaison} {
		if _, err := town.desk.AskErasure(t.Context(), who); !fault.Is(err, fault.KindConflict) {
			t.Errorf("%s gets %v", who.Name, err)
		}
		if f, err := town.desk.Foresee(t.Context(), who); err != nil || len(f.Roles) != 1 {
			t.Errorf("%s foresees %+v, %v", who.Name, f, err)
		}
	}
	if _, err := town.desk.AskErasure(t.Context(), model.Actor{}); !fault.Is(err, fault.KindUnauthenticated) {
		t.Errorf("nobody gets %v", err)
	}
}

func TestWhoWasGivenAFunctionWhileAnErasureWaitedIsSpared(t *testing.T) {
	town := newTown(t)
	if _, err := town.desk.AskErasure(t.Context(), town.wang); err != nil {
		t.Fatal(err)
	}
	insert(town, &model.Grant{ID: "g", PersonID: "wang", Role: model.RoleUnitOfficer, UnitID: "unit-1"})
	town.clock.Advance(2 * privacy.CoolingOff)
	town.must(town.desk.Tick(t.Context()))
	if e := all[model.Erasure](town, "person_id = ?", "wang")[0]; e.State != model.ErasureTakenBack {
		t.Errorf("erasure is %s", e.State)
	}
}

// A crash between two steps: the erasure has begun, and nothing else is done.
func TestAnErasureThatACrashCutGoesOnWhereItWas(t *testing.T) {
	town := newTown(t)
	town.life()
	e, err := town.desk.AskErasure(t.Context(), town.wang)
	if err != nil {
		t.Fatal(err)
	}
	town.clock.Advance(2 * privacy.CoolingOff)
	crashing, stop := context.WithCancel(t.Context())
	stop()
	if err := town.desk.Tick(crashing); err == nil {
		t.Fatal("a job that was stopped says it is done")
	}
	town.tx(func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Erasure](tx).Where("id = ?", e.ID).Update(ctx, "state", model.ErasureRunning)
		return err
	})
	town.open()
	town.must(town.desk.Tick(t.Context()))
	town.must(town.desk.Tick(t.Context()))
	done := all[model.Erasure](town, "id = ?", e.ID)[0]
	if done.State != model.ErasureDone || done.Erased != 2 || done.Kept != 1 {
		t.Errorf("erasure is %+v", done)
	}
	lines := all[model.AuditLine](town, "target_id = ? AND action = ?", "wang", "erasure.done")
	if len(lines) != 1 {
		t.Errorf("%d lines say that it is done", len(lines))
	}
	if err := town.desk.HandlePicture(t.Context(), []byte("{")); err == nil || fmt.Sprintf("%T", err) != fmt.Sprintf("%T", outbox.Refuse(err)) {
		t.Errorf("a broken task gives %v", err)
	}
}
