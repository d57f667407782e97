package main

// attacksOnSettings are the decisions for the settings of the deployment.
func attacksOnSettings() map[string][]attempt {
	text := []any{"form", "text", "body", "您好", "enabled", true, "matching", "exact", "words", "攻方关键词"}
	whole := func(pairs ...any) attempt { return attempt{refuse: inDistrictOnly}.with(pairs...) }
	gone := func() attempt { return attempt{kind: "area", refuse: inDistrictOnly, also: []int{404}} }
	return map[string][]attempt{
		"GET /api/v1/staff/official/menu":            {{refuse: inDistrictOnly}},
		"PUT /api/v1/staff/official/menu":            {whole("buttons", []any{}, "revision", 0)},
		"POST /api/v1/staff/official/menu/publish":   {whole("revision", 99)},
		"GET /api/v1/staff/official/menu/there":      {{refuse: inDistrictOnly}},
		"POST /api/v1/staff/official/menu/take-over": {whole("revision", 99)},
		"GET /api/v1/staff/official/replies":         {{refuse: inDistrictOnly}},
		"POST /api/v1/staff/official/replies":        {whole(text...)},
		"PUT /api/v1/staff/official/replies/order":   {whole("ids", []string{"nobody"})},
		"PUT /api/v1/staff/official/replies/{id}":    {gone().with(text...)},
		"DELETE /api/v1/staff/official/replies/{id}": {gone()},
		"PUT /api/v1/staff/official/welcome":         {whole(text...)},
		"POST /api/v1/staff/official/try":            {whole("text", "和平")},
		"POST /api/v1/staff/official/check":          {{refuse: inDistrictOnly}},
		"GET /api/v1/staff/notice-templates":         {{refuse: inDistrictOnly}},
		"POST /api/v1/staff/notice-templates/check":  {{refuse: inDistrictOnly}},

		"DELETE /api/v1/staff/areas/{area_id}/deadline-policies/{kind}": {{kind: "area", says: "本区域自己的这一项期限"}},
		"GET /api/v1/staff/calendar/{year}":                             {{}},
		"POST /api/v1/staff/calendar/{year}/preview":                    {attempt{}.with("text", "2027-05-03,false,劳动节")},
		"PUT /api/v1/staff/calendar/{year}":                             {attempt{refuse: inDistrictOnly}.with("text", "2027-05-03,false,劳动节")},
		"PUT /api/v1/staff/calendar/days/{day}":                         {attempt{refuse: inDistrictOnly}.with("working", false, "name", "劳动节")},
		"DELETE /api/v1/staff/calendar/days/{day}":                      {{refuse: inDistrictOnly, also: []int{404}}},
	}
}
