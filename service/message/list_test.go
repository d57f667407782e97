package message_test

import (
	"fmt"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message"
	"lianxin/service/store"
)

func TestAQueueOfManyAreasAndOfOneShowTheSameNewestFirst(t *testing.T) {
	town := newTown(t)
	var want []string
	for i := range 7 {
		sent, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, Body: fmt.Sprintf("第 %d 封", i)})
		if err != nil {
			t.Fatal(err)
		}
		want = append([]string{sent.Message.ID}, want...)
	}
	for _, path := range []string{districtPath, "d/s/", communityPath} {
		officer := town.liaison
		officer.Grants = []model.Grant{{Role: model.RoleLiaisonOfficer, AreaPath: path}}
		if got := town.everyPage(officer, message.WhichAll); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the officer of %s got %v, want %v", path, got, want)
		}
	}
	both := town.liaison
	both.Grants = []model.Grant{{Role: model.RoleLiaisonOfficer, AreaPath: "d/s/"}, {Role: model.RoleLiaisonOfficer, AreaPath: communityPath}}
	if got := town.everyPage(both, message.WhichAll); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the officer of a street and of a community of it got %v, want %v", got, want)
	}
	stranger := town.liaison
	stranger.Grants = []model.Grant{{Role: model.RoleLiaisonOfficer, AreaPath: "d/t/"}}
	if got := town.everyPage(stranger, message.WhichAll); len(got) != 0 {
		t.Errorf("the officer of another street got %v", got)
	}
}

// everyPage reads a queue to its end, three at a time.
func (t *town) everyPage(officer model.Actor, which message.Which) (ids []string) {
	t.tb.Helper()
	for after := ""; ; {
		rows, next, err := t.svc.Queue(t.tb.Context(), officer, message.Wanted{Which: which}, store.Page{Limit: 3, After: after})
		if err != nil {
			t.tb.Fatal(err)
		}
		for _, r := range rows {
			ids = append(ids, r.Message.ID)
		}
		if after = next; after == "" {
			return ids
		}
	}
}

func TestWhatSendingAnswersIsWhatReadingShows(t *testing.T) {
	town := newTown(t)
	sent, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, Body: "路灯坏了"})
	if err != nil {
		t.Fatal(err)
	}
	read, err := town.svc.Read(t.Context(), town.wang, model.SideResident, sent.Message.ID)
	if err != nil {
		t.Fatal(err)
	}
	if sent.Representative != read.Representative || fmt.Sprint(sent.Deeds) != fmt.Sprint(read.Deeds) || len(read.Turns) != 1 || len(read.Facts) != 1 ||
		sent.Turns[0].Body != read.Turns[0].Body || sent.Turns[0].Screening != read.Turns[0].Screening || !sent.Turns[0].Mine || sent.Facts[0].ID != read.Facts[0].ID ||
		sent.Clock == nil || read.Clock == nil || !sent.Clock.DueAt.Equal(read.Clock.DueAt) || !sent.Message.DueAt.Equal(*read.Message.DueAt) {
		t.Errorf("sending answered %+v, reading %+v", sent, read)
	}
}

func TestAQueueIsNarrowedByAreaTopicAndNumber(t *testing.T) {
	town := newTown(t)
	var sent []message.Thread
	for _, topic := range []string{"road", "", "road"} {
		m, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, Body: "路灯坏了 " + fmt.Sprint(len(sent)), TopicID: topic})
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, m)
	}
	number := sent[1].Message.Number
	for _, c := range []struct {
		what   string
		wanted message.Wanted
		want   int
	}{
		{"its own community", message.Wanted{AreaID: "c"}, 3},
		{"one topic", message.Wanted{TopicID: "road"}, 2},
		{"one topic of what is overdue", message.Wanted{TopicID: "road", Which: message.WhichOverdue}, 0},
		{"a number, whatever its state", message.Wanted{Number: strings.ToLower(number), Which: message.WhichEnded}, 1},
		{"the beginning of a number", message.Wanted{Number: number[:6]}, 3},
		{"a number of another topic", message.Wanted{Number: number, TopicID: "road"}, 0},
		{"no such number", message.Wanted{Number: "999999-ZZZZZZ"}, 0},
	} {
		rows, _, err := town.svc.Queue(t.Context(), town.liaison, c.wanted, store.Page{})
		if err != nil || len(rows) != c.want {
			t.Errorf("%s: %d rows, %v; want %d", c.what, len(rows), err, c.want)
		}
	}
}

func TestAnAreaOfOthersIsNotFoundInTheQueue(t *testing.T) {
	town := newTown(t)
	officer := town.liaison
	officer.Grants = []model.Grant{{Role: model.RoleLiaisonOfficer, AreaPath: communityPath}}
	for _, id := range []string{"d", "nowhere"} {
		if _, _, err := town.svc.Queue(t.Context(), officer, message.Wanted{AreaID: id}, store.Page{}); fault.Of(err) == nil || fault.Of(err).Kind != fault.KindNotFound {
			t.Errorf("area %s: %v, want not found", id, err)
		}
	}
}
