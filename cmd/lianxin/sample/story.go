package sample

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"lianxin/service/deadline"
)

// happening is one thing of the story: at its moment, somebody does something. After
// the last one only fresh messages are sent.
type happening struct {
	at   time.Time
	what string
	do   func(ctx context.Context) error
	last bool
}

// fresh is how long before now messages are left for the real content check.
const fresh = 10 * time.Minute

// manyTasks is how many tasks are carried out before they are noted together.
const manyTasks = 25

// staffFrom is the day from which the rest of the staff must be there: before
// anything can have stayed overdue long enough to reach them.
const staffFrom = -storyDays + 5

// officeOpens is when reminders are looked for: just after they are due.
const officeOpens = 9*time.Hour + 30*time.Second

// tell lets everything happen in its order, and carries out after each thing
// what follows from it.
func (t *town) tell(ctx context.Context) error {
	story, err := t.story()
	if err != nil {
		return err
	}
	for _, h := range story {
		t.clock.set(h.at)
		if err := h.do(ctx); err != nil {
			return fmt.Errorf("sample: %s: %w", h.what, err)
		}
		if t.end.Sub(h.at) < fresh {
			continue
		}
		if err := t.follow(ctx, h); err != nil {
			return fmt.Errorf("sample: after %s: %w", h.what, err)
		}
	}
	return nil
}

// follow does what follows from a happening. The books are closed at the end,
// and where many tasks have gathered.
func (t *town) follow(ctx context.Context, h happening) error {
	if err := t.carryOut(ctx); err != nil || !h.last && len(t.carried) < manyTasks {
		return err
	}
	return t.closeBooks(ctx)
}

// story gathers what happens, in the order of time.
func (t *town) story() ([]happening, error) {
	story := append(t.mornings(), happening{
		at: dayAt(t.end, staffFrom, 0), what: "staff", do: func(context.Context) error { return t.hiring() },
	}, happening{at: dayAt(t.end, joinedOn, 18*time.Hour), what: "two accounts", do: t.joinAccounts})
	for _, part := range []struct {
		file string
		act  func(line row) func(ctx context.Context) error
	}{{"messages.csv", t.send}, {"deeds.csv", t.deed}, {"cards.csv", t.publishCard}, {"articles.csv", t.publish}} {
		lines, err := table(part.file)
		if err != nil {
			return nil, err
		}
		for _, line := range lines {
			at, err := when(t.end, line["when"])
			if err != nil {
				return nil, err
			}
			story = append(story, happening{
				at: at, what: fmt.Sprintf("%s %s %s %s", line["key"], line["when"], line["who"], cmp.Or(line["deed"], part.file)), do: part.act(line),
			})
		}
	}
	slices.SortStableFunc(story, func(a, b happening) int { return a.at.Compare(b.at) })
	return story, nil
}

// mornings are the looks at the clocks: each day when the office opens, and
// once more at the end, so that nothing is left for the start of the program.
func (t *town) mornings() []happening {
	var all []happening
	for day := -storyDays + 1; day <= 0; day++ {
		if at := dayAt(t.end, day, officeOpens); t.end.Sub(at) > fresh {
			all = append(all, happening{at: at, what: "morning", do: t.lookAtClocks, last: true})
		}
	}
	return append(all, happening{at: t.end.Add(-fresh), what: "last look", do: t.lookAtClocks, last: true})
}

func (t *town) lookAtClocks(ctx context.Context) error {
	for {
		n, err := deadline.Tick(ctx, t.DB, t.clock.now())
		if err != nil || n == 0 {
			return err
		}
	}
}
