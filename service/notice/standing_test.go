package notice_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/service/notice"
)

func TestTheStandingsForgetWhatEndedMoreThanADayAgoAndNeverWhatWaits(t *testing.T) {
	p := newPost(t)
	now := p.clock.Now()
	for i, n := range []struct {
		state model.NoticeState
		age   time.Duration
	}{
		{model.NoticeWaiting, 72 * time.Hour},
		{model.NoticeWaiting, time.Minute},
		{model.NoticeDigest, 30 * time.Hour},
		{model.NoticePushed, 25 * time.Hour},
		{model.NoticePushed, time.Hour},
		{model.NoticeUnreachable, 25 * time.Hour},
	} {
		create(p, &model.Notice{ID: model.NewID(), PersonID: "p", Happening: string(rune('a' + i)), State: n.state, CreatedAt: now.Add(-n.age)})
	}
	got, err := notice.Standings(t.Context(), p.db, now)
	if err != nil {
		t.Fatal(err)
	}
	want := []notice.Standing{
		{State: model.NoticeWaiting, Number: 2, Oldest: 72 * time.Hour},
		{State: model.NoticeDigest, Number: 1, Oldest: 30 * time.Hour},
		{State: model.NoticePushed, Number: 1, Oldest: time.Hour},
		{State: model.NoticeUnreachable},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
