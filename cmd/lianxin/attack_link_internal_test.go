package main

import (
	"net/http"

	"lianxin/model"
	"lianxin/service/linking"
)

// links plants for each writer that they were joined with somebody once, and
// parted again.
func (a *arena) links(writers []phone) (ids [3]string) {
	a.tb.Helper()
	for i, w := range writers {
		now := clock().UTC()
		row := model.PersonLink{
			ID: model.NewID(), KeptID: w.must(http.StatusOK, w.get("/api/v1/me")).field(a.tb, "person_id"), AbsorbedID: model.NewID(),
			Cause: model.LinkByCode, State: model.LinkUndone, LinkedAt: now, UndoUntil: now.Add(linking.UndoLife), UndoneAt: &now,
		}
		plant(a, &row)
		ids[i] = row.ID
	}
	return ids
}

// attacksOnLinks aims at joining two persons. Nobody of the arena was given a code.
func attacksOnLinks() map[string][]attempt {
	return map[string][]attempt{
		"POST /api/v1/me/phone/codes":         {attempt{}.with("phone", "1").or(403, 422, 429)},
		"PUT /api/v1/me/phone/by-code":        {attempt{}.with("phone", "13800138000", "code", "000000").or(403, 422, 429)},
		"POST /api/v1/me/link-codes":          {attempt{}.or(403, 429)},
		"POST /api/v1/me/link/preview":        {attempt{}.with("code", "00000000").or(403, 422, 429)},
		"POST /api/v1/me/link":                {attempt{}.with("code", "00000000", "confirmed", true).or(403, 422, 429)},
		"POST /api/v1/me/memberships/confirm": {attempt{}.with("name", "攻方").or(409, 422, 429)},
		// There is no such unit: who is let in and who is not hear the same.
		"GET /api/v1/staff/roster/electing-units/{id}/members":                {attempt{kind: "area", also: []int{404}}},
		"POST /api/v1/staff/roster/electing-units/{id}/members":               {attempt{kind: "area", also: []int{404}, body: fields("text", "攻方 13800138000", "dry", true)}},
		"DELETE /api/v1/staff/roster/electing-units/{id}/members/{member_id}": {attempt{kind: "area", also: []int{404}}},
		"GET /api/v1/me/links":            {{}},
		"POST /api/v1/me/links/{id}/undo": {on("link")},
		// The office undoes what was joined in its areas.
		"GET /api/v1/staff/links":            {{}},
		"GET /api/v1/staff/links/export":     {{}},
		"GET /api/v1/staff/links/{id}":       {on("office-link")},
		"POST /api/v1/staff/links/{id}/undo": {on("office-link").with("reason", "冒领")},
	}
}
