// Package flow describes workflows as tables that draw themselves. A table says
// which step leads from which state to which; who may take it and when is
// decided by the service that owns the record.
package flow

import (
	"fmt"
	"slices"
	"strings"
)

// Step is one line of a workflow: in state From, on deed On, the record goes to To.
type Step[S, E ~string] struct {
	From S
	On   E
	To   S
}

// Line makes a Step, so that a table reads as from, on, to.
func Line[S, E ~string](from S, on E, to S) Step[S, E] { return Step[S, E]{From: from, On: on, To: to} }

// Table is a whole workflow. Start is the state a record is born in, Final the
// states in which nothing is owed to anybody any more.
type Table[S, E ~string] struct {
	Name  string
	Start S
	Final []S
	Steps []Step[S, E]
}

// NoStepError says that the workflow has no such step from this state.
type NoStepError struct {
	Flow, From, On string
}

// Error names the workflow, the state and the deed.
func (e *NoStepError) Error() string {
	return fmt.Sprintf("flow %s: no step %q from %q", e.Flow, e.On, e.From)
}

// Next is the only way to a new state. It returns a *NoStepError when the table
// has no such step.
func (t Table[S, E]) Next(from S, on E) (S, error) {
	for _, s := range t.Steps {
		if s.From == from && s.On == on {
			return s.To, nil
		}
	}
	var none S
	return none, &NoStepError{Flow: t.Name, From: string(from), On: string(on)}
}

// Deeds lists what can be done in a state, in the order of the table.
func (t Table[S, E]) Deeds(from S) []E {
	var deeds []E
	for _, s := range t.Steps {
		if s.From == from && !slices.Contains(deeds, s.On) {
			deeds = append(deeds, s.On)
		}
	}
	return deeds
}

// States lists every state the table names, Start first.
func (t Table[S, E]) States() []S {
	states := []S{t.Start}
	for _, s := range t.Steps {
		for _, state := range []S{s.From, s.To} {
			if !slices.Contains(states, state) {
				states = append(states, state)
			}
		}
	}
	return states
}

// Open lists the states that are not final.
func (t Table[S, E]) Open() []S {
	return slices.DeleteFunc(t.States(), func(s S) bool { return slices.Contains(t.Final, s) })
}

// DeadEnds lists the states that are not final and from which no final state
// can be reached. A sound workflow has none.
func (t Table[S, E]) DeadEnds() []S {
	reaches := slices.Clone(t.Final)
	for grown := true; grown; {
		grown = false
		for _, s := range t.Steps {
			if slices.Contains(reaches, s.To) && !slices.Contains(reaches, s.From) {
				reaches = append(reaches, s.From)
				grown = true
			}
		}
	}
	return slices.DeleteFunc(t.States(), func(s S) bool { return slices.Contains(reaches, s) })
}

// Mermaid draws the table as a Mermaid state diagram.
func (t Table[S, E]) Mermaid() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stateDiagram-v2\n  [*] --> %s\n", t.Start)
	for _, s := range t.Steps {
		fmt.Fprintf(&b, "  %s --> %s: %s\n", s.From, s.To, s.On)
	}
	for _, s := range t.Final {
		fmt.Fprintf(&b, "  %s --> [*]\n", s)
	}
	return b.String()
}
