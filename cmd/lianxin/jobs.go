package main

import (
	"context"
	"time"

	"lianxin/service/account"
	"lianxin/service/conversation"
	"lianxin/service/deadline"
	"lianxin/service/message"
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
	keepMarks    = 7 * 24 * time.Hour
	keepPushes   = 7 * 24 * time.Hour
	keepUploads  = 24 * time.Hour
)

// routine lists the jobs that come round.
func (a *app) routine(accounts *account.Service, messages *message.Service, custodian *picture.Custodian, talk *conversation.Service) []outbox.Job {
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
		{Name: "forget marks", Every: time.Hour, Tick: func(ctx context.Context) error {
			_, err := messages.ForgetMarks(ctx, ago(keepMarks))
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
