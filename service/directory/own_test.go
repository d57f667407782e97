package directory_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/directory"
)

func hour(weekday int, opens, closes string) model.RepresentativeHour {
	return model.RepresentativeHour{Weekday: weekday, Opens: opens, Closes: closes}
}

func TestARepresentativeChoosesTopicsAndHoursAndEverybodySeesThem(t *testing.T) {
	d := newDistrict(t)
	before, err := d.OwnProfile(t.Context(), zhang, "zhang")
	wantNone(t, err)
	edition, err := d.Edition(t.Context())
	wantNone(t, err)
	d.clock.Advance(30 * 24 * time.Hour)
	wantNone(t, d.SetOwnProfile(t.Context(), zhang, "zhang", directory.OwnWords{
		TopicIDs: []string{"school"}, Hours: []model.RepresentativeHour{hour(5, "14:00", "16:00"), hour(2, "09:00", "11:00")}, Revision: before.Revision,
	}))
	p, err := d.Profile(t.Context(), "zhang")
	wantNone(t, err)
	if len(p.Topics) != 1 || p.Topics[0].ID != "school" {
		t.Errorf("got topics %v, want what was chosen", p.Topics)
	}
	first, second := hour(2, "09:00", "11:00"), hour(5, "14:00", "16:00")
	first.RepresentativeID, second.RepresentativeID = "zhang", "zhang"
	if diff := cmp.Diff([]model.RepresentativeHour{first, second}, p.Hours); diff != "" {
		t.Error(diff)
	}
	if later, err := d.Edition(t.Context()); err != nil || later == edition {
		t.Errorf("the edition stays %q (%v), and the old page would be served", later, err)
	}
	if n := len(rows[model.AuditLine](d, "action = ?", "profile.set")); n != 1 {
		t.Errorf("got %d audit lines, want 1", n)
	}
}

func TestARosterThatWasChangedMeanwhileIsNotOverwrittenByAPhone(t *testing.T) {
	d := newDistrict(t)
	d.set("zhang", "revision", 4)
	wantFault(t, d.SetOwnProfile(t.Context(), zhang, "zhang", directory.OwnWords{Revision: 3}), fault.KindConflict)
}

func TestNobodyChangesTheProfileOfAnother(t *testing.T) {
	d := newDistrict(t)
	for _, by := range []model.Actor{nobody, distant, sitting("zeng")} {
		wantFault(t, d.SetOwnProfile(t.Context(), by, "zhang", directory.OwnWords{}), fault.KindNotFound)
		_, err := d.OwnProfile(t.Context(), by, "zhang")
		wantFault(t, err, fault.KindNotFound)
	}
	wantNone(t, d.SetOwnProfile(t.Context(), liaison, "zhang", directory.OwnWords{}))
	wantFault(t, d.SetOwnProfile(t.Context(), sitting("li"), "li", directory.OwnWords{}), fault.KindConflict)
}

func TestHoursAndTopicsThatCannotBeAreRefusedInPlainWords(t *testing.T) {
	d := newDistrict(t)
	for name, w := range map[string]directory.OwnWords{
		"a topic that is not there": {TopicIDs: []string{"none"}},
		"a topic twice":             {TopicIDs: []string{"lift", "lift"}},
		"an eighth day":             {Hours: []model.RepresentativeHour{hour(8, "09:00", "10:00")}},
		"an hour that is no hour":   {Hours: []model.RepresentativeHour{hour(1, "25:00", "26:00")}},
		"an end before its start":   {Hours: []model.RepresentativeHour{hour(1, "10:00", "09:00")}},
		"two that overlap":          {Hours: []model.RepresentativeHour{hour(1, "09:00", "11:00"), hour(1, "10:30", "12:00")}},
	} {
		if err := d.SetOwnProfile(t.Context(), zhang, "zhang", w); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
}

func TestOwnFiguresAreFactsOfAYearAndNobodyElsesBusiness(t *testing.T) {
	d := newDistrict(t)
	d.held("old", -400*24*time.Hour, time.Hour, model.WordSolved, false)
	d.held("quick", -72*time.Hour, time.Hour, model.WordSolved, true)
	d.held("late", -72*time.Hour, 60*time.Hour, model.WordNotSolved, false)
	d.held("silent", -time.Hour, 0, model.WordNone, false)
	f, err := d.OwnFigures(t.Context(), zhang, "zhang")
	wantNone(t, err)
	want := directory.OwnFigures{Since: f.Since, Received: 3, AcknowledgedInTime: 1, Answered: 2, HandedOver: 1, Solved: 1, NotSolved: 1}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	for _, by := range []model.Actor{nobody, liaison, sitting("zeng")} {
		_, err := d.OwnFigures(t.Context(), by, "zhang")
		wantFault(t, err, fault.KindNotFound)
	}
}

// held is a message that 张三 holds, delivered so long ago and touched, if at all,
// after so long; the first touch is due after two days.
func (d *district) held(id string, ago, touched time.Duration, word model.Word, handedOver bool) {
	d.t.Helper()
	at := d.clock.Now().Add(ago)
	m := model.Message{ID: id, Number: id, RepresentativeID: "zhang", HolderID: "zhang", State: model.MessageAnswered, SubmittedAt: at, DeliveredAt: &at, Word: word, UpdatedAt: at}
	if touched > 0 {
		first := at.Add(touched)
		m.AcknowledgedAt, m.AnsweredAt = &first, &first
		// A second round has a clock of its own; the message counts once.
		for _, clock := range []string{id, id + "/2"} {
			add(d, model.Deadline{
				ID: clock, Kind: model.DeadlineFirstTouch, TargetKind: "message", TargetID: id, State: model.DeadlineMet,
				StartedAt: at, DueAt: at.Add(48 * time.Hour), EndedAt: &first,
			})
		}
	}
	if handedOver {
		add(d, model.Fact{ID: id, MessageID: id, Deed: model.DeedHandOver, At: at})
	}
	add(d, m)
}

func TestARepresentativeHasACodeOfTheirOwnAndOfThePlaceTheyServe(t *testing.T) {
	d := newDistrict(t)
	own, name, err := d.SeatScene(t.Context(), zhang, "zhang", model.ScenePerson, "")
	wantNone(t, err)
	if own.TargetID != "zhang" || name != "张三" {
		t.Errorf("got a code for %s under the name %s, want their own", own.TargetID, name)
	}
	place, name, err := d.SeatScene(t.Context(), zhang, "zhang", model.ScenePlace, "")
	wantNone(t, err)
	if place.TargetID != building || name != "建设社区" {
		t.Errorf("got a code for %s under the name %s, want the place they serve", place.TargetID, name)
	}
	again, _, err := d.SeatScene(t.Context(), zhang, "zhang", model.ScenePlace, building)
	wantNone(t, err)
	if again.Code != place.Code {
		t.Errorf("got %s, want the code that is on the posters, %s", again.Code, place.Code)
	}
	_, _, err = d.SeatScene(t.Context(), zhang, "zhang", model.ScenePlace, "wenyuan")
	wantFault(t, err, fault.KindNotFound)
	_, err = d.SceneFor(t.Context(), zhang, model.ScenePlace, "xingfu")
	wantFault(t, err, fault.KindNotFound)
	_, _, err = d.SeatScene(t.Context(), sitting("zeng"), "zhang", model.ScenePerson, "")
	wantFault(t, err, fault.KindNotFound)
}
