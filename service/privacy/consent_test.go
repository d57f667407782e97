package privacy_test

import (
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/privacy"
	"lianxin/service/store"
)

func policy() privacy.Decision {
	w, _ := model.CurrentWording(model.ConsentPrivacyPolicy)
	return privacy.Decision{Version: w.Version, Given: true}
}

func TestAConsentIsListedWithTheWordsThatWereReadAndWhatIsInForce(t *testing.T) {
	town := newTown(t)
	town.must(town.desk.SetPolicy(t.Context(), town.wang, policy()))
	town.must(town.desk.SetPolicy(t.Context(), town.wang, policy()))
	town.must(town.desk.SetPolicy(t.Context(), town.wang, privacy.Decision{}))
	insert(town, &model.Message{ID: "m1", Number: "261123-AAAAAA", ResidentID: "wang", WriterID: "wang", SubmittedAt: town.clock.Now(), UpdatedAt: town.clock.Now()})
	insert(town, &model.Consent{ID: model.NewID(), PersonID: "wang", Purpose: model.ConsentHandOver, TargetID: "m1", Wording: "2026-11", Given: true, At: town.clock.Now()})
	insert(town, &model.Consent{ID: model.NewID(), PersonID: "neighbour", Purpose: model.ConsentPublish, TargetID: "m1", Wording: "2026-11", Given: true, At: town.clock.Now()})

	given, next, err := town.desk.Consents(t.Context(), town.wang, store.Page{})
	if err != nil || next != "" || len(given) != 3 {
		t.Fatalf("got %d consents, %q, %v", len(given), next, err)
	}
	if g := given[0]; g.Number != "261123-AAAAAA" || !g.Given || !g.InForce || !strings.Contains(g.Wording.Words, "承办单位") {
		t.Errorf("the newest is %+v", g)
	}
	if back, first := given[1], given[2]; back.Given || !back.InForce || !first.Given || first.InForce || !strings.Contains(first.Wording.Words, "72 小时") {
		t.Errorf("taken back: %+v; first given: %+v", back, first)
	}
	if lines := all[model.AuditLine](town, "target_id = ?", "wang"); len(lines) != 2 {
		t.Errorf("%d audit lines", len(lines))
	}
}

func TestOldWordsAreNotAgreedTo(t *testing.T) {
	town := newTown(t)
	err := town.desk.SetPolicy(t.Context(), town.wang, privacy.Decision{Version: "2019-01", Given: true})
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("got %v", err)
	}
	if _, _, err := town.desk.Consents(t.Context(), model.Actor{}, store.Page{}); !fault.Is(err, fault.KindUnauthenticated) {
		t.Errorf("nobody gets %v", err)
	}
}

func TestConsentsComeInPages(t *testing.T) {
	town := newTown(t)
	for range 3 {
		town.must(town.desk.SetPolicy(t.Context(), town.wang, policy()))
		town.must(town.desk.SetPolicy(t.Context(), town.wang, privacy.Decision{}))
	}
	seen, page := 0, store.Page{Limit: 4}
	for {
		rows, next, err := town.desk.Consents(t.Context(), town.wang, page)
		if err != nil {
			t.Fatal(err)
		}
		seen += len(rows)
		if next == "" {
			break
		}
		page.After = next
	}
	if seen != 6 {
		t.Errorf("saw %d", seen)
	}
}
