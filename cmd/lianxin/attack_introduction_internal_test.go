package main

import "lianxin/model"

// introduced plants for each of three areas that a representative there wrote of
// themselves, and waits.
func (a *arena) introduced() {
	a.tb.Helper()
	var ids [3]string
	for i, areaID := range a.records["area"] {
		area := firstOf[model.Area](a, "id = ?", areaID)
		row := model.Introduction{
			ID: model.NewID(), RepresentativeID: a.records["seat"][i], AreaPath: area.Path, PersonID: model.NewID(), Body: "简介" + signs[i],
			State: model.IntroductionWaiting, CreatedAt: clock().UTC(),
		}
		plant(a, &row)
		ids[i] = row.ID
	}
	a.records["introduction"] = ids
}

// attacksOnIntroductions aim at what representatives write of themselves: who sits
// on the seat writes, and the organisation officers of the area decide. Nothing is
// released: the record of the roster has another revision.
func attacksOnIntroductions() map[string][]attempt {
	const seat, desk = "/api/v1/representative/seats/{seat_id}/introduction", "/api/v1/staff/roster/introductions"
	own := ownSeatOnly(on("seat"))
	return map[string][]attempt{
		"GET " + seat:                    {own},
		"POST " + seat:                   {own.with("body", "攻方的简介", "after", "none")},
		"POST " + seat + "/withdraw":     {own.with("id", "none")},
		"POST " + seat + "/appeal":       {own.with("id", "none")},
		"GET " + desk:                    {{}},
		"POST " + desk + "/{id}/release": {on("introduction").with("revision", 999_999)},
		"POST " + desk + "/{id}/return":  {on("introduction").with("reason", "请改一改")},
	}
}
