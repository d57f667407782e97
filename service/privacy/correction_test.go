package privacy_test

import (
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/privacy"
	"lianxin/service/store"
)

func TestACorrectionIsDecidedByTheLiaisonOfficeAndPutsTheMessageRight(t *testing.T) {
	town := newTown(t)
	town.message("m-one", model.MessageDelivered, "wang", "wang", openWords)
	asked, err := town.desk.AskCorrection(t.Context(), town.wang, privacy.Amendment{MessageID: "m-one", Field: model.CorrectName, Wanted: "王秀兰", Reason: "写错了"})
	if err != nil {
		t.Fatal(err)
	}
	if told := all[model.Notice](town, "person_id = ?", "liaison"); len(told) != 1 || strings.Contains(told[0].Body, wangName) {
		t.Errorf("the office was told %+v", told)
	}
	queue, _, err := town.desk.CorrectionQueue(t.Context(), town.liaison, store.Page{})
	if err != nil || len(queue) != 1 || queue[0].ID != asked.ID {
		t.Fatalf("queue %+v, %v", queue, err)
	}
	town.must(town.desk.RuleCorrection(t.Context(), town.liaison, asked.ID, privacy.Ruling{State: model.CorrectionDone}))
	if m := all[model.Message](town, "id = ?", "m-one")[0]; m.ResidentName != "王秀兰" {
		t.Errorf("the message names %s", m.ResidentName)
	}
	if turn := all[model.Turn](town, "id = ?", "opening-m-one")[0]; turn.Author != "王秀兰" {
		t.Errorf("the turn names %s", turn.Author)
	}
	if err := town.desk.RuleCorrection(t.Context(), town.liaison, asked.ID, privacy.Ruling{State: model.CorrectionDone}); !fault.Is(err, fault.KindConflict) {
		t.Errorf("decided twice: %v", err)
	}
	if mine, _, err := town.desk.Corrections(t.Context(), town.wang, store.Page{}); err != nil || len(mine) != 1 || mine[0].State != model.CorrectionDone {
		t.Errorf("wang sees %+v, %v", mine, err)
	}
}

func TestACorrectionIsRefusedToStrangersAndWithoutWords(t *testing.T) {
	town := newTown(t)
	town.message("m-one", model.MessageDelivered, "wang", "wang", openWords)
	ask := privacy.Amendment{MessageID: "m-one", Field: model.CorrectPlace, Wanted: "槐树胡同九号"}
	if _, err := town.desk.AskCorrection(t.Context(), town.neighbour, ask); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a stranger gets %v", err)
	}
	if _, err := town.desk.AskCorrection(t.Context(), town.wang, privacy.Amendment{MessageID: "m-one", Field: model.CorrectPlace}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("without words: %v", err)
	}
	asked, err := town.desk.AskCorrection(t.Context(), town.wang, ask)
	if err != nil {
		t.Fatal(err)
	}
	if err := town.desk.RuleCorrection(t.Context(), town.zhang, asked.ID, privacy.Ruling{State: model.CorrectionDone}); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a representative decides: %v", err)
	}
	if err := town.desk.RuleCorrection(t.Context(), town.liaison, asked.ID, privacy.Ruling{State: model.CorrectionDeclined}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("declined without a reason: %v", err)
	}
	if _, _, err := town.desk.CorrectionQueue(t.Context(), town.wang, store.Page{}); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a resident's queue: %v", err)
	}
}

func TestOnlyAnAuditorWithAGroundOpensWhatIsLocked(t *testing.T) {
	town := newTown(t)
	town.life()
	town.erase()
	ground := "依照监察机关调查函〔2026〕7号查阅"
	locked, err := town.desk.OpenLocked(t.Context(), town.auditor, "N-m-kept", ground)
	if err != nil || len(locked.Turns) != 2 || !strings.Contains(locked.Turns[0].Body, keptWords) || strings.Contains(locked.Turns[0].Body+locked.Turns[1].Body, wangName) {
		t.Errorf("opened %+v, %v", locked, err)
	}
	lines := all[model.AuditLine](town, "action = ?", "message.open_restricted")
	if len(lines) != 1 || lines[0].Detail != ground {
		t.Errorf("the log says %+v", lines)
	}
	if _, err := town.desk.OpenLocked(t.Context(), town.auditor, "N-m-kept", "看看"); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("without a ground: %v", err)
	}
	for who, number := range map[*model.Actor]string{&town.liaison: "N-m-kept", &town.zhang: "N-m-kept", &town.auditor: "N-m-for-neighbour"} {
		if _, err := town.desk.OpenLocked(t.Context(), *who, number, ground); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s opens %s: %v", who.Name, number, err)
		}
	}
}
