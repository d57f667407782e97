package message_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/message"
	"lianxin/service/store"
)

func TestAFilterIsKeptRenamedAndForgottenByItsOwnerOnly(t *testing.T) {
	town := newTown(t)
	ctx := t.Context()
	kept, err := town.svc.SaveFilter(ctx, town.liaison, message.Filter{Name: " 道路超期 ", Wanted: message.Wanted{Which: message.WhichOverdue, AreaID: "s", TopicID: "road", Number: "26k"}})
	if err != nil {
		t.Fatal(err)
	}
	if kept.Name != "道路超期" || kept.Number != "26K" || kept.Which != "overdue" {
		t.Errorf("kept %+v", kept)
	}
	colleague := town.person("colleague", "", model.Grant{Role: model.RoleLiaisonOfficer, AreaID: "d", AreaPath: districtPath})
	if _, err := town.svc.ChangeFilter(ctx, colleague, kept.ID, message.Filter{Name: "别人的"}); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a colleague renamed it: %v", err)
	}
	if err := town.svc.ForgetFilter(ctx, colleague, kept.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a colleague removed it: %v", err)
	}
	if _, err := town.svc.ChangeFilter(ctx, town.liaison, kept.ID, message.Filter{Name: "全部"}); err != nil {
		t.Fatal(err)
	}
	found, err := town.svc.Filters(ctx, town.liaison)
	if err != nil || len(found) != 1 || found[0].Name != "全部" || found[0].AreaID != "" {
		t.Errorf("found %+v, %v", found, err)
	}
	if others, err := town.svc.Filters(ctx, colleague); err != nil || len(others) != 0 {
		t.Errorf("the colleague has %+v, %v", others, err)
	}
	if err := town.svc.ForgetFilter(ctx, town.liaison, kept.ID); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoFilterIsRefusedInWords(t *testing.T) {
	town := newTown(t)
	street := town.person("street", "", model.Grant{Role: model.RoleLiaisonOfficer, AreaID: "s", AreaPath: "d/s/"})
	if _, err := town.svc.SaveFilter(t.Context(), street, message.Filter{Name: "待办"}); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		by   model.Actor
		f    message.Filter
		want fault.Kind
	}{
		"no name":           {street, message.Filter{Name: " "}, fault.KindInvalid},
		"a long name":       {street, message.Filter{Name: strings.Repeat("长", 13)}, fault.KindInvalid},
		"a taken name":      {street, message.Filter{Name: "待办"}, fault.KindConflict},
		"a made-up state":   {street, message.Filter{Name: "甲", Wanted: message.Wanted{Which: "sleeping"}}, fault.KindInvalid},
		"a made-up topic":   {street, message.Filter{Name: "乙", Wanted: message.Wanted{TopicID: "nothing"}}, fault.KindInvalid},
		"an area above":     {street, message.Filter{Name: "丙", Wanted: message.Wanted{AreaID: "d"}}, fault.KindNotFound},
		"a resident's wish": {town.wang, message.Filter{Name: "丁"}, fault.KindForbidden},
	} {
		if _, err := town.svc.SaveFilter(t.Context(), tc.by, tc.f); !fault.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range 29 {
		if _, err := town.svc.SaveFilter(t.Context(), street, message.Filter{Name: fmt.Sprint("第", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := town.svc.SaveFilter(t.Context(), street, message.Filter{Name: "再一个"}); !fault.Is(err, fault.KindConflict) {
		t.Errorf("one too many: %v", err)
	}
}

func TestEveryNarrowingWithinATopicShowsWhatItShowsWithoutOfThatTopic(t *testing.T) {
	town := newTown(t)
	insert(town, &model.Topic{ID: "noise", Name: "噪声扰民"})
	for i, topic := range []string{"road", "noise", "road", "", "road", "noise"} {
		sent, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, TopicID: topic, Body: fmt.Sprintf("第 %d 封%s", i, map[bool]string{true: "可疑"}[i == 4])})
		if err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			change[model.Message](town, sent.Message.ID, "overdue", true)
			change[model.Message](town, sent.Message.ID, "escalated", 1)
		}
	}
	town.settle()
	change[model.Person](town, "wang", "unreachable_since", town.clock.Now())
	for _, which := range []message.Which{
		message.WhichAll, message.WhichWaiting, message.WhichOverdue, message.WhichEscalated, message.WhichHeld,
		message.WhichAnswered, message.WhichEnded, message.WhichUnassigned, message.WhichUnreachable,
	} {
		for _, topic := range []string{"road", "noise", "nothing"} {
			var want []string
			for _, id := range town.everyPage(town.liaison, which) {
				if all[model.Message](town, "id = ?", id)[0].TopicID == topic {
					want = append(want, id)
				}
			}
			rows, _, err := town.svc.Queue(t.Context(), town.liaison, message.Wanted{Which: which, TopicID: topic}, store.Page{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, r.Message.ID)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%q of %s shows %v, want %v", which, topic, got, want)
			}
		}
	}
}

// several are choices of states: together, across narrowings, and alone.
var several = [][]model.MessageState{
	{model.MessageDelivered, model.MessageAnswered},
	{model.MessageHeld, model.MessageAcknowledged, model.MessageWithdrawn},
	{model.MessageConfirmed},
}

func TestSeveralStatesShowOfEveryNarrowingWhatIsInOneOfThem(t *testing.T) {
	town := newTown(t)
	ctx := t.Context()
	states := []model.MessageState{
		model.MessageDelivered, model.MessageAnswered, model.MessageAcknowledged, model.MessageWithdrawn, model.MessageConfirmed, model.MessageDelivered, model.MessageHeld,
	}
	for i := range 14 {
		sent, err := town.svc.Send(ctx, town.wang, message.Draft{RepresentativeID: town.zhangSeat, TopicID: []string{"road", ""}[i%2], Body: fmt.Sprintf("第 %d 封%s", i, map[bool]string{true: "可疑"}[i%7 == 6])})
		if err != nil {
			t.Fatal(err)
		}
		town.settle()
		change[model.Message](town, sent.Message.ID, "state", states[i%7])
		change[model.Message](town, sent.Message.ID, "overdue", i%3 == 0)
		change[model.Message](town, sent.Message.ID, "escalated", i%2)
		town.clock.Advance(time.Minute)
	}
	shown := func(w message.Wanted) []string {
		t.Helper()
		rows, _, err := town.svc.Queue(ctx, town.liaison, w, store.Page{})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range rows {
			ids = append(ids, r.Message.ID)
		}
		return ids
	}
	compare := func(people string) {
		t.Helper()
		for _, which := range []message.Which{
			message.WhichAll, message.WhichWaiting, message.WhichOverdue, message.WhichEscalated, message.WhichHeld,
			message.WhichAnswered, message.WhichEnded, message.WhichUnassigned, message.WhichUnreachable,
		} {
			for _, topic := range []string{"", "road"} {
				for _, states := range several {
					var want []string
					for _, id := range shown(message.Wanted{Which: which, TopicID: topic}) {
						if slices.Contains(states, all[model.Message](town, "id = ?", id)[0].State) {
							want = append(want, id)
						}
					}
					if got := shown(message.Wanted{Which: which, TopicID: topic, States: states}); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("%s: %q of topic %q in %v shows %v, want %v", people, which, topic, states, got, want)
					}
				}
			}
		}
	}
	change[model.Person](town, "wang", "unreachable_since", town.clock.Now())
	compare("one person cannot be reached")
	if len(shown(message.Wanted{Which: message.WhichUnreachable, States: several[0]})) == 0 {
		t.Error("nothing was compared")
	}
	for i := range 101 {
		at := town.clock.Now()
		insert(town, &model.Person{ID: fmt.Sprint("silent-", i), UnreachableSince: &at, CreatedAt: at})
	}
	compare("many cannot be reached")
}

func TestAFilterKeepsItsStatesOnceEachInTheirOrder(t *testing.T) {
	town := newTown(t)
	wanted := message.Wanted{States: []model.MessageState{model.MessageHandling, model.MessageDelivered, model.MessageHandling}}
	kept, err := town.svc.SaveFilter(t.Context(), town.liaison, message.Filter{Name: "在办", Wanted: wanted})
	if err != nil {
		t.Fatal(err)
	}
	if got := message.StatesOf(kept); fmt.Sprint(got) != "[delivered handling]" {
		t.Errorf("kept %v", got)
	}
	changed, err := town.svc.ChangeFilter(t.Context(), town.liaison, kept.ID, message.Filter{Name: "在办"})
	if err != nil || len(message.StatesOf(changed)) != 0 {
		t.Errorf("without states it has %+v, %v", changed, err)
	}
	wanted.States = append(wanted.States, "sleeping")
	if _, err := town.svc.SaveFilter(t.Context(), town.liaison, message.Filter{Name: "睡着的", Wanted: wanted}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a state that is none: %v", err)
	}
}

// What a queue is narrowed to stands together in an index, newest first: nothing
// is sorted, and nothing that another topic is about is read.
func TestEveryNarrowingWithinATopicWalksItsIndex(t *testing.T) {
	town := newTown(t)
	if town.db.Kind() != store.SQLite {
		t.Skip("a server's plan depends on how many rows there are")
	}
	both := []model.MessageState{model.MessageDelivered, model.MessageConfirmed, model.MessageAnswered}
	for _, w := range []message.Wanted{
		{Which: message.WhichAll},
		{Which: message.WhichWaiting},
		{Which: message.WhichAnswered},
		{Which: message.WhichEnded},
		{Which: message.WhichAll, States: both},
		{Which: message.WhichWaiting, States: both},
	} {
		which := w.Which
		w.TopicID = "road"
		questions, err := town.svc.QuestionsOf(t.Context(), w, []string{"d/s/"})
		if err != nil || len(questions) == 0 {
			t.Fatalf("%q asks %d questions, %v", which, len(questions), err)
		}
		for _, q := range questions {
			var plan []struct{ Detail string }
			if err := town.db.Read().WithContext(t.Context()).Raw("EXPLAIN QUERY PLAN "+q.Statement, q.Args...).Scan(&plan).Error; err != nil {
				t.Fatal(err)
			}
			if len(plan) != 1 || !strings.Contains(plan[0].Detail, "messages_topic (topic_id=? AND state=?)") {
				t.Errorf("%q: %+v", which, plan)
			}
		}
	}
}
