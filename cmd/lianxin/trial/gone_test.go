package trial_test

import (
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"
)

// away looks at a program whose database does not answer: it says so, soon, and
// is not ready.
func (p *place) away(o *person) {
	p.tb.Helper()
	p.patient(30*time.Second, "it is said that the database is away", func() bool {
		a, err := o.once(p.tb.Context(), http.MethodGet, "/api/v1/messages", "", nil)
		return err == nil && a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != ""
	})
	a, err := ask(p.tb.Context(), http.MethodGet, "http://"+p.replicas[0].address+"/readyz", nil, nil)
	if err != nil || a.status != http.StatusServiceUnavailable {
		p.tb.Errorf("readiness: %d %v", a.status, err)
	}
}

// recovered proves that the same process works again and lost nothing.
func (p *place) recovered(w *writers, residents []*person, representative *person) {
	p.tb.Helper()
	before := w.count()
	began := time.Now()
	p.patient(20*time.Second, "messages are accepted again", func() bool { return w.count() >= before+16 })
	again := time.Since(began)
	w.end()
	if p.replicas[0].ended() {
		p.tb.Fatalf("the program ended by itself:\n%s", p.replicas[0].log)
	}
	db := p.open()
	defer func() { _ = db.Close() }()
	p.settled(db, 2*time.Minute)
	p.nothingLost(db, w.accepted)
	unpushed := p.toldOnce(db, residents, representative)
	statuses, unheaded, longest := w.answered()
	if statuses[http.StatusInternalServerError] > 0 || unheaded > 0 {
		p.tb.Errorf("answers %v, %d of them 503 without Retry-After", statuses, unheaded)
	}
	if statuses[http.StatusServiceUnavailable] == 0 {
		p.tb.Errorf("answers %v: nobody was told that it is away", statuses)
	}
	p.tb.Logf("%d accepted, 16 of them within %v of the return; answers %v; the longest wait was %v; %d subscribe messages left to the inbox",
		w.count(), again.Round(10*time.Millisecond), statuses, longest.Round(time.Second), unpushed)
}

func TestADatabaseThatIsGoneForThirtySecondsIsWaitedFor(t *testing.T) {
	withServers(t)
	if os.Getenv("LIANXIN_TEST_DSN") != "" {
		t.Skip("this trial has a server of its own and runs once")
	}
	t.Parallel()
	s := newServer(t)
	s.start()
	s.answers(20*time.Second, account)
	p := newPlace(t, "mysql:app:app@tcp("+s.address+")/app", 1, nil)
	residents, representative := p.crowd()
	w := write(t, residents, 20*time.Millisecond)
	p.patient(time.Minute, "messages are accepted", func() bool { return w.count() >= 32 })

	gone := time.Now()
	// First it says nothing, as behind a broken network; then it refuses.
	s.signal(syscall.SIGSTOP)
	p.away(residents[0])
	time.Sleep(time.Until(gone.Add(15 * time.Second)))
	s.signal(syscall.SIGKILL)
	p.away(residents[0])
	time.Sleep(time.Until(gone.Add(30 * time.Second)))
	s.start()
	s.answers(20*time.Second, "SELECT 1")
	p.recovered(w, residents, representative)
}

func TestAFullDiskStopsWritingAndNothingElse(t *testing.T) {
	if os.Getenv("LIANXIN_TEST_DSN") != "" {
		t.Skip("a server has its disk to itself")
	}
	t.Parallel()
	if !withDisk(t) {
		return
	}
	d := newDisk(t)
	p := newPlace(t, "sqlite:"+d.inside("lianxin.db"), 1, map[string]string{"LIANXIN_DATA": d.inside("data")})
	residents, representative := p.crowd()
	w := write(t, residents, 20*time.Millisecond)
	p.patient(time.Minute, "messages are accepted", func() bool { return w.count() >= 32 })
	free := d.fill()
	p.patient(30*time.Second, "writing is refused", func() bool {
		statuses, _, _ := w.answered()
		return statuses[http.StatusServiceUnavailable] >= 32
	})
	if a, err := residents[0].once(t.Context(), http.MethodGet, "/api/v1/messages", "", nil); err != nil || a.status != http.StatusOK {
		t.Errorf("reading with a full disk: %d %s %v", a.status, a.body, err)
	}
	if a, err := residents[0].picture(); err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("a picture on a full disk: %d %s %v", a.status, a.body, err)
	}
	free()
	p.recovered(w, residents, representative)
	if a, err := residents[0].picture(); err != nil || a.status != http.StatusCreated {
		t.Errorf("a picture when there is room again: %d %s %v", a.status, a.body, err)
	}
}
