package conversation_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/conversation"
	"lianxin/service/store"
)

func TestAPushIsWrittenDownOnce(t *testing.T) {
	d := newDesk(t)
	push := encode(t, conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "和平社区", CreateTime: d.clock.Now()})
	for try, want := range []bool{true, false, false} {
		fresh, err := d.service.Receive(t.Context(), model.AccountOfficial, "k", push)
		if err != nil || fresh != want {
			t.Errorf("try %d: fresh %t, %v", try, fresh, err)
		}
	}
	if len(d.tasks()) != 1 || len(all[model.Inbound](d, "account = ?", model.AccountOfficial)) != 1 {
		t.Errorf("%d tasks", len(d.tasks()))
	}
	if strings.Contains(d.tasks()[0].Payload, "和平") {
		t.Error("the task holds the person's words, which outlive the push there")
	}
	fresh, err := d.service.Receive(t.Context(), model.AccountMini, "k", push)
	if err != nil || !fresh {
		t.Errorf("the other account's push: fresh %t, %v", fresh, err)
	}
}

func TestEightWhoReceiveTheSamePushAtOnceMakeOneTask(t *testing.T) {
	d := newDesk(t)
	push := encode(t, conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "和平社区", CreateTime: d.clock.Now()})
	var fresh atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			isFresh, err := d.service.Receive(t.Context(), model.AccountOfficial, "k", push)
			if err != nil {
				t.Error(err)
			}
			if isFresh {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	if fresh.Load() != 1 || len(d.tasks()) != 1 {
		t.Errorf("%d fresh, %d tasks", fresh.Load(), len(d.tasks()))
	}
	d.settle()
	if len(d.voice.said) != 1 {
		t.Errorf("%d answers", len(d.voice.said))
	}
}

func TestNothingIsTakenThatCannotBeKept(t *testing.T) {
	d := newDesk(t)
	for name, given := range map[string]struct{ key, payload string }{
		"no key":         {"", "{}"},
		"a long key":     {strings.Repeat("k", 161), "{}"},
		"no JSON at all": {"k", "{"},
	} {
		fresh, err := d.service.Receive(t.Context(), model.AccountMini, given.key, []byte(given.payload))
		if err == nil || fresh {
			t.Errorf("%s: fresh %t, %v", name, fresh, err)
		}
	}
	if fresh, err := d.service.Receive(t.Context(), model.AccountMini, strings.Repeat("k", 160), []byte("{}")); err != nil || !fresh {
		t.Errorf("the longest key: fresh %t, %v", fresh, err)
	}
}

func TestADatabaseThatIsAwayIsAnErrorSoThatWeChatComesAgain(t *testing.T) {
	d := newDesk(t)
	if err := d.db.Close(); err != nil {
		t.Fatal(err)
	}
	if fresh, err := d.service.Receive(t.Context(), model.AccountMini, "k", []byte("{}")); err == nil || fresh {
		t.Errorf("fresh %t, %v", fresh, err)
	}
}

func TestATaskWhosePushWasForgottenIsDone(t *testing.T) {
	d := newDesk(t)
	d.receive(model.AccountOfficial, conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "和平社区"})
	if err := store.InTx(t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Inbound](tx).Where("1 = 1").Delete(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d.settle()
	d.wantSilence()
	if state := d.tasks()[0].State; state != model.TaskDone {
		t.Errorf("task is %s", state)
	}
}

func TestWhatCannotBeReadIsShownToStaffWithoutItsWords(t *testing.T) {
	d := newDesk(t)
	if _, err := d.service.Receive(t.Context(), model.AccountOfficial, "k", []byte(`{"MsgType":["秘密"]}`)); err != nil {
		t.Fatal(err)
	}
	d.settle()
	task := d.tasks()[0]
	if task.State != model.TaskRefused || strings.Contains(task.LastError+d.log.String(), "秘密") {
		t.Errorf("task %+v, log %s", task, d.log)
	}
}
