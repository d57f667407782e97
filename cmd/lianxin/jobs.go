package main

import (
	"context"
	"time"

	"lianxin/service/deadline"
	"lianxin/service/linking"
	"lianxin/service/newsroom"
	"lianxin/service/notice"
	"lianxin/service/outbox"
	"lianxin/service/picture"
	"lianxin/service/privacy"
)

// keepUploads is how long a picture may wait to be used. What else is kept only
// for a while stands in the rules of service/privacy.
const keepUploads = 24 * time.Hour

// routine lists the jobs that come round.
func (a *app) routine(custodian *picture.Custodian, desk *privacy.Service, news *newsroom.Service, linker *linking.Linker) []outbox.Job {
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
		{Name: "erasure", Every: 10 * time.Second, Tick: func(ctx context.Context) error {
			defer a.dispatcher.Wake()
			return desk.Tick(ctx)
		}},
		{Name: "case stories", Every: time.Minute, Tick: func(ctx context.Context) error {
			defer a.dispatcher.Wake()
			return news.StoryTick(ctx)
		}},
		{Name: "linking", Every: time.Minute, Tick: func(ctx context.Context) error { return linker.Tick(ctx, a.db) }},
		{Name: "article figures", Every: time.Hour, Tick: news.FiguresTick},
		{Name: "retention", Every: time.Hour, Tick: func(ctx context.Context) error {
			_, err := desk.Retain(ctx)
			return err
		}},
		{Name: "forget limits", Every: 10 * time.Minute, Tick: func(ctx context.Context) error {
			_, err := a.limiter.Forget(ctx)
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
