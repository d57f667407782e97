package limit

import (
	"context"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"lianxin/model/fault"
)

// Who is who asks: a person on a device, or, when nobody is signed in, an
// address.
type Who struct {
	Person  string
	Device  string
	Address netip.Addr
}

// subjectKind is what a limit counts by.
type subjectKind uint8

const (
	byPerson subjectKind = iota
	byDevice
	byAddress
)

// Subject names what a limit counted by, for the figures.
func (k subjectKind) String() string {
	switch k {
	case byPerson:
		return "person"
	case byDevice:
		return "device"
	case byAddress:
		return "address"
	}
	return ""
}

// network is what counts as one address: an IPv4 address, or the /64 that one
// household has of IPv6.
func network(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is4() || !a.IsValid() {
		return a
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a
	}
	return p.Addr()
}

// key is a subject in a class, as memory knows it. It is never written down.
type key struct {
	class   Class
	kind    subjectKind
	text    string
	address netip.Addr
}

// purpose names the counter in the database.
func (k key) purpose() string { return string(k.class) + "/" + k.kind.String() }

func (k key) subject() string {
	if k.kind == byAddress {
		return k.address.String()
	}
	return k.text
}

// bucket is how far a limit is used up for one subject.
type bucket struct {
	id string

	mu        sync.Mutex
	rate      Rate // none while only other replicas have seen the subject
	local     bool // whether this replica has seen the subject
	usedUntil time.Time
	spent     int
	told      int  // how much of spent the other replicas know
	queued    bool // whether it is among those to be told
	heard     map[string]int
}

// tellEvery is which part of a limit a replica lets through before it tells the
// others: telling of every single request would be a write for each.
const tellEvery = 8

// spend takes a try, or says how long to wait. It reports whether the others
// should hear of it.
func (b *bucket) spend(now time.Time) (wait time.Duration, tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.usedUntil, wait = b.rate.spend(b.usedUntil, now)
	if wait > 0 {
		return wait, false
	}
	b.spent++
	if b.queued || b.spent-b.told < max(1, b.rate.Times/tellEvery) {
		return 0, false
	}
	b.queued = true
	return 0, true
}

// giveBack undoes a try that was not used.
func (b *bucket) giveBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.usedUntil = b.usedUntil.Add(-b.rate.every())
	b.spent--
}

// idle says whether nothing is lost when the bucket is dropped.
func (b *bucket) idle(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.queued && b.usedUntil.Before(now)
}

// seenHere says whether this replica has seen the subject.
func (b *bucket) seenHere() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.local
}

// The memory is split, so that requests seldom wait for one another, and
// bounded: when a part is full, somebody is dropped, best who has nothing used up.
const (
	parts   = 64
	partMax = 4096
	looked  = 16
)

type part struct {
	mu      sync.Mutex
	buckets map[key]*bucket
}

type memory struct {
	name  func(purpose, subject string) string
	seed  maphash.Seed
	parts [parts]part

	mu sync.Mutex
	// known finds buckets by the name they have in the database.
	known map[string]*bucket
	due   []*bucket
}

func newMemory(name func(purpose, subject string) string) *memory {
	m := &memory{name: name, seed: maphash.MakeSeed(), known: map[string]*bucket{}}
	for i := range m.parts {
		m.parts[i].buckets = map[key]*bucket{}
	}
	return m
}

// bucket finds the bucket of a subject, or begins one.
func (m *memory) bucket(k key, rate Rate, now time.Time) *bucket {
	p := &m.parts[maphash.Comparable(m.seed, k)%parts]
	p.mu.Lock()
	defer p.mu.Unlock()
	if b := p.buckets[k]; b != nil {
		return b
	}
	if len(p.buckets) >= partMax {
		m.drop(p, now)
	}
	b := m.begin(m.name(k.purpose(), k.subject()), rate)
	p.buckets[k] = b
	return b
}

// begin makes a bucket, or takes the one that another replica told of.
func (m *memory) begin(id string, rate Rate) *bucket {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.known[id]
	if b == nil {
		b = &bucket{id: id}
		m.known[id] = b
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rate, b.local = rate, true
	return b
}

// drop makes room in a part: it looks at a few and drops those with nothing
// used up, or else the last of them.
func (m *memory) drop(p *part, now time.Time) {
	var last key
	left := looked
	dropped := false
	for k, b := range p.buckets {
		last = k
		if b.idle(now) {
			m.forget(p, k)
			dropped = true
		}
		if left--; left == 0 {
			break
		}
	}
	if !dropped {
		m.forget(p, last)
	}
}

func (m *memory) forget(p *part, k key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.known, p.buckets[k].id)
	delete(p.buckets, k)
}

// sweep drops every bucket with nothing used up.
func (m *memory) sweep(now time.Time) {
	for i := range m.parts {
		p := &m.parts[i]
		p.mu.Lock()
		for k, b := range p.buckets {
			if b.idle(now) {
				m.forget(p, k)
			}
		}
		p.mu.Unlock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, b := range m.known {
		if !b.seenHere() && b.idle(now) {
			delete(m.known, id)
		}
	}
}

// tell puts a bucket among those the other replicas hear of next.
func (m *memory) tell(b *bucket) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due = append(m.due, b)
}

// RefusedError is a limit that was used up, for the figures.
type RefusedError struct {
	Subject string
	Err     error
}

// Error gives the words of the fault.
func (r *RefusedError) Error() string { return r.Err.Error() }

// Unwrap gives the fault.
func (r *RefusedError) Unwrap() error { return r.Err }

// counter is one limit that applies to a request.
type counter struct {
	rate Rate
	key  key
}

// counters lists what limits a request of a class: a person and their device,
// or else an address. An address never limits who is signed in: hundreds may
// share one.
func (l *Limiter) counters(class Class, who Who, into []counter) []counter {
	rule := l.rules[class]
	add := func(rate Rate, k key) {
		if !rate.none() {
			into = append(into, counter{rate, k})
		}
	}
	if who.Person != "" {
		add(rule.Person, key{class: class, kind: byPerson, text: who.Person})
		if who.Device != "" {
			add(rule.Device, key{class: class, kind: byDevice, text: who.Device})
		}
		return into
	}
	if who.Address.IsValid() {
		add(rule.Address, key{class: class, kind: byAddress, address: network(who.Address)})
	}
	return into
}

// Take lets a request through or refuses it. Strict classes ask the database as
// well, once memory has nothing against it. Fault: too many, inside a RefusedError.
func (l *Limiter) Take(ctx context.Context, class Class, who Who) error {
	var room [2]counter
	counters := l.counters(class, who, room[:0])
	for i, c := range counters {
		if wait := l.take(c); wait > 0 {
			l.giveBack(counters[:i])
			return &RefusedError{Subject: c.key.kind.String(), Err: tooMany(wait)}
		}
	}
	if !class.Strict() {
		return nil
	}
	tries := make([]Try, 0, len(counters))
	for _, c := range counters {
		tries = append(tries, Try{Purpose: c.key.purpose(), Subject: c.key.subject(), Rate: c.rate})
	}
	err := l.TryAll(ctx, tries...)
	if err == nil {
		return nil
	}
	l.giveBack(counters)
	if fault.Of(err) == nil {
		return err
	}
	return &RefusedError{Subject: counters[0].key.kind.String(), Err: err}
}

func (l *Limiter) take(c counter) time.Duration {
	now := l.now()
	b := l.memory.bucket(c.key, c.rate, now)
	wait, tell := b.spend(now)
	// Strict ones are shared by the database already.
	if tell && !c.key.class.Strict() {
		l.memory.tell(b)
	}
	return wait
}

func (l *Limiter) giveBack(counters []counter) {
	for _, c := range counters {
		l.memory.bucket(c.key, c.rate, l.now()).giveBack()
	}
}
