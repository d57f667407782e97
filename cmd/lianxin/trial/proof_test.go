package trial_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"lianxin/model"
	"lianxin/service/store"
)

// settled waits until the outbox has nothing left to do.
func (p *place) settled(db *store.DB, limit time.Duration) {
	p.tb.Helper()
	p.patient(limit, "the outbox is empty", func() bool {
		n, err := store.From[model.Task](db.Read()).Where("state IN ?", []model.TaskState{model.TaskReady, model.TaskRunning}).Count(p.tb.Context(), "*")
		return err == nil && n == 0
	})
	refused, err := store.From[model.Task](db.Read()).Where("state = ?", model.TaskRefused).Find(p.tb.Context())
	if err != nil || len(refused) > 0 {
		p.tb.Errorf("%d tasks stopped for good, %v: %+v", len(refused), err, refused)
	}
}

// nothingLost proves that each accepted message is there exactly once, with its
// first words, its audit lines and its clocks, and was delivered; and that it
// stands where the audit lines say that a representative brought it. What was
// written without anybody being told may be there too, but whole.
func (p *place) nothingLost(db *store.DB, all map[*person][]accepted) {
	p.tb.Helper()
	turns := rows[model.Turn](p, db)
	messages := byID(rows[model.Message](p, db), func(m model.Message) string { return m.ID })
	lines := count(rows[model.AuditLine](p, db), func(l model.AuditLine) string { return l.Action + " " + l.TargetID })
	clocks := count(rows[model.Deadline](p, db), func(d model.Deadline) string { return string(d.State) + " " + d.TargetID })
	bodies := count(turns, func(t model.Turn) string { return t.Body })
	ofBody := byID(turns, func(t model.Turn) string { return t.Body })
	for body, n := range bodies {
		if n != 1 {
			p.tb.Errorf("%q is there %d times", body, n)
		}
	}
	for o, some := range all {
		for _, a := range some {
			turn, there := ofBody[a.body]
			if !there || a.id != "" && turn.MessageID != a.id || turn.AuthorID != o.id {
				p.tb.Errorf("%q was accepted as %s and is lost; found %+v", a.body, a.id, turn)
			}
		}
	}
	firsts := slices.DeleteFunc(turns, func(t model.Turn) bool { return t.Effect != model.EffectOpen })
	for _, turn := range firsts {
		m, there := messages[turn.MessageID]
		state, met := stage(lines, m.ID)
		if !there || m.State != state || m.HolderID != p.seat {
			p.tb.Errorf("the message of %q: %v, %+v, want %s", turn.Body, there, m, state)
		}
		if n := lines["message.submit "+m.ID]; n != 1 {
			p.tb.Errorf("%q has %d audit lines of its sending", turn.Body, n)
		}
		if n := lines["message.deliver "+m.ID]; n != 1 {
			p.tb.Errorf("%q has %d audit lines of its delivery", turn.Body, n)
		}
		if running, ended := clocks[string(model.DeadlineRunning)+" "+m.ID], clocks[string(model.DeadlineMet)+" "+m.ID]; running != 1 || ended != met {
			p.tb.Errorf("%q has %d clocks running and %d met, want 1 and %d: %s", turn.Body, running, ended, met, p.story(db, m.ID))
		}
	}
	if len(messages) != len(firsts) {
		p.tb.Errorf("%d messages for %d first words", len(messages), len(firsts))
	}
}

// story is all that is written down of a message, for whoever must find out what
// went wrong.
func (p *place) story(db *store.DB, id string) string {
	p.tb.Helper()
	clocks, err := store.From[model.Deadline](db.Read()).Where("target_id = ?", id).Order("started_at").Find(p.tb.Context())
	facts, failed := store.From[model.Fact](db.Read()).Where("message_id = ?", id).Order("at").Find(p.tb.Context())
	if err = errors.Join(err, failed); err != nil {
		p.tb.Fatal(err)
	}
	told := ""
	for _, c := range clocks {
		told += fmt.Sprintf("\n%s clock %s, %s, ended %v", c.StartedAt.Format(time.StampMilli), c.Kind, c.State, c.EndedAt)
	}
	for _, f := range facts {
		told += fmt.Sprintf("\n%s %s by %s: %s → %s", f.At.Format(time.StampMilli), f.Deed, f.Actor, f.FromState, f.ToState)
	}
	return told
}

// stage is where a message stands by the audit lines of a representative's
// deeds, and how many clocks it met on its way.
func stage(lines map[string]int, id string) (state model.MessageState, met int) {
	switch {
	case lines["message.answer "+id] > 0:
		return model.MessageAnswered, 3
	case lines["message.acknowledge "+id] > 0:
		return model.MessageAcknowledged, 2
	}
	return model.MessageDelivered, 1
}

// toldOnce proves that each delivery stands once in the inbox and reached the
// person's WeChat once. Where a channel knows no repetition it may have been
// left unpushed rather than pushed twice: it says how many were.
func (p *place) toldOnce(db *store.DB, people []*person, seatHolder *person) (unpushed int) {
	p.tb.Helper()
	for _, o := range append(people, seatHolder) {
		shown := o.inbox()
		for key, n := range shown {
			if n != 1 {
				p.tb.Errorf("%s sees %q %d times", o.name, key, n)
			}
		}
		reached := o.reached()
		for key, n := range reached {
			if n > 1 {
				p.tb.Errorf("%s was pushed to %d times: %s", o.name, n, key)
			}
		}
		known, err := store.From[model.Notice](db.Read()).Where("person_id = ?", o.id).Find(p.tb.Context())
		if err != nil {
			p.tb.Fatal(err)
		}
		if len(known) != len(shown) {
			p.tb.Errorf("%s: %d notices, %d shown", o.name, len(known), len(shown))
		}
		for _, n := range known {
			arrived := reached[n.Thing+"/"+n.Phrase]
			switch {
			case n.Channel == model.ChannelInbox || arrived == 1:
			case n.Channel == model.ChannelTemplate:
				p.tb.Errorf("%s: the template of %s did not arrive: %+v", o.name, n.Happening, n)
			default:
				unpushed++
			}
		}
	}
	return unpushed
}

// inbox counts what the person is shown, by what it says of which message.
func (o *person) inbox() map[string]int {
	o.tb.Helper()
	shown := map[string]int{}
	for after := ""; ; {
		var page struct {
			Items []struct {
				Title     string
				MessageID string `json:"message_id"`
			}
			Next string
		}
		o.sure(o.tb.Context(), http.MethodGet, "/api/v1/notices?limit=100&after="+url.QueryEscape(after), nil).into(o.tb, &page)
		for _, n := range page.Items {
			shown[n.Title+" "+n.MessageID]++
		}
		if after = page.Next; after == "" {
			return shown
		}
	}
}

// reached counts what came to the person's WeChat by push.
func (o *person) reached() map[string]int {
	o.tb.Helper()
	var came struct {
		Notices []struct{ Data map[string]string }
	}
	o.control(http.MethodGet, "/users/"+url.PathEscape(o.name)+"/notices", nil).into(o.tb, &came)
	reached := map[string]int{}
	for _, n := range came.Notices {
		phrase := n.Data["phrase2"] + n.Data["phrase3"]
		if n.Data["name2"] != "" {
			phrase = "已答复" // the template of answers names who answered instead
		}
		reached[n.Data["thing1"]+"/"+phrase]++
	}
	return reached
}

// listed proves that everybody finds their own messages in their own list.
func (p *place) listed(all map[*person][]accepted) {
	p.tb.Helper()
	for o, some := range all {
		seen := map[string]int{}
		for after := ""; ; {
			var page struct {
				Items []struct{ ID string }
				Next  string
			}
			o.sure(p.tb.Context(), http.MethodGet, "/api/v1/messages?limit=100&after="+url.QueryEscape(after), nil).into(p.tb, &page)
			for _, m := range page.Items {
				seen[m.ID]++
			}
			if after = page.Next; after == "" {
				break
			}
		}
		for _, a := range some {
			if a.id != "" && seen[a.id] != 1 {
				p.tb.Errorf("%s finds %s %d times", o.name, a.body, seen[a.id])
			}
		}
	}
}

func rows[T any](p *place, db *store.DB) []T {
	p.tb.Helper()
	all, err := store.From[T](db.Read()).Find(p.tb.Context())
	if err != nil {
		p.tb.Fatal(err)
	}
	return all
}

func count[T any](rows []T, key func(T) string) map[string]int {
	counted := map[string]int{}
	for _, row := range rows {
		counted[key(row)]++
	}
	return counted
}

func byID[T any](rows []T, key func(T) string) map[string]T {
	found := map[string]T{}
	for _, row := range rows {
		found[key(row)] = row
	}
	return found
}

// crowd is sixteen residents, half of whom allowed subscribe messages and half
// of whom follow the official account, and the representative they write to.
func (p *place) crowd() (residents []*person, representative *person) {
	p.tb.Helper()
	names := []string{"代表"}
	for i := range 16 {
		names = append(names, fmt.Sprintf("居民%d", i))
	}
	all := p.persons(names...)
	representative, residents = all[0], all[1:]
	p.seatOf(representative.id)
	representative.follows()
	for i, o := range residents {
		if i%2 == 0 {
			o.follows()
		} else {
			o.allows("mini-progress", 40)
		}
	}
	db := p.open()
	defer func() { _ = db.Close() }()
	p.patient(30*time.Second, "everybody who follows is known", func() bool {
		n, err := store.From[model.WeChatIdentity](db.Read()).Where("account = ? AND following = ?", model.AccountOfficial, true).Count(p.tb.Context(), "*")
		return err == nil && n == 9
	})
	return residents, representative
}
