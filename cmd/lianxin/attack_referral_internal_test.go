package main

// attacksOnReferrals aim at where other matters go: everybody reads it, the office
// of an area says it.
func attacksOnReferrals() map[string][]attempt {
	const path = "/api/v1/staff/areas/{area_id}/referrals"
	petition := func(t attempt) attempt {
		t.of = "petition_office"
		return t
	}
	return map[string][]attempt{
		"GET /api/v1/referrals":            {{}},
		"GET /api/v1/areas/{id}/referrals": {on("area")},
		"GET " + path:                      {on("area")},
		"PUT " + path + "/{kind}": {petition(on("area").with(
			"name", "攻方信访局", "purpose", "", "phone", "", "address", "", "hours", "", "sort", 1, "shown", true, "revision", 99))},
		"DELETE " + path + "/{kind}": {petition(attempt{kind: "area", query: "?revision=99", says: "本区域自己的这一项去处"})},
	}
}
