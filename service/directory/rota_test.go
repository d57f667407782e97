package directory_test

import (
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/directory"
)

func TestARotaIsPlannedDayByDayAndShowsItsGaps(t *testing.T) {
	d := newDistrict(t)
	r, err := d.Rota(t.Context(), liaison, "studio")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Days) != 7 || !r.Days[2].Gap || r.Days[0].Gap || len(r.Members) != 4 {
		t.Errorf("the rota is %+v", r)
	}
	if r, err = d.PlanDuty(t.Context(), liaison, "studio", directory.Duty{Weekday: 3, RepresentativeIDs: []string{"zhang", "zeng"}}); err != nil {
		t.Fatal(err)
	}
	if len(r.Days[2].OnDuty) != 2 || r.Days[2].Gap {
		t.Errorf("Wednesday is %+v", r.Days[2])
	}
	// Who is away leaves a gap, and so does who ends.
	d.set("zhang", "away_until", "2026-12-31")
	d.set("zeng", "state", model.RepresentativeEnded)
	if r, err = d.Rota(t.Context(), liaison, "studio"); err != nil || !r.Days[2].Gap {
		t.Errorf("Wednesday is %+v, %v", r.Days[2], err)
	}
	if lines := rows[model.AuditLine](d, "action = ?", "studio.duty"); len(lines) != 1 {
		t.Errorf("%d audit lines", len(lines))
	}
}

func TestConflictsOfARotaAreRefused(t *testing.T) {
	d := newDistrict(t)
	add(d, model.Studio{ID: "other", AreaID: "xingfu", AreaPath: peace + "xingfu/", Name: "幸福工作室"})
	add(d, model.StudioDuty{StudioID: "other", Weekday: 3, RepresentativeID: "zhang"})
	plan := func(by model.Actor, studio string, duty directory.Duty) error {
		_, err := d.PlanDuty(t.Context(), by, studio, duty)
		return err
	}
	for name, tc := range map[string]struct {
		got  error
		want fault.Kind
	}{
		"on duty elsewhere":    {plan(liaison, "studio", directory.Duty{Weekday: 3, RepresentativeIDs: []string{"zhang"}}), fault.KindConflict},
		"who has ended":        {plan(liaison, "studio", directory.Duty{Weekday: 3, RepresentativeIDs: []string{"li"}}), fault.KindInvalid},
		"who is not there":     {plan(liaison, "studio", directory.Duty{Weekday: 3, RepresentativeIDs: []string{"nobody"}}), fault.KindInvalid},
		"the eighth day":       {plan(liaison, "studio", directory.Duty{Weekday: 8}), fault.KindInvalid},
		"a stale plan":         {plan(liaison, "studio", directory.Duty{Weekday: 2, Were: []string{"zeng"}}), fault.KindConflict},
		"another street":       {plan(distant, "studio", directory.Duty{Weekday: 2}), fault.KindNotFound},
		"a studio that is not": {plan(liaison, "nothing", directory.Duty{Weekday: 2}), fault.KindNotFound},
		"a representative":     {plan(zhang, "studio", directory.Duty{Weekday: 2}), fault.KindNotFound},
	} {
		if !fault.Is(tc.got, tc.want) {
			t.Errorf("%s: %v", name, tc.got)
		}
	}
	if found, err := d.Studios(t.Context(), liaison); err != nil || len(found) != 2 {
		t.Errorf("the studios are %+v, %v", found, err)
	}
	if _, err := d.Studios(t.Context(), zhang); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a representative lists studios: %v", err)
	}
}
