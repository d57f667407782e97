package main

// attacksOnSettings are the decisions for the settings of the deployment.
func attacksOnSettings() map[string][]attempt {
	return map[string][]attempt{
		"DELETE /api/v1/staff/areas/{area_id}/deadline-policies/{kind}": {{kind: "area", says: "本区域自己的这一项期限"}},
		"GET /api/v1/staff/calendar/{year}":                             {{}},
		"POST /api/v1/staff/calendar/{year}/preview":                    {attempt{}.with("text", "2027-05-03,false,劳动节")},
		"PUT /api/v1/staff/calendar/{year}":                             {attempt{refuse: inDistrictOnly}.with("text", "2027-05-03,false,劳动节")},
		"PUT /api/v1/staff/calendar/days/{day}":                         {attempt{refuse: inDistrictOnly}.with("working", false, "name", "劳动节")},
		"DELETE /api/v1/staff/calendar/days/{day}":                      {{refuse: inDistrictOnly, also: []int{404}}},
	}
}
