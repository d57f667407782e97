package flow_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianxin/model/flow"
)

type (
	state string
	deed  string
)

func lamp() flow.Table[state, deed] {
	return flow.Table[state, deed]{
		Name: "lamp", Start: "dark", Final: []state{"broken"},
		Steps: []flow.Step[state, deed]{flow.Line[state, deed]("dark", "light", "bright"), flow.Line[state, deed]("bright", "quench", "dark"), flow.Line[state, deed]("bright", "break", "broken")},
	}
}

func TestNextFollowsTheTableAndNothingElse(t *testing.T) {
	if to, err := lamp().Next("dark", "light"); err != nil || to != "bright" {
		t.Errorf("got %q, %v", to, err)
	}
	_, err := lamp().Next("dark", "break")
	if _, ok := errors.AsType[*flow.NoStepError](err); !ok {
		t.Errorf("a step that is not in the table gave %v", err)
	}
}

func TestATableDrawsItself(t *testing.T) {
	want := "stateDiagram-v2\n  [*] --> dark\n" +
		"  dark --> bright: light\n  bright --> dark: quench\n  bright --> broken: break\n  broken --> [*]\n"
	if diff := cmp.Diff(want, lamp().Mermaid()); diff != "" {
		t.Error(diff)
	}
}

func TestAStateWithoutAWayOutIsFound(t *testing.T) {
	stuck := lamp()
	stuck.Steps = append(stuck.Steps, flow.Line[state, deed]("dark", "lose", "lost"))
	if diff := cmp.Diff([]state{"lost"}, stuck.DeadEnds()); diff != "" {
		t.Error(diff)
	}
}

func TestWalkingAtRandomNeverLeavesTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, at := lamp(), lamp().Start
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			deeds := table.Deeds(at)
			if len(deeds) == 0 {
				return
			}
			next, err := table.Next(at, rapid.SampledFrom(deeds).Draw(t, "deed"))
			if err != nil {
				t.Fatal(err)
			}
			at = next
		}
	})
}
