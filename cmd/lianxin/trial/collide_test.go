package trial_test

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"lianxin/model"
	"lianxin/service/store"
)

// How many messages two phones act on at once, and how often four phones of one
// person count up.
const (
	contested = 12
	grants    = 30
)

// collide lets two replicas, each at a database node of its own, act on the
// same rows at the same moment while others write: both phones of the
// representative on each of some messages, four phones of their writer at one
// counter, and the workers of both replicas at the tasks that come of it.
func (p *place) collide(w *writers, d *desk) {
	p.tb.Helper()
	writer := w.people[0]
	phones := []*person{writer.elsewhere(0), writer.elsewhere(1), writer.elsewhere(0), writer.elsewhere(1)}
	d.phones[0].through.Store(0)
	d.phones[1].through.Store(1)
	messages := p.sentTwoHanded(w, writer, phones[:2])
	var counting sync.WaitGroup
	for _, o := range phones {
		counting.Go(func() {
			for range grants {
				if a := o.sure(p.tb.Context(), http.MethodPost, "/api/v1/me/notice-grants", map[string]any{"template_ids": []string{"mini-survey"}}); !a.done() {
					p.tb.Errorf("a grant was answered %d %s", a.status, a.body)
				}
			}
		})
	}
	for _, id := range messages {
		p.oneOf(d, id, "acknowledge", [2]string{})
		d.note(id, "")
		words := [2]string{"一台手机的答复，编号" + id, "另一台手机的答复，编号" + id}
		d.note(id, words[p.oneOf(d, id, "answer", words)])
	}
	counting.Wait()
	w.people = append(w.people, phones...)
	db := p.open()
	defer func() { _ = db.Close() }()
	left, err := store.From[model.NoticeGrant](db.Read()).Where("person_id = ? AND template_id = ?", writer.id, "mini-survey").Take(p.tb.Context())
	if want := grants * len(phones); err != nil || left.Remaining != want {
		p.tb.Errorf("the counter stands at %d, want %d, %v", left.Remaining, want, err)
	}
}

// sentTwoHanded lets somebody send messages from two phones at once, and waits
// until they are delivered.
func (p *place) sentTwoHanded(w *writers, writer *person, phones []*person) (ids []string) {
	p.tb.Helper()
	var mu sync.Mutex
	var sending sync.WaitGroup
	for i, o := range phones {
		sending.Go(func() {
			for n := range contested / len(phones) {
				sent, ok := o.send(p.tb.Context(), fmt.Sprintf("%s用第%d台手机写的第%d封信", o.name, i+1, n))
				if !ok {
					return
				}
				w.note(writer, sent)
				if sent.id == "" {
					continue // done, and the answer with the id was lost
				}
				mu.Lock()
				ids = append(ids, sent.id)
				mu.Unlock()
			}
		})
	}
	sending.Wait()
	db := p.open()
	defer func() { _ = db.Close() }()
	p.patient(time.Minute, "what was sent from two phones is delivered", func() bool {
		n, err := store.From[model.Message](db.Read()).Where("id IN ? AND state = ?", ids, model.MessageDelivered).Count(p.tb.Context(), "*")
		return err == nil && int(n) == len(ids)
	})
	return ids
}

// oneOf lets both phones of a desk do one deed at the same moment and says which
// did it: exactly one does, and the other is told of a conflict.
func (p *place) oneOf(d *desk, id, deed string, words [2]string) int {
	p.tb.Helper()
	var both sync.WaitGroup
	var said [2]asked
	for i, o := range d.phones {
		both.Go(func() {
			var body any
			if words[i] != "" {
				body = map[string]any{"body": words[i]}
			}
			said[i] = o.act(id, deed, body)
		})
	}
	both.Wait()
	won := 0
	if !said[0].done() {
		won = 1
	}
	if lost := said[1-won]; !said[won].done() || lost.done() || lost.status != http.StatusConflict {
		p.tb.Errorf("%s by two at once was answered %d %s and %d %s", deed, said[0].status, said[0].body, said[1].status, said[1].body)
	}
	return won
}
