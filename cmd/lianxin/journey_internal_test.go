package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/cmd/lianxin/sample"
	"lianxin/model"
	"lianxin/service/store"
)

// officer signs in the staff account of a role of the sample.
func (p *program) officer(role model.Role) phone {
	p.tb.Helper()
	for _, l := range sample.Logins() {
		if l.Role == role {
			return p.signInStaff(l.Login, l.Password)
		}
	}
	p.tb.Fatalf("the sample has no %s", role)
	return phone{}
}

// bind gives a fresh phone a seat or a unit, by an invitation of the liaison office.
func (p *program) bind(name, kind, targetID string) phone {
	p.tb.Helper()
	liaison, fresh := p.officer(model.RoleLiaisonOfficer), p.signIn(name)
	code := liaison.must(http.StatusCreated, liaison.post("/api/v1/staff/invitations", map[string]any{"kind": kind, "target_id": targetID})).field(p.tb, "code")
	fresh.must(http.StatusOK, fresh.post("/api/v1/invitations/accept", map[string]any{"code": code}))
	return fresh
}

// allow lets a person permit notices, in WeChat and towards us.
func (p phone) allow(templates ...string) {
	p.tb.Helper()
	p.must(http.StatusOK, p.ask(http.MethodPost, p.simulator+"/simulator/users/"+p.name+"/grants", "", map[string]any{"account": "mini", "template_ids": templates}))
	p.must(http.StatusOK, p.post("/api/v1/me/notice-grants", map[string]any{"template_ids": templates}))
}

// notices is what has reached a person's WeChat.
func (p phone) notices() string {
	p.tb.Helper()
	return p.must(http.StatusOK, p.ask(http.MethodGet, p.simulator+"/simulator/users/"+p.name+"/notices", "", nil)).body
}

// waitFor reads a message until it is in a state.
func (p phone) waitFor(path, state string) answer {
	p.tb.Helper()
	var last answer
	p.eventually(path+" is "+state, func() bool {
		last = p.must(http.StatusOK, p.get(path))
		return last.field(p.tb, "state") == state
	})
	return last
}

// upload sends a small picture.
func (p phone) upload() string {
	p.tb.Helper()
	return p.must(http.StatusCreated, p.uploadPicture()).field(p.tb, "id")
}

// uploadPicture uploads a picture and gives the answer.
func (p phone) uploadPicture() answer {
	p.tb.Helper()
	canvas := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for x := range 60 {
		canvas.Set(x, x%40, color.RGBA{R: 168, G: 26, B: 31, A: 255})
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "lamp.png")
	if err != nil {
		p.tb.Fatal(err)
	}
	if err := png.Encode(part, canvas); err != nil {
		p.tb.Fatal(err)
	}
	if err := form.Close(); err != nil {
		p.tb.Fatal(err)
	}
	request, err := http.NewRequestWithContext(p.tb.Context(), http.MethodPost, p.app+"/api/v1/pictures", &body)
	if err != nil {
		p.tb.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Idempotency-Key", model.NewID())
	return p.send(request)
}

// someone gives a representative of the sample and a unit.
func (p *program) someone() (representativeID, unitID string) {
	p.tb.Helper()
	var found struct {
		Items []struct{ ID, AwayUntil string }
	}
	p.anonymous().get("/api/v1/representatives?limit=1").json(p.tb, &found)
	var units struct{ Items []struct{ ID string } }
	p.anonymous().get("/api/v1/units").json(p.tb, &units)
	return found.Items[0].ID, units.Items[0].ID
}

func TestTheJourneyFromResidentToRepresentativeToUnitAndBack(t *testing.T) {
	p := demoCopy(t)
	seat, office := p.someone()
	resident := p.signIn("旅程居民")
	representative := p.bind("旅程代表", "representative", seat)
	clerk := p.bind("旅程经办", "unit_officer", office)
	resident.allow("mini-progress", "mini-answer")
	representative.allow("mini-task")
	clerk.allow("mini-task")

	// The seat may be at its cap or away in the sample: make room.
	representative.must(http.StatusOK, representative.put("/api/v1/representative/seats/"+seat+"/preferences", map[string]any{"message_cap": 500, "daily_digest": false}))
	representative.must(http.StatusNoContent, p.ask(http.MethodDelete, p.app+"/api/v1/representative/seats/"+seat+"/absence", representative.token, nil))

	promise := resident.must(http.StatusOK, resident.get("/api/v1/representatives/"+seat+"/promise"))
	if promise.field(t, "by_studio") != "false" {
		t.Fatalf("promise %s", promise.body)
	}
	id := resident.must(http.StatusCreated, resident.post("/api/v1/messages", map[string]any{
		"representative_id": seat, "body": "单元门口的路灯坏了，老人晚上看不清台阶。", "name": "王阿姨", "picture_ids": []string{resident.upload()},
	})).field(t, "id")
	mine, theirs, units := "/api/v1/messages/"+id, "/api/v1/representative/messages/"+id, "/api/v1/unit/messages/"+id
	resident.waitFor(mine, "delivered")
	p.eventually("the representative's WeChat rings", func() bool { return strings.Contains(representative.notices(), "mini-task") })

	representative.must(http.StatusOK, representative.post(theirs+"/acknowledge", nil))
	refused := representative.must(http.StatusConflict, representative.post(theirs+"/hand-over", map[string]any{"unit_id": office}))
	if !strings.Contains(refused.body, "同意") {
		t.Errorf("handing over without consent said %s", refused.body)
	}
	representative.must(http.StatusOK, representative.post(theirs+"/ask-consent", nil))
	clerk.must(http.StatusNotFound, clerk.get(units))
	resident.must(http.StatusOK, resident.put(mine+"/consents", map[string]any{"purpose": "hand_over", "given": true}))
	representative.must(http.StatusOK, representative.post(theirs+"/hand-over", map[string]any{"unit_id": office, "note": "请尽快修复"}))

	clerk.must(http.StatusOK, clerk.post(units+"/accept", nil))
	clerk.must(http.StatusOK, clerk.post(units+"/handle", map[string]any{"plan": "本周五前更换"}))
	clerk.must(http.StatusOK, clerk.post(units+"/answer", map[string]any{"body": "路灯已更换，请您放心出行。"}))
	answered := resident.waitFor(mine, "unit_answered")
	var seen struct {
		Turns []struct {
			Body, Kind string
			CheckCode  string `json:"check_code"`
			Pictures   []struct{ URL string }
		}
	}
	answered.json(t, &seen)
	last := seen.Turns[len(seen.Turns)-1]
	genuine := resident.must(http.StatusOK, p.anonymous().get("/api/v1/check-codes/"+last.CheckCode))
	if !strings.Contains(genuine.body, "路灯已更换") {
		t.Errorf("check code says %s", genuine.body)
	}
	if len(seen.Turns[0].Pictures) != 1 {
		t.Errorf("pictures %v", seen.Turns[0].Pictures)
	} else if shown := p.ask(http.MethodGet, seen.Turns[0].Pictures[0].URL, "", nil); shown.status != http.StatusOK || shown.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("picture: %d %s", shown.status, shown.header.Get("Content-Type"))
	}
	p.eventually("the answer reaches the resident's WeChat", func() bool { return strings.Contains(resident.notices(), "mini-answer") })

	confirmed := resident.must(http.StatusOK, resident.post(mine+"/confirm", map[string]any{"word": "solved", "rating": 5, "comment": "很快"}))
	if confirmed.field(t, "state") != "confirmed" || confirmed.field(t, "rating") != "5" {
		t.Errorf("confirmed: %s", confirmed.body)
	}
	auditor := p.officer(model.RoleAuditor)
	if lines := auditor.must(http.StatusOK, auditor.get("/api/v1/staff/audit?target_id="+id)); !strings.Contains(lines.body, "message.confirm") {
		t.Errorf("audit: %s", lines.body)
	}
	if code := p.end(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
}

func TestRunningTheDemoAgainKeepsTheData(t *testing.T) {
	from := demoCopy(t)
	resident := from.signIn("常客")
	seat, _ := from.someone()
	id := resident.must(http.StatusCreated, resident.post("/api/v1/messages", map[string]any{"representative_id": seat, "body": "记得我吗"})).field(t, "id")
	resident.waitFor("/api/v1/messages/"+id, "delivered")
	if code := from.end(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	again := startDemo(t, from.data)
	back := again.signIn("常客")
	back.must(http.StatusOK, back.get("/api/v1/messages/"+id))
}

func TestTheOfficialAccountAnswersWithRepresentatives(t *testing.T) {
	p := demoCopy(t)
	var areas struct{ Items []struct{ ID, Name string } }
	p.anonymous().get("/api/v1/areas").json(t, &areas)
	p.anonymous().get("/api/v1/areas?parent="+areas.Items[0].ID).json(t, &areas)
	p.anonymous().get("/api/v1/areas?parent="+areas.Items[0].ID).json(t, &areas)
	community := areas.Items[0].Name
	fan := p.signIn("关注者")
	fan.must(http.StatusOK, p.ask(http.MethodPost, p.simulator+"/simulator/users/关注者/follow", "", map[string]any{}))
	fan.must(http.StatusOK, p.ask(http.MethodPost, p.simulator+"/simulator/users/关注者/messages", "", map[string]any{"type": "text", "text": community}))
	p.eventually("the official account answers "+community, func() bool {
		chat := p.ask(http.MethodGet, p.simulator+"/simulator/users/关注者/chat", "", nil).body
		return strings.Contains(chat, "代表") && strings.Contains(chat, "/go/pages/representative/profile?id=")
	})
	var chat struct{ Chat []struct{ Text string } }
	p.ask(http.MethodGet, p.simulator+"/simulator/users/关注者/chat", "", nil).json(t, &chat)
	for _, line := range chat.Chat {
		for _, link := range strings.Split(line.Text, `<a href="`)[1:] {
			address, _, _ := strings.Cut(link, `"`)
			if strings.HasPrefix(address, p.app+"/go/pages/representative") {
				page := p.ask(http.MethodGet, address, "", nil)
				if page.status != http.StatusOK || !strings.Contains(page.body, "代表") {
					t.Errorf("link %s: %d", address, page.status)
				}
				return
			}
		}
	}
	t.Errorf("no link in %v", chat)
}

func TestAPlaceSentToTheOfficialAccountFindsTheNearestCommunity(t *testing.T) {
	p := demoCopy(t)
	fan := p.signIn("新来的")
	user := p.simulator + "/simulator/users/新来的"
	fan.must(http.StatusOK, p.ask(http.MethodPost, user+"/follow", "", map[string]any{}))
	here := map[string]any{"type": "location", "latitude": 30.26811, "longitude": 120.17252, "label": "和平里小区"}
	fan.must(http.StatusOK, p.ask(http.MethodPost, user+"/messages", "", here))
	p.eventually("the official account names the community", func() bool {
		chat := p.ask(http.MethodGet, user+"/chat", "", nil).body
		return strings.Contains(chat, "“和平里社区”") && strings.Contains(chat, "/go/pages/representative/profile?id=")
	})
	p.inside(func(ctx context.Context, tx *gorm.DB) error {
		kept, err := store.From[model.Inbound](tx).Where("payload LIKE ?", "%30.268%").Count(ctx, "*")
		if kept != 0 {
			t.Errorf("the place is still written down %d times", kept)
		}
		return err
	})
}

func TestMovingTheClockOfThePhoneBringsDeadlines(t *testing.T) {
	p := demoCopy(t)
	seat, _ := p.someone()
	resident := p.signIn("等了很久")
	id := resident.must(http.StatusCreated, resident.post("/api/v1/messages", map[string]any{"representative_id": seat, "body": "一直没有回音"})).field(t, "id")
	resident.waitFor("/api/v1/messages/"+id, "delivered")
	p.anonymous().must(http.StatusOK, p.ask(http.MethodPost, p.simulator+"/simulator/clock", "", map[string]any{"advance": "240h"}))
	liaison := p.officer(model.RoleLiaisonOfficer)
	p.eventually("the message is overdue", func() bool {
		return strings.Contains(liaison.must(http.StatusOK, liaison.get("/api/v1/staff/messages?which=overdue&limit=100")).body, id)
	})
	if code := p.end(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	again := startDemo(t, p.data)
	if now := again.ask(http.MethodGet, again.simulator+"/simulator/clock", "", nil).field(t, "now"); now < time.Now().Add(9 * 24 * time.Hour).UTC().Format(time.RFC3339)[:10] {
		t.Errorf("after a restart it is %s", now)
	}
}

func TestAFollowerSignsInByTheOfficialAccountAsTheSamePerson(t *testing.T) {
	p := demoCopy(t)
	mini := p.signIn("两处都在")
	start := p.anonymous().must(http.StatusOK, p.anonymous().get("/api/v1/sessions/official/authorize?page=/h5/"))
	// The browser opens WeChat's page; the stand-in picks the person at once.
	picked, fragment, _ := strings.Cut(start.field(t, "url"), "#")
	back := p.once(picked + "&simulator_user=" + url.QueryEscape("两处都在") + "#" + fragment)
	if back.Query().Get("state") != start.field(t, "state") || back.Path != "/h5/" {
		t.Fatalf("came back to %s", back)
	}
	official := p.anonymous().must(http.StatusCreated, p.anonymous().post("/api/v1/sessions/official", map[string]any{"code": back.Query().Get("code")}))
	if me := mini.must(http.StatusOK, mini.get("/api/v1/me")); me.field(t, "person_id") != official.field(t, "person_id") {
		t.Errorf("two persons: %s and %s", me.body, official.body)
	}
	if a := p.anonymous().get("/api/v1/sessions/official/authorize?page=//evil.example/"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("another host: %d %s", a.status, a.body)
	}
}

// once asks for an address and gives where it leads, without going there.
func (p *program) once(address string) *url.URL {
	p.tb.Helper()
	request, err := http.NewRequestWithContext(p.tb.Context(), http.MethodGet, address, nil)
	if err != nil {
		p.tb.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		p.tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	to, err := response.Location()
	if err != nil {
		p.tb.Fatalf("%s answered %d and leads nowhere: %v", address, response.StatusCode, err)
	}
	return to
}

func TestADoubleTapSendsOnceAndTheSameAnswerComesBack(t *testing.T) {
	p := demoCopy(t)
	seat, _ := p.someone()
	resident := p.signIn("双击")
	send := func() answer {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.app+"/api/v1/messages",
			strings.NewReader(fmt.Sprintf(`{"representative_id":%q,"body":"点了两下"}`, seat)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+resident.token)
		request.Header.Set("Idempotency-Key", "tap-000001")
		return p.send(request)
	}
	first, second := send(), send()
	if first.status != http.StatusCreated || second.status != first.status || second.body != first.body || second.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %d %s\nsecond %d %s", first.status, first.body, second.status, second.body)
	}
	var list struct{ Items []struct{ ID string } }
	resident.get("/api/v1/messages").json(t, &list)
	if len(list.Items) != 1 {
		t.Errorf("%d messages", len(list.Items))
	}
}
