package message_test

import (
	"slices"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message"
)

// leaving ends the qualification of 张三.
func leaving(successor string) message.Ending {
	return message.Ending{RepresentativeID: "rep-zhang", Deed: model.DeedEndService, SuccessorID: successor, Reason: "工作调离"}
}

func TestWhoLeavesHandsEverythingOn(t *testing.T) {
	town := newTown(t)
	open := town.send(message.Draft{Body: "路灯坏了"}).Message.ID
	insert(town, &model.RepresentativeArea{RepresentativeID: town.zhangSeat, AreaID: "s"})
	insert(town, &model.StudioDuty{StudioID: "studio", Weekday: 1, RepresentativeID: town.zhangSeat})
	insert(town, &model.Follow{ID: "f", PersonID: town.wang.PersonID, Kind: model.FollowRepresentative, TargetID: town.zhangSeat, CreatedAt: town.clock.Now()})
	seat := town.zhangSeat
	insert(town, &model.Introduction{ID: "words", RepresentativeID: seat, OpenSeat: &seat, State: model.IntroductionWaiting, CreatedAt: town.clock.Now()})
	insert(town, &model.Introduction{ID: "older", RepresentativeID: seat, State: model.IntroductionReleased, CreatedAt: town.clock.Now()})
	moved, err := town.svc.EndQualification(t.Context(), town.chief, leaving(town.liSeat))
	if err != nil || moved != 1 {
		t.Fatalf("%d moved, %v", moved, err)
	}
	if m := all[model.Message](town, "id = ?", open)[0]; m.HolderID != town.liSeat || m.State != model.MessageDelivered {
		t.Errorf("held by %s in %s", m.HolderID, m.State)
	}
	if f := all[model.Follow](town, "id = 'f'")[0]; f.TargetID != town.liSeat || f.FormerID != town.zhangSeat {
		t.Errorf("the follow is about %+v", f)
	}
	if rep := all[model.Representative](town, "id = ?", town.zhangSeat)[0]; rep.State != model.RepresentativeEnded || rep.PersonID != "" || rep.Revision != 1 {
		t.Errorf("the seat is %+v", rep)
	}
	if served := all[model.RepresentativeArea](town, "representative_id = ? AND area_id = 's'", town.liSeat); len(served) != 1 {
		t.Error("the successor does not serve the area")
	}
	if left := len(all[model.Grant](town, "representative_id = ?", town.zhangSeat)) + len(all[model.StudioDuty](town, "representative_id = ?", town.zhangSeat)); left != 0 {
		t.Errorf("%d rows still give access or duty", left)
	}
	if words := all[model.Introduction](town, "id = 'words'")[0]; words.State != model.IntroductionLapsed || words.OpenSeat != nil || words.EndedAt == nil {
		t.Errorf("the introduction is %+v", words)
	}
	if older := all[model.Introduction](town, "id = 'older'")[0]; older.State != model.IntroductionReleased {
		t.Errorf("what was released is %s", older.State)
	}
	if told := town.told(town.wang); !slices.Contains(told, "来信改由他人办理") {
		t.Errorf("the resident was told %v", told)
	}
	if told := town.told(town.li); !slices.Contains(told, "收到移交的群众来信") {
		t.Errorf("the successor was told %v", told)
	}
}

func TestWithoutASuccessorTheRotaTakesOver(t *testing.T) {
	town := newTown(t)
	open := town.send(message.Draft{Body: "路灯坏了"}).Message.ID
	if _, err := town.svc.EndQualification(t.Context(), town.chief, leaving("")); err != nil {
		t.Fatal(err)
	}
	if m := all[model.Message](town, "id = ?", open)[0]; m.HolderID != town.liSeat || m.StudioID != "studio" {
		t.Errorf("held by %q of %q", m.HolderID, m.StudioID)
	}
}

func TestAQualificationEndsOnceAndByWhoMay(t *testing.T) {
	town := newTown(t)
	_, err := town.svc.EndQualification(t.Context(), town.liaison, leaving(""))
	wantKind(t, err, fault.KindNotFound)
	_, err = town.svc.EndQualification(t.Context(), town.chief, leaving(town.zhangSeat))
	wantKind(t, err, fault.KindInvalid)
	suspend := leaving("")
	suspend.Deed = model.DeedSuspend
	_, err = town.svc.EndQualification(t.Context(), town.chief, suspend)
	wantKind(t, err, fault.KindConflict)
	stale := leaving("")
	stale.Revision = 7
	_, err = town.svc.EndQualification(t.Context(), town.chief, stale)
	wantKind(t, err, fault.KindConflict)
	silent := leaving("")
	silent.Reason = ""
	_, err = town.svc.EndQualification(t.Context(), town.chief, silent)
	wantKind(t, err, fault.KindInvalid)
	if _, err := town.svc.EndQualification(t.Context(), town.chief, leaving("")); err != nil {
		t.Fatal(err)
	}
	_, err = town.svc.EndQualification(t.Context(), town.chief, leaving(""))
	wantKind(t, err, fault.KindConflict)
}

func wantKind(tb testing.TB, err error, kind fault.Kind) {
	tb.Helper()
	if !fault.Is(err, kind) {
		tb.Errorf("got %v, want a fault %q", err, kind)
	}
}
