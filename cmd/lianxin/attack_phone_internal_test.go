package main

import "lianxin/model"

// attacksOnOwnThings aim at what a representative sees and changes of themselves.
func attacksOnOwnThings() map[string][]attempt {
	const seat = "/api/v1/representative/seats/{seat_id}/"
	return map[string][]attempt{
		"GET " + seat + "profile": {on("seat")},
		"PUT " + seat + "profile": {on("seat").with("topic_ids", []string{}, "hours", []any{}, "revision", 999)},
		"GET " + seat + "figures": {ownSeatOnly(on("seat"))},
		"GET " + seat + "code":    {on("seat")},
	}
}

// ownSeatOnly keeps the liaison office off what is for the representative alone.
func ownSeatOnly(t attempt) attempt {
	t.refuse = func(c caller, _ which) int {
		if c.reach(model.PermitAbsenceSet) == model.ReachArea {
			return 404
		}
		return 0
	}
	return t
}

// keep plants what people keep on their phones: of the resident, the member and a
// stranger.
func (a *arena) keep() {
	a.tb.Helper()
	people := [3]string{a.called(model.RoleResident).personID(), a.called(model.RoleMember).personID(), model.NewID()}
	var follows, said [3]string
	places := a.records["area"]
	for i, person := range people {
		f := model.Follow{ID: model.NewID(), PersonID: person, Kind: model.FollowArea, TargetID: a.records["area"][second], CreatedAt: clock().UTC()}
		plant(a, &f)
		follows[i] = f.ID
		place := firstOf[model.Area](a, "id = ?", places[i])
		word := model.AppSuggestion{ID: model.NewID(), PersonID: person, AreaPath: place.Path, Kind: model.SuggestionComplaint, State: model.SuggestionOpen, Body: "机密意见" + signs[i], CreatedAt: clock().UTC()}
		plant(a, &word)
		said[i] = word.ID
		a.marks = append(a.marks, word.Body)
	}
	a.records["suggestion"] = said
	a.records["follow"], a.owners["follow"] = follows, [3]string{string(model.RoleResident), string(model.RoleMember)}
}

// attacksOnFollows aim at what people follow. Everybody may follow anybody.
func attacksOnFollows() map[string][]attempt {
	return map[string][]attempt{
		"GET /api/v1/me/follows": {{}},
		"PUT /api/v1/me/follows": {{body: func(a *arena, _ string) map[string]any {
			return map[string]any{"kind": "representative", "target_id": a.records["seat"][first]}
		}}},
		"DELETE /api/v1/me/follows/{id}": {on("follow")},
	}
}

// attacksOnSuggestions aim at what people say about the app: the office of the
// area reads it, and who wrote it.
func attacksOnSuggestions() map[string][]attempt {
	return map[string][]attempt{
		"GET /api/v1/me/suggestions":                {{}},
		"POST /api/v1/me/suggestions":               {attempt{}.with("kind", "suggestion", "body", "字再大一点")},
		"GET /api/v1/staff/suggestions":             {{}},
		"GET /api/v1/staff/suggestions/export":      {{}},
		"POST /api/v1/staff/suggestions/{id}/reply": {on("suggestion").with("reply", "谢谢")},
		"POST /api/v1/articles/{id}/reads":          {on("article").with("token", "0123456789abcdef", "from", "feed")},
	}
}
