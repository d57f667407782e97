package trial_test

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// fresh names an empty database: SQLite, or one on the server under test.
func fresh(tb testing.TB) string {
	tb.Helper()
	if os.Getenv("LIANXIN_TEST_DSN") != "" {
		return storetest.Unmigrated(tb)
	}
	return "sqlite:" + filepath.Join(tb.TempDir(), "trial.db")
}

func TestNothingAcceptedIsLostWhenTheProgramIsKilledTenTimes(t *testing.T) {
	t.Parallel()
	p := newPlace(t, fresh(t), 1, nil)
	residents, representative := p.crowd()
	began := time.Now()
	w := write(t, residents, 20*time.Millisecond)
	const kills = 10
	for range kills {
		before := w.count()
		p.patient(time.Minute, "messages are accepted", func() bool { return w.count() >= before+16 })
		p.replicas[0].kill()
		p.replicas[0].start()
	}
	w.end()
	db := p.open()
	defer func() { _ = db.Close() }()
	p.settled(db, 2*time.Minute)
	p.nothingLost(db, w.accepted)
	p.listed(w.accepted)
	unpushed := p.toldOnce(db, residents, representative)
	statuses, unheaded, _ := w.answered()
	if statuses[http.StatusInternalServerError] > 0 || unheaded > 0 {
		t.Errorf("answers %v, %d of them 503 without Retry-After", statuses, unheaded)
	}
	// Four workers may each have had a push of unknown outcome under way.
	if unpushed > 4*kills {
		t.Errorf("%d subscribe messages were left unpushed", unpushed)
	}
	t.Logf("%d accepted in %v over %d kills, answers %v; %d subscribe messages left to the inbox", w.count(), time.Since(began).Round(time.Second), kills, statuses, unpushed)
}

func TestATaskThatWasBegunWhenTheProgramWasKilledIsDoneByTheNext(t *testing.T) {
	t.Parallel()
	p := newPlace(t, fresh(t), 1, nil)
	people := p.persons("等着的人")
	p.control(http.MethodPut, "/faults", map[string]any{"path": "/wxa/msg_sec_check", "delay_ms": 20_000})
	sent, _ := people[0].send(t.Context(), "检查到一半")
	db := p.open()
	defer func() { _ = db.Close() }()
	p.patient(20*time.Second, "the check is under way", func() bool {
		n, err := store.From[model.Task](db.Read()).Where("state = ?", model.TaskRunning).Count(t.Context(), "*")
		return err == nil && n == 1
	})
	p.replicas[0].kill()
	p.control(http.MethodDelete, "/faults", nil)
	p.replicas[0].start()
	began := time.Now()
	p.settled(db, time.Minute)
	p.nothingLost(db, map[*person][]accepted{people[0]: {sent}})
	t.Logf("done %v after the start", time.Since(began).Round(time.Second))
}

func TestWhatIsUnderWayIsAnsweredWhenTheProgramIsToldToStop(t *testing.T) {
	t.Parallel()
	p := newPlace(t, fresh(t), 1, nil)
	people := p.persons("最后一个", "倒数第二个", "倒数第三个")
	w := write(t, people, 0)
	p.patient(20*time.Second, "messages are accepted", func() bool { return w.count() >= 5 })
	r := p.replicas[0]
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-r.gone
	if code := r.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, r.log)
	}
	r.start()
	w.end()
	db := p.open()
	defer func() { _ = db.Close() }()
	p.settled(db, time.Minute)
	p.nothingLost(db, w.accepted)
	running, err := store.From[model.Task](db.Read()).Where("attempts > 1").Count(t.Context(), "*")
	if err != nil || running != 0 {
		t.Errorf("%d tasks were begun twice, %v: a stop must let them end", running, err)
	}
	if statuses, _, _ := w.answered(); statuses[http.StatusInternalServerError] > 0 {
		t.Errorf("answers %v", statuses)
	}
}
