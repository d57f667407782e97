package sample

import (
	"context"
	"fmt"

	"lianxin/model"
)

// spokenFor says which liaison officer says where matters go in an area.
var spokenFor = map[string]string{district: "孟祥宁", "和平街道": "丁文静"}

// sayElsewhere lets the liaison offices say where the matters go that no
// representative can settle; what they say nothing of is as in the whole country.
func (t *town) sayElsewhere(ctx context.Context) error {
	lines, err := table("referrals.csv")
	if err != nil {
		return err
	}
	order := map[model.Elsewhere]int{}
	for _, national := range model.NationalReferrals() {
		order[national.Kind] = national.Sort
	}
	for _, line := range lines {
		kind := model.Elsewhere(line["kind"])
		_, err := t.directory.KeepReferral(ctx, t.people[spokenFor[line["area"]]], model.Referral{
			AreaID: t.roster.find(anArea, line["area"]), Kind: kind, Name: line["name"], Purpose: line["purpose"], Phone: line["phone"],
			Address: line["address"], Hours: line["hours"], Sort: order[kind], Shown: true,
		})
		if err != nil {
			return fmt.Errorf("sample: say where %s sends people to: %w", line["area"], err)
		}
	}
	return nil
}
