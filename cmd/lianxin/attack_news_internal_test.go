package main

import "lianxin/model"

// articles plants an article of somebody else in each of three areas, for each of
// the states in which something can be done.
func (a *arena) articles(areas ...model.Area) {
	a.tb.Helper()
	for kind, state := range map[string]model.ArticleState{
		"draft": model.ArticleDraft, "article in review": model.ArticleInReview, "approved": model.ArticleApproved,
		"scheduled": model.ArticleScheduled, "live article": model.ArticleLive, "corrected": model.ArticleCorrected,
	} {
		a.records[kind] = a.drafts(state, areas...)
	}
}

func (a *arena) drafts(state model.ArticleState, areas ...model.Area) (ids [3]string) {
	a.tb.Helper()
	for i, area := range areas {
		now := clock().UTC()
		row := model.Article{
			ID: model.NewID(), AreaID: area.ID, AreaPath: area.Path, Kind: model.ArticleNews, Title: "机密文稿" + signs[i], Body: "<p>好</p>",
			State: state, AuthorID: "somebody", Revision: 1, CreatedAt: now, UpdatedAt: now,
		}
		plant(a, &row)
		ids[i] = row.ID
	}
	return ids
}

// shelve plants a picture of the library in each of three areas.
func (a *arena) shelve(areas ...model.Area) (ids [3]string) {
	a.tb.Helper()
	for i, area := range areas {
		row := model.LibraryPicture{ID: model.NewID(), AreaID: area.ID, AreaPath: area.Path, PictureID: model.NewID(), Caption: "机密图片" + signs[i], CreatedAt: clock().UTC()}
		plant(a, &row)
		ids[i] = row.ID
	}
	return ids
}

// attacksOnNewsroom aims at articles: those that wait for a reviewer are a
// conflict for who may not yet do what they ask for.
func attacksOnNewsroom() map[string][]attempt {
	draft := on("draft")
	unknown := func(t attempt, what string) attempt {
		t.says = "没有找到" + what
		return t
	}
	shared := attempt{kind: "column", refuse: inDistrictOnly}
	return map[string][]attempt{
		"GET /api/v1/staff/articles":                             {{}},
		"GET /api/v1/staff/articles/export":                      {{}},
		"POST /api/v1/staff/articles":                            {aimed("area", "area_id", "kind", "news", "title", "攻方文稿")},
		"GET /api/v1/staff/articles/{id}":                        {draft},
		"PUT /api/v1/staff/articles/{id}/draft":                  {draft.with("revision", 1, "title", "攻方改题", "body", "<p>改</p>")},
		"POST /api/v1/staff/articles/{id}/submit":                {draft},
		"POST /api/v1/staff/articles/{id}/revise":                {on("scheduled")},
		"POST /api/v1/staff/articles/{id}/return":                {on("article in review").with("reason", "请再改改")},
		"POST /api/v1/staff/articles/{id}/approve":               {{kind: "article in review", says: "不能由您审核通过"}},
		"POST /api/v1/staff/articles/{id}/comments":              {draft.with("text", "批注")},
		"POST /api/v1/staff/articles/{id}/comments/{cid}/settle": {unknown(draft, "这条批注")},
		"GET /api/v1/staff/articles/{id}/versions":               {draft},
		"GET /api/v1/staff/articles/{id}/versions/{n}":           {draft},
		"GET /api/v1/staff/articles/{id}/versions/{n}/compare":   {draft},
		"POST /api/v1/staff/articles/{id}/versions/{n}/restore":  {unknown(draft, "这个版本")},
		"PUT /api/v1/staff/articles/{id}/doors":                  {draft.with("feed", true, "draft", false, "publication", false)},
		"POST /api/v1/staff/articles/{id}/doors/{door}/retry":    {draft},
		"POST /api/v1/staff/articles/{id}/schedule":              {on("approved").with("at", clock().AddDate(0, 0, 7))},
		"POST /api/v1/staff/articles/{id}/unschedule":            {on("scheduled")},
		"POST /api/v1/staff/articles/{id}/publish":               {on("approved")},
		"POST /api/v1/staff/articles/{id}/correct":               {on("live article").with("revision", 1, "title", "更正", "body", "<p>更正</p>", "note", "更正说明")},
		"POST /api/v1/staff/articles/{id}/withdraw":              {on("corrected").with("reason", "撤下")},
		"GET /api/v1/staff/articles/{id}/figures":                {draft},
		"GET /api/v1/staff/articles/{id}/wechat":                 {draft},
		"POST /api/v1/staff/articles/{id}/preview":               {draft.with("to", "me").or(422)},
		"GET /api/v1/staff/articles/{id}/mass-send":              {draft},
		"POST /api/v1/staff/articles/{id}/mass-send/ask":         {draft},
		"POST /api/v1/staff/articles/{id}/mass-send/confirm":     {draft},
		"POST /api/v1/staff/articles/{id}/mass-send/cancel":      {draft},
		"GET /api/v1/staff/library":                              {{}},
		"POST /api/v1/staff/library":                             {unknown(aimed("area", "area_id", "picture_id", "none", "caption", "图", "source", "源"), "这张图片")},
		"DELETE /api/v1/staff/library/{id}":                      {on("library")},
		"GET /api/v1/staff/columns":                              {{}},
		"POST /api/v1/staff/columns":                             {{body: fields("name", "攻方栏目"), refuse: inDistrictOnly}},
		"PUT /api/v1/staff/columns/{id}":                         {{kind: shared.kind, refuse: shared.refuse, body: fields("name", "攻方栏目")}},
		"DELETE /api/v1/staff/columns/{id}":                      {shared},
	}
}
