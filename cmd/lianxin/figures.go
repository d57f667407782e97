package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"lianxin/config"
	"lianxin/service/store"
)

// figuresLife is how long figures that were read from the database serve every
// scrape: a scraper gone wild costs the database nothing.
const figuresLife = 10 * time.Second

// figuresPatience bounds one reading of them all.
const figuresPatience = 5 * time.Second

// figure describes one figure read from the database; its labels are given with
// its values.
type figure struct {
	name, help string
	labels     []string
}

func (f figure) desc() *prometheus.Desc {
	return prometheus.NewDesc("lianxin_"+f.name, f.help, f.labels, nil)
}

// tell is how a reader hands over a value.
type tell func(f figure, value float64, labels ...string)

// standing reads the queues and clocks when it is asked. What it tells is of
// the whole deployment: every replica tells the same.
type standing struct {
	cfg config.Config
	db  *store.DB
	now func() time.Time
	log *slog.Logger

	mu   sync.Mutex
	read time.Time
	last []prometheus.Metric
}

// Describe names the figures.
func (s *standing) Describe(to chan<- *prometheus.Desc) {
	for _, f := range everyFigure() {
		to <- f.desc()
	}
}

// Collect gives the figures, read anew when they are old. What cannot be read
// is left out, and a figure of its own says so.
func (s *standing) Collect(to chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// By the machine's clock: the demo's own can be moved.
	if now := clock(); s.last == nil || now.Sub(s.read) >= figuresLife {
		s.last, s.read = s.readAll(), now
	}
	for _, m := range s.last {
		to <- m
	}
}

func (s *standing) readAll() []prometheus.Metric {
	ctx, cancel := context.WithTimeout(context.Background(), figuresPatience)
	defer cancel()
	var all []prometheus.Metric
	add := func(f figure, value float64, labels ...string) {
		all = append(all, prometheus.MustNewConstMetric(f.desc(), prometheus.GaugeValue, value, labels...))
	}
	var failed error
	for _, read := range []func(context.Context, tell) error{
		s.readOutbox, s.readClocks, s.readNotices, s.readChecks, s.readLeases, s.readCalendar, s.readBackups, s.readDisks,
	} {
		failed = errors.Join(failed, read(ctx, add))
	}
	unread := 0.0
	if failed != nil {
		unread = 1
		s.log.ErrorContext(ctx, "figures cannot be read", "error", failed)
	}
	add(figUnread, unread)
	return all
}

// registry holds every figure of the program.
func registry(s *standing) (*prometheus.Registry, error) {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector(), s,
	)
	registerRaces(r, s.db)
	pools, err := s.db.Pools()
	if err != nil {
		return nil, err
	}
	for name, pool := range pools {
		r.MustRegister(collectors.NewDBStatsCollector(pool, name))
	}
	return r, nil
}

// registerRaces counts what writers cost one another: of one replica, since it
// started.
func registerRaces(r prometheus.Registerer, db *store.DB) {
	counter := func(name, help string, read func() int64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "lianxin_transactions_" + name + "_total", Help: help}, func() float64 { return float64(read()) }))
	}
	counter("repeated", "Transactions run again because the database gave them up for another one.", func() int64 { repeated, _ := db.Races(); return repeated })
	counter("lost", "Transactions that the database gave up for others every time they were run.", func() int64 { _, lost := db.Races(); return lost })
}
