package main

import "strings"

// attacksOnRoster are the forms of the roster. What a form says is wrong on
// purpose: nothing of the world changes.
func attacksOnRoster() map[string][]attempt {
	seat := []any{
		"code", "", "name", "", "reading", "", "sex", "", "birth_year", 0, "term_id", "", "electing_unit_id", "", "delegation_id", "", "area_id", "", "serves",
		[]string{},
		"studio_id", "", "composition", "", "field", "", "post", "", "employer", "", "topics",
		[]string{},
		"introduction", "", "office_line", "", "picture_id", "",
	}
	table := map[string][]attempt{
		"POST /api/v1/staff/invitations/batch": {{kind: "unit", body: func(_ *arena, id string) map[string]any {
			return map[string]any{"kind": "unit_officer", "target_ids": []string{id}}
		}}},
		"GET /api/v1/staff/roster/places":                     {{}},
		"GET /api/v1/staff/roster/imports":                    {{}},
		"GET /api/v1/staff/roster/representatives":            {{}},
		"GET /api/v1/staff/roster/representatives/{id}":       {on("seat")},
		"POST /api/v1/staff/roster/representatives":           {attempt{}.with(seat...).or(422)},
		"PUT /api/v1/staff/roster/representatives/{id}":       {onRevision(on("seat").with(seat...).or(422))},
		"POST /api/v1/staff/roster/representatives/{id}/end":  {staleEnd()},
		"POST /api/v1/staff/roster/representatives/{id}/move": {onRevision(on("seat").with("deed", "restore", "reason", "期满"))},
	}
	for path, form := range map[string][]any{
		"areas":          {"name", "", "parent_id", "", "sort", 0, "centre", "", "addresses", []any{}},
		"organisations":  {"name", "", "kind", "branch", "area_id", "", "parent_id", ""},
		"electing-units": {"name", "", "area_id", "", "organisation_id", ""},
		"units":          {"name", "", "area_id", "", "duty", "", "office_line", "", "active", true},
		"studios":        {"name", "", "area_id", "", "address", "", "office_line", ""},
		"terms":          {"name", "", "starts_on", "", "ends_on", ""},
		"delegations":    {"name", "", "term_id", ""},
		"topics":         {"name", "", "sort", 0},
	} {
		add, change := attempt{}.with(form...).or(422), attempt{}.with(form...).or(422)
		switch path {
		case "terms", "delegations", "topics":
			add.refuse, change = inDistrictOnly, attempt{kind: "area", body: change.body, also: []int{404}, refuse: inDistrictOnly}
		case "units", "areas":
			change.kind = strings.TrimSuffix(path, "s")
		default:
			// There is no such record: who is let in and who is not hear the same.
			change = attempt{kind: "area", body: change.body, also: []int{404}}
		}
		table["POST /api/v1/staff/roster/"+path] = []attempt{add}
		table["PUT /api/v1/staff/roster/"+path+"/{id}"] = []attempt{onRevision(change)}
	}
	return table
}

// staleEnd ends a qualification on a revision that there is not: nobody leaves.
func staleEnd() attempt {
	end := on("seat").with("deed", "end_service", "reason", "调离")
	end.query = "?revision=99"
	return end
}

// onRevision names the revision on which a form was filled in.
func onRevision(t attempt) attempt {
	t.query = "?revision=0"
	return t
}
