package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/account"
	"lianxin/service/conversation"
	"lianxin/service/deadline"
	"lianxin/service/notice"
	"lianxin/service/outbox"
	"lianxin/service/picture"
	"lianxin/service/store"
)

// How long what is only kept for a while is kept.
const (
	keepKeys     = 48 * time.Hour
	keepSessions = 30 * 24 * time.Hour
	keepSignIns  = 24 * time.Hour
	keepPushes   = 7 * 24 * time.Hour
	keepUploads  = 24 * time.Hour
)

// routine lists the jobs that come round.
func (a *app) routine(accounts *account.Service, custodian *picture.Custodian, talk *conversation.Service) []outbox.Job {
	ago := func(d time.Duration) time.Time { return a.now().Add(-d) }
	return []outbox.Job{
		{Name: "deadline", Every: 5 * time.Second, Tick: func(ctx context.Context) error {
			n, err := deadline.Tick(ctx, a.db, a.now())
			if n > 0 {
				a.dispatcher.Wake()
			}
			return err
		}},
		{Name: "digest", Every: 5 * time.Minute, Tick: func(ctx context.Context) error { return notice.DigestTick(ctx, a.db, a.now()) }},
		{Name: "forget keys", Every: time.Hour, Tick: func(ctx context.Context) error {
			_, err := store.ForgetKeys(ctx, a.db, ago(keepKeys))
			return err
		}},
		{Name: "forget limits", Every: 10 * time.Minute, Tick: func(ctx context.Context) error {
			_, err := a.limiter.Forget(ctx)
			return err
		}},
		{Name: "forget sessions", Every: time.Hour, Tick: func(ctx context.Context) error {
			_, err := accounts.ForgetSessions(ctx, ago(keepSessions))
			return err
		}},
		{Name: "forget sign-ins", Every: time.Hour, Tick: func(ctx context.Context) error {
			_, err := accounts.ForgetSignIns(ctx, ago(keepSignIns))
			return err
		}},
		{Name: "forget pushes", Every: time.Hour, Tick: func(ctx context.Context) error {
			_, err := talk.Forget(ctx, ago(keepPushes))
			return err
		}},
		{Name: "sweep pictures", Every: time.Hour, Tick: func(ctx context.Context) error {
			_, err := custodian.SweepUnused(ctx, picture.Round{Before: ago(keepUploads)})
			return err
		}},
		// Looks at every file there is, so it comes round less often.
		{Name: "sweep picture files", Every: 6 * time.Hour, Tick: func(ctx context.Context) error {
			_, err := custodian.SweepFiles(ctx, picture.Round{Before: ago(keepUploads)})
			return err
		}},
	}
}

// usesEvery is how often a replica notes which sessions it saw.
const usesEvery = time.Minute

// noteUses writes down about once a minute which sessions this replica saw, and
// once more at the end. Each replica does that for itself, so it is no job.
func (a *app) noteUses(ctx context.Context) {
	tick := time.NewTicker(usesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastNoteWithin)
			defer cancel()
			a.noteUsesOnce(last)
			return
		case <-tick.C:
			a.noteUsesOnce(ctx)
		}
	}
}

// lastNoteWithin is how long the last note may take when the program ends.
const lastNoteWithin = 2 * time.Second

func (a *app) noteUsesOnce(ctx context.Context) {
	if _, err := a.accounts.NoteUses(ctx); err != nil {
		a.log.WarnContext(ctx, "uses of sessions cannot be noted", "error", err)
	}
}

// queueFigures tells how much waits, at the moment it is asked.
type queueFigures struct {
	db      *store.DB
	now     func() time.Time
	log     *slog.Logger
	ready   *prometheus.Desc
	oldest  *prometheus.Desc
	refused *prometheus.Desc
	overdue *prometheus.Desc
	held    *prometheus.Desc
}

func newQueueFigures(db *store.DB, now func() time.Time, log *slog.Logger) queueFigures {
	figure := func(name, help string) *prometheus.Desc { return prometheus.NewDesc("lianxin_"+name, help, nil, nil) }
	return queueFigures{
		db: db, now: now, log: log,
		ready:   figure("outbox_ready", "Tasks of the outbox that are due."),
		oldest:  figure("outbox_oldest_seconds", "How long ago the oldest task that is not done was first due."),
		refused: figure("outbox_refused", "Tasks that stopped for good and need somebody."),
		overdue: figure("messages_overdue", "Open messages past their date."),
		held:    figure("turns_held", "Texts that wait for a person's check."),
	}
}

// Describe names the figures.
func (q queueFigures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{q.ready, q.oldest, q.refused, q.overdue, q.held} {
		to <- d
	}
}

// Collect asks the database; a figure it cannot learn is left out.
func (q queueFigures) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	ready, oldest, refused, err := outbox.Waiting(ctx, q.db, q.now())
	if err != nil {
		q.log.ErrorContext(ctx, "queue figures cannot be read", "error", err)
		return
	}
	overdue, err := gorm.G[model.Message](q.db.Read()).Where("overdue = ?", true).Count(ctx, "*")
	if err != nil {
		q.log.ErrorContext(ctx, "queue figures cannot be read", "error", err)
		return
	}
	held, err := gorm.G[model.Turn](q.db.Read()).Where("screening = ?", model.ScreeningHeld).Count(ctx, "*")
	if err != nil {
		q.log.ErrorContext(ctx, "queue figures cannot be read", "error", err)
		return
	}
	for d, value := range map[*prometheus.Desc]float64{
		q.ready: float64(ready), q.oldest: oldest.Seconds(), q.refused: float64(refused), q.overdue: float64(overdue), q.held: float64(held),
	} {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
}
