package message_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message"
)

// fetch gets a file piece by piece and reads its sheet.
func (t *town) fetch(by model.Actor, id string) [][]string {
	t.tb.Helper()
	var file []byte
	for part := 0; ; part++ {
		content, last, err := t.svc.ExportPiece(t.tb.Context(), by, id, part)
		if err != nil {
			t.tb.Fatal(err)
		}
		piece, err := base64.StdEncoding.DecodeString(content)
		if err != nil {
			t.tb.Fatal(err)
		}
		if file = append(file, piece...); last {
			break
		}
	}
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.tb.Fatal(err)
	}
	rows, err := book.GetRows("来信")
	if err != nil {
		t.tb.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.tb.Fatal(err)
	}
	return rows
}

func TestAFileOfTheQueueHoldsWhatTheQueueShowsAndIsNotedAsReading(t *testing.T) {
	town := newTown(t)
	for i := range 3 {
		town.send(message.Draft{TopicID: "road", Name: fmt.Sprint("居民", i), Body: "=HYPERLINK(\"http://x\") 路灯坏了"})
	}
	other := town.send(message.Draft{Name: "别的主题"}).Message.Number
	e, err := town.svc.StartExport(t.Context(), town.liaison, message.Wanted{Which: message.WhichWaiting, TopicID: "road"}, "待办理，道路出行")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := town.svc.ExportPiece(t.Context(), town.liaison, e.ID, 0); !fault.Is(err, fault.KindConflict) {
		t.Errorf("before it is ready: %v", err)
	}
	if _, err := town.svc.StartExport(t.Context(), town.liaison, message.Wanted{}, "全部"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a second one meanwhile: %v", err)
	}
	town.settle()
	found, err := town.svc.Exports(t.Context(), town.liaison)
	if err != nil || len(found) != 1 || found[0].State != model.ExportReady || found[0].Written != 3 || found[0].Size == 0 {
		t.Fatalf("the exports are %+v, %v", found, err)
	}
	rows := town.fetch(town.liaison, e.ID)
	text := fmt.Sprint(rows)
	if len(rows) != 4 || rows[0][0] != "编号" || strings.Contains(text, other) || !strings.Contains(text, "居民2") || !strings.Contains(text, "道路出行") {
		t.Errorf("the file is %v", rows)
	}
	if begin := rows[1][len(rows[1])-1]; !strings.HasPrefix(begin, "'=") {
		t.Errorf("a formula stands in the file: %q", begin)
	}
	if n := len(all[model.Reading](town, "reader_id = ? AND depth = ?", town.liaison.PersonID, model.ReadingList)); n != 3 {
		t.Errorf("%d readings are noted", n)
	}
	if n := len(all[model.AuditLine](town, "action IN ? AND target_id = ?", []string{"message.export", "message.export_fetch"}, e.ID)); n != 2 {
		t.Errorf("%d audit lines", n)
	}
}

func TestAFileIsItsMakersOnlyAndHoldsNothingOfOtherAreas(t *testing.T) {
	town := newTown(t)
	town.send(message.Draft{})
	stranger := town.person("stranger", "", model.Grant{Role: model.RoleLiaisonOfficer, AreaID: "t", AreaPath: "d/t/"})
	e, err := town.svc.StartExport(t.Context(), stranger, message.Wanted{}, "全部")
	if err != nil {
		t.Fatal(err)
	}
	town.settle()
	if rows := town.fetch(stranger, e.ID); len(rows) != 1 {
		t.Errorf("a stranger's file has %v", rows)
	}
	if _, _, err := town.svc.ExportPiece(t.Context(), town.liaison, e.ID, 0); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a colleague fetches it: %v", err)
	}
	if _, err := town.svc.StartExport(t.Context(), town.zhang, message.Wanted{}, "全部"); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a representative: %v", err)
	}
	if _, err := town.svc.StartExport(t.Context(), stranger, message.Wanted{AreaID: "s"}, "和平街道"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("an area of others: %v", err)
	}
}

func TestAFileThatACrashCutIsMadeAnew(t *testing.T) {
	town := newTown(t)
	town.send(message.Draft{})
	e, err := town.svc.StartExport(t.Context(), town.liaison, message.Wanted{}, "全部")
	if err != nil {
		t.Fatal(err)
	}
	insert(town, &model.ExportPart{ExportID: e.ID, Part: 0, Content: "bGVmdCBvdmVy", CreatedAt: town.clock.Now()})
	insert(town, &model.ExportPart{ExportID: e.ID, Part: 1, Content: "bGVmdCBvdmVy", CreatedAt: town.clock.Now()})
	town.settle()
	if rows := town.fetch(town.liaison, e.ID); len(rows) != 2 {
		t.Errorf("the file has %v", rows)
	}
}
