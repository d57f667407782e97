package sample

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/account"
)

// What somebody with a phone is in the district.
const (
	visitsAsRepresentative = "representative"
	visitsAsOfficer        = "unit_officer"
	visitsUnreachable      = "unreachable"
)

// visitor is somebody with a phone; of names the seat or the unit they are
// bound to.
type visitor struct {
	name, is, of string
}

func readVisitors() (map[string]visitor, error) {
	lines, err := table("visitors.csv")
	if err != nil {
		return nil, err
	}
	all := make(map[string]visitor, len(lines))
	for _, line := range lines {
		all[line["name"]] = visitor{name: line["name"], is: line["is"], of: line["of"]}
	}
	return all, nil
}

// person gives the actor of a name. Who has a phone signs in at their first act,
// who has an account only is at a desk.
func (t *town) person(ctx context.Context, name string) (model.Actor, error) {
	if actor, known := t.people[name]; known {
		return actor, nil
	}
	for _, o := range officers() {
		if o.Name == name {
			actor, err := t.atDesk(ctx, o)
			t.people[name] = actor
			return actor, err
		}
	}
	v, known := t.visitors[name]
	if !known {
		return model.Actor{}, fmt.Errorf("sample: nobody is called %q", name)
	}
	actor, err := t.signIn(ctx, v)
	if err != nil {
		return model.Actor{}, fmt.Errorf("sample: %s signs in: %w", name, err)
	}
	t.people[name] = actor
	if v.is == visitsUnreachable {
		t.quiet = append(t.quiet, actor.PersonID)
	}
	return actor, nil
}

// signIn brings somebody in by WeChat and, where there is a seat or a post for
// them, lets them take it by invitation.
func (t *town) signIn(ctx context.Context, v visitor) (model.Actor, error) {
	code, err := t.LoginCode(ctx, v.name)
	if err != nil {
		return model.Actor{}, fmt.Errorf("ask for a login code: %w", err)
	}
	signed, err := t.accounts.SignInMini(ctx, code, account.From{})
	if err != nil {
		return model.Actor{}, err
	}
	if err := t.accounts.Rename(ctx, signed.Actor, v.name); err != nil {
		return model.Actor{}, err
	}
	switch v.is {
	case visitsAsRepresentative:
		err = t.bind(ctx, signed.Actor, model.InvitationRepresentative, t.roster.ids[aRepresentative+" "+v.of])
	case visitsAsOfficer:
		err = t.bind(ctx, signed.Actor, model.InvitationUnitOfficer, t.roster.ids[aUnit+" "+v.of])
	}
	if err != nil {
		return model.Actor{}, err
	}
	// Name and roles have changed: the session knows them anew.
	return t.accounts.Identify(ctx, signed.Token)
}

// bind invites somebody to a seat or a unit, and lets them accept.
func (t *town) bind(ctx context.Context, who model.Actor, kind model.InvitationKind, target string) error {
	invitation, _, err := t.accounts.Invite(ctx, t.people[districtLiaison], kind, target)
	if err != nil {
		return err
	}
	_, err = t.accounts.AcceptInvitation(ctx, who, invitation)
	return err
}

// districtLiaison is the liaison officer who invites.
const districtLiaison = "孟祥宁"

// bindAll binds representatives and unit officers before the story begins.
func (t *town) bindAll(ctx context.Context) error {
	for _, name := range People() {
		if is := t.visitors[name].is; is != visitsAsRepresentative && is != visitsAsOfficer {
			continue
		}
		if _, err := t.person(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
