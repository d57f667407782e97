package conversation_test

import (
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/conversation"
)

func (d *desk) picture(id, traceID string, screening model.Screening) {
	d.tb.Helper()
	insert(d, &model.Picture{ID: id, OwnerID: "wang", TraceID: traceID, Screening: screening, CreatedAt: d.clock.Now()})
}

func (d *desk) screening(id string) model.Screening {
	d.tb.Helper()
	return all[model.Picture](d, "id = ?", id)[0].Screening
}

func TestTheCheckOfAPictureDecidesWhatBecomesOfIt(t *testing.T) {
	for name, test := range map[string]struct {
		suggest model.Suggestion
		errCode int
		want    model.Screening
	}{
		"passed":                   {model.SuggestPass, 0, model.ScreeningShown},
		"doubtful":                 {model.SuggestReview, 0, model.ScreeningHeld},
		"risky":                    {model.SuggestRisky, 0, model.ScreeningRefused},
		"not downloaded":           {"", -1008, model.ScreeningHeld},
		"failed, whatever it says": {model.SuggestPass, 1, model.ScreeningHeld},
		"a word nobody knows":      {"maybe", 0, model.ScreeningHeld},
		"no word at all":           {"", 0, model.ScreeningHeld},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.picture("p1", "trace-1", model.ScreeningChecking)
			d.picture("p2", "trace-2", model.ScreeningChecking)
			d.hearMini(conversation.Push{Event: "wxa_media_check", FromUser: "m-wang", TraceID: "trace-1", Suggest: test.suggest, ErrCode: test.errCode, Label: 100})
			if got := d.screening("p1"); got != test.want {
				t.Errorf("picture is %s, want %s", got, test.want)
			}
			if d.screening("p2") != model.ScreeningChecking {
				t.Error("another picture was judged")
			}
			if lines := d.audited("picture.screen"); len(lines) != 1 || lines[0].TargetID != "p1" {
				t.Errorf("audited %+v", lines)
			}
		})
	}
}

func TestAPersonsRulingOnAPictureStays(t *testing.T) {
	d := newDesk(t)
	d.picture("p1", "trace-1", model.ScreeningRefused)
	d.hearMini(conversation.Push{Event: "wxa_media_check", TraceID: "trace-1", Suggest: model.SuggestPass})
	if d.screening("p1") != model.ScreeningRefused || len(d.audited("picture.screen")) != 0 {
		t.Error("the machine had the last word")
	}
}

func TestACheckThatIsFasterThanWeAreIsNotLost(t *testing.T) {
	d := newDesk(t)
	d.hearMini(conversation.Push{Event: "wxa_media_check", TraceID: "trace-1", Suggest: model.SuggestPass})
	d.picture("p1", "trace-1", model.ScreeningChecking)
	d.clock.Advance(10 * time.Second)
	d.settle()
	if d.screening("p1") != model.ScreeningShown {
		t.Errorf("picture is %s", d.screening("p1"))
	}
}

func TestACheckWithoutAPictureIsGivenUp(t *testing.T) {
	d := newDesk(t)
	d.hearMini(conversation.Push{Event: "wxa_media_check", Suggest: model.SuggestPass})
	d.hearMini(conversation.Push{Event: "wxa_media_check", TraceID: "trace-1", Suggest: model.SuggestPass})
	for range 20 {
		d.clock.Advance(time.Minute)
		d.settle()
	}
	for _, task := range d.tasks() {
		if task.State != model.TaskDone {
			t.Errorf("task is %s after %d attempts", task.State, task.Attempts)
		}
	}
}

func TestTheOfficialAccountDoesNotJudgePictures(t *testing.T) {
	d := newDesk(t)
	d.picture("p1", "trace-1", model.ScreeningChecking)
	d.hear(conversation.Push{Event: "wxa_media_check", TraceID: "trace-1", Suggest: model.SuggestPass})
	if d.screening("p1") != model.ScreeningChecking {
		t.Errorf("picture is %s", d.screening("p1"))
	}
}

func TestARevokedPhoneIsGone(t *testing.T) {
	d := newDesk(t)
	d.resident("wang", "13800000001")
	d.resident("li", "13800000002")
	insert(d, &model.Person{ID: "formerly-wang", Phone: "sealed", MergedInto: "wang", CreatedAt: d.clock.Now()})
	insert(d, &model.PersonLink{
		ID: "joined", KeptID: "wang", AbsorbedID: "formerly-wang", State: model.LinkStands, PhoneAside: "sealed", PhoneAsideHash: "hash", LinkedAt: d.clock.Now(), UndoUntil: d.clock.Now(),
	})
	d.hearMini(conversation.Push{Event: "user_authorization_revoke", OpenID: "m-wang", RevokeInfo: "8"})
	if p, l := all[model.Person](d, "id = ?", "formerly-wang")[0], all[model.PersonLink](d, "1 = 1")[0]; p.Phone != "" || l.PhoneAside != "" || l.PhoneAsideHash != "" {
		t.Errorf("what waits for the undo is still here: %+v, %+v", p, l)
	}
	if phone := all[model.Person](d, "id = ?", "wang")[0].Phone; phone != "" {
		t.Errorf("phone %q is still here", phone)
	}
	if hash := all[model.Person](d, "id = ?", "wang")[0].PhoneHash; hash != "" {
		t.Errorf("found by the hash %q still", hash)
	}
	if phone := all[model.Person](d, "id = ?", "li")[0].Phone; phone == "" {
		t.Error("somebody else's phone is gone")
	}
	lines := d.audited("phone.erase")
	if len(lines) != 1 || lines[0].TargetID != "wang" || strings.Contains(lines[0].Detail, "138") {
		t.Errorf("audited %+v", lines)
	}
	for _, task := range d.tasks() {
		if err := d.service.Handle(t.Context(), []byte(task.Payload)); err != nil {
			t.Error(err)
		}
	}
	if len(d.audited("phone.erase")) != 1 {
		t.Error("erased twice")
	}
}

func TestOtherRevokedPermissionsAreNoted(t *testing.T) {
	d := newDesk(t)
	d.resident("wang", "13800000001")
	d.hearMini(conversation.Push{Event: "user_authorization_revoke", FromUser: "m-wang", RevokeInfo: "6,13"})
	d.hearMini(conversation.Push{Event: "user_authorization_revoke", OpenID: "m-nobody", RevokeInfo: "8"})
	d.hearMini(conversation.Push{Event: "user_authorization_revoke", OpenID: "m-wang"})
	if len(d.audited("permission.revoke")) != 2 || all[model.Person](d, "id = ?", "wang")[0].Phone == "" {
		t.Errorf("audited %+v", d.audited("permission.revoke"))
	}
	d.hearMini(conversation.Push{Event: "user_authorization_revoke", OpenID: "m-wang", RevokeInfo: "6,8"})
	if all[model.Person](d, "id = ?", "wang")[0].Phone != "" {
		t.Error("the phone among others is still here")
	}
}

func TestARefusedSubscriptionIsTakenOffTheLedger(t *testing.T) {
	d := newDesk(t)
	d.resident("wang", "")
	d.resident("li", "")
	for _, grant := range []model.NoticeGrant{
		{PersonID: "wang", TemplateID: "t1", Remaining: 3}, {PersonID: "wang", TemplateID: "t2", Remaining: 2}, {PersonID: "li", TemplateID: "t1", Remaining: 1},
	} {
		grant.UpdatedAt = d.clock.Now()
		insert(d, &grant)
	}
	d.hearMini(conversation.Push{Event: "subscribe_msg_change_event", FromUser: "m-wang", Subscriptions: []conversation.Subscription{
		{TemplateID: "t1", Status: "reject"}, {TemplateID: "t2", Status: "accept"}, {TemplateID: "t9", Status: "reject"},
	}})
	left := map[string]int{}
	for _, grant := range all[model.NoticeGrant](d, "1 = 1") {
		left[grant.PersonID+" "+grant.TemplateID] = grant.Remaining
	}
	if left["wang t1"] != 0 || left["wang t2"] != 2 || left["li t1"] != 1 || len(left) != 3 {
		t.Errorf("ledger %v", left)
	}
	if len(d.audited("notice.unsubscribe")) != 1 {
		t.Errorf("audited %+v", d.audited("notice.unsubscribe"))
	}
}

func TestAGrantGivenAfterTheRefusalStays(t *testing.T) {
	d := newDesk(t)
	d.resident("wang", "")
	refused := d.clock.Now()
	d.clock.Advance(time.Minute)
	insert(d, &model.NoticeGrant{PersonID: "wang", TemplateID: "t1", Remaining: 1, UpdatedAt: d.clock.Now()})
	d.hearMini(conversation.Push{Event: "subscribe_msg_change_event", FromUser: "m-wang", CreateTime: refused, Subscriptions: []conversation.Subscription{
		{TemplateID: "t1", Status: "reject"},
	}})
	if grant := all[model.NoticeGrant](d, "1 = 1")[0]; grant.Remaining != 1 {
		t.Errorf("ledger %+v", grant)
	}
}
