package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// arena is one amount of data with our program and the yardsticks on it.
type arena struct {
	messages           int
	database           string
	ours, bare, memory *server
}

func (a *arena) servers() []*server { return []*server{a.ours, a.bare, a.memory} }

func (a *arena) stop() error {
	var all []error
	for _, s := range a.servers() {
		if s != nil {
			all = append(all, s.stop())
		}
	}
	return errors.Join(all...)
}

// measureEngine measures everything on one engine.
func measureEngine(ctx context.Context, o options, name, scratch string, say saying) (_ engineReport, err error) {
	w := newWorld(o.size())
	weChat, stopWeChat, err := startWeChat(ctx)
	if err != nil {
		return engineReport{}, err
	}
	defer func() { err = errors.Join(err, stopWeChat()) }()
	e, err := openEngine(ctx, o, name, scratch, w, say)
	if err != nil {
		return engineReport{}, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	var arenas []*arena
	defer func() {
		for _, a := range arenas {
			err = errors.Join(err, a.stop())
		}
	}()
	wanted := slices.DeleteFunc(mixes(w, slices.Min(o.messages)), func(m measured) bool {
		return len(o.routes) > 0 && !slices.ContainsFunc(o.routes, func(r string) bool { return strings.HasPrefix(m.name, r) })
	})
	for _, messages := range o.messages {
		a := &arena{messages: messages}
		arenas = append(arenas, a)
		if a.database, err = e.prepare(ctx, messages); err != nil {
			return engineReport{}, err
		}
		say("%s：在 %d 封来信上启动三个程序", name, messages)
		if err := a.start(ctx, o, name, scratch, weChat, wanted); err != nil {
			return engineReport{}, err
		}
	}
	r := engineReport{Engine: name}
	for _, m := range wanted {
		say("%s：正在测量“%s”", name, m.title)
		lines, err := measureRoute(ctx, o, m, arenas)
		if err != nil {
			return engineReport{}, fmt.Errorf("%s：%w", m.title, err)
		}
		r.Lines = append(r.Lines, lines...)
	}
	for _, a := range arenas {
		now, most := a.ours.memory()
		r.Memory = append(r.Memory, memoryLine{Messages: a.messages, NowMB: now, MostMB: most})
	}
	return r, nil
}

// start starts our program and the yardsticks, and sees that they answer alike.
func (a *arena) start(ctx context.Context, o options, engine, scratch, weChat string, wanted []measured) (err error) {
	name := func(what string) string { return fmt.Sprintf("%s-%d-%s", engine, a.messages, what) }
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if a.ours, err = startOurs(ctx, o, name("ours"), a.database, scratch, weChat); err != nil {
		return err
	}
	child := []string{childMark + "=1"}
	if a.bare, err = launch(ctx, name("bare"), scratch, child, self, "yardstick", "--kind", "bare", "--database", a.database); err != nil {
		return err
	}
	answers := map[string]kept{}
	for _, m := range wanted {
		if err := a.compare(ctx, m, answers); err != nil {
			return fmt.Errorf("%s：%w", m.title, err)
		}
	}
	file := filepath.Join(scratch, name("answers.json"))
	content, err := json.Marshal(answers)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return err
	}
	a.memory, err = launch(ctx, name("memory"), scratch, child, self, "yardstick", "--kind", "memory", "--answers", file)
	return err
}

// childMark tells a process of the tests that it is a yardstick.
const childMark = "LIANXIN_BENCH_CHILD"

// compare asks our program and the bare handler the same and keeps our answer
// for the memory yardstick. A yardstick that answers something else is none.
func (a *arena) compare(ctx context.Context, m measured, answers map[string]kept) error {
	ours, err := dial(ctx, a.ours.address)
	if err != nil {
		return err
	}
	bare, err := dial(ctx, a.bare.address)
	if err != nil {
		return errors.Join(err, ours.conn.Close())
	}
	defer func() { _ = errors.Join(ours.conn.Close(), bare.conn.Close()) }() // both are only read
	want := http.StatusOK
	requests := m.requests
	if m.writes {
		want, requests = http.StatusCreated, requests[:1]
	}
	for i, r := range requests {
		var body, other bytes.Buffer
		status, err := ours.ask(r.bytes(a.ours.address, -1), &body)
		if err != nil || status != want {
			return fmt.Errorf("lianxin 对 %s 答 %d：%.300s：%w", r.target, status, body.Bytes(), err)
		}
		answers[r.key()] = kept{Status: status, Type: "application/json", Body: body.Bytes()}
		if i >= comparedMax && i%50 != 0 {
			continue
		}
		if status, err = bare.ask(r.bytes(a.bare.address, -2), &other); err != nil || status != want {
			return fmt.Errorf("尺子对 %s 答 %d：%.300s：%w", r.target, status, other.Bytes(), err)
		}
		if err := alike(body.Bytes(), other.Bytes(), m.writes); err != nil {
			return fmt.Errorf("%s：%w", r.target, err)
		}
	}
	return nil
}

// comparedMax is how many answers of a mix are compared one after another;
// after that every fiftieth is.
const comparedMax = 150

// alike says whether two answers say the same; those of writes, the same things.
func alike(ours, bare []byte, writes bool) error {
	var a, b any
	if err := errors.Join(json.Unmarshal(ours, &a), json.Unmarshal(bare, &b)); err != nil {
		return err
	}
	if object, ok := a.(map[string]any); ok {
		delete(object, "$schema")
	}
	if writes {
		a, b = shapeOf(a), shapeOf(b)
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Errorf("两边的回答不同：\n  lianxin %s\n  尺子    %s", ours, bare)
	}
	return nil
}

// shapeOf keeps the names of an answer and drops the values.
func shapeOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		shape := map[string]any{}
		for name, value := range v {
			shape[name] = shapeOf(value)
		}
		return shape
	case []any:
		shape := make([]any, len(v))
		for i := range v {
			shape[i] = shapeOf(v[i])
		}
		return shape
	}
	return nil
}

// turns is who is measured in a round; each round begins with another one.
var turns = []string{"ours", "bare", "memory"}

// measureRoute measures one thing in rounds: in each, every server of every
// arena has its turn, so that what disturbs the machine disturbs all.
func measureRoute(ctx context.Context, o options, m measured, arenas []*arena) ([]compared, error) {
	lines := make([]compared, len(arenas))
	for i, a := range arenas {
		lines[i] = compared{Name: m.name, Title: m.title, Messages: a.messages, Yardstick: m.yardstick, Least: m.least}
	}
	for round := range o.rounds {
		for i, a := range arenas {
			for t := range turns {
				if err := a.turn(ctx, o, m, (t+round)%len(turns), &lines[i]); err != nil {
					return nil, err
				}
			}
		}
	}
	return lines, nil
}

// turn measures one server once.
func (a *arena) turn(ctx context.Context, o options, m measured, who int, into *compared) error {
	s := a.servers()[who]
	sample, err := load(ctx, o, s, m)
	if err != nil {
		return fmt.Errorf("%s：%w", s.name, err)
	}
	into.add(turns[who], sample)
	if s == a.ours && m.writes && o.jobs {
		return a.drain(ctx, into)
	}
	return nil
}

// sample is what one turn gave.
type sample struct {
	took  []time.Duration
	span  time.Duration
	busy  time.Duration
	wrong int
}

// sent numbers the writes of the whole run.
var sent atomic.Int64

// load drives a server for a while over a few connections, each asking again as
// soon as it is answered.
func load(ctx context.Context, o options, s *server, m measured) (sample, error) {
	until := time.Now().Add(time.Duration(o.seconds * float64(time.Second)))
	all := make([]sample, o.conns)
	var group errgroup.Group
	began, busy := time.Now(), s.busy()
	for i := range o.conns {
		group.Go(func() (err error) {
			all[i], err = loadLine(ctx, s, m, until, uint64(i)) //nolint:gosec // a small number that only counts up
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return sample{}, err
	}
	whole := sample{span: time.Since(began), busy: s.busy() - busy}
	for _, part := range all {
		whole.took, whole.wrong = append(whole.took, part.took...), whole.wrong+part.wrong
	}
	if whole.wrong > 0 {
		return sample{}, fmt.Errorf("%d 个请求中有 %d 个没有答好", len(whole.took), whole.wrong)
	}
	return whole, nil
}

func loadLine(ctx context.Context, s *server, m measured, until time.Time, seed uint64) (part sample, err error) {
	l, err := dial(ctx, s.address)
	if err != nil {
		return part, err
	}
	defer func() { err = errors.Join(err, l.conn.Close()) }()
	want := http.StatusOK
	if m.writes {
		want = http.StatusCreated
	}
	//nolint:gosec // which request comes next is no secret
	dice := rand.New(rand.NewPCG(seed, uint64(until.UnixNano())))
	for time.Now().Before(until) {
		r := m.pick(dice)
		n := 0
		if r.unique {
			n = int(sent.Add(1))
		}
		raw := r.bytes(s.address, n)
		asked := time.Now()
		status, err := l.ask(raw, nil)
		if err != nil {
			return part, err
		}
		part.took = append(part.took, time.Since(asked))
		if status != want {
			part.wrong++
		}
	}
	return part, nil
}

// drainMax is how long the work that sending caused may take to end.
const drainMax = 3 * time.Minute

// drain waits until what was sent has been checked, delivered and announced, so
// that it does not disturb who comes next, and notes how long that took.
func (a *arena) drain(ctx context.Context, l *compared) (err error) {
	kind, dsn, _ := strings.Cut(a.database, ":")
	db, err := sql.Open("mysql", dsn)
	if kind == "sqlite" {
		db, err = sql.Open("sqlite", "file:"+dsn+"?_pragma=busy_timeout(10000)&_pragma=query_only(1)")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	began := time.Now()
	for first := true; ; first = false {
		var left int
		if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM tasks WHERE state IN ('ready', 'running') AND kind <> 'bench_send'").Scan(&left); err != nil {
			return err
		}
		if first {
			l.Backlog = append(l.Backlog, left)
		}
		if left == 0 {
			l.Drained = append(l.Drained, time.Since(began).Seconds())
			return nil
		}
		if time.Since(began) > drainMax {
			return fmt.Errorf("后台任务 %s 还没有做完，剩 %d 个", drainMax, left)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
