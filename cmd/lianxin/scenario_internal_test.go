package main

import (
	"net/http"
	"strings"
	"testing"

	"lianxin/model"
)

// seen is one look at something: who looks, what must stand there, and what
// must not.
type seen struct {
	who     phone
	path    string
	status  int
	must    []string
	mustNot []string
}

func (s seen) check(t *testing.T, what string) {
	t.Helper()
	a := s.who.get(s.path)
	if a.status != s.status {
		t.Errorf("%s: %s %s: got %d, want %d: %s", what, s.who.name, s.path, a.status, s.status, a.body)
		return
	}
	for _, word := range s.must {
		if !strings.Contains(a.body, word) {
			t.Errorf("%s: %s %s does not show %q: %s", what, s.who.name, s.path, word, a.body)
		}
	}
	for _, word := range s.mustNot {
		if strings.Contains(a.body, word) {
			t.Errorf("%s: %s %s shows %q: %s", what, s.who.name, s.path, word, a.body)
		}
	}
}

// stage is a message on its way, with everybody who may or may not see it.
type stage struct {
	p                                                    *program
	seat, office, id                                     string
	resident, stranger, representative, clerk, otherSeat phone
	liaison, admin, auditor, publicity, organisation     phone
}

func newStage(t *testing.T, draft map[string]any) *stage {
	t.Helper()
	p := demoCopy(t)
	s := &stage{p: p}
	s.seat, s.office = p.someone()
	var all struct{ Items []struct{ ID string } }
	p.anonymous().get("/api/v1/representatives?limit=2").json(t, &all)
	s.resident, s.stranger = p.signIn("当事人甲"), p.signIn("旁人乙")
	s.representative, s.clerk = p.bind("代表丙", "representative", s.seat), p.bind("经办丁", "unit_officer", s.office)
	s.otherSeat = p.bind("代表戊", "representative", all.Items[1].ID)
	s.liaison, s.admin, s.auditor = p.officer(model.RoleLiaisonOfficer), p.officer(model.RoleAdministrator), p.officer(model.RoleAuditor)
	s.publicity, s.organisation = p.officer(model.RolePublicityOfficer), p.officer(model.RoleOrganisationOfficer)
	s.representative.must(http.StatusOK, s.representative.put("/api/v1/representative/seats/"+s.seat+"/preferences", map[string]any{"message_cap": 500, "daily_digest": false}))
	s.representative.must(http.StatusNoContent, p.ask(http.MethodDelete, p.app+"/api/v1/representative/seats/"+s.seat+"/absence", s.representative.token, nil))
	code := p.ask(http.MethodPost, p.simulator+"/simulator/phone-codes", "", map[string]any{"user": "当事人甲"})
	s.resident.must(http.StatusOK, s.resident.put("/api/v1/me/phone", map[string]any{"code": code.field(t, "code")}))
	draft["representative_id"] = s.seat
	s.id = s.resident.must(http.StatusCreated, s.resident.post("/api/v1/messages", draft)).field(t, "id")
	s.resident.waitFor("/api/v1/messages/"+s.id, "delivered")
	return s
}

// fullPhone is the number the stand-in gave the resident.
func (s *stage) fullPhone(t *testing.T) string {
	t.Helper()
	return s.p.ask(http.MethodGet, s.p.simulator+"/simulator/users/当事人甲", "", nil).field(t, "phone")
}

func TestEachAudienceSeesWhatIsItsOwnAndNothingElse(t *testing.T) {
	s := newStage(t, map[string]any{"body": "我家楼上半夜装修", "name": "柳如烟", "consent_hand_over": true})
	number := s.fullPhone(t)
	s.representative.must(http.StatusOK, s.representative.post("/api/v1/representative/messages/"+s.id+"/hand-over", map[string]any{"unit_id": s.office}))
	s.liaison.must(http.StatusOK, s.liaison.post("/api/v1/staff/messages/"+s.id+"/notes", map[string]any{"body": "内部：此前来访过两次"}))
	for _, look := range []seen{
		{s.resident, "/api/v1/messages/" + s.id, 200, []string{"半夜装修", "柳如烟"}, []string{"内部", number}},
		{s.resident, "/api/v1/me", 200, []string{"****"}, []string{number}},
		{s.representative, "/api/v1/representative/messages/" + s.id, 200, []string{"半夜装修", "柳如烟", number}, []string{"内部"}},
		{s.clerk, "/api/v1/unit/messages/" + s.id, 200, []string{"半夜装修", "柳如烟", number}, []string{"内部"}},
		{s.liaison, "/api/v1/staff/messages/" + s.id, 200, []string{"半夜装修", "柳如烟", number, "内部"}, nil},
		{s.stranger, "/api/v1/messages/" + s.id, 404, nil, []string{"装修", "柳如烟", number}},
		{s.stranger, "/api/v1/messages", 200, nil, []string{s.id}},
		{s.otherSeat, "/api/v1/representative/messages/" + s.id, 404, nil, []string{"装修", "柳如烟"}},
		{s.otherSeat, "/api/v1/representative/messages", 200, nil, []string{s.id}},
		{s.representative, "/api/v1/messages/" + s.id, 404, nil, []string{"装修"}},
		{s.admin, "/api/v1/staff/messages/" + s.id, 403, nil, []string{"装修", "柳如烟"}},
		{s.auditor, "/api/v1/staff/messages/" + s.id, 403, nil, []string{"装修", "柳如烟"}},
		{s.auditor, "/api/v1/staff/audit?target_id=" + s.id, 200, []string{"message.submit", "message.read"}, []string{"装修", number}},
		{s.publicity, "/api/v1/staff/messages/" + s.id, 403, nil, []string{"装修"}},
		{s.organisation, "/api/v1/staff/messages/" + s.id, 403, nil, []string{"装修"}},
		{s.p.anonymous(), "/api/v1/representatives/" + s.seat, 200, nil, []string{"柳如烟", "person_id", "birth"}},
		{s.p.anonymous(), "/api/v1/answers?limit=100", 200, nil, []string{"装修", "柳如烟"}},
	} {
		look.check(t, "handed over with consent")
	}
	s.resident.must(http.StatusOK, s.resident.put("/api/v1/messages/"+s.id+"/consents", map[string]any{"purpose": "hand_over", "given": false}))
	seen{s.clerk, "/api/v1/unit/messages/" + s.id, 200, []string{"一位居民"}, []string{"柳如烟", number}}.check(t, "consent withdrawn")
	if log := s.p.stderr.String(); strings.Contains(log, "装修") || strings.Contains(log, number) || strings.Contains(log, "柳如烟") {
		t.Error("the log tells what people wrote or who they are")
	}
}

func TestAHiddenNameReachesNobodyButTheLiaisonOffice(t *testing.T) {
	s := newStage(t, map[string]any{"body": "举报黑车揽客", "name": "柳如烟", "hide_name": true, "consent_hand_over": true})
	number := s.fullPhone(t)
	s.representative.must(http.StatusOK, s.representative.post("/api/v1/representative/messages/"+s.id+"/hand-over", map[string]any{"unit_id": s.office}))
	hidden := []string{"柳如烟", number, "当事人甲"}
	for _, look := range []seen{
		{s.representative, "/api/v1/representative/messages/" + s.id, 200, []string{"一位居民"}, hidden},
		{s.representative, "/api/v1/representative/messages", 200, []string{"一位居民"}, hidden},
		{s.clerk, "/api/v1/unit/messages/" + s.id, 200, []string{"一位居民"}, hidden},
		{s.clerk, "/api/v1/unit/messages", 200, []string{"一位居民"}, hidden},
		{s.liaison, "/api/v1/staff/messages/" + s.id, 200, []string{"柳如烟", number}, nil},
	} {
		look.check(t, "hidden name")
	}
}

func TestAPictureIsSeenByNobodyWithoutALink(t *testing.T) {
	p := demoCopy(t)
	resident := p.signIn("摄影者")
	id := resident.upload()
	for _, path := range []string{"/media/" + id, "/media/" + id + "?size=full&until=99999999999&sig=AAAA", "/media/../link.key"} {
		if a := p.anonymous().get(path); a.status != http.StatusNotFound && a.status != http.StatusMovedPermanently {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	other := p.signIn("顺手牵羊")
	seat, _ := p.someone()
	a := other.post("/api/v1/messages", map[string]any{"representative_id": seat, "body": "别人的图", "picture_ids": []string{id}})
	if a.status != http.StatusUnprocessableEntity {
		t.Errorf("another's picture: %d %s", a.status, a.body)
	}
}

func TestAStreetOfficerSeesNothingOfOtherStreets(t *testing.T) {
	p := demoCopy(t)
	street := p.signInStaff("liaison.heping", "lianxin-demo-2026")
	district := p.officer(model.RoleLiaisonOfficer)
	var own, all struct{ Items []struct{ ID string } }
	street.must(http.StatusOK, street.get("/api/v1/staff/messages?limit=100")).json(t, &own)
	district.must(http.StatusOK, district.get("/api/v1/staff/messages?limit=100")).json(t, &all)
	mine := map[string]bool{}
	for _, m := range own.Items {
		mine[m.ID] = true
	}
	if len(own.Items) == 0 || len(own.Items) >= len(all.Items) {
		t.Fatalf("street sees %d of %d", len(own.Items), len(all.Items))
	}
	for _, m := range all.Items {
		want := http.StatusNotFound
		if mine[m.ID] {
			want = http.StatusOK
		}
		if a := street.get("/api/v1/staff/messages/" + m.ID); a.status != want {
			t.Errorf("message %s: got %d, want %d", m.ID, a.status, want)
		}
	}
}
