package message_test

import (
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message"
)

// together does an act on messages and gives what became of each.
func (t *town) together(by model.Actor, what message.Together) []message.Dealt {
	t.tb.Helper()
	dealt, err := t.svc.ActTogether(t.tb.Context(), by, what)
	if err != nil {
		t.tb.Fatal(err)
	}
	t.settle()
	return dealt
}

func TestOneActOnManyGoesThroughWhereItCanAndSaysWhyNotElsewhere(t *testing.T) {
	town := newTown(t)
	fresh, answered := town.send(message.Draft{}).Message.ID, town.answered()
	other := town.send(message.Draft{}).Message.ID
	dealt := town.together(town.liaison, message.Together{Batch: "batch-01", IDs: []string{fresh, answered, "nothing", other}, Deed: model.DeedAcknowledge})
	for i, want := range []bool{true, false, false, true} {
		if dealt[i].Done != want || want == (dealt[i].Why != "") {
			t.Errorf("%d is %+v", i, dealt[i])
		}
	}
	if !strings.Contains(dealt[1].Why, "代表已答复") || !strings.Contains(dealt[2].Why, "来信") {
		t.Errorf("the reasons are %q and %q", dealt[1].Why, dealt[2].Why)
	}
	town.wantState(fresh, model.MessageAcknowledged)
	town.wantState(other, model.MessageAcknowledged)
	town.wantState(answered, model.MessageAnswered)
}

func TestABatchThatIsSentAgainDealsWithNothingTwice(t *testing.T) {
	town := newTown(t)
	ids := []string{town.send(message.Draft{}).Message.ID, town.send(message.Draft{}).Message.ID}
	batch := message.Together{Batch: "batch-0001", IDs: ids, Deed: model.DeedReassign, RepresentativeID: town.liSeat, Reason: "李代表联系这个社区"}
	first := town.together(town.liaison, batch)
	// As after a crash between the two, with one more.
	batch.IDs = append(batch.IDs, town.send(message.Draft{}).Message.ID)
	second := town.together(town.liaison, batch)
	for i, d := range first {
		if !d.Done || d.Again || d.HolderWas != town.zhangSeat || !second[i].Done || !second[i].Again {
			t.Errorf("%d is %+v, then %+v", i, d, second[i])
		}
	}
	if !second[2].Done || second[2].Again {
		t.Errorf("the new one is %+v", second[2])
	}
	for _, id := range batch.IDs {
		if n := len(all[model.Fact](town, "message_id = ? AND deed = ?", id, model.DeedReassign)); n != 1 {
			t.Errorf("%s was reassigned %d times", id, n)
		}
		if m := all[model.Message](town, "id = ?", id)[0]; m.HolderID != town.liSeat {
			t.Errorf("%s is held by %s", id, m.HolderID)
		}
	}
	// Taking it back is an undertaking of its own.
	for _, d := range town.together(town.liaison, message.Together{Batch: "batch-0001-b", IDs: ids, Deed: model.DeedReassign, RepresentativeID: first[0].HolderWas, Reason: "撤销刚才的改派"}) {
		if !d.Done || d.Again {
			t.Errorf("taken back: %+v", d)
		}
	}
}

func TestHandingOverManyAsksEachResidentsConsent(t *testing.T) {
	town := newTown(t)
	agreed, silent := town.send(message.Draft{ConsentHandOver: true}).Message.ID, town.send(message.Draft{}).Message.ID
	dealt := town.together(town.liaison, message.Together{Batch: "batch-02", IDs: []string{agreed, silent}, Deed: model.DeedHandOver, UnitID: town.unit, Reason: "请一并办理"})
	if !dealt[0].Done || dealt[1].Done || !strings.Contains(dealt[1].Why, "没有同意") {
		t.Errorf("dealt with %+v", dealt)
	}
	town.wantState(agreed, model.MessageHandedOver)
	dealt = town.together(town.liaison, message.Together{Batch: "batch-03", IDs: []string{silent}, Deed: model.DeedOutOfScope, Where: model.ElsewhereCourt, Reason: "请走诉讼"})
	if !dealt[0].Done {
		t.Errorf("dealt with %+v", dealt)
	}
	town.wantState(silent, model.MessageOutOfScope)
}

func TestNobodyActsOnManyOfAnotherArea(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	stranger := town.person("stranger", "", model.Grant{Role: model.RoleLiaisonOfficer, AreaID: "t", AreaPath: "d/t/"})
	for _, d := range town.together(stranger, message.Together{Batch: "batch-04", IDs: []string{id}, Deed: model.DeedAcknowledge}) {
		if d.Done || d.Number != "" {
			t.Errorf("a stranger got %+v", d)
		}
	}
	town.wantState(id, model.MessageDelivered)
	if _, err := town.svc.ActTogether(t.Context(), town.zhang, message.Together{Batch: "batch-05", IDs: []string{id}, Deed: model.DeedAcknowledge}); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a representative: %v", err)
	}
}

func TestAnActOnManyThatLacksSomethingTouchesNone(t *testing.T) {
	town := newTown(t)
	id := town.send(message.Draft{}).Message.ID
	for name, what := range map[string]message.Together{
		"no messages":       {Batch: "batch-06", Deed: model.DeedAcknowledge},
		"too many":          {Batch: "batch-06", IDs: strings.Split(strings.Repeat("x ", 200)+"x", " "), Deed: model.DeedAcknowledge},
		"one twice":         {Batch: "batch-06", IDs: []string{id, id}, Deed: model.DeedAcknowledge},
		"no name":           {IDs: []string{id}, Deed: model.DeedAcknowledge},
		"a deed of theirs":  {Batch: "batch-06", IDs: []string{id}, Deed: model.DeedConfirm},
		"no reason":         {Batch: "batch-06", IDs: []string{id}, Deed: model.DeedReassign, RepresentativeID: town.liSeat},
		"nobody":            {Batch: "batch-06", IDs: []string{id}, Deed: model.DeedReassign, RepresentativeID: "nobody", Reason: "理由"},
		"no such unit":      {Batch: "batch-06", IDs: []string{id}, Deed: model.DeedHandOver, UnitID: "nothing"},
		"nowhere":           {Batch: "batch-06", IDs: []string{id}, Deed: model.DeedOutOfScope, Reason: "理由"},
		"no days":           {Batch: "batch-06", IDs: []string{id}, Deed: model.DeedExtend, Reason: "理由"},
		"a note over 500":   {Batch: "batch-06", IDs: []string{id}, Deed: model.DeedHandOver, UnitID: town.unit, Reason: strings.Repeat("长", 501)},
		"a reason over 500": {Batch: "batch-06", IDs: []string{id}, Deed: model.DeedExtend, Days: 1, Reason: strings.Repeat("长", 501)},
	} {
		if _, err := town.svc.ActTogether(t.Context(), town.liaison, what); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	town.wantState(id, model.MessageDelivered)
}

func TestTheOfficeExtendsAClockOnceWithinItsPolicyAndEverybodyIsTold(t *testing.T) {
	town := newTown(t)
	id := town.accepted()
	before := town.read(town.liaison, model.SideStaff, id)
	if before.MayExtend != 15 {
		t.Errorf("may be extended by %d days", before.MayExtend)
	}
	if _, err := town.svc.ExtendFor(t.Context(), town.liaison, id, 16, "等鉴定"); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("16 days: %v", err)
	}
	town.did(town.svc.ExtendFor(t.Context(), town.liaison, id, 10, "等鉴定"))
	after := town.read(town.liaison, model.SideStaff, id)
	if !after.Clock.DueAt.After(before.Clock.DueAt) || after.Clock.Extended != 10 || after.Clock.Reason != "等鉴定" || after.MayExtend != 0 {
		t.Errorf("the clock is %+v, may extend %d", after.Clock, after.MayExtend)
	}
	for who, person := range map[string]model.Actor{"resident": town.wang, "representative": town.zhang, "unit": town.clerk} {
		if !strings.Contains(strings.Join(town.told(person), "，"), "办理期限已延长") {
			t.Errorf("the %s was told %v", who, town.told(person))
		}
	}
	if _, err := town.svc.ExtendFor(t.Context(), town.liaison, id, 1, "再等"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("twice: %v", err)
	}
	// A clock whose policy allows nothing, and one that waits for the resident.
	if _, err := town.svc.ExtendFor(t.Context(), town.liaison, town.send(message.Draft{}).Message.ID, 1, "等"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("first touch: %v", err)
	}
	if _, err := town.svc.ExtendFor(t.Context(), town.liaison, town.answered(), 1, "等"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("answered: %v", err)
	}
}
