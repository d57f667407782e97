package trial_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lianxin/model"
)

// person is somebody with a phone: signed in, and patient. What has no certain
// answer is sent again under the same key, as the mini-program does.
type person struct {
	*place

	name    string
	id      string
	token   string
	address string
	// through is the replica asked next; it changes when one does not answer, under
	// whoever of the person's requests finds that out.
	through atomic.Int64

	mu       sync.Mutex
	answers  map[int]int
	longest  time.Duration
	unheaded int
}

// accepted is a message the program said yes to.
type accepted struct {
	id   string
	body string
}

// persons makes phones that are signed in.
func (p *place) persons(names ...string) []*person {
	p.tb.Helper()
	all := make([]*person, len(names))
	var signing sync.WaitGroup
	for i, name := range names {
		all[i] = &person{place: p, name: name, address: fmt.Sprintf("10.1.%d.%d", i/250, i%250+1), answers: map[int]int{}}
		all[i].through.Store(int64(i % len(p.replicas)))
		signing.Go(all[i].signIn)
	}
	signing.Wait()
	if p.tb.Failed() {
		p.tb.FailNow()
	}
	return all
}

func (o *person) signIn() {
	for range 20 {
		a, err := ask(o.tb.Context(), http.MethodPost, o.simulator+"/simulator/login-codes", nil, map[string]any{"account": "mini", "user": o.name})
		if err != nil {
			o.tb.Error(err)
			return
		}
		var code struct{ Code string }
		a.into(o.tb, &code)
		a, err = o.once(o.tb.Context(), http.MethodPost, "/api/v1/sessions/wechat", "", map[string]any{"code": code.Code})
		if err == nil && a.status == http.StatusCreated {
			var signed struct {
				Token    string
				PersonID string `json:"person_id"`
			}
			a.into(o.tb, &signed)
			o.token = signed.Token
			a, err = o.once(o.tb.Context(), http.MethodGet, "/api/v1/me", "", nil)
			if err == nil && a.status == http.StatusOK {
				a.into(o.tb, &signed)
				o.id = signed.PersonID
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	o.tb.Errorf("%s cannot sign in", o.name)
}

// follows lets the person follow the official account, which opens templates.
func (o *person) follows() {
	o.tb.Helper()
	o.control(http.MethodPost, "/users/"+url.PathEscape(o.name)+"/follow", map[string]any{})
}

// allows gives the mini-program so many subscribe messages of a template.
func (o *person) allows(template string, times int) {
	o.tb.Helper()
	for range times {
		o.control(http.MethodPost, "/users/"+url.PathEscape(o.name)+"/grants", map[string]any{"account": "mini", "template_ids": []string{template}})
		a := o.sure(o.tb.Context(), http.MethodPost, "/api/v1/me/notice-grants", map[string]any{"template_ids": []string{template}})
		if a.status != http.StatusOK {
			o.tb.Fatalf("grant: %d %s", a.status, a.body)
		}
	}
}

func (o *person) once(ctx context.Context, method, path, key string, body any) (asked, error) {
	header := map[string]string{"X-Forwarded-For": o.address}
	if o.token != "" {
		header["Authorization"] = "Bearer " + o.token
	}
	if key != "" {
		header["Idempotency-Key"] = key
	}
	return ask(ctx, method, "http://"+o.replicas[int(o.through.Load())%len(o.replicas)].address+path, header, body)
}

// sure asks under one key until the answer is certain, and goes to another
// replica when one does not answer. Status 0 says that ctx ended before.
func (o *person) sure(ctx context.Context, method, path string, body any) asked {
	key := ""
	if method != http.MethodGet {
		key = model.NewID()
	}
	began := time.Now()
	for ctx.Err() == nil {
		a, err := o.once(ctx, method, path, key, body)
		o.note(a, err)
		certain := err == nil && a.status < http.StatusInternalServerError && a.status != http.StatusTooManyRequests
		if certain {
			o.mu.Lock()
			o.longest = max(o.longest, time.Since(began))
			o.mu.Unlock()
			return a
		}
		o.through.Add(1)
		time.Sleep(50 * time.Millisecond)
	}
	return asked{}
}

// note counts what came back, 0 for nothing.
func (o *person) note(a asked, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		a.status = 0
	}
	o.answers[a.status]++
	if a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") == "" {
		o.unheaded++
	}
}

// send writes a message; false when ctx ended before there was an answer.
func (o *person) send(ctx context.Context, body string) (accepted, bool) {
	a := o.sure(ctx, http.MethodPost, "/api/v1/messages", map[string]any{"representative_id": o.seat, "body": body})
	var sent struct{ ID, Code string }
	if a.status != 0 && json.Unmarshal(a.body, &sent) != nil {
		o.tb.Errorf("answer %d %q", a.status, a.body)
	}
	switch {
	case a.status == 0:
		return accepted{}, false
	case a.status == http.StatusCreated, a.status == http.StatusConflict && sent.Code == "already_done":
		return accepted{id: sent.ID, body: body}, true
	}
	o.tb.Errorf("%s: sending was answered %d %s", o.name, a.status, a.body)
	return accepted{}, false
}

// writers send messages from many phones at once until stop.
type writers struct {
	people []*person
	stop   context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex
	accepted map[*person][]accepted
}

// write lets each of the people send one message after the other.
func write(tb testing.TB, people []*person, pause time.Duration) *writers {
	tb.Helper()
	ctx, stop := context.WithCancel(tb.Context())
	w := &writers{people: people, stop: stop, accepted: map[*person][]accepted{}}
	for _, o := range people {
		w.work.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				// What was begun is brought to an answer, also after stop.
				if sent, ok := o.send(tb.Context(), fmt.Sprintf("%s的第%d封信", o.name, n)); ok {
					w.note(o, sent)
				}
				select {
				case <-ctx.Done():
				case <-time.After(pause):
				}
			}
		})
	}
	tb.Cleanup(w.end)
	return w
}

// note keeps what the program said yes to.
func (w *writers) note(o *person, sent accepted) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.accepted[o] = append(w.accepted[o], sent)
}

func (w *writers) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, some := range w.accepted {
		n += len(some)
	}
	return n
}

// end lets everybody finish what they began.
func (w *writers) end() {
	w.stop()
	w.work.Wait()
}

// answered adds up what the people were answered.
func (w *writers) answered() (statuses map[int]int, unheaded int, longest time.Duration) {
	return answered(w.people)
}

func answered(people []*person) (statuses map[int]int, unheaded int, longest time.Duration) {
	statuses = map[int]int{}
	for _, o := range people {
		o.mu.Lock()
		for status, n := range o.answers {
			statuses[status] += n
		}
		unheaded += o.unheaded
		longest = max(longest, o.longest)
		o.mu.Unlock()
	}
	return statuses, unheaded, longest
}
