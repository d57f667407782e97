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
