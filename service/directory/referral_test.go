package directory_test

import (
	"slices"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/directory"
	"lianxin/service/store/storetest"
)

// chief looks after the whole district.
var chief = staff(model.RoleLiaisonOfficer, "/d/")

func petitionOffice(areaID, name string) model.Referral {
	return model.Referral{
		AreaID: areaID, Kind: model.ElsewherePetition, Name: name, Purpose: "当面说", Phone: "0571-86000112", Address: "建设路1号", Hours: "周一至周五", Sort: 20, Shown: true,
	}
}

// says lets an area say where matters go.
func (d *district) says(by model.Actor, r model.Referral) directory.Referral {
	d.t.Helper()
	kept, err := d.KeepReferral(d.t.Context(), by, r)
	if err != nil {
		d.t.Fatal(err)
	}
	return kept
}

// referredTo is the place of a kind in an area, as everybody reads it.
func (d *district) referredTo(areaID string, kind model.Elsewhere) directory.Referral {
	d.t.Helper()
	_, found, err := d.Referrals(d.t.Context(), areaID)
	if err != nil {
		d.t.Fatal(err)
	}
	return found[slices.IndexFunc(found, func(r directory.Referral) bool { return r.Kind == kind })]
}

func TestWhereNobodySaysAnythingTheCountrysPlacesHold(t *testing.T) {
	d := newDistrict(t)
	_, found, err := d.Referrals(t.Context(), building)
	if err != nil {
		t.Fatal(err)
	}
	for i, national := range model.NationalReferrals() {
		got := found[i]
		if got.Name != national.Name || got.Phone != national.Phone || got.Shown != national.Shown || got.From.ID != "" || got.Own {
			t.Errorf("%s: %+v, want the country's", national.Kind, got)
		}
	}
	if at := d.referredTo(building, model.ElsewhereOther); at.Shown {
		t.Error("a place that nobody named is listed")
	}
}

func TestAnAreaInheritsFromTheNearestAboveThatSaysSomethingForAKind(t *testing.T) {
	d := newDistrict(t)
	d.says(chief, petitionOffice("d", "区信访局"))
	d.says(liaison, petitionOffice("heping", "和平接待室"))
	for area, want := range map[string]string{"": "区信访局", "d": "区信访局", "heping": "和平接待室", building: "和平接待室", "wenyuan": "区信访局"} {
		if got := d.referredTo(area, model.ElsewherePetition); got.Name != want || got.From.Name == "" {
			t.Errorf("%q is sent to %q of %q, want %q", area, got.Name, got.From.Name, want)
		}
	}
	if got := d.referredTo(building, model.ElsewhereCourt); got.Phone != "12368" || got.From.ID != "" {
		t.Errorf("what was said of one kind changed another: %+v", got)
	}
	street := d.referredTo("heping", model.ElsewherePetition)
	if !street.Own || street.Above.Name != "区信访局" || street.AboveFrom.ID != "d" {
		t.Errorf("the street is not told what it would inherit: %+v", street)
	}
	if got := d.referredTo(building, model.ElsewherePetition); got.Own || got.Revision != 0 || got.Above.Name != "和平接待室" {
		t.Errorf("the community takes the street's words for its own: %+v", got)
	}
}

func TestTheDistrictsWordsHoldAgainWhenAStreetTakesItsOwnBack(t *testing.T) {
	d := newDistrict(t)
	d.says(chief, petitionOffice("d", "区信访局"))
	kept := d.says(liaison, petitionOffice("heping", "和平接待室"))
	cleared, err := d.ClearReferral(t.Context(), liaison, "heping", model.ElsewherePetition, kept.Revision)
	if err != nil || cleared.Name != "区信访局" || cleared.Own {
		t.Fatalf("%+v, %v", cleared, err)
	}
	if got := d.referredTo(building, model.ElsewherePetition); got.Name != "区信访局" {
		t.Errorf("the community is still sent to %q", got.Name)
	}
	_, err = d.ClearReferral(t.Context(), liaison, "heping", model.ElsewherePetition, cleared.Revision)
	wantFault(t, err, fault.KindNotFound)
	top := d.referredTo("d", model.ElsewherePetition)
	if national, err := d.ClearReferral(t.Context(), chief, "d", model.ElsewherePetition, top.Revision); err != nil || national.Name != model.ElsewhereWords(model.ElsewherePetition) || national.From.ID != "" {
		t.Errorf("%+v, %v, want the country's words", national, err)
	}
}

func TestOfTwoWhoWriteAtOnceOneIsToldAndNothingIsLost(t *testing.T) {
	d := newDistrict(t)
	first := d.says(liaison, petitionOffice("heping", "一号窗口"))
	_, err := d.KeepReferral(t.Context(), chief, petitionOffice("heping", "二号窗口"))
	wantFault(t, err, fault.KindConflict)
	stale := petitionOffice("heping", "三号窗口")
	stale.Revision = first.Revision
	second := d.says(chief, stale)
	_, err = d.KeepReferral(t.Context(), liaison, stale)
	wantFault(t, err, fault.KindConflict)
	_, err = d.ClearReferral(t.Context(), liaison, "heping", model.ElsewherePetition, first.Revision)
	wantFault(t, err, fault.KindConflict)
	// Taking back and saying anew does not bring an old revision back.
	cleared, err := d.ClearReferral(t.Context(), liaison, "heping", model.ElsewherePetition, second.Revision)
	wantNone(t, err)
	_, err = d.KeepReferral(t.Context(), chief, stale)
	wantFault(t, err, fault.KindConflict)
	again := petitionOffice("heping", "四号窗口")
	again.Revision = cleared.Revision
	if d.says(liaison, again); d.referredTo("heping", model.ElsewherePetition).Name != "四号窗口" {
		t.Error("the words of who read the latest were not kept")
	}
}

func TestAnOfficeSaysWhereMattersGoInItsOwnAreasOnly(t *testing.T) {
	d := newDistrict(t)
	kept := d.says(liaison, petitionOffice("heping", "和平接待室"))
	for name, by := range map[string]model.Actor{"another street": distant, "the organisation department": officer, "a resident": nobody} {
		_, err := d.KeepReferral(t.Context(), by, petitionOffice("heping", "别处"))
		wantFault(t, err, fault.KindNotFound)
		_, err = d.ClearReferral(t.Context(), by, "heping", model.ElsewherePetition, kept.Revision)
		wantFault(t, err, fault.KindNotFound)
		if _, err := d.ReferralsOf(t.Context(), by, "heping"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s reads the desk of another: %v", name, err)
		}
	}
	_, err := d.KeepReferral(t.Context(), liaison, petitionOffice("d", "全区"))
	wantFault(t, err, fault.KindNotFound)
	_, err = d.KeepReferral(t.Context(), chief, petitionOffice("gone", "没有"))
	wantFault(t, err, fault.KindNotFound)
}

func TestWhatIsSaidOfAPlaceIsWrittenInTheLog(t *testing.T) {
	d := newDistrict(t)
	kept := d.says(liaison, petitionOffice("heping", "和平接待室"))
	_, err := d.ClearReferral(t.Context(), liaison, "heping", model.ElsewherePetition, kept.Revision)
	wantNone(t, err)
	lines := rows[model.AuditLine](d, "target_kind = ? AND target_id = ?", "area", "heping")
	var told []string
	for _, line := range lines {
		told = append(told, line.Action+" "+line.AreaPath+" "+line.Detail)
	}
	slices.Sort(told)
	want := []string{"referral.clear " + peace + " 信访部门：和平接待室", "referral.set " + peace + " 信访部门：和平接待室"}
	if !slices.Equal(told, want) {
		t.Errorf("the log tells %q", told)
	}
}

func TestWordsOfAPlaceAreTidiedAndWhatCannotBeIsToldBesideItsField(t *testing.T) {
	d := newDistrict(t)
	r := petitionOffice("heping", "  和平\n接待室\u200b ")
	r.Phone = "０５７１—86000112"
	if got := d.says(liaison, r); got.Name != "和平 接待室" || got.Phone != "0571-86000112" {
		t.Errorf("kept %q, %q", got.Name, got.Phone)
	}
	for field, spoil := range map[string]func(*model.Referral){
		"kind":    func(r *model.Referral) { r.Kind = "bank" },
		"name":    func(r *model.Referral) { r.Name = " \n" },
		"purpose": func(r *model.Referral) { r.Purpose = strings.Repeat("事", model.ReferralPurposeMax+1) },
		"phone":   func(r *model.Referral) { r.Phone = "找老王" },
		"address": func(r *model.Referral) { r.Address = strings.Repeat("路", model.ReferralAddressMax+1) },
		"hours":   func(r *model.Referral) { r.Hours = strings.Repeat("天", model.ReferralHoursMax+1) },
		"sort":    func(r *model.Referral) { r.Sort = 0 },
	} {
		bad := petitionOffice("heping", "接待室")
		spoil(&bad)
		_, err := d.KeepReferral(t.Context(), liaison, bad)
		if f := fault.Of(err); f == nil || f.Kind != fault.KindInvalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestPlacesAreReadInTheOrderTheOfficeGives(t *testing.T) {
	d := newDistrict(t)
	r := petitionOffice("d", "区信访局")
	r.Sort, r.Shown = 1, false
	d.says(chief, r)
	_, found, err := d.Referrals(t.Context(), "")
	if err != nil || found[0].Kind != model.ElsewherePetition || found[0].Shown {
		t.Errorf("first is %+v, %v", found[0], err)
	}
}

func TestEveryWordOnWhereMattersGoIsANewEdition(t *testing.T) {
	d := newDistrict(t)
	edition := func() string {
		name, err := d.Edition(t.Context())
		wantNone(t, err)
		return name
	}
	empty := edition()
	kept := d.says(liaison, petitionOffice("heping", "和平接待室"))
	said := edition()
	_, err := d.ClearReferral(t.Context(), liaison, "heping", model.ElsewherePetition, kept.Revision)
	wantNone(t, err)
	if back := edition(); empty == said || said == back || back == empty {
		t.Errorf("the public keeps seeing what was: %q, %q, %q", empty, said, back)
	}
}

func TestWithoutAnyAreaTheCountrysPlacesHold(t *testing.T) {
	s, err := directory.New(directory.Options{DB: storetest.Open(t), Now: storetest.NewClock(t, "2026-11-23 09:00").Now})
	wantNone(t, err)
	area, found, err := s.Referrals(t.Context(), "")
	if err != nil || area.ID != "" || len(found) != len(model.NationalReferrals()) {
		t.Errorf("%+v, %d places, %v", area, len(found), err)
	}
	_, _, err = s.Referrals(t.Context(), "gone")
	wantFault(t, err, fault.KindNotFound)
}

func TestEveryKindOfPlaceHasOneNationalWording(t *testing.T) {
	seen := map[model.Elsewhere]bool{}
	for _, p := range model.NationalReferrals() {
		if seen[p.Kind] || p.Name == "" || p.Name != model.ElsewhereWords(p.Kind) {
			t.Errorf("%s: %+v", p.Kind, p)
		}
		seen[p.Kind] = true
	}
	for _, kind := range []model.Elsewhere{
		model.ElsewhereHotline, model.ElsewherePetition, model.ElsewhereCourt, model.ElsewhereLegalAid, model.ElsewhereDiscipline, model.ElsewherePolice, model.ElsewhereOther,
	} {
		if !seen[kind] {
			t.Errorf("nobody says where %s is", kind)
		}
	}
}
