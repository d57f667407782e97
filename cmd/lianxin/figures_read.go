package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/notice"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// The figures that are read when they are asked for.
var (
	figUnread = figure{"figures_unread", "1 when some of the figures about queues and clocks could not be read.", nil}

	figReady   = figure{"outbox_ready", "Tasks of the outbox that are due.", nil}
	figOldest  = figure{"outbox_oldest_seconds", "Time since the oldest task that is not done was first due.", nil}
	figRefused = figure{"outbox_refused", "Tasks that stopped for good and need somebody.", nil}
	figTasks   = figure{"outbox_tasks", "Tasks that are not done, by kind and state: due, later, running, lost, refused.", []string{"kind", "state"}}
	figKindAge = figure{"outbox_kind_oldest_seconds", "Time since the oldest task of a kind that is not done was first due.", []string{"kind"}}

	figClocks  = figure{"deadlines_open", "Clocks that have not ended, by kind.", []string{"kind"}}
	figPaused  = figure{"deadlines_paused", "Clocks that are paused, by kind.", []string{"kind"}}
	figOverdue = figure{"deadlines_overdue", "Clocks past their date, by kind.", []string{"kind"}}
	figBehind  = figure{"deadline_behind_seconds", "How long ago the earliest step that nobody took yet was due.", nil}

	figNotices   = figure{"notices", "Notices that wait or go with a digest; those of the last day that were pushed or found no open channel.", []string{"state"}}
	figNoticeAge = figure{"notices_oldest_seconds", "Time since the oldest notice that waits for its push was written.", nil}

	figHeld    = figure{"turns_held", "Texts that wait for a person's check.", nil}
	figHeldAge = figure{"turns_held_oldest_seconds", "Time since the oldest of the texts that wait for a person's check was written.", nil}
	figAppeals = figure{"turns_appealed", "Texts that wait for a person's check because their writer objected.", nil}
	figChecked = figure{"turns_checking", "Texts that wait for WeChat's check.", nil}

	figLease    = figure{"job_lease_seconds", "How long the lease of a shared job still lasts; below zero when no replica does the job.", []string{"job"}}
	figCalendar = figure{"calendar_known_seconds", "How far ahead the days off are known from a notice of the State Council.", nil}

	figBackup     = figure{"backup_timestamp_seconds", "When the newest backup in the folder of backups was written.", nil}
	figBackupSize = figure{"backup_bytes", "Size of the newest backup.", nil}
	figDisk       = figure{"disk_free_bytes", "Room left where data is kept: pictures, database, backup.", []string{"of"}}
)

func everyFigure() []figure {
	return []figure{
		figUnread, figReady, figOldest, figRefused, figTasks, figKindAge, figClocks, figPaused, figOverdue, figBehind, figNotices, figNoticeAge,
		figHeld, figHeldAge, figAppeals, figChecked, figLease, figCalendar, figBackup, figBackupSize, figDisk,
	}
}

func (s *standing) readOutbox(ctx context.Context, tell tell) error {
	queues, err := outbox.Queues(ctx, s.db, s.now())
	if err != nil {
		return err
	}
	var ready, refused int64
	var oldest time.Duration
	for _, q := range queues {
		for state, n := range map[string]int64{"due": q.Due, "later": q.Later, "running": q.Running, "lost": q.Lost, "refused": q.Refused} {
			tell(figTasks, float64(n), q.Kind, state)
		}
		tell(figKindAge, q.Oldest.Seconds(), q.Kind)
		ready, refused, oldest = ready+q.Due, refused+q.Refused, max(oldest, q.Oldest)
	}
	tell(figReady, float64(ready))
	tell(figRefused, float64(refused))
	tell(figOldest, oldest.Seconds())
	return nil
}

func (s *standing) readClocks(ctx context.Context, tell tell) error {
	now := s.now()
	clocks, err := deadline.Standings(ctx, s.db, now)
	if err != nil {
		return err
	}
	for _, c := range clocks {
		tell(figClocks, float64(c.Open), string(c.Kind))
		tell(figPaused, float64(c.Paused), string(c.Kind))
		tell(figOverdue, float64(c.Overdue), string(c.Kind))
	}
	behind, err := deadline.Behind(ctx, s.db, now)
	tell(figBehind, behind.Seconds())
	return err
}

func (s *standing) readNotices(ctx context.Context, tell tell) error {
	notices, err := notice.Standings(ctx, s.db, s.now())
	if err != nil {
		return err
	}
	for _, n := range notices {
		tell(figNotices, float64(n.Number), string(n.State))
		if n.State == model.NoticeWaiting {
			tell(figNoticeAge, n.Oldest.Seconds())
		}
	}
	return nil
}

func (s *standing) readChecks(ctx context.Context, tell tell) error {
	turns := func(screening model.Screening) store.Query[model.Turn] {
		return store.From[model.Turn](s.db.Read()).Where("screening = ?", screening)
	}
	held, err := turns(model.ScreeningHeld).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("count held turns: %w", err)
	}
	appealed, err := turns(model.ScreeningHeld).Where("appealed = ?", true).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("count appeals: %w", err)
	}
	checking, err := turns(model.ScreeningChecking).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("count turns being checked: %w", err)
	}
	first, err := turns(model.ScreeningHeld).Order("created_at").Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("find oldest held turn: %w", err)
	}
	age := time.Duration(0)
	if len(first) == 1 {
		age = s.now().Sub(first[0].CreatedAt)
	}
	tell(figHeld, float64(held))
	tell(figHeldAge, age.Seconds())
	tell(figAppeals, float64(appealed))
	tell(figChecked, float64(checking))
	return nil
}

func (s *standing) readLeases(ctx context.Context, tell tell) error {
	leases, err := store.From[model.Lease](s.db.Read()).Find(ctx)
	if err != nil {
		return fmt.Errorf("read leases: %w", err)
	}
	for _, l := range leases {
		tell(figLease, l.Until.Sub(s.now()).Seconds(), l.Name)
	}
	return nil
}

func (s *standing) readCalendar(ctx context.Context, tell tell) error {
	until, err := deadline.KnownUntil(ctx, s.db)
	if err != nil {
		return err
	}
	known := 0.0
	if !until.IsZero() {
		known = until.Sub(s.now()).Seconds()
	}
	tell(figCalendar, known)
	return nil
}

func (s *standing) readBackups(_ context.Context, tell tell) error {
	if s.cfg.BackupDir == "" {
		return nil
	}
	newest, err := newestBackup(s.cfg.BackupDir)
	if errors.Is(err, fs.ErrNotExist) {
		// None is as old as can be: an alarm about its age must ring.
		tell(figBackup, 0)
		tell(figBackupSize, 0)
		return nil
	}
	if err != nil {
		return err
	}
	tell(figBackup, float64(newest.ModTime().Unix()))
	tell(figBackupSize, float64(newest.Size()))
	return nil
}

func (s *standing) readDisks(_ context.Context, tell tell) error {
	var failed error
	for of, folder := range dataFolders(s.cfg) {
		free, err := diskFree(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if failed = errors.Join(failed, err); err == nil {
			tell(figDisk, float64(free), of)
		}
	}
	return failed
}

// dataFolders names the folders of this machine that fill up.
func dataFolders(cfg config.Config) map[string]string {
	folders := map[string]string{"pictures": cfg.DataDir}
	if cfg.Database.Kind == config.SQLite {
		folders["database"] = filepath.Dir(cfg.Database.DSN.Reveal())
	}
	if cfg.BackupDir != "" {
		folders["backup"] = cfg.BackupDir
	}
	return folders
}
