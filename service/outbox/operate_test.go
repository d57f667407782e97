package outbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

func operator(areaPath string) model.Actor {
	return model.Actor{PersonID: "qin", Name: "秦天明", Grants: []model.Grant{{Role: model.RoleAdministrator, AreaPath: areaPath}}}
}

// tasks lists the ids' keys of a state, as the operator sees them.
func (b *box) tasks(f outbox.Find) []model.Task {
	b.tb.Helper()
	found, _, err := outbox.Tasks(b.tb.Context(), b.db, operator("d/"), f, store.Page{})
	if err != nil {
		b.tb.Fatal(err)
	}
	return found
}

func (b *box) audited(action string) []model.AuditLine {
	b.tb.Helper()
	lines, err := store.From[model.AuditLine](b.db.Read()).Where("action = ?", action).Find(b.tb.Context())
	if err != nil {
		b.tb.Fatal(err)
	}
	return lines
}

func TestARefusedTaskThatIsRetriedIsDoneAndStandsInTheLog(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Refuse(errors.New("errcode 40037"))}
	d := box.dispatcher(work.handlers())
	box.enqueue("a")
	box.tick(d)
	refused := box.tasks(outbox.Find{State: model.TaskRefused})
	if len(refused) != 1 || refused[0].LastError != "errcode 40037" || refused[0].EndedAt == nil || refused[0].Payload != "" {
		t.Fatalf("the operator sees %+v", refused)
	}
	work.answer = nil
	if err := outbox.Retry(t.Context(), box.db, operator("d/"), refused[0].ID, box.clock.Now()); err != nil {
		t.Fatal(err)
	}
	box.tick(d)
	if task := box.task("a"); task.State != model.TaskDone || task.Attempts != 1 {
		t.Errorf("it is %+v", task)
	}
	if lines := box.audited("task.retry"); len(lines) != 1 || lines[0].Actor != "秦天明" || lines[0].TargetID != refused[0].ID {
		t.Errorf("the log says %+v", lines)
	}
	if err := outbox.Retry(t.Context(), box.db, operator("d/"), refused[0].ID, box.clock.Now()); !fault.Is(err, fault.KindConflict) {
		t.Errorf("what is done was done again: %v", err)
	}
}

func TestATaskThatWaitsForAnotherTryIsTriedAtOnceWhenAsked(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Later(time.Hour, errDown)}
	d := box.dispatcher(work.handlers())
	box.enqueue("a")
	box.tick(d)
	work.answer = nil
	if box.tick(d) != 0 {
		t.Fatal("it did not wait")
	}
	if err := outbox.Retry(t.Context(), box.db, operator("d/"), box.task("a").ID, box.clock.Now()); err != nil {
		t.Fatal(err)
	}
	box.tick(d)
	if state := box.task("a").State; state != model.TaskDone {
		t.Errorf("it is %s", state)
	}
}

func TestWhatIsGivenUpIsNotDoneAndSaysWhy(t *testing.T) {
	box, work := newBox(t), &tally{}
	box.enqueue("a")
	id := box.task("a").ID
	for _, reason := range []string{"", "  ", strings.Repeat("长", 201)} {
		if err := outbox.Drop(t.Context(), box.db, operator("d/"), id, reason, box.clock.Now()); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("reason %q: %v", reason, err)
		}
	}
	if err := outbox.Drop(t.Context(), box.db, operator("d/"), id, "收件人已注销", box.clock.Now()); err != nil {
		t.Fatal(err)
	}
	box.tick(box.dispatcher(work.handlers()))
	if work.of("a") != 0 || box.task("a").State != model.TaskDropped {
		t.Errorf("done %d times, %s", work.of("a"), box.task("a").State)
	}
	if lines := box.audited("task.drop"); len(lines) != 1 || !strings.Contains(lines[0].Detail, "收件人已注销") {
		t.Errorf("the log says %+v", lines)
	}
	queues, err := outbox.Queues(t.Context(), box.db, box.clock.Now())
	if err != nil || len(queues) != 0 {
		t.Errorf("it still counts as waiting: %+v, %v", queues, err)
	}
}

func TestATaskUnderWayIsLeftAlone(t *testing.T) {
	box := newBox(t)
	box.enqueue("a")
	ctx, id := t.Context(), box.task("a").ID
	d := box.dispatcher(map[string]outbox.Handler{"work": func(context.Context, []byte) error {
		for what, err := range map[string]error{
			"retried":  outbox.Retry(ctx, box.db, operator("d/"), id, box.clock.Now()),
			"given up": outbox.Drop(ctx, box.db, operator("d/"), id, "不要了", box.clock.Now()),
		} {
			if !fault.Is(err, fault.KindConflict) {
				t.Errorf("it was %s under way: %v", what, err)
			}
		}
		return nil
	}})
	box.tick(d)
	if state := box.task("a").State; state != model.TaskDone {
		t.Errorf("it is %s", state)
	}
}

func TestAllRefusedTasksOfAKindBeginAgainTogether(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Refuse(errDown)}
	d := box.dispatcher(map[string]outbox.Handler{"work": work.handle, "other": work.handle})
	box.enqueue("a", "b")
	box.enqueueTask(outbox.Task{Kind: "other", DedupeKey: "c", Payload: "c", RunAt: box.clock.Now()})
	box.tick(d)
	if n, err := outbox.RetryAll(t.Context(), box.db, operator("d/"), "work", box.clock.Now()); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	work.answer = nil
	box.tick(d)
	if a, c := box.task("a").State, box.task("c").State; a != model.TaskDone || c != model.TaskRefused {
		t.Errorf("a is %s, the one of another kind is %s", a, c)
	}
}

func TestTasksAreForWhoOperatesTheWholeDeployment(t *testing.T) {
	box := newBox(t)
	box.enqueue("a")
	id := box.task("a").ID
	for _, by := range []model.Actor{operator("d/s/"), {PersonID: "p", Grants: []model.Grant{{Role: model.RoleLiaisonOfficer, AreaPath: "d/"}}}} {
		_, _, listed := outbox.Tasks(t.Context(), box.db, by, outbox.Find{State: model.TaskReady}, store.Page{})
		_, all := outbox.RetryAll(t.Context(), box.db, by, "work", box.clock.Now())
		_, jobs := outbox.Jobs(t.Context(), box.db, by)
		for what, err := range map[string]error{
			"list": listed, "retry all": all, "jobs": jobs,
			"retry": outbox.Retry(t.Context(), box.db, by, id, box.clock.Now()),
			"drop":  outbox.Drop(t.Context(), box.db, by, id, "不要了", box.clock.Now()),
		} {
			if !fault.Is(err, fault.KindForbidden) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}

func TestPagesOfTasksHoldEachOnce(t *testing.T) {
	box, work := newBox(t), &tally{answer: outbox.Refuse(errDown)}
	d := box.dispatcher(work.handlers())
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		box.enqueue(key)
		box.tick(d)
	}
	seen := map[string]int{}
	for page := (store.Page{Limit: 2}); ; {
		tasks, next, err := outbox.Tasks(t.Context(), box.db, operator("d/"), outbox.Find{State: model.TaskRefused, Kind: "work"}, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			seen[task.ID]++
		}
		if page.After = next; next == "" {
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("saw %v", seen)
	}
}

func TestTheLeaseOfAJobTellsHowItsLastRoundWent(t *testing.T) {
	box := newBox(t)
	outcome := errDown
	box.replica(func(context.Context) error { return outcome })
	eventually(t, "the first round is written down", func() bool {
		jobs, err := outbox.Jobs(t.Context(), box.db, operator("d/"))
		return err == nil && len(jobs) == 1 && jobs[0].LastError == errDown.Error() && jobs[0].FailedAt != nil && jobs[0].EndedAt != nil && !jobs[0].EndedAt.Before(*jobs[0].BeganAt)
	})
}
