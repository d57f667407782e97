package message_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message"
	"lianxin/service/sealed"
	"lianxin/service/sealed/sealedtest"
	"lianxin/service/store"
)

func TestAMessageReachesTheRepresentativeAfterTheCheck(t *testing.T) {
	town := newTown(t)
	thread, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, Body: "路灯坏了"})
	if err != nil {
		t.Fatal(err)
	}
	if thread.Message.State != model.MessageSubmitted {
		t.Errorf("before the check: %s", thread.Message.State)
	}
	if _, err := town.svc.Read(t.Context(), town.zhang, model.SideRepresentative, thread.Message.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the representative saw it before the check: %v", err)
	}
	town.settle()
	seen := town.read(town.zhang, model.SideRepresentative, thread.Message.ID)
	if seen.Message.State != model.MessageDelivered || seen.Turns[0].Body != "路灯坏了" {
		t.Errorf("after the check: %s %v", seen.Message.State, seen.Turns)
	}
	if !slices.Contains(town.told(town.zhang), "收到新的群众来信") || !slices.Contains(town.told(town.wang), "来信已送达") {
		t.Errorf("told zhang %v, wang %v", town.told(town.zhang), town.told(town.wang))
	}
}

func TestThePromisedDateCountsWorkingDays(t *testing.T) {
	town := newTown(t)
	m := town.send(message.Draft{}).Message
	// Monday 23 November plus three working days is Thursday the 26th.
	if got := model.Day(*m.DueAt); got != "2026-11-26" {
		t.Errorf("due on %s", got)
	}
}

func TestRiskyWordsAreRefusedWithAReasonAndCanBeAppealedOnce(t *testing.T) {
	town := newTown(t)
	thread := town.send(message.Draft{Body: "这里有违规内容"})
	id, turn := thread.Message.ID, thread.Turns[0].ID
	town.wantState(id, model.MessageRefused)
	if thread.Turns[0].Reason == "" || !slices.Contains(town.told(town.wang), "内容未通过审核") {
		t.Errorf("the writer was not told why: %q, %v", thread.Turns[0].Reason, town.told(town.wang))
	}
	if err := town.svc.Appeal(t.Context(), town.wang, turn); err != nil {
		t.Fatal(err)
	}
	town.wantState(id, model.MessageHeld)
	if err := town.svc.RefuseTurn(t.Context(), town.liaison, turn, "含有辱骂他人的内容"); err != nil {
		t.Fatal(err)
	}
	town.wantState(id, model.MessageRefused)
	if err := town.svc.Appeal(t.Context(), town.wang, turn); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a second appeal gave %v", err)
	}
}

func TestDoubtfulWordsWaitForAPersonWhoReleasesThem(t *testing.T) {
	town := newTown(t)
	thread := town.send(message.Draft{Body: "这段话有点可疑"})
	town.wantState(thread.Message.ID, model.MessageHeld)
	if err := town.svc.ReleaseTurn(t.Context(), town.liaison, thread.Turns[0].ID); err != nil {
		t.Fatal(err)
	}
	town.wantState(thread.Message.ID, model.MessageDelivered)
}

func TestWhatTheMachineCannotCheckGoesToAPerson(t *testing.T) {
	town := newTown(t)
	stale := town.person("stale", "")
	thread, err := town.svc.Send(t.Context(), stale, message.Draft{RepresentativeID: town.zhangSeat, Body: "很久没来了"})
	if err != nil {
		t.Fatal(err)
	}
	town.settle()
	town.wantState(thread.Message.ID, model.MessageHeld)
}

func TestACheckThatNeverComesGoesToAPersonAfterADay(t *testing.T) {
	town := newTown(t)
	town.rebuild(&keywordScreener{down: true})
	thread, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, Body: "路灯坏了"})
	if err != nil {
		t.Fatal(err)
	}
	town.pass(3)
	town.wantState(thread.Message.ID, model.MessageHeld)
	if !slices.Contains(town.told(town.liaison), "内容待人工审核") {
		t.Errorf("the liaison office was told %v", town.told(town.liaison))
	}
}

func TestTheWholeWayToAUnitAndBackToASolvedMatter(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{ConsentHandOver: true, TopicID: "road"}).Message.ID
	town.did(town.svc.Acknowledge(t.Context(), town.zhang, id))
	town.did(town.svc.HandOver(t.Context(), town.zhang, id, town.unit, "请尽快维修"))
	town.did(town.svc.Accept(t.Context(), town.clerk, id))
	town.did(town.svc.Handle(t.Context(), town.clerk, id, "本周内更换灯具"))
	town.did(town.svc.AnswerForUnit(t.Context(), town.clerk, id, message.Words{Body: "路灯已修复。"}))
	town.wantState(id, model.MessageUnitAnswered)
	if read := town.read(town.wang, model.SideResident, id); read.Message.ResultAt == nil {
		t.Error("reading the answer did not make it delivered")
	}
	town.did(town.svc.Confirm(t.Context(), town.wang, id, message.Outcome{Word: model.WordSolved, Rating: 5}))
	m := all[model.Message](town, "id = ?", id)[0]
	if m.State != model.MessageConfirmed || m.Word != model.WordSolved || m.Rating != 5 {
		t.Errorf("got %s %s %d", m.State, m.Word, m.Rating)
	}
	var deeds []model.MessageDeed
	for _, f := range town.read(town.wang, model.SideResident, id).Facts {
		deeds = append(deeds, f.Deed)
	}
	want := []model.MessageDeed{"submit", "pass", "deliver", "acknowledge", "hand_over", "accept", "handle", "unit_answer", "result_delivered", "confirm"}
	if diff := cmp.Diff(want, deeds); diff != "" {
		t.Error(diff)
	}
	if lines := all[model.AuditLine](town, "target_id = ? AND action = ?", id, "message.confirm"); len(lines) != 1 {
		t.Errorf("%d audit lines for the confirmation", len(lines))
	}
}

func TestNotSolvedBeginsANewRoundAndKeepsTheOldAnswer(t *testing.T) {
	town := newTown(t)
	id := town.answered()
	town.did(town.svc.Reopen(t.Context(), town.wang, id, message.Words{Body: "还是不亮"}))
	thread := town.read(town.zhang, model.SideRepresentative, id)
	if thread.Message.State != model.MessageDelivered || thread.Message.Round != 2 || thread.Message.Word != model.WordNotSolved {
		t.Errorf("got %s, round %d, word %s", thread.Message.State, thread.Message.Round, thread.Message.Word)
	}
	if len(thread.Turns) != 3 || thread.Turns[1].Round != 1 || thread.Turns[2].Round != 2 {
		t.Errorf("turns %v", thread.Turns)
	}
	town.did(town.svc.Answer(t.Context(), town.zhang, id, "已再次催办。", nil))
	town.wantState(id, model.MessageAnswered)
}

func TestHandingOverNeedsTheResidentsConsent(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	if _, err := town.svc.HandOver(t.Context(), town.zhang, id, town.unit, ""); !fault.Is(err, fault.KindConflict) {
		t.Fatalf("without consent: %v", err)
	}
	town.did(town.svc.AskConsent(t.Context(), town.zhang, id))
	if !slices.Contains(town.told(town.wang), "请确认是否同意转交") {
		t.Errorf("the resident was told %v", town.told(town.wang))
	}
	town.did(town.svc.SetConsent(t.Context(), town.wang, id, message.Consent{Purpose: model.ConsentHandOver, Given: true}))
	town.did(town.svc.HandOver(t.Context(), town.zhang, id, town.unit, ""))
	consents := all[model.Consent](town, "target_id = ?", id)
	if len(consents) != 1 || consents[0].Wording == "" || !consents[0].Given {
		t.Errorf("consents %v", consents)
	}
}

func TestWithdrawingConsentHidesTheResidentFromTheUnitAtOnce(t *testing.T) {
	town := newTown(t)
	id := town.accepted()
	if before := town.read(town.clerk, model.SideUnit, id); before.Contact.Phone != "13800000001" {
		t.Fatalf("with consent the unit sees %v", before.Contact)
	}
	town.did(town.svc.SetConsent(t.Context(), town.wang, id, message.Consent{Purpose: model.ConsentHandOver}))
	after := encode(t, town.read(town.clerk, model.SideUnit, id))
	for _, secret := range []string{"13800000001", "wang"} {
		if strings.Contains(after, secret) {
			t.Errorf("the unit still sees %q", secret)
		}
	}
}

func TestAHiddenNameIsNowhereInWhatTheRepresentativeSees(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{HideName: true, Name: "王女士", ConsentHandOver: true}).Message.ID
	town.did(town.svc.HandOver(t.Context(), town.zhang, id, town.unit, ""))
	rows, _, err := town.svc.Inbox(t.Context(), town.zhang, message.WhichAll, store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for who, seen := range map[string]string{
		"representative": encode(t, town.read(town.zhang, model.SideRepresentative, id)),
		"unit":           encode(t, town.read(town.clerk, model.SideUnit, id)),
		"inbox":          encode(t, rows),
	} {
		for _, secret := range []string{"王女士", "13800000001", `"wang"`} {
			if strings.Contains(seen, secret) {
				t.Errorf("%s sees %q in %s", who, secret, seen)
			}
		}
	}
	if office := town.read(town.liaison, model.SideStaff, id); office.Contact.Name != "王女士" {
		t.Errorf("the liaison office sees %q", office.Contact.Name)
	}
}

func TestAUnitMayRefuseAndTheMatterGoesBack(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{ConsentHandOver: true}).Message.ID
	town.did(town.svc.HandOver(t.Context(), town.zhang, id, town.unit, ""))
	town.did(town.svc.RefuseHandOver(t.Context(), town.clerk, id, "属于电力公司"))
	town.wantState(id, model.MessageAcknowledged)
	if _, err := town.svc.Read(t.Context(), town.clerk, model.SideUnit, id); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the unit that refused still sees it: %v", err)
	}
	if !slices.Contains(town.told(town.zhang), "承办单位退回了来信") || !slices.Contains(town.told(town.liaison), "承办单位退回了来信") {
		t.Error("nobody was told of the refusal")
	}
}

func TestAnExtensionMovesTheDateOnceForEverybody(t *testing.T) {
	town := newTown(t)
	id := town.accepted()
	before := town.read(town.wang, model.SideResident, id).Message.DueAt
	town.did(town.svc.Extend(t.Context(), town.clerk, id, 10, "等待配件"))
	for _, seen := range []message.Thread{town.read(town.wang, model.SideResident, id), town.read(town.zhang, model.SideRepresentative, id), town.read(town.clerk, model.SideUnit, id)} {
		if !seen.Message.DueAt.After(*before) || seen.Clock.Reason != "等待配件" {
			t.Errorf("due %v, reason %q", seen.Message.DueAt, seen.Clock.Reason)
		}
	}
	if _, err := town.svc.Extend(t.Context(), town.clerk, id, 1, "再等等"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a second extension gave %v", err)
	}
	if _, err := town.svc.Extend(t.Context(), town.clerk, town.accepted(), 16, "太久"); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("sixteen days gave %v", err)
	}
}

func TestOutOfScopeSaysWhereToGoAndCanBeObjectedTo(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	town.did(town.svc.OutOfScope(t.Context(), town.zhang, id, model.ElsewhereCourt, "涉及诉讼"))
	town.wantState(id, model.MessageOutOfScope)
	town.did(town.svc.Object(t.Context(), town.wang, id, message.Words{Body: "还没有起诉"}))
	town.wantState(id, model.MessageDelivered)
	town.did(town.svc.OutOfScope(t.Context(), town.zhang, id, model.ElsewhereHotline, "请拨打热线"))
	town.pass(20)
	town.wantState(id, model.MessageClosed)
}

func TestAMessageToSomebodyAwayGoesToTheStudioAndSaysSo(t *testing.T) {
	town := newTown(t)
	change[model.Representative](town, town.zhangSeat, "away_until", "2026-11-30")
	promise, err := town.svc.Promise(t.Context(), town.zhangSeat)
	if err != nil || !promise.ByStudio {
		t.Errorf("promise %+v, %v", promise, err)
	}
	thread := town.send(message.Draft{})
	if thread.Holder != "李四" || thread.Studio != "和平工作室" || thread.Representative != "张三" {
		t.Errorf("holder %q studio %q addressee %q", thread.Holder, thread.Studio, thread.Representative)
	}
	if _, err := town.svc.Acknowledge(t.Context(), town.zhang, thread.Message.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the one who is away acted: %v", err)
	}
	if seen := town.read(town.zhang, model.SideRepresentative, thread.Message.ID); len(seen.Deeds) != 0 {
		t.Errorf("the one who is away is offered %v", seen.Deeds)
	}
	town.did(town.svc.Acknowledge(t.Context(), town.li, thread.Message.ID))
}

func TestMessagesAboveTheCapOverflowToTheStudioAndThenToTheOffice(t *testing.T) {
	town := newTown(t)
	holders := map[string]int{}
	for range 7 {
		holders[town.send(message.Draft{}).Holder]++
	}
	if diff := cmp.Diff(map[string]int{"张三": 3, "李四": 3, "": 1}, holders); diff != "" {
		t.Error(diff)
	}
	rows, _, err := town.svc.Queue(t.Context(), town.liaison, message.Wanted{Which: message.WhichUnassigned}, store.Page{})
	if err != nil || len(rows) != 1 {
		t.Fatalf("unassigned %v, %v", rows, err)
	}
	town.did(town.svc.Answer(t.Context(), town.liaison, rows[0].Message.ID, "联络办已为您协调。", nil))
	town.wantState(rows[0].Message.ID, model.MessageAnswered)
}

func TestBothTheWriterAndThePersonWrittenForFollowTheMatter(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{OnBehalf: &message.OnBehalf{Name: "老李", Phone: "13900000001"}}).Message.ID
	town.did(town.svc.Answer(t.Context(), town.zhang, id, "已安排上门。", nil))
	for _, who := range []model.Actor{town.wang, town.elder} {
		if !slices.Contains(town.told(who), "您的来信有了答复") {
			t.Errorf("%s was told %v", who.Name, town.told(who))
		}
		rows, _, err := town.svc.Mine(t.Context(), who, message.WhichAll, store.Page{})
		if err != nil || len(rows) != 1 {
			t.Errorf("%s lists %d, %v", who.Name, len(rows), err)
		}
	}
}

func TestALetterForANumberThatWasPutAsideReachesItsPerson(t *testing.T) {
	town := newTown(t)
	insert(town, &model.PersonLink{
		ID: "joined", KeptID: town.elder.PersonID, AbsorbedID: "formerly", State: model.LinkStands, LinkedAt: town.clock.Now(), UndoUntil: town.clock.Now(),
		PhoneAsideHash: sealedtest.Keys(t).Hash(sealed.PhoneAside, "13900000077"),
	})
	town.send(message.Draft{OnBehalf: &message.OnBehalf{Name: "老李", Phone: "13900000077"}})
	if rows, _, err := town.svc.Mine(t.Context(), town.elder, message.WhichAll, store.Page{}); err != nil || len(rows) != 1 {
		t.Errorf("the elder lists %d, %v", len(rows), err)
	}
}

func TestNobodyElseFindsTheMessage(t *testing.T) {
	town := newTown(t)
	id := town.accepted()
	stranger := town.person("stranger", "")
	elsewhere := town.person("far", "", model.Grant{Role: model.RoleLiaisonOfficer, AreaID: "x", AreaPath: "x/"})
	otherClerk := town.person("other-clerk", "", model.Grant{Role: model.RoleUnitOfficer, UnitID: "unit-2"})
	admin := town.person("admin", "", model.Grant{Role: model.RoleAdministrator, AreaID: "d", AreaPath: districtPath})
	for _, try := range []struct {
		who  model.Actor
		side model.Side
	}{
		{stranger, model.SideResident},
		{town.li, model.SideRepresentative},
		{elsewhere, model.SideStaff},
		{otherClerk, model.SideUnit},
		{admin, model.SideStaff},
		{town.chief, model.SideStaff},
		{model.Actor{}, model.SideResident},
	} {
		if _, err := town.svc.Read(t.Context(), try.who, try.side, id); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s as %s: %v", try.who.Name, try.side, err)
		}
	}
	if _, err := town.svc.Withdraw(t.Context(), stranger, id); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a stranger withdrew: %v", err)
	}
	if _, err := town.svc.Answer(t.Context(), town.li, id, "我来答", nil); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("another representative answered: %v", err)
	}
}

func TestAnOverdueMessageRemindsThenRisesTwice(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	town.pass(14)
	var acts []string
	for _, f := range all[model.Fact](town, "message_id = ? AND deed IN ?", id, []model.MessageDeed{model.DeedRemind, model.DeedEscalate}) {
		acts = append(acts, string(f.Deed)+" "+f.Note)
	}
	slices.Sort(acts)
	want := []string{"escalate 提级到组织部门", "escalate 提级到联络办", "remind 事项已超期", "remind 办理期限临近"}
	if diff := cmp.Diff(want, acts); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(town.told(town.liaison), "超期事项提级") || !slices.Contains(town.told(town.chief), "超期事项提级") {
		t.Error("nobody above was told")
	}
	rows, _, err := town.svc.Queue(t.Context(), town.liaison, message.Wanted{Which: message.WhichOverdue}, store.Page{})
	if err != nil || len(rows) != 1 || rows[0].Message.Escalated != 2 {
		t.Errorf("overdue list %v, %v", rows, err)
	}
}

func TestAPausedClockRemindsNobodyAndMovesTheDate(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	town.did(town.svc.Pause(t.Context(), town.liaison, id, "等待司法鉴定"))
	town.pass(30)
	if acts := all[model.Fact](town, "message_id = ? AND deed = ?", id, model.DeedRemind); len(acts) != 0 {
		t.Errorf("%d reminders while paused", len(acts))
	}
	before := all[model.Message](town, "id = ?", id)[0].DueAt
	town.did(town.svc.Resume(t.Context(), town.liaison, id))
	after := all[model.Message](town, "id = ?", id)[0].DueAt
	// Paused on the first of its three days, so three are left on 23 December.
	if !after.After(*before) || model.Day(*after) != "2026-12-28" {
		t.Errorf("due %s, before %s", model.Day(*after), model.Day(*before))
	}
}

func TestASilentResidentIsAskedTwiceAndThenTheMatterCloses(t *testing.T) {
	town := newTown(t)
	id := town.answered()
	town.pass(13)
	if n := len(all[model.Fact](town, "message_id = ? AND deed = ?", id, model.DeedAskSolved)); n != 0 {
		t.Errorf("asked %d times before two weeks", n)
	}
	town.pass(2)
	town.pass(7)
	if n := len(all[model.Fact](town, "message_id = ? AND deed = ?", id, model.DeedAskSolved)); n != 2 {
		t.Errorf("asked %d times after three weeks", n)
	}
	town.pass(7)
	town.wantState(id, model.MessageClosed)
	town.did(town.svc.Confirm(t.Context(), town.wang, id, message.Outcome{Word: model.WordPartly}))
	town.wantState(id, model.MessageConfirmed)
}

func TestACheckCodeShowsAForgedScreenshot(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	town.did(town.svc.Answer(t.Context(), town.zhang, id, "请联系物业王经理 13811112222。", nil))
	turns := town.read(town.wang, model.SideResident, id).Turns
	code := *turns[1].CheckCode
	genuine, err := town.svc.VerifyCode(t.Context(), strings.ToLower(code[:4]+"-"+code[4:]))
	if err != nil {
		t.Fatal(err)
	}
	if genuine.Author != "张三代表" || strings.Contains(genuine.Body, "13811112222") || !strings.Contains(genuine.Body, "物业") {
		t.Errorf("got %+v", genuine)
	}
	if _, err := town.svc.VerifyCode(t.Context(), "ABCDEFGH"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a made-up code gave %v", err)
	}
}

func TestSimilarAnsweredMattersAreFoundOnceMadePublic(t *testing.T) {
	town := newTown(t)
	id := town.answered()
	find := func() int {
		cards, err := town.svc.Similar(t.Context(), "我们这里的路灯也坏了，晚上很黑，请修一修路灯")
		if err != nil {
			t.Fatal(err)
		}
		return len(cards)
	}
	if n := find(); n != 0 {
		t.Errorf("%d found before publishing", n)
	}
	card := message.Card{Title: "路灯坏了怎么办", Question: "小区门口路灯坏了，晚上出门不安全，请修路灯。", Answer: "已联系电力公司修复。"}
	town.did(town.svc.PublishCard(t.Context(), town.liaison, id, card))
	if n := find(); n != 1 {
		t.Errorf("%d found after publishing", n)
	}
	if cards, err := town.svc.Similar(t.Context(), "孩子上小学需要准备哪些材料"); err != nil || len(cards) != 0 {
		t.Errorf("something else found %v, %v", cards, err)
	}
	town.did(town.svc.SetConsent(t.Context(), town.wang, id, message.Consent{Purpose: model.ConsentPublish}))
	if n := find(); n != 0 {
		t.Errorf("%d found after consent was withdrawn", n)
	}
	card.Answer = "请拨打 13811112222"
	if _, err := town.svc.PublishCard(t.Context(), town.liaison, id, card); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a phone number was published: %v", err)
	}
}

func TestARepresentativesRiskyAnswerIsNotSeenAndChangesNothing(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	town.did(town.svc.Answer(t.Context(), town.zhang, id, "违规的答复", nil))
	town.wantState(id, model.MessageDelivered)
	if turns := town.read(town.wang, model.SideResident, id).Turns; len(turns) != 1 {
		t.Errorf("the resident sees %d turns", len(turns))
	}
	town.did(town.svc.Answer(t.Context(), town.zhang, id, "好好的答复", nil))
	town.wantState(id, model.MessageAnswered)
}

func TestADoubleTapAnswersOnce(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	var wg sync.WaitGroup
	var mu sync.Mutex
	worked := 0
	for range 5 {
		wg.Go(func() {
			if _, err := town.svc.Answer(t.Context(), town.zhang, id, "今晚修好", nil); err == nil {
				mu.Lock()
				worked++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	town.settle()
	if turns := all[model.Turn](town, "message_id = ? AND effect = ?", id, model.EffectAnswer); worked != 1 || len(turns) != 1 {
		t.Errorf("%d answers accepted, %d written", worked, len(turns))
	}
}

func TestAWithdrawnMessageStaysWithdrawnWhenTheCheckComesLate(t *testing.T) {
	town := newTown(t)
	thread, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, Body: "算了"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := town.svc.Withdraw(t.Context(), town.wang, thread.Message.ID); err != nil {
		t.Fatal(err)
	}
	town.settle()
	town.wantState(thread.Message.ID, model.MessageWithdrawn)
	if titles := town.told(town.zhang); len(titles) != 0 {
		t.Errorf("the representative was told %v", titles)
	}
}

func TestATurnWaitsForItsPicturesAndAPersonsWordFreesThem(t *testing.T) {
	town := newTown(t)
	insert(town, &model.Picture{ID: "pic", OwnerID: "wang", Screening: model.ScreeningChecking, CreatedAt: town.clock.Now()})
	thread := town.send(message.Draft{PictureIDs: []string{"pic"}})
	town.wantState(thread.Message.ID, model.MessageSubmitted)
	change[model.Picture](town, "pic", "screening", model.ScreeningHeld)
	town.clock.Advance(time.Minute)
	town.settle()
	town.wantState(thread.Message.ID, model.MessageHeld)
	if err := town.svc.ReleaseTurn(t.Context(), town.liaison, thread.Turns[0].ID); err != nil {
		t.Fatal(err)
	}
	town.wantState(thread.Message.ID, model.MessageDelivered)
	if p := all[model.Picture](town, "id = ?", "pic")[0]; p.Screening != model.ScreeningShown || p.TurnID != thread.Turns[0].ID {
		t.Errorf("picture is %s of turn %q", p.Screening, p.TurnID)
	}
}

func TestAnothersPictureCannotBeTaken(t *testing.T) {
	town := newTown(t)
	insert(town, &model.Picture{ID: "pic", OwnerID: "elder", Screening: model.ScreeningShown, CreatedAt: town.clock.Now()})
	_, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, Body: "看图", PictureIDs: []string{"pic"}})
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestEveryNoticeFitsATemplateOfWeChat(t *testing.T) {
	town := newTown(t)
	id := town.accepted()
	town.did(town.svc.Extend(t.Context(), town.clerk, id, 3, "等待配件"))
	town.did(town.svc.AnswerForUnit(t.Context(), town.clerk, id, message.Words{Body: "修好了"}))
	town.did(town.svc.Reopen(t.Context(), town.wang, id, message.Words{Body: "没有修好"}))
	town.did(town.svc.Reassign(t.Context(), town.liaison, id, town.liSeat, "更熟悉"))
	town.did(town.svc.Pause(t.Context(), town.liaison, id, "等待鉴定"))
	town.did(town.svc.Resume(t.Context(), town.liaison, id))
	town.did(town.svc.OutOfScope(t.Context(), town.li, id, model.ElsewhereHotline, "请拨打热线"))
	town.send(message.Draft{Body: "违规内容"})
	town.send(message.Draft{Body: "可疑内容"})
	town.answered()
	town.pass(40)
	for _, n := range all[model.Notice](town, "1 = 1") {
		words := n.Hint
		if words == "" {
			words = n.Body
		}
		if utf8.RuneCountInString(words) > 20 || n.Template == "" || utf8.RuneCountInString(n.Phrase) > 5 || n.Phrase == "" {
			t.Errorf("%q: template %q, hint %q, phrase %q", n.Title, n.Template, words, n.Phrase)
		}
		if n.Template == model.TemplateTask && n.DueAt == nil && n.Phrase != "已撤回" && n.Phrase != "已确认" {
			t.Errorf("%q has no due date", n.Title)
		}
	}
}

func TestBothSidesMayAddWords(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	town.did(town.svc.Supplement(t.Context(), town.zhang, model.SideRepresentative, id, message.Words{Body: "是哪一盏灯？"}))
	town.did(town.svc.Supplement(t.Context(), town.wang, model.SideResident, id, message.Words{Body: "东门左边那盏。"}))
	if turns := town.read(town.zhang, model.SideRepresentative, id).Turns; len(turns) != 3 {
		t.Errorf("%d turns", len(turns))
	}
	town.wantState(id, model.MessageDelivered)
	if !slices.Contains(town.told(town.wang), "来信有新的补充") {
		t.Errorf("wang was told %v", town.told(town.wang))
	}
}

func TestInternalNotesAreSeenByStaffOnly(t *testing.T) {
	town := newTown(t)
	id := town.accepted()
	town.did(town.svc.WriteNote(t.Context(), town.liaison, id, "此人多次来电，注意沟通方式"))
	for who, seen := range map[string]message.Thread{
		"resident": town.read(town.wang, model.SideResident, id), "representative": town.read(town.zhang, model.SideRepresentative, id),
		"unit": town.read(town.clerk, model.SideUnit, id),
	} {
		if strings.Contains(encode(t, seen), "沟通方式") {
			t.Errorf("%s sees the note", who)
		}
	}
	if notes := town.read(town.liaison, model.SideStaff, id).Notes; len(notes) != 1 {
		t.Errorf("staff see %d notes", len(notes))
	}
}

func TestARepresentativeAsksTheOfficeForHelpBehindTheScenes(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	town.did(town.svc.AskOffice(t.Context(), town.zhang, id, " 请帮我约住建局到现场 "))
	if notes := town.read(town.liaison, model.SideStaff, id).Notes; len(notes) != 1 || notes[0].Body != "请帮我约住建局到现场" || notes[0].AuthorID != town.zhang.PersonID {
		t.Errorf("the office reads %+v", notes)
	}
	if !slices.Contains(town.told(town.liaison), "代表请联络办帮忙") {
		t.Errorf("the office was told %v", town.told(town.liaison))
	}
	if seen := town.read(town.wang, model.SideResident, id); strings.Contains(encode(t, seen), "住建局到现场") || slices.Contains(town.told(town.wang), "代表请联络办帮忙") {
		t.Error("the resident hears of it")
	}
	if _, err := town.svc.AskOffice(t.Context(), town.zhang, id, "  "); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("asked for nothing: %v", err)
	}
	if _, err := town.svc.AskOffice(t.Context(), town.li, id, "看看别人的"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("asked about another's message: %v", err)
	}
}

func TestAReassignedMessageIsTheNewHoldersAlone(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	town.did(town.svc.Reassign(t.Context(), town.liaison, id, town.liSeat, "更熟悉情况"))
	if _, err := town.svc.Acknowledge(t.Context(), town.zhang, id); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the former holder acted: %v", err)
	}
	town.did(town.svc.Acknowledge(t.Context(), town.li, id))
}

func TestBadDraftsAreRefusedFieldByField(t *testing.T) {
	town := newTown(t)
	_, err := town.svc.Send(t.Context(), town.wang, message.Draft{
		RepresentativeID: town.zhangSeat, Body: "  ", Place: strings.Repeat("远", 61), PictureIDs: make([]string, 10),
		OnBehalf: &message.OnBehalf{Name: "", Phone: "12345"},
	})
	f := fault.Of(err)
	if f == nil {
		t.Fatalf("got %v", err)
	}
	var fields []string
	for _, field := range f.Fields {
		fields = append(fields, field.Name)
	}
	if diff := cmp.Diff([]string{"body", "place", "picture_ids", "on_behalf.name", "on_behalf.phone"}, fields); diff != "" {
		t.Error(diff)
	}
	if n := len(all[model.Message](town, "1 = 1")); n != 0 {
		t.Errorf("%d messages written", n)
	}
}

func TestAListStaysRightWhileMessagesArrive(t *testing.T) {
	town := newTown(t)
	for range 5 {
		town.send(message.Draft{})
	}
	var seen []string
	page := store.Page{Limit: 2}
	for {
		rows, next, err := town.svc.Mine(t.Context(), town.wang, message.WhichAll, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			seen = append(seen, r.Message.ID)
		}
		town.send(message.Draft{}) // arrives while the list is read
		if next == "" {
			break
		}
		page.After = next
	}
	slices.Sort(seen)
	if len(seen) != 5 || len(slices.Compact(seen)) != 5 {
		t.Errorf("saw %d rows, want the five that were there at the start", len(seen))
	}
}

func TestReopeningIsPossibleForNinetyDays(t *testing.T) {
	town := newTown(t)
	id := town.answered()
	town.did(town.svc.Confirm(t.Context(), town.wang, id, message.Outcome{Word: model.WordSolved}))
	town.clock.Advance(91 * 24 * time.Hour)
	if _, err := town.svc.Reopen(t.Context(), town.wang, id, message.Words{Body: "又坏了"}); !fault.Is(err, fault.KindConflict) {
		t.Errorf("after 91 days: %v", err)
	}
}

func FuzzLookingForSimilarAnswers(f *testing.F) {
	f.Add("路灯坏了 13800000000")
	f.Add("粤A12345 \xff\xfe 𠮷野家")
	town := newTown(f)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := town.svc.Similar(t.Context(), text); err != nil {
			t.Errorf("similar to %q: %v", text, err)
		}
	})
}

func TestWhoTookBackTheirConsentToThePrivacyRulesWritesNothingNew(t *testing.T) {
	town := newTown(t)
	agreed := func(given bool) {
		insert(town, &model.Consent{ID: model.NewID(), PersonID: "wang", Purpose: model.ConsentPrivacyPolicy, Wording: "2026-11", Given: given, At: town.clock.Now()})
	}
	draft := message.Draft{RepresentativeID: town.zhangSeat, Body: "路灯坏了。"}
	agreed(true)
	agreed(false)
	if _, err := town.svc.Send(t.Context(), town.wang, draft); !fault.Is(err, fault.KindConflict) {
		t.Errorf("got %v", err)
	}
	agreed(true)
	if _, err := town.svc.Send(t.Context(), town.wang, draft); err != nil {
		t.Errorf("agreed again: %v", err)
	}
}

func TestOldWordsOfAConsentAreNotAgreedTo(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	_, err := town.svc.SetConsent(t.Context(), town.wang, id, message.Consent{Purpose: model.ConsentPublish, Version: "2019-01", Given: true})
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("got %v", err)
	}
	if n := len(all[model.Consent](town, "target_id = ?", id)); n != 0 {
		t.Errorf("%d consents", n)
	}
}

func TestWhoIsShownAMessageIsWrittenDownOncePerDay(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{ConsentHandOver: true}).Message.ID
	town.settle()
	look := func() {
		if _, _, err := town.svc.Inbox(t.Context(), town.zhang, message.WhichAll, store.Page{}); err != nil {
			t.Fatal(err)
		}
	}
	look()
	look()
	town.clock.Advance(24 * time.Hour)
	look()
	town.did(town.svc.Read(t.Context(), town.zhang, model.SideRepresentative, id))
	town.did(town.svc.HandOver(t.Context(), town.zhang, id, town.unit, ""))
	for _, list := range []func() error{
		func() error {
			_, _, err := town.svc.UnitDesk(t.Context(), town.clerk, message.WhichAll, store.Page{})
			return err
		},
		func() error {
			_, _, err := town.svc.Queue(t.Context(), town.liaison, message.Wanted{Which: message.WhichAll}, store.Page{})
			return err
		},
		func() error {
			_, _, err := town.svc.Mine(t.Context(), town.wang, message.WhichAll, store.Page{})
			return err
		},
	} {
		if err := list(); err != nil {
			t.Fatal(err)
		}
	}
	town.did(town.svc.Read(t.Context(), town.wang, model.SideResident, id))
	var got []string
	for _, r := range all[model.Reading](town, "message_id = ?", id) {
		got = append(got, r.Day+" "+r.Reader+" "+string(r.Side)+" "+string(r.Depth))
	}
	slices.Sort(got)
	want := []string{
		"2026-11-23 张三代表 representative list", "2026-11-24 城管局 clerk unit list", "2026-11-24 张三代表 representative list",
		"2026-11-24 张三代表 representative thread", "2026-11-24 联络办 liaison staff list",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsUnderRestrictionIsShownToNobodyAndMovesNoMore(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{ConsentHandOver: true}).Message.ID
	town.settle()
	town.did(town.svc.Answer(t.Context(), town.zhang, id, "已修好。", nil))
	town.settle()
	code := *all[model.Turn](town, "message_id = ? AND check_code IS NOT NULL", id)[0].CheckCode
	change[model.Message](town, id, "restricted_at", town.clock.Now())
	for who, side := range map[*model.Actor]model.Side{&town.wang: model.SideResident, &town.zhang: model.SideRepresentative, &town.liaison: model.SideStaff, &town.clerk: model.SideUnit} {
		if _, err := town.svc.Read(t.Context(), *who, side, id); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s reads: %v", side, err)
		}
	}
	if _, err := town.svc.Reopen(t.Context(), town.wang, id, message.Words{Body: "还没好"}); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("reopening: %v", err)
	}
	if _, err := town.svc.VerifyCode(t.Context(), code); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("check code: %v", err)
	}
	if rows, _, err := town.svc.Queue(t.Context(), town.liaison, message.Wanted{Which: message.WhichAll}, store.Page{}); err != nil || len(rows) != 0 {
		t.Errorf("queue has %d, %v", len(rows), err)
	}
	if rows, _, err := town.svc.Inbox(t.Context(), town.zhang, message.WhichAll, store.Page{}); err != nil || len(rows) != 0 {
		t.Errorf("inbox has %d, %v", len(rows), err)
	}
	town.pass(60)
	if m := all[model.Message](town, "id = ?", id)[0]; m.State != model.MessageAnswered {
		t.Errorf("moved to %s", m.State)
	}
}

func TestANoticeOfASupplementNamesNoResident(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{Name: "王女士", HideName: true}).Message.ID
	town.settle()
	town.did(town.svc.Supplement(t.Context(), town.wang, model.SideResident, id, message.Words{Body: "再补充一句。"}))
	town.settle()
	for _, n := range all[model.Notice](town, "person_id = ?", "zhang") {
		if strings.Contains(n.Title+n.Body+n.Hint+n.Thing+n.Name, "王女士") {
			t.Errorf("a notice names the resident: %+v", n)
		}
	}
}
