package main

import "lianxin/model"

// drafts plants an article of somebody else in each of three areas.
func (a *arena) drafts(areas ...model.Area) (ids [3]string) {
	a.tb.Helper()
	for i, area := range areas {
		now := clock().UTC()
		row := model.Article{
			ID: model.NewID(), AreaID: area.ID, AreaPath: area.Path, Kind: model.ArticleNews, Title: "机密文稿" + signs[i], Body: "<p>好</p>",
			State: model.ArticleDraft, AuthorID: "somebody", Revision: 1, CreatedAt: now, UpdatedAt: now,
		}
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
		"POST /api/v1/staff/articles":                            {aimed("area", "area_id", "kind", "news", "title", "攻方文稿")},
		"GET /api/v1/staff/articles/{id}":                        {draft},
		"PUT /api/v1/staff/articles/{id}/draft":                  {draft.with("revision", 1, "title", "攻方改题", "body", "<p>改</p>")},
		"POST /api/v1/staff/articles/{id}/submit":                {draft},
		"POST /api/v1/staff/articles/{id}/revise":                {draft},
		"POST /api/v1/staff/articles/{id}/return":                {draft.with("reason", "请再改改")},
		"POST /api/v1/staff/articles/{id}/approve":               {{kind: "draft", says: "不能由您审核通过"}},
		"POST /api/v1/staff/articles/{id}/comments":              {draft.with("text", "批注")},
		"POST /api/v1/staff/articles/{id}/comments/{cid}/settle": {unknown(draft, "这条批注")},
		"GET /api/v1/staff/articles/{id}/versions":               {draft},
		"GET /api/v1/staff/articles/{id}/versions/{n}":           {draft},
		"GET /api/v1/staff/articles/{id}/versions/{n}/compare":   {draft},
		"POST /api/v1/staff/articles/{id}/versions/{n}/restore":  {unknown(draft, "这个版本")},
		"GET /api/v1/staff/columns":                              {{}},
		"POST /api/v1/staff/columns":                             {{body: fields("name", "攻方栏目"), refuse: inDistrictOnly}},
		"PUT /api/v1/staff/columns/{id}":                         {{kind: shared.kind, refuse: shared.refuse, body: fields("name", "攻方栏目")}},
		"DELETE /api/v1/staff/columns/{id}":                      {shared},
	}
}
