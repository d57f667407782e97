package message_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lianxin/model/fault"
	"lianxin/service/limit"
	"lianxin/service/message"
)

func TestAPersonCanOnlySendSoManyMessagesAndIsToldTheTrueMoment(t *testing.T) {
	town := newTown(t)
	town.limit(limit.Rate{Times: 3, Per: 10 * time.Minute}, limit.Rate{Times: 4, Per: 24 * time.Hour})
	send := func() error {
		_, err := town.svc.Send(t.Context(), town.wang, message.Draft{RepresentativeID: town.zhangSeat, Body: fmt.Sprint("第几封：", town.clock.Now())})
		return err
	}
	refused := func(most string) time.Duration {
		t.Helper()
		err := send()
		if !fault.Is(err, fault.KindTooMany) || !strings.Contains(err.Error(), most) {
			t.Fatalf("got %v", err)
		}
		return fault.Of(err).RetryAfter
	}
	for range 3 {
		if err := send(); err != nil {
			t.Fatal(err)
		}
	}
	told := refused("10 分钟内已经写了 3 封")
	town.clock.Advance(told - 2*time.Second)
	refused("3 封")
	town.clock.Advance(2 * time.Second)
	if err := send(); err != nil {
		t.Fatalf("after %s: %v", told, err)
	}
	if told := refused("1 天内已经写了 4 封"); told < 23*time.Hour || told > 24*time.Hour {
		t.Errorf("told to wait %s", told)
	}
}

func TestSomebodyElseIsNotLimitedByIt(t *testing.T) {
	town := newTown(t)
	town.limit(limit.Rate{Times: 1, Per: time.Hour})
	town.send(message.Draft{})
	if _, err := town.svc.Send(t.Context(), town.elder, message.Draft{RepresentativeID: town.zhangSeat, Body: "楼道的灯坏了"}); err != nil {
		t.Error(err)
	}
}
