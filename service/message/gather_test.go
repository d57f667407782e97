package message_test

import (
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message"
)

// gathered sends two letters on one matter, by different people, and gathers
// the second under the first.
func (t *town) gathered() (leading, other string, neighbour model.Actor) {
	t.tb.Helper()
	leading = t.send(message.Draft{Name: "王大锤", Body: "三号楼的电梯停了，老人上不去楼。", ConsentHandOver: true}).Message.ID
	neighbour = t.person("neighbour", "13700000001")
	sent, err := t.svc.Send(t.tb.Context(), neighbour, message.Draft{RepresentativeID: t.liSeat, Name: "孙小圣", Body: "我家在九层，电梯什么时候修好？"})
	if err != nil {
		t.tb.Fatal(err)
	}
	t.settle()
	other = sent.Message.ID
	for _, d := range t.together(t.liaison, message.Together{Batch: "gather-01", IDs: []string{other}, Deed: model.DeedGather, LeadingID: leading}) {
		if !d.Done {
			t.tb.Fatalf("gathered: %+v", d)
		}
	}
	return leading, other, neighbour
}

func TestOneAnswerAnswersAllThatWereGatheredEachWithItsOwnCode(t *testing.T) {
	town := newTown(t)
	leading, other, neighbour := town.gathered()
	if m := all[model.Message](town, "id = ?", other)[0]; m.HolderID != town.zhangSeat || m.LeadingID != leading {
		t.Errorf("the gathered one is held by %s under %s", m.HolderID, m.LeadingID)
	}
	if _, err := town.svc.Answer(t.Context(), town.zhang, other, "单独答复", nil); !fault.Is(err, fault.KindConflict) {
		t.Errorf("answered alone: %v", err)
	}
	town.did(town.svc.Answer(t.Context(), town.zhang, leading, "电梯本周五修好，期间请社区安排人帮忙。", nil))
	codes := map[string]bool{}
	for id, writer := range map[string]model.Actor{leading: town.wang, other: neighbour} {
		town.wantState(id, model.MessageAnswered)
		thread := town.read(writer, model.SideResident, id)
		last := thread.Turns[len(thread.Turns)-1]
		if last.Effect != model.EffectAnswer || !strings.Contains(last.Body, "本周五") || last.CheckCode == nil {
			t.Fatalf("%s has %+v", id, last)
		}
		codes[*last.CheckCode] = true
		if genuine, err := town.svc.VerifyCode(t.Context(), *last.CheckCode); err != nil || genuine.Number != thread.Message.Number {
			t.Errorf("the code of %s verifies %+v, %v", id, genuine, err)
		}
		if titles := strings.Join(town.told(writer), "，"); !strings.Contains(titles, "您的来信有了答复") {
			t.Errorf("%s was told %s", writer.Name, titles)
		}
	}
	if len(codes) != 2 {
		t.Error("two answers share a check code")
	}
	// From then on each goes its own way.
	town.did(town.svc.Reopen(t.Context(), neighbour, other, message.Words{Body: "周六了还没修好。"}))
	town.wantState(other, model.MessageDelivered)
	town.wantState(leading, model.MessageAnswered)
}

func TestNoWriterLearnsOfAnotherByNameNumberOrWords(t *testing.T) {
	town := newTown(t)
	leading, other, neighbour := town.gathered()
	town.did(town.svc.Answer(t.Context(), town.zhang, leading, "电梯本周五修好。", nil))
	number := func(id string) string { return all[model.Message](town, "id = ?", id)[0].Number }
	for _, tc := range []struct {
		who          model.Actor
		id, stranger string
		secrets      []string
	}{
		{town.wang, leading, other, []string{"孙小圣", "九层"}},
		{neighbour, other, leading, []string{"王大锤", "三号楼", "老人"}},
	} {
		seen := encode(t, town.read(tc.who, model.SideResident, tc.id))
		for _, n := range all[model.Notice](town, "person_id = ?", tc.who.PersonID) {
			seen += n.Title + n.Body + n.Hint + n.Thing
		}
		for _, secret := range append(tc.secrets, number(tc.stranger)) {
			if strings.Contains(seen, secret) {
				t.Errorf("%s sees %q of another", tc.who.Name, secret)
			}
		}
		if _, err := town.svc.Read(t.Context(), tc.who, model.SideResident, tc.stranger); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s opens another's: %v", tc.who.Name, err)
		}
	}
}

func TestStaffSeeWhatBelongsTogether(t *testing.T) {
	town := newTown(t)
	leading, other, _ := town.gathered()
	l, o := town.read(town.liaison, model.SideStaff, leading), town.read(town.liaison, model.SideStaff, other)
	if len(l.Gathered) != 1 || l.Gathered[0].Number != o.Message.Number || o.Leading == nil || o.Leading.Number != l.Message.Number {
		t.Errorf("gathered %+v, leading %+v", l.Gathered, o.Leading)
	}
	for _, deed := range o.Deeds {
		if deed == model.DeedAnswer || deed == model.DeedHandOver {
			t.Errorf("a gathered message can be dealt with alone: %v", o.Deeds)
		}
	}
	if r := town.read(town.zhang, model.SideRepresentative, other); r.Leading != nil || len(r.Gathered) != 0 {
		t.Error("what belongs together is for staff")
	}
}

func TestWhoAnswersKnowsHowManyMoreHearTheAnswer(t *testing.T) {
	town := newTown(t)
	leading, other, _ := town.gathered()
	for id, want := range map[string]int{leading: 1, other: 0} {
		if r := town.read(town.zhang, model.SideRepresentative, id); r.AlsoAnswers != want {
			t.Errorf("the answer is heard by %d more, want %d", r.AlsoAnswers, want)
		}
	}
	if r := town.read(town.wang, model.SideResident, leading); r.AlsoAnswers != 0 {
		t.Error("a resident is told how many others wrote")
	}
}

func TestWhoWaitsForOneAnswerWaitsUntilOneDate(t *testing.T) {
	town := newTown(t)
	leading, other, _ := town.gathered()
	same := func(when string) {
		t.Helper()
		l, o := town.read(town.liaison, model.SideStaff, leading), town.read(town.liaison, model.SideStaff, other)
		if !l.Clock.DueAt.Equal(o.Clock.DueAt) || !l.Message.DueAt.Equal(*o.Message.DueAt) || l.Clock.State != o.Clock.State {
			t.Errorf("%s: the clocks are %+v and %+v", when, l.Clock, o.Clock)
		}
	}
	same("gathered")
	town.did(town.svc.HandOver(t.Context(), town.zhang, leading, town.unit, ""))
	same("handed over")
	town.did(town.svc.Accept(t.Context(), town.clerk, leading))
	same("accepted")
	town.did(town.svc.Extend(t.Context(), town.clerk, leading, 10, "等配件"))
	same("extended")
	town.did(town.svc.Pause(t.Context(), town.liaison, leading, "等鉴定"))
	same("paused")
	town.did(town.svc.Resume(t.Context(), town.liaison, leading))
	same("resumed")
	// The unit never sees the gathered one, and its answer reaches both.
	if _, err := town.svc.Read(t.Context(), town.clerk, model.SideUnit, other); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the unit opens what was not handed to it: %v", err)
	}
	town.did(town.svc.AnswerForUnit(t.Context(), town.clerk, leading, message.Words{Body: "已更换主板，恢复运行。"}))
	town.wantState(leading, model.MessageUnitAnswered)
	town.wantState(other, model.MessageAnswered)
}

func TestAGatheredMessageIsSetFreeWhileUnanswered(t *testing.T) {
	town := newTown(t)
	leading, other, neighbour := town.gathered()
	if d := town.together(town.liaison, message.Together{Batch: "free-001", IDs: []string{other, leading}, Deed: model.DeedUngather}); !d[0].Done || d[1].Done {
		t.Errorf("set free: %+v", d)
	}
	town.did(town.svc.Answer(t.Context(), town.zhang, leading, "修好了。", nil))
	town.wantState(other, model.MessageDelivered)
	if titles := strings.Join(town.told(neighbour), "，"); !strings.Contains(titles, "来信改为单独答复") {
		t.Errorf("the neighbour was told %s", titles)
	}
	town.did(town.svc.Answer(t.Context(), town.zhang, other, "已经修好。", nil))
	if d := town.together(town.liaison, message.Together{Batch: "free-002", IDs: []string{other}, Deed: model.DeedUngather}); d[0].Done {
		t.Errorf("set free after its answer: %+v", d)
	}
}

func TestALeadingMessageThatIsWithdrawnLeavesNobodyWaiting(t *testing.T) {
	town := newTown(t)
	leading, other, _ := town.gathered()
	town.did(town.svc.Withdraw(t.Context(), town.wang, leading))
	m := all[model.Message](town, "id = ?", other)[0]
	if m.LeadingID != "" || m.State != model.MessageDelivered || m.DueAt == nil {
		t.Errorf("the other is %+v", m)
	}
	town.did(town.svc.Answer(t.Context(), town.zhang, other, "已报修。", nil))
	town.wantState(other, model.MessageAnswered)
}

func TestWhatCannotBeGatheredIsRefusedInWords(t *testing.T) {
	town := newTown(t)
	answered := town.answered()
	leading, other, _ := town.gathered()
	fresh := town.send(message.Draft{}).Message.ID
	for name, tc := range map[string]struct {
		leading, id string
	}{
		"an answered one":             {leading, answered},
		"one that is gathered":        {fresh, other},
		"one that leads":              {fresh, leading},
		"a message that is not there": {leading, "nothing"},
	} {
		if d := town.together(town.liaison, message.Together{Batch: "refuse-1", IDs: []string{tc.id}, Deed: model.DeedGather, LeadingID: tc.leading}); d[0].Done || d[0].Why == "" {
			t.Errorf("%s: %+v", name, d[0])
		}
	}
	for name, tc := range map[string]string{"an answered one leads": answered, "a gathered one leads": other, "nothing leads": "", "itself": fresh} {
		_, err := town.svc.ActTogether(t.Context(), town.liaison, message.Together{Batch: "refuse-2", IDs: []string{fresh}, Deed: model.DeedGather, LeadingID: tc})
		if !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
