package sample

import (
	"context"
	"fmt"
	"strings"
)

// membersFrom is the electing unit whose list of members the sample has, and
// members is how many of the people at the head of People stand on it.
const (
	membersFrom = "望江街道党员代表会议"
	members     = 6
)

// listMembers gives an electing unit its list of members: people on the
// stand-in's phones, with the numbers that it gives them in the order of People.
func (t *town) listMembers(ctx context.Context) error {
	var list strings.Builder
	for i, name := range People()[:members] {
		fmt.Fprintf(&list, "%s 138000%05d\n", name, i+1)
	}
	report, err := t.accounts.ListMembers(ctx, bySample, t.roster.ids[anElectingUnit+" "+membersFrom], list.String(), false)
	if err == nil && report.Added != members {
		err = fmt.Errorf("%d of %d lines were taken", report.Added, members)
	}
	if err != nil {
		return fmt.Errorf("sample: list members: %w", err)
	}
	return nil
}
