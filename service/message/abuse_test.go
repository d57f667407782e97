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
	"lianxin/service/message/abuse"
)

// watched is a town whose officers are shown what the rules find.
func watched(t *testing.T) *town {
	t.Helper()
	town := newTown(t)
	town.build(message.Options{Screener: &keywordScreener{}, Rules: abuse.Rules{SameText: 2, SameTextRefuse: 3, Burst: 20, Copied: 2, Advert: true}})
	for i := range 5 {
		town.seat(fmt.Sprint("rep-", i), fmt.Sprint("代表", i), fmt.Sprint("person-", i))
	}
	return town
}

func (t *town) sendAs(by model.Actor, seat, body string) message.Thread {
	t.tb.Helper()
	thread, err := t.svc.Send(t.tb.Context(), by, message.Draft{RepresentativeID: seat, Body: body})
	if err != nil {
		t.tb.Fatal(err)
	}
	t.settle()
	return t.read(by, model.SideResident, thread.Message.ID)
}

const complaint = "小区门口的路灯坏了三天，晚上出门不安全。"

func TestOneTextToManyRepresentativesWaitsForAPersonWhoSeesWhy(t *testing.T) {
	town := watched(t)
	var states []model.MessageState
	var last message.Thread
	for i := range 4 {
		last = town.sendAs(town.wang, fmt.Sprint("rep-", i), complaint+strings.Repeat("！", i))
		states = append(states, last.Message.State)
	}
	if want := []model.MessageState{"delivered", "delivered", "held", "held"}; !slices.Equal(states, want) {
		t.Fatalf("states are %v", states)
	}
	if last.Turns[0].Reason == "" || last.Message.DueAt == nil || len(last.Findings) != 0 {
		t.Errorf("the writer sees %q, due %v, findings %v", last.Turns[0].Reason, last.Message.DueAt, last.Findings)
	}
	officer := town.read(town.liaison, model.SideStaff, last.Message.ID)
	if f := officer.Findings; len(f) != 1 || f[0].Rule != model.AbuseSameText || f[0].Outcome != model.AbuseSuggest || f[0].Evidence != "24 小时内向 4 位代表发送了相同内容" {
		t.Errorf("the officer sees %+v", f)
	}
	if err := town.svc.ReleaseTurn(t.Context(), town.liaison, last.Turns[0].ID); err != nil {
		t.Fatal(err)
	}
	town.wantState(last.Message.ID, model.MessageDelivered)
	if read := town.read(town.wang, model.SideResident, last.Message.ID); read.Turns[0].Reason != "" {
		t.Errorf("after release the writer still reads %q", read.Turns[0].Reason)
	}
}

func TestAfterADayTheSameTextMayBeSentAgain(t *testing.T) {
	town := watched(t)
	for i := range 2 {
		town.sendAs(town.wang, fmt.Sprint("rep-", i), complaint)
	}
	town.clock.Advance(25 * time.Hour)
	if got := town.sendAs(town.wang, "rep-2", complaint).Message.State; got != model.MessageDelivered {
		t.Errorf("state is %s", got)
	}
}

func TestOneTextFromManyPeopleIsHeldAndSaidToBePerhapsEverybodysConcern(t *testing.T) {
	town := watched(t)
	for i := range 4 {
		person := town.person(fmt.Sprint("neighbour", i), "")
		thread := town.sendAs(person, "rep-0", complaint)
		held := thread.Message.State == model.MessageHeld
		if held != (i == 3) {
			t.Errorf("message %d is %s", i, thread.Message.State)
		}
		if held {
			if f := town.read(town.liaison, model.SideStaff, thread.Message.ID).Findings; len(f) != 1 || f[0].Rule != model.AbuseCopied || !strings.Contains(f[0].Evidence, "3 人") {
				t.Errorf("found %+v", f)
			}
		}
	}
}

func TestAnAdvertIsHeldAndOnlyAPersonRefusesIt(t *testing.T) {
	town := watched(t)
	thread := town.sendAs(town.wang, "rep-0", "无抵押低息贷款秒放款，加微信 daikuan888")
	town.wantState(thread.Message.ID, model.MessageHeld)
	if err := town.svc.RefuseTurn(t.Context(), town.liaison, thread.Turns[0].ID, abuse.Refusal(model.AbuseAdvert)); err != nil {
		t.Fatal(err)
	}
	town.wantState(thread.Message.ID, model.MessageRefused)
	if err := town.svc.Appeal(t.Context(), town.wang, thread.Turns[0].ID); err != nil {
		t.Errorf("what a person refused cannot be appealed: %v", err)
	}
}

func TestTheMachinesRiskyCountsMoreThanAnyRuleAndTheOfficerSeesBoth(t *testing.T) {
	town := watched(t)
	thread := town.sendAs(town.wang, "rep-0", "违规：无抵押低息贷款秒放款，加微信 daikuan888")
	town.wantState(thread.Message.ID, model.MessageRefused)
	if err := town.svc.Appeal(t.Context(), town.wang, thread.Turns[0].ID); err != nil {
		t.Fatal(err)
	}
	var rules []model.AbuseRule
	for _, f := range town.read(town.liaison, model.SideStaff, thread.Message.ID).Findings {
		rules = append(rules, f.Rule)
	}
	if !slices.Equal(rules, []model.AbuseRule{model.AbuseContentCheck, model.AbuseAdvert}) {
		t.Errorf("the officer sees %v", rules)
	}
}

func TestWhatAnswersIsNotLookedAtByTheRules(t *testing.T) {
	town := watched(t)
	id := town.sendAs(town.wang, town.zhangSeat, complaint).Message.ID
	town.did(town.svc.Answer(t.Context(), town.zhang, id, "可加微信 abc12345 进群领取优惠券，限时优惠。", nil))
	town.wantState(id, model.MessageAnswered)
}

func TestAFindingIsWrittenOnceHoweverOftenTheCheckRuns(t *testing.T) {
	town := watched(t)
	thread := town.sendAs(town.wang, "rep-0", "无抵押低息贷款秒放款，加微信 daikuan888")
	task := []byte(encode(t, map[string]string{"TurnID": thread.Turns[0].ID}))
	for range 3 {
		if err := town.svc.HandleScreen(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(all[model.TurnFinding](town, "turn_id = ?", thread.Turns[0].ID)); n != 1 {
		t.Errorf("%d findings", n)
	}
}

func TestOnlyTheOfficeSeesFindings(t *testing.T) {
	town := watched(t)
	for i := range 3 {
		town.sendAs(town.wang, fmt.Sprint("rep-", i), complaint)
	}
	thread := town.sendAs(town.wang, town.zhangSeat, complaint)
	if err := town.svc.ReleaseTurn(t.Context(), town.liaison, thread.Turns[0].ID); err != nil {
		t.Fatal(err)
	}
	if seen := town.read(town.zhang, model.SideRepresentative, thread.Message.ID); len(seen.Findings) != 0 {
		t.Errorf("the representative sees %v", seen.Findings)
	}
	if _, err := town.svc.Read(t.Context(), town.clerk, model.SideStaff, thread.Message.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a unit officer reads as staff: %v", err)
	}
}
