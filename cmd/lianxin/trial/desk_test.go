package trial_test

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/store"
)

// desk is a representative at work on several phones: what waits is
// acknowledged, and two of three are answered.
type desk struct {
	phones []*person
	stop   context.CancelFunc
	work   sync.WaitGroup

	mu sync.Mutex
	// taken are the messages somebody at the desk sees to; acknowledged and
	// answered are those the program said yes to, answered with the words.
	taken        map[string]bool
	acknowledged map[string]bool
	answered     map[string]string
}

// elsewhere is the same person with one more phone, signed in at a replica.
func (o *person) elsewhere(replica int) *person {
	o.tb.Helper()
	again := &person{place: o.place, name: o.name, address: o.address, answers: map[int]int{}}
	again.through.Store(int64(replica))
	again.signIn()
	if again.id != o.id {
		o.tb.Fatalf("%s signed in as %q, want %q", o.name, again.id, o.id)
	}
	return again
}

// attend lets a representative work until end.
func attend(tb testing.TB, phones ...*person) *desk {
	tb.Helper()
	ctx, stop := context.WithCancel(tb.Context())
	d := &desk{phones: phones, stop: stop, taken: map[string]bool{}, acknowledged: map[string]bool{}, answered: map[string]string{}}
	for _, o := range phones {
		o.patient(10*time.Second, "the replica knows that it is a representative", func() bool {
			a, err := o.once(ctx, http.MethodGet, "/api/v1/representative/messages", "", nil)
			return err == nil && a.status == http.StatusOK
		})
		d.work.Go(func() {
			for ctx.Err() == nil {
				if !d.next(o) {
					select {
					case <-ctx.Done():
					case <-time.After(50 * time.Millisecond):
					}
				}
			}
		})
	}
	tb.Cleanup(d.end)
	return d
}

// next sees to what waits; false when nothing does.
func (d *desk) next(o *person) bool {
	var page struct{ Items []struct{ ID string } }
	a := o.sure(o.tb.Context(), http.MethodGet, "/api/v1/representative/messages?which=waiting&limit=20", nil)
	if a.status == 0 {
		return false
	}
	if err := json.Unmarshal(a.body, &page); err != nil || a.status != http.StatusOK {
		o.tb.Errorf("the inbox was answered %d %q", a.status, a.body)
		return false
	}
	some := false
	for _, m := range page.Items {
		if n := d.take(m.ID); n > 0 {
			some = true
			d.see(o, m.ID, n%3 > 0)
		}
	}
	return some
}

// take says the how manieth this message is, 0 when somebody sees to it already.
func (d *desk) take(id string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.taken[id] {
		return 0
	}
	d.taken[id] = true
	return len(d.taken)
}

func (d *desk) see(o *person, id string, answer bool) {
	if a := o.act(id, "acknowledge", nil); !a.done() {
		o.tb.Errorf("acknowledging was answered %d %s", a.status, a.body)
		return
	}
	d.note(id, "")
	if !answer {
		return
	}
	words := "答复：已经派人去看了，编号" + id
	if a := o.act(id, "answer", map[string]any{"body": words}); !a.done() {
		o.tb.Errorf("answering was answered %d %s", a.status, a.body)
		return
	}
	d.note(id, words)
}

// note keeps what the program said yes to.
func (d *desk) note(id, answer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.acknowledged[id] = true
	if answer != "" {
		d.answered[id] = answer
	}
}

func (d *desk) count() (acknowledged, answered int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.acknowledged), len(d.answered)
}

// end lets what was begun be finished.
func (d *desk) end() {
	d.stop()
	d.work.Wait()
}

// act does one deed of a representative on a message.
func (o *person) act(id, deed string, body any) asked {
	return o.sure(o.tb.Context(), http.MethodPost, "/api/v1/representative/messages/"+id+"/"+deed, body)
}

// done reports whether the deed is done, now or when it was asked for before.
func (a asked) done() bool {
	var said struct{ Code string }
	return a.status >= 200 && a.status < 300 ||
		a.status == http.StatusConflict && json.Unmarshal(a.body, &said) == nil && said.Code == "already_done"
}

// answersKept proves that each deed at the desk that was said yes to happened
// exactly once: state, audit line, answer, and one notice of each to the
// resident. No answer is there that nobody was said yes to.
func (p *place) answersKept(db *store.DB, d *desk) {
	p.tb.Helper()
	messages := byID(rows[model.Message](p, db), func(m model.Message) string { return m.ID })
	lines := count(rows[model.AuditLine](p, db), func(l model.AuditLine) string { return l.Action + " " + l.TargetID })
	notices := count(rows[model.Notice](p, db), func(n model.Notice) string { return n.PersonID + " " + n.Happening })
	answers, err := store.From[model.Turn](db.Read()).Where("effect = ?", model.EffectAnswer).Find(p.tb.Context())
	if err != nil {
		p.tb.Fatal(err)
	}
	ofMessage := byID(answers, func(t model.Turn) string { return t.MessageID })
	if len(answers) != len(d.answered) || len(ofMessage) != len(answers) {
		p.tb.Errorf("%d answers to %d messages, %d were accepted", len(answers), len(ofMessage), len(d.answered))
	}
	for id := range d.acknowledged {
		m, want := messages[id], model.MessageAcknowledged
		words, answered := d.answered[id]
		happenings := []string{id + "/acknowledged/1"}
		deeds := map[string]int{"acknowledge": 1, "answer": 0}
		if answered {
			turn := ofMessage[id]
			if turn.Body != words || turn.Screening != model.ScreeningShown || turn.AuthorID != d.phones[0].id {
				p.tb.Errorf("%q was accepted and is lost; found %+v", words, turn)
			}
			want, deeds["answer"] = model.MessageAnswered, 1
			happenings = append(happenings, id+"/answered/"+turn.ID)
		}
		if m.State != want {
			p.tb.Errorf("message %s is %s, want %s", id, m.State, want)
		}
		for deed, n := range deeds {
			if got := lines["message."+deed+" "+id]; got != n {
				p.tb.Errorf("message %s has %d audit lines of %s, want %d", id, got, deed, n)
			}
		}
		for _, happening := range happenings {
			if n := notices[m.ResidentID+" "+happening]; n != 1 {
				p.tb.Errorf("the resident has %d notices of %s", n, happening)
			}
		}
	}
}
