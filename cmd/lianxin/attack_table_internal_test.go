package main

import (
	"bytes"
	"image"
	"image/png"
	"maps"
	"net/url"
	"strings"
	"time"

	"lianxin/model"
)

// attempt is one way to call a route: the kind of record it is aimed at, and
// the body. An attempt without a kind is aimed at no record.
type attempt struct {
	kind string
	body func(a *arena, id string) map[string]any
	// also are statuses, beside those of success and a conflict of states, that
	// only somebody who was let in gets.
	also []int
	// refuse gives the status for a caller whom the matrix would let in, where
	// the matrix does not say all; 0 where it does.
	refuse func(c caller, w which) int
	// says are words of an answer that only who was let in gets.
	says string
	// fresh makes a record of its own for each try that is let in.
	fresh func(a *arena, w which) string
	// of is the {kind} in the path.
	of string
	// query follows the path.
	query string
	// raw is a file in place of a body.
	raw func(a *arena) []byte
}

func on(kind string) attempt { return attempt{kind: kind} }

// fields is a body that is always the same.
func fields(pairs ...any) func(*arena, string) map[string]any {
	return func(*arena, string) map[string]any {
		body := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			body[pairs[i].(string)] = pairs[i+1] //nolint:forcetypeassert // written below
		}
		return body
	}
}

func (t attempt) with(pairs ...any) attempt {
	t.body = fields(pairs...)
	return t
}

func (t attempt) or(statuses ...int) attempt {
	t.also = statuses
	return t
}

// aimed is a body that names the record.
func aimed(kind, field string, pairs ...any) attempt {
	return attempt{kind: kind, body: func(a *arena, id string) map[string]any {
		body := fields(pairs...)(a, id)
		body[field] = id
		return body
	}}
}

// inDistrictOnly is for what all streets share.
func inDistrictOnly(c caller, _ which) int {
	if c.district {
		return 0
	}
	return 403
}

// attacks is the decision for every route of the description. A route that is
// not here fails the test.
func attacks() map[string][]attempt {
	table := map[string][]attempt{
		// What everybody may read, and the ways to sign in.
		"GET /api/v1/answers":                      {{}},
		"POST /api/v1/answers/similar":             {attempt{}.with("text", "路灯坏了")},
		"GET /api/v1/areas":                        {{}},
		"GET /api/v1/areas/search":                 {{query: "?q=" + url.QueryEscape("和平")}},
		"GET /api/v1/areas/near":                   {{query: "?latitude=30.26&longitude=120.17"}},
		"GET /api/v1/consents/wordings":            {{}},
		"GET /api/v1/areas/{id}":                   {on("area")},
		"GET /api/v1/articles":                     {{}},
		"GET /api/v1/columns":                      {{}},
		"GET /api/v1/articles/{id}":                {on("article")},
		"GET /api/v1/check-codes/{code}":           {on("check code")},
		"GET /api/v1/representatives":              {{}},
		"GET /api/v1/representatives/{id}":         {on("seat")},
		"GET /api/v1/representatives/{id}/promise": {on("seat")},
		"GET /api/v1/scenes/{code}":                {on("scene")},
		"GET /api/v1/sessions/official/authorize":  {{}},
		"GET /api/v1/topics":                       {{}},
		"GET /api/v1/units":                        {{}},
		"POST /api/v1/sessions/official":           {attempt{}.with("code", "made-up").or(401)},
		"POST /api/v1/sessions/refresh":            {attempt{}.with("refresh_token", "made-up-token").or(401)},
		"POST /api/v1/sessions/staff":              {{body: strangersLogin, also: []int{401}}},
		"POST /api/v1/sessions/wechat":             {attempt{}.with("code", "made-up").or(401)},

		// What belongs to who is signed in.
		"GET /api/v1/me":                            {{}},
		"GET /api/v1/me/data":                       {{}},
		"GET /api/v1/me/readings":                   {{}},
		"GET /api/v1/me/data/corrections":           {{}},
		"POST /api/v1/me/data/corrections":          {aimed("letter", "message_id", "field", "place", "wanted", "和平路")},
		"GET /api/v1/me/data/erasure":               {{}},
		"POST /api/v1/me/data/erasure":              {{also: []int{429}}},
		"DELETE /api/v1/me/data/erasure":            {{also: []int{404}}},
		"POST /api/v1/me/data/exports":              {{also: []int{429}}},
		"GET /api/v1/me/data/exports/{id}":          {on("copy")},
		"GET /api/v1/sessions":                      {{}},
		"DELETE /api/v1/sessions/{id}":              {on("session")},
		"POST /api/v1/sessions/sign-out-others":     {{}},
		"POST /api/v1/sessions/sign-out-everywhere": {{}},
		"POST /api/v1/sessions/current/step-up":     {attempt{}.with("code", "000000", "password", "wrong-word-here", "wechat_code", "made-up").or(422)},
		"POST /api/v1/sessions/staff/second-factor": {attempt{}.with("challenge", "made-up-challenge", "code", "000000").or(401)},
		"GET /api/v1/me/access":                     {{also: []int{404}}},
		"GET /api/v1/me/devices":                    {{}},
		"DELETE /api/v1/me/devices/{id}":            {on("device")},
		"PUT /api/v1/me/password":                   {attempt{}.with("old_password", "wrong-word-here", "new_password", "another-word-2026").or(404, 422)},
		"POST /api/v1/me/totp":                      {{also: []int{404}}},
		"POST /api/v1/me/totp/confirm":              {attempt{}.with("code", "000000").or(404, 422)},
		"DELETE /api/v1/me/totp":                    {{also: []int{404}}},
		"POST /api/v1/me/recovery-codes":            {{also: []int{404}}},
		"GET /api/v1/me/consents":                   {{}},
		"PUT /api/v1/me/consents":                   {aimed("letter", "message_id", "purpose", "publish", "given", false)},
		"GET /api/v1/me/notice-templates":           {{}},
		"POST /api/v1/me/notice-grants":             {attempt{}.with("template_ids", []string{"mini-progress"}).or(422)},
		"PUT /api/v1/me/name":                       {attempt{}.with("name", "攻方")},
		"PUT /api/v1/me/phone":                      {attempt{}.with("code", "made-up").or(422)},
		"GET /api/v1/notices":                       {{}},
		"POST /api/v1/notices/read":                 {{}},
		"POST /api/v1/notices/{id}/read":            {on("notice")},
		"POST /api/v1/invitations/accept":           {attempt{}.with("code", "AAAA-BBBB-CCCC").or(404, 422)},
		"POST /api/v1/pictures":                     {{raw: (*arena).picture}},
		"DELETE /api/v1/pictures/{id}":              {on("picture")},
		"DELETE /api/v1/sessions/current":           {{}},
		"POST /api/v1/turns/{id}/appeal":            {on("refused turn")},

		// The resident's side.
		"GET /api/v1/messages":                {{}},
		"POST /api/v1/messages":               {aimed("", "representative_id", "body", "攻方来信").to("seat")},
		"GET /api/v1/messages/{id}":           {on("letter")},
		"POST /api/v1/messages/{id}/turns":    {on("letter").with("body", "补充")},
		"POST /api/v1/messages/{id}/confirm":  {on("letter").with("word", "solved")},
		"POST /api/v1/messages/{id}/reopen":   {on("letter").with("body", "没有解决")},
		"POST /api/v1/messages/{id}/object":   {on("letter").with("body", "有异议")},
		"PUT /api/v1/messages/{id}/consents":  {on("letter").with("purpose", "publish", "given", true)},
		"POST /api/v1/messages/{id}/withdraw": {on("letter")},
	}
	for _, more := range []map[string][]attempt{attacksOnOfficers(), attacksOnStaff(), attacksOnSettings(), attacksOnNewsroom(), attacksOnStories(), attacksOnOwnThings(), attacksOnFollows(), attacksOnLinks(), attacksOnSuggestions(), attacksOnReferrals(), attacksOnIntroductions()} {
		maps.Copy(table, more)
	}
	return table
}

// to aims a body at the first record of a kind, whoever asks.
func (t attempt) to(kind string) attempt {
	inner := t.body
	t.body = func(a *arena, _ string) map[string]any { return inner(a, a.records[kind][first]) }
	return t
}

func attacksOnOfficers() map[string][]attempt {
	table := map[string][]attempt{
		"GET /api/v1/representative/messages":                    {{}},
		"GET /api/v1/representative/messages/{id}":               {on("seat's letter")},
		"PUT /api/v1/representative/seats/{seat_id}/absence":     {on("seat").with("until", time.Now().AddDate(0, 0, 7).Format(time.DateOnly))},
		"DELETE /api/v1/representative/seats/{seat_id}/absence":  {on("seat")},
		"GET /api/v1/representative/seats/{seat_id}/preferences": {on("seat")},
		"PUT /api/v1/representative/seats/{seat_id}/preferences": {on("seat").with("message_cap", 400, "daily_digest", false)},
		"GET /api/v1/reply-templates":                            {{}},
		"POST /api/v1/reply-templates":                           {seatTemplate(), areaTemplate()},
		"PUT /api/v1/reply-templates/{id}":                       {seatOnly(on("seat's template").with("title", "改", "body", "改")), areaOnly(on("area's template").with("title", "改", "body", "改"))},
		"DELETE /api/v1/reply-templates/{id}":                    {seatOnly(on("seat's template")), areaOnly(attempt{kind: "area's template", fresh: (*arena).areaTemplate})},
		"GET /api/v1/unit/messages":                              {{}},
		"GET /api/v1/unit/messages/{id}":                         {on("unit's letter")},
		"POST /api/v1/unit/messages/{id}/accept":                 {on("unit's letter")},
		"POST /api/v1/unit/messages/{id}/extend":                 {on("unit's letter").with("days", 3, "reason", "等材料")},
		"POST /api/v1/unit/messages/{id}/handle":                 {on("unit's letter").with("plan", "下周")},
		"POST /api/v1/representative/messages/{id}/ask-office":   {on("seat's letter").with("body", "请帮忙")},
		"POST /api/v1/unit/messages/{id}/turns":                  {on("unit's letter").with("body", "补充")},
		"POST /api/v1/unit/messages/{id}/answer":                 {on("unit's letter").with("body", "办好了")},
		"POST /api/v1/unit/messages/{id}/refuse":                 {on("unit's letter").with("reason", "不归我们")},
	}
	for name, pairs := range deedsOfOffice() {
		table["POST /api/v1/representative/messages/{id}/"+name] = []attempt{handOver(name, on("seat's letter").with(pairs...))}
	}
	return table
}

// deedsOfOffice are what representatives, and the liaison office in their
// place, do with a letter.
func deedsOfOffice() map[string][]any {
	return map[string][]any{
		"acknowledge": nil, "ask-consent": nil, "answer": {"body", "答复"}, "turns": {"body", "补充"},
		"hand-over": {"note", "请办"}, "out-of-scope": {"where", "court", "reason", "请走诉讼"},
	}
}

// handOver names the unit that a letter is handed to.
func handOver(name string, t attempt) attempt {
	if name != "hand-over" {
		return t
	}
	t.body = func(a *arena, _ string) map[string]any {
		return map[string]any{"unit_id": a.records["unit"][first], "note": "请办"}
	}
	return t
}

func seatTemplate() attempt {
	return seatOnly(aimed("seat", "seat_id", "title", "模板", "body", "您好"))
}

func areaTemplate() attempt {
	return areaOnly(aimed("area", "area_id", "title", "模板", "body", "您好"))
}

// seatOnly keeps the liaison office off what is a representative's own.
func seatOnly(t attempt) attempt {
	t.refuse = func(c caller, _ which) int {
		if c.reach(model.PermitReplyTemplateKeep) == model.ReachArea {
			return 404
		}
		return 0
	}
	return t
}

// areaOnly keeps representatives off what is their area's.
func areaOnly(t attempt) attempt {
	t.refuse = func(c caller, _ which) int {
		if c.reach(model.PermitReplyTemplateKeep) == model.ReachOwn {
			return 404
		}
		return 0
	}
	return t
}

func attacksOnStaff() map[string][]attempt {
	account := []any{"name", "新人", "password", arenaPassword, "role", "auditor"}
	table := map[string][]attempt{
		"GET /api/v1/staff/accounts":                       {{}},
		"POST /api/v1/staff/accounts":                      {newAccount(aimed("area", "area_id", account...))},
		"POST /api/v1/staff/accounts/{id}/disable":         {on("leaving account")},
		"POST /api/v1/staff/accounts/{id}/roles/grant":     {roleAtHome("account")},
		"POST /api/v1/staff/accounts/{id}/roles/revoke":    {leave(roleAtHome("leaving account"))},
		"POST /api/v1/staff/accounts/{id}/reset-password":  {on("account").with("password", arenaPassword+"-new")},
		"POST /api/v1/staff/accounts/{id}/reset-totp":      {on("account")},
		"POST /api/v1/staff/accounts/{id}/unlock":          {on("account")},
		"POST /api/v1/staff/accounts/{id}/sign-out":        {on("account")},
		"GET /api/v1/staff/corrections":                    {{}},
		"POST /api/v1/staff/corrections/{id}/rule":         {on("correction").with("state", "done")},
		"POST /api/v1/staff/restricted-messages/open":      {attempt{}.with("number", "NOSUCH-0001", "reason", "依照法律第某条调取此信").or(404)},
		"GET /api/v1/staff/roster/export":                  {{}},
		"GET /api/v1/staff/roster/template":                {{}},
		"POST /api/v1/staff/roster/preview":                {{raw: (*arena).roster, also: []int{422}}},
		"POST /api/v1/staff/roster/import":                 {{raw: (*arena).roster, also: []int{422}}},
		"POST /api/v1/staff/representatives/{id}/sign-out": {on("seat").with("keep_seat", true)},
		"DELETE /api/v1/staff/invitations/{kind}/{target_id}": {
			{kind: "seat", of: "representative", says: "还没有使用的邀请码"}, {kind: "unit", of: "unit_officer", says: "还没有使用的邀请码"},
		},
		"GET /api/v1/staff/areas/{area_id}/deadline-policies":        {on("area")},
		"PUT /api/v1/staff/areas/{area_id}/deadline-policies/{kind}": {on("area").with("days", 3, "count", "working", "max_extend", 0)},
		"GET /api/v1/staff/audit":                                    {{}},
		"GET /api/v1/staff/audit/terms":                              {{}},
		"GET /api/v1/staff/audit/export":                             {{}},
		"GET /api/v1/staff/tasks":                                    {{query: "?state=refused", refuse: inDistrictOnly}},
		"GET /api/v1/staff/tasks/overview":                           {{refuse: inDistrictOnly}},
		"POST /api/v1/staff/tasks/{id}/retry":                        {{kind: "area", refuse: inDistrictOnly, also: []int{404}}},
		"POST /api/v1/staff/tasks/{id}/drop":                         {attempt{kind: "area", refuse: inDistrictOnly}.with("reason", "不必再做").or(404)},
		"POST /api/v1/staff/tasks/retry-refused":                     {attempt{refuse: inDistrictOnly}.with("kind", "notice")},
		"PUT /api/v1/staff/calendar":                                 {{body: fields("csv", "2027-05-03,false,劳动节"), refuse: inDistrictOnly}},
		"POST /api/v1/staff/invitations":                             {aimed("seat", "target_id", "kind", "representative"), aimed("unit", "target_id", "kind", "unit_officer")},
		"POST /api/v1/staff/scenes":                                  {aimed("seat", "target_id", "kind", "person"), aimed("area", "target_id", "kind", "place")},
		"POST /api/v1/staff/scenes/images":                           {aimed("seat", "target_id", "kind", "person"), aimed("area", "target_id", "kind", "place")},
		"GET /api/v1/staff/messages":                                 {{}},
		"GET /api/v1/staff/filters":                                  {{}},
		"GET /api/v1/staff/studios":                                  {{}},
		"GET /api/v1/staff/studios/{id}/rota":                        {on("studio")},
		"PUT /api/v1/staff/studios/{id}/rota/{weekday}":              {on("studio").with("representative_ids", []string{}, "were", []string{})},
		"GET /api/v1/staff/exports":                                  {{}},
		"POST /api/v1/staff/exports":                                 {attempt{}.with("words", "全部", "number", "999999")},
		"GET /api/v1/staff/exports/{id}/parts/{part}":                {{kind: "export", refuse: ownOnly}},
		"POST /api/v1/staff/messages/bulk":                           {{body: bulk}},
		"POST /api/v1/staff/messages/{id}/extend":                    {on("seat's letter").with("days", 3, "reason", "等材料").or(422)},
		"POST /api/v1/staff/filters":                                 {{body: newFilter}},
		"PUT /api/v1/staff/filters/{id}":                             {{kind: "saved filter", body: newFilter, refuse: ownOnly}},
		"DELETE /api/v1/staff/filters/{id}":                          {{kind: "saved filter", refuse: ownOnly}},
		"GET /api/v1/staff/messages/{id}":                            {on("seat's letter")},
		"POST /api/v1/staff/messages/{id}/notes":                     {on("seat's letter").with("body", "备注")},
		"POST /api/v1/staff/messages/{id}/pause":                     {on("seat's letter").with("reason", "等材料")},
		"POST /api/v1/staff/messages/{id}/resume":                    {on("seat's letter")},
		"POST /api/v1/staff/messages/{id}/reassign":                  {reassign()},
		"POST /api/v1/staff/messages/{id}/card":                      {on("seat's letter").with("title", "题", "question", "问", "answer", "答")},
		"DELETE /api/v1/staff/messages/{id}/card":                    {{kind: "seat's letter", says: "已公开的答复"}},
		"POST /api/v1/staff/turns/{id}/refuse":                       {on("held turn").with("reason", "不妥")},
		"POST /api/v1/staff/turns/{id}/release":                      {on("held turn")},
	}
	maps.Copy(table, attacksOnRoster())
	for name, pairs := range deedsOfOffice() {
		table["POST /api/v1/staff/messages/{id}/"+name] = []attempt{handOver(name, on("seat's letter").with(pairs...))}
	}
	return table
}

// ownOnly keeps colleagues, of the same area and above, off what is a liaison
// officer's own.
func ownOnly(c caller, _ which) int {
	if c.reach(model.PermitMessageOversee) == model.ReachArea && c.name != string(model.RoleLiaisonOfficer) {
		return 404
	}
	return 0
}

// bulk is an act on a stranger's letter, which must tell nothing of it.
func bulk(a *arena, _ string) map[string]any {
	return map[string]any{"batch": model.NewID()[10:], "ids": []string{a.records["seat's letter"][far]}, "deed": "acknowledge"}
}

// newFilter is a saved filter with a name of its own.
func newFilter(*arena, string) map[string]any {
	return map[string]any{"name": model.NewID()[24:], "which": "waiting"}
}

// newAccount gives each new account a login of its own.
func newAccount(t attempt) attempt {
	inner := t.body
	t.body = func(a *arena, id string) map[string]any {
		body := inner(a, id)
		body["login"] = "a" + strings.ReplaceAll(model.NewID(), "-", "")[8:30]
		return body
	}
	return t
}

// roleAtHome names a role where the account has its own.
func roleAtHome(kind string) attempt {
	return attempt{kind: kind, body: func(a *arena, id string) map[string]any {
		home := a.records["area"][first]
		if id == a.records[kind][far] {
			home = a.records["area"][far]
		}
		return map[string]any{"role": string(model.RoleAuditor), "area_id": home}
	}}
}

// leave takes a role that may be gone already.
func leave(t attempt) attempt {
	t.says = "这一角色授权"
	return t
}

// picture is a small drawing.
func (a *arena) picture() []byte {
	a.tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 60, 40))); err != nil {
		a.tb.Fatal(err)
	}
	return b.Bytes()
}

// roster is the blank layout, which changes nothing when it is taken in.
func (a *arena) roster() []byte {
	a.tb.Helper()
	officer := a.called(model.RoleOrganisationOfficer)
	return []byte(officer.must(200, officer.get("/api/v1/staff/roster/template")).body)
}

// strangersLogin is one that was never tried before.
func strangersLogin(*arena, string) map[string]any {
	return map[string]any{"login": "s" + strings.ReplaceAll(model.NewID(), "-", "")[8:30], "password": "made-up-word"}
}

// areaTemplate writes a reply template that an area shares.
func (a *arena) areaTemplate(w which) string {
	a.tb.Helper()
	liaison := a.called(model.RoleLiaisonOfficer + " (district)")
	body := map[string]any{"title": "模板", "body": "待删", "area_id": a.records["area"][w]}
	return liaison.must(201, liaison.post("/api/v1/reply-templates", body)).field(a.tb, "id")
}

func reassign() attempt {
	return attempt{kind: "seat's letter", body: func(a *arena, _ string) map[string]any {
		return map[string]any{"representative_id": a.records["seat"][second], "reason": "分工"}
	}}
}
