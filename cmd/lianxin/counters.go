package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianxin/service/outbox"
)

// counters count what this process did since it started. Unlike the figures
// about queues they are of one replica.
type counters struct {
	tasks   *prometheus.HistogramVec
	jobs    *prometheus.HistogramVec
	jobDone *prometheus.GaugeVec
	weChat  *prometheus.HistogramVec
}

// slow are the bounds, in seconds, for what speaks to WeChat or goes through
// many rows.
var slow = []float64{.005, .02, .1, .5, 1, 5, 20, 60}

func newCounters(r prometheus.Registerer) *counters {
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "lianxin_" + name, Help: help, Buckets: slow}, labels)
	}
	c := &counters{
		tasks:  histogram("task_seconds", "How long tries of tasks took, by kind and outcome: done, later, refused.", "kind", "outcome"),
		jobs:   histogram("job_seconds", "How long rounds of the shared jobs took, by job and outcome: done, failed.", "job", "outcome"),
		weChat: histogram("wechat_seconds", "How long calls to WeChat took, by interface and outcome: ok, an errcode, a status, no_answer.", "api", "outcome"),
		jobDone: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "lianxin_job_success_timestamp_seconds", Help: "When this replica last did a round of a shared job without an error.",
		}, []string{"job"}),
	}
	r.MustRegister(c.tasks, c.jobs, c.jobDone, c.weChat)
	return c
}

// watchTasks counts what becomes of the tries of every kind of task.
func (c *counters) watchTasks(handlers map[string]outbox.Handler) map[string]outbox.Handler {
	watched := make(map[string]outbox.Handler, len(handlers))
	for kind, handle := range handlers {
		watched[kind] = func(ctx context.Context, payload []byte) error {
			began, outcome := clock(), "later"
			// Also when the handler panics: the dispatcher tries it again.
			defer func() { c.tasks.WithLabelValues(kind, outcome).Observe(clock().Sub(began).Seconds()) }()
			err := handle(ctx, payload)
			switch {
			case err == nil:
				outcome = "done"
			case outbox.Refused(err):
				outcome = "refused"
			}
			return err
		}
	}
	return watched
}

// watchJob counts the rounds of a shared job.
func (c *counters) watchJob(job outbox.Job) outbox.Job {
	tick := job.Tick
	job.Tick = func(ctx context.Context) error {
		began, outcome := clock(), "failed"
		defer func() { c.jobs.WithLabelValues(job.Name, outcome).Observe(clock().Sub(began).Seconds()) }()
		err := tick(ctx)
		if err == nil {
			outcome = "done"
			c.jobDone.WithLabelValues(job.Name).Set(float64(clock().Unix()))
		}
		return err
	}
	return job
}

// watchWeChat counts the calls to WeChat.
func (c *counters) watchWeChat(api, outcome string, took time.Duration) {
	c.weChat.WithLabelValues(api, outcome).Observe(took.Seconds())
}
