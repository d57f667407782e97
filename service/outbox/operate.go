package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// reasonMax bounds the words for giving a task up.
const reasonMax = 200

// Find narrows the tasks: State must be said, Kind may be.
type Find struct {
	State model.TaskState
	Kind  string
}

// shown are the columns that people see: never the payload, which may hold what
// somebody wrote.
const shown = "id, kind, state, run_at, attempts, lease_until, last_error, created_at, ended_at"

// Tasks lists tasks of a state: those that wait or run by when they come, the
// others newest end first. Payloads are not in it. Faults: forbidden, invalid
// (state).
func Tasks(ctx context.Context, db *store.DB, by model.Actor, f Find, page store.Page) ([]model.Task, string, error) {
	if err := mayOperate(by); err != nil {
		return nil, "", err
	}
	column, order, beyond := "run_at", "run_at, id", "run_at > ? OR (run_at = ? AND id > ?)"
	switch f.State {
	case model.TaskReady, model.TaskRunning:
	case model.TaskRefused, model.TaskDropped, model.TaskDone:
		column, order, beyond = "ended_at", "ended_at DESC, id DESC", "ended_at < ? OR (ended_at = ? AND id < ?)"
	default:
		return nil, "", fault.InvalidField("state", "没有这种状态。")
	}
	q := store.From[model.Task](db.Read()).Select(shown).Where("state = ?", f.State)
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where(beyond, at, at, id)
	}
	tasks, err := q.Order(order).Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("outbox: list tasks: %w", err)
	}
	tasks, next := store.Cut(tasks, page, func(t model.Task) string {
		if column == "ended_at" && t.EndedAt != nil {
			return store.TimeCursor(*t.EndedAt, t.ID)
		}
		return store.TimeCursor(t.RunAt, t.ID)
	})
	return tasks, next, nil
}

// Retry lets a task begin again at once: one that was refused or dropped, or one
// that waits for another try. Faults: forbidden, not found, conflict for one that
// runs or is done.
func Retry(ctx context.Context, db *store.DB, by model.Actor, id string, now time.Time) error {
	return operate(ctx, db, by, id, deed{
		action: "task.retry", at: now, from: []model.TaskState{model.TaskRefused, model.TaskDropped, model.TaskReady},
		set: map[string]any{"state": model.TaskReady, "run_at": now, "attempts": 0, "ended_at": nil, "owner": "", "lease_until": nil},
	})
}

// Drop gives a task up that waits or was refused: it is not done any more, and
// counts as looked at. Faults: forbidden, not found, invalid (reason), conflict
// for one that runs or has ended.
func Drop(ctx context.Context, db *store.DB, by model.Actor, id, reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > reasonMax {
		return fault.InvalidField("reason", fmt.Sprintf("请填写为什么不再做，最多 %d 个字。", reasonMax))
	}
	return operate(ctx, db, by, id, deed{
		action: "task.drop", at: now, why: reason, from: []model.TaskState{model.TaskRefused, model.TaskReady},
		set: map[string]any{"state": model.TaskDropped, "ended_at": now, "owner": "", "lease_until": nil},
	})
}

// RetryAll lets every refused task of a kind begin again and tells how many those
// were. Fault: forbidden.
func RetryAll(ctx context.Context, db *store.DB, by model.Actor, kind string, now time.Time) (int, error) {
	if err := mayOperate(by); err != nil {
		return 0, err
	}
	n := 0
	err := store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		var err error
		n, err = store.From[model.Task](tx).Where("state = ? AND kind = ?", model.TaskRefused, kind).
			Set(clause.Assignments(map[string]any{"state": model.TaskReady, "run_at": now, "attempts": 0, "ended_at": nil})).Update(ctx)
		if err != nil {
			return fmt.Errorf("outbox: retry all: %w", err)
		}
		if n == 0 {
			return nil
		}
		return audit.Record(ctx, tx, by, "task.retry_all", audit.Target{Kind: "task", Detail: fmt.Sprintf("%s: %d", kind, n)}, now)
	})
	return n, err
}

// deed is what somebody does with a task.
type deed struct {
	action string
	why    string
	at     time.Time
	from   []model.TaskState
	set    map[string]any
}

func operate(ctx context.Context, db *store.DB, by model.Actor, id string, d deed) error {
	if err := mayOperate(by); err != nil {
		return err
	}
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		task, err := store.From[model.Task](tx).Select(shown).Where("id = ?", id).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("这个任务")
		}
		if err != nil {
			return fmt.Errorf("outbox: find task: %w", err)
		}
		n := 0
		if slices.Contains(d.from, task.State) {
			n, err = store.From[model.Task](tx).Where("id = ? AND state = ? AND attempts = ?", id, task.State, task.Attempts).
				Set(clause.Assignments(d.set)).Update(ctx)
		}
		if err != nil {
			return fmt.Errorf("outbox: move task: %w", err)
		}
		if n == 0 {
			return fault.Conflict("这个任务正在执行或已经结束，请刷新后再看。")
		}
		detail := task.Kind + " (" + string(task.State) + ")"
		if d.why != "" {
			detail += ": " + d.why
		}
		return audit.Record(ctx, tx, by, d.action, audit.Target{Kind: "task", ID: id, Detail: detail}, d.at)
	})
}

// mayOperate keeps the tasks, which belong to no area, for who operates the whole
// deployment. Fault: forbidden.
func mayOperate(by model.Actor) error {
	if by.System != "" || slices.ContainsFunc(by.AreaPaths(model.PermitSystemOperate), model.IsTopmost) {
		return nil
	}
	return fault.Forbidden("后台任务全区共用，只有全区的系统管理员可以查看和处理。")
}

// Jobs tells what became of the last round of each shared job that ever ran.
// Fault: forbidden.
func Jobs(ctx context.Context, db *store.DB, by model.Actor) ([]model.Lease, error) {
	if err := mayOperate(by); err != nil {
		return nil, err
	}
	leases, err := store.From[model.Lease](db.Read()).Order("name").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("outbox: list jobs: %w", err)
	}
	return leases, nil
}
