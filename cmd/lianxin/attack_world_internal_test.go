package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"lianxin/cmd/lianxin/sample"
	"lianxin/model"
	"lianxin/service/store"
)

// which names one of three records of a kind. The first two are in one street,
// the third in another: the first is the resident's (or the representative's,
// or the unit officer's), the second the member's, the third a stranger's.
type which int

const (
	first which = iota
	second
	far
)

// caller is somebody who attacks: a role of the matrix, at home in the street
// of the first record, or an officer of the whole district.
type caller struct {
	phone

	roles    []model.Role
	district bool
	// again signs the caller in anew; proof is what they step up with.
	again func() phone
	proof func() map[string]any
}

// stepUp proves that it is the caller who holds the session.
func (c caller) stepUp(p phone) phone {
	p.tb.Helper()
	p.must(http.StatusOK, p.post("/api/v1/sessions/current/step-up", c.proof()))
	return p
}

// stepUp lets every caller prove that it is they.
func (a *arena) stepUp() {
	a.tb.Helper()
	for _, c := range a.callers {
		c.stepUp(c.phone)
	}
}

// visitor is a caller who comes by WeChat.
func (a *arena) visitor(c caller, p phone) caller {
	user := p.name
	c.phone, c.again = p, func() phone { return a.signIn(user) }
	c.proof = func() map[string]any {
		code := a.ask(http.MethodPost, a.simulator+"/simulator/login-codes", "", map[string]any{"account": "mini", "user": user})
		return map[string]any{"wechat_code": code.field(a.tb, "code")}
	}
	return c
}

// clerk is a caller who comes by the console.
func (a *arena) clerk(c caller, login, password string) caller {
	c.again = func() phone { return a.signInStaff(login, password) }
	c.phone, c.proof = c.again(), always("password", password)
	return c
}

// always gives the same fields each time.
func always(name, value string) func() map[string]any {
	return func() map[string]any { return map[string]any{name: value} }
}

// reach is how far a caller's roles take a permission.
func (c caller) reach(p model.Permission) model.Reach {
	best := model.ReachNone
	for _, role := range c.roles {
		if r := model.ReachOf(role, p); r == model.ReachArea || best == model.ReachNone {
			best = r
		}
	}
	return best
}

// arena is a district in which everybody tries everything.
type arena struct {
	*program

	db      *store.DB
	callers []caller
	// records are ids by kind; owners name who a record belongs to.
	records map[string][3]string
	owners  map[string][3]string
	// marks are words of the records that no refusal may show.
	marks []string
	// met counts generated requests by status, done says which did something.
	met  map[int]int
	done map[string]bool
}

// signs mark the three records in their words.
var signs = [3]string{"甲", "乙", "丙"}

// everyRole is the order of the columns.
func everyRole() []model.Role { return model.Roles() }

const arenaPassword = "attack-arena-2026"

func newArena(t *testing.T) *arena {
	t.Helper()
	// Limits have tests of their own; here everybody tries without end.
	p := demoCopyWith(t, map[string]string{"LIANXIN_LIMIT_SCALE": "1000000", "LIANXIN_LIMIT_MESSAGES": "off"})
	db, err := store.Open(t.Context(), store.SQLite, filepath.Join(p.data, "lianxin.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	a := &arena{program: p, db: db, records: map[string][3]string{}, owners: map[string][3]string{}}
	a.pickPlaces()
	a.gather()
	a.write()
	a.prepare()
	return a
}

func firstOf[T any](a *arena, condition string, args ...any) T {
	a.tb.Helper()
	found, err := store.From[T](a.db.Read()).Where(condition, args...).Limit(1).Find(a.tb.Context())
	if err != nil || len(found) == 0 {
		a.tb.Fatalf("the sample has no %T with %s %v: %v", *new(T), condition, args, err)
	}
	return found[0]
}

func plant[T any](a *arena, row *T) {
	a.tb.Helper()
	err := store.InTx(a.tb.Context(), a.db, func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, row) })
	if err != nil {
		a.tb.Fatal(err)
	}
}

// pickPlaces finds two streets, and seats, units and communities in them.
func (a *arena) pickPlaces() {
	a.tb.Helper()
	home := firstOf[model.Area](a, "name = ?", "和平街道")
	seats, err := store.From[model.Representative](a.db.Read()).Where("state = ? AND area_path LIKE ?", model.RepresentativeServing, home.Path+"%").Order("id").Limit(2).Find(a.tb.Context())
	if err != nil || len(seats) != 2 {
		a.tb.Fatalf("the sample has %d representatives at home: %v", len(seats), err)
	}
	away := firstOf[model.Area](a, "level = ? AND id <> ?", model.LevelStreet, home.ID)
	distant := firstOf[model.Representative](a, "state = ? AND area_path LIKE ?", model.RepresentativeServing, away.Path+"%")
	below := firstOf[model.Area](a, "parent_id = ?", home.ID)
	a.records["area"] = [3]string{home.ID, below.ID, away.ID}
	a.records["seat"] = [3]string{seats[0].ID, seats[1].ID, distant.ID}
	a.owners["seat"] = [3]string{string(model.RoleRepresentative)}
	var units, studios [3]string
	for i, place := range []model.Area{home, home, away} {
		u := model.Unit{ID: model.NewID(), AreaID: place.ID, AreaPath: place.Path, Name: "靶场单位" + signs[i], Active: true}
		plant(a, &u)
		units[i] = u.ID
		room := model.Studio{ID: model.NewID(), AreaID: place.ID, AreaPath: place.Path, Name: "靶场工作室" + signs[i]}
		plant(a, &room)
		studios[i] = room.ID
	}
	a.records["studio"] = studios
	a.records["unit"], a.owners["unit"] = units, [3]string{string(model.RoleUnitOfficer)}
	a.records["topic"] = [3]string{firstOf[model.Topic](a, "1 = 1").ID}
	a.records["article"] = [3]string{firstOf[model.Article](a, "state = ?", model.ArticleLive).ID}
	a.records["column"] = [3]string{"none"}
	a.articles(home, below, away)
	a.records["library"] = a.shelve(home, below, away)
	a.records["story"], a.records["unasked"] = a.tales(home, below, away), [3]string{"none"}
}

// gather signs in a caller of every role.
func (a *arena) gather() {
	a.tb.Helper()
	for _, role := range everyRole() {
		c := caller{roles: []model.Role{model.RoleResident, role}}
		c = a.signedIn(c, role)
		c.name = string(role)
		a.callers = append(a.callers, c)
	}
	for _, role := range []model.Role{model.RoleLiaisonOfficer, model.RoleAdministrator} {
		login := loginOf(a, role)
		c := a.clerk(caller{roles: []model.Role{model.RoleResident, role}, district: true}, login.Login, login.Password)
		c.name = string(role) + " (district)"
		a.callers = append(a.callers, c)
	}
}

// signedIn signs a caller in the way of their role: staff at the console,
// everybody else by WeChat.
func (a *arena) signedIn(c caller, role model.Role) caller {
	a.tb.Helper()
	visitors := map[model.Role]func() phone{
		model.RoleResident:       func() phone { return a.signIn("靶场居民") },
		model.RoleMember:         func() phone { return a.signIn("靶场党员") },
		model.RoleRepresentative: func() phone { return a.bind("靶场代表", "representative", a.records["seat"][first]) },
		model.RoleUnitOfficer:    func() phone { return a.bind("靶场经办", "unit_officer", a.records["unit"][first]) },
	}
	if visit, found := visitors[role]; found {
		c = a.visitor(c, visit())
		if role == model.RoleMember {
			plant(a, &model.Grant{ID: model.NewID(), PersonID: c.personID(), Role: role})
		}
		return c
	}
	login := string(role) + ".heping-arena"
	a.recruit(role, "和平街道", login)
	return a.clerk(c, login, arenaPassword)
}

func (p phone) personID() string {
	p.tb.Helper()
	return p.must(http.StatusOK, p.get("/api/v1/me")).field(p.tb, "person_id")
}

// loginOf is the sample's account of a role.
func loginOf(a *arena, role model.Role) sample.Login {
	a.tb.Helper()
	for _, l := range sample.Logins() {
		if l.Role == role {
			return l
		}
	}
	a.tb.Fatalf("the sample has no %s", role)
	return sample.Login{}
}

// recruit opens a staff account by the command line.
func (a *arena) recruit(role model.Role, area, login string) {
	a.tb.Helper()
	env := a.settings()
	code, _, stderr := command(a.tb, env, arenaPassword+"\n", "admin", "add", "--login", login, "--name", "靶场人员", "--role", string(role), "--area", area)
	if code != 0 {
		a.tb.Fatalf("hire %s: %s", login, stderr)
	}
}

// settings are those of the demo, for a command beside it.
func (a *arena) settings() map[string]string {
	a.tb.Helper()
	key, err := os.ReadFile(filepath.Join(a.data, "field.key"))
	if err != nil {
		a.tb.Fatal(err)
	}
	return map[string]string{
		"LIANXIN_DATABASE": "sqlite:" + filepath.Join(a.data, "lianxin.db"), "LIANXIN_DATA": a.data,
		"LIANXIN_FIELD_KEYS": strings.TrimSpace(string(key)),
	}
}

// called gives a caller by name.
func (a *arena) called(name model.Role) caller {
	for _, c := range a.callers {
		if c.name == string(name) {
			return c
		}
	}
	a.tb.Fatalf("there is no %s", name)
	return caller{}
}

// write sends the letters, three for each side that acts on them.
func (a *arena) write() {
	a.tb.Helper()
	writers := [3]phone{a.called(model.RoleResident).phone, a.called(model.RoleMember).phone, a.signIn("靶场路人")}
	liaison := a.officer(model.RoleLiaisonOfficer)
	send := func(i which, body string) string {
		mark := "机密" + signs[i] + body
		a.marks = append(a.marks, mark)
		w := writers[i]
		return w.must(http.StatusCreated, w.post("/api/v1/messages", map[string]any{
			"representative_id": a.records["seat"][i], "body": mark, "name": "化名" + signs[i], "consent_hand_over": true,
		})).field(a.tb, "id")
	}
	a.marks = append(a.marks, "化名甲", "化名乙", "化名丙")
	turn := func(id string) string {
		var t struct{ Turns []struct{ ID string } }
		liaison.must(http.StatusOK, liaison.get("/api/v1/staff/messages/"+id)).json(a.tb, &t)
		return t.Turns[0].ID
	}
	residents := [3]string{string(model.RoleResident), string(model.RoleMember)}
	var letters, seats, units, refused, held [3]string
	for i := range which(3) {
		letters[i], seats[i], units[i] = send(i, "给居民的"), send(i, "给代表的"), send(i, "给单位的")
		risky, doubtful := send(i, "违规的"), send(i, "可疑的")
		for _, id := range []string{letters[i], seats[i], units[i]} {
			writers[i].waitFor("/api/v1/messages/"+id, "delivered")
		}
		writers[i].waitFor("/api/v1/messages/"+risky, "refused")
		writers[i].waitFor("/api/v1/messages/"+doubtful, "held")
		refused[i], held[i] = turn(risky), turn(doubtful)
		liaison.must(http.StatusOK, liaison.post("/api/v1/staff/messages/"+units[i]+"/hand-over", map[string]any{"unit_id": a.records["unit"][i]}))
	}
	a.records["letter"], a.owners["letter"] = letters, residents
	a.records["seat's letter"], a.owners["seat's letter"] = seats, a.owners["seat"]
	a.records["unit's letter"], a.owners["unit's letter"] = units, a.owners["unit"]
	a.records["refused turn"], a.owners["refused turn"] = refused, residents
	a.records["held turn"] = held
	pictures, notices := [3]string{}, [3]string{}
	for i, w := range writers {
		pictures[i] = w.upload()
		var inbox struct{ Items []struct{ ID string } }
		a.eventually("a notice for "+w.name, func() bool {
			w.must(http.StatusOK, w.get("/api/v1/notices")).json(a.tb, &inbox)
			return len(inbox.Items) > 0
		})
		notices[i] = inbox.Items[0].ID
	}
	var copies, corrections [3]string
	for i, w := range writers {
		copies[i] = w.must(http.StatusCreated, w.post("/api/v1/me/data/exports", nil)).field(a.tb, "id")
		corrections[i] = w.must(http.StatusCreated, w.post("/api/v1/me/data/corrections", map[string]any{"message_id": seats[i], "field": "other", "wanted": "改过的字"})).field(a.tb, "id")
	}
	a.records["copy"], a.owners["copy"], a.records["correction"] = copies, residents, corrections
	a.records["picture"], a.owners["picture"] = pictures, residents
	a.records["link"], a.owners["link"] = a.links(writers[:]), residents
	a.records["office-link"] = a.records["link"]
	a.records["notice"], a.owners["notice"] = notices, residents
}

// prepare makes what staff and representatives keep.
func (a *arena) prepare() {
	a.tb.Helper()
	wording := func(i which) map[string]any {
		return map[string]any{"title": "模板", "body": "机密模板" + signs[i]}
	}
	a.marks = append(a.marks, "机密模板甲", "机密模板乙", "机密模板丙")
	liaison := a.officer(model.RoleLiaisonOfficer)
	keep := func(by phone, i which, owner, id string) string {
		body := wording(i)
		body[owner] = id
		return by.must(http.StatusCreated, by.post("/api/v1/reply-templates", body)).field(a.tb, "id")
	}
	seats := [3]phone{first: a.called(model.RoleRepresentative).phone, second: a.bind("靶场代表二", "representative", a.records["seat"][second]), far: a.bind("靶场代表三", "representative", a.records["seat"][far])}
	var own, shared, accounts, leaving [3]string
	for i := range which(3) {
		own[i] = keep(seats[i], i, "seat_id", a.records["seat"][i])
		shared[i] = keep(liaison, i, "area_id", a.records["area"][i])
		street := "和平街道"
		if i == far {
			street = firstOf[model.Area](a, "id = ?", a.records["area"][far]).Name
		}
		spare := func(login string) string {
			login += string(rune('a' + i))
			a.recruit(model.RoleAuditor, street, login)
			return firstOf[model.StaffAccount](a, "login = ?", login).PersonID
		}
		accounts[i], leaving[i] = spare("spare.arena"), spare("leaving.arena")
	}
	a.records["seat's template"], a.owners["seat's template"] = own, a.owners["seat"]
	a.records["area's template"], a.records["account"] = shared, accounts
	a.records["leaving account"] = leaving
	a.records["session"], a.owners["session"] = [3]string{
		a.spareOf(a.called(model.RoleResident), "/api/v1/sessions"), a.spareOf(a.called(model.RoleMember), "/api/v1/sessions"),
		a.spareOf(a.called(model.RoleRepresentative), "/api/v1/sessions"),
	}, [3]string{string(model.RoleResident), string(model.RoleMember), string(model.RoleRepresentative)}
	a.records["device"], a.owners["device"] = [3]string{
		a.spareOf(a.called(model.RoleLiaisonOfficer), "/api/v1/me/devices"), a.spareOf(a.called(model.RoleGuardian), "/api/v1/me/devices"),
		a.spareOf(a.called(model.RoleAuditor), "/api/v1/me/devices"),
	}, [3]string{string(model.RoleLiaisonOfficer), string(model.RoleGuardian), string(model.RoleAuditor)}
	keeper := a.called(model.RoleLiaisonOfficer)
	a.records["saved filter"] = [3]string{keeper.must(http.StatusCreated, keeper.post("/api/v1/staff/filters", map[string]any{"name": "待办理", "which": "waiting"})).field(a.tb, "id")}
	a.records["export"] = [3]string{keeper.must(http.StatusAccepted, keeper.post("/api/v1/staff/exports", map[string]any{"words": "全部", "number": "999999"})).field(a.tb, "id")}
	a.keep()
	a.introduced()
	a.records["scene"] = [3]string{firstOf[model.Scene](a, "kind = ?", model.ScenePlace).Code}
	a.records["check code"] = [3]string{*firstOf[model.Turn](a, "check_code IS NOT NULL").CheckCode}
}

// spareOf signs a caller in once more and gives the session or device of that.
func (a *arena) spareOf(c caller, path string) string {
	a.tb.Helper()
	type listed struct {
		Items []struct{ ID string }
	}
	var before, after listed
	c.must(http.StatusOK, c.get(path)).json(a.tb, &before)
	c.again()
	c.must(http.StatusOK, c.get(path)).json(a.tb, &after)
	for _, item := range after.Items {
		if !slices.Contains(before.Items, item) {
			return item.ID
		}
	}
	a.tb.Fatalf("%s has nothing new at %s", c.name, path)
	return ""
}

// told reports the marks that an answer shows, but for those of some records.
func (a *arena) told(body string, but ...which) []string {
	var shown []string
	for _, mark := range a.marks {
		allowed := slices.ContainsFunc(but, func(w which) bool { return strings.Contains(mark, signs[w]) })
		if !allowed && strings.Contains(body, mark) {
			shown = append(shown, mark)
		}
	}
	return shown
}
