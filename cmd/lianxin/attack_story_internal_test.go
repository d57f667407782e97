package main

import "lianxin/model"

// tales plants a case story of somebody else in each of three areas: its people
// are still asked.
func (a *arena) tales(areas ...model.Area) (ids [3]string) {
	a.tb.Helper()
	for i, area := range areas {
		now := clock().UTC()
		row := model.CaseStory{
			ID: model.NewID(), MessageID: model.NewID(), AreaID: area.ID, AreaPath: area.Path, State: model.StoryAsking,
			BegunBy: "somebody", Beginner: "机密案例" + signs[i], CreatedAt: now, UpdatedAt: now,
		}
		plant(a, &row)
		ids[i] = row.ID
	}
	return ids
}

// attacksOnStories aims at case stories. Nobody of the arena is asked about one.
func attacksOnStories() map[string][]attempt {
	story := on("story")
	unasked := attempt{kind: "unasked", also: []int{404}}
	sheet := []any{"party", "pictured", "name", "穿红衣的老人", "channels", []string{"mini_program"}, "evidence", "档案柜"}
	gone := story.with("party", "pictured", "name", "没有这个人", "evidence", "来电")
	gone.says = "没有找到这份纸质授权"
	return map[string][]attempt{
		"GET /api/v1/me/stories":                                      {{}},
		"GET /api/v1/me/stories/{id}":                                 {unasked},
		"PUT /api/v1/me/stories/{id}/consents":                        {unasked.with("channels", []map[string]any{{"channel": "mini_program", "given": false}})},
		"POST /api/v1/me/stories/{id}/judge":                          {unasked.with("shown", "x", "agrees", true)},
		"GET /api/v1/staff/story-candidates":                          {{}},
		"GET /api/v1/staff/stories":                                   {{}},
		"POST /api/v1/staff/stories":                                  {attempt{kind: "unasked", also: []int{404}, body: fields("message_id", "none", "channels", []string{"mini_program"})}},
		"GET /api/v1/staff/stories/{id}":                              {story},
		"POST /api/v1/staff/stories/{id}/sheets":                      {story.with(sheet...)},
		"POST /api/v1/staff/stories/{id}/sheets/take-back":            {gone},
		"POST /api/v1/staff/stories/{id}/write":                       {story},
		"GET /api/v1/staff/stories/{id}/findings":                     {story},
		"POST /api/v1/staff/stories/{id}/check":                       {story.with("revision", 1, "harmless", []string{})},
		"POST /api/v1/staff/stories/{id}/show":                        {attempt{kind: "story", body: fields()}},
		"GET /api/v1/staff/stories/{id}/pictures":                     {story},
		"POST /api/v1/staff/stories/{id}/pictures/{picture_id}/cover": {story.with("boxes", []map[string]any{{"x": 0, "y": 0, "width": 1, "height": 1}})},
		"POST /api/v1/staff/stories/{id}/drop":                        {story.with("reason", "不合适")},
	}
}
